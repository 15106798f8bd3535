//! What a version would mean for the entries that a partnership has made this year. Pure.

use std::collections::BTreeSet;

use partnerships::partnerships::Partnership;

use super::Turn;
use crate::{
    PracticeId,
    frameworks::{Framework, Practice},
    tracker::on_track::Cells,
};

/// Which practices of a version go on in the next one, and for whom others begin anew.
pub(crate) struct Moves<'a> {
    before: &'a Framework,
    going: BTreeSet<PracticeId>,
    /// The support models of each practice that begins anew.
    anew: Vec<BTreeSet<&'a str>>,
}

/// What becomes of a partnership's entries of this year.
pub(crate) struct Entries {
    /// How many go on with their practice.
    pub go_on: usize,
    /// How many stay with the version before.
    pub stay: usize,
    /// The practices of those that stay.
    pub codes: String,
    /// How many practices begin anew there.
    pub begin: usize,
}

impl<'a> Moves<'a> {
    /// `goes_on` says which practices go on as the same; `anew` are the support models of each that begins anew.
    pub(crate) fn new(
        before: &'a Framework,
        goes_on: impl Fn(&Practice) -> bool,
        anew: impl Iterator<Item = BTreeSet<&'a str>>,
    ) -> Self {
        let going = before.practices.iter().filter(|practice| goes_on(practice)).map(|practice| practice.id);
        Self { before, going: going.collect(), anew: anew.collect() }
    }

    /// From a version that is out to the one that follows it within the year.
    pub(super) fn of(turn: &'a Turn) -> Self {
        let before: BTreeSet<PracticeId> = turn.before.practices.iter().map(|practice| practice.id).collect();
        let was = |practice: &Practice| turn.after.ids_of(practice).into_iter().find(|id| before.contains(id));
        let going: BTreeSet<PracticeId> = turn.after.practices.iter().filter_map(was).collect();
        let anew = turn.after.practices.iter().filter(|practice| was(practice).is_none());
        let models = anew.map(|practice| practice.models.keys().map(String::as_str).collect());
        Self::new(&turn.before, |practice| going.contains(&practice.id), models)
    }

    /// What becomes of the entries of a partnership.
    pub(crate) fn entries(&self, partnership: &Partnership, cells: Option<&Cells>) -> Entries {
        let (mut go_on, mut stay, mut codes) = (0, 0, Vec::new());
        for practice in &self.before.practices {
            // A cell stands under each id that its practice has had: only those of the version in hand count.
            let count = cells.map_or(0, |cells| cells.keys().filter(|(id, _)| *id == practice.id).count());
            if self.going.contains(&practice.id) {
                go_on += count;
            } else if count > 0 {
                stay += count;
                codes.push(practice.code.as_str());
            }
        }
        let begin = self.anew.iter().filter(|models| models.contains(partnership.model_id.as_str())).count();
        Entries { go_on, stay, codes: codes.join(", "), begin }
    }
}
