//! `partnership-staff`: who of us works in which partnership, as what, and when.

use std::{cell::RefCell, collections::BTreeSet};

use chrono::NaiveDate;
use platform::{
    Error,
    clock::new_id,
    db::{self, FromQueryResult, PersonId},
    import::{Column, Form, Holds, Kind, Source, Taking, Tally, tables},
};

use super::{by_key, column, persons};
use crate::PartnershipId;

pub(super) const COLUMNS: &[Column] = &[
    column("partnership", true, Holds::Text, "the partnership's key"),
    column("person", true, Holds::Text, "the person's e-mail address").or(&["e-mail", "e-mail address"]),
    column("role", true, Holds::Word(&["lead", "co", "apprentice"]), "lead, co or apprentice"),
    column("from", true, Holds::Date, "the first day").or(&["from on", "start"]),
    column("to", false, Holds::Date, "the last day; empty while it goes on").or(&["to on", "until", "end"]),
];

pub(super) const KIND: Kind = Kind {
    name: "partnership-staff",
    about: "Who of us works in which partnership, as what, and when.",
    columns: COLUMNS,
    form: Form::Table,
    may: super::operator,
    opens_doors: true,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(super::out::staff(db)),
};

#[derive(FromQueryResult)]
struct Known {
    id: uuid::Uuid,
    partnership_id: PartnershipId,
    person_id: PersonId,
    role: String,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let people = persons(&**tx).await?;
    let partnerships = super::partnerships(&**tx).await?;
    let before = by_key(
        db::rows::<Known>(&**tx, "select id, partnership_id, person_id, role, from_on, to_on from partnership_staff", vec![])
            .await?,
        |row| (row.partnership_id, row.person_id, row.role.clone(), row.from_on),
    );
    let mut tally = Tally::default();
    let refused = RefCell::new(Vec::new());
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    let mut changed = Vec::new();
    for table in tables(sources) {
        for mut row in table.rows(&refused) {
            for column in ["partnership", "person", "role", "from"] {
                row.required(column);
            }
            let partnership = partnerships.find(&mut row, "partnership");
            let person = people.find(&mut row, "person");
            let role = row.choice("role", &["lead", "co", "apprentice"]);
            let (from, to) = (row.date("from"), row.date("to"));
            let (Some(partnership), Some(person), Some(role), Some(from)) = (partnership, person, role, from) else { continue };
            if to.is_some_and(|to| to < from) {
                row.refuse("to", "The last day lies before the first.", "Check both days.");
            }
            let key = (partnership, person, role.clone(), from);
            if !seen.insert(key.clone()) {
                row.refuse("person", "This assignment stands in two rows.", "Keep one of them.");
            }
            match before.get(&key) {
                Some(known) if known.to_on == to => tally.same += 1,
                Some(known) => changed.push((known.id, to)),
                None => rows.push(vec![
                    new_id(taking.now).into(),
                    partnership.into(),
                    person.into(),
                    role.into(),
                    from.into(),
                    to.into(),
                    1.into(),
                ]),
            }
        }
    }
    tally.refused = refused.into_inner();
    if !tally.is_clean() {
        return Ok(tally);
    }
    tally.new = rows.len() as u64;
    tally.changed = changed.len() as u64;
    db::insert(&**tx, "partnership_staff", "id, partnership_id, person_id, role, from_on, to_on, version", rows).await?;
    for (id, to) in changed {
        let sql = "update partnership_staff set to_on = $2, version = version + 1 where id = $1";
        db::exec(&**tx, sql, vec![id.into(), to.into()]).await?;
    }
    Ok(tally)
}
