//! The ways to the provider and back, and whose account it is.

use std::sync::Arc;

use platform::{
    Cx, Error,
    access::Standing,
    audit::{self, Actor},
    clock,
    config::{FactorFor, Provider},
    db::{self, PersonId, Tx},
    room::Subject,
    secret,
};
use serde::{Deserialize, Serialize};

use super::{
    Refusal, talk,
    token::{Account, Expected},
};
use crate::signin::{
    limits, notices,
    steps::{self, Step},
    store::{self, OpenInvitation},
    verbs::{self, Entered},
};

/// Where the provider sends people back to.
pub(super) const ANSWER: &str = "/sign-in/provider/answer";

/// What somebody goes to the provider for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Errand {
    /// To come in, and go on there.
    SignIn { back: String },
    /// To link the account to the person who is signed in.
    Link { person: String },
    /// To take up an invitation; the hash of its token.
    Join { invitation: Vec<u8> },
    /// To show once more who it is.
    Again { person: String, kept: String, to: String },
}

/// A way that began in a browser, until it comes back.
#[derive(Serialize, Deserialize)]
struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    began: chrono::DateTime<chrono::Utc>,
    errand: Errand,
}

/// What the provider sent back with the browser.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub code: String,
    pub state: String,
    pub iss: Option<String>,
    pub error: String,
}

/// The provider of the settings.
pub(super) fn provider(cx: &Cx) -> Result<&Provider, Error> {
    cx.app.config.provider.as_ref().ok_or(Error::NotFound)
}

fn back(cx: &Cx) -> String {
    format!("{}{ANSWER}", cx.app.config.public_url)
}

/// Begins a way: the word for the browser's cookie, and the address to go to.
///
/// # Errors
/// Too many ways from one place.
pub(super) async fn begin(cx: &Cx, errand: Errand) -> Result<Result<(String, String), Refusal>, Error> {
    let provider = provider(cx)?;
    cx.db().write(async |tx| limits::count(tx, &limits::of_provider("to", cx.client()), cx.now).await.map(|_| ())).await?;
    let offer = match talk::offer(provider, cx.now).await {
        Ok(offer) => offer,
        Err(refusal) => return refused(cx, refusal).await.map(Err),
    };
    let begun =
        Begun { state: secret::new_token(), nonce: secret::new_token(), verifier: secret::new_token(), began: cx.now, errand };
    let way = talk::Way {
        state: &begun.state,
        nonce: &begun.nonce,
        verifier: &begun.verifier,
        asks_again: matches!(begun.errand, Errand::Again { .. }),
    };
    let address = talk::way_there(provider, &offer, &back(cx), &way);
    let word = cx.db().write(async |tx| steps::keep(tx, &cx.app, Step::Provider, None, &begun, cx.now).await).await?;
    Ok(Ok((word, address)))
}

/// Notes a refusal in the audit log.
pub(super) async fn refused(cx: &Cx, refusal: Refusal) -> Result<Refusal, Error> {
    let subject = Subject {
        kind: crate::signin::SUBJECT,
        key: "provider".to_owned(),
        title: "Sign-in with the provider".to_owned(),
        href: "/sign-in".to_owned(),
    };
    let actor = cx.who.as_ref().map_or(Actor::Process("somebody at the sign-in"), |who| Actor::from(&**who));
    let detail = refusal.detail();
    cx.db().write(async |tx| audit::record(tx, cx.db().engine(), cx.now, &actor, "was refused", &subject, &detail).await).await?;
    Ok(refusal)
}

/// Checks what came back; answers whose account it is and what it was for. The way is used up, whatever comes of it.
///
/// # Errors
/// Too many answers from one place.
pub(super) async fn come_back(cx: &Cx, cookie: &str, answer: &Answer) -> Result<Result<(Account, Errand), Refusal>, Error> {
    let provider = provider(cx)?;
    // Whatever comes back to no way of ours is written into the audit log, so it can't come without end.
    cx.db().write(async |tx| limits::count(tx, &limits::of_provider("back from", cx.client()), cx.now).await.map(|_| ())).await?;
    let taken = cx.db().write(async |tx| steps::take::<Begun>(tx, &cx.app, Step::Provider, cookie, cx.now).await).await?;
    let Some((_, begun)) = taken else { return Ok(Err(Refusal::NotOurs)) };
    if !secret::same(&begun.state, &answer.state) {
        return Ok(Err(Refusal::NotOurs));
    }
    Ok(check(cx, provider, &begun, answer).await.map(|account| (account, begun.errand)))
}

async fn check(cx: &Cx, provider: &Provider, begun: &Begun, answer: &Answer) -> Result<Account, Refusal> {
    let offer: Arc<_> = talk::offer(provider, cx.now).await?;
    talk::is_of(&offer, answer.iss.as_deref())?;
    if !answer.error.is_empty() {
        return Err(Refusal::TurnedBack(answer.error.chars().filter(|letter| letter.is_ascii_graphic()).take(60).collect()));
    }
    if answer.code.is_empty() {
        return Err(Refusal::Untrue("an answer without a code"));
    }
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        nonce: &begun.nonce,
        signed_in_after: matches!(begun.errand, Errand::Again { .. }).then_some(begun.began),
    };
    talk::account(provider, &offer, &answer.code, &back(cx), &begun.verifier, &expected, cx.now).await
}

fn way<'a>(cx: &Cx, account: &Account, action: &'a str, agent: &'a str, back: &'a str) -> verbs::Way<'a> {
    // Whoever showed two factors there has shown them.
    let factor_for = if account.by_two_factors { FactorFor::Nobody } else { cx.app.config.factor_for };
    verbs::Way { action, agent, back, factor_for }
}

/// Lets the owner of an account in.
pub(super) async fn sign_in(cx: &Cx, account: &Account, agent: &str, back: &str) -> Result<Result<Entered, Refusal>, Error> {
    let issuer = provider(cx)?.issuer.clone();
    let Some(person) = store::account_owner(cx.db().read(), &issuer, &account.subject).await? else {
        return Ok(Err(Refusal::Unknown));
    };
    let Some(known) = store::by_id(cx.db().read(), person).await? else { return Ok(Err(Refusal::Unknown)) };
    cx.db()
        .write(async |tx| {
            db::exec(
                &**tx,
                "update provider_account set used_at = $1 where issuer = $2 and subject = $3",
                vec![cx.now.into(), issuer.into(), account.subject.clone().into()],
            )
            .await?;
            let entered = verbs::enter(cx, tx, &known, &way(cx, account, "signed in with the provider", agent, back)).await?;
            Ok(Ok(entered))
        })
        .await
}

async fn keep(cx: &Cx, tx: &Tx, person: PersonId, account: &Account) -> Result<(), Error> {
    db::exec(
        &**tx,
        "insert into provider_account (id, person_id, issuer, subject, linked_at) values ($1, $2, $3, $4, $5)
         on conflict (issuer, subject) do nothing",
        vec![
            clock::new_id(cx.now).into(),
            person.into(),
            provider(cx)?.issuer.clone().into(),
            account.subject.clone().into(),
            cx.now.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Links an account to the person who is signed in.
pub(super) async fn link(cx: &Cx, who: &Standing, account: &Account) -> Result<Result<(), Refusal>, Error> {
    let issuer = provider(cx)?.issuer.clone();
    cx.db()
        .write(async |tx| {
            keep(cx, tx, who.person, account).await?;
            if store::account_owner(&**tx, &issuer, &account.subject).await? != Some(who.person) {
                return Ok(Err(Refusal::Taken));
            }
            let about = verbs::subject(&who.slug, &who.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "linked an account at the provider", &about, &issuer)
                .await?;
            let known = store::by_id(&**tx, who.person).await?;
            let email = known.as_ref().map(|known| known.email.as_str());
            notices::tell(cx, tx, &who.name, email, "linked an account that opens the door").await?;
            Ok(Ok(()))
        })
        .await
}

/// Takes the links to the provider away.
///
/// # Errors
/// Refused when nothing else would open the door; not found when there is no link.
pub(super) async fn unlink(cx: &Cx, who: &Standing) -> Result<(), Error> {
    let known = store::by_id(cx.db().read(), who.person).await?;
    if known.as_ref().is_none_or(|known| known.phc.is_none()) {
        return Err(Error::Refused("Choose a password first: without the account you could not come in again.".to_owned()));
    }
    cx.db()
        .write(async |tx| {
            let gone = db::exec(&**tx, "delete from provider_account where person_id = $1", vec![who.person.into()]).await?;
            if gone == 0 {
                return Err(Error::NotFound);
            }
            let about = verbs::subject(&who.slug, &who.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "unlinked the account at the provider", &about, "")
                .await?;
            let email = known.as_ref().map(|known| known.email.as_str());
            notices::tell(cx, tx, &who.name, email, "unlinked the account that opened the door").await?;
            Ok(())
        })
        .await
}

/// Takes up an invitation with an account.
pub(super) async fn join(
    cx: &Cx,
    invitation: &OpenInvitation,
    account: &Account,
    agent: &str,
) -> Result<Result<Entered, Refusal>, Error> {
    let issuer = provider(cx)?.issuer.clone();
    cx.db()
        .write(async |tx| {
            keep(cx, tx, invitation.person_id, account).await?;
            if store::account_owner(&**tx, &issuer, &account.subject).await? != Some(invitation.person_id) {
                return Ok(Err(Refusal::Taken));
            }
            verbs::take_up(tx, invitation, cx.now).await?;
            let action = "took up an invitation with the provider";
            let entered = verbs::enter(cx, tx, &invitation.known(), &way(cx, account, action, agent, "/")).await?;
            Ok(Ok(entered))
        })
        .await
}
