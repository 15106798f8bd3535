//! `visits`: the log of visits, with the practices they touched.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;
use platform::{
    Error,
    access::{Policy, Standing},
    clock::new_id,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId},
    import::{Column, Form, Holds, Kind, Known as Names, Row, Source, Taking, Tally, tables},
    settings::Settings,
    text::counted,
};

use super::{by_key, column, persons};
use crate::{
    PartnershipId, VisitId,
    partnerships::{Partnership, Plan, Record, all_on},
    visits::{HOURS_IN_A_DAY, MODES},
};

pub(super) const COLUMNS: &[Column] = &[
    column("visit", true, Holds::Text, "a key that stays with the visit"),
    column("partnership", true, Holds::Text, "the partnership's key").or(&["school", "site", "network"]),
    column("date", true, Holds::Date, "the day").or(&["day", "when", "visited on"]),
    column("hours", true, Holds::Number, "how long, in hours").or(&["duration", "how long"]),
    column("person", true, Holds::Text, "the e-mail address of whoever of us was there").or(&["visitor", "who", "e-mail"]),
    column("mode", true, Holds::Word(&["on-site", "remote", "phone", "convening"]), "on-site, remote, phone or convening")
        .or(&["how", "kind of visit"]),
    column("practices", false, Holds::List, "codes of the practices it touched, parted by semicolons")
        .or(&["practice", "pit #", "codes"]),
    column("note", false, Holds::Text, "a note").prose().or(&["notes", "comment", "comments"]),
    column("logged_on", false, Holds::Date, "the day on which it was written down; the visit's own when empty"),
];

pub(super) const KIND: Kind = Kind {
    name: "visits",
    about: "The log of visits: when, how long, who, how, and the practices they touched.",
    columns: COLUMNS,
    form: Form::Table,
    may: Standing::is_staff,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(super::out::visits(db)),
};

/// What a row says.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Said {
    key: String,
    partnership_id: PartnershipId,
    on_day: NaiveDate,
    hours: f64,
    person_id: PersonId,
    mode: String,
    note: String,
    logged_on: NaiveDate,
}

#[derive(FromQueryResult)]
struct IdRow {
    key: String,
    id: VisitId,
}

#[derive(FromQueryResult)]
struct PracticeRow {
    visit_id: VisitId,
    code: String,
}

/// The practices that visits touched, by the visits' keys.
pub(super) async fn codes_by_key(on: &impl ConnectionTrait) -> Result<BTreeMap<String, BTreeSet<String>>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
        code: String,
    }
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sql = "select v.key, p.code from visit_practice p join visit v on v.id = p.visit_id";
    for row in db::rows::<Row>(on, sql, vec![]).await? {
        codes.entry(row.key).or_default().insert(row.code);
    }
    Ok(codes)
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let people = persons(&**tx).await?;
    let partnerships = super::partnerships(&**tx).await?;
    let ids: BTreeMap<String, VisitId> =
        db::rows::<IdRow>(&**tx, "select key, id from visit", vec![]).await?.into_iter().map(|row| (row.key, row.id)).collect();
    let before = by_key(
        db::rows::<Said>(&**tx, "select key, partnership_id, on_day, hours, person_id, mode, note, logged_on from visit", vec![])
            .await?,
        |said| said.key.clone(),
    );
    let mut codes_before: BTreeMap<VisitId, BTreeSet<String>> = BTreeMap::new();
    for row in db::rows::<PracticeRow>(&**tx, "select visit_id, code from visit_practice", vec![]).await? {
        codes_before.entry(row.visit_id).or_default().insert(row.code);
    }
    let writable = Writable::read(taking).await?;
    let mut tally = Tally::default();
    let refused = RefCell::new(Vec::new());
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    let mut changed = Vec::new();
    let mut practices = Vec::new();
    for table in tables(sources) {
        let mut long = Vec::new();
        for mut row in table.rows(&refused) {
            let Some(said) = said(&mut row, &partnerships, &people) else { continue };
            if !seen.insert(said.key.clone()) {
                row.refuse("visit", "This key stands in two rows.", "Give each visit a key of its own.");
            }
            writable.check(&mut row, &said, before.get(&said.key));
            if said.hours > HOURS_IN_A_DAY {
                long.push(row.number);
            }
            let codes: BTreeSet<String> = row.list("practices").into_iter().collect();
            let known = ids.get(&said.key).copied();
            let same_codes = known.is_some_and(|id| codes_before.get(&id).map_or(codes.is_empty(), |known| *known == codes));
            if same_codes && before.get(&said.key) == Some(&said) {
                tally.same += 1;
                continue;
            }
            let id = known.unwrap_or_else(|| VisitId(new_id(taking.now)));
            practices.extend(codes.into_iter().map(|code| vec![id.into(), code.into()]));
            if known.is_some() {
                changed.push((id, said));
            } else {
                rows.push(vec![
                    id.into(),
                    said.key.into(),
                    said.partnership_id.into(),
                    said.on_day.into(),
                    said.hours.into(),
                    said.person_id.into(),
                    said.mode.into(),
                    said.note.into(),
                    said.logged_on.into(),
                    1.into(),
                ]);
            }
        }
        tally.notices.extend(about_long(&table.file, &long));
    }
    tally.refused = refused.into_inner();
    if !tally.is_clean() {
        return Ok(tally);
    }
    tally.new = rows.len() as u64;
    tally.changed = changed.len() as u64;
    db::insert(&**tx, "visit", "id, key, partnership_id, on_day, hours, person_id, mode, note, logged_on, version", rows).await?;
    for (id, said) in changed {
        update(taking, id, said).await?;
    }
    db::insert(&**tx, "visit_practice", "visit_id, code", practices).await?;
    Ok(tally)
}

/// The partnerships, where somebody brings the file in on a page: each row is checked as the page's own form would be.
struct Writable<'a> {
    who: Option<&'a Standing>,
    partnerships: BTreeMap<PartnershipId, Partnership>,
}

impl<'a> Writable<'a> {
    async fn read(taking: &Taking<'a>) -> Result<Self, Error> {
        let mut partnerships = BTreeMap::new();
        if taking.who.is_some() {
            let today = Settings::read(&**taking.tx).await?.local(taking.now).date();
            let all = all_on(&**taking.tx, today).await?;
            partnerships = all.into_iter().map(|partnership| (partnership.id, partnership)).collect();
        }
        Ok(Self { who: taking.who, partnerships })
    }

    /// One's own visits where one works; everybody's where one plans. A visit that is known must be one's to change as well.
    fn check(&self, row: &mut Row<'_>, said: &Said, known: Option<&Said>) {
        let Some(who) = self.who else { return };
        for visit in [Some(said), known].into_iter().flatten() {
            let Some(partnership) = self.partnerships.get(&visit.partnership_id) else { continue };
            let plans = <Partnership as Policy<Plan>>::permits(who, partnership);
            let records = <Partnership as Policy<Record>>::permits(who, partnership);
            if !plans && !records {
                row.refuse(
                    "partnership",
                    &format!("This row is for {}. You can read it, but not write there.", partnership.name),
                    &format!("{} can: send them this row, or leave it out.", partnership.team_name),
                );
                return;
            }
            if !plans && visit.person_id != who.person {
                let advice = "Whoever plans the work there can bring it in; leave the row out, or send it to them.";
                row.refuse("person", "This is a visit of somebody else.", advice);
                return;
            }
        }
    }
}

async fn update(taking: &Taking<'_>, id: VisitId, said: Said) -> Result<(), Error> {
    db::exec(
        &**taking.tx,
        "update visit set partnership_id = $2, on_day = $3, hours = $4, person_id = $5, mode = $6, note = $7, logged_on = $8,
           version = version + 1 where id = $1",
        vec![
            id.into(),
            said.partnership_id.into(),
            said.on_day.into(),
            said.hours.into(),
            said.person_id.into(),
            said.mode.into(),
            said.note.into(),
            said.logged_on.into(),
        ],
    )
    .await?;
    db::exec(&**taking.tx, "delete from visit_practice where visit_id = $1", vec![id.into()]).await?;
    Ok(())
}

fn said(row: &mut Row<'_>, partnerships: &Names<PartnershipId>, people: &Names<PersonId>) -> Option<Said> {
    for column in ["visit", "partnership", "date", "hours", "person", "mode"] {
        row.required(column);
    }
    let modes: Vec<&str> = MODES.iter().map(|(mode, _)| *mode).collect();
    let partnership = partnerships.find(row, "partnership");
    let person = people.find(row, "person");
    let (day, logged) = (row.date("date"), row.date("logged_on"));
    let hours: Option<f64> = row.number("hours");
    if hours.is_some_and(|hours| !hours.is_finite() || hours <= 0.0) {
        row.refuse("hours", "A visit takes some time.", "Write more than 0, with a point before decimals.");
    }
    let mode = row.choice("mode", &modes);
    Some(Said {
        key: row.text("visit")?,
        partnership_id: partnership?,
        on_day: day?,
        hours: hours?,
        person_id: person?,
        mode: mode?,
        note: row.text("note").unwrap_or_default(),
        logged_on: logged.or(day)?,
    })
}

/// More hours than a day has are a slip of somebody's hand. History stays as it was written down, so they come in, and are
/// marked wherever they are shown.
fn about_long(file: &str, rows: &[u64]) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let list = rows.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let count = counted(i64::try_from(rows.len()).unwrap_or(i64::MAX), "visit has", "visits have");
    Some(format!("{file}: {count} more hours than a day. They come in and are marked as unusual; rows {list}."))
}
