//! What changes at the door.

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    App, Cx, Error,
    access::{Standing, Via},
    audit::{self, Actor},
    clock,
    db::{self, PersonId, Tx},
    mail::{self, Letter},
    room::Subject,
    secret,
};

use super::{
    limits, passwords, sessions,
    store::{self, Known, OpenInvitation},
};

/// An invitation can be taken up for this long.
pub(crate) const JOIN_DAYS: i64 = 14;
/// A letter for a new password is good for this long.
const NEW_PASSWORD_HOURS: i64 = 2;

/// What an invitation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To come in for the first time.
    Join,
    /// To choose a new password.
    NewPassword,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::NewPassword => "new-password",
        }
    }
}

fn subject(slug: &str, name: &str) -> Subject {
    Subject { kind: "person", key: slug.to_owned(), title: name.to_owned(), href: format!("/people/{slug}") }
}

/// Signs in with address and password; answers the session's token, or nothing when the two don't go together.
///
/// # Errors
/// Too many tries.
pub(super) async fn sign_in(cx: &Cx, email: &str, password: String, agent: &str) -> Result<Option<String>, Error> {
    let email = email.trim().to_lowercase();
    let attempt = cx.db().write(async |tx| limits::count(tx, &email, cx.now).await).await?;
    let known = store::by_email(cx.db().read(), &email).await?;
    let phc = known.as_ref().and_then(|known| known.phc.clone());
    let right = passwords::is_right(password, phc).await?;
    match known {
        Some(known) if right => {
            let token = cx
                .db()
                .write(async |tx| {
                    limits::forget(tx, &email, attempt).await?;
                    enter(cx, tx, &known, agent, "signed in").await
                })
                .await?;
            Ok(Some(token))
        }
        _ => Ok(None),
    }
}

async fn enter(cx: &Cx, tx: &Tx, known: &Known, agent: &str, action: &str) -> Result<String, Error> {
    if let Some(Via::Session(before)) = cx.who.as_ref().map(|who| &who.via) {
        sessions::end(tx, before).await?;
    }
    let actor = Actor::Person(known.id, known.name.clone());
    audit::record(tx, cx.db().engine(), cx.now, &actor, action, &subject(&known.slug, &known.name), "").await?;
    Ok(sessions::begin(tx, &cx.app.config, known.id, agent, cx.now).await?)
}

/// Signs in as one of the demo's people.
///
/// # Errors
/// Not found where there is no such persona: everywhere but in the demo.
pub(super) async fn sign_in_as(cx: &Cx, persona: &str, agent: &str) -> Result<String, Error> {
    let persona = cx.app.personas.iter().find(|known| known.name == persona).ok_or(Error::NotFound)?;
    let known = store::by_slug(cx.db().read(), &persona.slug).await?.ok_or(Error::NotFound)?;
    cx.db().write(async |tx| enter(cx, tx, &known, agent, "signed in").await).await
}

/// Ends this session.
///
/// # Errors
/// The database's own.
pub(super) async fn sign_out(cx: &Cx, token_hash: &[u8]) -> Result<(), Error> {
    cx.db().write(async |tx| sessions::end(tx, token_hash).await).await?;
    Ok(())
}

/// Makes an invitation and answers its link; the caller sends or prints it. Earlier ones of the same purpose end.
///
/// # Errors
/// The database's own.
pub(crate) async fn invite(
    app: &App,
    tx: &Tx,
    person: PersonId,
    purpose: Purpose,
    by: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let token = secret::new_token();
    let good_for = match purpose {
        Purpose::Join => TimeDelta::days(JOIN_DAYS),
        Purpose::NewPassword => TimeDelta::hours(NEW_PASSWORD_HOURS),
    };
    db::exec(
        &**tx,
        "update invitation set withdrawn_at = $1
         where person_id = $2 and purpose = $3 and accepted_at is null and withdrawn_at is null",
        vec![now.into(), person.into(), purpose.word().into()],
    )
    .await?;
    db::exec(
        &**tx,
        "insert into invitation (id, token_hash, person_id, purpose, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            clock::new_id(now).into(),
            secret::token_hash(&token).into(),
            person.into(),
            purpose.word().into(),
            by.into(),
            now.into(),
            (now + good_for).into(),
        ],
    )
    .await?;
    Ok(format!("{}/invitations/{token}", app.config.public_url))
}

/// Withdraws all open invitations of a person.
///
/// # Errors
/// The database's own.
pub(crate) async fn withdraw_all(tx: &Tx, person: PersonId, now: DateTime<Utc>) -> Result<u64, Error> {
    Ok(db::exec(
        &**tx,
        "update invitation set withdrawn_at = $1 where person_id = $2 and accepted_at is null and withdrawn_at is null",
        vec![now.into(), person.into()],
    )
    .await?)
}

/// Changes one's own password: the one before must be known where there is one. Everywhere else one is signed out. Answers
/// whether the one before was right.
///
/// # Errors
/// Too many tries.
pub(crate) async fn change_password(cx: &Cx, who: &Standing, now: String, new: String) -> Result<bool, Error> {
    let known = store::by_slug(cx.db().read(), &who.slug).await?.ok_or(Error::NotFound)?;
    let about = format!("password of {}", who.slug);
    let mut attempt = None;
    if let Some(phc) = known.phc.clone() {
        attempt = Some(cx.db().write(async |tx| limits::count(tx, &about, cx.now).await).await?);
        if !passwords::is_right(now, Some(phc)).await? {
            return Ok(false);
        }
    }
    let phc = passwords::hash(new).await?;
    cx.db()
        .write(async |tx| {
            if let Some(attempt) = attempt {
                limits::forget(tx, &about, attempt).await?;
            }
            keep_password(tx, who.person, &phc, cx.now).await?;
            match &who.via {
                Via::Session(hash) => sessions::end_others(tx, who.person, hash).await?,
                Via::Token => sessions::end_all(tx, who.person).await?,
            };
            let about = subject(&known.slug, &known.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "changed the password", &about, "").await?;
            Ok(true)
        })
        .await
}

/// Signs out everywhere but here; answers from how many places.
///
/// # Errors
/// The database's own.
pub(crate) async fn sign_out_elsewhere(cx: &Cx, who: &Standing) -> Result<u64, Error> {
    cx.db()
        .write(async |tx| {
            let ended = match &who.via {
                Via::Session(hash) => sessions::end_others(tx, who.person, hash).await?,
                Via::Token => sessions::end_all(tx, who.person).await?,
            };
            let about = subject(&who.slug, &who.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "signed out elsewhere", &about, "").await?;
            Ok(ended)
        })
        .await
}

/// Sends a letter for a new password to the address, if somebody here has it. Nobody learns whether somebody does.
///
/// # Errors
/// Too many tries.
pub(super) async fn ask_for_new_password(cx: &Cx, email: &str) -> Result<(), Error> {
    let email = email.trim().to_lowercase();
    cx.db().write(async |tx| limits::count(tx, &format!("new password {email}"), cx.now).await).await?;
    let Some(known) = store::by_email(cx.db().read(), &email).await? else { return Ok(()) };
    cx.db()
        .write(async |tx| {
            let link = invite(&cx.app, tx, known.id, Purpose::NewPassword, None, cx.now).await?;
            let text = format!(
                "Hello {},\n\nsomebody, most likely you, asked for a new password at {}. \
                 This link lets you choose one within {NEW_PASSWORD_HOURS} hours:\n\n{link}\n\n\
                 If it was not you, do nothing: your password stays as it is.\n",
                known.name,
                cx.settings.organisation(),
            );
            let letter = Letter { to: known.email.clone(), subject: "Choose a new password".to_owned(), text };
            mail::enqueue(tx, cx.now, &letter).await?;
            let nobody = Actor::Process("somebody at the sign-in");
            let person = subject(&known.slug, &known.name);
            audit::record(tx, cx.db().engine(), cx.now, &nobody, "asked for a new password", &person, "").await?;
            Ok(())
        })
        .await
}

/// Sets a first or a new password through an invitation, ends other sessions, and signs in; answers the session's token.
///
/// # Errors
/// Not found when the invitation was taken up in the meantime.
pub(super) async fn accept(cx: &Cx, invitation: &OpenInvitation, password: String, agent: &str) -> Result<String, Error> {
    let phc = passwords::hash(password).await?;
    cx.db()
        .write(async |tx| {
            let taken = db::exec(
                &**tx,
                "update invitation set accepted_at = $1 where id = $2 and accepted_at is null and withdrawn_at is null",
                vec![cx.now.into(), invitation.id.into()],
            )
            .await?;
            if taken == 0 {
                return Err(Error::NotFound);
            }
            keep_password(tx, invitation.person_id, &phc, cx.now).await?;
            sessions::end_all(tx, invitation.person_id).await?;
            // Whoever was kept out by somebody else's guesses is let in again.
            limits::forget(tx, &invitation.email, uuid::Uuid::nil()).await?;
            let known = Known {
                id: invitation.person_id,
                slug: invitation.slug.clone(),
                name: invitation.name.clone(),
                email: invitation.email.clone(),
                phc: None,
            };
            let action = if invitation.purpose == "join" { "took up an invitation" } else { "chose a new password" };
            enter(cx, tx, &known, agent, action).await
        })
        .await
}

/// Keeps a password's hash in place of the one before.
///
/// # Errors
/// The database's own.
pub(crate) async fn keep_password(tx: &Tx, person: PersonId, phc: &str, now: DateTime<Utc>) -> Result<(), Error> {
    db::exec(
        &**tx,
        "insert into password (person_id, phc, changed_at) values ($1, $2, $3)
         on conflict (person_id) do update set phc = excluded.phc, changed_at = excluded.changed_at",
        vec![person.into(), phc.into(), now.into()],
    )
    .await?;
    Ok(())
}
