//! Files of kind `memberships`.

use std::{cell::RefCell, collections::BTreeMap};

use chrono::NaiveDate;
use platform::{
    access::roles,
    clock,
    db::{self, Db, FromQueryResult, PersonId, TeamId},
    import::{self, Column, Export, Form, Holds, Kind, Known, Refusal, Row, Source, Taking, Tally},
    room::Answer,
    sheet::Sheet,
};
use uuid::Uuid;

pub(crate) const KIND: Kind = Kind {
    name: "memberships",
    about: "Who sits in which team, as what, from when to when.",
    columns: &[
        Column::needed("person", Holds::Text, "the person's e-mail address").or(&["e-mail", "e-mail address", "member"]),
        Column::needed("team", Holds::Text, "the team's key"),
        Column::needed("role", Holds::Text, "the role in the team, such as implementer"),
        Column::needed("from", Holds::Date, "the first day").or(&["from on", "start", "since"]),
        Column::optional("to", Holds::Date, "the last day; empty while it goes on").or(&["to on", "until", "end"]),
        Column::optional("supervisor", Holds::Text, "the supervisor's e-mail address"),
    ],
    form: Form::Table,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: true,
    run,
    export,
};

fn export(db: &Db) -> Answer<'_, Export> {
    #[derive(FromQueryResult)]
    struct Out {
        person: String,
        team: String,
        role: String,
        from_on: NaiveDate,
        to_on: Option<NaiveDate>,
        supervisor: Option<String>,
    }
    Box::pin(async move {
        let sql = "select p.email as person, t.slug as team, m.role, m.from_on, m.to_on, s.email as supervisor from membership m
             join person p on p.id = m.person_id join team t on t.id = m.team_id left join person s on s.id = m.supervisor_id
             where p.email is not null order by p.email, m.from_on, t.slug, m.role";
        let rows = db::rows::<Out>(db.read(), sql, vec![]).await?.into_iter().map(|row| {
            vec![row.person.into(), row.team.into(), row.role.into(), row.from_on.into(), row.to_on.into(), row.supervisor.into()]
        });
        let header = KIND.columns.iter().map(|column| column.name).collect();
        Ok(Export::Table(Sheet { name: "memberships".to_owned(), header, rows: rows.collect() }))
    })
}

#[derive(PartialEq, FromQueryResult)]
struct MembershipRow {
    id: Uuid,
    person_id: PersonId,
    team_id: TeamId,
    role: String,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    supervisor_id: Option<PersonId>,
}

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let people = Known { what: "person", ids: crate::persons::ids_by_email(&**taking.tx).await? };
        let teams = Known { what: "team", ids: super::ids_by_slug(&**taking.tx).await? };
        let known: Vec<MembershipRow> =
            db::rows(&**taking.tx, "select id, person_id, team_id, role, from_on, to_on, supervisor_id from membership", vec![])
                .await?;
        let known: BTreeMap<Key, MembershipRow> = known.into_iter().map(|row| (row.key(), row)).collect();
        let (memberships, refused) = read(taking, sources, &people, &teams, &known);
        let mut tally = Tally { refused, ..Tally::default() };
        for membership in memberships {
            match known.get(&membership.key()) {
                Some(old) if *old == membership => tally.same += 1,
                Some(_) => {
                    db::exec(
                        &**taking.tx,
                        "update membership set to_on = $1, supervisor_id = $2, version = version + 1 where id = $3",
                        vec![membership.to_on.into(), membership.supervisor_id.into(), membership.id.into()],
                    )
                    .await?;
                    tally.changed += 1;
                }
                None => {
                    insert(taking, membership).await?;
                    tally.new += 1;
                }
            }
        }
        Ok(tally)
    })
}

type Key = (PersonId, TeamId, String, NaiveDate);

impl MembershipRow {
    fn key(&self) -> Key {
        (self.person_id, self.team_id, self.role.clone(), self.from_on)
    }
}

fn read(
    taking: &Taking<'_>,
    sources: &[Source],
    people: &Known<PersonId>,
    teams: &Known<TeamId>,
    known: &BTreeMap<Key, MembershipRow>,
) -> (Vec<MembershipRow>, Vec<Refusal>) {
    let refused = RefCell::new(Vec::new());
    let mut seen = BTreeMap::new();
    let mut memberships = Vec::new();
    for table in import::tables(sources) {
        for mut row in table.rows(&refused) {
            let filled = row.required("person").is_some() && row.required("team").is_some() && row.required("from").is_some();
            let (person, team) = (by_email(people, &mut row, "person"), teams.find(&mut row, "team"));
            let supervisor_id = by_email(people, &mut row, "supervisor");
            let (role, from, to_on) = (row.required("role"), row.date("from"), row.date("to"));
            if from.zip(to_on).is_some_and(|(from, to)| to < from) {
                row.refuse("to", "The last day lies before the first one.", "Check both dates.");
            }
            let (Some(person_id), Some(team_id), Some(role), Some(from_on), true, false) =
                (person, team, role, from, filled, row.is_refused())
            else {
                continue;
            };
            let mut membership =
                MembershipRow { id: clock::new_id(taking.now), person_id, team_id, role, from_on, to_on, supervisor_id };
            if let Some(old) = known.get(&membership.key()) {
                membership.id = old.id;
                // A column that the file lacks leaves what is known.
                if !table.has("to") {
                    membership.to_on = old.to_on;
                }
                if !table.has("supervisor") {
                    membership.supervisor_id = old.supervisor_id;
                }
            }
            match seen.insert(membership.key(), row.number) {
                Some(before) => {
                    row.refuse("person", &format!("Row {before} says the same of this person."), "Keep one of the two.")
                }
                None => memberships.push(membership),
            }
        }
    }
    (memberships, refused.into_inner())
}

/// The person of a cell's address, in whatever capitals it is written.
fn by_email(people: &Known<PersonId>, row: &mut Row<'_>, column: &str) -> Option<PersonId> {
    match row.text(column).and_then(|email| people.ids.get(&email.to_lowercase()).copied()) {
        Some(person) => Some(person),
        None => people.find(row, column),
    }
}

async fn insert(taking: &Taking<'_>, membership: MembershipRow) -> Result<(), platform::db::DbErr> {
    db::exec(
        &**taking.tx,
        "insert into membership (id, person_id, team_id, role, from_on, to_on, supervisor_id, version)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        vec![
            membership.id.into(),
            membership.person_id.into(),
            membership.team_id.into(),
            membership.role.into(),
            membership.from_on.into(),
            membership.to_on.into(),
            membership.supervisor_id.into(),
        ],
    )
    .await?;
    Ok(())
}
