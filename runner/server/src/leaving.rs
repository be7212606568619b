//! How a connection ends when the caller may still be sending.
//!
//! A socket that is closed with something unread is reset, and a reset may take the last answer away from the caller
//! before it has read it. So what still comes is read, and thrown away, until the caller closes too.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// How long a caller may take to leave.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is thrown away at once.
const PIECE: usize = 16 << 10;
/// What is thrown away in all. Whoever sends more is not reading.
const MOST: usize = 64 << 20;

/// Says that nothing more comes, and waits a little until the caller has closed.
pub(crate) async fn see_off(mut socket: TcpStream) {
    let leaving = async {
        socket.shutdown().await?;
        throw_away(&socket).await
    };
    // Whether they left in time or not: it is over.
    let _ = tokio::time::timeout(PATIENCE, leaving).await;
}

async fn throw_away(socket: &TcpStream) -> io::Result<()> {
    let mut left = MOST;
    while left > 0 {
        socket.readable().await?;
        match socket.try_read(&mut [0; PIECE]) {
            Ok(0) => break,
            Ok(count) => left = left.saturating_sub(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
