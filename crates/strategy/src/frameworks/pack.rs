//! A content pack's framework as its TOML says it.
//!
//! Each table is read by itself, so that one misspelt field hides nothing that is wrong elsewhere. What a pack says for its
//! readers alone (`origin`, `code_reading`, the years that a model usually takes) is known here but not kept.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use platform::import::Refusal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use toml::{Table, Value};

use super::check;

/// A pack that reads well; what is kept of it is compared through [`Pack::fingerprint`].
#[derive(Debug, Serialize)]
pub(crate) struct Pack {
    pub meta: Meta,
    pub steps: Vec<Step>,
    pub strands: Vec<Strand>,
    pub phases: Vec<Phase>,
    pub cycles: Vec<Cycle>,
    pub models: Vec<Model>,
    pub statuses: Vec<Status>,
    pub qualities: Vec<Quality>,
    pub on_track: OnTrack,
    pub practices: Vec<Practice>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meta {
    pub id: String,
    pub title: String,
    pub version: i32,
    pub effective_from: NaiveDate,
    #[serde(default)]
    pub code_pattern: String,
    pub school_year_starts_in: u32,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
    #[serde(default, skip_serializing, rename = "language")]
    _language: String,
    #[serde(default, skip_serializing, rename = "code_reading")]
    _code_reading: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub id: String,
    pub number: i32,
    pub name: String,
    #[serde(default)]
    pub prompts: Vec<String>,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strand {
    pub number: i32,
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phase {
    pub number: i32,
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub summary: String,
    /// The steps that a phase holds, for readers of the pack; each must be one of the steps.
    #[serde(default, skip_serializing)]
    pub steps: Vec<String>,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cycle {
    pub number: i32,
    pub name: String,
    pub start: u32,
    pub end: u32,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub id: String,
    pub name: String,
    pub dose_days_per_week: f64,
    pub dose_days_per_week_max: Option<f64>,
    pub convening_hours_per_month: Option<f64>,
    #[serde(default)]
    pub sites: String,
    #[serde(default)]
    pub staffing: String,
    #[serde(default)]
    pub shape: String,
    #[serde(default, skip_serializing, rename = "typical_years")]
    _typical_years: Vec<i32>,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    pub id: String,
    pub name: String,
    pub counts_as_enacted: bool,
    #[serde(default)]
    pub needs_reason: bool,
    #[serde(default)]
    pub reasons: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quality {
    pub level: i32,
    pub name: String,
    pub meaning: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnTrack {
    pub rule: String,
    pub on_track_from: f64,
    pub watch_from: f64,
    pub vip_overdue_days_to_watch: i32,
    #[serde(default, skip_serializing, rename = "also_for")]
    _also_for: Vec<String>,
    #[serde(default, skip_serializing, rename = "theory_of_action")]
    _theory_of_action: String,
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Practice {
    pub code: String,
    pub strand: i32,
    pub phase: i32,
    pub item: i32,
    pub title: String,
    pub step: String,
    pub due: Vec<Due>,
    pub models: Vec<String>,
    pub vip: bool,
    #[serde(default)]
    pub vip_reason: String,
    #[serde(default)]
    pub first_year_only: bool,
    #[serde(default)]
    pub recurs: String,
    pub good: String,
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(default)]
    pub str: Vec<String>,
    #[serde(default)]
    pub caf: Vec<String>,
    #[serde(default)]
    pub essential: String,
    #[serde(default)]
    pub adapt: BTreeMap<String, String>,
    #[serde(default, skip_serializing)]
    pub origin: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Due {
    pub cycle: i32,
    pub start: u32,
    pub end: u32,
}

impl Practice {
    /// A practice that says nothing yet.
    pub(crate) fn blank(item: i32) -> Self {
        Self {
            code: String::new(),
            strand: 0,
            phase: 0,
            item,
            title: String::new(),
            step: String::new(),
            due: Vec::new(),
            models: Vec::new(),
            vip: false,
            vip_reason: String::new(),
            first_year_only: false,
            recurs: String::new(),
            good: String::new(),
            evidence: Vec::new(),
            str: Vec::new(),
            caf: Vec::new(),
            essential: String::new(),
            adapt: BTreeMap::new(),
            origin: String::new(),
        }
    }
}

impl Pack {
    /// What is kept of the pack, in short: two packs of one fingerprint say the same, whatever their comments and spaces.
    pub(super) fn fingerprint(&self) -> Result<String, serde_json::Error> {
        Ok(platform::secret::hex(&platform::secret::token_hash(&serde_json::to_string(self)?)))
    }
}

/// The parts of a pack under the names that they have in its file.
#[derive(Serialize)]
struct Written<'a> {
    meta: &'a Meta,
    on_track: &'a OnTrack,
    step: &'a [Step],
    strand: &'a [Strand],
    phase: &'a [Phase],
    cycle: &'a [Cycle],
    model: &'a [Model],
    status: &'a [Status],
    quality: &'a [Quality],
    practice: &'a [Practice],
}

impl Pack {
    /// The pack as a file that reads as the same pack.
    pub(super) fn written(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&self.parts())
    }

    /// The pack as the parts of its file.
    pub(super) fn table(&self) -> Result<Table, toml::ser::Error> {
        Table::try_from(self.parts())
    }

    fn parts(&self) -> Written<'_> {
        Written {
            meta: &self.meta,
            on_track: &self.on_track,
            step: &self.steps,
            strand: &self.strands,
            phase: &self.phases,
            cycle: &self.cycles,
            model: &self.models,
            status: &self.statuses,
            quality: &self.qualities,
            practice: &self.practices,
        }
    }
}

/// Reads a pack and checks it; answers everything that is wrong with it at once.
pub(super) fn read(file: &str, text: &str) -> Result<Pack, Vec<Refusal>> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let row = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() as u64 + 1);
        vec![Refusal {
            row,
            ..refusal(file, "", None, &format!("The file is no TOML: {}.", short(&error)), "Mend that line first.")
        }]
    })?;
    of_table(file, table)
}

/// The pack that a file's parts make, checked.
pub(super) fn of_table(file: &str, table: Table) -> Result<Pack, Vec<Refusal>> {
    let mut reader = Reader { file, table, refused: Vec::new() };
    let (meta, on_track) = (reader.single("meta"), reader.single("on_track"));
    let parts = (
        reader.list("step", "id"),
        reader.list("strand", "id"),
        reader.list("phase", "id"),
        reader.list("cycle", "number"),
        reader.list("model", "id"),
        reader.list("status", "id"),
        reader.list("quality", "level"),
        reader.list("practice", "code"),
    );
    for left in reader.table.keys() {
        reader.refused.push(refusal(
            file,
            left,
            None,
            "Nothing reads a part of that name.",
            "Check its spelling: step, strand, phase, cycle, model, status, quality, practice.",
        ));
    }
    let mut refused = reader.refused;
    let (Some(meta), Some(on_track)) = (meta, on_track) else { return Err(refused) };
    let (steps, strands, phases, cycles, models, statuses, qualities, practices) = parts;
    let mut pack = Pack { meta, steps, strands, phases, cycles, models, statuses, qualities, on_track, practices };
    // What could not be read would be missed by everything that names it, so only a whole pack is looked at further.
    if refused.is_empty() {
        refused = check::all(file, &pack);
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    pack.steps.sort_by_key(|step| step.number);
    pack.strands.sort_by_key(|strand| strand.number);
    pack.phases.sort_by_key(|phase| phase.number);
    pack.cycles.sort_by_key(|cycle| cycle.number);
    pack.qualities.sort_by_key(|quality| quality.level);
    Ok(pack)
}

/// A refusal that names a place in the pack in the words of its author: `practice 2.2.3, due`.
pub(super) fn refusal(file: &str, place: &str, value: Option<String>, problem: &str, advice: &str) -> Refusal {
    Refusal {
        file: file.to_owned(),
        row: None,
        column: (!place.is_empty()).then(|| place.to_owned()),
        value,
        problem: problem.to_owned(),
        advice: advice.to_owned(),
        near: Vec::new(),
    }
}

fn short(error: &toml::de::Error) -> String {
    error.message().trim_end_matches('.').replace('\n', " ")
}

struct Reader<'a> {
    file: &'a str,
    table: Table,
    refused: Vec<Refusal>,
}

impl Reader<'_> {
    fn single<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let Some(value) = self.table.remove(name) else {
            let problem = format!("The part {name} is missing.");
            self.refused.push(refusal(self.file, name, None, &problem, "Copy it from the default pack and fill it in."));
            return None;
        };
        self.one(name.to_owned(), value)
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str, key: &str) -> Vec<T> {
        let values = match self.table.remove(name) {
            Some(Value::Array(values)) if !values.is_empty() => values,
            _ => {
                let problem = format!("There is no {name}.");
                self.refused.push(refusal(self.file, name, None, &problem, "Write at least one."));
                return Vec::new();
            }
        };
        (1..)
            .zip(values)
            .filter_map(|(number, value)| {
                let called = value.get(key).map_or_else(|| format!("number {number}"), plain);
                self.one(format!("{name} {called}"), value)
            })
            .collect()
    }

    fn one<T: DeserializeOwned>(&mut self, place: String, value: Value) -> Option<T> {
        match value.try_into() {
            Ok(read) => Some(read),
            Err(error) => {
                let problem = format!("It can’t be read: {}.", short(&error));
                self.refused.push(refusal(
                    self.file,
                    &place,
                    None,
                    &problem,
                    "Compare it with the same part of the default pack.",
                ));
                None
            }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
