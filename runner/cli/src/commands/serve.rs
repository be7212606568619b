//! `linkwork serve`: models for members, until Ctrl-C.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use runner_gateway::control::{Gateway, Purpose, Retention};
use runner_server::{Admin, Server, Settings};
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::gateway::check;
use crate::app::App;
use crate::args::ServeArgs;
use crate::exit::Exit;
use crate::gateway::{now, open, store, trouble};
use crate::problem::Problem;
use crate::signals::{self, Rereads};

/// How often the server is asked whether it has taken over a file.
const LOOK: Duration = Duration::from_millis(200);
/// How often old records are forgotten.
const TIDY: Duration = Duration::from_secs(3_600);

pub(crate) fn run(app: &App, args: &ServeArgs) -> Result<Exit, Problem> {
    let file = &args.server.file;
    if args.check {
        return check::run(app, file);
    }
    let gateway = open(app, file, Purpose::Serve)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Problem::usage(format!("no event loop can be made: {error}"), "look at the system's limits")
    })?;
    let exit = runtime.block_on(serve(app, file, gateway));
    runtime.shutdown_background();
    exit
}

async fn serve(app: &App, file: &Path, gateway: Gateway) -> Result<Exit, Problem> {
    let (asked, rereads) = (signals::listen(), Rereads::listen());
    let snapshot = gateway.snapshot();
    let listener = snapshot.listen().parse::<SocketAddr>().map_err(std::io::Error::other).and_then(Server::listen);
    let listening = listener.and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, listener) = listening.map_err(|error| {
        let message = format!("the server cannot listen on {}: {error}", snapshot.listen());
        Problem::usage(message, format!("choose another \"listen\" in {}", file.display()))
    })?;
    let settings = Settings { hosts: snapshot.hosts().to_vec(), ..Settings::default() };
    let server = Server::new(gateway.clone(), settings).routes(Admin::new(gateway.clone(), &app.registry));
    let server = server.cut_off_by(asked.leave);
    let traces = server.trouble_with_traces();
    let url = format!("http://{address}");
    app.console.result(&url, &json!({ "url": url }));
    app.console.say("Members call models here, under /v1. Ctrl-C ends it once calls under way have ended.");
    tokio::select! {
        () = server.serve(listener, asked.cancel.clone()) => {}
        () = tell_of_the_end(app, asked.cancel) => {}
        () = look_after(app, file, &gateway, rereads) => {}
        () = tidy(&gateway) => {}
        () = tell_of_traces(app, traces) => {}
    }
    gateway.flush().await.map_err(store)?;
    Ok(Exit::Done)
}

/// Says what the wish to end means.
async fn tell_of_the_end(app: &App, asked: CancellationToken) {
    asked.cancelled().await;
    app.console.say("No call is taken any more, and those under way may end. Ctrl-C again cuts them off.");
    std::future::pending().await
}

/// Says what comes of a file that was changed, and has everything read again when the system asks for it.
async fn look_after(app: &App, file: &Path, gateway: &Gateway, mut rereads: Rereads) {
    let mut looks = tokio::time::interval(LOOK);
    let (mut version, mut said) = (gateway.snapshot().version().to_owned(), None);
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            () = rereads.next() => {
                // What comes of it is told by the gateway's health.
                drop(gateway.reload(now()).await);
                app.console.say(&format!("{} is read again", file.display()));
            }
        }
        let health = gateway.health();
        if health.version != version {
            app.console.say(&format!("{} is taken over", file.display()));
            version = health.version;
        }
        if health.trouble != said {
            if let Some(wrong) = &health.trouble {
                app.console.say(&trouble(app, file, wrong));
                app.console.say("What the file said before still counts.");
            }
            said = health.trouble;
        }
    }
}

/// Says when traces begin to get lost, and when that is over.
async fn tell_of_traces(app: &App, trouble: Option<watch::Receiver<Option<String>>>) {
    if let Some(mut trouble) = trouble {
        while trouble.changed().await.is_ok() {
            let said = match &*trouble.borrow_and_update() {
                Some(trouble) => format!("Traces get lost: {trouble}. Calls go on."),
                None => "The collector takes traces again.".to_owned(),
            };
            app.console.say(&said);
        }
    }
    // Only what else goes on ends the server.
    std::future::pending().await
}

/// Forgets what is old.
async fn tidy(gateway: &Gateway) {
    let mut times = tokio::time::interval(TIDY);
    loop {
        times.tick().await;
        // What cannot be forgotten now is forgotten later.
        drop(gateway.prune(Retention::default(), now()).await);
    }
}
