//! The demo organisation of 6 October 2021, as tests use it: its own files through the room's own imports.

use std::{cell::RefCell, collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Error,
    access::{Identify, Kind as PersonKind, Seat, Standing, Via},
    audit::Actor,
    clock::new_id,
    db::{self, Db, FromQueryResult, PersonId, TeamId, slug_of},
    import::{self, Column, Export, Form, Holds, Kind, Mapping, Mode, Source, Table, Tally},
    room::House,
    secret,
    testing::{Bench, Visitor},
    text::folded,
};

use crate::models::{self, SupportModel};

/// The morning on which all tests happen: a Wednesday.
pub(super) fn now() -> DateTime<Utc> {
    "2021-10-06T09:00:00Z".parse().expect("an instant")
}

pub(super) fn house() -> House {
    House::new(vec![people::room(), crate::room()])
}

/// Whoever brings a person's key as the session's token is that person.
struct ByKey;

#[derive(FromQueryResult)]
struct PersonRow {
    id: PersonId,
    slug: String,
    name: String,
    kind: String,
    works_at: Option<String>,
}

#[derive(FromQueryResult)]
struct SeatRow {
    team: TeamId,
    slug: String,
    role: String,
}

impl Identify for ByKey {
    fn by_session<'a>(
        &'a self,
        db: &'a Db,
        token_hash: Vec<u8>,
        now: DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>> {
        Box::pin(async move {
            let persons = db::rows::<PersonRow>(db.read(), "select id, slug, name, kind, works_at from person", vec![]).await?;
            let Some(person) = persons.into_iter().find(|person| secret::token_hash(&person.slug) == token_hash) else {
                return Ok(None);
            };
            let seats = db::rows::<SeatRow>(
                db.read(),
                "select t.id as team, t.slug, m.role from membership m join team t on t.id = m.team_id
                 where m.person_id = $1 and m.from_on <= $2 and (m.to_on is null or m.to_on >= $2)",
                vec![person.id.into(), now.date_naive().into()],
            )
            .await?;
            Ok(Some(Standing {
                person: person.id,
                slug: person.slug,
                name: person.name,
                kind: PersonKind::from_word(&person.kind).expect("a kind"),
                seats: seats.into_iter().map(|row| Seat { team: row.team, slug: row.slug, role: row.role }).collect(),
                works_at: person.works_at,
                via: Via::Session(token_hash),
            }))
        })
    }

    fn by_token<'a>(
        &'a self,
        _: &'a Db,
        _: Vec<u8>,
        _: DateTime<Utc>,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>> {
        Box::pin(async { Ok(None) })
    }
}

pub(super) fn identify() -> Arc<dyn Identify> {
    Arc::new(ByKey)
}

pub(super) const AMARA: &str = "amara-osei";
pub(super) const ROSALIND: &str = "rosalind-quintero";
pub(super) const DENISE: &str = "denise-oyelaran";
pub(super) const THEO: &str = "theo-baptiste";
pub(super) const HARRIET: &str = "harriet-lowell";
pub(super) const MEI_LIN: &str = "mei-lin-hartley";

/// Somebody of the demo, signed in.
pub(super) fn visitor(bench: &Bench, person: &str) -> Visitor {
    Visitor::with_session(bench, person)
}

/// The columns of the files that this test reads itself.
const READ: &[Column] = &[
    of("person"),
    of("name"),
    of("kind"),
    of("title"),
    of("site"),
    of("started"),
    of("ended"),
    of("team"),
    of("role"),
    of("from"),
    of("to"),
    of("supervisor"),
];

const fn of(name: &'static str) -> Column {
    Column::optional(name, Holds::Text, "")
}

fn table(name: &str) -> Table {
    let kind = Kind {
        name: "test",
        about: "",
        columns: READ,
        form: Form::Table,
        may: |_| false,
        opens_doors: false,
        run: |_, _| Box::pin(async { Ok(Tally::default()) }),
        export: |_| Box::pin(async { Ok(Export::Text(String::new())) }),
    };
    let path = format!("{}/../../demo/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    match import::read(&kind, name, &std::fs::read(path).expect("a demo file")) {
        Ok(Source::Table(table)) => table,
        _ => panic!("{name} is no table"),
    }
}

/// Persons, teams and memberships of the demo, put in by hand: another room takes these files in.
async fn people_of_demo(bench: &Bench) {
    let refused = RefCell::new(Vec::new());
    bench
        .app
        .db
        .write(async |tx| {
            let mut persons = BTreeMap::new();
            for row in table("people").rows(&refused) {
                let (email, name) = (row.text("person").expect("e-mail"), row.text("name").expect("name"));
                let id = PersonId(new_id(now()));
                let day = |column: &str| row.text(column).map(|text| text.parse::<NaiveDate>().expect("a date"));
                db::exec(
                    &**tx,
                    "insert into person (id, slug, email, name, folded, kind, title, works_at, started_on, ended_on, about,
                       glad_to_be_asked, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', 1)",
                    vec![
                        id.into(),
                        slug_of(&name).into(),
                        email.clone().into(),
                        name.clone().into(),
                        folded(&name).into(),
                        row.text("kind").into(),
                        row.text("title").unwrap_or_default().into(),
                        row.text("site").into(),
                        day("started").into(),
                        day("ended").into(),
                    ],
                )
                .await?;
                persons.insert(email, id);
            }
            let mut teams = BTreeMap::new();
            for row in table("teams").rows(&refused) {
                let (slug, name) = (row.text("team").expect("team"), row.text("name").expect("name"));
                let id = TeamId(new_id(now()));
                db::exec(
                    &**tx,
                    "insert into team (id, slug, name, folded, kind, purpose, version) values ($1, $2, $3, $4, $5, '', 1)",
                    vec![id.into(), slug.clone().into(), name.clone().into(), folded(&name).into(), row.text("kind").into()],
                )
                .await?;
                teams.insert(slug, id);
            }
            for row in table("memberships").rows(&refused) {
                let day = |column: &str| row.text(column).map(|text| text.parse::<NaiveDate>().expect("a date"));
                let person = persons[&row.text("person").expect("person")];
                let team = teams[&row.text("team").expect("team")];
                db::exec(
                    &**tx,
                    "insert into membership (id, person_id, team_id, role, from_on, to_on, version)
                     values ($1, $2, $3, $4, $5, $6, 1)",
                    vec![
                        new_id(now()).into(),
                        person.into(),
                        team.into(),
                        row.text("role").into(),
                        day("from").into(),
                        day("to").into(),
                    ],
                )
                .await?;
            }
            for (position, (id, name, days, most)) in [
                ("intensive", "Intensive", 3.5, None),
                ("transformation-network", "Transformation Network", 1.5, Some(2.0)),
                ("practice-network", "Problem-of-Practice Network", 0.25, None),
            ]
            .into_iter()
            .enumerate()
            {
                let model = SupportModel {
                    id: id.to_owned(),
                    name: name.to_owned(),
                    days_per_week: days,
                    days_per_week_most: most,
                    convening_hours_per_month: None,
                    sites: "one school".to_owned(),
                    staffing: "one improvement partner".to_owned(),
                    shape: "Beside the principal.".to_owned(),
                    position: i32::try_from(position).expect("a place"),
                };
                assert_eq!(models::put(tx, &model).await?, models::Put::New);
                assert_eq!(models::put(tx, &model).await?, models::Put::Same);
            }
            Ok::<_, platform::db::DbErr>(())
        })
        .await
        .expect("the people of the demo");
}

/// Takes a text in as a file of this kind.
pub(super) async fn import_text(bench: &Bench, kind: &str, text: &str) -> Tally {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let source = import::read(kind, "test.csv", text.as_bytes()).expect("a readable file");
    take(bench, kind, source).await
}

/// Takes a file of the demo in.
pub(super) async fn import_demo(bench: &Bench, kind: &str, file: &str) -> Tally {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let path = format!("{}/../../demo/{file}.csv", env!("CARGO_MANIFEST_DIR"));
    let source = import::read_file(kind, std::path::Path::new(&path), &Mapping::default()).expect("a readable file");
    take(bench, kind, source).await
}

async fn take(bench: &Bench, kind: &Kind, source: Source) -> Tally {
    import::take(&bench.app, kind, &[source], &Actor::Process("a test"), Mode::Take).await.expect("an answer")
}

/// The demo without its visits.
pub(super) async fn settle(bench: &Bench) {
    people_of_demo(bench).await;
    for (kind, file) in [
        ("sites", "sites"),
        ("partnerships", "partnerships"),
        ("partnership-staff", "partnership_staff"),
        ("coachees", "coachees"),
    ] {
        let tally = import_demo(bench, kind, file).await;
        assert!(tally.is_clean() && tally.new > 0, "{file}: {:?}", tally.refused);
    }
}
