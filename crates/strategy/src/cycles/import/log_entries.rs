//! `log-entries`: what was noticed on the way.

use chrono::NaiveDate;
use platform::{
    Error,
    clock::new_id,
    db::{self, Db, FromQueryResult, PersonId},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
    secret,
};

use super::{
    Keyed, Parted, by_key, parted, sheet,
    world::{self, text},
};
use crate::{CycleId, LogEntryId, cycles::LONG_MOST};

const COLUMNS: &[Column] = &[
    Column::optional("entry", Holds::Text, "a key that stays with the entry; made from what the row says when it is empty"),
    Column::needed("cycle", Holds::Text, "the cycle’s key"),
    Column::needed("date", Holds::Date, "the day").or(&["day", "when"]),
    Column::needed("author", Holds::Text, "the author’s e-mail address").or(&["who"]),
    Column::needed("text", Holds::Text, "what was noticed").prose().or(&["note"]),
];

pub(super) const KIND: Kind = Kind {
    name: "log-entries",
    about: "The running log of cycles: what was noticed, when and by whom.",
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
    on_day: NaiveDate,
    author_id: PersonId,
    text: String,
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
    let (cycles, people) = (world::cycles(taking).await?, world::people(taking).await?);
    let sql = "select key, cycle_id, on_day, author_id, text from log_entry";
    let before = by_key(db::rows::<Said>(&**tx, sql, vec![]).await?);
    let Parted { new, changed, tally } = parted(sources, "entry", &before, |row| said(row, &cycles, &people));
    if !tally.is_clean() {
        return Ok(tally);
    }
    let rows = new.into_iter().map(|said| {
        vec![
            LogEntryId(new_id(taking.now)).into(),
            said.key.into(),
            said.cycle_id.into(),
            said.on_day.into(),
            said.author_id.into(),
            said.text.into(),
            1.into(),
        ]
    });
    db::insert(&**tx, "log_entry", "id, key, cycle_id, on_day, author_id, text, version", rows.collect()).await?;
    for said in changed {
        db::exec(
            &**tx,
            "update log_entry set cycle_id = $2, on_day = $3, author_id = $4, text = $5, version = version + 1 where key = $1",
            vec![said.key.into(), said.cycle_id.into(), said.on_day.into(), said.author_id.into(), said.text.into()],
        )
        .await?;
    }
    Ok(tally)
}

fn said(row: &mut Row<'_>, cycles: &Known<CycleId>, people: &Known<PersonId>) -> Option<Said> {
    for column in ["cycle", "date", "author", "text"] {
        row.filled(column);
    }
    let (cycle, author) = (cycles.find(row, "cycle"), people.find(row, "author"));
    let day = row.date("date");
    let key = row.text("entry");
    let mut said = Said {
        key: key.clone().unwrap_or_default(),
        cycle_id: cycle?,
        on_day: day?,
        author_id: author?,
        text: text(row, "text", LONG_MOST),
    };
    if key.is_none() {
        let parts = [said.cycle_id.to_string(), said.on_day.to_string(), said.author_id.to_string(), said.text.clone()];
        said.key = format!("row-{}", &secret::hex(&secret::token_hash(&parts.join("\u{1f}")))[..32]);
    }
    Some(said)
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Told {
        key: String,
        cycle: String,
        on_day: NaiveDate,
        author: String,
        text: String,
    }
    let sql = "select l.key, c.key as cycle, l.on_day, h.email as author, l.text
         from log_entry l join cycle c on c.id = l.cycle_id join person h on h.id = l.author_id
         where c.owner_kind <> 'person' and l.removed_at is null and h.email is not null order by c.key, l.on_day, l.key";
    let rows = db::rows::<Told>(db.read(), sql, vec![]).await?.into_iter();
    let rows =
        rows.map(|told| vec![told.key.into(), told.cycle.into(), told.on_day.into(), told.author.into(), told.text.into()]);
    Ok(Export::Table(sheet("log-entries", COLUMNS, rows.collect())))
}
