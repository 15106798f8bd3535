//! The template of road maps: which reviews and key meetings a year has under which support model; a content pack, kept as the
//! text that came in.

use std::collections::BTreeSet;

use partnerships::models;
use platform::{
    Error,
    access::roles,
    db::ConnectionTrait,
    import::{Form, Kind, Refusal, Source, Taking, Tally},
};
use serde::Deserialize;

use super::{EntryKind, TITLE_MOST, rules::is_reserved};
use crate::{
    templates::{self, Meta, TemplatePack},
    tracker::rules::is_key,
};

/// The template as a kind of file.
pub(super) const KIND: Kind = Kind {
    name: "road-map-templates",
    about: "The template of a partnership’s year: its reviews and key meetings, by month and support model, as TOML.",
    columns: &[],
    form: Form::Text,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(templates::export::<Template>(db)),
};

/// A template of road maps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    meta: Meta,
    /// What a year has.
    #[serde(rename = "entry", default)]
    pub lines: Vec<Line>,
}

/// Something that a year has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// Its name in addresses and files.
    pub id: String,
    /// What it is.
    pub kind: EntryKind,
    /// What people call it.
    pub title: String,
    /// What makes it worth meeting for.
    #[serde(default)]
    pub about: String,
    /// The support models that have it; none for all.
    #[serde(default)]
    pub models: Vec<String>,
    /// The years of the work that have it.
    #[serde(default)]
    pub in_year: InYear,
    /// Its first month.
    pub start: u32,
    /// Its last month; the first where it is left out.
    pub end: Option<u32>,
    /// The day of its one month, where it is a day.
    pub day: Option<u32>,
    /// The code of the practice that it is.
    #[serde(default)]
    pub practice: String,
}

/// The years of the work that have something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InYear {
    /// All of them.
    #[default]
    Any,
    /// The first.
    First,
    /// All but the first.
    Later,
}

impl Line {
    /// Whether a support model has it.
    pub(super) fn is_for(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|one| one == model)
    }
}

impl Template {
    /// Whether it has anything for a support model.
    pub(super) fn is_for(&self, model: &str) -> bool {
        self.lines.iter().any(|line| line.is_for(model))
    }

    /// The template that came in last; nothing before the first.
    pub(crate) async fn latest(on: &impl ConnectionTrait) -> Result<Option<Self>, Error> {
        templates::latest(on).await
    }
}

impl TemplatePack for Template {
    const TABLE: &'static str = "road_map_template";
    const DEFAULT_FILE: &'static str = "content/road-map.toml";
    const OF: &'static str = "road maps";

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn check(&self, file: &str) -> Vec<Refusal> {
        check(file, self)
    }
}

fn check(file: &str, template: &Template) -> Vec<Refusal> {
    let mut refused = Vec::new();
    let mut refuse = |what: &str, problem: &str, advice: &str| {
        refused.push(Refusal::whole(file, format!("{what}: {problem}"), advice));
    };
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for line in &template.lines {
        let what = format!("entry {}", line.id);
        if !is_key(&line.id) || is_reserved(&line.id) {
            let advice =
                "Use letters, digits and hyphens, and none of cycle-…, own-… and close-and-renew, which are made by the program.";
            refuse(&what, "This can’t be its id.", advice);
        }
        if !ids.insert(&line.id) {
            refuse(&what, "Another entry has the same id.", "Give each an id of its own.");
        }
        if line.title.trim().is_empty() || line.title.chars().count() > TITLE_MOST {
            refuse(&what, "Its title is empty or too long.", &format!("Say in up to {TITLE_MOST} characters what it is."));
        }
        if !EntryKind::ADDED.contains(&line.kind) {
            let advice =
                "Write review, meeting or other; cycles, close and renew come from the framework and the template of cycles.";
            refuse(&what, "A template can’t add this kind.", advice);
        }
        if !(1..=12).contains(&line.start) || line.end.is_some_and(|end| !(1..=12).contains(&end)) {
            refuse(&what, "There is no such month.", "Write months as figures from 1 to 12.");
        }
        if line.day.is_some_and(|day| !(1..=28).contains(&day)) {
            refuse(&what, "Not every month has this day.", "Write a day from 1 to 28.");
        }
        if line.day.is_some() && line.end.is_some_and(|end| end != line.start) {
            refuse(&what, "A day belongs to one month.", "Leave the end out, or the day.");
        }
    }
    refused
}

/// Takes templates in; their support models must be known.
async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let known: BTreeSet<String> = models::all(&**taking.tx).await?.into_iter().map(|model| model.id).collect();
    let mut refused = Vec::new();
    for source in sources {
        let Source::Text(file, text) = source else { continue };
        // What can't be read is told by those who take it in.
        let Ok(template) = toml::from_str::<Template>(text) else { continue };
        for line in &template.lines {
            let unknown = line.models.iter().filter(|model| !known.contains(*model));
            refused.extend(unknown.map(|model| {
                let problem = format!("entry {}: There is no support model {model}.", line.id);
                let of = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                Refusal::whole(file, problem, format!("Write one of {of}, or import the framework first."))
            }));
        }
    }
    let mut tally = templates::take::<Template>(taking, sources).await?;
    tally.refused.extend(refused);
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = include_str!("../../../../content/road-map.toml");

    fn problems(text: &str) -> String {
        let template: Template = toml::from_str(text).expect("a template");
        check("x.toml", &template).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_default_template_is_sound() {
        assert_eq!(problems(DEFAULT), "");
    }

    #[test]
    fn what_a_template_gets_wrong_is_told() {
        let entry = |rest: &str| format!("[meta]\nid = \"x\"\ntitle = \"X\"\nversion = 1\n[[entry]]\n{rest}");
        for (rest, said) in [
            ("id = \"cycle-1\"\nkind = \"review\"\ntitle = \"R\"\nstart = 9", "This can’t be its id"),
            ("id = \"own-1\"\nkind = \"review\"\ntitle = \"R\"\nstart = 9", "This can’t be its id"),
            ("id = \"r\"\nkind = \"cycle\"\ntitle = \"R\"\nstart = 9", "can’t add this kind"),
            ("id = \"r\"\nkind = \"review\"\ntitle = \" \"\nstart = 9", "empty or too long"),
            ("id = \"r\"\nkind = \"review\"\ntitle = \"R\"\nstart = 13", "no such month"),
            ("id = \"r\"\nkind = \"review\"\ntitle = \"R\"\nstart = 2\nday = 30", "Not every month"),
            ("id = \"r\"\nkind = \"review\"\ntitle = \"R\"\nstart = 2\nend = 3\nday = 3", "one month"),
        ] {
            assert!(problems(&entry(rest)).contains(said), "{rest}: {}", problems(&entry(rest)));
        }
        let twice = entry(
            "id = \"r\"\nkind = \"review\"\ntitle = \"R\"\nstart = 2\n[[entry]]\nid = \"r\"\nkind = \"review\"\ntitle = \"R\"\nstart = 2",
        );
        assert!(problems(&twice).contains("same id"));
    }
}
