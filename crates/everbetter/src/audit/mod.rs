//! The audit log as a page and as a file, for those who answer for the organisation and its server.

use askama::Template;
use axum::extract::{Path, Query};
use platform::{
    Cx, Error,
    access::{May, Policy, Routes, Standing, Whole, actions::See, roles},
    audit::{self, Filter},
    sheet::{Cell, Sheet},
    web::{Answered, Shell, page},
};
use serde::Deserialize;

/// Events on a page.
const PAGE: usize = 50;
/// Events in a file: more than any audit asks for at once, and bounded.
const FILE: u64 = 100_000;

/// The log as a whole.
#[derive(Default)]
pub(crate) struct AuditLog;

impl Whole for AuditLog {
    const NAME: &'static str = "audit log";
}

impl Policy<See> for AuditLog {
    fn permits(who: &Standing, _: &Self) -> bool {
        may_read(who)
    }
}

pub(crate) fn may_read(who: &Standing) -> bool {
    who.holds(&[roles::OPERATOR, roles::CHIEF, roles::SENIOR_DIRECTOR, roles::DIRECTOR])
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/audit", show).get("/audit/export/{ending}", export)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    key: String,
    before: Option<i64>,
}

impl Asked {
    fn filter(&self) -> Filter {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Filter { subject_kind: filled(&self.kind), subject_key: filled(&self.key), before: self.before }
    }
}

struct Line {
    when: String,
    actor: String,
    action: String,
    subject: String,
    href: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "audit/show.html")]
struct Log {
    shell: Shell,
    lines: Vec<Line>,
    kind: String,
    key: String,
    kinds: Vec<(&'static str, &'static str)>,
    first: String,
    after: String,
    query: String,
}

const KINDS: [(&str, &str); 12] = [
    ("", "Everything"),
    ("partnership", "Partnerships, trackers, visits"),
    ("person", "People"),
    ("team", "Teams"),
    ("site", "Sites"),
    ("framework", "Frameworks"),
    ("cycle", "Cycles"),
    ("plan", "Plans"),
    ("theory", "Theories of action"),
    ("import", "Imports"),
    ("invitation", "Invitations"),
    ("job", "Jobs"),
];

async fn show(_: May<See, AuditLog>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let mut events = audit::page(cx.db().read(), &asked.filter(), PAGE as u64 + 1).await?;
    let more = events.len() > PAGE;
    events.truncate(PAGE);
    let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let query = format!("kind={}&key={}", encode(&asked.kind), encode(&asked.key));
    let after = match events.last() {
        Some(last) if more => format!("/audit?{query}&before={}", last.seq),
        _ => String::new(),
    };
    let first = if asked.before.is_some() { format!("/audit?{query}") } else { String::new() };
    let lines = events
        .into_iter()
        .map(|event| Line {
            when: cx.settings.local(event.at).format("%-d %b %Y, %H:%M").to_string(),
            actor: event.actor,
            action: event.action,
            subject: event.subject,
            href: event.href,
            detail: event.detail,
        })
        .collect();
    page(&Log {
        shell: cx.shell("Audit log", ""),
        lines,
        kind: asked.kind,
        key: asked.key,
        kinds: KINDS.to_vec(),
        first,
        after,
        query,
    })
}

async fn export(may: May<See, AuditLog>, cx: Cx, Path(ending): Path<String>, Query(asked): Query<Asked>) -> Answered {
    drop(may);
    let events = audit::page(cx.db().read(), &asked.filter(), FILE).await.map_err(Error::from)?;
    let rows = events
        .into_iter()
        .map(|event| {
            vec![
                Cell::from(event.seq),
                event.at.to_rfc3339().into(),
                event.actor.into(),
                event.action.into(),
                event.subject_kind.into(),
                event.subject.into(),
                event.detail.into(),
                event.hash.into(),
            ]
        })
        .collect();
    Sheet { name: "audit-log".to_owned(), header: vec!["number", "at", "who", "did", "kind", "what", "detail", "hash"], rows }
        .download(&ending)
}
