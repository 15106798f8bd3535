//! Names that a file refers to.

use std::collections::BTreeMap;

use tables::{Row, folded, near};

use crate::db::slug_of;

/// So many refusals get offers: each asks all names.
const ASKED: usize = 200;

/// Names that a file may refer to, with the ids behind them; refuses the others kindly.
pub struct Known<Id> {
    /// What they are: `person`, `team`.
    pub what: &'static str,
    /// Name to id.
    pub ids: BTreeMap<String, Id>,
}

impl<Id: Copy> Known<Id> {
    /// The id of a name: as it is kept, or in other capitals, with blanks for hyphens.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<Id> {
        let found = self.ids.get(name).or_else(|| self.ids.get(&folded(name))).or_else(|| self.ids.get(&slug_of(name)));
        found.copied()
    }

    /// The id of the name in a row's column, if the cell is filled; notes a refusal when nobody has that name.
    pub fn find(&self, row: &mut Row<'_>, column: &str) -> Option<Id> {
        let name = row.cell(column)?;
        let found = self.id(name);
        if found.is_none() {
            let near = if row.refused_so_far() < ASKED { near(name, self.ids.keys().map(String::as_str)) } else { Vec::new() };
            row.refuse_near(
                column,
                &format!("There is no {} of that name.", self.what),
                &format!("Check the spelling, or import the {} first.", self.what),
                near,
            );
        }
        found
    }
}
