//! A goal: what would be different, how one would know, what is predicted, and what came of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use partnerships::calendar::spoken;
use platform::db::{FromQueryResult, Value};
use platform::web::Form;

use super::{Kept, World, choice, figure, line, lines};
use crate::cycles::{DECISIONS, GOAL_KINDS, MET, SHORT_MOST, TEXT_MOST, words};

#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::cycles) struct Goal {
    pub kind: String,
    pub text: String,
    pub measure: String,
    pub unit: String,
    pub student_group: String,
    pub baseline: Option<f64>,
    pub target: Option<f64>,
    pub by_on: Option<NaiveDate>,
    pub predicted: Option<f64>,
    pub predicted_low: Option<f64>,
    pub predicted_high: Option<f64>,
    pub confidence: Option<i32>,
    pub outcome: Option<f64>,
    pub met: String,
    pub happened: String,
    pub decision: String,
    #[row(skip)]
    pub codes: BTreeSet<String>,
}

impl Kept for Goal {
    const TABLE: &'static str = "goal";
    const PATH: &'static str = "goals";
    const ID: &'static str = "goal";
    const WORD: &'static str = "goal";
    const PLACE: &'static str = "goals";
    const COLUMNS: &'static str =
        "x.kind, x.text, x.measure, x.unit, x.student_group, x.baseline, x.target, x.by_on, x.predicted,
        x.predicted_low, x.predicted_high, x.confidence, x.outcome, x.met, x.happened, x.decision";
    const IS_ORDERED: bool = true;
    const HAS_PRACTICES: bool = true;
    const FILES: &'static str = "goal_id";
    const IS_ITS_AUTHORS: bool = false;

    fn read(form: &mut Form, world: &World) -> Option<Self> {
        let kind = choice(form, "kind", &GOAL_KINDS, "For whom would something be different?");
        let text = form.required("text", "What would be different, and by when?", TEXT_MOST);
        let measure = form.optional("measure", SHORT_MOST);
        let unit = form.optional("unit", SHORT_MOST);
        let student_group = form.optional("student_group", SHORT_MOST);
        let (baseline, target) = (figure(form, "baseline"), figure(form, "target"));
        let by_on = form.optional_date("by_on");
        let predicted = figure(form, "predicted");
        let (low, high) = (figure(form, "predicted_low"), figure(form, "predicted_high"));
        if let (Some(low), Some(high)) = (low, high) {
            if low.is_some() != high.is_some() {
                let empty = if low.is_none() { "predicted_low" } else { "predicted_high" };
                form.refuse(empty, "A range has two ends. What would be the other one?");
            } else if low > high {
                form.refuse("predicted_high", "This end lies below the other one. Could they have changed places?");
            }
        }
        let confidence = if form.value("confidence").trim().is_empty() {
            Some(None)
        } else {
            // Whole per cents are as fine as anybody can tell.
            form.whole("confidence", 1, 99).map(Some)
        };
        let outcome = figure(form, "outcome");
        let met = choice(form, "met", &MET, "");
        let happened = form.optional("happened", TEXT_MOST);
        let decision = choice(form, "decision", &DECISIONS, "");
        let codes = world.codes(form, "practices");
        let goal = Self {
            kind: kind?,
            text: text?,
            measure: measure?,
            unit: unit?,
            student_group: student_group?,
            baseline: baseline?,
            target: target?,
            by_on: by_on?,
            predicted: predicted?,
            predicted_low: low?,
            predicted_high: high?,
            confidence: confidence?,
            outcome: outcome?,
            met: met?,
            happened: happened?,
            decision: decision?,
            codes: codes?,
        };
        (!form.has_errors()).then_some(goal)
    }

    fn blank(_: &World) -> Form {
        Form::with([("unit", "per cent".to_owned())])
    }

    fn form(&self, _: &World) -> Form {
        // All its decimals: what is sent back unchanged must not change.
        let number = |figure: Option<f64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
        Form::with([
            ("kind", self.kind.clone()),
            ("text", self.text.clone()),
            ("measure", self.measure.clone()),
            ("unit", self.unit.clone()),
            ("student_group", self.student_group.clone()),
            ("baseline", number(self.baseline)),
            ("target", number(self.target)),
            ("by_on", self.by_on.map(|day| day.to_string()).unwrap_or_default()),
            ("predicted", number(self.predicted)),
            ("predicted_low", number(self.predicted_low)),
            ("predicted_high", number(self.predicted_high)),
            ("confidence", self.confidence.map(|sure| sure.to_string()).unwrap_or_default()),
            ("outcome", number(self.outcome)),
            ("met", self.met.clone()),
            ("happened", self.happened.clone()),
            ("decision", self.decision.clone()),
            ("practices", self.codes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        ])
    }

    fn said(&self, world: &World) -> String {
        let number = |figure: Option<f64>| figure.map(words::figure).unwrap_or_default();
        let between = self.predicted_low.zip(self.predicted_high);
        lines([
            Some(self.text.clone()),
            line("For", words::of(&GOAL_KINDS, &self.kind)),
            line("Group", &*self.student_group),
            line("Measure", &*self.measure),
            line("Unit", &*self.unit),
            line("From", number(self.baseline)),
            line("To", number(self.target)),
            line("By", self.by_on.map(|day| spoken(day, world.today)).unwrap_or_default()),
            line("Predicted", number(self.predicted)),
            line("Most likely between", between.map(|(low, high)| format!("{low} and {high}")).unwrap_or_default()),
            line("Sure", self.confidence.map(|sure| format!("{sure} %")).unwrap_or_default()),
            line("It came to", number(self.outcome)),
            line("Met", words::of(&MET, &self.met)),
            line("What happened", &*self.happened),
            line("Decision", words::of(&DECISIONS, &self.decision)),
            line("Practices", self.codes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        ])
    }

    fn values(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("kind", self.kind.clone().into()),
            ("text", self.text.clone().into()),
            ("measure", self.measure.clone().into()),
            ("unit", self.unit.clone().into()),
            ("student_group", self.student_group.clone().into()),
            ("baseline", self.baseline.into()),
            ("target", self.target.into()),
            ("by_on", self.by_on.into()),
            ("predicted", self.predicted.into()),
            ("predicted_low", self.predicted_low.into()),
            ("predicted_high", self.predicted_high.into()),
            ("confidence", self.confidence.into()),
            ("outcome", self.outcome.into()),
            ("met", self.met.clone().into()),
            ("happened", self.happened.clone().into()),
            ("decision", self.decision.clone().into()),
        ]
    }

    fn practices(&self) -> Option<&BTreeSet<String>> {
        Some(&self.codes)
    }

    fn with_practices(self, codes: BTreeSet<String>) -> Self {
        Self { codes, ..self }
    }
}
