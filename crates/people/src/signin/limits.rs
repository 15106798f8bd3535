//! How often one may try: rows, so that all instances count together.

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Error, clock,
    db::{self, Tx},
};
use uuid::Uuid;

/// Tries for one address in [`WITHIN`].
const MOST: i64 = 10;
/// Tries for all addresses together in [`WITHIN`]: far above a school's Monday morning, far below a guessing machine.
const MOST_IN_ALL: i64 = 600;
const WITHIN: TimeDelta = TimeDelta::minutes(15);
const ALL: &str = "all sign-ins";

/// Counts a try about `what` (an address, in small letters); answers the row among the tries of all, to be forgotten when
/// the try turns out well.
///
/// # Errors
/// Too many tries.
pub(super) async fn count(tx: &Tx, what: &str, now: DateTime<Utc>) -> Result<Uuid, Error> {
    let mut last = Uuid::nil();
    for (about, most) in [(what, MOST), (ALL, MOST_IN_ALL)] {
        let tries = db::scalar::<i64>(
            &**tx,
            "select count(*) from sign_in_try where about = $1 and at > $2",
            vec![about.into(), (now - WITHIN).into()],
        )
        .await?;
        if tries.unwrap_or(0) >= most {
            let seconds = u64::try_from(WITHIN.num_seconds()).unwrap_or(900);
            return Err(Error::TooMany { wait_seconds: seconds });
        }
        last = clock::new_id(now);
        db::exec(
            &**tx,
            "insert into sign_in_try (id, about, at) values ($1, $2, $3)",
            vec![last.into(), about.into(), now.into()],
        )
        .await?;
    }
    Ok(last)
}

/// Forgets the tries of an address that has signed in, and the one that succeeded among those of all: however many come in
/// on a Monday morning, nobody is kept out.
pub(super) async fn forget(tx: &Tx, what: &str, succeeded: Uuid) -> Result<(), Error> {
    db::exec(&**tx, "delete from sign_in_try where about = $1", vec![what.into()]).await?;
    db::exec(&**tx, "delete from sign_in_try where id = $1", vec![succeeded.into()]).await?;
    Ok(())
}
