//! What a programme changed, against others.

use clap::{Args, ValueEnum};
use improvement_stats::{
    did::{
        Panel, RegressionOptions, RobustCoefficient, RobustRegression, cluster_robust, difference_in_differences, event_study,
        placebo_did, wild_cluster_bootstrap,
    },
    synthetic_control::synthetic_control,
};
use serde_json::{Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    column::in_order,
    formula::Formula,
    input::Table,
    mistake::{Found, Mistake},
    panel::{Layout, Square},
};

/// Help after the options of did.
pub(super) const DID: &str = "\
Reads a row a unit and period: unit, period, outcome, treated (1 in all rows of a treated unit with --start, or 1 only in
its treated periods). The estimate is the change of treated units since the start minus that of the others. Or name a
regression with --formula; the estimate is then its last term, or --coefficient. With one treated unit placebo has its rank
among the others: errors mean nothing then.

Examples:
  everbetter analyze did --start 2017 --event-study schools.csv
  everbetter analyze did --unit school --period year --outcome score --treated partner --weights pupils schools.csv
  everbetter analyze did --formula 'score ~ did + factor(school) + factor(year)' --coefficient did --cluster district \\
    --errors cr1 --wild 999 --seed 7 schools.csv";

/// Help after the options of synthetic-control.
pub(super) const SYNTHETIC_CONTROL: &str = "\
Reads a row a unit and period: unit, period, outcome, and treated (1 in the treated periods of the one unit) unless --treated
and --start say so. Units that lack a period are left out. The estimate is the mean gap after the start; p is its rank
among placebos and cannot fall below 1 over the number of units.

Examples:
  everbetter analyze synthetic-control --treated Northside --start 2017 schools.csv
  everbetter analyze synthetic-control --unit state --period year --outcome rate states.csv";

/// With so few clusters bias-reduced errors are used.
const FEW_CLUSTERS: usize = 40;

/// Asks for a difference in differences.
#[derive(Args)]
pub struct Did {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    layout: Layout,
    /// The column that says who is treated.
    #[arg(long, default_value = "treated", value_name = "COLUMN")]
    treated: String,
    /// The first treated period.
    #[arg(long, value_name = "PERIOD")]
    start: Option<String>,
    /// The column of clusters whose rows belong together [default: the units].
    #[arg(long, value_name = "COLUMN")]
    cluster: Option<String>,
    /// A column of weights.
    #[arg(long, value_name = "COLUMN")]
    weights: Option<String>,
    /// How errors are found: cr1, or the bias-reduced cr2 [default: cr2 below 40 clusters, otherwise cr1].
    #[arg(long, value_enum)]
    errors: Option<Errors>,
    /// Also give the effect of each period, before and after the start.
    #[arg(long)]
    event_study: bool,
    /// A regression instead, such as 'y ~ treated + post + did'; factor(column) for names.
    #[arg(long, value_name = "FORMULA")]
    formula: Option<String>,
    /// The term of the formula that is the effect [default: the last].
    #[arg(long, requires = "formula", value_name = "TERM")]
    coefficient: Option<String>,
    /// With --formula: also a p value from this many random changes of sign of the clusters, all of them up to 12 clusters.
    #[arg(long, requires = "formula", value_name = "NUMBER")]
    wild: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Errors {
    Cr1,
    Cr2,
}

impl Ask for Did {
    const NAME: &'static str = "did";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        match &self.formula {
            Some(text) => self.regression(table, text),
            None => self.panel(table),
        }
    }
}

impl Did {
    fn options(&self, table: &Table) -> Found<RegressionOptions> {
        let weights = match &self.weights {
            Some(name) => table.column(name, "--weights")?.numbers()?,
            None => Vec::new(),
        };
        Ok(RegressionOptions { weights, level: self.common.confidence, ..RegressionOptions::default() })
    }

    fn clusters(&self, table: &Table) -> Found<Vec<usize>> {
        let name = self.cluster.as_deref().unwrap_or(&self.layout.unit);
        Ok(table.column(name, "--cluster")?.codes()?.0)
    }

    fn regression(&self, table: &Table, text: &str) -> Found<Answer> {
        let formula = Formula::read(text)?;
        if !formula.random.is_empty() {
            return Err(Mistake::new(format!(
                "--formula '{text}' has groups in brackets, which belong to mixed-model. Leave it out, or write factor(column)."
            )));
        }
        let response = table.column(&formula.response, "--formula")?.numbers_or_nan()?;
        let terms = formula.terms(table)?;
        let wanted = match (&self.coefficient, terms.last()) {
            (Some(name), _) => name.clone(),
            (None, Some(term)) => term.name.clone(),
            (None, None) => return Err(Mistake::new(format!("--formula '{text}' has no term. Add the effect after the ~."))),
        };
        let clusters = self.clusters(table)?;
        let explain = table.explain_whole();
        let fit = cluster_robust(&response, &terms, &clusters, &self.options(table)?).map_err(&explain)?;
        let Some(effect) = fit.coefficient(&wanted).cloned() else {
            let names: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
            return Err(Mistake::new(format!(
                "--coefficient is \"{wanted}\", which is no term. There are: {}.",
                names.join(", ")
            )));
        };
        let answer = self.with_effect(fit, &effect).with("formula", text);
        let Some(patterns) = self.wild else { return Ok(answer) };
        if self.weights.is_some() {
            return Err(Mistake::new("--wild does not know --weights. Leave one of the two out."));
        }
        let seed = self.common.seed;
        let found = wild_cluster_bootstrap(&response, &terms, &clusters, &wanted, patterns, seed).map_err(&explain)?;
        Ok(answer.with("wild_bootstrap", found).with("seed", seed))
    }

    fn panel(&self, table: &Table) -> Found<Answer> {
        let rows = self.layout.read(table)?;
        let flags = table.column(&self.treated, "--treated")?;
        let (treated, start) = rows.treatment(&flags, self.start.as_deref())?;
        let (panel_outcome, clusters, options) = (rows.outcome_or_nan(), self.clusters(table)?, self.options(table)?);
        let period: Vec<i64> = rows.period.iter().map(|period| *period as i64).collect();
        let panel = Panel { outcome: &panel_outcome, unit: &rows.unit, period: &period, treated: &treated, start: start as i64 };
        let explain = table.explain_whole();
        let fit = difference_in_differences(&panel, &clusters, &options).map_err(&explain)?;
        let Some(effect) = fit.coefficients.first().cloned() else {
            return Err(Mistake::new(format!(
                "{}: there is no effect to see. Check the column \"{}\".",
                table.file, self.treated
            )));
        };
        let mut answer = self.with_effect(fit, &effect).with("start", &rows.periods[start]);
        if self.event_study {
            let study = event_study(&panel, &clusters, &options).map_err(&explain)?;
            let times: Vec<Value> = study
                .times
                .iter()
                .map(|time| {
                    let effect = self.effect(&time.effect, study.clusters);
                    json!({
                        "since_start": time.since_start, "period": rows.periods.get((start as i64 + time.since_start) as usize),
                        "estimate": effect["estimate"], "standard_error": effect["standard_error"],
                        "interval": effect["interval"], "p_value": effect["p_value"],
                    })
                })
                .collect();
            answer =
                answer.with("event_study", json!({ "reference": rows.periods.get(study.reference as usize), "times": times }));
        }
        let square = Square::new(&rows);
        let marked: Vec<usize> = (0..square.units.len())
            .filter(|unit| rows.unit.iter().zip(&treated).any(|(u, t)| *t && *u == square.units[*unit]))
            .collect();
        if let [only] = marked[..] {
            let post: Vec<bool> = (0..rows.periods.len()).map(|period| period >= start).collect();
            if let Ok(found) = placebo_did(&square.outcomes, &post, only) {
                answer = answer.with("placebo", found).warning(
                    "one_treated_unit",
                    "Only one unit is treated: its error and p value mean nothing; use the placebo rank.",
                );
            }
        }
        Ok(answer)
    }

    /// The effect with the errors that are asked for.
    fn effect(&self, found: &RobustCoefficient, clusters: usize) -> Value {
        let errors = self.errors.unwrap_or(if clusters < FEW_CLUSTERS { Errors::Cr2 } else { Errors::Cr1 });
        match (errors, found.se_cr2, found.interval_cr2) {
            (Errors::Cr2, Some(error), Some(interval)) => json!({
                "estimate": found.estimate, "standard_error": error, "interval": interval, "p_value": found.p_value_cr2,
                "errors": "cr2", "df": found.df_cr2,
            }),
            _ => json!({
                "estimate": found.estimate, "standard_error": found.se_cr1, "interval": found.interval,
                "p_value": found.p_value, "errors": "cr1", "df": clusters.saturating_sub(1),
            }),
        }
    }

    fn with_effect(&self, fit: RobustRegression, effect: &RobustCoefficient) -> Answer {
        let main = fields(self.effect(effect, fit.clusters));
        Answer::new(Self::NAME, fit)
            .with_main_of(&main)
            .with("errors", main.get("errors"))
            .with("df", main.get("df"))
            .with("term", &effect.term)
    }
}

/// Asks for a synthetic control.
#[derive(Args)]
pub struct SyntheticControl {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    layout: Layout,
    /// The treated unit [default: the one with 1 in the column treated].
    #[arg(long, value_name = "UNIT")]
    treated: Option<String>,
    /// The first treated period [default: the first with 1 in the column treated].
    #[arg(long, value_name = "PERIOD")]
    start: Option<String>,
}

impl Ask for SyntheticControl {
    const NAME: &'static str = "synthetic-control";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let rows = self.layout.read(table)?;
        let (unit, start) = self.case(table, &rows)?;
        let square = Square::new(&rows);
        let Some(place) = square.units.iter().position(|found| *found == unit) else {
            return Err(Mistake::new(format!(
                "{}, column \"{}\": {} lacks the outcome in some period. Fill it, or leave out that period for all.",
                table.file, self.layout.outcome, rows.units[unit]
            )));
        };
        let mut outcomes = square.outcomes;
        let treated = outcomes.remove(place);
        let donors: Vec<&String> = square.units.iter().filter(|found| **found != unit).map(|found| &rows.units[*found]).collect();
        let before: Vec<bool> = (0..rows.periods.len()).map(|period| period < start).collect();
        let found = synthetic_control(&treated, &outcomes, &before, &[]).map_err(table.explain_whole())?;
        let weights: Vec<Value> =
            donors.iter().zip(&found.weights).map(|(unit, weight)| json!({ "unit": unit, "weight": weight })).collect();
        let placebos: Vec<Value> = donors
            .iter()
            .zip(&found.placebo_ratios)
            .map(|(unit, ratio)| json!({ "unit": unit, "post_pre_ratio": ratio }))
            .collect();
        let path: Vec<Value> = (0..rows.periods.len())
            .map(|at| {
                json!({
                    "period": rows.periods[at], "outcome": treated[at], "synthetic": found.synthetic[at],
                    "gap": found.gaps[at], "before": before[at],
                })
            })
            .collect();
        let left_out = rows.units.len() - square.units.len();
        let mut answer = Answer::new(Self::NAME, &found)
            .without("synthetic")
            .without("gaps")
            .without("placebo_ratios")
            .with("treated", &rows.units[unit])
            .with("start", &rows.periods[start])
            .with("weights", weights)
            .with("placebos", placebos)
            .with("periods", path);
        if left_out > 0 {
            answer =
                answer.warning("units_left_out", &format!("{left_out} units lack the outcome in some period and are left out."));
        }
        Ok(answer)
    }
}

impl SyntheticControl {
    /// The treated unit and the place of the first treated period.
    fn case(&self, table: &Table, rows: &super::panel::Rows) -> Found<(usize, usize)> {
        let start = self.start.as_deref().map(|start| rows.period_called(start)).transpose()?;
        let named = match &self.treated {
            Some(name) => Some(rows.units.iter().position(|unit| unit == name).ok_or_else(|| {
                Mistake::new(format!(
                    "--treated is \"{name}\", but no row of {} has this unit. Write a name from column \"{}\".",
                    table.file, self.layout.unit
                ))
            })?),
            None => None,
        };
        if let (Some(unit), Some(start)) = (named, start) {
            return Ok((unit, start));
        }
        let column = table.column("treated", "--treated and --start")?;
        let flags = column.flags()?;
        let marked: Vec<usize> = (0..flags.len()).filter(|row| flags[*row]).collect();
        let units = in_order(&marked.iter().map(|row| rows.unit[*row].to_string()).collect::<Vec<_>>());
        let (Some(row), [_]) = (marked.first(), &units[..]) else {
            return Err(Mistake::new(format!(
                "{}, column \"treated\": {} units are marked, but there must be one. Mark one, or name it with --treated.",
                table.file,
                units.len()
            )));
        };
        let first = marked.iter().map(|row| rows.period[*row]).min().unwrap_or_default();
        Ok((named.unwrap_or(rows.unit[*row]), start.unwrap_or(first)))
    }
}
