//! Asking once more who it is, before what opens doors or closes them. What was typed waits meanwhile, encrypted.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::Response,
};
use platform::{
    Cx, Error,
    access::{KeptForm, Routes, SignedIn, Standing, Via},
    audit::{self, Actor},
    web::{Answered, Form, Shell, go_to, is_local, page, page_with_errors, session_cookie},
};
use serde::Deserialize;

use super::{
    factor, limits, passwords, sessions,
    steps::{self, Step},
    store, verbs, web,
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/sign-in/again", ask).post("/sign-in/again", prove).get("/sign-in/again/{kept}", go_on)
}

/// Keeps a form until its sender has shown who it is.
pub(super) async fn keep(cx: &Cx, form: &KeptForm) -> Result<Option<String>, Error> {
    let Some(who) = &cx.who else { return Ok(None) };
    let kept = cx.db().write(async |tx| steps::keep(tx, &cx.app, Step::Form, Some(who.person), form, cx.now).await).await?;
    Ok(Some(kept))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    kept: String,
    to: String,
    lost: String,
}

#[derive(Template)]
#[template(path = "signin/again.html")]
struct Again {
    shell: Shell,
    form: Form,
    kept: String,
    to: String,
    is_lost: bool,
    has_password: bool,
    has_factor: bool,
    is_demo: bool,
    email: String,
    /// The provider's name, where the person has an account there.
    provider: String,
}

impl Again {
    async fn of(cx: &Cx, who: &SignedIn, form: Form, asked: &Asked) -> Result<Self, Error> {
        let known = store::by_id(cx.db().read(), who.who().person).await?;
        let has_password = known.as_ref().is_some_and(|known| known.phc.is_some());
        let has_factor = factor::has_one(cx.db().read(), who.who().person).await?;
        let linked = store::is_linked(cx.db().read(), who.who().person).await?;
        let provider = cx.app.config.provider.as_ref().filter(|_| linked && !has_factor);
        Ok(Self {
            provider: provider.map(|provider| provider.name.clone()).unwrap_or_default(),
            shell: cx.shell("Is it still you?", ""),
            form,
            kept: asked.kept.clone(),
            to: if is_local(&asked.to) { asked.to.clone() } else { "/".to_owned() },
            is_lost: !asked.lost.is_empty(),
            has_password,
            has_factor,
            is_demo: is_demo(cx, who) && !has_password && !has_factor && provider.is_none(),
            email: known.map(|known| known.email).unwrap_or_default(),
        })
    }
}

/// Whether this is one of the demo's people, who come in with one click and have nothing to show.
fn is_demo(cx: &Cx, who: &SignedIn) -> bool {
    cx.app.personas.iter().any(|persona| persona.slug == who.who().slug)
}

async fn ask(who: SignedIn, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    page(&Again::of(&cx, &who, Form::default(), &asked).await?)
}

async fn prove(who: SignedIn, cx: Cx, mut form: Form) -> Answered {
    let asked = Asked { kept: form.value("kept").to_owned(), to: form.value("to").to_owned(), lost: String::new() };
    let (password, code) = (form.value("password").to_owned(), form.value("code").to_owned());
    form.forget("password");
    form.forget("code");
    let Via::Session(hash) = &who.who().via else { return Err(Error::NotByToken) };
    match is_shown(&cx, &who, password, &code).await {
        Ok(true) => {}
        Ok(false) => {
            form.refuse("password", "This is not the password that we know. Please try once more.");
            form.refuse("code", "This code does not open. Each code opens once: please wait for the next one.");
            return page_with_errors(&Again::of(&cx, &who, form, &asked).await?);
        }
        Err(error @ Error::TooMany { wait_seconds }) => {
            form.refuse("password", error.words().1);
            form.refuse("code", error.words().1);
            return web::page_of_too_many(&Again::of(&cx, &who, form, &asked).await?, wait_seconds);
        }
        Err(error) => return Err(error),
    }
    proved(&cx, who.who(), hash, &asked.kept, &asked.to).await
}

/// Notes the proof and leads on: to what waits, or to the page that asked.
pub(super) async fn proved(cx: &Cx, who: &Standing, hash: &[u8], kept: &str, to: &str) -> Result<Response, Error> {
    let token = cx
        .db()
        .write(async |tx| {
            let token = sessions::prove(tx, hash, cx.now).await?.ok_or(Error::NotSignedIn)?;
            let about = verbs::subject(&who.slug, &who.name);
            audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), "showed who it is", &about, "").await?;
            Ok::<_, Error>(token)
        })
        .await?;
    let mut response = if !kept.is_empty() {
        go_to(&format!(
            "/sign-in/again/{}",
            kept.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect::<String>()
        ))
    } else {
        go_to(if is_local(to) { to } else { "/" })
    };
    let line = session_cookie(&cx.app.config, &token);
    let cookie = HeaderValue::from_str(&line).map_err(|error| Error::Ours(error.to_string()))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// A second factor where there is one, else the password.
async fn is_shown(cx: &Cx, who: &SignedIn, password: String, code: &str) -> Result<bool, Error> {
    let person = who.who().person;
    let limits = limits::of_proofs("proof", &who.who().slug);
    let attempt = cx.db().write(async |tx| limits::count(tx, &limits, cx.now).await).await?;
    let phc = store::by_id(cx.db().read(), person).await?.and_then(|known| known.phc);
    let has_factor = factor::has_one(cx.db().read(), person).await?;
    let right = if has_factor {
        cx.db().write(async |tx| factor::verbs::check(cx, tx, person, code).await).await?.is_some()
    } else if phc.is_some() {
        passwords::is_right(password, phc).await?
    } else {
        is_demo(cx, who)
    };
    if right {
        cx.db().write(async |tx| limits::forget(tx, &attempt).await).await?;
    }
    Ok(right)
}

#[derive(Template)]
#[template(path = "signin/again_go_on.html")]
struct GoOn {
    shell: Shell,
    address: String,
    back: String,
    fields: Vec<(String, String)>,
}

/// What waited, ready to be sent: one click, since a page without scripts sends nothing by itself.
async fn go_on(who: SignedIn, cx: Cx, Path(kept): Path<String>) -> Answered {
    cx.must_be_fresh().await?;
    let found = steps::look::<KeptForm>(cx.db().read(), &cx.app, Step::Form, &kept, cx.now).await?;
    let Some((Some(person), kept)) = found else { return Err(Error::NotFound) };
    if person != who.who().person || !is_local(&kept.address) {
        return Err(Error::NotFound);
    }
    let form = Form::parse(kept.body.as_bytes())?;
    let fields = form
        .names()
        .filter(|name| *name != "_csrf")
        .flat_map(|name| form.all(name).iter().map(|value| (name.to_owned(), value.clone())))
        .collect();
    page(&GoOn { shell: cx.shell("Thank you", ""), address: kept.address, back: kept.back, fields })
}
