//! The page of one's own tokens.

use askama::Template;
use chrono::TimeDelta;
use platform::{
    Cx, Error,
    access::{May, Routes, Via},
    audit::Actor,
    config::FactorFor,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{MOST, TERMS, open_tokens, verbs};
use crate::{
    persons::policy::{Own, Secure, Someone},
    signin, words,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/people/{person}/tokens", list)
        .post("/people/{person}/tokens", make)
        .post("/people/{person}/tokens/{token}/revocation", revoke)
}

struct Row {
    id: String,
    name: String,
    made: String,
    used: String,
    until: String,
    /// Whether it gives nothing of what roles give, for want of a second factor.
    is_held: bool,
}

#[derive(Template)]
#[template(path = "tokens/list.html")]
struct List {
    shell: Shell,
    person: Someone,
    form: Form,
    tokens: Vec<Row>,
    /// The text of the token that was made just now.
    made: String,
}

impl List {
    async fn of(cx: &Cx, person: &Someone, form: Form, made: String) -> Result<Self, Error> {
        let found = open_tokens(cx.db().read(), person.id, cx.now).await?;
        let today = cx.today();
        let has_factor = signin::has_second_factor(cx.db().read(), person.id).await?;
        let mut held = Vec::new();
        for who in [FactorFor::Operators, FactorFor::Staff] {
            if signin::owes_second_factor(cx.db().read(), person.id, cx.now.date_naive(), who).await? {
                held.push(who.word());
            }
        }
        let tokens = found
            .into_iter()
            .map(|token| Row {
                id: token.id.to_string(),
                is_held: held.contains(&token.factor_for.as_str()) && !(has_factor && token.had_factor == 1),
                name: token.name,
                made: words::day(cx.settings.local(token.created_at).date(), today),
                used: token
                    .used_at
                    .map_or_else(|| "Not yet".to_owned(), |at| words::upper(&words::moment(cx.settings.local(at), today))),
                until: token.expires_at.map_or_else(
                    || "Until you revoke it".to_owned(),
                    |at| format!("Until {}", words::day(cx.settings.local(at).date(), today)),
                ),
            })
            .collect();
        Ok(Self { shell: cx.shell("Your tokens", "/people"), person: person.clone(), form, tokens, made })
    }

    fn terms(&self) -> Vec<(&'static str, &'static str)> {
        TERMS.iter().map(|(word, words, _)| (*word, *words)).collect()
    }
}

async fn list(may: May<Own, Someone>, cx: Cx) -> Answered {
    let form = Form::with([("term", "90".to_owned())]);
    page(&List::of(&cx, may.thing(), form, String::new()).await?)
}

async fn make(may: May<Secure, Someone>, cx: Cx, mut form: Form) -> Answered {
    let person = may.thing();
    let name = form.required("name", "What is it for? A name tells you later whether it is still needed.", 100);
    let term = TERMS.iter().find(|(word, _, _)| *word == form.value("term")).map(|(_, _, days)| *days);
    if term.is_none() {
        form.refuse("term", "Please choose how long it is good.");
    }
    if open_tokens(cx.db().read(), person.id, cx.now).await?.len() >= MOST {
        form.refuse("name", format!("You have {MOST} tokens. Could one of them go first?"));
    }
    let (Some(name), Some(term), false) = (name, term, form.has_errors()) else {
        return page_with_errors(&List::of(&cx, person, form, String::new()).await?);
    };
    let expires_at = term.map(|days| cx.now + TimeDelta::days(days));
    let actor = Actor::from(may.who());
    let made = cx
        .db()
        .write(async |tx| {
            // A token's maker is asked for a fresh proof, and only a session can give one.
            let Via::Session(hash) = &may.who().via else { return Err(Error::NotByToken) };
            let factor_for = signin::factor_for(&**tx, hash.clone()).await?;
            let made = verbs::make(tx, cx.db().engine(), cx.now, &actor, person, &name, expires_at, factor_for).await?;
            let what = "made a token that opens the door to a program";
            signin::tell_of_change(&cx, tx, &person.name, person.email.as_deref(), what).await?;
            Ok(made)
        })
        .await?;
    // Shown in the answer itself: nowhere else may the text of a token stand.
    page(&List::of(&cx, person, Form::with([("term", "90".to_owned())]), made).await?)
}

async fn revoke(may: May<Own, Someone>, cx: Cx, _: Form) -> Answered {
    let token = may.ids().get("token")?.parse().map_err(|_| Error::NotFound)?;
    verbs::revoke(&cx, &may, token).await?;
    let word = "Revoked: nothing gets in with it any more.";
    Ok(go_to_with(&format!("/people/{}/tokens", may.thing().slug), &Toast::saying(word)))
}
