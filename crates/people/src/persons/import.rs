//! Files of kind `people`.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use platform::{
    access::roles,
    clock,
    db::{self, Db, PersonId, slug_of},
    import::{self, Change, Column, Export, Form, Holds, Kind, Refusal, Source, Taking, Tally, changes},
    room::Answer,
    sheet::{Cell, Sheet},
};

use super::{COLUMNS, Person, RESERVED, free_slug, store};

pub(crate) const KIND: Kind = Kind {
    name: "people",
    about: "Persons: staff, partner-side people and alumni.",
    columns: &[
        Column::needed("person", Holds::Text, "the person's e-mail address, by which files name people").or(&[
            "e-mail",
            "e-mail address",
            "mail",
        ]),
        Column::needed("name", Holds::Text, "the full name").or(&["full name"]),
        Column::needed("kind", Holds::Word(&KINDS), "staff, partner or alumnus").or(&["type"]),
        Column::optional("title", Holds::Text, "what the person does, in a few words").or(&["job title", "position"]),
        Column::optional("site", Holds::Text, "the key of the site that a partner-side person works at")
            .or(&["school", "works at"]),
        Column::optional("started", Holds::Date, "first day with us").or(&["started on", "start", "start date"]),
        Column::optional("ended", Holds::Date, "last day with us").or(&["ended on", "end", "end date"]),
        Column::optional("persona", Holds::Text, "used by the demo only"),
        Column::optional("glad_to_be_asked_about", Holds::List, "codes of practices"),
        Column::optional("about", Holds::Text, "what the person says about themselves").prose(),
        Column::optional("address", Holds::Text, "the readable key in addresses; made from the name when it is empty"),
    ],
    form: Form::Table,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: true,
    run,
    export,
};

const KINDS: [&str; 3] = ["staff", "partner", "alumnus"];

/// Everybody who has an address, because files name people by it.
fn export(db: &Db) -> Answer<'_, Export> {
    Box::pin(async move {
        let sql = format!("select {COLUMNS} from person where email is not null order by email");
        let rows = db::rows::<Person>(db.read(), &sql, vec![]).await?.into_iter().map(|person| {
            vec![
                person.email.into(),
                person.name.into(),
                person.kind.into(),
                person.title.into(),
                person.works_at.into(),
                person.started_on.into(),
                person.ended_on.into(),
                Cell::Empty,
                person.glad_to_be_asked.into(),
                person.about.into(),
                person.slug.into(),
            ]
        });
        let header = KIND.columns.iter().map(|column| column.name).collect();
        Ok(Export::Table(Sheet { name: "people".to_owned(), header, rows: rows.collect() }))
    })
}

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let sql = format!("select {COLUMNS} from person");
        let known: Vec<Person> = db::rows(&**taking.tx, &sql, vec![]).await?;
        let mut slugs: BTreeSet<String> = known.iter().map(|person| person.slug.clone()).collect();
        let by_email: BTreeMap<String, Person> =
            known.into_iter().filter_map(|person| Some((person.email.clone()?, person))).collect();
        let (persons, refused) = read(taking, sources, &by_email, &mut slugs);
        let mut tally = Tally { refused, ..Tally::default() };
        for (row, person) in persons {
            let title = || person.name.clone();
            match person.email.as_ref().and_then(|email| by_email.get(email)) {
                Some(old) if *old == person => tally.add_same(row, title),
                Some(old) => {
                    store::update(taking.tx, &person).await?;
                    person.index(taking.tx, taking.app.db.engine()).await?;
                    tally.add_changed(row, title, || differences(old, &person));
                }
                None => {
                    store::insert(taking.tx, &person).await?;
                    person.index(taking.tx, taking.app.db.engine()).await?;
                    tally.add_new(row, title);
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
) -> (Vec<(u64, Person)>, Vec<Refusal>) {
    let refused = RefCell::new(Vec::new());
    let mut persons = Vec::new();
    let mut seen = BTreeMap::new();
    for table in import::tables(sources) {
        for mut row in table.rows(&refused) {
            let email = row.required("person").map(|email| email.to_lowercase());
            let (name, kind) = (row.required("name"), row.required("kind").and(row.choice("kind", &KINDS)));
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
            // The address of somebody known stays, so that links go on leading there.
            let address = row.text("address").filter(|_| email.as_ref().is_none_or(|email| !by_email.contains_key(email)));
            if let Some(address) = &address
                && (slug_of(address) != *address || RESERVED.contains(&address.as_str()) || slugs.contains(address))
            {
                let advice = "Write another in small letters, digits and hyphens, or leave the cell empty.";
                row.refuse("address", "This can’t be the person's address, or somebody has it already.", advice);
            }
            let (Some(email), Some(name), Some(kind), false) = (email, name, kind, row.is_refused()) else { continue };
            let old = by_email.get(&email);
            // A column that the file lacks leaves what is known: also what people wrote on their own pages.
            let kept = |column: &str| old.filter(|_| !table.has(column));
            let person = Person {
                id: old.map_or_else(|| PersonId(clock::new_id(taking.now)), |old| old.id),
                slug: old.map_or_else(
                    || address.unwrap_or_else(|| free_slug(&name, |slug| RESERVED.contains(&slug) || slugs.contains(slug))),
                    |old| old.slug.clone(),
                ),
                email: Some(email),
                name,
                kind,
                title: kept("title").map_or_else(|| row.text("title").unwrap_or_default(), |old| old.title.clone()),
                works_at: kept("site").map_or_else(|| row.text("site"), |old| old.works_at.clone()),
                started_on: kept("started").map_or(started_on, |old| old.started_on),
                ended_on: kept("ended").map_or(ended_on, |old| old.ended_on),
                about: kept("about").map_or_else(|| row.text("about").unwrap_or_default(), |old| old.about.clone()),
                glad_to_be_asked: kept("glad_to_be_asked_about")
                    .map_or_else(|| row.list("glad_to_be_asked_about").join(";"), |old| old.glad_to_be_asked.clone()),
                version: old.map_or(1, |old| old.version),
            };
            slugs.insert(person.slug.clone());
            persons.push((row.number, person));
        }
    }
    (persons, refused.into_inner())
}

fn differences(old: &Person, new: &Person) -> Vec<Change> {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    changes(&[
        ("name", old.name.clone(), new.name.clone()),
        ("kind", old.kind.clone(), new.kind.clone()),
        ("title", old.title.clone(), new.title.clone()),
        ("site", old.works_at.clone().unwrap_or_default(), new.works_at.clone().unwrap_or_default()),
        ("started", day(old.started_on), day(new.started_on)),
        ("ended", day(old.ended_on), day(new.ended_on)),
        ("glad_to_be_asked_about", old.glad_to_be_asked.clone(), new.glad_to_be_asked.clone()),
        ("about", old.about.clone(), new.about.clone()),
    ])
}
