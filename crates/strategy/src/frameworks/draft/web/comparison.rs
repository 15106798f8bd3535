//! Two versions beside one another: what became of each practice, through all versions between them, and the words that differ.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::Query;
use partnerships::calendar::{Calendar, spoken};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::super::{
    super::{
        Framework,
        differs::{self, Text, Words},
        lineage::{self, Fate, Passed},
        pack::{Pack, Practice},
        store as published,
    },
    policy::Versions,
    rules::is_reworded,
    verbs::read_source,
};
use crate::PracticeId;

/// What the address says: the numbers of two versions; the last two where it is silent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "frameworks/draft/web/comparison.html")]
struct Page {
    shell: Shell,
    numbers: Vec<(String, String)>,
    from: String,
    to: String,
    heads: (String, String),
    summary: String,
    rows: Vec<Row>,
    kept: usize,
}

/// Practices that hang together, where something differs.
struct Row {
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
    path: String,
    fate: Fate,
    changes: Vec<Change>,
    why: Vec<String>,
}

/// A practice of the later version beside what it comes from.
struct Change {
    code: String,
    title: String,
    texts: Vec<Text>,
    also: Vec<String>,
}

/// `GET /practices/comparison`
pub(super) async fn show(_: May<See, Versions>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let on = cx.db().read();
    let all = Framework::all_versions(on).await?;
    let named = |number: &str| all.iter().position(|framework| framework.version.to_string() == number);
    let to = if asked.to.is_empty() { all.len().checked_sub(1) } else { named(&asked.to) }.ok_or(Error::NotFound)?;
    let from = if asked.from.is_empty() { to.checked_sub(1) } else { named(&asked.from) }.ok_or(Error::NotFound)?;
    // Read in one direction: the earlier one on the left.
    let (from, to) = (from.min(to), from.max(to));
    let passed = lineage::all(on).await?;
    let (old, new) = (&all[from], &all[to]);
    let sources = published::sources(on, &[old.id, new.id]).await?;
    let pack = |framework: &Framework| read_source(sources.get(&framework.id).map_or("", String::as_str));
    let (before, after) = (pack(old)?, pack(new)?);
    let (lines, why) = through(&all[from..=to], &passed);
    let calendar = Calendar::of(&cx.settings);
    let (rows, kept) = rows(&before, &after, (old, new), &lines, &why, &calendar);
    let head =
        |framework: &Framework| format!("Version {}, from {}", framework.version, spoken(framework.effective_from, cx.today()));
    page(&Page {
        shell: cx.shell("What changed between two versions", "/practices"),
        numbers: all.iter().map(|one| (one.version.to_string(), format!("Version {}", one.version))).collect(),
        from: old.version.to_string(),
        to: new.version.to_string(),
        heads: (head(old), head(new)),
        summary: summary(&rows, kept),
        rows,
        kept,
    })
}

type Lines = BTreeSet<(usize, usize)>;

/// From which practice of the first of these versions lines run to which of the last, and why, by practice of either.
fn through(versions: &[std::sync::Arc<Framework>], passed: &[Passed]) -> (Lines, HashMap<PracticeId, Vec<String>>) {
    let (Some(first), Some(last)) = (versions.first(), versions.last()) else { return Default::default() };
    let mut ends: Vec<(usize, PracticeId)> = first.practices.iter().map(|practice| practice.id).enumerate().collect();
    let mut why: HashMap<PracticeId, Vec<String>> = HashMap::new();
    for version in &versions[1..] {
        let hops: Vec<&Passed> = passed.iter().filter(|one| one.framework == version.id).collect();
        let mut next = Vec::new();
        for (start, end) in &ends {
            for hop in hops.iter().filter(|hop| hop.from == Some(*end)) {
                match hop.to {
                    Some(to) => next.push((*start, to)),
                    None => tell(&mut why, first.practices[*start].id, hop),
                }
            }
        }
        for hop in hops.iter().filter(|hop| !hop.reason.is_empty()) {
            let Some(to) = hop.to else { continue };
            // A reason given on the way belongs to whatever the practice has become.
            let earlier = hop.from.and_then(|from| why.get(&from)).cloned().unwrap_or_default();
            why.entry(to).or_default().extend(earlier);
            tell(&mut why, to, hop);
        }
        ends = next;
    }
    let place = |id: PracticeId| last.practices.iter().position(|practice| practice.id == id);
    (ends.into_iter().filter_map(|(start, end)| Some((start, place(end)?))).collect(), why)
}

fn tell(why: &mut HashMap<PracticeId, Vec<String>>, practice: PracticeId, hop: &Passed) {
    let by = hop.by.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let words = format!("{}{by}", hop.reason);
    let told = why.entry(practice).or_default();
    if !hop.reason.is_empty() && !told.contains(&words) {
        told.push(words);
    }
}

fn rows(
    before: &Pack,
    after: &Pack,
    (old, new): (&Framework, &Framework),
    lines: &Lines,
    why: &HashMap<PracticeId, Vec<String>>,
    calendar: &Calendar,
) -> (Vec<Row>, usize) {
    let words = Words { pack: after, calendar };
    let (mut rows, mut kept) = (Vec::new(), 0);
    for group in lineage::groups(before.practices.len(), after.practices.len(), lines) {
        let olds: Vec<&Practice> = group.before.iter().filter_map(|place| before.practices.get(*place)).collect();
        let news: Vec<&Practice> = group.after.iter().filter_map(|place| after.practices.get(*place)).collect();
        let reworded = matches!((olds.as_slice(), news.as_slice()), ([was], [now]) if is_reworded(was, now));
        if let ([was], [now]) = (olds.as_slice(), news.as_slice())
            && was == now
        {
            kept += 1;
            continue;
        }
        let changes = news.iter().map(|now| {
            let was = olds.iter().find(|was| was.code == now.code).or(olds.first()).copied();
            Change {
                code: now.code.clone(),
                title: now.title.clone(),
                texts: differs::texts(was, now, &words),
                also: was.map(|was| differs::also(was, now, &words)).unwrap_or_default(),
            }
        });
        let of_new = group.after.iter().filter_map(|place| new.practices.get(*place)).map(|practice| practice.id);
        let of_old = group.before.iter().filter_map(|place| old.practices.get(*place)).map(|practice| practice.id);
        let mut reasons: Vec<String> = of_new.chain(of_old).filter_map(|id| why.get(&id)).flatten().cloned().collect();
        let mut seen = BTreeSet::new();
        reasons.retain(|reason| seen.insert(reason.clone()));
        let named = |practice: &&Practice| (practice.code.clone(), practice.title.clone());
        rows.push(Row {
            path: group.path(),
            fate: group.fate(reworded),
            changes: changes.collect(),
            why: reasons,
            before: olds.iter().map(named).collect(),
            after: news.iter().map(named).collect(),
        });
    }
    (rows, kept)
}

fn summary(rows: &[Row], kept: usize) -> String {
    let said: Vec<String> = Fate::ALL
        .into_iter()
        .map(|fate| (fate, rows.iter().filter(|row| row.fate == fate).count() + if fate == Fate::Kept { kept } else { 0 }))
        .filter(|(_, count)| *count > 0)
        .map(|(fate, count)| format!("{count} {}", fate.word().to_lowercase()))
        .collect();
    if said.is_empty() { "Both are empty.".to_owned() } else { format!("{}.", said.join(", ")) }
}
