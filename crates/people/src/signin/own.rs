//! Pages about one's own way in: the password, and where one is signed in.

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, Routes, Via},
    secret,
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    passwords::{LEAST, refusal_of},
    sessions, store, verbs, web,
};
use crate::{
    persons::policy::{Own, Reset, Secure, Someone},
    words,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/people/{person}/sessions", list)
        .post("/people/{person}/sessions/closure", close_others)
        .post("/people/{person}/sessions/reset", close_all)
        .post("/people/{person}/sessions/{session}/closure", close_one)
        .get("/people/{person}/password", ask)
        .post("/people/{person}/password", change)
}

struct Place {
    key: String,
    agent: String,
    since: String,
    seen: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "signin/sessions.html")]
struct Sessions {
    shell: Shell,
    person: Someone,
    places: Vec<Place>,
}

async fn list(may: May<Own, Someone>, cx: Cx) -> Answered {
    let found = sessions::sessions_of(cx.db().read(), may.thing().id, cx.now).await?;
    let said = |at| words::moment(cx.settings.local(at), cx.today());
    let places = found
        .into_iter()
        .map(|session| Place {
            key: secret::hex(&session.token_hash),
            agent: words::agent(&session.agent),
            since: said(session.created_at),
            seen: said(session.seen_at),
            is_here: matches!(&may.who().via, Via::Session(hash) if *hash == session.token_hash),
        })
        .collect();
    page(&Sessions { shell: cx.shell("Where you are signed in", "/people"), person: may.thing().clone(), places })
}

async fn close_others(may: May<Secure, Someone>, cx: Cx, _: Form) -> Answered {
    let ended = verbs::sign_out_elsewhere(&cx, may.who()).await?;
    let ended = i64::try_from(ended).unwrap_or(0);
    let word = format!("Signed out of {}. This one stays.", counted(ended, "other place", "other places"));
    Ok(go_to_with(&format!("/people/{}/sessions", may.thing().slug), &Toast::saying(word)))
}

async fn close_one(may: May<Secure, Someone>, cx: Cx, _: Form) -> Answered {
    let key = may.ids().get("session")?;
    let found = sessions::sessions_of(cx.db().read(), may.thing().id, cx.now).await?;
    let session = found.into_iter().find(|session| secret::hex(&session.token_hash) == key).ok_or(Error::NotFound)?;
    verbs::sign_out_of(&cx, may.who(), session.token_hash).await?;
    let word = format!("Signed out of {}.", words::agent(&session.agent));
    Ok(go_to_with(&format!("/people/{}/sessions", may.thing().slug), &Toast::saying(word)))
}

async fn close_all(may: May<Reset, Someone>, cx: Cx, _: Form) -> Answered {
    let ended = i64::try_from(verbs::sign_out_person(&cx, &may).await?).unwrap_or(0);
    let word = format!("{} is signed out of {}; a letter says so.", may.thing().name, counted(ended, "place", "places"));
    Ok(go_to_with(&format!("/people/{}", may.thing().slug), &Toast::saying(word)))
}

#[derive(Template)]
#[template(path = "signin/own_password.html")]
struct OwnPassword {
    shell: Shell,
    form: Form,
    person: Someone,
    has_one: bool,
    rule: String,
    provider: String,
    is_linked: bool,
}

impl OwnPassword {
    async fn of(cx: &Cx, person: &Someone, form: Form) -> Result<Self, Error> {
        let known = store::by_slug(cx.db().read(), &person.slug).await?;
        Ok(Self {
            shell: cx.shell("Your password", "/people"),
            form,
            provider: web::provider_name(cx),
            is_linked: store::is_linked(cx.db().read(), person.id).await?,
            person: person.clone(),
            has_one: known.is_some_and(|known| known.phc.is_some()),
            rule: format!("At least {LEAST} characters. Three or four words that belong to nobody else are easy to remember."),
        })
    }
}

async fn ask(may: May<Own, Someone>, cx: Cx) -> Answered {
    page(&OwnPassword::of(&cx, may.thing(), Form::default()).await?)
}

async fn change(may: May<Own, Someone>, cx: Cx, mut form: Form) -> Answered {
    let person = may.thing();
    let (now, new) = (form.value("now").to_owned(), form.value("password").to_owned());
    form.forget("now");
    form.forget("password");
    if let Some(why) = refusal_of(&new, &person.name, person.email.as_deref().unwrap_or_default(), cx.settings.organisation()) {
        form.refuse("password", why);
        return page_with_errors(&OwnPassword::of(&cx, person, form).await?);
    }
    match verbs::change_password(&cx, may.who(), now, new).await {
        Ok(true) => {
            let word = "Your new password holds from now on. Wherever else you were signed in, you are signed out.";
            Ok(go_to_with(&format!("/people/{}", person.slug), &Toast::saying(word)))
        }
        Ok(false) => {
            form.refuse("now", "This is not the password you have now. Could it be an older one?");
            page_with_errors(&OwnPassword::of(&cx, person, form).await?)
        }
        Err(error @ Error::TooMany { wait_seconds }) => {
            form.refuse("now", error.words().1);
            web::page_of_too_many(&OwnPassword::of(&cx, person, form).await?, wait_seconds)
        }
        Err(error) => Err(error),
    }
}
