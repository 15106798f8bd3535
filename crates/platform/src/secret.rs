//! Tokens that people carry and hashes that we keep.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A new token of 32 random bytes, as text for cookies and links. We keep only its [`token_hash`].
#[must_use]
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(crate::clock::random_bytes::<32>())
}

/// What is stored of a token: enough to know it again, useless to whoever steals the table.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Bytes as hexadecimal text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The word that a form of this session must bring back where the browser names no origin.
pub(crate) fn csrf_word(session_hash: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"csrf");
    hasher.update(session_hash);
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

/// Whether two texts are equal, in a time that does not tell where they differ.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0_u8, |sum, (l, r)| sum | (l ^ r)) == 0
}

/// An address as a log may show it: without what stands behind the question mark, and without parts that are as long as
/// tokens, since a letter's link is one.
#[must_use]
pub(crate) fn told(address: &str) -> String {
    let path = address.split('?').next().unwrap_or_default();
    path.split('/').map(|part| if part.len() >= 40 { "…" } else { part }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_the_log_opens_nothing() {
        let token = new_token();
        assert_eq!(told(&format!("/invitations/{token}")), "/invitations/…");
        assert_eq!(told(&format!("/sign-in/provider/answer?code={token}&state=x")), "/sign-in/provider/answer");
        assert_eq!(told("/people/ada-byrne/second-factor"), "/people/ada-byrne/second-factor");
    }
}
