//! Peers of treated units.

use clap::{Args, ValueEnum};
use improvement_stats::matching::{Caliper, Distance, MatchOptions, Order, balance, match_units};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields, named, rows},
    column::codes,
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a unit: unit, treated (1 or 0), and numbers that describe it (--covariates; all other columns with numbers when
not given). rows has the peers of each treated unit, balance how alike both are before and after; the estimate is the
largest standardised difference after matching (note above 0.1, adjust or do not claim above 0.25).

Examples:
  everbetter analyze match --distance mahalanobis --ratio 5 --replace --exact grade_span schools.csv
  everbetter analyze match --distance propensity --caliper 0.2 --order largest-first --covariates size,poverty schools.csv
  everbetter analyze match --unit school --treated partner --max-distance 2 --within poverty=0.1 schools.csv";

/// Asks for peers.
#[derive(Args)]
pub struct Match {
    #[command(flatten)]
    common: Common,
    /// How likeness is measured.
    #[arg(long, value_enum, default_value_t = Likeness::Mahalanobis)]
    distance: Likeness,
    /// Peers for each treated unit.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    ratio: usize,
    /// A unit may be the peer of several.
    #[arg(long)]
    replace: bool,
    /// Who chooses first without --replace [default: data; for propensity largest-first].
    #[arg(long, value_enum)]
    order: Option<Queue>,
    /// Largest difference of propensity scores, in standard deviations of all scores; 0.2 is usual.
    #[arg(long, value_name = "NUMBER")]
    caliper: Option<f64>,
    /// Largest distance.
    #[arg(long, value_name = "NUMBER")]
    max_distance: Option<f64>,
    /// Largest difference of a covariate in its own unit, such as income=2; may be given several times.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN=NUMBER")]
    within: Vec<String>,
    /// Columns in which peers must be the same.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    exact: Vec<String>,
    /// The columns that describe units.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    covariates: Vec<String>,
    /// The column with the units.
    #[arg(long, default_value = "unit", value_name = "COLUMN")]
    unit: String,
    /// The column that says who is treated.
    #[arg(long, default_value = "treated", value_name = "COLUMN")]
    treated: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Likeness {
    Mahalanobis,
    #[value(alias = "euclidean")]
    StandardisedEuclidean,
    Propensity,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Queue {
    Data,
    LargestFirst,
    SmallestFirst,
    Random,
}

impl Ask for Match {
    const NAME: &'static str = "match";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let units = table.column(&self.unit, "--unit")?.texts()?;
        let treated = table.column(&self.treated, "--treated")?.flags()?;
        let mut except = vec![self.unit.as_str(), self.treated.as_str()];
        except.extend(self.exact.iter().map(String::as_str));
        let names = if self.covariates.is_empty() { table.number_columns(&except) } else { self.covariates.clone() };
        if names.is_empty() {
            return Err(Mistake::new(format!(
                "{}, row 1: no column of numbers describes the units. Add one, or name it with --covariates.",
                table.file
            )));
        }
        let columns = names.iter().map(|name| table.column(name, "--covariates")?.numbers_if_any()).collect::<Found<Vec<_>>>()?;
        let described = |row: usize| columns.iter().map(|column| column[row]).collect::<Option<Vec<f64>>>();
        let complete: Vec<usize> = (0..table.len()).filter(|row| described(*row).is_some()).collect();
        let covariates: Vec<Vec<f64>> = complete.iter().filter_map(|row| described(*row)).collect();
        let units: Vec<String> = complete.iter().map(|row| units[*row].clone()).collect();
        let treated: Vec<bool> = complete.iter().map(|row| treated[*row]).collect();
        let options = self.options(table, &names, &complete)?;
        let explain = table.explain_whole();
        let matched = match_units(&covariates, &treated, &options).map_err(&explain)?;
        let before = balance(&covariates, &treated, &vec![1.0; units.len()]).map_err(&explain)?;
        let after = balance(&covariates, &treated, &matched.weights).ok();
        let worst = after.as_ref().map(|after| after.worst);
        let sides: Vec<Value> = [("before", Some(fields(before))), ("after", after.map(fields))]
            .into_iter()
            .flat_map(|(when, side)| side.map(|side| covariate_rows(when, &side, &names)).unwrap_or_default())
            .collect();
        let matched = fields(matched);
        let sets: Vec<Value> = rows(&matched["sets"])
            .into_iter()
            .map(|set| {
                let mut set = named(set, "treated", "treated", &units);
                let peers: Vec<Map<String, Value>> =
                    rows(&set["controls"]).into_iter().map(|peer| named(peer, "unit", "unit", &units)).collect();
                set.insert("peers".to_owned(), json!(peers));
                set.remove("controls");
                Value::Object(set)
            })
            .collect();
        let weights: Vec<Value> = matched["weights"]
            .as_array()
            .into_iter()
            .flatten()
            .zip(&units)
            .filter(|(weight, _)| weight.as_f64() != Some(0.0))
            .map(|(weight, unit)| json!({ "unit": unit, "weight": weight }))
            .collect();
        let scores = matched["propensity"]["scores"].as_array().map(|scores| {
            scores.iter().zip(&units).map(|(score, unit)| json!({ "unit": unit, "score": score })).collect::<Vec<_>>()
        });
        let left_out = table.len() - complete.len();
        let answer = Answer::new(Self::NAME, matched)
            .without("sets")
            .with("estimate", worst)
            .with("n", units.len())
            .with("weights", weights)
            .with("propensity", scores)
            .with("balance", sides)
            .with("rows", sets);
        Ok(match left_out {
            0 => answer,
            some => answer.warning("units_left_out", &format!("{some} units with an empty covariate are left out.")),
        })
    }
}

impl Match {
    fn options(&self, table: &Table, names: &[String], complete: &[usize]) -> Found<MatchOptions> {
        let mut calipers: Vec<Caliper> = self.caliper.map(Caliper::Propensity).into_iter().collect();
        calipers.extend(self.max_distance.map(Caliper::Distance));
        for pair in &self.within {
            let read = pair.split_once('=').and_then(|(name, width)| {
                Some((names.iter().position(|found| found == name.trim())?, width.trim().parse::<f64>().ok()?))
            });
            let Some((covariate, width)) = read else {
                return Err(Mistake::new(format!(
                    "--within is \"{pair}\". Write a covariate and a number, such as {}=2.",
                    names[0]
                )));
            };
            calipers.push(Caliper::Covariate { covariate, width });
        }
        let mut classes = Vec::new();
        if !self.exact.is_empty() {
            let columns = self.exact.iter().map(|name| table.column(name, "--exact")?.texts()).collect::<Found<Vec<_>>>()?;
            let labels: Vec<String> = complete
                .iter()
                .map(|row| columns.iter().map(|column| column[*row].as_str()).collect::<Vec<_>>().join("\u{1f}"))
                .collect();
            classes = codes(&labels).0;
        }
        let by_score = self.distance == Likeness::Propensity;
        Ok(MatchOptions {
            distance: match self.distance {
                Likeness::Mahalanobis => Distance::Mahalanobis,
                Likeness::StandardisedEuclidean => Distance::StandardisedEuclidean,
                Likeness::Propensity => Distance::Propensity,
            },
            ratio: self.ratio,
            replace: self.replace,
            order: match self.order.unwrap_or(if by_score { Queue::LargestFirst } else { Queue::Data }) {
                Queue::Data => Order::Data,
                Queue::LargestFirst => Order::LargestFirst,
                Queue::SmallestFirst => Order::SmallestFirst,
                Queue::Random => Order::Random(self.common.seed),
            },
            calipers,
            exact: classes,
        })
    }
}

/// The balance of each covariate, with its name.
fn covariate_rows(when: &str, side: &Map<String, Value>, names: &[String]) -> Vec<Value> {
    rows(&side["covariates"])
        .into_iter()
        .map(|row| {
            let mut row = named(row, "covariate", "covariate", names);
            row.insert("when".to_owned(), json!(when));
            Value::Object(row)
        })
        .collect()
}
