//! How often one may try: rows, so that all instances count together.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Error, clock,
    db::{self, Tx},
};
use uuid::Uuid;

/// So many tries about something within a time.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    about: String,
    most: u16,
    within: TimeDelta,
}

const QUARTER: TimeDelta = TimeDelta::minutes(15);

fn limit(about: impl Into<String>, most: u16, within: TimeDelta) -> Limit {
    Limit { about: about.into(), most, within }
}

fn place(client: Option<IpAddr>) -> String {
    client.map_or_else(|| "an unknown place".to_owned(), |address| address.to_string())
}

/// Tries to sign in. For an address from one place few, so that guessing is slow. For an address from everywhere many, so that
/// nobody can shut somebody else out with a dozen wrong tries. From one place as many as a school behind one address
/// mistypes. For all together far above a Monday morning, far below a guessing machine.
pub(super) fn of_sign_in(email: &str, client: Option<IpAddr>) -> Vec<Limit> {
    let mut limits = vec![limit(format!("{email} from {}", place(client)), 10, QUARTER), limit(email, 100, QUARTER)];
    if let Some(client) = client {
        limits.push(limit(format!("sign-ins from {client}"), 60, QUARTER));
    }
    limits.push(limit("all sign-ins", 600, QUARTER));
    limits
}

/// Letters for a new password.
pub(super) fn of_letters(email: &str, client: Option<IpAddr>) -> Vec<Limit> {
    let hour = TimeDelta::hours(1);
    let mut limits = vec![limit(format!("new password {email}"), 3, hour)];
    if let Some(client) = client {
        limits.push(limit(format!("new passwords from {client}"), 30, hour));
    }
    limits.push(limit("all sign-ins", 600, QUARTER));
    limits
}

/// Proofs by somebody who is known already: the second factor, the password once more. A code has a million
/// values, of which three are right: five tries in a quarter of an hour leave a guesser years.
pub(super) fn of_proofs(what: &str, slug: &str) -> Vec<Limit> {
    vec![limit(format!("{what} of {slug}"), 5, QUARTER), limit(format!("{what} of {slug} in a day"), 50, TimeDelta::days(1))]
}

/// The present password, when somebody chooses a new one.
pub(super) fn of_own_password(slug: &str) -> Vec<Limit> {
    vec![limit(format!("password of {slug}"), 10, QUARTER)]
}

/// Ways to the provider and back.
pub(super) fn of_provider(client: Option<IpAddr>) -> Vec<Limit> {
    let mut limits = Vec::new();
    if let Some(client) = client {
        limits.push(limit(format!("ways to the provider from {client}"), 100, QUARTER));
    }
    limits.push(limit("all ways to the provider", 2000, QUARTER));
    limits
}

/// A try that was counted, to be forgotten when it turns out well.
#[derive(Debug)]
pub(super) struct Try {
    rows: Vec<Uuid>,
    first: String,
}

/// Counts a try.
///
/// # Errors
/// Too many tries; the error says when the next one counts.
pub(super) async fn count(tx: &Tx, limits: &[Limit], now: DateTime<Utc>) -> Result<Try, Error> {
    let mut rows = Vec::new();
    for Limit { about, most, within } in limits {
        let full_since = db::scalar::<DateTime<Utc>>(
            &**tx,
            &format!("select at from sign_in_try where about = $1 and at > $2 order by at desc limit 1 offset {}", most - 1),
            vec![about.clone().into(), (now - *within).into()],
        )
        .await?;
        if let Some(since) = full_since {
            let wait = (since + *within - now).num_seconds().max(1);
            return Err(Error::TooMany { wait_seconds: wait.unsigned_abs() });
        }
        let row = clock::new_id(now);
        db::exec(
            &**tx,
            "insert into sign_in_try (id, about, at) values ($1, $2, $3)",
            vec![row.into(), about.clone().into(), now.into()],
        )
        .await?;
        rows.push(row);
    }
    Ok(Try { rows, first: limits.first().map(|limit| limit.about.clone()).unwrap_or_default() })
}

/// Forgets a try that turned out well, and those before it about the same: however many come in on a Monday morning, nobody
/// is kept out.
pub(super) async fn forget(tx: &Tx, succeeded: &Try) -> Result<(), Error> {
    forget_about(tx, &succeeded.first).await?;
    for row in &succeeded.rows {
        db::exec(&**tx, "delete from sign_in_try where id = $1", vec![(*row).into()]).await?;
    }
    Ok(())
}

/// Forgets all tries about something.
pub(super) async fn forget_about(tx: &Tx, about: &str) -> Result<(), Error> {
    db::exec(&**tx, "delete from sign_in_try where about = $1", vec![about.into()]).await?;
    Ok(())
}

/// Lets somebody in again whom others kept out by guessing, or who guessed too often here.
pub(super) async fn forgive(tx: &Tx, email: &str, client: Option<IpAddr>) -> Result<(), Error> {
    forget_about(tx, email).await?;
    forget_about(tx, &format!("{email} from {}", place(client))).await
}
