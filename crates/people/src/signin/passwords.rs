//! Passwords: argon2id, a length, and not one of those that everybody tries. No rules about signs and capitals.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use platform::Error;

/// The fewest characters.
pub(crate) const LEAST: usize = 12;
/// The most: beyond it hashing would be work for an attacker to give us.
const MOST: usize = 200;

/// Passwords of at least [`LEAST`] characters that lists of stolen ones hold, in small letters, and the beginnings of more.
const COMMON: [&str; 44] = [
    "123456789012",
    "1234567890123",
    "012345678910",
    "111111111111",
    "000000000000",
    "121212121212",
    "123123123123",
    "123412341234",
    "987654321098",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "qwerty123456",
    "qwertyqwerty",
    "asdfghjkl123",
    "zxcvbnm12345",
    "abcdefghijkl",
    "abcdef123456",
    "abcd12345678",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "passw0rd1234",
    "mypassword123",
    "iloveyou1234",
    "iloveyouiloveyou",
    "letmeinletmein",
    "letmein12345",
    "welcome12345",
    "welcome123456",
    "administrator",
    "administrator1",
    "adminadmin12",
    "changeme1234",
    "changemenow1",
    "footballfootball",
    "sunshine1234",
    "princess1234",
    "trustno1trustno1",
    "everbetter12",
    "everbetter123",
];

/// Why a password can't be taken, for the field that it was typed in; `None` when it can.
pub(crate) fn refusal_of(password: &str, name: &str, email: &str) -> Option<String> {
    let length = password.chars().count();
    if length < LEAST {
        return Some(format!(
            "It has {length} characters. {LEAST} or more, please: three or four words that belong to nobody else are fine."
        ));
    }
    if length > MOST {
        return Some(format!("It has {length} characters. {MOST} is the most."));
    }
    let small = password.to_lowercase();
    let first = small.chars().next();
    if COMMON.contains(&small.as_str()) || small.chars().all(|letter| Some(letter) == first) {
        return Some("Many people use this one, so it is among the first that get tried. Could you think of another?".to_owned());
    }
    let own = email.split('@').next().unwrap_or_default().to_lowercase();
    let is_own = |word: &str| word.len() > 3 && small.replace(word, "").len() < 4;
    if is_own(&own)
        || is_own(&email.to_lowercase())
        || is_own(&name.to_lowercase())
        || is_own(&name.to_lowercase().replace(' ', ""))
    {
        return Some("This is your own name or address. Could you think of something that others would not?".to_owned());
    }
    None
}

/// The hash to keep (PHC text). Takes a while on purpose, so it runs beside the requests.
pub(crate) async fn hash(password: String) -> Result<String, Error> {
    beside(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Error::Ours(format!("a password can't be hashed: {error}")))
    })
    .await?
}

/// Whether the password is the one behind the hash. Without a hash it takes as long, so that the time tells nobody whether
/// an address is known.
pub(crate) async fn is_right(password: String, phc: Option<String>) -> Result<bool, Error> {
    let known = phc.is_some();
    let phc = phc.unwrap_or_else(|| {
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Mf0FcFGv3ApBmbcbCXTPRCHg3FnmcaBKAZsqy2fCRlM".to_owned()
    });
    beside(move || match PasswordHash::new(&phc) {
        Ok(hash) => Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known),
        Err(error) => Err(Error::Ours(format!("a kept hash can't be read: {error}"))),
    })
    .await?
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Ours(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_signs_do_not() {
        assert!(refusal_of("short", "", "").is_some_and(|word| word.contains("5 characters")));
        assert_eq!(refusal_of("four plain words here", "Ada Byrne", "ada@example.org"), None);
        assert!(refusal_of(&"x".repeat(201), "", "").is_some());
    }

    #[test]
    fn what_everybody_tries_is_refused() {
        assert!(refusal_of("Password1234", "", "").is_some());
        assert!(refusal_of("aaaaaaaaaaaaaaa", "", "").is_some());
        assert!(refusal_of("ada@example.org", "Ada Byrne", "ada@example.org").is_some());
        assert!(refusal_of("guadalupe.renteria1", "Guadalupe Rentería", "guadalupe.renteria@example.org").is_some());
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_only() {
        let phc = hash("four plain words here".to_owned()).await.expect("a hash");
        assert!(phc.starts_with("$argon2id$"));
        assert!(is_right("four plain words here".to_owned(), Some(phc.clone())).await.expect("a check"));
        assert!(!is_right("four plain words hers".to_owned(), Some(phc)).await.expect("a check"));
        assert!(!is_right("anything".to_owned(), None).await.expect("a check without a hash"));
    }
}
