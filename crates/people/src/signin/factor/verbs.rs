//! What changes about second factors.

use platform::{
    Cx, Error,
    access::May,
    audit::{self, Actor},
    clock,
    db::{self, PersonId, Tx},
    mail::{self, Letter},
    secret,
};

use super::{store, totp};
use crate::{
    persons::policy::{Reset, Secure, Someone},
    signin::{notices, sessions},
};

/// How many recovery codes a set has.
const CODES: usize = 10;
/// The bytes of chance in a code: 136 bits, so that a hash alone keeps it, and four times seven letters.
const CHANCE: usize = 17;
/// A code has no fewer letters, those printed before 2026-12 among them; the app's have six.
const FEWEST_LETTERS: usize = 24;

/// How somebody showed the second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::signin) enum Shown {
    /// A code from the app.
    Code,
    /// A recovery code, which is used up now.
    Recovery,
}

fn purpose(person: PersonId) -> String {
    format!("second factor of {person}")
}

/// Begins to set one up: a new seed that counts once a code of it was shown.
///
/// # Errors
/// When there is one already.
pub(super) async fn begin(cx: &Cx, may: &May<Secure, Someone>) -> Result<(), Error> {
    let person = may.thing().id;
    let sealed = cx.app.config.secrets.seal(&purpose(person), &clock::random_bytes::<{ totp::SEED }>())?;
    let touched = cx
        .db()
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into second_factor (person_id, sealed, last_step, created_at) values ($1, $2, 0, $3)
                 on conflict (person_id) do update set sealed = excluded.sealed, created_at = excluded.created_at
                 where second_factor.confirmed_at is null",
                vec![person.into(), sealed.into(), cx.now.into()],
            )
            .await
        })
        .await?;
    if touched == 0 {
        return Err(Error::Refused("You have a second factor already. Turn it off first if you want another.".to_owned()));
    }
    Ok(())
}

/// The seed that waits to be confirmed.
pub(super) async fn waiting_seed(cx: &Cx, person: PersonId) -> Result<Option<Vec<u8>>, Error> {
    let kept = store::factor(cx.db().read(), person, false).await?;
    kept.map(|kept| cx.app.config.secrets.open(&purpose(person), &kept.sealed)).transpose()
}

/// Confirms the seed with a first code; answers the recovery codes, or nothing when the code is not the right one.
///
/// # Errors
/// The database's own.
pub(super) async fn confirm(cx: &Cx, may: &May<Secure, Someone>, code: &str) -> Result<Option<Vec<String>>, Error> {
    let person = may.thing().id;
    let Some(seed) = waiting_seed(cx, person).await? else { return Err(Error::NotFound) };
    let Some(step) = totp::step_of(&seed, &digits(code), cx.now) else { return Ok(None) };
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "update second_factor set confirmed_at = $1, last_step = $2 where person_id = $3 and confirmed_at is null",
                vec![cx.now.into(), step.into(), person.into()],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            note(cx, tx, may, "turned on the second factor").await?;
            tell(cx, tx, may, "turned on a second factor").await?;
            new_codes(tx, person).await.map(Some)
        })
        .await
}

/// Makes a new set of recovery codes; those before open nothing any more.
///
/// # Errors
/// Not found without a second factor.
pub(super) async fn renew_codes(cx: &Cx, may: &May<Secure, Someone>) -> Result<Vec<String>, Error> {
    cx.db()
        .write(async |tx| {
            if !store::has_one(&**tx, may.thing().id).await? {
                return Err(Error::NotFound);
            }
            note(cx, tx, may, "made new recovery codes").await?;
            tell(cx, tx, may, "made new recovery codes").await?;
            new_codes(tx, may.thing().id).await
        })
        .await
}

async fn new_codes(tx: &Tx, person: PersonId) -> Result<Vec<String>, Error> {
    db::exec(&**tx, "delete from recovery_code where person_id = $1", vec![person.into()]).await?;
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let plain = totp::base32(&clock::random_bytes::<CHANCE>()).to_lowercase();
        db::exec(
            &**tx,
            "insert into recovery_code (code_hash, person_id) values ($1, $2)",
            vec![code_hash(person, &plain).into(), person.into()],
        )
        .await?;
        codes.push(plain.as_bytes().chunks(7).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"));
    }
    Ok(codes)
}

fn code_hash(person: PersonId, plain: &str) -> Vec<u8> {
    secret::token_hash(&format!("recovery code of {person}: {plain}"))
}

/// Turns one's own second factor off.
///
/// # Errors
/// Not found without one.
pub(super) async fn turn_off(cx: &Cx, may: &May<Secure, Someone>) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            remove(tx, may.thing().id).await?;
            tell(cx, tx, may, "turned off the second factor").await?;
            note(cx, tx, may, "turned off the second factor").await
        })
        .await
}

/// Takes somebody's second factor away who lost the phone and the codes: the password opens the door again, everywhere else
/// the person is signed out, and a letter says so.
///
/// # Errors
/// Not found without one.
pub(super) async fn reset(cx: &Cx, may: &May<Reset, Someone>) -> Result<(), Error> {
    let person = may.thing();
    cx.db()
        .write(async |tx| {
            remove(tx, person.id).await?;
            sessions::end_all(tx, person.id).await?;
            let actor = Actor::from(may.who());
            audit::record(tx, cx.db().engine(), cx.now, &actor, "took away the second factor", &person.subject(), "").await?;
            if let Some(email) = &person.email {
                let text = format!(
                    "Hello {},\n\n{} took away your second factor at {}, so that you can sign in with your password alone. You are \
                     signed out everywhere.\n\nPlease sign in and set up a new one:\n\n{}/people/{}/second-factor\n\n\
                     If you did not ask for this, answer {} at once, and choose a new password.\n",
                    person.name,
                    may.who().name,
                    cx.settings.organisation(),
                    cx.app.config.public_url,
                    person.slug,
                    may.who().name,
                );
                let subject = "Your second factor was taken away".to_owned();
                mail::enqueue(tx, cx.now, &Letter { to: email.clone(), subject, text }).await?;
            }
            Ok(())
        })
        .await
}

async fn remove(tx: &Tx, person: PersonId) -> Result<(), Error> {
    db::exec(&**tx, "delete from recovery_code where person_id = $1", vec![person.into()]).await?;
    let gone = db::exec(&**tx, "delete from second_factor where person_id = $1", vec![person.into()]).await?;
    if gone == 0 { Err(Error::NotFound) } else { Ok(()) }
}

async fn note(cx: &Cx, tx: &Tx, may: &May<Secure, Someone>, action: &str) -> Result<(), Error> {
    let actor = Actor::from(may.who());
    Ok(audit::record(tx, cx.db().engine(), cx.now, &actor, action, &may.thing().subject(), "").await?)
}

async fn tell(cx: &Cx, tx: &Tx, may: &May<Secure, Someone>, what: &str) -> Result<(), Error> {
    notices::tell(cx, tx, &may.thing().name, may.thing().email.as_deref(), what).await
}

fn digits(given: &str) -> String {
    given.chars().filter(char::is_ascii_digit).collect()
}

/// Checks a code of the app or a recovery code, and uses it up: neither opens anything twice.
///
/// # Errors
/// The database's own, or a seed that does not open.
pub(in crate::signin) async fn check(cx: &Cx, tx: &Tx, person: PersonId, given: &str) -> Result<Option<Shown>, Error> {
    let plain: String = given.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    if plain.len() >= FEWEST_LETTERS {
        let used = db::exec(
            &**tx,
            "update recovery_code set used_at = $1 where code_hash = $2 and person_id = $3 and used_at is null",
            vec![cx.now.into(), code_hash(person, &plain).into(), person.into()],
        )
        .await?;
        return Ok((used == 1).then_some(Shown::Recovery));
    }
    let Some(kept) = store::factor(&**tx, person, true).await? else { return Ok(None) };
    let seed = cx.app.config.secrets.open(&purpose(person), &kept.sealed)?;
    let Some(step) = totp::step_of(&seed, &plain, cx.now) else { return Ok(None) };
    if step <= kept.last_step {
        return Ok(None);
    }
    let accepted = db::exec(
        &**tx,
        "update second_factor set last_step = $1 where person_id = $2 and last_step < $3",
        vec![step.into(), person.into(), step.into()],
    )
    .await?;
    Ok((accepted == 1).then_some(Shown::Code))
}
