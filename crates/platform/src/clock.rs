//! Time, ids and chance come from here, and into everything else as parameters.

#![allow(clippy::disallowed_methods, reason = "the one place that may ask the machine")]

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// Where the time comes from: the machine, or a test's hand.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    held: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `now` until somebody moves it.
    #[must_use]
    pub fn held_at(now: DateTime<Utc>) -> Self {
        Self { held: Some(Arc::new(Mutex::new(now))) }
    }

    /// The time, to the microsecond: the finest that both databases keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.held {
            Some(held) => *held.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
            None => Utc::now(),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Moves a held clock on. The machine's clock can't be moved: the call does nothing there.
    pub fn advance(&self, by: Duration) {
        if let Some(held) = &self.held {
            let mut held = held.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *held += by;
        }
    }
}

/// A new id for a row that is made at `now`: UUIDv7, so ids follow one another in time.
#[must_use]
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// `N` bytes that nobody can foresee, for tokens and salts.
///
/// # Panics
/// When the machine has no source of randomness: nothing that needs a secret can go on then.
#[must_use]
#[allow(clippy::expect_used, reason = "no secret can be made without randomness")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the machine has a source of randomness");
    bytes
}
