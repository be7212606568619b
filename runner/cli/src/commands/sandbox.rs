//! `linkwork sandbox`: a local provider, until Ctrl-C.

use serde_json::json;

use crate::app::{self, App};
use crate::exit::Exit;
use crate::problem::Problem;
use crate::signals;

pub(crate) async fn run(app: &App, port: u16) -> Result<Exit, Problem> {
    let asked = signals::listen();
    let sandbox = app::start_sandbox(port).await?;
    let base_url = sandbox.base_url();
    app.console.result(&base_url, &json!({ "base_url": base_url }));
    app.console
        .say("The sandbox answers here as api.x.ai does to keys that begin with xai-, and as api.openai.com does to sk-. Ctrl-C ends it.");
    asked.cancel.cancelled().await;
    sandbox.stop().await;
    Ok(Exit::Done)
}
