//! A trial run: what a file would change, without changing it.

use platform::{
    App, Error,
    access::Standing,
    import::{self, Kind, Mapping, Mode, Outcome, Refusal, RowChoice, Source, Tally},
};
use serde::{Deserialize, Serialize};

/// Leaving rows out can leave others without what they refer to; after so many rounds we ask for a better file.
const ROUNDS: usize = 5;

/// Rows and refusals that are told one by one; the others are counted.
pub(super) const TOLD: usize = 100;

/// What a file would do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Trial {
    /// Rows that were not there before.
    pub new: u64,
    /// Rows that say something else than before.
    pub changed: u64,
    /// Rows that were there already.
    pub same: u64,
    /// The first rows that are new or change something.
    pub rows: Vec<Line>,
    /// What can't be taken in, the first of it.
    pub refused: Vec<Refusal>,
    /// How much more can't.
    pub more_refused: usize,
    /// The rows that would have to be left out.
    pub refused_rows: Vec<u64>,
    /// Whether the file can come in at all once these rows are left out.
    pub is_possible: bool,
    /// What is worth knowing, a sentence each.
    pub notices: Vec<String>,
    /// Whether it came out otherwise than what was looked at, so that nothing was brought in.
    pub has_changed: bool,
}

/// A row that would be new or change something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub row: u64,
    pub is_new: bool,
    pub title: String,
    /// Column, what we have, what the row says.
    pub changes: Vec<(String, String, String)>,
}

/// The rows that somebody chose to leave out.
pub(super) fn chosen_to_leave_out(mapping: &Mapping) -> Vec<u64> {
    mapping.rows.iter().filter(|(_, choice)| **choice == RowChoice::LeaveOut).map(|(row, _)| *row).collect()
}

impl Trial {
    /// The outcome in figures, by which a later run is compared: new, changed, the same, refused.
    pub(super) fn figures(&self) -> String {
        format!("{} {} {} {}", self.new, self.changed, self.same, self.refused_rows.len())
    }

    /// One that a single refusal ends.
    pub(super) fn refusing(refusal: Refusal) -> Self {
        Self { refused: vec![refusal], ..Self::default() }
    }

    fn count(&mut self, tally: Tally) {
        (self.new, self.changed, self.same) = (tally.new, tally.changed, tally.same);
        self.notices = tally.notices;
        for outcome in [Outcome::New, Outcome::Changed] {
            let rows = tally.rows.iter().filter(|row| row.outcome == outcome).take(TOLD);
            self.rows.extend(rows.map(|row| {
                Line {
                    row: row.row,
                    is_new: outcome == Outcome::New,
                    title: row.title.clone(),
                    changes: row
                        .changes
                        .iter()
                        .map(|change| (change.column.to_owned(), change.before.clone(), change.after.clone()))
                        .collect(),
                }
            }));
        }
    }
}

/// Tries the file.
///
/// # Errors
/// The database's own.
pub(super) async fn run(
    app: &App,
    kind: &Kind,
    who: &Standing,
    file: &str,
    content: &[u8],
    mapping: &Mapping,
) -> Result<Trial, Error> {
    let mut trial = Trial::default();
    let mut mapping = mapping.clone();
    for _ in 0..ROUNDS {
        let tally = match import::read_as(kind, file, content, &mapping) {
            Ok(source) => import::take_as(app, kind, &[source], who, Mode::DryRun).await?,
            Err(refused) => Tally { refused, ..Tally::default() },
        };
        if tally.is_clean() {
            trial.is_possible = true;
            trial.count(tally);
            break;
        }
        let rows = tally.refused_rows();
        let is_whole = tally.refused.iter().any(|refusal| refusal.row.is_none_or(|row| row < 2)) || rows.is_empty();
        trial.refused.extend(tally.refused);
        if is_whole {
            break;
        }
        trial.refused_rows.extend(&rows);
        mapping = mapping.leaving_out(rows);
    }
    trial.refused_rows.sort_unstable();
    trial.refused_rows.dedup();
    trial.more_refused = trial.refused.len().saturating_sub(TOLD);
    trial.refused.truncate(TOLD);
    Ok(trial)
}

/// The file as a source, with rows left out.
///
/// # Errors
/// Refused, when it can't be read that way.
pub(super) fn source(kind: &Kind, file: &str, content: &[u8], mapping: Mapping, left_out: &[u64]) -> Result<Source, Error> {
    import::read_as(kind, file, content, &mapping.leaving_out(left_out.iter().copied()))
        .map_err(|refused| Error::Refused(refused.first().map_or_else(String::new, ToString::to_string)))
}
