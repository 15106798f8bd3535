//! Files of kind `people`.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use platform::{
    clock,
    db::{self, PersonId},
    import::{self, Column, Form, Holds, Kind, Refusal, Source, Taking, Tally},
    room::Answer,
};

use super::{COLUMNS, Person, RESERVED, free_slug, store};

pub(crate) const KIND: Kind = Kind {
    name: "people",
    about: "Persons: staff, partner-side people and alumni.",
    columns: &[
        Column {
            name: "person",
            required: true,
            holds: Holds::Text,
            about: "the person's e-mail address, by which files name people",
        },
        Column { name: "name", required: true, holds: Holds::Text, about: "the full name" },
        Column { name: "kind", required: true, holds: Holds::Text, about: "staff, partner or alumnus" },
        Column { name: "title", required: false, holds: Holds::Text, about: "what the person does, in a few words" },
        Column {
            name: "site",
            required: false,
            holds: Holds::Text,
            about: "the key of the site that a partner-side person works at",
        },
        Column { name: "started", required: false, holds: Holds::Date, about: "first day with us" },
        Column { name: "ended", required: false, holds: Holds::Date, about: "last day with us" },
        Column { name: "persona", required: false, holds: Holds::Text, about: "used by the demo only" },
        Column { name: "glad_to_be_asked_about", required: false, holds: Holds::List, about: "codes of practices" },
    ],
    form: Form::Table,
    run,
};

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let sql = format!("select {COLUMNS} from person");
        let known: Vec<Person> = db::rows(&**taking.tx, &sql, vec![]).await?;
        let mut slugs: BTreeSet<String> = known.iter().map(|person| person.slug.clone()).collect();
        let by_email: BTreeMap<String, Person> =
            known.into_iter().filter_map(|person| Some((person.email.clone()?, person))).collect();
        let (persons, refused) = read(taking, sources, &by_email, &mut slugs);
        let mut tally = Tally { refused, ..Tally::default() };
        for person in persons {
            match person.email.as_ref().and_then(|email| by_email.get(email)) {
                Some(old) if *old == person => tally.same += 1,
                Some(_) => {
                    store::update(taking.tx, &person).await?;
                    person.index(taking.tx, taking.app.db.engine()).await?;
                    tally.changed += 1;
                }
                None => {
                    store::insert(taking.tx, &person).await?;
                    person.index(taking.tx, taking.app.db.engine()).await?;
                    tally.new += 1;
                }
            }
        }
        Ok(tally)
    })
}

fn read(
    taking: &Taking<'_>,
    sources: &[Source],
    by_email: &BTreeMap<String, Person>,
    slugs: &mut BTreeSet<String>,
) -> (Vec<Person>, Vec<Refusal>) {
    let refused = RefCell::new(Vec::new());
    let mut persons = Vec::new();
    let mut seen = BTreeMap::new();
    for table in import::tables(sources) {
        for mut row in table.rows(&refused) {
            let email = row.required("person").map(|email| email.to_lowercase());
            let (name, kind) =
                (row.required("name"), row.required("kind").and(row.choice("kind", &["staff", "partner", "alumnus"])));
            let (started_on, ended_on) = (row.date("started"), row.date("ended"));
            if email.as_ref().is_some_and(|email| !email.contains('@')) {
                row.refuse("person", "This is not an e-mail address.", "Write it as name@example.org.");
            }
            if started_on.zip(ended_on).is_some_and(|(start, end)| end < start) {
                row.refuse("ended", "The last day lies before the first one.", "Check both dates.");
            }
            if let Some(before) = email.as_ref().and_then(|email| seen.insert(email.clone(), row.number)) {
                row.refuse("person", &format!("Row {before} is about the same person."), "Keep one of the two.");
            }
            let (Some(email), Some(name), Some(kind), false) = (email, name, kind, row.is_refused()) else { continue };
            let old = by_email.get(&email);
            // A column that the file lacks leaves what is known: also what people wrote on their own pages.
            let kept = |column: &str| old.filter(|_| !table.has(column));
            let person = Person {
                id: old.map_or_else(|| PersonId(clock::new_id(taking.now)), |old| old.id),
                slug: old.map_or_else(
                    || free_slug(&name, |slug| RESERVED.contains(&slug) || slugs.contains(slug)),
                    |old| old.slug.clone(),
                ),
                email: Some(email),
                name,
                kind,
                title: kept("title").map_or_else(|| row.text("title").unwrap_or_default(), |old| old.title.clone()),
                works_at: kept("site").map_or_else(|| row.text("site"), |old| old.works_at.clone()),
                started_on: kept("started").map_or(started_on, |old| old.started_on),
                ended_on: kept("ended").map_or(ended_on, |old| old.ended_on),
                about: old.map(|old| old.about.clone()).unwrap_or_default(),
                glad_to_be_asked: kept("glad_to_be_asked_about")
                    .map_or_else(|| row.list("glad_to_be_asked_about").join(";"), |old| old.glad_to_be_asked.clone()),
                version: old.map_or(1, |old| old.version),
            };
            slugs.insert(person.slug.clone());
            persons.push(person);
        }
    }
    (persons, refused.into_inner())
}
