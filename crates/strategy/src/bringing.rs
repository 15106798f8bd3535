//! Which partnerships the rows of a file may be about, and whose name they may carry: all at the command line, on a page those
//! where the person may record, and the person's own name.

use std::collections::BTreeMap;

use partnerships::{
    PartnershipId,
    partnerships::{Partnership, Record},
};
use platform::{
    access::{Policy, Standing, roles},
    db::{self, DbErr, FromQueryResult, PersonId},
    import::{Known, Row, Taking},
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

/// Who can stand as the author of a row, in its column `author`.
pub(crate) struct Authors<'a> {
    people: Known<PersonId>,
    who: Option<&'a Standing>,
}

#[derive(FromQueryResult)]
struct PersonName {
    name: String,
    id: PersonId,
}

impl<'a> Authors<'a> {
    pub(crate) async fn read(taking: &Taking<'a>) -> Result<Self, DbErr> {
        let sql = "select email as name, id from person where email is not null";
        let people = db::rows::<PersonName>(&**taking.tx, sql, vec![]).await?;
        let ids = people.into_iter().map(|row| (row.name.to_lowercase(), row.id)).collect();
        Ok(Self { people: Known { what: "person", ids }, who: taking.who })
    }

    /// Who says so: the file's author, or whoever brings it in.
    pub(crate) fn find(&self, row: &mut Row<'_>) -> Option<PersonId> {
        let Some(email) = row.cell("author") else {
            if let Some(who) = self.who {
                return Some(who.person);
            }
            row.filled("author");
            return None;
        };
        let Some(found) = self.people.id(email) else {
            row.refuse("author", "There is no person of that address.", "Check the spelling, or import the people first.");
            return None;
        };
        if self.who.is_some_and(|who| who.person != found && !who.holds(&[roles::OPERATOR])) {
            let advice = "Leave the column out: the entries are then yours.";
            row.refuse("author", "Entries can be brought in under your own name only.", advice);
            return None;
        }
        Some(found)
    }
}
