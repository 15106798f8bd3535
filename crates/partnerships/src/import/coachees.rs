//! `coachees`: who is coached where, by whom, and towards what.

use std::{cell::RefCell, collections::BTreeSet};

use chrono::NaiveDate;
use platform::{
    Error,
    clock::new_id,
    db::{self, FromQueryResult, PersonId},
    import::{Column, Form, Holds, Kind, Source, Taking, Tally, tables},
};

use super::{by_key, column, persons};
use crate::{CoacheeId, PartnershipId};

pub(super) const COLUMNS: &[Column] = &[
    column("coachee", true, Holds::Text, "the coachee's e-mail address"),
    column("partnership", true, Holds::Text, "the partnership's key"),
    column("coach", true, Holds::Text, "the coach's e-mail address"),
    column("reason", false, Holds::Text, "how it came about").prose(),
    column("frequency", false, Holds::Text, "how often they meet"),
    column("from", true, Holds::Date, "the first day").or(&["from on", "start"]),
    column("to", false, Holds::Date, "the last day; empty while it goes on").or(&["to on", "until", "end"]),
    column("goal", false, Holds::Text, "the goal in the coachee's own words; empty until one is agreed").prose(),
    column("caf_focus", false, Holds::List, "codes of the Change Agent Framework, parted by semicolons"),
];

pub(super) const KIND: Kind = Kind {
    name: "coachees",
    about: "Who is coached where, by whom, how often, and towards which goal.",
    columns: COLUMNS,
    form: Form::Table,
    may: super::operator,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(super::out::coachees(db)),
};

#[derive(FromQueryResult)]
struct Known {
    id: CoacheeId,
    partnership_id: PartnershipId,
    person_id: PersonId,
    from_on: NaiveDate,
    coach_id: PersonId,
    reason: String,
    frequency: String,
    to_on: Option<NaiveDate>,
    goal: String,
    focus: String,
}

/// What may change from one file to the next.
#[derive(PartialEq)]
struct Said {
    coach: PersonId,
    reason: String,
    frequency: String,
    to: Option<NaiveDate>,
    goal: String,
    focus: String,
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let people = persons(&**tx).await?;
    let partnerships = super::partnerships(&**tx).await?;
    let before = by_key(
        db::rows::<Known>(
            &**tx,
            "select id, partnership_id, person_id, from_on, coach_id, reason, frequency, to_on, goal, focus from coachee",
            vec![],
        )
        .await?,
        |row| (row.partnership_id, row.person_id, row.from_on),
    );
    let mut tally = Tally::default();
    let refused = RefCell::new(Vec::new());
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    let mut changed = Vec::new();
    for table in tables(sources) {
        for mut row in table.rows(&refused) {
            for column in ["coachee", "partnership", "coach", "from"] {
                row.required(column);
            }
            let partnership = partnerships.find(&mut row, "partnership");
            let (person, coach) = (people.find(&mut row, "coachee"), people.find(&mut row, "coach"));
            let (from, to) = (row.date("from"), row.date("to"));
            let (Some(partnership), Some(person), Some(coach), Some(from)) = (partnership, person, coach, from) else { continue };
            if to.is_some_and(|to| to < from) {
                row.refuse("to", "The last day lies before the first.", "Check both days.");
            }
            if !seen.insert((partnership, person, from)) {
                row.refuse("coachee", "This coachee stands in two rows with the same first day.", "Keep one of them.");
            }
            let text = |column: &str| row.text(column).unwrap_or_default();
            let said = Said {
                coach,
                reason: text("reason"),
                frequency: text("frequency"),
                to,
                goal: text("goal"),
                focus: row.list("caf_focus").join(";"),
            };
            match before.get(&(partnership, person, from)) {
                Some(known) if known.says() == said => tally.same += 1,
                Some(known) => changed.push((known.id, said)),
                None => rows.push(vec![
                    CoacheeId(new_id(taking.now)).into(),
                    partnership.into(),
                    person.into(),
                    said.coach.into(),
                    said.reason.into(),
                    said.frequency.into(),
                    from.into(),
                    said.to.into(),
                    said.goal.into(),
                    said.focus.into(),
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
    db::insert(
        &**tx,
        "coachee",
        "id, partnership_id, person_id, coach_id, reason, frequency, from_on, to_on, goal, focus, version",
        rows,
    )
    .await?;
    for (id, said) in changed {
        db::exec(
            &**tx,
            "update coachee set coach_id = $2, reason = $3, frequency = $4, to_on = $5, goal = $6, focus = $7,
               version = version + 1 where id = $1",
            vec![
                id.into(),
                said.coach.into(),
                said.reason.into(),
                said.frequency.into(),
                said.to.into(),
                said.goal.into(),
                said.focus.into(),
            ],
        )
        .await?;
    }
    Ok(tally)
}

impl Known {
    fn says(&self) -> Said {
        Said {
            coach: self.coach_id,
            reason: self.reason.clone(),
            frequency: self.frequency.clone(),
            to: self.to_on,
            goal: self.goal.clone(),
            focus: self.focus.clone(),
        }
    }
}
