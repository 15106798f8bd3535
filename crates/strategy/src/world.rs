//! The small, named world in which people look at practices and at the whole organisation.
//!
//! Dee leads the Lakes team, Ines works in the Coastal team and is glad to be asked about 2.2.3. Pat is the principal of
//! Linden Grove, Alf has left, Cleo leads the programme. It is 6 October 2021, two in the afternoon.

use std::{future::Future, pin::Pin, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Error,
    access::{Identify, Kind, Seat, Standing, Via, roles},
    audit::Actor,
    clock::new_id,
    db::{self, Db, Params, PersonId, TeamId},
    import::{self, Mode, Tally},
    room::House,
    secret::token_hash,
    testing::{Bench, Visitor, on_both},
    text::folded,
};
use uuid::Uuid;

pub(crate) const LAKES: u128 = 10;
pub(crate) const COASTAL: u128 = 11;

const PEOPLE: [(&str, &str, &str, Option<&str>, &str); 5] = [
    ("dee", "Dee Marchetti", "staff", None, ""),
    ("ines", "Ines Valdez", "staff", None, "2.2.3;3.2.4"),
    ("pat", "Pat Oyelaran", "partner", Some("linden"), ""),
    ("alf", "Alf Quist", "alumnus", None, ""),
    ("cleo", "Cleo Adler", "staff", None, ""),
];

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn person(slug: &str) -> PersonId {
    let place = PEOPLE.iter().position(|(known, ..)| *known == slug).expect("somebody of this world");
    PersonId(id(100 + place as u128))
}

struct Door;

type Found<'a> = Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>>;

impl Door {
    fn standing(hash: &[u8]) -> Option<Standing> {
        let (slug, name, kind, site, _) = PEOPLE.into_iter().find(|(slug, ..)| token_hash(slug) == hash)?;
        let seat =
            |team: u128, key: &str, role: &str| Seat { team: TeamId(id(team)), slug: key.to_owned(), role: role.to_owned() };
        let seats = match slug {
            "dee" => vec![seat(LAKES, "lakes", roles::DIRECTOR)],
            "cleo" => vec![seat(LAKES, "lakes", roles::CHIEF)],
            "ines" => vec![seat(COASTAL, "coastal", roles::IMPLEMENTER)],
            _ => Vec::new(),
        };
        Some(Standing {
            person: person(slug),
            slug: slug.to_owned(),
            name: name.to_owned(),
            kind: Kind::from_word(kind)?,
            seats,
            works_at: site.map(str::to_owned),
            via: Via::Session(hash.to_vec()),
        })
    }
}

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

fn now() -> DateTime<Utc> {
    "2021-10-06T14:00:00Z".parse().expect("an instant")
}

/// Runs a test on an empty database of each kind: no framework, no people.
pub(crate) async fn before_the_world(test: impl AsyncFn(Bench)) {
    on_both(now(), house, || Arc::new(Door) as Arc<dyn Identify>, test).await;
}

/// Runs a test with the default pack and four partnerships, two a team, on both databases.
pub(crate) async fn in_the_world(test: impl AsyncFn(Bench)) {
    in_the_world_of(crate::frameworks::sample::DEFAULT_PACK, async |bench| {
        let practices = "select count(*) from practice";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), practices, vec![]).await.expect("a count"), Some(46));
        test(bench).await;
    })
    .await;
}

/// Runs a test with another pack and the same partnerships, on both databases.
pub(crate) async fn in_the_world_of(pack: &str, test: impl AsyncFn(Bench)) {
    before_the_world(async |bench| {
        let tally = take_pack(&bench, pack).await;
        assert!(tally.refused.is_empty(), "{}", tally.refused[0]);
        furnish(&bench.app.db).await;
        test(bench).await;
    })
    .await;
}

/// Takes a content pack in.
pub(crate) async fn take_pack(bench: &Bench, text: &str) -> Tally {
    let kind = bench.app.house.import_kind("framework").expect("frameworks");
    let source = import::read(kind, "pack.toml", text.as_bytes()).expect("a text");
    import::take(&bench.app, kind, &[source], &Actor::Process("test"), Mode::Take).await.expect("an answer")
}

/// Who somebody of this world is.
pub(crate) fn standing(slug: &str) -> Standing {
    Door::standing(&token_hash(slug)).expect("somebody of this world")
}

pub(crate) fn visitor(bench: &Bench, slug: &str) -> Visitor {
    Visitor::with_session(bench, slug)
}

async fn exec(db: &Db, sql: &str, params: Params) {
    db.write(async |tx| db::exec(&**tx, sql, params.clone()).await).await.expect("a row");
}

async fn furnish(db: &Db) {
    for (slug, name, kind, site, glad) in PEOPLE {
        exec(
            db,
            "insert into person (id, slug, email, name, folded, kind, title, works_at, about, glad_to_be_asked, version)
             values ($1, $2, $2, $3, $4, $5, 'Improvement partner', $6, '', $7, 1)",
            vec![
                person(slug).into(),
                slug.into(),
                name.into(),
                folded(name).into(),
                kind.into(),
                site.map(str::to_owned).into(),
                glad.into(),
            ],
        )
        .await;
    }
    for (number, slug, name) in [(LAKES, "lakes", "Lakes team"), (COASTAL, "coastal", "Coastal team")] {
        exec(
            db,
            "insert into team (id, slug, name, folded, kind, purpose, version) values ($1, $2, $3, $4, 'region', '', 1)",
            vec![id(number).into(), slug.into(), name.into(), folded(name).into()],
        )
        .await;
    }
    partnership(db, 1, "linden", "Linden Grove", LAKES, "intensive").await;
    partnership(db, 2, "ashford", "Ashford", LAKES, "practice-network").await;
    partnership(db, 3, "mariposa", "Mariposa Middle", COASTAL, "intensive").await;
    partnership(db, 4, "eastmoor", "Eastmoor", COASTAL, "intensive").await;
}

/// A partnership that began in the summer of 2019, with Ines at its head.
pub(crate) async fn partnership(db: &Db, number: u128, slug: &str, name: &str, team: u128, model: &str) {
    exec(
        db,
        "insert into site (id, slug, kind, name, folded, state, region, grade_low, grade_high, relation, version)
         values ($1, $2, 'school', $3, $4, 'Northland', '', 'K', '5', 'partner', 1)",
        vec![id(1_000 + number).into(), slug.into(), name.into(), folded(name).into()],
    )
    .await;
    exec(
        db,
        "insert into partnership (id, slug, site_id, model_id, team_id, first_school_year, started_on, status,
           planned_days_per_week, story, version)
         values ($1, $2, $3, $4, $5, 2019, $6, 'active', 3.5, '', 1)",
        vec![
            id(2_000 + number).into(),
            slug.into(),
            id(1_000 + number).into(),
            model.into(),
            id(team).into(),
            day("2019-08-20").into(),
        ],
    )
    .await;
    exec(
        db,
        "insert into partnership_staff (id, partnership_id, person_id, role, from_on, version) values ($1, $2, $3, 'lead', $4, 1)",
        vec![id(3_000 + number).into(), id(2_000 + number).into(), person("ines").into(), day("2021-08-23").into()],
    )
    .await;
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// What a cell of cycle 1 shows: `(partnership, school year, code, status, level, note)`.
pub(crate) async fn cell(
    db: &Db,
    (partnership, year, code): (u128, i32, &str),
    (status, quality, note): (&str, Option<i32>, &str),
) {
    let entry = new_id(now());
    let reason = if status == "not_applicable" { "Already in place at the site" } else { "" };
    let params: Params = vec![
        entry.into(),
        entry.to_string().into(),
        id(2_000 + partnership).into(),
        code.into(),
        year.into(),
        status.into(),
        quality.into(),
        reason.into(),
        note.into(),
        person("ines").into(),
        now().into(),
    ];
    exec(
        db,
        "insert into tracker_entry (id, key, partnership_id, practice_id, school_year, cycle, status, quality, reason, note,
           author_id, entered_at)
         select $1, $2, $3, pr.id, $5, 1, $6, $7, $8, $9, $10, $11 from practice pr where pr.code = $4",
        params,
    )
    .await;
    exec(
        db,
        "insert into tracker_cell (partnership_id, practice_id, school_year, cycle, entry_id, status, quality, entered_at)
         select partnership_id, practice_id, school_year, cycle, id, status, quality, entered_at from tracker_entry where id = $1",
        vec![entry.into()],
    )
    .await;
}

/// A visit of one school day.
pub(crate) async fn visit(db: &Db, partnership: u128, on: &str) {
    let visit = new_id(now());
    exec(
        db,
        "insert into visit (id, key, partnership_id, on_day, hours, person_id, mode, note, logged_on, version)
         values ($1, $2, $3, $4, 7, $5, 'on-site', '', $4, 1)",
        vec![visit.into(), visit.to_string().into(), id(2_000 + partnership).into(), day(on).into(), person("ines").into()],
    )
    .await;
}
