//! The template of close and renew: sections, points to tick, and how long confidences are kept, kept as the text that came in.

use std::collections::BTreeSet;

use platform::{
    Error,
    access::roles,
    db::ConnectionTrait,
    import::{Form, Kind, Refusal},
};
use serde::Deserialize;

use crate::{
    plans::template::{Field, Holds, LETTERS, Section, check_sections},
    templates::{self, Meta, TemplatePack},
    tracker::rules::is_key,
};

/// The template as a kind of file.
pub(super) const KIND: Kind = Kind {
    name: "close-and-renew-templates",
    about: "The template of close and renew: its sections, the points to tick, and how long confidences are kept, as TOML.",
    columns: &[],
    form: Form::Text,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: false,
    run: |taking, sources| Box::pin(templates::take::<Pack>(taking, sources)),
    export: |db| Box::pin(templates::export::<Pack>(db)),
};

/// The longest time after which confidences are destroyed, in days: thirty years.
const DAYS_MOST: u64 = 10_958;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    meta: Meta,
    destruction: Keeping,
    section: Vec<PackSection>,
    point: Vec<Point>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackSection {
    id: String,
    title: String,
    #[serde(default)]
    help: String,
    #[serde(default)]
    is_ours: bool,
    field: Vec<Field>,
}

/// How long what coachees told in confidence is kept after the end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keeping {
    /// So many days after the partnership was closed.
    pub after_days: u64,
    /// Why so long and no longer.
    pub why: String,
    /// So many days before, those who can put it off are told.
    pub warn_days: u64,
}

/// Which ending a point belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    Both,
    Renew,
    Close,
}

/// A point to tick.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Point {
    pub id: String,
    pub text: String,
    pub ending: Ending,
}

/// A section with who reads it.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub section: Section,
    /// Whether the partner side does not see it.
    pub is_ours: bool,
}

/// The template, read.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub key: String,
    pub keeping: Keeping,
    pub parts: Vec<Part>,
    pub points: Vec<Point>,
}

impl TemplatePack for Pack {
    const TABLE: &'static str = "close_and_renew_template";
    const DEFAULT_FILE: &'static str = "content/close-and-renew.toml";
    const OF: &'static str = "close and renew";

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn check(&self, file: &str) -> Vec<Refusal> {
        check(file, self)
    }
}

impl Template {
    /// The one of that key.
    pub(super) async fn of(on: &impl ConnectionTrait, key: &str) -> Result<Self, Error> {
        Ok(Self::from(templates::of_key::<Pack>(on, key).await?))
    }

    /// What came in last; nothing before the first.
    pub(super) async fn latest(on: &impl ConnectionTrait) -> Result<Option<Self>, Error> {
        Ok(templates::latest::<Pack>(on).await?.map(Self::from))
    }

    /// The section of that name.
    pub(super) fn part(&self, id: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.section.id == id)
    }
}

impl From<PackSection> for Part {
    fn from(section: PackSection) -> Self {
        let PackSection { id, title, help, is_ours, field } = section;
        Self { section: Section { id, title, step: String::new(), help, is_of_its_cycle: false, field }, is_ours }
    }
}

impl From<Pack> for Template {
    fn from(pack: Pack) -> Self {
        Self {
            key: pack.meta.id,
            keeping: pack.destruction,
            parts: pack.section.into_iter().map(Part::from).collect(),
            points: pack.point,
        }
    }
}

/// What a template must hold.
fn check(file: &str, pack: &Pack) -> Vec<Refusal> {
    let mut refused = Vec::new();
    let mut refuse =
        |place: &str, problem: &str, advice: &str| refused.push(Refusal::whole(file, problem.to_owned(), advice).column(place));
    if !is_key(&pack.meta.id) {
        refuse("meta, id", "This can’t name a template.", LETTERS);
    }
    if pack.section.is_empty() {
        refuse("section", "It has no section.", "Write at least one [[section]].");
    }
    let sections: Vec<Section> = pack.section.iter().cloned().map(|section| Part::from(section).section).collect();
    check_sections(&sections, &mut refuse);
    for section in &sections {
        let is_of_cycle = |field: &&Field| matches!(field.holds, Holds::Cycle | Holds::TheoryChanges) || field.prefill.is_some();
        for field in section.field.iter().filter(is_of_cycle) {
            let place = format!("section {}, field {}", section.id, field.id);
            refuse(&place, "It asks for something of a cycle, and a year has several.", "Choose another type, without prefill.");
        }
    }
    let mut points = BTreeSet::new();
    for point in &pack.point {
        let place = format!("point {}", point.id);
        if !is_key(&point.id) || !points.insert(&point.id) {
            refuse(&place, "Each point needs an id of its own that can stand in an address.", LETTERS);
        }
        if point.text.trim().is_empty() {
            refuse(&place, "It says nothing.", "Write what is done when it is ticked.");
        }
    }
    if pack.destruction.after_days > DAYS_MOST || pack.destruction.warn_days > pack.destruction.after_days {
        let advice = "Write days, up to thirty years; `warn_days` can’t be more than `after_days`.";
        refuse("destruction", "This is no time to keep something.", advice);
    }
    if pack.destruction.why.trim().is_empty() {
        refuse("destruction, why", "It gives no reason.", "Write a sentence that a coachee could read.");
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = include_str!("../../../../content/close-and-renew.toml");

    fn refusals(text: &str) -> Vec<String> {
        let pack: Pack = toml::from_str(text).expect("a pack");
        check("t.toml", &pack).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_default_template_is_whole() {
        assert_eq!(refusals(DEFAULT), Vec::<String>::new());
    }

    #[test]
    fn what_a_template_lacks_is_named() {
        for (said, instead, problem) in [
            ("id = \"close-and-renew\"", "id = \"a/b\"", "can’t name a template"),
            ("id = \"keep\"", "id = \"look_back\"", "id of its own"),
            ("type = \"rows\"", "type = \"longtext\"", "Rows have columns"),
            ("type = \"longtext\"", "type = \"theory_changes\"", "a year has several"),
            ("id = \"looked_back\"", "id = \"thanked\"", "Each point needs"),
            ("text = \"We looked back together, on both sides\"", "text = \" \"", "It says nothing"),
            ("after_days = 365", "after_days = 20", "no time to keep something"),
            ("\"With us\"", "\"Theirs\"", "needs words, each once"),
        ] {
            assert!(DEFAULT.contains(said), "{said}");
            let refused = refusals(&DEFAULT.replacen(said, instead, 1));
            assert!(refused.iter().any(|one| one.contains(problem)), "{instead}: {refused:?}");
        }
    }
}
