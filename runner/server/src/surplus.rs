//! Connections beyond those that there may be: told so in a few bytes, and closed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::leaving::see_off;

/// Those that are told at the same time. Further ones are closed without a word.
const TOLD: usize = 256;

const FULL: &str = "{\"error\":{\"message\":\"too many connections; try again, or use fewer\",\"type\":\"server_error\",\
                    \"param\":null,\"code\":\"too_many_connections\"}}";

/// How many connections there may be, in all and from one address.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    of_one: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
    told: Arc<Semaphore>,
}

/// A connection's place, given back when dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    peer: IpAddr,
    _one_of_all: tokio::sync::OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(all: usize, of_one: usize) -> Arc<Self> {
        let (all, told) = (Arc::new(Semaphore::new(all)), Arc::new(Semaphore::new(TOLD)));
        Arc::new(Self { all, of_one, taken: Mutex::default(), told })
    }

    /// A place for a connection from this address, if there is one.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let one_of_all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut taken = self.taken();
        let of_peer = taken.entry(peer).or_default();
        if *of_peer >= self.of_one {
            return None;
        }
        *of_peer += 1;
        Some(Place { places: Arc::clone(self), peer, _one_of_all: one_of_all })
    }

    /// Tells a connection that there is no place for it.
    pub(crate) fn send_away(&self, mut socket: TcpStream) {
        let Ok(told) = Arc::clone(&self.told).try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _told = told;
            // A socket that nobody has written to takes these few bytes at once.
            if socket.write_all(full().as_bytes()).await.is_ok() {
                see_off(socket).await;
            }
        });
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn full() -> String {
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {}\r\nretry-after: 1\r\n\
         connection: close\r\n\r\n{FULL}",
        FULL.len()
    )
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(of_peer) = taken.get_mut(&self.peer) {
            *of_peer -= 1;
            if *of_peer == 0 {
                taken.remove(&self.peer);
            }
        }
    }
}
