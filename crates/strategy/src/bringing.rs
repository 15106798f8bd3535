//! Which partnerships the rows of a file may be about: all at the command line, on a page those where the person may record.

use std::collections::BTreeMap;

use partnerships::{
    PartnershipId,
    partnerships::{Partnership, Record},
};
use platform::{
    access::{Policy, Standing},
    import::{Known, Row},
};

/// The partnerships by name, and who can write to those that whoever brings the file in can't.
pub(crate) struct Places {
    known: Known<PartnershipId>,
    /// The name of the partnership and of the team that can.
    closed: BTreeMap<PartnershipId, (String, String)>,
}

impl Places {
    /// Of all partnerships with their staff, for whoever brings the file in; nobody at the command line.
    pub(crate) fn of(partnerships: &[Partnership], who: Option<&Standing>) -> Self {
        let may = |partnership: &Partnership| who.is_none_or(|who| <Partnership as Policy<Record>>::permits(who, partnership));
        let closed = partnerships.iter().filter(|one| !may(one)).map(|one| (one.id, (one.name.clone(), one.team_name.clone())));
        let ids = partnerships.iter().map(|one| (one.slug.clone(), one.id));
        Self { closed: closed.collect(), known: Known { what: "partnership", ids: ids.collect() } }
    }

    /// The row's partnership, if it can be written to.
    pub(crate) fn find(&self, row: &mut Row<'_>) -> Option<PartnershipId> {
        let id = self.known.find(row, "partnership")?;
        let Some((name, team)) = self.closed.get(&id) else { return Some(id) };
        row.refuse(
            "partnership",
            &format!("This row is for {name}. You can read it, but not write there."),
            &format!("{team} can: send them this row, or leave it out."),
        );
        None
    }
}
