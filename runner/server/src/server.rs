//! The server: it accepts, serves, and ends in order.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use runner_flow::Timestamp;
use runner_gateway::control::Gateway;
use runner_gateway::data::Door;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::descriptors;
use crate::front::{Front, Served};
use crate::leaving::see_off;
use crate::line::Line;
use crate::pulse::{Order, Watch, Watched};
use crate::routes::Routes;
use crate::settings::{BACKLOG, BUFFER, HEAD, HEADERS, Settings, TICK};
use crate::surplus::{Place, Places};

/// How long to wait when no connection can be accepted, such as without a free file descriptor.
const NO_ROOM: Duration = Duration::from_millis(50);

/// A server of models.
pub struct Server {
    settings: Settings,
    front: Front,
    /// When calls under way are cut off.
    cut: CancellationToken,
}

impl Server {
    /// A server of what this gateway lets through.
    pub fn new(gateway: Gateway, settings: Settings) -> Self {
        let front = Front {
            door: Door::new(gateway.clone()),
            gateway,
            routes: None,
            hosts: settings.hosts.clone(),
            watch: Watch::new(&settings),
            is_draining: AtomicBool::new(false),
        };
        Self { settings, front, cut: CancellationToken::new() }
    }

    /// The same, which waits no longer for calls under way once it is told so. Each still leaves its record.
    pub fn cut_off_by(self, cut: CancellationToken) -> Self {
        Self { cut, ..self }
    }

    /// The same, with something else beside the models.
    pub fn routes(mut self, routes: impl Routes) -> Self {
        self.front.routes = Some(Arc::new(routes));
        self
    }

    /// Why the collector of traces takes nothing just now, whenever that changes. None, if there is no collector.
    pub fn trouble_with_traces(&self) -> Option<watch::Receiver<Option<String>>> {
        self.front.door.trouble_with_traces()
    }

    /// A socket that listens at an address, for [`Server::serve`].
    pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    }

    /// Serves until it is told to stop, and then until what is under way has ended or its time is up.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let Self { settings, front, cut } = self;
        let (front, tasks) = (Arc::new(front), TaskTracker::new());
        let places = Places::new(settings.connections.min(descriptors::callers()), settings.connections_of_one);
        let clock = tokio::spawn(keep_time(Arc::clone(&front)));
        let (door, ended) = (front.door.clone(), CancellationToken::new());
        let traces = tokio::spawn({
            let ended = ended.clone();
            async move { door.export_traces(ended).await }
        });
        tokio::select! {
            () = stop.cancelled() => {}
            () = accept(&listener, &front, &places, &tasks) => {}
        }
        drop(listener);
        front.is_draining.store(true, Ordering::Relaxed);
        front.watch.tell(Order::Finish);
        tasks.close();
        tokio::select! {
            () = tasks.wait() => {}
            () = cut.cancelled() => {}
            () = tokio::time::sleep(settings.drain) => {}
        }
        front.watch.tell(Order::End);
        tasks.wait().await;
        clock.abort();
        ended.cancel();
        // It has a bound of its own, and nothing is left to do if it failed.
        let _ = traces.await;
    }
}

async fn accept(listener: &TcpListener, front: &Arc<Front>, places: &Arc<Places>, tasks: &TaskTracker) {
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => match places.take(peer.ip()) {
                Some(place) => {
                    let watched = front.watch.admit();
                    tasks.spawn(converse(socket, Arc::clone(front), watched, place));
                }
                None => places.send_away(socket),
            },
            // A caller that left before it was accepted is no reason to wait.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(_) => tokio::time::sleep(NO_ROOM).await,
        }
    }
}

/// Serves one connection to its end.
async fn converse(socket: TcpStream, front: Arc<Front>, watched: Watched, _place: Place) {
    // Without it the last piece of an answer may wait for the caller to say that the one before has come.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let pulse = &watched.pulse;
    let service = service_fn(|request| {
        pulse.answering();
        let front = &front;
        async move {
            let response = front.answer(request).await;
            Ok::<_, Infallible>(response.map(|answer| Served::new(answer, Arc::clone(pulse))))
        }
    });
    let mut http = http1::Builder::new();
    http.max_buf_size(BUFFER).max_headers(HEADERS).max_header_size(HEAD);
    let mut connection = http.serve_connection(Line::new(socket, Arc::clone(pulse)), service);
    let mut is_finishing = false;
    let order = std::future::poll_fn(|cx| {
        let order = pulse.order(cx.waker());
        match order {
            Order::End => return Poll::Ready(order),
            Order::Finish if !is_finishing => {
                is_finishing = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            Order::Finish | Order::GoOn => {}
        }
        // What is wrong with a connection concerns nobody but the caller at its other end, who was told.
        Pin::new(&mut connection).poll(cx).map(|_| order)
    });
    if order.await == Order::GoOn {
        // Kept apart, since almost all of a connection's life it is not needed.
        Box::pin(see_off(connection.into_parts().io.into_socket())).await;
    }
}

/// Lets time pass for connections, keys and the server's file.
async fn keep_time(front: Arc<Front>) {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        front.watch.tick();
        // What is wrong is told by the gateway's health.
        let _ = front.gateway.tick(now()).await;
    }
}

fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
