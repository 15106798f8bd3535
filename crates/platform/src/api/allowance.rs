//! How many requests a token may send within a minute: a row for each token, counted by all instances together.
//!
//! A write for each request would make reading as slow as writing. So an instance takes a few requests out of the row at a
//! time and hands them out from memory. What is taken counts at once, so that all instances together never let through more
//! than the limit; what one of them has taken and not used lets through a few less.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

use crate::{
    db::{self, Db, Migration},
    error::Error,
};

/// The table of what was taken.
pub const MIGRATION: Migration = Migration {
    name: "platform-api-002-allowances",
    why: "A program that asks without end must not slow others down, whichever instance it asks.",
    sql: "create table api_allowance (
  token_hash {bytes} primary key,
  minute bigint not null,
  taken bigint not null
)",
    only: &[],
};

/// An instance takes this part of the limit at a time.
const PART: u32 = 50;
/// So many tokens are remembered before those of earlier minutes are forgotten.
const REMEMBERED: usize = 1000;

/// What this instance has taken and not handed out yet, by token: the minute, and how many are left.
#[derive(Default)]
pub(crate) struct Allowances(Mutex<HashMap<Vec<u8>, (i64, u32)>>);

impl Allowances {
    /// Lets one request of this token through.
    ///
    /// # Errors
    /// Too many, with the seconds until the next minute.
    pub(crate) async fn take(&self, db: &Db, limit: u32, token_hash: &[u8], now: DateTime<Utc>) -> Result<(), Error> {
        let minute = now.timestamp().div_euclid(60);
        if limit == 0 || self.hand_out(token_hash, minute) {
            return Ok(());
        }
        let share = (limit / PART).max(1);
        // The last part of a limit may be smaller than a share.
        for wanted in [share, 1] {
            if take_from_row(db, token_hash, minute, wanted, limit).await? {
                self.put(token_hash, minute, wanted - 1);
                return Ok(());
            }
        }
        Err(Error::TooMany { wait_seconds: 60 - now.timestamp().rem_euclid(60).unsigned_abs() })
    }

    fn hand_out(&self, token_hash: &[u8], minute: i64) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(token_hash) {
            Some((of, left)) if *of == minute && *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn put(&self, token_hash: &[u8], minute: i64, left: u32) {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= REMEMBERED {
            taken.retain(|_, (of, _)| *of == minute);
        }
        let entry = taken.entry(token_hash.to_vec()).or_insert((minute, 0));
        // Two requests may have taken a share each at the same time.
        *entry = if entry.0 == minute { (minute, entry.1 + left) } else { (minute, left) };
    }
}

/// Takes so many out of the row, if the limit has room for them. A clock that is behind counts in the minute of the others.
async fn take_from_row(db: &Db, token_hash: &[u8], minute: i64, wanted: u32, limit: u32) -> Result<bool, Error> {
    let params: db::Params = vec![token_hash.to_vec().into(), minute.into(), i64::from(wanted).into(), i64::from(limit).into()];
    let sql = "insert into api_allowance (token_hash, minute, taken) values ($1, $2, $3)
        on conflict (token_hash) do update
        set taken = case when excluded.minute > api_allowance.minute then excluded.taken
                         else api_allowance.taken + excluded.taken end,
            minute = case when excluded.minute > api_allowance.minute then excluded.minute else api_allowance.minute end
        where excluded.minute > api_allowance.minute or api_allowance.taken + excluded.taken <= $4";
    let touched = db.write(async |tx| db::exec(&**tx, sql, params).await).await.map_err(Error::from);
    match touched {
        // While the disk is full, nothing can be counted; reading goes on.
        Err(Error::Full) => Ok(true),
        touched => Ok(touched? > 0),
    }
}
