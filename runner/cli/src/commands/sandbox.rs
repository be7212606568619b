//! `linkwork sandbox`: a local provider, until Ctrl-C.

use serde_json::json;

use crate::app::{self, App};
use crate::exit::Exit;
use crate::problem::Problem;

pub(crate) async fn run(app: &App, port: u16) -> Result<Exit, Problem> {
    let cancel = app::cancelled_by_signal();
    let sandbox = app::start_sandbox(port).await?;
    let base_url = sandbox.base_url();
    app.console.result(&base_url, &json!({ "base_url": base_url }));
    app.console
        .say("The sandbox answers here as api.x.ai does; any key that begins with xai- will do. Ctrl-C ends it.");
    cancel.cancelled().await;
    sandbox.stop().await;
    Ok(Exit::Done)
}
