//! Secrets that the database keeps but must not tell: encrypted with a key that stands elsewhere.

use std::{
    fmt,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{clock, error::Error};

/// The name of the key's file in the data folder.
pub const KEY_FILE: &str = "secret.key";

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

/// Encrypts and opens. The key is a setting, or a file in the data folder that is made when it is first needed.
#[derive(Clone)]
pub struct Secrets {
    file: PathBuf,
    key: Arc<OnceLock<[u8; 32]>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

fn read_key(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

impl Secrets {
    /// With the key of the settings; without one, with that of the file.
    ///
    /// # Errors
    /// In words, when the setting is no key.
    pub(crate) fn new(setting: &str, data: &Path) -> Result<Self, String> {
        let secrets = Self::in_file(data);
        if !setting.is_empty() {
            let key = read_key(setting)
                .ok_or("secret_key is not 32 bytes in base64; `openssl rand -base64 32` makes such a key.".to_owned())?;
            let _ = secrets.key.set(key);
        }
        Ok(secrets)
    }

    pub(crate) fn in_file(data: &Path) -> Self {
        Self { file: data.join(KEY_FILE), key: Arc::default() }
    }

    fn key(&self) -> Result<LessSafeKey, Error> {
        let bytes = match self.key.get() {
            Some(key) => *key,
            None => {
                let key = self.read_or_make()?;
                *self.key.get_or_init(|| key)
            }
        };
        UnboundKey::new(&AES_256_GCM, &bytes)
            .map(LessSafeKey::new)
            .map_err(|_| Error::Ours("the secret key does not fit".to_owned()))
    }

    fn read_or_make(&self) -> Result<[u8; 32], Error> {
        if !self.file.exists() {
            self.make_file()?;
        }
        let text = std::fs::read_to_string(&self.file)?;
        read_key(&text).ok_or_else(|| Error::Ours(format!("{} holds no key", self.file.display())))
    }

    /// Whole or not at all, and whoever comes second takes the first one's.
    fn make_file(&self) -> Result<(), Error> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let new = self.file.with_extension(crate::secret::hex(&clock::random_bytes::<8>()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(format!("{}\n", STANDARD.encode(clock::random_bytes::<32>())).as_bytes())?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&new, &self.file);
        std::fs::remove_file(&new)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Encrypts for one purpose: what was made for another, or for somebody else, does not open.
    ///
    /// # Errors
    /// When there is no key and none can be made.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = clock::random_bytes::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        self.key()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut sealed)
            .map_err(|_| Error::Ours("a secret can't be encrypted".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was encrypted for this purpose.
    ///
    /// # Errors
    /// When it was encrypted with another key or for another purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let wrong = || Error::Ours("a secret in the database does not open: was it kept with another secret key?".to_owned());
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut rest = rest.to_vec();
        let plain = self.key()?.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut rest).map_err(|_| wrong())?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_and_with_its_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = Secrets::in_file(folder.path());
        let sealed = secrets.seal("factor of ada", b"the seed").expect("sealed");
        assert!(!sealed.windows(8).any(|part| part == b"the seed"));
        assert_ne!(sealed, secrets.seal("factor of ada", b"the seed").expect("sealed"), "the same twice differs");
        let again = Secrets::in_file(folder.path());
        assert_eq!(again.open("factor of ada", &sealed).expect("the file's key"), b"the seed");
        assert!(again.open("factor of ben", &sealed).is_err());
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert!(again.open("factor of ada", &changed).is_err() && again.open("factor of ada", &[1, 2]).is_err());
        let other = Secrets::new(&STANDARD.encode([7; 32]), folder.path()).expect("a key");
        assert!(other.open("factor of ada", &sealed).is_err());
        assert!(Secrets::new("c2hvcnQ=", folder.path()).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join(KEY_FILE)).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "nobody else reads the key");
        }
    }
}
