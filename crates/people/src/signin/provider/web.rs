//! The addresses of the ways to the provider and back. They are links, not forms: the content policy lets no form lead elsewhere.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use platform::{
    Cx, Error,
    access::{May, Open, Routes, SignedIn, Via},
    secret,
    web::{Answered, Form, Shell, Toast, cookie, door_cookie, door_cookie_name, go_to, go_to_with, page},
};
use serde::Deserialize;

use super::{
    Refusal,
    verbs::{self, ANSWER, Answer, Errand},
};
use crate::{
    persons::policy::{Own, Secure, Someone},
    signin::{again, store, web as door},
};

pub(in crate::signin) fn routes() -> Routes {
    Routes::new()
        .get("/sign-in/provider", sign_in)
        .get(ANSWER, come_back)
        .get("/sign-in/again/provider", again)
        .get("/invitations/{invitation}/provider", join)
        .get("/people/{person}/provider", link)
        .post("/people/{person}/provider/removal", unlink)
}

#[derive(Template)]
#[template(path = "signin/provider/refused.html")]
struct Refused {
    shell: Shell,
    name: String,
    refusal: Refusal,
    is_in: bool,
}

fn refused(cx: &Cx, refusal: Refusal) -> Answered {
    let status = match refusal {
        Refusal::Unreachable(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::FORBIDDEN,
    };
    let name = verbs::provider(cx)?.name.clone();
    let mut response = page(&Refused { shell: cx.shell("That did not open", ""), name, refusal, is_in: cx.who.is_some() })?;
    *response.status_mut() = status;
    set_cookie(&mut response, cx, "")?;
    Ok(response)
}

fn set_cookie(response: &mut axum::response::Response, cx: &Cx, word: &str) -> Result<(), Error> {
    let line = door_cookie(&cx.app.config, word);
    response
        .headers_mut()
        .append(header::SET_COOKIE, HeaderValue::from_str(&line).map_err(|error| Error::Ours(error.to_string()))?);
    Ok(())
}

async fn begin(cx: &Cx, errand: Errand) -> Answered {
    match verbs::begin(cx, errand).await? {
        Ok((word, address)) => {
            let mut response = go_to(&address);
            set_cookie(&mut response, cx, &word)?;
            Ok(response)
        }
        Err(refusal) => refused(cx, refusal),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    back: String,
    kept: String,
    to: String,
}

async fn sign_in(_: Open, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    begin(&cx, Errand::SignIn { back: asked.back }).await
}

async fn again(who: SignedIn, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    begin(&cx, Errand::Again { person: who.who().slug.clone(), kept: asked.kept, to: asked.to }).await
}

async fn join(_: Open, cx: Cx, Path(token): Path<String>) -> Answered {
    door::invitation_of(&cx, &token).await?;
    begin(&cx, Errand::Join { invitation: secret::token_hash(&token) }).await
}

async fn link(may: May<Own, Someone>, cx: Cx) -> Answered {
    verbs::provider(&cx)?;
    cx.must_be_fresh().await?;
    begin(&cx, Errand::Link { person: may.thing().slug.clone() }).await
}

async fn unlink(may: May<Secure, Someone>, cx: Cx, _: Form) -> Answered {
    verbs::unlink(&cx, may.who()).await?;
    let word = "Unlinked. Your password opens the door from now on.";
    Ok(go_to_with(&format!("/people/{}/password", may.thing().slug), &Toast::saying(word)))
}

async fn come_back(_: Open, cx: Cx, headers: HeaderMap, Query(answer): Query<Answer>) -> Answered {
    verbs::provider(&cx)?;
    let word = cookie(&headers, door_cookie_name(&cx.app.config)).unwrap_or_default();
    let agent = door::agent(&headers);
    let entered = match verbs::come_back(&cx, word, &answer).await? {
        Err(refusal) => Err(refusal),
        Ok((account, Errand::SignIn { back })) => verbs::sign_in(&cx, &account, &agent, &back).await?,
        Ok((account, Errand::Join { invitation })) => {
            let invitation = store::invitation(cx.db().read(), &invitation, cx.now).await?.ok_or(Error::NotFound)?;
            verbs::join(&cx, &invitation, &account, &agent).await?
        }
        Ok((account, Errand::Link { person })) => {
            let who = cx.who.clone().filter(|who| who.slug == person).ok_or(Error::NotSignedIn)?;
            match verbs::link(&cx, &who, &account).await? {
                Ok(()) => {
                    let word = "Linked. From now on you can sign in with it.";
                    return Ok(go_to_with(&format!("/people/{person}/password"), &Toast::saying(word)));
                }
                Err(refusal) => Err(refusal),
            }
        }
        Ok((account, Errand::Again { person, kept, to })) => {
            let who = cx.who.clone().filter(|who| who.slug == person).ok_or(Error::NotSignedIn)?;
            let Via::Session(hash) = &who.via else { return Err(Error::NotByToken) };
            let owner = verbs::owner(cx.db().read(), &verbs::provider(&cx)?.issuer, &account.subject).await?;
            if owner == Some(who.person) {
                return again::proved(&cx, &who, hash, &kept, &to).await;
            }
            Err(Refusal::Taken)
        }
    };
    match entered {
        Ok(entered) => door::entered(&cx, &entered),
        Err(refusal) => refused(&cx, verbs::refused(&cx, refusal).await?),
    }
}
