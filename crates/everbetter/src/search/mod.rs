//! Search and actions: one box over people, partnerships, practices and pages, as a page and as JSON for the shortcut.

use askama::Template;
use axum::{Json, extract::Query, response::IntoResponse};
use platform::{
    Cx, Error,
    access::{Routes, SignedIn, Standing},
    search::{self, Hit},
    text::folded,
    web::{Answered, Shell, page},
};
use serde::{Deserialize, Serialize};

/// How many of one kind are shown.
const MOST: u64 = 60;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/search", find)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    format: String,
}

#[derive(Serialize)]
struct Group {
    group: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    title: String,
    note: String,
    href: String,
}

#[derive(Template)]
#[template(path = "search/show.html")]
struct Found {
    shell: Shell,
    q: String,
    groups: Vec<Group>,
    count: usize,
}

async fn find(me: SignedIn, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let groups = groups(&cx, me.who(), asked.q.trim()).await?;
    if asked.format == "json" {
        return Ok(Json(groups).into_response());
    }
    let count = groups.iter().map(|group| group.items.len()).sum();
    page(&Found { shell: cx.shell("Search", ""), q: asked.q, groups, count })
}

async fn groups(cx: &Cx, who: &Standing, question: &str) -> Result<Vec<Group>, Error> {
    let mut groups = vec![Group { group: "Go to", items: pages(cx, who, question) }];
    let hits = search::find(cx.db().read(), cx.db().engine(), who, question, MOST).await?;
    let shown: [(&str, &'static str); 8] = [
        ("practice", "Practices"),
        ("partnership", "Partnerships"),
        ("cycle", "Cycles"),
        ("plan", "Plans"),
        ("theory", "Theories of action"),
        ("person", "People"),
        ("team", "Teams"),
        ("site", "Sites"),
    ];
    for (kind, name) in shown {
        let items = hits.iter().filter(|hit| hit.kind == kind).map(Item::from).collect();
        groups.push(Group { group: name, items });
    }
    groups.retain(|group| !group.items.is_empty());
    Ok(groups)
}

/// The pages of the navigation whose name holds the words; all of them before anything is typed.
fn pages(cx: &Cx, who: &Standing, question: &str) -> Vec<Item> {
    let words = folded(question);
    let mut entries: Vec<_> = cx
        .app
        .house
        .rooms()
        .iter()
        .flat_map(|room| &room.nav)
        .filter(|entry| (entry.shown_to)(who) && words.split_whitespace().all(|word| folded(entry.label).contains(word)))
        .collect();
    entries.sort_by_key(|entry| entry.order);
    let mut items: Vec<Item> = entries
        .into_iter()
        .map(|entry| Item { title: entry.label.to_owned(), note: String::new(), href: entry.href.to_owned() })
        .collect();
    let own = Item { title: "Your page".to_owned(), note: who.name.clone(), href: format!("/people/{}", who.slug) };
    if words.split_whitespace().all(|word| "your page profile settings".contains(word)) {
        items.push(own);
    }
    items
}

impl From<&Hit> for Item {
    fn from(hit: &Hit) -> Self {
        Self { title: hit.title.clone(), note: hit.note.clone(), href: hit.href.clone() }
    }
}
