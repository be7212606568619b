//! Secrets at rest: written through the API, read by connections, and by nobody else.
//!
//! XChaCha20-Poly1305, with a random nonce each. An envelope names the key that sealed it, so that keys can change while
//! calls go on; without that key, the folder is worth nothing.

mod envelope;
mod master;
pub(crate) mod table;

pub use self::envelope::VaultError;
pub(crate) use self::envelope::{Address, Envelope};
pub use self::master::MasterKey;
pub(crate) use self::master::{MasterKeys, check_mode};
