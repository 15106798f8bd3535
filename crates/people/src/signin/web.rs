//! The door's pages.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use platform::{
    Cx, Error,
    access::{Open, Routes, Via},
    app::Persona,
    secret, text,
    web::{
        Answered, Form, Shell, clear_session_cookie, door_cookie, go_to, is_local, page, page_with_errors, session_cookie,
        theme_cookie,
    },
};
use serde::Deserialize;

use super::{
    passwords::{LEAST, refusal_of},
    store::{self, OpenInvitation},
    verbs::{self, Entered},
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", door)
        .post("/sign-in", knock)
        .post("/sign-in/persona", as_persona)
        .get("/sign-in/help", help)
        .post("/sign-in/help", ask_for_help)
        .post("/sign-out", leave)
        .get("/invitations/{invitation}", open_invitation)
        .post("/invitations/{invitation}", accept_invitation)
        .post("/preferences/theme", choose_theme)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    back: String,
}

struct PersonaButton {
    name: String,
    person: String,
    about: &'static str,
    initials: String,
    hue: u8,
}

impl From<&Persona> for PersonaButton {
    fn from(persona: &Persona) -> Self {
        Self {
            name: persona.name.clone(),
            person: persona.person.clone(),
            about: persona.about,
            initials: text::initials(&persona.person),
            hue: text::hue(&persona.person),
        }
    }
}

#[derive(Template)]
#[template(path = "signin/door.html")]
struct Door {
    shell: Shell,
    form: Form,
    back: String,
    personas: Vec<PersonaButton>,
    provider: String,
}

impl Door {
    fn of(cx: &Cx, form: Form, back: &str) -> Self {
        Self {
            shell: cx.shell("Sign in", ""),
            form,
            back: if is_local(back) { back.to_owned() } else { String::new() },
            provider: provider_name(cx),
            personas: cx.app.personas.iter().map(PersonaButton::from).collect(),
        }
    }
}

/// What the provider is called; empty without one.
pub(super) fn provider_name(cx: &Cx) -> String {
    cx.app.config.provider.as_ref().map(|provider| provider.name.clone()).unwrap_or_default()
}

async fn door(_: Open, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    if cx.who.is_some() {
        return Ok(go_to(if is_local(&asked.back) { &asked.back } else { "/" }));
    }
    page(&Door::of(&cx, Form::default(), &asked.back))
}

pub(super) fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("an unnamed browser").to_owned()
}

pub(super) fn set_cookie(response: &mut Response, line: &str) -> Result<(), Error> {
    let cookie = HeaderValue::from_str(line).map_err(|error| Error::Ours(error.to_string()))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(())
}

/// The way on: inside, or to the second factor.
pub(super) fn entered(cx: &Cx, entered: &Entered) -> Answered {
    match entered {
        Entered::Inside { token, to } => {
            let mut response = go_to(if is_local(to) { to } else { "/" });
            set_cookie(&mut response, &session_cookie(&cx.app.config, token))?;
            set_cookie(&mut response, &door_cookie(&cx.app.config, ""))?;
            Ok(response)
        }
        Entered::Asked(word) => {
            let mut response = go_to("/sign-in/second-factor");
            set_cookie(&mut response, &door_cookie(&cx.app.config, word))?;
            Ok(response)
        }
    }
}

/// A page that says that there were too many tries, and when the next one counts.
pub(super) fn page_of_too_many(template: &impl Template, wait_seconds: u64) -> Answered {
    let mut response = page(template)?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_seconds));
    Ok(response)
}

async fn knock(_: Open, cx: Cx, headers: HeaderMap, mut form: Form) -> Answered {
    let back = form.value("back").to_owned();
    let email = form.required("email", "Which e-mail address do we know you by?", 200);
    let password = form.value("password").to_owned();
    form.forget("password");
    if password.is_empty() {
        form.refuse("password", "Please type your password.");
    }
    if let (Some(email), false) = (email, form.has_errors()) {
        match verbs::sign_in(&cx, &email, password, &agent(&headers), &back).await {
            Ok(Some(way)) => return entered(&cx, &way),
            Ok(None) => form.refuse(
                "password",
                "This address and password don’t go together. Please try once more, or ask for a new password below.",
            ),
            Err(error @ Error::TooMany { wait_seconds }) => {
                let (_, advice) = error.words();
                form.refuse("password", advice);
                return page_of_too_many(&Door::of(&cx, form, &back), wait_seconds);
            }
            Err(error) => return Err(error),
        }
    }
    page_with_errors(&Door::of(&cx, form, &back))
}

async fn as_persona(_: Open, cx: Cx, headers: HeaderMap, form: Form) -> Answered {
    let way = verbs::sign_in_as(&cx, form.value("persona"), &agent(&headers), form.value("back")).await?;
    entered(&cx, &way)
}

/// Open to anybody: a session that has ended in the meantime leads to the sign-in all the same. The form is read for its
/// proof that it came from our own page.
async fn leave(_: Open, cx: Cx, _: Form) -> Answered {
    if let Some(Via::Session(hash)) = cx.who.as_ref().map(|who| &who.via) {
        verbs::sign_out(&cx, hash).await?;
    }
    let mut response = go_to("/sign-in");
    set_cookie(&mut response, &clear_session_cookie(&cx.app.config))?;
    Ok(response)
}

#[derive(Template)]
#[template(path = "signin/help.html")]
struct Help {
    shell: Shell,
    form: Form,
    sent_to: String,
}

async fn help(_: Open, cx: Cx) -> Answered {
    page(&Help { shell: cx.shell("Ask for a new password", ""), form: Form::default(), sent_to: String::new() })
}

async fn ask_for_help(_: Open, cx: Cx, mut form: Form) -> Answered {
    let shell = cx.shell("Ask for a new password", "");
    let Some(email) = form.required("email", "Which e-mail address do we know you by?", 200) else {
        return page_with_errors(&Help { shell, form, sent_to: String::new() });
    };
    match verbs::ask_for_new_password(&cx, &email).await {
        Ok(()) => page(&Help { shell, form, sent_to: email }),
        Err(error @ Error::TooMany { wait_seconds }) => {
            let (_, advice) = error.words();
            form.refuse("email", advice);
            page_of_too_many(&Help { shell, form, sent_to: String::new() }, wait_seconds)
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "signin/invitation.html")]
struct InvitationPage {
    shell: Shell,
    form: Form,
    token: String,
    name: String,
    email: String,
    joins: bool,
    rule: String,
    provider: String,
}

impl InvitationPage {
    fn of(cx: &Cx, invitation: &OpenInvitation, token: String, form: Form) -> Self {
        let joins = invitation.purpose == "join";
        Self {
            shell: cx.shell(if joins { "Welcome" } else { "Choose a new password" }, ""),
            form,
            token,
            name: invitation.name.clone(),
            email: invitation.email.clone(),
            joins,
            provider: if joins { provider_name(cx) } else { String::new() },
            rule: format!(
                "At least {LEAST} characters. Three or four words that belong to nobody else are easy to remember and hard to guess."
            ),
        }
    }
}

pub(super) async fn invitation_of(cx: &Cx, token: &str) -> Result<OpenInvitation, Error> {
    store::invitation(cx.db().read(), &secret::token_hash(token), cx.now).await?.ok_or(Error::NotFound)
}

async fn open_invitation(_: Open, cx: Cx, Path(token): Path<String>) -> Answered {
    let invitation = invitation_of(&cx, &token).await?;
    page(&InvitationPage::of(&cx, &invitation, token, Form::default()))
}

async fn accept_invitation(_: Open, cx: Cx, Path(token): Path<String>, headers: HeaderMap, mut form: Form) -> Answered {
    let invitation = invitation_of(&cx, &token).await?;
    let password = form.value("password").to_owned();
    form.forget("password");
    if let Some(why) = refusal_of(&password, &invitation.name, &invitation.email, cx.settings.organisation()) {
        form.refuse("password", why);
        return page_with_errors(&InvitationPage::of(&cx, &invitation, token, form));
    }
    let way = verbs::accept(&cx, &invitation, password, &agent(&headers)).await?;
    entered(&cx, &way)
}

async fn choose_theme(_: Open, cx: Cx, form: Form) -> Answered {
    let back = form.value("back");
    let mut response = go_to(if is_local(back) { back } else { "/" });
    let theme = match form.value("theme") {
        theme @ ("light" | "dark") => theme,
        _ => "",
    };
    set_cookie(&mut response, &theme_cookie(&cx.app.config, theme))?;
    Ok(response)
}
