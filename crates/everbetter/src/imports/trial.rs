//! A trial run: what a file would change, without changing it.

use platform::{
    App, Error,
    access::Standing,
    import::{self, Kind, Mapping, Mode, Refusal, RowChoice, Source, Tally},
};

/// Leaving rows out can leave others without what they refer to; after so many rounds we ask for a better file.
const ROUNDS: usize = 5;

/// What a file would do.
pub(super) struct Trial {
    /// What the rows that can be read would do.
    pub tally: Tally,
    /// What can't be taken in.
    pub refused: Vec<Refusal>,
    /// The rows that would have to be left out.
    pub refused_rows: Vec<u64>,
    /// Whether the file can come in at all once these rows are left out.
    pub is_possible: bool,
}

/// The rows that somebody chose to leave out.
pub(super) fn chosen_to_leave_out(mapping: &Mapping) -> Vec<u64> {
    mapping.rows.iter().filter(|(_, choice)| **choice == RowChoice::LeaveOut).map(|(row, _)| *row).collect()
}

impl Trial {
    /// The outcome in figures, by which a later run is compared: new, changed, the same, refused.
    pub(super) fn figures(&self) -> String {
        format!("{} {} {} {}", self.tally.new, self.tally.changed, self.tally.same, self.refused_rows.len())
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
    let mut trial = Trial { tally: Tally::default(), refused: Vec::new(), refused_rows: Vec::new(), is_possible: false };
    let mut mapping = mapping.clone();
    for _ in 0..ROUNDS {
        let tally = match import::read_as(kind, file, content, &mapping) {
            Ok(source) => import::take_as(app, kind, &[source], who, Mode::DryRun).await?,
            Err(refused) => Tally { refused, ..Tally::default() },
        };
        if tally.is_clean() {
            trial.is_possible = true;
            trial.tally = tally;
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
