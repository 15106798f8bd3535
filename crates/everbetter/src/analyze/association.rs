//! What goes with an outcome.

use clap::{Args, ValueEnum};
use improvement_stats::{
    agreement::BootstrapOptions,
    association::{
        Adjustment, Correlation, Method, Permutation, PermutationOptions, adjust, bootstrap_correlation, correlate,
        exact_p_value, permutation_tests,
    },
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads columns that you name: --x one or several, --y the outcome; rows where one of the two is empty are left out.
For point-biserial x holds two values. With several x the estimate is that of the first; rows has all, with p values
corrected for their number. Between partnerships such relations mostly find good partnerships: correlate changes, or
use mixed-model. With --p a column of p values that you have is corrected instead; empty cells do not count.

Examples:
  everbetter analyze association --x planning,coaching --y review --permutations 9999 --seed 7 --adjust bh years.csv
  everbetter analyze association --x planning --y review --method kendall --blocks partnership --bootstrap 0 years.csv
  everbetter analyze association --p p_value --adjust holm tests.csv";

/// With so few pairs all orders are tried instead of random ones.
const FEW: usize = 8;

/// Asks for associations.
#[derive(Args)]
pub struct Association {
    #[command(flatten)]
    common: Common,
    /// The columns that may go with the outcome.
    #[arg(long, value_delimiter = ',', required_unless_present_any = ["schema", "p"], value_name = "COLUMN,…")]
    x: Vec<String>,
    /// The column with the outcome.
    #[arg(long, required_unless_present_any = ["schema", "p"], value_name = "COLUMN")]
    y: Option<String>,
    /// Correct the p values in this column, and compute nothing.
    #[arg(long, conflicts_with_all = ["x", "y"], value_name = "COLUMN")]
    p: Option<String>,
    /// Which coefficient.
    #[arg(long, value_enum, default_value_t = How::Spearman)]
    method: How,
    /// Take p from this many random orders; all orders when there are 8 pairs or fewer and no blocks.
    #[arg(long, value_name = "NUMBER")]
    permutations: Option<usize>,
    /// A column of blocks (such as partnership): orders change within blocks only.
    #[arg(long, value_name = "COLUMN")]
    blocks: Option<String>,
    /// Resample rows this often for the interval; 0 for none.
    #[arg(long, default_value_t = 2000, value_name = "NUMBER")]
    bootstrap: usize,
    /// Correction for several x: Benjamini-Hochberg and Benjamini-Yekutieli bound the share of false finds, the others that of
    /// any.
    #[arg(long, value_enum, default_value_t = Correction::Bh)]
    adjust: Correction,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum How {
    Spearman,
    Kendall,
    PointBiserial,
    Pearson,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Correction {
    Bh,
    By,
    Holm,
    Bonferroni,
    Hochberg,
}

impl Ask for Association {
    const NAME: &'static str = "association";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        if let Some(name) = &self.p {
            return self.corrected(table, name);
        }
        let outcome = self.y.as_deref().unwrap_or_default();
        let y = table.column(outcome, "--y")?.numbers_or_nan()?;
        let mut columns = Vec::new();
        for name in &self.x {
            columns.push(table.column(name, "--x")?.numbers_or_nan()?);
        }
        let blocks = match &self.blocks {
            Some(name) => table.column(name, "--blocks")?.codes()?.0,
            None => Vec::new(),
        };
        let chance = self.chance(&columns, &y, blocks);
        let mut rows = Vec::new();
        for (place, x) in columns.iter().enumerate() {
            let row = match self.row(x, &y, chance.get(place).cloned().flatten()) {
                Ok(row) => row,
                Err(error) => match table.explain(&self.x[place])(error) {
                    Mistake::Undefined(why) => fields(json!({ "warnings": [{ "code": "undefined", "message": why }] })),
                    mistake => return Err(mistake),
                },
            };
            let mut named = fields(json!({ "x": self.x[place], "y": outcome }));
            named.extend(row);
            rows.push(named);
        }
        self.correct(&mut rows)?;
        let warned = |row: &Map<String, Value>| row.get("warnings").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut warnings: Vec<Value> = Vec::new();
        for warning in rows.iter().flat_map(warned) {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        let first = rows.first().cloned().unwrap_or_default();
        let adjustment = self.adjust.to_possible_value().map(|value| value.get_name().to_owned());
        Ok(Answer::new(Self::NAME, json!({ "n": first.get("n"), "warnings": warnings }))
            .with_main_of(&first)
            .with("computed_by", first.get("computed_by"))
            .with("adjusted_p_value", first.get("adjusted_p_value"))
            .with("adjustment", adjustment)
            .with("comparisons", rows.iter().filter(|row| row.get("p_value").is_some_and(Value::is_number)).count())
            .with("seed", self.common.seed)
            .with("rows", rows))
    }
}

impl Association {
    /// P values that are known already, corrected; the estimate is how many are below 1 minus the confidence then.
    fn corrected(&self, table: &Table, name: &str) -> Found<Answer> {
        let column = table.column(name, "--p")?;
        let values = column.numbers_if_any()?;
        if let Some(row) = values.iter().position(|value| value.is_some_and(|p| !(0.0..=1.0).contains(&p))) {
            return Err(column.mistake(row, &format!("\"{}\" is no p value. Write a number from 0 to 1.", column.cells[row])));
        }
        let mut rows: Vec<Map<String, Value>> = Vec::new();
        for (row, value) in values.iter().enumerate() {
            let others = table.names().iter().filter(|other| *other != name);
            let mut found: Map<String, Value> =
                others.map(|other| Ok((other.clone(), json!(table.column(other, "")?.cells[row])))).collect::<Found<_>>()?;
            found.insert("p_value".to_owned(), json!(value));
            found.insert("adjusted_p_value".to_owned(), Value::Null);
            rows.push(found);
        }
        self.correct(&mut rows)?;
        let limit = 1.0 - self.common.confidence;
        let below = |row: &&Map<String, Value>| row["adjusted_p_value"].as_f64().is_some_and(|p| p <= limit);
        let adjustment = self.adjust.to_possible_value().map(|value| value.get_name().to_owned());
        let known = values.iter().flatten().count();
        Ok(Answer::new(Self::NAME, json!({ "estimate": rows.iter().filter(below).count(), "n": known }))
            .with("figure", "p values that stay below the limit")
            .with("adjustment", adjustment)
            .with("comparisons", known)
            .with("rows", rows))
    }

    fn how(&self) -> Method {
        match self.method {
            How::Spearman => Method::Spearman,
            How::Kendall => Method::Kendall,
            How::PointBiserial => Method::PointBiserial,
            How::Pearson => Method::Pearson,
        }
    }

    /// What chance says about each column, with the same orders for all.
    fn chance(&self, columns: &[Vec<f64>], y: &[f64], blocks: Vec<usize>) -> Vec<Option<Permutation>> {
        let Some(permutations) = self.permutations else { return Vec::new() };
        let few = |x: &Vec<f64>| x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).count() <= FEW;
        let all_orders = blocks.is_empty();
        let options = PermutationOptions { permutations, seed: self.common.seed, blocks };
        let items: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let random = permutation_tests(&items, y, self.how(), &options);
        columns
            .iter()
            .zip(random)
            .map(|(x, random)| {
                let exact = if all_orders && few(x) { exact_p_value(x, y, self.how()).ok() } else { None };
                exact.or(random.ok())
            })
            .collect()
    }

    fn row(&self, x: &[f64], y: &[f64], chance: Option<Permutation>) -> improvement_stats::Result<Map<String, Value>> {
        let plain: Correlation = correlate(x, y, self.how())?;
        let mut row = fields(&plain);
        let how = row.remove("method");
        row.insert("computed_by".to_owned(), json!(how));
        row.insert("interval".to_owned(), Value::Null);
        row.insert("standard_error".to_owned(), Value::Null);
        if let Some(chance) = chance {
            row.insert("p_value".to_owned(), json!(chance.p_value));
            row.insert("permutations".to_owned(), json!(chance.permutations));
            if let Some(Value::Array(warnings)) = row.get_mut("warnings") {
                warnings.retain(|warning| warning["code"] != "p_value_approximate");
                warnings.extend(chance.warnings.iter().map(|warning| json!(warning)).filter(|w| w["code"] != "few_pairs"));
            }
        }
        if self.bootstrap > 0 {
            let options = BootstrapOptions { resamples: self.bootstrap, seed: self.common.seed, level: self.common.confidence };
            match bootstrap_correlation(x, y, self.how(), &options) {
                Ok(found) => {
                    row.insert("interval".to_owned(), json!(found.interval));
                    row.insert("standard_error".to_owned(), json!(found.intervals.standard_error));
                    row.insert("resamples".to_owned(), json!(found.resamples));
                }
                Err(error @ improvement_stats::Error::OutOfRange { .. }) => return Err(error),
                Err(_) => {
                    let none = json!({ "code": "no_interval", "message": "Too little varies for an interval by resampling." });
                    if let Some(Value::Array(warnings)) = row.get_mut("warnings") {
                        warnings.push(none);
                    }
                }
            }
        }
        Ok(row)
    }

    /// Adds corrected p values to rows that have one.
    fn correct(&self, rows: &mut [Map<String, Value>]) -> Found<()> {
        let adjustment = match self.adjust {
            Correction::Bh => Adjustment::BenjaminiHochberg,
            Correction::By => Adjustment::BenjaminiYekutieli,
            Correction::Holm => Adjustment::Holm,
            Correction::Bonferroni => Adjustment::Bonferroni,
            Correction::Hochberg => Adjustment::Hochberg,
        };
        let known: Vec<(usize, f64)> =
            rows.iter().enumerate().filter_map(|(place, row)| Some((place, row.get("p_value")?.as_f64()?))).collect();
        if known.is_empty() {
            return Ok(());
        }
        let values: Vec<f64> = known.iter().map(|(_, p)| *p).collect();
        let adjusted = adjust(&values, adjustment).map_err(|error| Mistake::new(error.to_string()))?;
        for ((place, _), p) in known.into_iter().zip(adjusted) {
            rows[place].insert("adjusted_p_value".to_owned(), json!(p));
        }
        Ok(())
    }
}
