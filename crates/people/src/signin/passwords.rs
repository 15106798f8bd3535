//! Passwords: argon2id, a length, and not one of those that everybody tries. No rules about signs and capitals.

use std::{collections::HashSet, sync::LazyLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use platform::Error;
use tokio::sync::Semaphore;

/// The fewest characters.
pub(crate) const LEAST: usize = 12;
/// The most: beyond it hashing would be work for an attacker to give us.
const MOST: usize = 200;

/// Hashing takes 19 MB and a good part of a core for a moment: so many at once, and the others wait their turn.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Passwords of at least [`LEAST`] characters that lists of stolen ones hold, in small letters.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// Words that a number or a sign around them does not hide. Beside them stand the own name and address, and the organisation's
/// name ([`refusal_of`]).
const STEMS: [&str; 34] = [
    "password",
    "passwort",
    "motdepasse",
    "contrasena",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "iloveyou",
    "welcome",
    "letmein",
    "administrator",
    "admin",
    "everbetter",
    "changeme",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "master",
    "secret",
    "summer",
    "winter",
    "spring",
    "autumn",
    "school",
    "teacher",
    "student",
    "principal",
];

/// Why a password can't be taken, for the field that it was typed in; `None` when it can.
pub(crate) fn refusal_of(password: &str, name: &str, email: &str, organisation: &str) -> Option<String> {
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
    if COMMON.contains(small.as_str()) || is_stem(&small) || is_run(&small) {
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
    let house = organisation.to_lowercase();
    if is_own(&house) || is_own(&house.replace(' ', "")) || is_own(&house.replace(' ', "-")) {
        return Some(format!(
            "{organisation} is what everybody here would try. Could you think of something that others would not?"
        ));
    }
    None
}

/// A common word, or one said several times, with anything but letters around it and between.
fn is_stem(small: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).collect::<String>();
    let plain: String = small
        .chars()
        .map(|letter| match letter {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            other => other,
        })
        .collect();
    // "p@ssw0rd2026!" is read twice: as "psswrd", and with its signs as letters, the digits at the end cut off first.
    let end = small.trim_end_matches(|letter: char| !letter.is_alphabetic()).len();
    [letters(small), letters(plain.get(..end).unwrap_or_default())]
        .iter()
        .any(|word| !word.is_empty() && STEMS.iter().any(|stem| word.replace(stem, "").is_empty()))
}

/// Three different characters at most, or a straight run such as 123456789012 or abcdefghijkl, give or take two places.
fn is_run(small: &str) -> bool {
    let different: HashSet<char> = small.chars().collect();
    let codes: Vec<i64> = small.chars().map(|letter| i64::from(u32::from(letter))).collect();
    let straight = |by: i64| codes.windows(2).filter(|pair| pair[1] - pair[0] == by).count() + 3 >= codes.len();
    different.len() <= 3 || straight(1) || straight(-1)
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
    let _turn = AT_ONCE.acquire().await.map_err(|error| Error::Ours(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Ours(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_signs_do_not() {
        assert!(refusal_of("short", "", "", "").is_some_and(|word| word.contains("5 characters")));
        assert_eq!(refusal_of("four plain words here", "Ada Byrne", "ada@example.org", ""), None);
        let long = "a lake, a kettle, a green bicycle and four plain words, ";
        assert_eq!(refusal_of(&format!("{long}{long}"), "", "", ""), None, "a hundred characters and more are fine");
        assert!(refusal_of(&"x y z".repeat(41), "", "", "").is_some_and(|word| word.contains("205 characters")));
    }

    #[test]
    fn what_everybody_tries_is_refused() {
        for common in [
            "Password1234",
            "P@ssw0rd2026!",
            "passwordpassword",
            "qwertyqwerty",
            "michaeljackson",
            "123456789012",
            "abcdefghijklm",
            "ababababababab",
            "Summer-Summer-2026",
        ] {
            assert!(refusal_of(common, "", "", "").is_some(), "{common}");
        }
        for own in ["the lake is cold today", "dreizehn bunte steine", "schools learn in pairs", "kettle-lake-walks"] {
            assert_eq!(refusal_of(own, "", "", ""), None, "{own}");
        }
        assert!(refusal_of("aaaaaaaaaaaaaaa", "", "", "").is_some());
        assert!(refusal_of("ada@example.org", "Ada Byrne", "ada@example.org", "").is_some());
        assert!(refusal_of("guadalupe.renteria1", "Guadalupe Rentería", "guadalupe.renteria@example.org", "").is_some());
    }

    #[test]
    fn the_three_thousand_most_used_ones_of_our_length_are_refused() {
        assert!(COMMON.len() >= 3000, "{} passwords", COMMON.len());
        assert!(COMMON.iter().all(|one| one.chars().count() >= LEAST), "each is one that our length would allow");
        for one in COMMON.iter() {
            assert!(refusal_of(&one.to_uppercase(), "", "", "").is_some() || one.to_uppercase().to_lowercase() != **one, "{one}");
            assert!(refusal_of(one, "", "", "").is_some(), "{one}");
        }
    }

    #[test]
    fn the_organisations_name_is_refused() {
        for own in ["riverside partners", "RiversidePartners", "riverside-partners1", "Riverside Partners!"] {
            let word = refusal_of(own, "", "", "Riverside Partners").expect("a refusal");
            assert!(word.starts_with("Riverside Partners is what everybody"), "{word}");
        }
        assert_eq!(refusal_of("riverside walks in autumn", "", "", "Riverside Partners"), None);
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_only() {
        let phc = hash("four plain words here".to_owned()).await.expect("a hash");
        assert!(phc.starts_with("$argon2id$"));
        assert!(is_right("four plain words here".to_owned(), Some(phc.clone())).await.expect("a check"));
        for other in ["four plain words hers", "Four plain words here", "four plain words here ", "four plain words", ""] {
            assert!(!is_right(other.to_owned(), Some(phc.clone())).await.expect("a check"), "{other}");
        }
        let long = "ü".repeat(100);
        let phc = hash(long.clone()).await.expect("a hash");
        assert!(!is_right("ü".repeat(99), Some(phc.clone())).await.expect("a check"), "nothing is cut off");
        assert!(is_right(long, Some(phc)).await.expect("a check"));
        assert!(!is_right("anything".to_owned(), None).await.expect("a check without a hash"));
    }
}
