//! People doing things with the tracker, on both databases.
//!
//! The world is small and named. Linden Grove is an Intensive partnership in its second year, where Ada works and Sue
//! supervises; Garnet Hill is one of a network, where Ben works. Dee leads the Lakes team, which has both. Pat is the
//! principal of Linden Grove, Pia of Garnet Hill; Alf has left. It is 6 October 2021, two in the afternoon.

mod importing;
mod looking;
mod plain;
mod recording;

use std::{future::Future, pin::Pin, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Error,
    access::{Identify, Kind, Seat, Standing, Via, roles},
    audit::Actor,
    db::{self, Db, FromQueryResult, PersonId, TeamId},
    import::{self, Mode, Tally},
    room::House,
    secret::token_hash,
    testing::{Bench, Visitor, on_both},
    text::folded,
};
use uuid::Uuid;

const PEOPLE: [(&str, &str, &str, Option<&str>); 8] = [
    ("ada", "Ada Okafor", "staff", None),
    ("sue", "Sue Lindqvist", "staff", None),
    ("dee", "Dee Marchetti", "staff", None),
    ("ben", "Ben Achterberg", "staff", None),
    ("eve", "Eve Tanaka", "staff", None),
    ("pat", "Pat Oyelaran", "partner", Some("linden")),
    ("pia", "Pia Sørensen", "partner", Some("garnet")),
    ("alf", "Alf Quist", "alumnus", None),
];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn person(slug: &str) -> PersonId {
    let place = PEOPLE.iter().position(|(known, ..)| *known == slug).expect("somebody of this world");
    PersonId(id(100 + place as u128))
}

const LAKES: u128 = 10;
const COASTAL: u128 = 11;

fn seats(slug: &str) -> Vec<Seat> {
    let seat = |team: u128, slug: &str, role: &str| Seat { team: TeamId(id(team)), slug: slug.to_owned(), role: role.to_owned() };
    match slug {
        "ada" => vec![seat(LAKES, "lakes", roles::IMPLEMENTER)],
        "sue" => vec![seat(LAKES, "lakes", roles::SUPERVISOR)],
        "dee" => vec![seat(LAKES, "lakes", roles::DIRECTOR)],
        "ben" | "eve" => vec![seat(COASTAL, "coastal", roles::IMPLEMENTER)],
        _ => Vec::new(),
    }
}

/// Knows this world's people by their names as tokens.
struct Door;

impl Door {
    fn standing(hash: &[u8]) -> Option<Standing> {
        let (slug, name, kind, site) = PEOPLE.into_iter().find(|(slug, ..)| token_hash(slug) == hash)?;
        Some(Standing {
            person: person(slug),
            slug: slug.to_owned(),
            name: name.to_owned(),
            kind: Kind::from_word(kind)?,
            seats: seats(slug),
            works_at: site.map(str::to_owned),
            via: Via::Session(hash.to_vec()),
        })
    }
}

type Found<'a> = Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>>;

impl Identify for Door {
    fn by_session<'a>(&'a self, _: &'a Db, hash: Vec<u8>, _: DateTime<Utc>) -> Found<'a> {
        Box::pin(async move { Ok(Self::standing(&hash)) })
    }

    fn by_token<'a>(&'a self, _: &'a Db, _: Vec<u8>, _: DateTime<Utc>) -> Found<'a> {
        Box::pin(async { Ok(None) })
    }
}

fn house() -> House {
    House::new(vec![people::room(), partnerships::room(), crate::room()])
}

fn door() -> Arc<dyn Identify> {
    Arc::new(Door)
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Runs a test in this world, on both databases.
async fn in_the_world(test: impl AsyncFn(Bench)) {
    let now = "2021-10-06T14:00:00Z".parse().expect("an instant");
    on_both(now, house, door, async |bench| {
        let pack = include_bytes!("../../../../../content/vi-pit.toml");
        take(&bench, "framework", "vi-pit.toml", pack).await;
        furnish(&bench.app.db).await;
        test(bench).await;
    })
    .await;
}

/// Takes a file in.
async fn take(bench: &Bench, kind: &str, file: &str, bytes: &[u8]) -> Tally {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let source = import::read(kind, file, bytes).expect("a file that can be read");
    import::take(&bench.app, kind, &[source], &Actor::Process("test"), Mode::Take).await.expect("an answer")
}

async fn furnish(db: &Db) {
    db.write(async |tx| {
        for (slug, name, kind, site) in PEOPLE {
            let email = format!("{slug}@example.org");
            db::exec(
                &**tx,
                "insert into person (id, slug, email, name, folded, kind, title, works_at, about, glad_to_be_asked, version)
                 values ($1, $2, $3, $4, $5, $6, '', $7, '', '', 1)",
                vec![
                    person(slug).into(),
                    slug.into(),
                    email.into(),
                    name.into(),
                    folded(name).into(),
                    kind.into(),
                    site.map(str::to_owned).into(),
                ],
            )
            .await?;
        }
        for (number, slug, name) in [(LAKES, "lakes", "Lakes team"), (COASTAL, "coastal", "Coastal team")] {
            db::exec(
                &**tx,
                "insert into team (id, slug, name, folded, kind, purpose, version) values ($1, $2, $3, $4, 'region', '', 1)",
                vec![id(number).into(), slug.into(), name.into(), folded(name).into()],
            )
            .await?;
        }
        Ok::<_, platform::db::DbErr>(())
    })
    .await
    .expect("people and teams");
    partnership(db, 1, "linden", "Linden Grove", "intensive", 2020).await;
    partnership(db, 2, "garnet", "Garnet Hill", "practice-network", 2019).await;
    work(db, 1, "ada").await;
    work(db, 2, "ben").await;
}

/// The support models, where no framework brings them.
async fn support_models(db: &Db) {
    for model in ["intensive", "practice-network"] {
        db.write(async |tx| {
            db::exec(
                &**tx,
                "insert into support_model (id, name, days_per_week, sites, staffing, shape, position)
                 values ($1, $1, 3.5, '', '', '', 1)",
                vec![model.into()],
            )
            .await
        })
        .await
        .expect("a support model");
    }
}

/// A person of ours who has an address and little else.
async fn somebody(db: &Db, number: u128, email: &str) {
    let sql = "insert into person (id, slug, email, name, folded, kind, title, about, glad_to_be_asked, version)
         values ($1, $2, $2, $2, $2, 'staff', '', '', '', 1)";
    let params = vec![id(number).into(), email.into()];
    db.write(async |tx| db::exec(&**tx, sql, params.clone()).await).await.expect("somebody");
}

/// A site of that name and the partnership with it, in the Lakes team, which Sue supervises.
async fn partnership(db: &Db, number: u128, slug: &str, name: &str, model: &str, first_year: i32) {
    let (site, partnership) = (id(1_000 + number), id(2_000 + number));
    db.write(async |tx| {
        db::exec(
            &**tx,
            "insert into site (id, slug, kind, name, folded, state, region, grade_low, grade_high, relation, version)
             values ($1, $2, 'school', $3, $4, 'Northland', 'lakes', 'K', '5', 'partner', 1)",
            vec![site.into(), slug.into(), name.into(), folded(name).into()],
        )
        .await?;
        db::exec(
            &**tx,
            "insert into partnership (id, slug, site_id, model_id, team_id, supervisor_id, first_school_year, started_on, status,
             planned_days_per_week, story, version) values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', 3.5, '', 1)",
            vec![
                partnership.into(),
                slug.into(),
                site.into(),
                model.into(),
                id(LAKES).into(),
                person("sue").into(),
                first_year.into(),
                NaiveDate::from_ymd_opt(first_year, 8, 20).expect("a day").into(),
            ],
        )
        .await?;
        Ok::<_, platform::db::DbErr>(())
    })
    .await
    .expect("a partnership");
}

async fn work(db: &Db, number: u128, slug: &str) {
    db.write(async |tx| {
        db::exec(
            &**tx,
            "insert into partnership_staff (id, partnership_id, person_id, role, from_on, version) values ($1, $2, $3, 'lead', $4, 1)",
            vec![id(3_000 + number).into(), id(2_000 + number).into(), person(slug).into(), day("2021-08-23").into()],
        )
        .await
    })
    .await
    .expect("somebody who works there");
}

fn visitor(bench: &Bench, slug: &str) -> Visitor {
    Visitor::with_session(bench, slug)
}

/// The fields of an entry for cycle 1 of this school year.
fn entry<'a>(code: &'a str, status: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("practice", code),
        ("year", "2021-22"),
        ("cycle", "1"),
        ("status", status),
        ("key", key),
        ("back", "/partnerships/linden/tracker"),
    ]
}

const ENTRIES: &str = "/partnerships/linden/tracker/entries";

#[derive(Debug, PartialEq, FromQueryResult)]
struct Shown {
    status: String,
    quality: Option<i32>,
    note: String,
}

/// What a cell of Linden Grove's cycle 1 shows.
async fn shown(bench: &Bench, code: &str) -> Option<Shown> {
    db::one(
        bench.app.db.read(),
        "select c.status, c.quality, e.note from tracker_cell c join tracker_entry e on e.id = c.entry_id
           join practice p on p.id = c.practice_id join partnership w on w.id = c.partnership_id
         where p.code = $1 and c.school_year = 2021 and c.cycle = 1 and w.slug = 'linden'",
        vec![code.into()],
    )
    .await
    .expect("an answer")
}

async fn count(bench: &Bench, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    db::scalar(bench.app.db.read(), &sql, vec![]).await.expect("an answer").unwrap_or(0)
}
