//! `learnings`: what came of cycles, success and failure alike.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Error,
    db::{self, Db, FromQueryResult, PersonId, Value},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
};

use super::{
    Keyed, Parted, by_key, codes_by_key, list, or_known, parted, put_codes, select, sheet,
    world::{self, Practices, text},
    write,
};
use crate::{
    CycleId,
    cycles::{SHORT_MOST, TEXT_MOST},
};

const KINDS: [&str; 5] = ["keep", "adapt", "drop", "success", "failure"];

const COLUMNS: &[Column] = &[
    Column::needed("learning", Holds::Text, "a key that stays with it"),
    Column::needed("cycle", Holds::Text, "the cycle’s key"),
    Column::needed("kind", Holds::Word(&KINDS), "keep, adapt, drop, success or failure"),
    Column::needed("text", Holds::Text, "what was learned").prose().or(&["what"]),
    Column::optional("for_others", Holds::Text, "who else should know").prose(),
    Column::optional("practices", Holds::List, "codes of the practices that it is about, parted by semicolons"),
    Column::needed("author", Holds::Text, "the author’s e-mail address").or(&["who"]),
    Column::needed("written_on", Holds::Date, "the day on which it was written down").or(&["date"]),
];

pub(super) const KIND: Kind = Kind {
    name: "learnings",
    about: "What was learned in cycles, and for whom else it is.",
    columns: COLUMNS,
    form: Form::Table,
    may: super::operator,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(export(db)),
};

/// What a row says.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Said {
    key: String,
    cycle_id: CycleId,
    kind: String,
    text: String,
    for_others: String,
    author_id: PersonId,
    written_on: NaiveDate,
    #[row(skip)]
    practices: BTreeSet<String>,
}

impl Keyed for Said {
    const TABLE: &'static str = "learning";
    const COLUMNS: &'static str = "cycle_id, kind, text, for_others, author_id, written_on";
    const IS_ORDERED: bool = true;

    fn key(&self) -> &str {
        &self.key
    }

    fn within(&self) -> Option<CycleId> {
        Some(self.cycle_id)
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.cycle_id.into(),
            self.kind.clone().into(),
            self.text.clone().into(),
            self.for_others.clone().into(),
            self.author_id.into(),
            self.written_on.into(),
        ]
    }

    fn keep(&mut self, known: &Self, has: &dyn Fn(&str) -> bool) {
        or_known(has("for_others"), &mut self.for_others, &known.for_others);
        or_known(has("practices"), &mut self.practices, &known.practices);
    }
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let (cycles, people, practices) =
        (world::cycles(taking).await?, world::people(taking).await?, Practices::read(taking).await?);
    let mut before = by_key(db::rows::<Said>(&**tx, &select::<Said>(), vec![]).await?);
    for (key, codes) in codes_by_key(&**tx, "learning").await? {
        if let Some(said) = before.get_mut(&key) {
            said.practices = codes;
        }
    }
    let Parted { new, changed, tally } = parted(sources, "learning", &before, |row| said(row, &cycles, &people, &practices));
    if !tally.is_clean() {
        return Ok(tally);
    }
    write(taking, &new, &changed).await?;
    let changed: Vec<_> = changed.iter().map(|said| (said.key.as_str(), &said.practices)).collect();
    put_codes(tx, "learning", new.iter().map(|said| (said.key.as_str(), &said.practices)), &changed).await?;
    Ok(tally)
}

fn said(row: &mut Row<'_>, cycles: &Known<CycleId>, people: &Known<PersonId>, practices: &Practices) -> Option<Said> {
    for column in ["learning", "cycle", "text", "author", "written_on"] {
        row.filled(column);
    }
    let kind = row.filled("kind").and_then(|_| row.choice("kind", &KINDS));
    let (cycle, author) = (cycles.find(row, "cycle"), people.find(row, "author"));
    let written_on = row.date("written_on");
    Some(Said {
        key: row.text("learning")?,
        cycle_id: cycle?,
        kind: kind?,
        text: text(row, "text", TEXT_MOST),
        for_others: text(row, "for_others", SHORT_MOST),
        author_id: author?,
        written_on: written_on?,
        practices: practices.list(row, "practices"),
    })
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Told {
        key: String,
        cycle: String,
        kind: String,
        text: String,
        for_others: String,
        author: String,
        written_on: NaiveDate,
    }
    let on = db.read();
    let sql = "select l.key, c.key as cycle, l.kind, l.text, l.for_others, h.email as author, l.written_on
         from learning l join cycle c on c.id = l.cycle_id join person h on h.id = l.author_id
         where c.owner_kind <> 'person' and l.removed_at is null and h.email is not null order by c.key, l.position, l.key";
    let rows = db::rows::<Told>(on, sql, vec![]).await?;
    let codes = codes_by_key(on, "learning").await?;
    let none = BTreeSet::new();
    let rows = rows.into_iter().map(|told| {
        let practices = list(codes.get(&told.key).unwrap_or(&none));
        vec![
            told.key.into(),
            told.cycle.into(),
            told.kind.into(),
            told.text.into(),
            told.for_others.into(),
            practices,
            told.author.into(),
            told.written_on.into(),
        ]
    });
    Ok(Export::Table(sheet("learnings", COLUMNS, rows.collect())))
}
