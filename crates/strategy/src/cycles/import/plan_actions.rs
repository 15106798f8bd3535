//! `plan-actions`: who does what, by when.

use chrono::NaiveDate;
use platform::{
    Error,
    db::{self, Db, FromQueryResult, PersonId, Value},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
};

use super::{
    Keyed, Parted, by_key, or_known, parted, select, sheet,
    world::{self, Practices, text},
    write,
};
use crate::{
    CycleId,
    cycles::{SHORT_MOST, TEXT_MOST},
};

const STATUSES: [&str; 5] = ["not_started", "under_way", "done", "carried_over", "dropped"];

const COLUMNS: &[Column] = &[
    Column::needed("action", Holds::Text, "a key that stays with the action"),
    Column::needed("cycle", Holds::Text, "the cycle’s key"),
    Column::needed("text", Holds::Text, "what will be done").prose().or(&["what"]),
    Column::optional("owner", Holds::Text, "the e-mail address of whoever does it").or(&["who"]),
    Column::optional("due", Holds::Date, "the day by which").or(&["by"]),
    Column::optional("practice", Holds::Text, "the code of the practice that it is part of"),
    Column::optional("evidence", Holds::Text, "where one will see it").prose(),
    Column::needed("status", Holds::Word(&STATUSES), "not_started, under_way, done, carried_over or dropped"),
    Column::optional("why_not", Holds::Text, "why it was not done").prose(),
    Column::optional("resources", Holds::Text, "what it takes: material, money, cover").prose(),
];

pub(super) const KIND: Kind = Kind {
    name: "plan-actions",
    about: "Actions of cycles’ plans: who does what, by when, and where it stands.",
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
    text: String,
    owner_id: Option<PersonId>,
    due_on: Option<NaiveDate>,
    practice: String,
    evidence: String,
    status: String,
    why_not: String,
    resources: String,
}

impl Keyed for Said {
    const TABLE: &'static str = "plan_action";
    const COLUMNS: &'static str = "cycle_id, text, owner_id, due_on, practice, evidence, status, why_not, resources";
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
            self.text.clone().into(),
            self.owner_id.into(),
            self.due_on.into(),
            self.practice.clone().into(),
            self.evidence.clone().into(),
            self.status.clone().into(),
            self.why_not.clone().into(),
            self.resources.clone().into(),
        ]
    }

    fn keep(&mut self, known: &Self, has: &dyn Fn(&str) -> bool) {
        or_known(has("owner"), &mut self.owner_id, &known.owner_id);
        or_known(has("due"), &mut self.due_on, &known.due_on);
        or_known(has("practice"), &mut self.practice, &known.practice);
        or_known(has("evidence"), &mut self.evidence, &known.evidence);
        or_known(has("why_not"), &mut self.why_not, &known.why_not);
        or_known(has("resources"), &mut self.resources, &known.resources);
    }
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let (cycles, people, practices) =
        (world::cycles(taking).await?, world::people(taking).await?, Practices::read(taking).await?);
    let before = by_key(db::rows::<Said>(&**taking.tx, &select::<Said>(), vec![]).await?);
    let Parted { new, changed, tally } = parted(sources, "action", &before, |row| said(row, &cycles, &people, &practices));
    if !tally.is_clean() {
        return Ok(tally);
    }
    write(taking, &new, &changed).await?;
    Ok(tally)
}

fn said(row: &mut Row<'_>, cycles: &Known<CycleId>, people: &Known<PersonId>, practices: &Practices) -> Option<Said> {
    for column in ["action", "cycle", "text"] {
        row.filled(column);
    }
    let cycle = cycles.find(row, "cycle");
    let owner_id = people.find(row, "owner");
    let status = row.filled("status").and_then(|_| row.choice("status", &STATUSES));
    let due_on = row.date("due");
    Some(Said {
        key: row.text("action")?,
        cycle_id: cycle?,
        text: text(row, "text", TEXT_MOST),
        owner_id,
        due_on,
        practice: practices.one(row, "practice"),
        evidence: text(row, "evidence", SHORT_MOST),
        status: status?,
        why_not: text(row, "why_not", SHORT_MOST),
        resources: text(row, "resources", SHORT_MOST),
    })
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Told {
        key: String,
        cycle: String,
        text: String,
        owner: Option<String>,
        due_on: Option<NaiveDate>,
        practice: String,
        evidence: String,
        status: String,
        why_not: String,
        resources: String,
    }
    let sql = "select a.key, c.key as cycle, a.text, h.email as owner, a.due_on, a.practice, a.evidence, a.status, a.why_not,
           a.resources
         from plan_action a join cycle c on c.id = a.cycle_id left join person h on h.id = a.owner_id
         where c.owner_kind <> 'person' and a.removed_at is null order by c.key, a.position, a.key";
    let rows = db::rows::<Told>(db.read(), sql, vec![]).await?.into_iter().map(|told| {
        vec![
            told.key.into(),
            told.cycle.into(),
            told.text.into(),
            told.owner.into(),
            told.due_on.into(),
            told.practice.into(),
            told.evidence.into(),
            told.status.into(),
            told.why_not.into(),
            told.resources.into(),
        ]
    });
    Ok(Export::Table(sheet("plan-actions", COLUMNS, rows.collect())))
}
