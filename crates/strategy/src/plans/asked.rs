//! A section as a form asks it, field by field.

use platform::web::Form;

use super::{
    answers::{Answers, out_name, right_name, row_name},
    shown::ShownField,
    template::{Column, Field, Holds},
};

/// A field of the form, beside what stands in the cycle.
pub(crate) struct Asked {
    pub field: Field,
    pub shown: ShownField,
    pub rows: Vec<RowForm>,
    /// Whether the one text came from the plan before: the box that says that it is still right.
    pub right: String,
}

impl Asked {
    pub(crate) fn is(&self, holds: &str) -> bool {
        match self.field.holds {
            Holds::Text | Holds::Practices | Holds::Indicators => holds == "text",
            Holds::Longtext => holds == "longtext",
            Holds::Date => holds == "date",
            Holds::Number => holds == "number",
            Holds::TheoryChanges => holds == "theory_changes",
            Holds::Rows => holds == "rows",
            Holds::Cycle | Holds::Sum => holds == "shown",
        }
    }
}

/// A row of the form.
pub(crate) struct RowForm {
    pub number: usize,
    pub cells: Vec<(String, Column)>,
    /// Those that take sentences, each as wide as the row.
    pub sentences: Vec<(String, Column)>,
    /// The box that takes it out; empty for the one that is not written yet.
    pub out: String,
    /// The box that says that it is still right; empty unless it came from the plan before.
    pub right: String,
}

/// A field with the rows that its form shows.
pub(crate) fn asked(field: &Field, shown: ShownField, answers: &Answers, form: &Form) -> Asked {
    let lines = answers.of(&field.id);
    let is_carried = |number: usize| lines.get(number).is_some_and(|line| line.is_carried);
    let right = |number: usize| if is_carried(number) { right_name(field, number) } else { String::new() };
    let rows = match field.holds {
        Holds::Rows => (0..Answers::rows_shown(form, field))
            .map(|number| RowForm {
                number,
                cells: cells(field, number, false),
                sentences: cells(field, number, true),
                out: if number < lines.len() { out_name(field, number) } else { String::new() },
                right: right(number),
            })
            .collect(),
        _ => Vec::new(),
    };
    Asked { right: if field.holds == Holds::Rows { String::new() } else { right(0) }, field: field.clone(), shown, rows }
}

/// The names of a row's cells, of those that take sentences or of the others.
fn cells(field: &Field, number: usize, is_long: bool) -> Vec<(String, Column)> {
    let columns = field.columns.iter().filter(|column| column.is_long == is_long);
    columns.map(|column| (row_name(field, number, &column.id), column.clone())).collect()
}
