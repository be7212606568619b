//! The place of whatever is served beside models.

use std::pin::Pin;

use http::{Request, Response};
use hyper::body::Incoming;
use runner_gateway::data::Answer;

/// What is served beside models, such as the API of admins. It decides itself who may ask.
pub trait Routes: Send + Sync + 'static {
    /// Whether a path is one of these.
    fn is_at(&self, path: &str) -> bool;

    /// Answers a request of such a path.
    fn answer(&self, request: Request<Incoming>) -> Pin<Box<dyn Future<Output = Response<Answer>> + Send + '_>>;
}
