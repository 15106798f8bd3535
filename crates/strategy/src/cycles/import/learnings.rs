//! `learnings`: what came of cycles, success and failure alike.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Error,
    clock::new_id,
    db::{self, Db, FromQueryResult, PersonId},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
};

use super::{
    Keyed, Parted, Places, by_key, codes_by_key, list, parted, put_codes, sheet,
    world::{self, Practices, text},
};
use crate::{
    CycleId, LearningId,
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
    fn key(&self) -> &str {
        &self.key
    }

    fn title(&self) -> String {
        self.key.clone()
    }
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let (cycles, people, practices) =
        (world::cycles(taking).await?, world::people(taking).await?, Practices::read(taking).await?);
    let sql = "select key, cycle_id, kind, text, for_others, author_id, written_on from learning";
    let mut before = by_key(db::rows::<Said>(&**tx, sql, vec![]).await?);
    for (key, codes) in codes_by_key(&**tx, "learning").await? {
        if let Some(said) = before.get_mut(&key) {
            said.practices = codes;
        }
    }
    let Parted { new, changed, tally } = parted(sources, "learning", &before, |row| said(row, &cycles, &people, &practices));
    if !tally.is_clean() {
        return Ok(tally);
    }
    let mut places = Places::read(&**tx, "learning").await?;
    let rows = new.iter().map(|said| {
        vec![
            LearningId(new_id(taking.now)).into(),
            said.key.clone().into(),
            said.cycle_id.into(),
            places.next(said.cycle_id.0).into(),
            said.kind.clone().into(),
            said.text.clone().into(),
            said.for_others.clone().into(),
            said.author_id.into(),
            said.written_on.into(),
            1.into(),
        ]
    });
    let columns = "id, key, cycle_id, position, kind, text, for_others, author_id, written_on, version";
    db::insert(&**tx, "learning", columns, rows.collect()).await?;
    for said in &changed {
        db::exec(
            &**tx,
            "update learning set cycle_id = $2, kind = $3, text = $4, for_others = $5, author_id = $6, written_on = $7,
               version = version + 1 where key = $1",
            vec![
                said.key.clone().into(),
                said.cycle_id.into(),
                said.kind.clone().into(),
                said.text.clone().into(),
                said.for_others.clone().into(),
                said.author_id.into(),
                said.written_on.into(),
            ],
        )
        .await?;
    }
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
