//! How a key is written: `lwk_`, its id, 256 bits and eight check digits, all in small letters and digits.
//!
//! The check digits are the end of the hash that is stored, so one hash proves both that nothing was mistyped and,
//! compared with the stored one, that the key is good. Whatever is no key is refused before anything is looked up.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

const PREFIX: &str = "lwk_";
const ID: usize = 12;
const SECRET: usize = 64;
const CHECK: usize = 8;
/// Where the id ends, and where the check digits begin.
const ID_END: usize = PREFIX.len() + ID;
const CHECKED: usize = ID_END + 1 + SECRET;
const LENGTH: usize = CHECKED + 1 + CHECK;
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What is stored of a key.
pub(crate) type Hash = [u8; 32];

/// A key that somebody presents, and that could be one.
#[derive(Debug)]
pub(crate) struct Presented<'a> {
    pub(crate) id: &'a str,
    hash: Hash,
}

impl<'a> Presented<'a> {
    /// Reads a key. None if it is mistyped, cut, or anything else.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_shaped = bytes.len() == LENGTH
            && bytes.starts_with(PREFIX.as_bytes())
            && bytes[ID_END] == b'_'
            && bytes[CHECKED] == b'_'
            && bytes[PREFIX.len()..ID_END].iter().all(|byte| ALPHABET.contains(byte));
        if !is_shaped {
            return None;
        }
        let hash: Hash = Sha256::digest(&bytes[..CHECKED]).into();
        let is_right = check(&hash).as_slice().ct_eq(&bytes[CHECKED + 1..]);
        bool::from(is_right).then_some(Self { id: text.get(PREFIX.len()..ID_END)?, hash })
    }

    /// Whether it is the key whose hash was stored.
    pub(crate) fn is(&self, stored: &Hash) -> bool {
        self.hash.ct_eq(stored).into()
    }
}

/// A new key, and its id and hash. The key itself is kept nowhere.
pub(crate) fn make() -> (Zeroizing<String>, String, Hash) {
    let id: String =
        rand::random::<[u8; ID]>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let mut key = Zeroizing::new(String::with_capacity(LENGTH));
    key.push_str(PREFIX);
    key.push_str(&id);
    key.push('_');
    let secret = Zeroizing::new(rand::random::<[u8; SECRET / 2]>());
    secret.iter().flat_map(|byte| hex(*byte)).for_each(|digit| key.push(char::from(digit)));
    let hash: Hash = Sha256::digest(key.as_bytes()).into();
    key.push('_');
    check(&hash).iter().for_each(|digit| key.push(char::from(*digit)));
    (key, id, hash)
}

fn check(hash: &Hash) -> [u8; CHECK] {
    let mut digits = [0; CHECK];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(&hash[hash.len() - CHECK / 2..]) {
        pair.copy_from_slice(&hex(*byte));
    }
    digits
}

fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}
