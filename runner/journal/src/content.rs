//! Content is known by its hash.

use sha2::{Digest, Sha256};

/// The hash of content, as a journal names it.
pub fn content_hash(content: &[u8]) -> String {
    let digits = Sha256::digest(content);
    digits.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
