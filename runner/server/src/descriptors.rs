//! How many connections the system lets a process have.

/// Descriptors for everything that is no caller's and no provider's connection.
const OTHERS: u64 = 128;

/// Asks the system for as much as it gives, and tells how many callers may be connected, half of them
/// with a call under way, which takes one more.
#[cfg(unix)]
pub(crate) fn callers() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Whether or not it did so, the limit that there is now is the one that counts.
    let _ = setrlimit(Resource::Nofile, limit);
    let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(descriptors.saturating_sub(OTHERS) / 3 * 2).unwrap_or(usize::MAX).max(1)
}

/// There is no such limit here.
#[cfg(not(unix))]
pub(crate) fn callers() -> usize {
    usize::MAX
}
