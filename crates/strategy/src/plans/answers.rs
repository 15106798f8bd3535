//! What people answered in a section, and the form over it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use platform::web::Form;
use serde::{Deserialize, Serialize};

use super::template::{Column, Field, Holds, Section};
use crate::{
    cycles::{LONG_MOST, SHORT_MOST, TEXT_MOST},
    frameworks::Framework,
    theories::rules::{CODES_MOST, is_code},
};

/// The cell of a line that is no row.
const TEXT: &str = "text";

/// A line of an answer: a text, or the cells of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Line {
    /// The cells, by their columns.
    pub cells: BTreeMap<String, String>,
    /// Whether it came from the plan before, and nobody said yet that it still holds.
    #[serde(default)]
    pub is_carried: bool,
}

impl Line {
    /// A line that is one text.
    pub(crate) fn text_of(text: impl Into<String>) -> Self {
        Self { cells: BTreeMap::from([(TEXT.to_owned(), text.into())]), is_carried: false }
    }

    /// What it says, where it is one text.
    pub(crate) fn text(&self) -> &str {
        self.cell(TEXT)
    }

    pub(crate) fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// The answers of a section, by their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Answers(BTreeMap<String, Vec<Line>>);

/// What a section's form refers to.
pub(crate) struct World<'a> {
    pub framework: Option<&'a Framework>,
    /// The changes of the theory of action that counts: key and text.
    pub changes: &'a [(String, String)],
}

impl Answers {
    /// The lines of a field.
    pub(crate) fn of(&self, field: &str) -> &[Line] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// Puts lines into a field, in place of what stands there.
    pub(crate) fn put(&mut self, field: &str, lines: Vec<Line>) {
        if lines.is_empty() {
            self.0.remove(field);
        } else {
            self.0.insert(field.to_owned(), lines);
        }
    }

    /// Every cell: its field, the number of its line from 1, its column (empty for a line that is one text), what it says, and
    /// whether its line asks if it is still right.
    pub(crate) fn cells(&self) -> Vec<(&str, usize, &str, &str, bool)> {
        let lines = self.0.iter().flat_map(|(field, lines)| (1..).zip(lines).map(move |(number, line)| (field, number, line)));
        let cells = lines.flat_map(|(field, number, line)| {
            line.cells.iter().map(move |(column, text)| {
                let column = if column == TEXT { "" } else { column.as_str() };
                (field.as_str(), number, column, text.as_str(), line.is_carried)
            })
        });
        cells.collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many lines still ask whether they are right.
    pub(crate) fn carried(&self) -> usize {
        self.0.values().flatten().filter(|line| line.is_carried).count()
    }

    /// The same for the plan of the next cycle: each line asks whether it is still right.
    pub(crate) fn carried_on(mut self) -> Self {
        for line in self.0.values_mut().flatten() {
            line.is_carried = true;
        }
        self
    }

    /// Adds up a column of a field.
    pub(crate) fn sum(&self, field: &str, column: &str) -> f64 {
        self.of(field).iter().filter_map(|line| line.cell(column).replace(',', ".").parse::<f64>().ok()).sum()
    }

    /// The form over what stands.
    pub(crate) fn form(&self, section: &Section) -> Form {
        let mut values = Vec::new();
        for field in section.field.iter().filter(|field| field.is_asked()) {
            let lines = self.of(&field.id);
            match field.holds {
                Holds::Rows => {
                    for (number, line) in lines.iter().enumerate() {
                        let cell = |column: &Column| (row_name(field, number, &column.id), line.cell(&column.id).to_owned());
                        values.extend(field.columns.iter().map(cell));
                    }
                }
                Holds::TheoryChanges => {
                    let keys = lines.iter().flat_map(|line| line.text().split_whitespace());
                    values.extend(keys.map(|key| (field.id.clone(), key.to_owned())));
                }
                _ => values.extend(lines.first().map(|line| (field.id.clone(), line.text().to_owned()))),
            }
        }
        Form::of(values)
    }

    /// Reads a section's form; what is wrong gets its word there. A line that was carried over stays so until it is changed or
    /// somebody says that it is still right.
    pub(crate) fn read(form: &mut Form, section: &Section, before: &Self, world: &World<'_>) -> Option<Self> {
        let mut answers = Self::default();
        for field in section.field.iter().filter(|field| field.is_asked()) {
            let stood = before.of(&field.id);
            let lines = match field.holds {
                Holds::Rows => rows(form, field, stood),
                _ => text(form, field, stood, world).map(Line::text_of).into_iter().collect::<Vec<_>>(),
            };
            let lines = lines.into_iter().enumerate().map(|(number, line)| {
                let is_same = stood.iter().any(|other| other.is_carried && other.cells == line.cells);
                let is_carried = is_same && !form.holds(&right_name(field, number), "yes");
                Line { is_carried, ..line }
            });
            let lines = lines.collect();
            answers.put(&field.id, lines);
        }
        (!form.has_errors()).then_some(answers)
    }

    /// How many rows a field's form shows: those that stand, and an empty one while there is room.
    pub(crate) fn rows_shown(form: &Form, field: &Field) -> usize {
        let stand = rows_sent(form, field).into_iter().max().map_or(0, |last| last + 1);
        (stand + 1).min(field.rows_most().max(stand))
    }
}

/// The name of a row's cell in a form.
pub(crate) fn row_name(field: &Field, number: usize, column: &str) -> String {
    format!("{}.{number}.{column}", field.id)
}

/// The name of the box that says that a carried line is still right. No column is called so: their names have no points.
pub(crate) fn right_name(field: &Field, number: usize) -> String {
    format!("{}.{number}.right.", field.id)
}

/// The name of the box that takes a row out.
pub(crate) fn out_name(field: &Field, number: usize) -> String {
    format!("{}.{number}.out.", field.id)
}

/// The numbers of the rows of a field in which something stands.
fn rows_sent(form: &Form, field: &Field) -> BTreeSet<usize> {
    let number = |name: &str| {
        let (number, column) = name.strip_prefix(&field.id)?.strip_prefix('.')?.split_once('.')?;
        let is_column = field.columns.iter().any(|other| other.id == column);
        number.parse::<usize>().ok().filter(|_| is_column && !form.value(name).trim().is_empty())
    };
    form.names().filter_map(number).collect()
}

fn rows(form: &mut Form, field: &Field, stood: &[Line]) -> Vec<Line> {
    let sent: Vec<usize> =
        rows_sent(form, field).into_iter().filter(|number| !form.holds(&out_name(field, *number), "yes")).collect();
    if sent.len() > field.rows_most().max(stood.len()) {
        form.refuse(&field.id, format!("{} rows are the most here. Which of them matter most?", field.rows_most()));
        return Vec::new();
    }
    let mut lines = Vec::new();
    for number in sent {
        let mut cells = BTreeMap::new();
        for column in &field.columns {
            let name = row_name(field, number, &column.id);
            let cell = form.optional(&name, if column.is_long { TEXT_MOST } else { SHORT_MOST }).unwrap_or_default();
            if !cell.is_empty() && !column.choices.is_empty() && !column.choices.contains(&cell) {
                form.refuse(&name, "Please choose one of the list.");
            }
            if column.is_number && !cell.is_empty() {
                form.number(&name, 0.0, 100_000.0);
            }
            if !cell.is_empty() {
                cells.insert(column.id.clone(), cell);
            }
        }
        lines.push(Line { cells, is_carried: false });
    }
    lines
}

/// The one text of a field; nothing when it is empty or wrong.
fn text(form: &mut Form, field: &Field, stood: &[Line], world: &World<'_>) -> Option<String> {
    let name = field.id.as_str();
    let said = match field.holds {
        Holds::Date => form.optional_date(name).flatten().map(|day| day.to_string()).unwrap_or_default(),
        Holds::Number => {
            let said = form.optional(name, SHORT_MOST)?;
            if !said.is_empty() {
                form.number(name, 0.0, 1e9)?;
            }
            said
        }
        Holds::Practices => codes(form, name, stood, world.framework)?,
        Holds::Indicators => codes(form, name, stood, None)?,
        Holds::TheoryChanges => {
            let chosen = form.all(name);
            // What was chosen of an earlier theory stays until somebody takes it out.
            let known = |key: &&String| {
                world.changes.iter().any(|(other, _)| other == *key)
                    || stood.iter().any(|line| line.text().split_whitespace().any(|other| other == *key))
            };
            chosen.iter().filter(known).map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        Holds::Longtext => form.optional(name, LONG_MOST)?,
        Holds::Text | Holds::Rows | Holds::Cycle | Holds::Sum => form.optional(name, SHORT_MOST)?,
    };
    Some(said).filter(|said| !said.is_empty())
}

fn codes(form: &mut Form, name: &str, stood: &[Line], framework: Option<&Framework>) -> Option<String> {
    let text = form.optional(name, 400)?;
    let codes: Vec<&str> = text.split([',', ';', ' ', '\n']).map(str::trim).filter(|code| !code.is_empty()).collect();
    if codes.len() > CODES_MOST || !codes.iter().all(|code| is_code(code)) {
        form.refuse(name, "Codes are short, such as 2.2.3. Please part them by commas.");
        return None;
    }
    let stands = |code: &str| stood.iter().any(|line| line.text().split(", ").any(|other| other == code));
    let unknown = codes.iter().find(|code| !stands(code) && framework.is_some_and(|all| all.practice(code).is_none()));
    if let Some(code) = unknown {
        form.refuse(name, format!("There is no practice {code}. The list of practices has the codes."));
        return None;
    }
    Some(codes.join(", "))
}
