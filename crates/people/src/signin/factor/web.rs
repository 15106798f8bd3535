//! The pages about one's own second factor.

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, Routes},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to, go_to_with, page, page_with_errors},
};

use super::{store, totp, verbs};
use crate::persons::policy::{Own, Reset, Secure, Someone};

pub(in crate::signin) fn routes() -> Routes {
    Routes::new()
        .get("/people/{person}/second-factor", show)
        .post("/people/{person}/second-factor", begin)
        .post("/people/{person}/second-factor/confirmation", confirm)
        .post("/people/{person}/second-factor/codes", renew)
        .post("/people/{person}/second-factor/removal", turn_off)
        .post("/people/{person}/second-factor/reset", reset)
}

#[derive(Template)]
#[template(path = "signin/factor/show.html")]
struct Show {
    shell: Shell,
    person: Someone,
    form: Form,
    is_on: bool,
    must: bool,
    left: String,
    picture: String,
    seed: String,
}

impl Show {
    async fn of(cx: &Cx, person: &Someone, form: Form) -> Result<Self, Error> {
        let on = cx.db().read();
        let is_on = store::has_one(on, person.id).await?;
        let waiting = if is_on { None } else { verbs::waiting_seed(cx, person.id).await? };
        let (picture, seed) = match &waiting {
            Some(seed) => {
                let name = person.email.as_deref().unwrap_or(&person.slug);
                let text = totp::base32(seed);
                let groups = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
                (totp::picture(&totp::address(cx.settings.organisation(), name, seed))?, groups)
            }
            None => (String::new(), String::new()),
        };
        let must = !is_on && crate::signin::owes_factor(on, person.id, cx.now.date_naive(), cx.app.config.factor_for).await?;
        let left = if is_on {
            counted(store::codes_left(on, person.id).await?, "recovery code", "recovery codes")
        } else {
            String::new()
        };
        Ok(Self {
            shell: cx.shell("Your second factor", "/people"),
            person: person.clone(),
            form,
            is_on,
            must,
            left,
            picture,
            seed,
        })
    }
}

#[derive(Template)]
#[template(path = "signin/factor/codes.html")]
struct Codes {
    shell: Shell,
    person: Someone,
    codes: Vec<String>,
}

impl Codes {
    /// The codes as a file that the browser saves without asking us again.
    fn file(&self) -> String {
        let head = format!("Recovery codes of {} for {}: each opens once.", self.person.name, self.shell.org);
        let text = format!("{head}\r\n\r\n{}\r\n", self.codes.join("\r\n"));
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }
}

fn here(person: &Someone) -> String {
    format!("/people/{}/second-factor", person.slug)
}

async fn show(may: May<Own, Someone>, cx: Cx) -> Answered {
    page(&Show::of(&cx, may.thing(), Form::default()).await?)
}

async fn begin(may: May<Secure, Someone>, cx: Cx, _: Form) -> Answered {
    verbs::begin(&cx, &may).await?;
    Ok(go_to(&here(may.thing())))
}

async fn confirm(may: May<Secure, Someone>, cx: Cx, mut form: Form) -> Answered {
    let code = form.value("code").to_owned();
    form.forget("code");
    match verbs::confirm(&cx, &may, &code).await? {
        Some(codes) => codes_page(&cx, may.thing(), codes),
        None => {
            form.refuse(
                "code",
                "This is not the code that we expected. Is the phone’s clock right? Please type the one it shows now.",
            );
            page_with_errors(&Show::of(&cx, may.thing(), form).await?)
        }
    }
}

fn codes_page(cx: &Cx, person: &Someone, codes: Vec<String>) -> Answered {
    // Shown in the answer itself: nowhere else may the text of a code stand.
    page(&Codes { shell: cx.shell("Your recovery codes", "/people"), person: person.clone(), codes })
}

async fn renew(may: May<Secure, Someone>, cx: Cx, _: Form) -> Answered {
    let codes = verbs::renew_codes(&cx, &may).await?;
    codes_page(&cx, may.thing(), codes)
}

async fn turn_off(may: May<Secure, Someone>, cx: Cx, _: Form) -> Answered {
    verbs::turn_off(&cx, &may).await?;
    Ok(go_to_with(&here(may.thing()), &Toast::saying("It is off. The password alone opens the door now.")))
}

async fn reset(may: May<Reset, Someone>, cx: Cx, _: Form) -> Answered {
    verbs::reset(&cx, &may).await?;
    let word = format!("{} can sign in with the password alone now; a letter says so.", may.thing().name);
    Ok(go_to_with(&format!("/people/{}", may.thing().slug), &Toast::saying(word)))
}
