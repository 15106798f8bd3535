//! What people changed on road maps, as a file: a row an entry that was moved, added, taken off or done.
//!
//! A row says how an entry stands. What nobody touched follows the template and needs no row.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear, Span},
    partnerships::{Partnership, all_on},
};
use platform::{
    Error,
    access::Standing,
    clock::new_id,
    db::{self, ConnectionTrait, Db, FromQueryResult},
    import::{Column, Export, Form, Holds, Kind, Row, Source, Table, Taking, Tally, tables},
    settings::Settings,
    sheet::{Cell, Sheet},
};

use super::{
    EntryKind, OWN_MOST, TITLE_MOST, WHY_MOST,
    rules::{Amiss, Entry, amiss, is_shown},
    store::{self, Said},
    verbs::{self, At, Changing, described},
    year::Year,
};
use crate::{RoadMapEntryId, bringing::Places, frameworks::InUse, tracker::rules::is_key};

const KINDS: [&str; 5] = ["cycle", "review", "meeting", "closing", "other"];

const COLUMNS: &[Column] = &[
    Column::needed("partnership", Holds::Text, "the partnership’s key").or(&["school", "site", "network"]),
    Column::needed("school_year", Holds::SchoolYear, "the school year, such as 2026-27").or(&["year"]),
    Column::needed(
        "line",
        Holds::Text,
        "the entry’s id in the template, cycle-1 for a cycle, close-and-renew, or own-1, own-2 … for one of your own",
    ),
    Column::optional("kind", Holds::Word(&KINDS), "review, meeting or other; one of your own needs it"),
    Column::optional("title", Holds::Text, "what people call it; one of your own needs it").prose(),
    Column::needed("from", Holds::Date, "its first day"),
    Column::optional("to", Holds::Date, "its last day; the first when empty"),
    Column::optional("person", Holds::Text, "the e-mail address of whoever sees to it").or(&["who"]),
    Column::optional("done_on", Holds::Date, "the day on which it took place"),
    Column::optional("removed", Holds::Word(&["yes"]), "yes for one that was taken off the road map"),
    Column::optional("why", Holds::Text, "why it was changed last").prose(),
];

/// What people changed on road maps, as a kind of file.
pub(super) const KIND: Kind = Kind {
    name: "road-map-entries",
    about: "Road maps: what was moved, added, taken off or done in a partnership’s year, a row an entry.",
    columns: COLUMNS,
    form: Form::Table,
    may: Standing::is_staff,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(export(db)),
};

/// Somebody as files and changes name them.
#[derive(FromQueryResult)]
struct Person {
    email: String,
    slug: String,
    name: String,
}

async fn people(on: &impl ConnectionTrait) -> Result<BTreeMap<String, (String, String)>, Error> {
    let rows = db::rows::<Person>(on, "select email, slug, name from person where email is not null", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.email, (row.slug, row.name))).collect())
}

/// A row, read.
struct Told {
    partnership: PartnershipId,
    year: SchoolYear,
    name: String,
    said: Said,
    why: Option<String>,
}

/// The years that a file is about, with the reasons of the last changes in each.
type Years = BTreeMap<SchoolYear, (Year, BTreeMap<(PartnershipId, String), String>)>;

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let on = &**taking.tx;
    let settings = Settings::read(on).await?;
    let (today, calendar) = (settings.local(taking.now).date(), Calendar::of(&settings));
    let partnerships = all_on(on, today).await?;
    let (places, people) = (Places::of(&partnerships, taking.who), people(on).await?);
    let mut tally = Tally::default();
    for table in tables(sources) {
        let mut named = named(table);
        // No partnership has a road map of a later one; such rows are refused.
        named.retain(|year| *year <= calendar.year_of(today).after());
        let years = years(on, &settings, today, &partnerships, named).await?;
        let known = Known { years: &years, partnerships: &partnerships, people: &people, calendar, today };
        let fresh = compare(table, &known, &places, &mut tally);
        if tally.is_clean() {
            write(taking, &fresh).await?;
        }
    }
    Ok(tally)
}

/// What rows are compared with.
struct Known<'y> {
    years: &'y Years,
    partnerships: &'y [Partnership],
    /// By e-mail address: name in addresses, and name.
    people: &'y BTreeMap<String, (String, String)>,
    calendar: Calendar,
    today: NaiveDate,
}

impl<'y> Known<'y> {
    fn entries(&self, partnership: PartnershipId, year: SchoolYear) -> &'y [Entry] {
        self.years.get(&year).map_or(&[], |(found, _)| found.of(partnership))
    }

    /// Whether the partnership has a road map of that year.
    fn is_shown(&self, partnership: PartnershipId, year: SchoolYear) -> bool {
        let found = self.partnerships.iter().find(|one| one.id == partnership);
        found.is_some_and(|one| is_shown(year, &self.calendar, self.today, one.into()))
    }
}

/// Compares the rows of a table with what stands; answers what they change.
fn compare<'y>(table: &Table, known: &Known<'y>, places: &Places, tally: &mut Tally) -> Vec<(Told, Option<&'y Entry>)> {
    let today = known.today;
    let refused = RefCell::new(Vec::new());
    let mut seen: BTreeSet<(PartnershipId, SchoolYear, String)> = BTreeSet::new();
    let mut fresh: Vec<(Told, Option<&Entry>)> = Vec::new();
    let mut own: BTreeMap<(PartnershipId, SchoolYear), usize> = BTreeMap::new();
    for mut row in table.rows(&refused) {
        let Some((partnership, year, name)) = place(&mut row, places) else { continue };
        if !known.is_shown(partnership, year) {
            let advice = "Road maps go from the first year of the work to next year, or to the last year of the work.";
            row.refuse("school_year", "This partnership has no road map of that year.", advice);
            continue;
        }
        let entries = known.entries(partnership, year);
        let entry = entries.iter().find(|entry| entry.name == name);
        if !seen.insert((partnership, year, name.clone())) {
            row.refuse("line", "This entry stands in two rows.", "Leave one of them out.");
            continue;
        }
        let Some(told) = told(&mut row, table, entry, known, (partnership, year, name)) else { continue };
        if entry.is_none() {
            let own = own.entry((partnership, year)).or_insert_with(|| entries.iter().filter(|entry| entry.is_own()).count());
            *own += 1;
            if *own > OWN_MOST {
                let problem = format!("A year has room for {OWN_MOST} entries of your own.");
                row.refuse("line", &problem, "Which of them could another one stand for?");
                continue;
            }
        }
        let title = || format!("{}: {}", row.cell("partnership").unwrap_or_default(), told.said.title);
        let stood = known.years.get(&year).and_then(|(_, whys)| whys.get(&(partnership, told.name.clone())));
        let is_same_reason = told.why.as_ref().is_none_or(|why| stood.map_or("", String::as_str) == why);
        match entry.map(|entry| (entry, Said::of(entry))) {
            Some((entry, before)) if before == told.said && (is_same_reason || entry.version == 0) => {
                tally.add_same(row.number, title);
            }
            Some((entry, before)) if entry.version > 0 => {
                tally.add_changed(row.number, title, || vec![change(&before, &told.said, today)]);
                fresh.push((told, Some(entry)));
            }
            entry => {
                tally.add_new(row.number, title);
                fresh.push((told, entry.map(|(entry, _)| entry)));
            }
        }
    }
    tally.refused.extend(refused.into_inner());
    fresh
}

/// What a row changes, for whoever looks before it is taken in.
fn change(before: &Said, after: &Said, today: NaiveDate) -> platform::import::Change {
    platform::import::Change { column: "line", before: before.title.clone(), after: described(before, after, today) }
}

/// The years that a table names.
fn named(table: &Table) -> BTreeSet<SchoolYear> {
    let refused = RefCell::new(Vec::new());
    table.rows(&refused).filter_map(|row| row.cell("school_year")?.parse().ok()).collect()
}

/// The road maps of these years.
async fn years(
    on: &impl ConnectionTrait,
    settings: &Settings,
    today: NaiveDate,
    partnerships: &[Partnership],
    named: BTreeSet<SchoolYear>,
) -> Result<Years, Error> {
    let mut years = Years::new();
    let in_use = InUse::read(on, today).await?;
    for year in named {
        let found = Year::read(on, settings, in_use.clone(), (year, today), partnerships).await?;
        years.insert(year, (found, store::whys(on, year).await?));
    }
    Ok(years)
}

/// Which entry a row is about.
fn place(row: &mut Row<'_>, places: &Places) -> Option<(PartnershipId, SchoolYear, String)> {
    let partnership = row.filled("partnership").and_then(|_| places.find(row));
    let year = row.filled("school_year").and_then(|text| text.parse::<SchoolYear>().ok());
    if row.cell("school_year").is_some() && year.is_none() {
        row.refuse("school_year", "This is not a school year.", "Write it as 2026-27.");
    }
    let name = row.filled("line").map(str::to_owned);
    if name.as_deref().is_some_and(|name| !is_key(name)) {
        row.refuse("line", "This can’t be an entry’s id.", "Use letters, digits, points and hyphens, 100 at most.");
    }
    Some((partnership?, year?, name?)).filter(|_| !row.is_refused())
}

fn told(
    row: &mut Row<'_>,
    table: &Table,
    entry: Option<&Entry>,
    known: &Known<'_>,
    (partnership, year, name): (PartnershipId, SchoolYear, String),
) -> Option<Told> {
    let is_own = entry.is_none_or(Entry::is_own);
    let own_number =
        name.strip_prefix("own-").filter(|number| !number.starts_with(['0', '+'])).and_then(|n| n.parse::<u16>().ok());
    if entry.is_none() && own_number.is_none_or(|number| number > 9_999) {
        let advice = "Check the id; call one of your own own-1, or import the road-map-templates first.";
        row.refuse("line", "This partnership’s year has no such entry.", advice);
    }
    let mut short = |column: &str, most: usize| {
        let text = row.text(column).unwrap_or_default();
        if text.chars().count() > most {
            row.refuse(column, &format!("This is longer than {most} characters."), "Could part of it go elsewhere?");
        }
        text
    };
    let title = short("title", TITLE_MOST);
    let why = short("why", WHY_MOST);
    let kind = row.choice("kind", &KINDS).and_then(|word| EntryKind::from_key(&word));
    if is_own {
        if title.is_empty() {
            row.filled("title");
        }
        if kind.is_none() {
            row.filled("kind");
        } else if kind.is_some_and(|kind| !EntryKind::ADDED.contains(&kind)) {
            row.refuse("kind", "People can’t add this kind.", "Write review, meeting or other.");
        }
    }
    let from = row.filled("from").and_then(|_| row.date("from"));
    let to = row.date("to").or(from);
    let done_on = row.date("done_on");
    let span = known.calendar.span(year);
    // The days of a cycle that is there are looked at below.
    let days = from.zip(to).map(|(from, to)| Span { from, to }).filter(|_| !entry.is_some_and(Entry::is_begun));
    for amiss in amiss(days, done_on, span, known.today) {
        match amiss {
            Amiss::EndsFirst => row.refuse("to", "It can’t end before it begins.", "Look at both days."),
            Amiss::OtherYear => {
                let advice = format!("The school year goes from {} to {}.", span.from, span.to);
                row.refuse("from", "These days are not all of this school year.", &advice);
            }
            Amiss::ToCome => row.refuse("done_on", "This day is yet to come.", "Write it in from, and leave done_on empty."),
        }
    }
    let person = row.cell("person").map(str::to_owned);
    let person = person.and_then(|email| {
        let found = known.people.get(&email).or_else(|| known.people.get(&email.to_lowercase()));
        if found.is_none() {
            row.refuse("person", "There is no person of that e-mail address.", "Check the spelling, or import the people first.");
        }
        found.cloned()
    });
    let removed = row.cell("removed").is_some_and(|word| word == "yes");
    // A column that the file lacks leaves what is known.
    let stood = entry.map(Said::of);
    let person = if table.has("person") { person } else { stood.as_ref().and_then(|said| said.person.clone()) };
    let done_on = if table.has("done_on") { done_on } else { stood.as_ref().and_then(|said| said.done_on) };
    let removed = if table.has("removed") { removed } else { stood.as_ref().is_some_and(|said| said.removed) };
    let (from, to) = (from?, to?);
    let says = Said {
        kind: if is_own { kind.map(EntryKind::key) } else { entry.map(|entry| entry.kind.key()) }.unwrap_or_default().to_owned(),
        title: if is_own { title } else { entry.map(|entry| entry.title.clone()).unwrap_or_default() },
        from,
        to,
        person,
        done_on,
        removed,
    };
    if entry.is_some_and(|entry| entry.is_begun() && Said::of(entry) != says) {
        row.refuse("line", "This cycle is there: its days stand in it.", "Change them on its page, or leave the row out.");
    }
    if row.is_refused() {
        return None;
    }
    let has_reason = row.cell("why").is_some();
    Some(Told { partnership, year, name, said: says, why: has_reason.then_some(why) })
}

async fn write(taking: &Taking<'_>, fresh: &[(Told, Option<&Entry>)]) -> Result<(), Error> {
    for (told, entry) in fresh {
        let before = entry.map_or_else(|| Said { removed: true, ..told.said.clone() }, Said::of);
        let at = At { partnership: told.partnership, year: told.year, name: &told.name };
        let changing = Changing {
            seen: entry.map_or(0, |entry| entry.version),
            before: &before,
            after: &told.said,
            why: told.why.as_deref().unwrap_or_default(),
            author: None,
            at: taking.now,
            id: RoadMapEntryId(new_id(taking.now)),
        };
        verbs::put(taking.tx, &at, &changing).await?;
    }
    Ok(())
}

async fn export(db: &Db) -> Result<Export, Error> {
    let rows = store::told(db.read()).await?.into_iter().map(|told| {
        vec![
            told.partnership.into(),
            SchoolYear(told.school_year).key().into(),
            told.name.into(),
            told.kind.into(),
            told.title.into(),
            told.from_on.into(),
            told.to_on.into(),
            told.person.into(),
            told.done_on.into(),
            if told.is_removed { "yes".into() } else { Cell::Empty },
            told.why.into(),
        ]
    });
    let header = COLUMNS.iter().map(|column| column.name).collect();
    Ok(Export::Table(Sheet { name: "road-map-entries".to_owned(), header, rows: rows.collect() }))
}
