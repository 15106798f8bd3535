//! Agreement of raters.

use std::path::Path;

use clap::{Args, ValueEnum};
use improvement_stats::agreement::{
    BootstrapOptions, Coefficient, ConfusionTable, IccForm, Level, Ratings, Weights, bootstrap_alpha, chance_corrected,
    cohen_kappa, contributions, fleiss_kappa, gwet_ac, icc, kendall_w, krippendorff_alpha, light_kappa, percent_agreement,
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields, named, rows},
    column::is_missing,
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a rating: unit (what is rated), rater, value (a number; for nominal measures also a name; empty when missing).

Measures: percent pairs of raters with the same value, kappa Cohen's for two raters (Light's mean of pairs for more),
fleiss any raters by category, alpha Krippendorff's, ac1 and ac2 Gwet's (hold up when nearly all values are the same), icc
for measurements, kendall-w for rankings, conger kappa with each rater's own habits, brennan-prediger with all values
equally likely. fleiss, alpha, ac2, conger and brennan-prediger take --weights; with them errors and gaps are Gwet's. Never
believe one figure alone: each answer also holds the plain percentage and how often each value was chosen.

Examples:
  everbetter analyze agreement --measure alpha --level ordinal --bootstrap 2000 --seed 7 ratings.csv
  everbetter analyze agreement --measure kappa --weights quadratic --scale 0,1,2,3,4 ratings.csv
  everbetter analyze agreement --measure icc --form 3,k ratings.csv
  everbetter analyze agreement --measure percent --within 1 --unit essay --rater reader --value mark ratings.csv";

/// Asks for a coefficient of agreement.
#[derive(Args)]
pub struct Agreement {
    #[command(flatten)]
    common: Common,
    /// Which coefficient.
    #[arg(long, value_enum, default_value_t = Measure::Alpha)]
    measure: Measure,
    /// What the values mean to alpha [default: ordinal; nominal when they are names].
    #[arg(long, value_enum)]
    level: Option<Scale>,
    /// How near misses count for kappa, ac2, fleiss, alpha, conger and brennan-prediger: unweighted, linear, quadratic, ordinal,
    /// or a CSV file with a matrix without heading [default: unweighted; for ac2 quadratic; for alpha as --level says].
    #[arg(long, value_name = "WEIGHTS")]
    weights: Option<String>,
    /// All values of the scale, for weights; those that occur when not given.
    #[arg(long, value_delimiter = ',', value_name = "VALUE,…", allow_negative_numbers = true)]
    scale: Vec<f64>,
    /// Which intraclass correlation: 1,1 2,1 3,1 for one rating, 1,k 2,k 3,k for the mean of all raters.
    #[arg(long, default_value = "2,1", value_name = "FORM")]
    form: String,
    /// Resample units this often for the interval of alpha; 1000 or more.
    #[arg(long, value_name = "NUMBER")]
    bootstrap: Option<usize>,
    /// Values that differ by no more than this count as the same for percent.
    #[arg(long, default_value_t = 0.0, value_name = "NUMBER")]
    within: f64,
    /// The column with what is rated.
    #[arg(long, default_value = "unit", value_name = "COLUMN")]
    unit: String,
    /// The column with the raters.
    #[arg(long, default_value = "rater", value_name = "COLUMN")]
    rater: String,
    /// The column with the values.
    #[arg(long, default_value = "value", value_name = "COLUMN")]
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    Percent,
    Kappa,
    Fleiss,
    Alpha,
    Ac1,
    Ac2,
    Icc,
    KendallW,
    Conger,
    BrennanPrediger,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scale {
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

/// The ratings with what their numbers stand for.
struct Read {
    ratings: Ratings,
    units: Vec<String>,
    raters: Vec<String>,
    /// The names of values that are no numbers, in the order of their codes.
    names: Vec<String>,
    /// How often each value was chosen.
    distribution: Vec<(f64, usize)>,
}

impl Read {
    fn value(&self, code: f64) -> Value {
        self.names.get(code as usize).map_or_else(|| json!(code), |name| json!(name))
    }
}

impl Ask for Agreement {
    const NAME: &'static str = "agreement";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let read = self.read(table)?;
        let answer = match self.coefficient(table, &read) {
            Err(Mistake::Undefined(why)) => Answer::undefined(Self::NAME, read.ratings.units(), &why),
            answer => answer?,
        };
        let percent = percent_agreement(&read.ratings, 0.0, self.common.confidence).map(|found| found.estimate).ok();
        let distribution: Vec<Value> =
            read.distribution.iter().map(|(value, count)| json!({ "value": read.value(*value), "count": count })).collect();
        let measure = self.measure.to_possible_value().map(|value| value.get_name().to_owned());
        Ok(answer
            .with("measure", measure)
            .with("units", read.units.len())
            .with("raters", read.raters.len())
            .with("percent_agreement", percent)
            .with("distribution", distribution))
    }
}

impl Agreement {
    /// Whether the measure sees only which values are the same.
    fn is_nominal(&self) -> bool {
        let unweighted = self.weights.as_deref().is_none_or(|weights| ["unweighted", "identity", "none"].contains(&weights));
        match self.measure {
            Measure::Percent | Measure::Ac1 => true,
            Measure::Kappa | Measure::Fleiss | Measure::Conger | Measure::BrennanPrediger => unweighted,
            Measure::Alpha => unweighted && self.level.is_none_or(|level| level == Scale::Nominal),
            Measure::Ac2 | Measure::Icc | Measure::KendallW => false,
        }
    }

    fn read(&self, table: &Table) -> Found<Read> {
        let units = table.column(&self.unit, "--unit")?.texts()?;
        let raters = table.column(&self.rater, "--rater")?.texts()?;
        let column = table.column(&self.value, "--value")?;
        let mut names = Vec::new();
        let values = if self.is_nominal() && column.is_text() {
            names = column.cells.iter().filter(|cell| !is_missing(cell)).map(|cell| (*cell).to_owned()).collect();
            names.sort();
            names.dedup();
            let code = |cell: &&str| names.binary_search_by(|name| name.as_str().cmp(cell)).ok().map(|code| code as f64);
            column.cells.iter().map(code).collect()
        } else {
            column.numbers_if_any()?
        };
        let mut seen = std::collections::BTreeSet::new();
        let mut records = Vec::new();
        for (row, value) in values.iter().enumerate().filter_map(|(row, value)| Some((row, (*value)?))) {
            if !seen.insert((&units[row], &raters[row])) {
                return Err(column.mistake(row, "this rater has already rated this unit. Keep one of the two rows."));
            }
            records.push((units[row].clone(), raters[row].clone(), value));
        }
        let mut sorted: Vec<f64> = records.iter().map(|record| record.2).collect();
        sorted.sort_by(f64::total_cmp);
        let distribution = sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect();
        let labelled = Ratings::from_records(&records).map_err(table.explain_whole())?;
        Ok(Read { ratings: labelled.ratings, units: labelled.units, raters: labelled.raters, names, distribution })
    }

    fn coefficient(&self, table: &Table, read: &Read) -> Found<Answer> {
        let explain = table.explain_whole();
        let level = self.common.confidence;
        let name = Self::NAME;
        let answer = match self.measure {
            Measure::Percent => Answer::new(name, percent_agreement(&read.ratings, self.within, level).map_err(explain)?),
            Measure::Kappa if read.raters.len() > 2 => {
                let light = light_kappa(&read.ratings, &self.weights(Weights::Identity)?).map_err(explain)?;
                let pairs: Vec<Value> = light
                    .pairs
                    .iter()
                    .map(|(a, b, kappa)| json!({ "first": read.raters[*a], "second": read.raters[*b], "estimate": kappa }))
                    .collect();
                Answer::new(name, light).with("pairs", pairs).warning(
                    "mean_of_pairs",
                    "More than two raters: this is Light's kappa, the mean over pairs, without an interval.",
                )
            }
            Measure::Kappa => {
                let pairs = ConfusionTable::from_ratings(&read.ratings, 0, 1, &self.scale).map_err(&explain)?;
                let kappa = cohen_kappa(&pairs, &self.weights(Weights::Identity)?, level).map_err(explain)?;
                let n = kappa.n;
                Answer::new(name, kappa).with("n", n as u64)
            }
            Measure::Fleiss if self.weights.is_some() => self.in_gwets_frame(table, read, Coefficient::Fleiss)?,
            Measure::Alpha if self.weights.is_some() => self.in_gwets_frame(table, read, Coefficient::Krippendorff)?,
            Measure::Conger => self.in_gwets_frame(table, read, Coefficient::Conger)?,
            Measure::BrennanPrediger => self.in_gwets_frame(table, read, Coefficient::BrennanPrediger)?,
            Measure::Fleiss => {
                let fleiss = fleiss_kappa(&read.ratings, level).map_err(&explain)?;
                let categories: Vec<Value> = fleiss
                    .by_category
                    .iter()
                    .map(|(value, kappa)| json!({ "value": read.value(*value), "estimate": kappa }))
                    .collect();
                let mut answer = Answer::new(name, &fleiss).with("by_category", categories);
                if fleiss.standard_error.is_none() {
                    let linearised = chance_corrected(&read.ratings, Coefficient::Fleiss, &Weights::Identity, &self.scale, level);
                    if let Ok(linearised) = linearised {
                        answer = answer.with("standard_error", linearised.standard_error).with("interval", linearised.interval);
                    }
                }
                answer
            }
            Measure::Alpha => self.alpha(table, read)?,
            Measure::Ac1 => Answer::new(name, gwet_ac(&read.ratings, &Weights::Identity, &self.scale, level).map_err(explain)?),
            Measure::Ac2 => {
                let weights = self.weights(Weights::Quadratic)?;
                Answer::new(name, gwet_ac(&read.ratings, &weights, &self.scale, level).map_err(explain)?)
            }
            Measure::Icc => self.intraclass(table, read)?,
            Measure::KendallW => Answer::new(name, kendall_w(&read.ratings).map_err(explain)?),
        };
        Ok(answer)
    }

    /// A coefficient with weights, gaps and an error over units.
    fn in_gwets_frame(&self, table: &Table, read: &Read, coefficient: Coefficient) -> Found<Answer> {
        let weights = self.weights(Weights::Identity)?;
        let found = chance_corrected(&read.ratings, coefficient, &weights, &self.scale, self.common.confidence);
        Ok(Answer::new(Self::NAME, found.map_err(table.explain_whole())?))
    }

    fn alpha(&self, table: &Table, read: &Read) -> Found<Answer> {
        let explain = table.explain_whole();
        let level = match self.level {
            Some(Scale::Nominal) => Level::Nominal,
            Some(Scale::Interval) => Level::Interval,
            Some(Scale::Ratio) => Level::Ratio,
            Some(Scale::Ordinal) => Level::Ordinal,
            None if read.names.is_empty() => Level::Ordinal,
            None => Level::Nominal,
        };
        let mut answer = Answer::new(Self::NAME, krippendorff_alpha(&read.ratings, level).map_err(&explain)?);
        if let Some(resamples) = self.bootstrap {
            let options = BootstrapOptions { resamples, seed: self.common.seed, level: self.common.confidence };
            let found = fields(bootstrap_alpha(&read.ratings, level, &options).map_err(&explain)?);
            for field in ["interval", "standard_error", "warnings", "resamples", "resamples_dropped"] {
                answer = answer.with(field, found.get(field));
            }
            answer = answer.with("seed", self.common.seed);
        }
        if let Ok(found) = contributions(&read.ratings, level) {
            let found = fields(found);
            let list = |name: &str, position: &str, names: &[String]| -> Vec<Map<String, Value>> {
                rows(&found[name]).into_iter().map(|row| named(row, position, position, names)).collect()
            };
            let confused: Vec<Value> = rows(&found["confused"])
                .into_iter()
                .map(|mut row| {
                    for end in ["low", "high"] {
                        let code = row[end].as_f64().unwrap_or(f64::NAN);
                        row.insert(end.to_owned(), read.value(code));
                    }
                    Value::Object(row)
                })
                .collect();
            let parts = json!({
                "units": list("units", "unit", &read.units),
                "raters": list("raters", "rater", &read.raters),
                "confused": confused,
            });
            answer = answer.with("contributions", parts);
        }
        Ok(answer)
    }

    fn intraclass(&self, table: &Table, read: &Read) -> Found<Answer> {
        const FORMS: [(&str, IccForm); 6] = [
            ("1,1", IccForm::OneWaySingle),
            ("1,k", IccForm::OneWayAverage),
            ("2,1", IccForm::AgreementSingle),
            ("2,k", IccForm::AgreementAverage),
            ("3,1", IccForm::ConsistencySingle),
            ("3,k", IccForm::ConsistencyAverage),
        ];
        let wanted = self.form.trim().to_lowercase();
        let Some((_, form)) = FORMS.iter().find(|(name, form)| *name == wanted || form.name() == wanted) else {
            return Err(Mistake::new(format!("--form is \"{}\". Write one of 1,1 2,1 3,1 1,k 2,k 3,k.", self.form)));
        };
        let level = self.common.confidence;
        let main = icc(&read.ratings, *form, level).map_err(table.explain_whole())?;
        let all: Vec<Value> = FORMS
            .iter()
            .filter_map(|(name, form)| Some((name, icc(&read.ratings, *form, level).ok()?)))
            .map(|(name, found)| json!({ "form": name, "estimate": found.estimate, "interval": found.interval, "p_value": found.p_value }))
            .collect();
        Ok(Answer::new(Self::NAME, main).with("form", wanted).with("forms", all))
    }

    fn weights(&self, default: Weights) -> Found<Weights> {
        let Some(name) = &self.weights else { return Ok(default) };
        match name.as_str() {
            "unweighted" | "identity" | "none" => Ok(Weights::Identity),
            "linear" => Ok(Weights::Linear),
            "quadratic" => Ok(Weights::Quadratic),
            "ordinal" => Ok(Weights::Ordinal),
            path => matrix(Path::new(path)).map(Weights::Custom),
        }
    }
}

/// A square matrix of weights from a CSV file without heading.
fn matrix(path: &Path) -> Found<Vec<Vec<f64>>> {
    let file = path.display();
    let unreadable = |what: &str| {
        Mistake::new(format!(
            "--weights {file}: {what}. Write unweighted, linear, quadratic, ordinal, or a CSV file with a row of weights for each value."
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error.to_string()))?;
    let row = |(at, line): (usize, &str)| {
        let cell = |cell: &str| cell.trim().parse::<f64>().ok().filter(|weight| weight.is_finite());
        line.split(',')
            .map(cell)
            .collect::<Option<Vec<f64>>>()
            .ok_or_else(|| unreadable(&format!("row {} holds something that is no number", at + 1)))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(row).collect()
}
