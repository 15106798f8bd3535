//! `goals`: what cycles aim at, what was predicted, and what came of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Error,
    clock::new_id,
    db::{self, ConnectionTrait, Db, DbErr, FromQueryResult},
    import::{Column, Export, Form, Holds, Kind, Known, Row, Source, Taking, Tally},
};

use super::{
    Keyed, Parted, Places, by_key, codes_by_key, list, parted, put_codes, sheet,
    world::{self, Practices, text},
};
use crate::{
    CycleId, GoalId,
    cycles::{SHORT_MOST, TEXT_MOST},
};

const KINDS: [&str; 2] = ["student", "adult"];
const MET: [&str; 4] = ["yes", "partly", "no", "not_measured"];

const COLUMNS: &[Column] = &[
    Column::needed("goal", Holds::Text, "a key that stays with the goal"),
    Column::needed("cycle", Holds::Text, "the cycle’s key"),
    Column::needed("kind", Holds::Word(&KINDS), "student or adult: for whom something changes"),
    Column::needed("text", Holds::Text, "the goal in a sentence").prose().or(&["what"]),
    Column::optional("measure", Holds::Text, "how it is measured").prose(),
    Column::optional("unit", Holds::Text, "what the figures count, such as per cent"),
    Column::optional("student_group", Holds::Text, "the students that it is for").or(&["group"]),
    Column::optional("baseline", Holds::Number, "the figure at the start"),
    Column::optional("target", Holds::Number, "the figure aimed at"),
    Column::optional("by", Holds::Date, "the day by which"),
    Column::optional("predicted", Holds::Number, "the figure that was predicted"),
    Column::optional("predicted_low", Holds::Number, "the low end of what was predicted"),
    Column::optional("predicted_high", Holds::Number, "the high end of what was predicted"),
    Column::optional("confidence_percent", Holds::Number, "how sure it was that the target is met, 1 to 99").or(&["confidence"]),
    Column::optional("outcome", Holds::Number, "the figure that it came to"),
    Column::optional("met", Holds::Word(&MET), "yes, partly, no or not_measured; empty before it was assessed"),
    Column::optional("practices", Holds::List, "codes of the practices that it rests on, parted by semicolons"),
];

pub(super) const KIND: Kind = Kind {
    name: "goals",
    about: "Goals of cycles, with measure, prediction and what came of them.",
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
    measure: String,
    unit: String,
    student_group: String,
    baseline: Option<f64>,
    target: Option<f64>,
    by_on: Option<NaiveDate>,
    predicted: Option<f64>,
    predicted_low: Option<f64>,
    predicted_high: Option<f64>,
    confidence: Option<i32>,
    outcome: Option<f64>,
    met: String,
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

const SELECT: &str =
    "select g.key, g.cycle_id, g.kind, g.text, g.measure, g.unit, g.student_group, g.baseline, g.target, g.by_on,
    g.predicted, g.predicted_low, g.predicted_high, g.confidence, g.outcome, g.met from goal g";

async fn with_practices(on: &impl ConnectionTrait, mut rows: Vec<Said>) -> Result<Vec<Said>, DbErr> {
    let mut codes = codes_by_key(on, "goal").await?;
    for row in &mut rows {
        row.practices = codes.remove(&row.key).unwrap_or_default();
    }
    Ok(rows)
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let cycles = world::cycles(taking).await?;
    let practices = Practices::read(taking).await?;
    let before = by_key(with_practices(&**tx, db::rows(&**tx, SELECT, vec![]).await?).await?);
    let Parted { new, changed, tally } = parted(sources, "goal", &before, |row| said(row, &cycles, &practices));
    if !tally.is_clean() {
        return Ok(tally);
    }
    let mut places = Places::read(&**tx, "goal").await?;
    let rows = new.iter().map(|said| {
        vec![
            GoalId(new_id(taking.now)).into(),
            said.key.clone().into(),
            said.cycle_id.into(),
            places.next(said.cycle_id.0).into(),
            said.kind.clone().into(),
            said.text.clone().into(),
            said.measure.clone().into(),
            said.unit.clone().into(),
            said.student_group.clone().into(),
            said.baseline.into(),
            said.target.into(),
            said.by_on.into(),
            said.predicted.into(),
            said.predicted_low.into(),
            said.predicted_high.into(),
            said.confidence.into(),
            said.outcome.into(),
            said.met.clone().into(),
            1.into(),
        ]
    });
    let columns = "id, key, cycle_id, position, kind, text, measure, unit, student_group, baseline, target, by_on, predicted,
        predicted_low, predicted_high, confidence, outcome, met, version";
    db::insert(&**tx, "goal", columns, rows.collect()).await?;
    for said in &changed {
        db::exec(
            &**tx,
            "update goal set cycle_id = $2, kind = $3, text = $4, measure = $5, unit = $6, student_group = $7, baseline = $8,
               target = $9, by_on = $10, predicted = $11, predicted_low = $12, predicted_high = $13, confidence = $14,
               outcome = $15, met = $16, version = version + 1 where key = $1",
            vec![
                said.key.clone().into(),
                said.cycle_id.into(),
                said.kind.clone().into(),
                said.text.clone().into(),
                said.measure.clone().into(),
                said.unit.clone().into(),
                said.student_group.clone().into(),
                said.baseline.into(),
                said.target.into(),
                said.by_on.into(),
                said.predicted.into(),
                said.predicted_low.into(),
                said.predicted_high.into(),
                said.confidence.into(),
                said.outcome.into(),
                said.met.clone().into(),
            ],
        )
        .await?;
    }
    let changed: Vec<_> = changed.iter().map(|said| (said.key.as_str(), &said.practices)).collect();
    put_codes(tx, "goal", new.iter().map(|said| (said.key.as_str(), &said.practices)), &changed).await?;
    Ok(tally)
}

fn said(row: &mut Row<'_>, cycles: &Known<CycleId>, practices: &Practices) -> Option<Said> {
    for column in ["goal", "cycle", "text"] {
        row.filled(column);
    }
    let cycle = cycles.find(row, "cycle");
    let kind = row.filled("kind").and_then(|_| row.choice("kind", &KINDS));
    let met = row.choice("met", &MET).unwrap_or_default();
    let confidence: Option<i32> = row.number("confidence_percent");
    if confidence.is_some_and(|sure| !(1..=99).contains(&sure)) {
        row.refuse("confidence_percent", "Nobody is as sure as that.", "Write a whole number from 1 to 99.");
    }
    let mut figure = |column: &str| -> Option<f64> {
        let figure: Option<f64> = row.number(column);
        if figure.is_some_and(|figure| !figure.is_finite()) {
            row.refuse(column, "This is no figure.", "Write digits, with a point before decimals.");
        }
        figure
    };
    let (baseline, target, outcome) = (figure("baseline"), figure("target"), figure("outcome"));
    let (predicted, low, high) = (figure("predicted"), figure("predicted_low"), figure("predicted_high"));
    if low.is_some() != high.is_some() || low.zip(high).is_some_and(|(low, high)| low > high) {
        row.refuse("predicted_high", "Low and high end do not fit together.", "Give both, the lower one first, or neither.");
    }
    let by_on = row.date("by");
    Some(Said {
        key: row.text("goal")?,
        cycle_id: cycle?,
        kind: kind?,
        text: text(row, "text", TEXT_MOST),
        measure: text(row, "measure", SHORT_MOST),
        unit: text(row, "unit", SHORT_MOST),
        student_group: text(row, "student_group", SHORT_MOST),
        baseline,
        target,
        by_on,
        predicted,
        predicted_low: low,
        predicted_high: high,
        confidence,
        outcome,
        met,
        practices: practices.list(row, "practices"),
    })
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct CycleKey {
        id: CycleId,
        key: String,
    }
    let on = db.read();
    let sql = "select id, key from cycle";
    let keys: std::collections::BTreeMap<CycleId, String> =
        db::rows::<CycleKey>(on, sql, vec![]).await?.into_iter().map(|row| (row.id, row.key)).collect();
    let sql = format!(
        "{SELECT} join cycle c on c.id = g.cycle_id where c.owner_kind <> 'person' and g.removed_at is null
         order by c.key, g.position, g.key"
    );
    let rows = with_practices(on, db::rows(on, &sql, vec![]).await?).await?;
    let rows = rows.into_iter().map(|said| {
        vec![
            said.key.into(),
            keys.get(&said.cycle_id).cloned().into(),
            said.kind.into(),
            said.text.into(),
            said.measure.into(),
            said.unit.into(),
            said.student_group.into(),
            said.baseline.into(),
            said.target.into(),
            said.by_on.into(),
            said.predicted.into(),
            said.predicted_low.into(),
            said.predicted_high.into(),
            said.confidence.into(),
            said.outcome.into(),
            said.met.into(),
            list(&said.practices),
        ]
    });
    Ok(Export::Table(sheet("goals", COLUMNS, rows.collect())))
}
