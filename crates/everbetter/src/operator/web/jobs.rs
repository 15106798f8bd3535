//! The queue: what waits, what is tried again, what was given up, what is done.

use askama::Template;
use axum::extract::Query;
use platform::{
    Cx,
    access::{May, actions::See},
    paging::{Page, Seek, address},
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

use super::words;
use crate::operator::{
    Restart, Server,
    store::{self, JobRow, State},
};

/// What the address of the list asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Ask {
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl Ask {
    fn page(&self, after: &str, before: &str) -> String {
        if after.is_empty() && before.is_empty() {
            return String::new();
        }
        address("/operator/jobs", &Self { after: after.to_owned(), before: before.to_owned(), ..self.clone() })
    }

    fn is_open(&self) -> bool {
        self.state.is_empty() && self.kind.is_empty()
    }
}

/// A job as a line of a table.
pub(super) struct Line {
    pub id: String,
    pub kind: String,
    pub when: String,
    pub how: String,
    /// The icon that says it at a glance.
    pub icon: &'static str,
    pub given_up: bool,
}

impl Line {
    pub(super) fn of(cx: &Cx, row: &JobRow) -> Self {
        let (how, icon) = how(cx, row);
        Self {
            id: row.id.to_string(),
            kind: words::capital(&row.kind),
            when: words::capital(&words::when(cx, row.done_at.unwrap_or(row.created_at))),
            how,
            icon,
            given_up: row.given_up_at.is_some() && row.done_at.is_none(),
        }
    }
}

/// How a job went so far, and an icon for it.
pub(super) fn how(cx: &Cx, row: &JobRow) -> (String, &'static str) {
    let reason = || row.last_error.clone().unwrap_or_else(|| "no reason is on record".to_owned());
    match (row.done_at, row.given_up_at) {
        (Some(_), None) => ("Done".to_owned(), "check"),
        (Some(_), Some(_)) => (format!("Dismissed. It had failed: {}", reason()), "x"),
        (None, Some(_)) => (format!("Given up after {} tries: {}", row.attempts, reason()), "alert"),
        (None, None) if row.leased_until.is_some_and(|until| until > cx.now) => ("Under way".to_owned(), "clock"),
        (None, None) if row.last_error.is_some() => {
            (format!("Tries again {}: {}", words::when(cx, row.run_at), reason()), "wave")
        }
        (None, None) => ("Waits its turn".to_owned(), "clock"),
    }
}

#[derive(Template)]
#[template(path = "operator/web/jobs.html")]
struct List {
    shell: Shell,
    ask: Ask,
    kinds: Vec<(&'static str, String)>,
    states: &'static [(&'static str, &'static str)],
    page: Page<Line>,
    may_restart: bool,
}

pub(super) async fn list(may: May<See, Server>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let seek = Seek { after: &ask.after, before: &ask.before };
    let found = store::jobs(cx.db().read(), State::of(&ask.state), &ask.kind, seek).await?;
    let mut kinds: Vec<_> =
        cx.app.house.rooms().iter().flat_map(|room| &room.jobs).map(|kind| (kind.name, words::capital(kind.name))).collect();
    kinds.sort_unstable();
    let rows = found.rows.iter().map(|row| Line::of(&cx, row)).collect();
    page(&List {
        shell: cx.shell("Jobs", "/operator"),
        page: Page { rows, before: found.before, after: found.after },
        kinds,
        states: &State::CHOICES,
        may_restart: may.also::<Restart>(),
        ask,
    })
}
