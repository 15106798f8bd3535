//! What can be brought in and taken out, what is on its way, and what came in.

use askama::Template;
use axum::extract::Query;
use platform::{
    Cx,
    access::{May, actions::See},
    import::Form as Shape,
    paging,
    text::counted,
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::called;
use crate::imports::{
    Imports,
    store::{self, Past, Work},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    before: String,
}

struct KindLine {
    name: &'static str,
    called: String,
    about: &'static str,
    is_text: bool,
    is_book: bool,
}

struct Way {
    href: String,
    file: String,
    called: String,
    when: String,
    work: &'static str,
}

struct PastLine {
    href: String,
    when: String,
    who: String,
    person: String,
    what: String,
    outcome: String,
}

#[derive(Template)]
#[template(path = "imports/web/list.html")]
struct List {
    shell: Shell,
    kinds: Vec<KindLine>,
    open: Vec<Way>,
    past: Vec<PastLine>,
    first: String,
    after: String,
    all_see: bool,
}

pub(super) async fn list(may: May<See, Imports>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let on = cx.db().read();
    let who = may.who();
    let when = |at| cx.settings.local(at).format("%-d %b %Y, %H:%M").to_string();
    let kinds = cx.app.house.rooms().iter().flat_map(|room| &room.imports).filter(|kind| (kind.may)(who));
    let kinds = kinds
        .map(|kind| KindLine {
            name: kind.name,
            called: called(kind.name),
            about: kind.about,
            is_text: kind.form != Shape::Table,
            is_book: kind.form == Shape::Book,
        })
        .collect();
    let open = store::open(on, who, cx.now).await?.into_iter().map(|draft| Way {
        href: draft.address("/trial"),
        called: called(&draft.kind),
        when: when(draft.created_at),
        work: match draft.work() {
            Some(Work::Looking) => ": we are looking at it",
            Some(Work::Coming) => ": it is coming in",
            None => "",
        },
        file: draft.file,
    });
    let mut past = store::history(on, who, ask.before.parse().ok(), paging::SIZE + 1).await?;
    let more = past.len() > paging::SIZE;
    past.truncate(paging::SIZE);
    let after = past.last().filter(|_| more).map_or_else(String::new, |last| format!("/imports?before={}", last.id));
    page(&List {
        shell: cx.shell("Files in and out", ""),
        kinds,
        open: open.collect(),
        past: past.into_iter().map(|past| line(&past, when(past.taken_at))).collect(),
        first: if ask.before.is_empty() { String::new() } else { "/imports".to_owned() },
        after,
        all_see: crate::audit::may_read(who),
    })
}

fn line(past: &Past, when: String) -> PastLine {
    PastLine {
        href: format!("/imports/{}", past.id),
        when,
        who: past.name.clone(),
        person: format!("/people/{}", past.slug),
        what: format!("{} from {}", called(&past.kind), past.file),
        outcome: format!(
            "{}, {} changed, {} the same",
            counted(past.new_rows, "new row", "new rows"),
            past.changed_rows,
            past.same_rows
        ),
    }
}
