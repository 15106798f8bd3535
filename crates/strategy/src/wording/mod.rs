//! How something was worded: what was kept of it, with who wrote it and when.
//!
//! `wording/history.html` draws what is kept: `history(shell, list)` and `stands(shell, kept)`.

use chrono::{DateTime, Utc};
use platform::{
    Cx,
    text::{hue, initials},
};

/// A wording, with who wrote it and when.
pub(crate) struct Kept {
    pub said: String,
    pub author: String,
    pub initials: String,
    pub hue: u8,
    pub when: String,
}

impl Kept {
    /// A wording that was kept; nobody wrote what came in from a file.
    pub(crate) fn of(cx: &Cx, said: String, author: Option<String>, at: DateTime<Utc>) -> Self {
        match author {
            Some(author) => Self { initials: initials(&author), hue: hue(&author), said, author, when: when(cx, at) },
            None => Self { initials: String::new(), hue: 0, said, author: "From a file".to_owned(), when: String::new() },
        }
    }

    /// What stands, where nobody's wording of it was kept.
    pub(crate) fn somebodys(said: String) -> Self {
        Self { initials: String::new(), hue: 0, said, author: "Somebody else".to_owned(), when: String::new() }
    }
}

/// When something was written: the hour of today, the day of before.
pub(crate) fn when(cx: &Cx, at: DateTime<Utc>) -> String {
    let local = cx.settings.local(at);
    if local.date() == cx.today() {
        format!("today at {}", local.format("%-H:%M"))
    } else {
        local.format("%-d %B %Y").to_string()
    }
}
