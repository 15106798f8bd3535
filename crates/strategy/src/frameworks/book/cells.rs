//! How values of a content pack stand in cells, and how cells are read. Pure.

use std::collections::BTreeMap;

use partnerships::calendar::month_word;
use toml::{Table, Value};

use super::Holds;

/// Things that cells call by their names.
#[derive(Default)]
pub(super) struct Names(Vec<(String, String)>);

impl Names {
    /// The things of a part: what they are called in the content pack, and by people.
    pub(super) fn of(table: &Table, part: &str, key: &str) -> Self {
        let things = table.get(part).and_then(Value::as_array).into_iter().flatten();
        let text = |thing: &Value, field: &str| thing.get(field).map(plain).unwrap_or_default();
        Self(things.map(|thing| (text(thing, key), text(thing, "name"))).collect())
    }

    /// The name, where it can be told from the others and from what parts names in a cell.
    fn shown(&self, key: &str) -> String {
        let Some((_, name)) = self.0.iter().find(|(known, _)| known == key) else { return key.to_owned() };
        let is_plain = !name.trim().is_empty() && name.trim() == name && !name.contains([';', ':', '\n', '\r']);
        let means = |(other, called): &&(String, String)| alike(called, name) || alike(other, name);
        if is_plain && self.0.iter().filter(means).count() == 1 { name.clone() } else { key.to_owned() }
    }

    fn key(&self, says: &str) -> Option<&str> {
        let exact = self.0.iter().find(|(key, _)| key == says);
        let named = || self.0.iter().find(|(key, name)| alike(name, says) || alike(key, says));
        exact.or_else(named).map(|(key, _)| key.as_str())
    }

    fn listed(&self) -> String {
        self.0.iter().map(|(key, _)| self.shown(key)).collect::<Vec<_>>().join(", ")
    }
}

fn alike(one: &str, other: &str) -> bool {
    platform::text::folded(one.trim()) == platform::text::folded(other.trim())
}

/// What the cells of practices name.
#[derive(Default)]
pub(super) struct Named {
    pub steps: Names,
    pub strands: Names,
    pub phases: Names,
    pub models: Names,
}

impl Named {
    pub(super) fn of(table: &Table) -> Self {
        Self {
            steps: Names::of(table, "step", "id"),
            strands: Names::of(table, "strand", "number"),
            phases: Names::of(table, "phase", "number"),
            models: Names::of(table, "model", "id"),
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn month_name(month: i64) -> String {
    let known = u32::try_from(month).ok().filter(|month| (1..=12).contains(month));
    known.map_or_else(|| month.to_string(), |month| month_word(month).to_owned())
}

/// A text of several lines as one of several texts: its further lines are set in.
fn line(text: &str) -> String {
    text.replace('\n', "\n ")
}

/// The texts of a cell, a line each; a line that is set in goes on with the one before.
pub(super) fn lines(cell: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in cell.split('\n') {
        match (line.strip_prefix(' '), texts.last_mut()) {
            (Some(more), Some(last)) => {
                last.push('\n');
                last.push_str(more);
            }
            _ if line.trim().is_empty() => {}
            _ => texts.push(line.trim_end().to_owned()),
        }
    }
    texts
}

/// The codes of a cell.
pub(super) fn codes(cell: &str) -> Vec<String> {
    cell.split([';', '\n']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// A value as its cell shows it; numbers stay numbers.
pub(super) fn shown(value: &Value, holds: Holds, named: &Named) -> platform::sheet::Cell {
    use platform::sheet::Cell;
    let all = |shown: &dyn Fn(&Value) -> String, between: &str| {
        let values = value.as_array().into_iter().flatten();
        Cell::from(values.map(shown).collect::<Vec<_>>().join(between))
    };
    match holds {
        Holds::Text => plain(value).into(),
        Holds::Day => plain(value).parse::<chrono::NaiveDate>().map_or_else(|_| plain(value).into(), Cell::Date),
        Holds::Whole | Holds::Number => match value {
            #[allow(clippy::cast_precision_loss, reason = "levels, months and counts stay far below 2^53")]
            Value::Integer(number) => Cell::Number(*number as f64),
            Value::Float(number) => Cell::Number(*number),
            other => plain(other).into(),
        },
        Holds::Yes => if value.as_bool() == Some(true) { "yes" } else { "no" }.into(),
        Holds::Lines => all(&|text| line(&plain(text)), "\n"),
        Holds::Codes => all(&plain, "; "),
        Holds::Models => all(&|key| named.models.shown(&plain(key)), "; "),
        Holds::Step => named.steps.shown(&plain(value)).into(),
        Holds::Strand => named.strands.shown(&plain(value)).into(),
        Holds::Phase => named.phases.shown(&plain(value)).into(),
        Holds::Windows => all(&window, "; "),
        Holds::Adapted => {
            let adapted = value.as_table().into_iter().flatten();
            let told = adapted.map(|(model, text)| format!("{}: {}", named.models.shown(model), line(&plain(text))));
            told.collect::<Vec<_>>().join("\n").into()
        }
    }
}

fn window(due: &Value) -> String {
    let number = |field: &str| due.get(field).and_then(Value::as_integer).unwrap_or(0);
    let (start, end) = (number("start"), number("end"));
    let months = if start == end { month_name(start) } else { format!("{} to {}", month_name(start), month_name(end)) };
    format!("{}: {months}", number("cycle"))
}

/// What is wrong with a cell, and what to do.
pub(super) type Wrong = (String, String);

fn wrong<T>(problem: impl Into<String>, advice: impl Into<String>) -> Result<T, Wrong> {
    Err((problem.into(), advice.into()))
}

/// The value of a cell; nothing for one that is empty and may be.
pub(super) fn value(cell: &str, holds: Holds, must: bool, named: &Named) -> Result<Option<Value>, Wrong> {
    let texts = |texts: Vec<String>| Some(Value::Array(texts.into_iter().map(Value::String).collect()));
    match holds {
        Holds::Text => return Ok(Some(Value::String(cell.to_owned()))),
        Holds::Lines => return Ok(texts(lines(cell))),
        Holds::Codes => return Ok(texts(codes(cell))),
        _ if !cell.is_empty() => {}
        Holds::Yes => return Ok(Some(Value::Boolean(false))),
        _ if must => return wrong("This cell is empty.", "Fill it in."),
        _ => return Ok(None),
    }
    let one = |names: &Names, what: &str| match names.key(cell) {
        Some(key) => Ok(key.to_owned()),
        None => wrong(
            format!("There is no {what} of that name."),
            format!("Choose one of these, or add it on its sheet: {}.", names.listed()),
        ),
    };
    let number_of = |key: String| Value::Integer(key.parse().unwrap_or(0));
    Ok(Some(match holds {
        Holds::Text | Holds::Lines | Holds::Codes => return Ok(None),
        Holds::Whole => match cell.parse::<i64>() {
            Ok(number) => Value::Integer(number),
            Err(_) => return wrong("This is not a whole number.", "Write one, such as 3."),
        },
        Holds::Number => match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => return wrong("This is not a number.", "Write one, such as 0.8."),
        },
        Holds::Yes => match cell.to_lowercase().as_str() {
            "yes" | "true" | "1" | "x" => Value::Boolean(true),
            "no" | "false" | "0" => Value::Boolean(false),
            _ => return wrong("This is neither yes nor no.", "Write yes or no."),
        },
        Holds::Day => match cell.parse::<chrono::NaiveDate>() {
            Ok(day) => Value::String(day.to_string()),
            Err(_) => return wrong("This is not a day.", "Write it as year, month and day: 2021-08-01."),
        },
        Holds::Step => Value::String(one(&named.steps, "step")?),
        Holds::Strand => number_of(one(&named.strands, "strand")?),
        Holds::Phase => number_of(one(&named.phases, "phase")?),
        Holds::Models => {
            let models = codes(cell).into_iter().map(|name| model(named, &name).map(Value::String));
            Value::Array(models.collect::<Result<_, _>>()?)
        }
        Holds::Windows => Value::Array(codes(cell).iter().map(|text| window_of(text)).collect::<Result<_, _>>()?),
        Holds::Adapted => {
            let mut adapted = BTreeMap::new();
            for text in lines(cell) {
                let Some((name, words)) = text.split_once(':') else {
                    return wrong(
                        "A line of it does not begin with a support model.",
                        "Write each on a line of its own: the support model, a colon, and how it is adapted there.",
                    );
                };
                let model = model(named, name.trim())?;
                if adapted.insert(model, Value::String(words.trim_start().to_owned())).is_some() {
                    return wrong(format!("{} stands there twice.", name.trim()), "Keep one of the two lines.");
                }
            }
            Value::Table(adapted.into_iter().collect())
        }
    }))
}

fn model(named: &Named, name: &str) -> Result<String, Wrong> {
    named.models.key(name).map(str::to_owned).ok_or_else(|| {
        let advice = format!("Choose one of these, or add it on its sheet: {}.", named.models.listed());
        (format!("There is no support model {name}."), advice)
    })
}

/// `1: August to October`, `2: 11-12`, `3: May`.
fn window_of(text: &str) -> Result<Value, Wrong> {
    let read = || {
        let (cycle, months) = text.split_once(':')?;
        let cycle = cycle.trim().trim_start_matches("cycle").trim().parse::<i64>().ok()?;
        let (from, to) = months.split_once(" to ").or_else(|| months.split_once(['-', '–'])).unwrap_or((months, months));
        let due = [("cycle", cycle), ("start", month(from)?), ("end", month(to)?)];
        Some(Value::Table(due.into_iter().map(|(field, number)| (field.to_owned(), Value::Integer(number))).collect()))
    };
    read().ok_or_else(|| {
        let problem = format!("“{}” is no window.", text.chars().take(60).collect::<String>());
        (problem, "Write the number of the cycle and its months: 1: August to October; 2: November.".to_owned())
    })
}

fn month(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let text = text.to_lowercase();
    let is_meant = |month: &u32| text.chars().count() >= 3 && month_word(*month).to_lowercase().starts_with(&text);
    (1..=12).find(is_meant).map(i64::from)
}
