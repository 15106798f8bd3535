//! What changes at the door.

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    App, Cx, Error,
    access::{May, Standing, Via},
    audit::{self, Actor},
    clock,
    config::FactorFor,
    db::{self, PersonId, Tx},
    jobs,
    mail::{self, Letter},
    room::{Answer, Subject},
    secret,
    settings::Settings,
};
use serde::{Deserialize, Serialize};

use crate::persons::policy::{Reset, Someone};

use super::{
    factor, limits, notices, passwords, sessions,
    steps::{self, Step},
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

pub(super) fn subject(slug: &str, name: &str) -> Subject {
    Subject { kind: "person", key: slug.to_owned(), title: name.to_owned(), href: format!("/people/{slug}") }
}

/// How far somebody came.
#[derive(Debug)]
pub(super) enum Entered {
    /// Inside: the session's token, and where to go first.
    Inside { token: String, to: String },
    /// The second factor is asked for; the word goes into a cookie.
    Asked(String),
}

/// What waits for the second factor.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    action: String,
    agent: String,
    back: String,
    factor_for: String,
}

/// The way somebody comes in.
pub(super) struct Way<'a> {
    /// What the audit log says.
    pub action: &'a str,
    /// The browser.
    pub agent: &'a str,
    /// Where to go then.
    pub back: &'a str,
    /// Who must have a second factor, coming in this way.
    pub factor_for: FactorFor,
}

/// Signs in with address and password; answers nothing when the two don't go together.
///
/// # Errors
/// Too many tries.
pub(super) async fn sign_in(cx: &Cx, email: &str, password: String, agent: &str, back: &str) -> Result<Option<Entered>, Error> {
    let email = email.trim().to_lowercase();
    let attempt = cx.db().write(async |tx| limits::count(tx, &limits::of_sign_in(&email, cx.client()), cx.now).await).await?;
    let known = store::by_email(cx.db().read(), &email).await?;
    let phc = known.as_ref().and_then(|known| known.phc.clone());
    let right = passwords::is_right(password, phc).await?;
    match known {
        Some(known) if right => {
            let way = Way { action: "signed in", agent, back, factor_for: cx.app.config.factor_for };
            let entered = cx
                .db()
                .write(async |tx| {
                    limits::forget(tx, &attempt).await?;
                    enter(cx, tx, &known, &way).await
                })
                .await?;
            Ok(Some(entered))
        }
        known => {
            tracing::warn!(
                person = known.map_or_else(|| "nobody we know".to_owned(), |known| known.slug),
                from = cx.place(),
                "a password opened nothing"
            );
            Ok(None)
        }
    }
}

/// Lets somebody in who has shown the first factor: asks for the second where there is one.
pub(super) async fn enter(cx: &Cx, tx: &Tx, known: &Known, way: &Way<'_>) -> Result<Entered, Error> {
    if !factor::has_one(&**tx, known.id).await? {
        return go_in(cx, tx, known, way).await;
    }
    let waiting = Waiting {
        action: way.action.to_owned(),
        agent: way.agent.to_owned(),
        back: way.back.to_owned(),
        factor_for: way.factor_for.word().to_owned(),
    };
    Ok(Entered::Asked(steps::keep(tx, &cx.app, Step::SecondFactor, Some(known.id), &waiting, cx.now).await?))
}

/// Begins a session in place of the one before, if there was one.
async fn go_in(cx: &Cx, tx: &Tx, known: &Known, way: &Way<'_>) -> Result<Entered, Error> {
    if let Some(Via::Session(before)) = cx.who.as_ref().map(|who| &who.via) {
        sessions::end(tx, before).await?;
    }
    let actor = Actor::Person(known.id, known.name.clone());
    audit::record(tx, cx.db().engine(), cx.now, &actor, way.action, &subject(&known.slug, &known.name), "").await?;
    let token = sessions::begin(tx, &cx.app.config, known.id, way.agent, way.factor_for, cx.now).await?;
    let owes =
        !factor::has_one(&**tx, known.id).await? && factor::owes(&**tx, known.id, cx.now.date_naive(), way.factor_for).await?;
    let to = if owes { format!("/people/{}/second-factor", known.slug) } else { way.back.to_owned() };
    Ok(Entered::Inside { token, to })
}

/// What came of a second factor.
pub(super) enum Second {
    /// It was right.
    Right(Entered),
    /// It was wrong, or used before.
    Wrong,
    /// The password was given too long ago; the sign-in begins anew.
    TooLate,
}

/// Shows the second factor for the sign-in that waits under this word.
///
/// # Errors
/// Too many tries.
pub(super) async fn show_second(cx: &Cx, word: &str, code: &str) -> Result<Second, Error> {
    let found = steps::look::<Waiting>(cx.db().read(), &cx.app, Step::SecondFactor, word, cx.now).await?;
    let Some((Some(person), _)) = found else { return Ok(Second::TooLate) };
    let Some(known) = store::by_id(cx.db().read(), person).await? else { return Ok(Second::TooLate) };
    let limits = limits::of_proofs("second factor", &known.slug);
    // Counted in a transaction of its own, so that a wrong code counts.
    let attempt = cx.db().write(async |tx| limits::count(tx, &limits, cx.now).await).await?;
    cx.db()
        .write(async |tx| {
            let Some(shown) = factor::verbs::check(cx, tx, person, code).await? else {
                tracing::warn!(person = known.slug, from = cx.place(), "a second factor opened nothing");
                return Ok(Second::Wrong);
            };
            let taken = steps::take::<Waiting>(tx, &cx.app, Step::SecondFactor, word, cx.now).await?;
            let Some((_, waiting)) = taken else { return Ok(Second::TooLate) };
            limits::forget(tx, &attempt).await?;
            let action = match shown {
                factor::verbs::Shown::Code => waiting.action.clone(),
                factor::verbs::Shown::Recovery => format!("{} with a recovery code", waiting.action),
            };
            let factor_for = FactorFor::from_word(&waiting.factor_for).unwrap_or(cx.app.config.factor_for);
            let way = Way { action: &action, agent: &waiting.agent, back: &waiting.back, factor_for };
            Ok(Second::Right(go_in(cx, tx, &known, &way).await?))
        })
        .await
}

/// Signs in as one of the demo's people.
///
/// # Errors
/// Not found where there is no such persona: everywhere but in the demo.
pub(super) async fn sign_in_as(cx: &Cx, persona: &str, agent: &str, back: &str) -> Result<Entered, Error> {
    let persona = cx.app.personas.iter().find(|known| known.name == persona).ok_or(Error::NotFound)?;
    let known = store::by_slug(cx.db().read(), &persona.slug).await?.ok_or(Error::NotFound)?;
    let way = Way { action: "signed in", agent, back, factor_for: FactorFor::Nobody };
    cx.db().write(async |tx| enter(cx, tx, &known, &way).await).await
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
    let mut attempt = None;
    if let Some(phc) = known.phc.clone() {
        attempt = Some(cx.db().write(async |tx| limits::count(tx, &limits::of_own_password(&who.slug), cx.now).await).await?);
        if !passwords::is_right(now, Some(phc)).await? {
            return Ok(false);
        }
    } else {
        // A first password opens a door of its own, and none before it can be asked for.
        cx.must_be_fresh().await?;
    }
    let phc = passwords::hash(new).await?;
    cx.db()
        .write(async |tx| {
            if let Some(attempt) = &attempt {
                limits::forget(tx, attempt).await?;
            }
            keep_password(tx, who.person, &phc, cx.now).await?;
            match &who.via {
                Via::Session(hash) => sessions::end_others(tx, who.person, hash).await?,
                Via::Token => sessions::end_all(tx, who.person).await?,
            };
            let about = subject(&known.slug, &known.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "changed the password", &about, "").await?;
            notices::tell(cx, tx, &known.name, Some(&known.email), "changed your password").await?;
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

/// Signs out of one place.
///
/// # Errors
/// Not found when it has ended already, or is somebody else's.
pub(super) async fn sign_out_of(cx: &Cx, who: &Standing, token_hash: Vec<u8>) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            if sessions::end_one(tx, who.person, token_hash).await? == 0 {
                return Err(Error::NotFound);
            }
            let about = subject(&who.slug, &who.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "signed out elsewhere", &about, "").await?;
            Ok(())
        })
        .await
}

/// Signs somebody out everywhere, and tells them.
///
/// # Errors
/// The database's own.
pub(super) async fn sign_out_person(cx: &Cx, may: &May<Reset, Someone>) -> Result<u64, Error> {
    let person = may.thing();
    cx.db()
        .write(async |tx| {
            let ended = sessions::end_all(tx, person.id).await?;
            let actor = Actor::from(may.who());
            audit::record(tx, cx.db().engine(), cx.now, &actor, "signed out everywhere", &person.subject(), "").await?;
            if let Some(email) = &person.email {
                let text = format!(
                    "Hello {},\n\n{} signed you out at {}, everywhere. Your password is the one you had; sign in again \
                     when you need to:\n\n{}/sign-in\n\nIf you wonder why, ask {}.\n",
                    person.name,
                    may.who().name,
                    cx.settings.organisation(),
                    cx.app.config.public_url,
                    may.who().name,
                );
                let subject = "You were signed out".to_owned();
                mail::enqueue(tx, cx.now, &Letter { to: email.clone(), subject, text }).await?;
            }
            Ok(ended)
        })
        .await
}

/// The name of the job that writes letters for a new password.
pub(super) const LETTER_JOB: &str = "letter for a new password";

/// Asks for a letter for a new password. What happens here is the same whether somebody has this address or not; a job looks.
///
/// # Errors
/// Too many tries.
pub(super) async fn ask_for_new_password(cx: &Cx, email: &str) -> Result<(), Error> {
    let email = email.trim().to_lowercase();
    cx.db()
        .write(async |tx| {
            limits::count(tx, &limits::of_letters(&email, cx.client()), cx.now).await?;
            jobs::enqueue(&**tx, cx.now, LETTER_JOB, &serde_json::json!({ "email": email }), cx.now).await?;
            Ok(())
        })
        .await
}

/// Writes the letter, if somebody has the address.
pub(super) fn write_letter<'a>(app: &'a App, payload: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let asked: serde_json::Value = serde_json::from_str(payload)?;
        let email = asked["email"].as_str().unwrap_or_default();
        let now = app.clock.now();
        let Some(known) = store::by_email(app.db.read(), email).await? else { return Ok(()) };
        let settings = Settings::read(app.db.read()).await?;
        app.db
            .write(async |tx| {
                let link = invite(app, tx, known.id, Purpose::NewPassword, None, now).await?;
                let text = format!(
                    "Hello {},\n\nsomebody, most likely you, asked for a new password at {}. \
                     This link lets you choose one within {NEW_PASSWORD_HOURS} hours:\n\n{link}\n\n\
                     If it was not you, do nothing: your password stays as it is.\n",
                    known.name,
                    settings.organisation(),
                );
                let letter = Letter { to: known.email.clone(), subject: "Choose a new password".to_owned(), text };
                mail::enqueue(tx, now, &letter).await?;
                let nobody = Actor::Process("somebody at the sign-in");
                let person = subject(&known.slug, &known.name);
                audit::record(tx, app.db.engine(), now, &nobody, "asked for a new password", &person, "").await?;
                Ok(())
            })
            .await
    })
}

/// Sets a first or a new password through an invitation, ends other sessions, and signs in.
///
/// # Errors
/// Not found when the invitation was taken up in the meantime.
pub(super) async fn accept(cx: &Cx, invitation: &OpenInvitation, password: String, agent: &str) -> Result<Entered, Error> {
    let phc = passwords::hash(password).await?;
    cx.db()
        .write(async |tx| {
            take_up(tx, invitation, cx.now).await?;
            keep_password(tx, invitation.person_id, &phc, cx.now).await?;
            sessions::end_all(tx, invitation.person_id).await?;
            limits::forgive(tx, &invitation.email, cx.client()).await?;
            let joins = invitation.purpose == "join";
            if !joins {
                notices::tell(cx, tx, &invitation.name, Some(&invitation.email), "chose a new password through a letter").await?;
            }
            let action = if joins { "took up an invitation" } else { "chose a new password" };
            let way = Way { action, agent, back: "/", factor_for: cx.app.config.factor_for };
            enter(cx, tx, &invitation.known(), &way).await
        })
        .await
}

/// Takes up an invitation: nobody can a second time.
///
/// # Errors
/// Not found when it was taken up in the meantime.
pub(super) async fn take_up(tx: &Tx, invitation: &OpenInvitation, now: DateTime<Utc>) -> Result<(), Error> {
    let taken = db::exec(
        &**tx,
        "update invitation set accepted_at = $1 where id = $2 and accepted_at is null and withdrawn_at is null",
        vec![now.into(), invitation.id.into()],
    )
    .await?;
    if taken == 0 { Err(Error::NotFound) } else { Ok(()) }
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
