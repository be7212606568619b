//! A secret as it is stored: sealed, and bound to the one place that it is for.

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Generate as _, Payload};
use zeroize::Zeroizing;

use super::master::{MasterKey, MasterKeys};

/// Where a secret belongs. An envelope opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) workspace: String,
    pub(crate) connection: String,
    pub(crate) field: String,
    /// Counted from 1, for each field.
    pub(crate) version: u64,
}

/// A sealed secret.
#[derive(Clone)]
pub(crate) struct Envelope {
    pub(crate) address: Address,
    /// The id of the key that sealed it.
    pub(crate) master: String,
    pub(crate) nonce: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
}

/// Why a secret cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no such envelope.
    #[error("the vault holds no version {version} of this secret; put it in anew, or take the backup that has it")]
    Missing {
        /// The version.
        version: u64,
    },
    /// The key that sealed it is not known.
    #[error(
        "the secret was sealed with the master key {id}, which is not known; put that key into \"old_master_keys\""
    )]
    UnknownKey {
        /// The id of the key.
        id: String,
    },
    /// It is not what was sealed, or not where it was sealed for.
    #[error("the secret in the vault was changed, cut or moved from elsewhere; put it in anew")]
    Broken,
    /// There is nothing to seal or to open with.
    #[error("there is no master key; write \"master_key\": {{\"env\": \"LINKWORK_MASTER_KEY\"}}")]
    NoKey,
    /// The store failed.
    #[error("the vault cannot be read: {0}")]
    Store(String),
    /// It could not be sealed.
    #[error("the secret cannot be sealed")]
    Unsealable,
}

impl Envelope {
    /// Seals a secret.
    pub(crate) fn seal(secret: &str, address: Address, key: &MasterKey) -> Result<Self, VaultError> {
        let nonce = XNonce::generate();
        let aad = bound_to(&address, key.id());
        let payload = Payload { msg: secret.as_bytes(), aad: &aad };
        let sealed = key.cipher.encrypt(&nonce, payload).map_err(|_| VaultError::Unsealable)?;
        Ok(Self { address, master: key.id().to_owned(), nonce: nonce.to_vec(), sealed })
    }

    /// Opens it.
    pub(crate) fn open(&self, keys: &MasterKeys) -> Result<Zeroizing<String>, VaultError> {
        let key = keys.by_id(&self.master).ok_or_else(|| VaultError::UnknownKey { id: self.master.clone() })?;
        let nonce = XNonce::try_from(self.nonce.as_slice()).map_err(|_| VaultError::Broken)?;
        let aad = bound_to(&self.address, &self.master);
        let payload = Payload { msg: &self.sealed, aad: &aad };
        let opened = Zeroizing::new(key.cipher.decrypt(&nonce, payload).map_err(|_| VaultError::Broken)?);
        let text = std::str::from_utf8(&opened).map_err(|_| VaultError::Broken)?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// What is authenticated beside the secret. Each part begins with its length, so that none can run into the next.
fn bound_to(address: &Address, master: &str) -> Vec<u8> {
    let version = address.version.to_be_bytes();
    let parts: [&[u8]; 6] = [
        b"linkwork vault 1",
        address.workspace.as_bytes(),
        address.connection.as_bytes(),
        address.field.as_bytes(),
        &version,
        master.as_bytes(),
    ];
    parts.iter().flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.iter().copied())).collect()
}
