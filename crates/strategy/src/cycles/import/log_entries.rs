//! `log-entries`: what was noticed on the way.

use chrono::NaiveDate;
use platform::{
    Error,
    db::{self, Db, FromQueryResult, PersonId, Value},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
    secret,
};

use super::{
    Keyed, Parted, by_key, parted, select, sheet,
    world::{self, text},
    write,
};
use crate::{CycleId, cycles::LONG_MOST};

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
    const TABLE: &'static str = "log_entry";
    const COLUMNS: &'static str = "cycle_id, on_day, author_id, text";
    const IS_ORDERED: bool = false;

    fn key(&self) -> &str {
        &self.key
    }

    fn within(&self) -> Option<CycleId> {
        Some(self.cycle_id)
    }

    fn values(&self) -> Vec<Value> {
        vec![self.cycle_id.into(), self.on_day.into(), self.author_id.into(), self.text.clone().into()]
    }

    fn keep(&mut self, _: &Self, _: &dyn Fn(&str) -> bool) {}
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let (cycles, people) = (world::cycles(taking).await?, world::people(taking).await?);
    let before = by_key(db::rows::<Said>(&**taking.tx, &select::<Said>(), vec![]).await?);
    let Parted { new, changed, tally } = parted(sources, "entry", &before, |row| said(row, &cycles, &people));
    if !tally.is_clean() {
        return Ok(tally);
    }
    write(taking, &new, &changed).await?;
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
