//! The page that asks for the second factor, between the password and the inside.

use askama::Template;
use axum::http::HeaderMap;
use platform::{
    Cx, Error,
    access::{Open, Routes},
    web::{Answered, Form, Shell, Toast, cookie, door_cookie_name, go_to_with, page, page_with_errors},
};

use super::{
    verbs::{self, Second},
    web,
};

pub(super) fn routes() -> Routes {
    Routes::new().get("/sign-in/second-factor", ask).post("/sign-in/second-factor", check)
}

#[derive(Template)]
#[template(path = "signin/second.html")]
struct Asked {
    shell: Shell,
    form: Form,
}

impl Asked {
    fn of(cx: &Cx, form: Form) -> Self {
        Self { shell: cx.shell("One more step", ""), form }
    }
}

async fn ask(_: Open, cx: Cx) -> Answered {
    page(&Asked::of(&cx, Form::default()))
}

async fn check(_: Open, cx: Cx, headers: HeaderMap, mut form: Form) -> Answered {
    let code = form.required("code", "Please type the code, or one of your recovery codes.", 60);
    form.forget("code");
    let Some(code) = code else { return page_with_errors(&Asked::of(&cx, form)) };
    let word = cookie(&headers, door_cookie_name(&cx.app.config)).unwrap_or_default();
    match verbs::show_second(&cx, word, &code).await {
        Ok(Second::Right(entered)) => web::entered(&cx, &entered),
        Ok(Second::Wrong) => {
            form.refuse(
                "code",
                "This code does not open. Each code opens once: please wait for the next one, and check the phone’s clock.",
            );
            page_with_errors(&Asked::of(&cx, form))
        }
        Ok(Second::TooLate) => {
            Ok(go_to_with("/sign-in", &Toast::saying("That took more than ten minutes. Please begin with your password again.")))
        }
        Err(error @ Error::TooMany { wait_seconds }) => {
            form.refuse("code", error.words().1);
            web::page_of_too_many(&Asked::of(&cx, form), wait_seconds)
        }
        Err(error) => Err(error),
    }
}
