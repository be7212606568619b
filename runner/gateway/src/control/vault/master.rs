//! The master keys: which there are, and where they come from.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::KeyInit as _;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A key of 256 bits, and the id by which envelopes name it.
#[derive(Clone)]
pub struct MasterKey {
    id: String,
    pub(super) cipher: XChaCha20Poly1305,
}

impl MasterKey {
    /// Reads 32 bytes in base64 or in 64 hexadecimal digits. What is wrong is told without what was given.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = Zeroizing::new(decode(text.trim()).ok_or_else(|| {
            "is no master key, which is 32 bytes in base64 or in 64 hexadecimal digits; use that of `openssl rand -hex 32`"
                .to_owned()
        })?);
        let digest = Sha256::new().chain_update("linkwork master key").chain_update(bytes.as_slice()).finalize();
        let id = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id, cipher: XChaCha20Poly1305::new((&*bytes).into()) })
    }

    /// Its id, by which nobody finds the key.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MasterKey").field(&self.id).finish()
    }
}

fn decode(text: &str) -> Option<[u8; 32]> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        return Some(bytes);
    }
    let bare = text.trim_end_matches('=');
    let decoded = BASE64_STANDARD_NO_PAD.decode(bare).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(bare)).ok();
    Zeroizing::new(decoded?).as_slice().try_into().ok()
}

/// Refuses a file that others than its owner may read.
#[cfg(unix)]
pub(crate) fn check_mode(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mode = found.mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(format!("may be read by others (its mode is {mode:o}); use chmod 600, and think of a new key"))
}

/// Elsewhere a file's owner is not told by a mode.
#[cfg(not(unix))]
pub(crate) fn check_mode(_: &Path) -> Result<(), String> {
    Ok(())
}

/// The key that seals, and those that still open.
#[derive(Clone, Debug)]
pub(crate) struct MasterKeys {
    pub(crate) current: MasterKey,
    pub(crate) old: Vec<MasterKey>,
}

impl MasterKeys {
    pub(crate) fn by_id(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.current).chain(&self.old).find(|key| key.id == id)
    }
}
