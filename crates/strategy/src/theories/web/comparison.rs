//! Two versions beside one another.

use askama::Template;
use axum::extract::Query;
use partnerships::partnerships::{Partnership, PartnershipFrame};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::{
    super::{
        Node, TheoryVersion,
        compare::{Line, compare},
        store,
    },
    show::since,
};
use crate::differences::Fate;

/// What the address says: the numbers of two versions; the last two where it is silent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "theories/web/comparison.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    numbers: Vec<(String, String)>,
    from: String,
    to: String,
    heads: (String, String),
    why: String,
    summary: String,
    groups: Vec<Group>,
}

/// The lines of a kind of node.
struct Group {
    heading: &'static str,
    lines: Vec<Line>,
}

/// `GET /partnerships/{partnership}/theory/comparison`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let (on, partnership) = (cx.db().read(), may.thing());
    let versions: Vec<TheoryVersion> =
        store::versions(on, partnership.id).await?.into_iter().filter(|version| version.published_at.is_some()).collect();
    let named = |number: &str| versions.iter().find(|version| version.number.to_string() == number);
    let to = if asked.to.is_empty() { versions.first() } else { named(&asked.to) }.ok_or(Error::NotFound)?;
    let before = || versions.iter().find(|version| version.number < to.number);
    let from = if asked.from.is_empty() { before() } else { named(&asked.from) }.ok_or(Error::NotFound)?;
    let all = store::nodes_of_all(on, &[from.id, to.id]).await?;
    let of = |version: &TheoryVersion| -> Vec<Node> {
        all.iter().filter(|(id, _)| *id == version.id).map(|(_, node)| node.clone()).collect()
    };
    let lines = compare(&of(from), &of(to));
    let head = |version: &TheoryVersion| format!("Version {}, {}", version.number, since(version, &cx));
    let mut frame = PartnershipFrame::of(&cx, may.who(), partnership, "/theory");
    let base = format!("{}/theory", partnership.subject().href);
    frame.crumbs.push((frame.title.clone(), base.clone()));
    "What changed".clone_into(&mut frame.title);
    page(&Page {
        shell: cx.shell(format!("What changed: {}", partnership.name), "/partnerships"),
        frame,
        base,
        numbers: versions.iter().map(|version| (version.number.to_string(), format!("Version {}", version.number))).collect(),
        from: from.number.to_string(),
        to: to.number.to_string(),
        heads: (head(from), head(to)),
        why: to.why_changed.clone(),
        summary: summary(&lines),
        groups: groups(lines),
    })
}

fn groups(lines: Vec<Line>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines {
        match groups.last_mut().filter(|group| group.heading == line.kind.word()) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { heading: line.kind.word(), lines: vec![line] }),
        }
    }
    groups
}

fn summary(lines: &[Line]) -> String {
    let count = |fate: Fate| lines.iter().filter(|line| line.fate == fate).count();
    let said: Vec<String> = [(Fate::Came, "new"), (Fate::Went, "gone"), (Fate::Changed, "changed"), (Fate::Same, "the same")]
        .into_iter()
        .map(|(fate, word)| (count(fate), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if said.is_empty() { "Both are empty.".to_owned() } else { format!("{}.", said.join(", ")) }
}
