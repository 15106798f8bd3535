//! The template of plans: sections with their fields, a content pack, kept as the text that came in.

use std::collections::BTreeSet;

use platform::{
    Error,
    access::roles,
    db::ConnectionTrait,
    import::{Form, Kind, Refusal},
};
use serde::Deserialize;

use crate::{
    templates::{self, Meta, TemplatePack},
    tracker::rules::is_key,
};

/// The most rows of a field that names no number of its own.
const ROWS_MOST: usize = 12;

/// The template as a kind of file.
pub(crate) const KIND: Kind = Kind {
    name: "plan-templates",
    about: "The template of a Professional Learning Plan: its sections, what each asks, and what it shows of the cycle, as TOML.",
    columns: &[],
    form: Form::Text,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: false,
    run: |taking, sources| Box::pin(templates::take::<Pack>(taking, sources)),
    export: |db| Box::pin(templates::export::<Pack>(db)),
};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    meta: Meta,
    section: Vec<Section>,
}

impl TemplatePack for Pack {
    const TABLE: &'static str = "plan_template";
    const DEFAULT_FILE: &'static str = "content/learning-plan.toml";
    const OF: &'static str = "plans";

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn check(&self, file: &str) -> Vec<Refusal> {
        check(file, self)
    }
}

/// A part of a plan that is written in one go.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    /// Its name in addresses.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The step of the cycle in which it is written.
    #[serde(default)]
    pub step: String,
    /// What makes it good.
    #[serde(default)]
    pub help: String,
    /// Whether it tells of one cycle only, so that the next plan begins without it.
    #[serde(default)]
    pub is_of_its_cycle: bool,
    /// What it asks and shows.
    pub field: Vec<Field>,
}

/// One thing that a section asks or shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    /// Its name in forms.
    pub id: String,
    /// What it asks.
    pub label: String,
    /// What to write there.
    #[serde(default)]
    pub help: String,
    /// What kind of answer it takes.
    #[serde(rename = "type")]
    pub holds: Holds,
    /// Whether a plan is whole without it.
    #[serde(default)]
    pub required: bool,
    /// What of the cycle it shows.
    pub from: Option<OfCycle>,
    /// What stands there when a plan begins.
    pub prefill: Option<Prefill>,
    /// The most rows.
    pub most: Option<usize>,
    /// What each row says.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// What it adds up: a field and its column, parted by a point.
    #[serde(default)]
    pub of: String,
}

/// What kind of answer a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holds {
    Text,
    Longtext,
    Date,
    Number,
    /// Codes of practices.
    Practices,
    /// Codes of indicators.
    Indicators,
    /// Changes of the partnership's theory of action.
    TheoryChanges,
    Rows,
    /// What stands in the cycle already.
    Cycle,
    /// A column of rows, added up.
    Sum,
}

/// What a field shows of the cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OfCycle {
    Members,
    StudentGoals,
    AdultGoals,
    Actions,
    Predictions,
    Results,
    Keep,
    Adapt,
    Drop,
}

/// What stands in a field when a plan begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Prefill {
    /// What was learned in the cycle that this one carries on.
    Learnings,
}

/// What each row of a field says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    /// Its name in forms.
    pub id: String,
    /// What it asks.
    pub label: String,
    /// Whether it takes sentences.
    #[serde(default)]
    pub is_long: bool,
    /// Whether it takes a number.
    #[serde(default)]
    pub is_number: bool,
    /// What can be chosen there, from what is well to what needs somebody; empty where anything can be written.
    #[serde(default)]
    pub choices: Vec<String>,
}

impl Column {
    /// What can be chosen, for a select: value and words.
    pub(crate) fn chosen_from(&self) -> impl Iterator<Item = (&str, &str)> {
        self.choices.iter().map(|choice| (choice.as_str(), choice.as_str()))
    }
}

impl Field {
    /// Whether people answer it in the plan; others show what stands elsewhere.
    pub(crate) fn is_asked(&self) -> bool {
        !matches!(self.holds, Holds::Cycle | Holds::Sum)
    }

    pub(crate) fn rows_most(&self) -> usize {
        self.most.unwrap_or(ROWS_MOST)
    }
}

/// The template, read.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub key: String,
    pub sections: Vec<Section>,
}

impl Template {
    /// The one of that key.
    pub(crate) async fn of(on: &impl ConnectionTrait, key: &str) -> Result<Self, Error> {
        Ok(Self::from(templates::of_key::<Pack>(on, key).await?))
    }

    /// What came in last; nothing before the first.
    pub(crate) async fn latest(on: &impl ConnectionTrait) -> Result<Option<Self>, Error> {
        Ok(templates::latest::<Pack>(on).await?.map(Self::from))
    }

    /// The section of that name.
    pub(crate) fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}

impl From<Pack> for Template {
    fn from(pack: Pack) -> Self {
        Self { key: pack.meta.id, sections: pack.section }
    }
}

/// What ids are made of.
pub(crate) const LETTERS: &str = "Use letters, digits, points and hyphens, each id once.";

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
    check_sections(&pack.section, &mut refuse);
    refused
}

/// What sections must hold, of whichever template.
pub(crate) fn check_sections(all: &[Section], refuse: &mut impl FnMut(&str, &str, &str)) {
    let mut sections = BTreeSet::new();
    for section in all {
        let place = format!("section {}", section.id);
        if !is_key(&section.id) || !sections.insert(&section.id) {
            refuse(&place, "Each section needs an id of its own that can stand in an address.", LETTERS);
        }
        if section.title.trim().is_empty() {
            refuse(&place, "It has no title.", "Write one to four words.");
        }
        let mut fields = BTreeSet::new();
        for field in &section.field {
            let place = format!("{place}, field {}", field.id);
            // A point parts a field's name from a row's number in forms.
            if !is_key(&field.id) || field.id.contains('.') || field.id == "version" || !fields.insert(&field.id) {
                refuse(&place, "Each field of a section needs an id of its own, without points.", "Choose another id.");
            }
            if field.label.trim().is_empty() {
                refuse(&place, "It has no label.", "Write what it asks.");
            }
            check_field(&place, section, field, refuse);
        }
    }
}

fn check_field(place: &str, section: &Section, field: &Field, refuse: &mut impl FnMut(&str, &str, &str)) {
    if (field.holds == Holds::Cycle) != field.from.is_some() {
        let advice = "A field of type cycle, and no other, says in `from` what it shows.";
        refuse(place, "What it shows of the cycle is unclear.", advice);
    }
    if (field.holds == Holds::Rows) == field.columns.is_empty() {
        refuse(place, "Rows have columns, and nothing else has.", "Write `columns`, or another type.");
    }
    let mut columns = BTreeSet::new();
    if field.columns.iter().any(|column| !is_key(&column.id) || column.id.contains('.') || !columns.insert(&column.id)) {
        refuse(place, "Each column needs an id of its own, without points.", "Choose another id.");
    }
    let is_odd = |column: &Column| {
        let mut words = BTreeSet::new();
        column.choices.iter().any(|choice| choice.trim().is_empty() || !words.insert(choice))
    };
    if field.columns.iter().any(is_odd) {
        refuse(place, "What can be chosen in a column needs words, each once.", "Write other words in `choices`.");
    }
    if field.most.is_some_and(|most| most == 0 || most > 50) {
        refuse(place, "The most rows can be 1 to 50.", "Write another number, or leave it out.");
    }
    if field.holds == Holds::Sum && summed(section, field).is_none() {
        refuse(place, "There is no such column to add up.", "Write `of` as a field of this section, a point, and its column.");
    }
}

/// The field and the place of the column that a sum adds up.
pub(crate) fn summed<'a>(section: &'a Section, sum: &Field) -> Option<(&'a Field, usize)> {
    let (field, column) = sum.of.split_once('.')?;
    let field = section.field.iter().find(|other| other.id == field)?;
    let place = field.columns.iter().position(|other| other.id == column && other.is_number)?;
    Some((field, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = include_str!("../../../../content/learning-plan.toml");

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
            ("id = \"frame\"", "id = \"a/b\"", "can stand in an address"),
            ("id = \"goals\"", "id = \"frame\"", "id of its own"),
            ("id = \"voices\"", "id = \"team\"", "without points"),
            ("id = \"voices\"", "id = \"version\"", "without points"),
            ("from = \"members\"\n", "", "What it shows of the cycle is unclear"),
            ("most = 2\n", "most = 0\n", "1 to 50"),
            ("of = \"moments.hours\"", "of = \"moments.topic\"", "no such column"),
            ("{ id = \"week\"", "{ id = \"topic\"", "Each column needs"),
            ("title = \"Equity check\"", "title = \" \"", "no title"),
        ] {
            assert!(DEFAULT.contains(said), "{said}");
            let refused = refusals(&DEFAULT.replacen(said, instead, 1));
            assert!(refused.iter().any(|one| one.contains(problem)), "{instead}: {refused:?}");
        }
    }
}
