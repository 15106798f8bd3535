//! Names that a file refers to.

use std::collections::BTreeMap;

use super::Row;
use crate::{db::slug_of, text::folded};

/// So many near names are offered.
const OFFERED: usize = 3;
/// From how near on.
const NEAR_FROM: f64 = 0.8;
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

/// The nearest of some names to what somebody wrote, the nearest first.
#[must_use]
pub fn near<'a>(said: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    // Names of thousands of letters are no slip of a hand.
    if said.len() > 200 {
        return Vec::new();
    }
    let said = folded(said);
    let mut found: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(&said, &folded(name)), name))
        .filter(|(nearness, _)| *nearness >= NEAR_FROM)
        .collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    found.into_iter().take(OFFERED).map(|(_, name)| name.to_owned()).collect()
}
