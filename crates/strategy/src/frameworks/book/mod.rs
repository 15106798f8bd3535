//! A version as a workbook: a sheet for each part of its content pack, a row for each thing in it, in words that people read and
//! the import reads back.
//!
//! What a sheet holds is told once, in [`PARTS`]; writing and reading follow it. What is wrong with a version is told by the
//! rules of [`super::check`], in the place of the sheet where it stands.

mod cells;
mod out;
mod read;
#[cfg(test)]
mod tests;

use super::{Framework, lineage::Passed};

pub(super) use out::{is_same, sheets, workbook};
pub(super) use read::{Read, read};

/// What a cell holds, and so how it is written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Text,
    Whole,
    Number,
    Yes,
    Day,
    /// Texts, a line each.
    Lines,
    /// Codes, parted by semicolons.
    Codes,
    /// Windows: `1: August to October; 2: November`.
    Windows,
    /// How it is adapted, a line for each support model: `Intensive: in two halves`.
    Adapted,
    /// A step, by its name.
    Step,
    /// A strand, by its name.
    Strand,
    /// A phase, by its name.
    Phase,
    /// Support models by their names, parted by semicolons.
    Models,
}

/// A column: its heading, which is the name in the content pack, what it holds, and whether a sheet must have it.
struct Column(&'static str, Holds, bool);

/// A sheet, the part of the content pack that it holds, and what names a row there.
struct Part {
    sheet: &'static str,
    part: &'static str,
    key: &'static str,
    columns: &'static [Column],
}

const MUST: bool = true;
const MAY: bool = false;

/// All sheets of a version, the practices first, because they are what people look for.
const PARTS: [Part; 10] = [
    Part {
        sheet: "practices",
        part: "practice",
        key: "code",
        columns: &[
            Column("code", Holds::Text, MUST),
            Column("title", Holds::Text, MUST),
            Column("good", Holds::Text, MUST),
            Column("step", Holds::Step, MUST),
            Column("strand", Holds::Strand, MUST),
            Column("phase", Holds::Phase, MUST),
            Column("due", Holds::Windows, MUST),
            Column("models", Holds::Models, MUST),
            Column("first_year_only", Holds::Yes, MAY),
            Column("vip", Holds::Yes, MUST),
            Column("vip_reason", Holds::Text, MAY),
            Column("recurs", Holds::Text, MAY),
            Column("evidence", Holds::Lines, MAY),
            Column("str", Holds::Codes, MAY),
            Column("caf", Holds::Codes, MAY),
            Column("essential", Holds::Text, MAY),
            Column("adapt", Holds::Adapted, MAY),
            Column("item", Holds::Whole, MAY),
        ],
    },
    Part {
        sheet: "version",
        part: "meta",
        key: "",
        columns: &[
            Column("id", Holds::Text, MUST),
            Column("title", Holds::Text, MUST),
            Column("version", Holds::Whole, MUST),
            Column("effective_from", Holds::Day, MUST),
            Column("code_pattern", Holds::Text, MAY),
            Column("school_year_starts_in", Holds::Whole, MUST),
        ],
    },
    Part {
        sheet: "on track",
        part: "on_track",
        key: "",
        columns: &[
            Column("rule", Holds::Text, MUST),
            Column("on_track_from", Holds::Number, MUST),
            Column("watch_from", Holds::Number, MUST),
            Column("vip_overdue_days_to_watch", Holds::Whole, MUST),
        ],
    },
    Part {
        sheet: "steps",
        part: "step",
        key: "id",
        columns: &[
            Column("id", Holds::Text, MUST),
            Column("number", Holds::Whole, MUST),
            Column("name", Holds::Text, MUST),
            Column("prompts", Holds::Lines, MAY),
        ],
    },
    Part {
        sheet: "strands",
        part: "strand",
        key: "id",
        columns: &[
            Column("number", Holds::Whole, MUST),
            Column("id", Holds::Text, MUST),
            Column("name", Holds::Text, MUST),
            Column("summary", Holds::Text, MAY),
        ],
    },
    Part {
        sheet: "phases",
        part: "phase",
        key: "id",
        columns: &[
            Column("number", Holds::Whole, MUST),
            Column("id", Holds::Text, MUST),
            Column("name", Holds::Text, MUST),
            Column("summary", Holds::Text, MAY),
        ],
    },
    Part {
        sheet: "cycles",
        part: "cycle",
        key: "number",
        columns: &[
            Column("number", Holds::Whole, MUST),
            Column("name", Holds::Text, MUST),
            Column("start", Holds::Whole, MUST),
            Column("end", Holds::Whole, MUST),
        ],
    },
    Part {
        sheet: "models",
        part: "model",
        key: "id",
        columns: &[
            Column("id", Holds::Text, MUST),
            Column("name", Holds::Text, MUST),
            Column("dose_days_per_week", Holds::Number, MUST),
            Column("dose_days_per_week_max", Holds::Number, MAY),
            Column("convening_hours_per_month", Holds::Number, MAY),
            Column("sites", Holds::Text, MAY),
            Column("staffing", Holds::Text, MAY),
            Column("shape", Holds::Text, MAY),
        ],
    },
    Part {
        sheet: "statuses",
        part: "status",
        key: "id",
        columns: &[
            Column("id", Holds::Text, MUST),
            Column("name", Holds::Text, MUST),
            Column("counts_as_enacted", Holds::Yes, MUST),
            Column("needs_reason", Holds::Yes, MAY),
            Column("reasons", Holds::Lines, MAY),
        ],
    },
    Part {
        sheet: "qualities",
        part: "quality",
        key: "level",
        columns: &[Column("level", Holds::Whole, MUST), Column("name", Holds::Text, MUST), Column("meaning", Holds::Text, MUST)],
    },
];

/// What the sheet of the practices says beside each, where a version follows another one.
pub(super) const PASSING: [&str; 3] = ["fate", "comes_from", "reason"];
/// The sheet of the practices that end with a version.
const ENDED: &str = "ended";
/// Its columns.
const ENDED_COLUMNS: [&str; 3] = ["code", "title", "reason"];

/// What becomes of the practices of the version before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Passing {
    /// What each practice comes from, in the order of the practices.
    pub origins: Vec<Origin>,
    /// Those that end.
    pub ended: Vec<Ended>,
}

impl Passing {
    /// What became of the practices of the version before; nothing for a first version, or where nobody wrote it down.
    pub(super) fn of(framework: &Framework, passed: &[Passed]) -> Option<Self> {
        let before = framework.before.as_deref()?;
        let own: Vec<&Passed> = passed.iter().filter(|passed| passed.framework == framework.id).collect();
        if own.is_empty() {
            return None;
        }
        let was = |passed: &Passed| before.practices.iter().find(|was| Some(was.id) == passed.from);
        let origins = framework.practices.iter().map(|practice| {
            let led: Vec<_> = own.iter().filter(|passed| passed.to == Some(practice.id)).collect();
            Origin {
                fate: led.first().map(|passed| passed.fate.key().to_owned()).unwrap_or_default(),
                codes: led.iter().filter_map(|passed| Some(was(passed)?.code.clone())).collect(),
                reason: led.first().map(|passed| passed.reason.clone()).unwrap_or_default(),
            }
        });
        let ended = own.iter().filter(|passed| passed.to.is_none()).filter_map(|passed| {
            let was = was(passed)?;
            Some(Ended { code: was.code.clone(), title: was.title.clone(), reason: passed.reason.clone() })
        });
        Some(Self { origins: origins.collect(), ended: ended.collect() })
    }
}

/// A text as a cell keeps it: without the blanks around it and at the ends of its lines.
fn bare(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Where a practice comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// `kept`, `reworded`, `split`, `merged` or `new`; told to readers, and worked out anew when it is read.
    pub fate: String,
    /// Codes of the version before.
    pub codes: Vec<String>,
    pub reason: String,
}

impl Origin {
    /// The first heading under which another one says something else; the fate follows from the rest.
    pub(super) fn differs(&self, other: &Self) -> Option<&'static str> {
        let sorted = |origin: &Self| {
            let mut codes = origin.codes.clone();
            codes.sort();
            codes
        };
        let [_, comes_from, reason] = PASSING;
        if sorted(self) != sorted(other) {
            return Some(comes_from);
        }
        (bare(&self.reason) != bare(&other.reason)).then_some(reason)
    }
}

/// A practice of the version before that leads nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ended {
    pub code: String,
    pub title: String,
    pub reason: String,
}

impl Ended {
    /// Whether another one ends the same practice for the same reason.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.code == other.code && bare(&self.reason) == bare(&other.reason)
    }
}
