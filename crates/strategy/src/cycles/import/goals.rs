//! `goals`: what cycles aim at, what was predicted, and what came of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Error,
    db::{self, ConnectionTrait, Db, DbErr, FromQueryResult, Value},
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

const KINDS: [&str; 2] = ["student", "adult"];
const DECIDED: [&str; 3] = ["keep", "adapt", "drop"];
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
    Column::optional("happened", Holds::Text, "what happened, against what was predicted").prose(),
    Column::optional("decision", Holds::Word(&DECIDED), "keep, adapt or drop; empty before it was decided"),
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
    happened: String,
    decision: String,
    #[row(skip)]
    practices: BTreeSet<String>,
}

impl Keyed for Said {
    const TABLE: &'static str = "goal";
    const COLUMNS: &'static str = "cycle_id, kind, text, measure, unit, student_group, baseline, target, by_on, predicted, predicted_low, \
        predicted_high, confidence, outcome, met, happened, decision";
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
            self.measure.clone().into(),
            self.unit.clone().into(),
            self.student_group.clone().into(),
            self.baseline.into(),
            self.target.into(),
            self.by_on.into(),
            self.predicted.into(),
            self.predicted_low.into(),
            self.predicted_high.into(),
            self.confidence.into(),
            self.outcome.into(),
            self.met.clone().into(),
            self.happened.clone().into(),
            self.decision.clone().into(),
        ]
    }

    fn keep(&mut self, known: &Self, has: &dyn Fn(&str) -> bool) {
        or_known(has("measure"), &mut self.measure, &known.measure);
        or_known(has("unit"), &mut self.unit, &known.unit);
        or_known(has("student_group"), &mut self.student_group, &known.student_group);
        or_known(has("baseline"), &mut self.baseline, &known.baseline);
        or_known(has("target"), &mut self.target, &known.target);
        or_known(has("by"), &mut self.by_on, &known.by_on);
        or_known(has("predicted"), &mut self.predicted, &known.predicted);
        or_known(has("predicted_low"), &mut self.predicted_low, &known.predicted_low);
        or_known(has("predicted_high"), &mut self.predicted_high, &known.predicted_high);
        or_known(has("confidence_percent"), &mut self.confidence, &known.confidence);
        or_known(has("outcome"), &mut self.outcome, &known.outcome);
        or_known(has("met"), &mut self.met, &known.met);
        or_known(has("happened"), &mut self.happened, &known.happened);
        or_known(has("decision"), &mut self.decision, &known.decision);
        or_known(has("practices"), &mut self.practices, &known.practices);
    }
}

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
    let before = by_key(with_practices(&**tx, db::rows(&**tx, &select::<Said>(), vec![]).await?).await?);
    let Parted { new, changed, tally } = parted(sources, "goal", &before, |row| said(row, &cycles, &practices));
    if !tally.is_clean() {
        return Ok(tally);
    }
    write(taking, &new, &changed).await?;
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
    let decision = row.choice("decision", &DECIDED).unwrap_or_default();
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
        happened: text(row, "happened", TEXT_MOST),
        decision,
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
        "{} join cycle c on c.id = x.cycle_id where c.owner_kind <> 'person' and x.removed_at is null
         order by c.key, x.position, x.key",
        select::<Said>()
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
            said.happened.into(),
            said.decision.into(),
        ]
    });
    Ok(Export::Table(sheet("goals", COLUMNS, rows.collect())))
}
