//! Pooling of many small estimates.

use clap::{Args, ValueEnum};
use improvement_stats::pooling::{Heterogeneity, pool};
use serde_json::{Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields, rows},
    input::Table,
    mistake::Found,
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a study or group: estimate, standard_error (or variance), and if there is study, its name. The interval is
Hartung and Knapp's unless --interval normal; both are in the answer. shrunken has each estimate pulled towards the mean.

Examples:
  everbetter analyze pool --method reml programmes.csv
  everbetter analyze pool --method paule-mandel --interval normal --estimate gain --standard-error se programmes.csv
  everbetter analyze pool --estimate gain --variance v --study school programmes.csv";

/// Asks for a pooled estimate.
#[derive(Args)]
pub struct Pool {
    #[command(flatten)]
    common: Common,
    /// How the variance between studies is estimated.
    #[arg(long, value_enum, default_value_t = Between::Reml)]
    method: Between,
    /// Which interval, error and p value the estimate carries.
    #[arg(long, value_enum, default_value_t = Around::HartungKnapp)]
    interval: Around,
    /// The column with the estimates.
    #[arg(long, default_value = "estimate", value_name = "COLUMN")]
    estimate: String,
    /// The column with their standard errors.
    #[arg(long, default_value = "standard_error", value_name = "COLUMN")]
    standard_error: String,
    /// The column with their variances, used where there are no standard errors.
    #[arg(long, default_value = "variance", value_name = "COLUMN")]
    variance: String,
    /// The column with their names.
    #[arg(long, default_value = "study", value_name = "COLUMN")]
    study: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Between {
    Reml,
    #[value(alias = "dl")]
    DersimonianLaird,
    #[value(alias = "pm")]
    PauleMandel,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Around {
    HartungKnapp,
    Normal,
}

impl Ask for Pool {
    const NAME: &'static str = "pool";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let estimates = table.column(&self.estimate, "--estimate")?.numbers()?;
        let (column, variances) = if table.has(&self.standard_error) || !table.has(&self.variance) {
            let column = table.column(&self.standard_error, "--standard-error")?;
            let errors = column.numbers()?;
            if let Some(row) = errors.iter().position(|error| *error <= 0.0) {
                return Err(
                    column.mistake(row, &format!("\"{}\" is no standard error. Write a number above 0.", column.cells[row]))
                );
            }
            (self.standard_error.as_str(), errors.into_iter().map(|error| error * error).collect())
        } else {
            (self.variance.as_str(), table.column(&self.variance, "--variance")?.numbers()?)
        };
        let variances: Vec<f64> = variances;
        let method = match self.method {
            Between::Reml => Heterogeneity::Reml,
            Between::DersimonianLaird => Heterogeneity::DerSimonianLaird,
            Between::PauleMandel => Heterogeneity::PauleMandel,
        };
        let pooled = pool(&estimates, &variances, method, self.common.confidence).map_err(table.explain(column))?;
        let names = table.column_if_any(&self.study)?.map(|column| column.texts()).transpose()?;
        let found = fields(pooled);
        let shrunken: Vec<Value> = rows(&found["shrunken"])
            .into_iter()
            .enumerate()
            .map(|(row, mut study)| {
                study.insert(
                    "study".to_owned(),
                    names.as_ref().map_or_else(|| json!((row + 1).to_string()), |names| json!(names[row])),
                );
                study.insert("observed".to_owned(), json!(estimates[row]));
                Value::Object(study)
            })
            .collect();
        let keep = |name: &str| found.get(name).cloned();
        let normal = json!({
            "interval": keep("interval"), "standard_error": keep("standard_error"), "p_value": keep("p_value"),
        });
        let mut answer = Answer::new(Self::NAME, &found).with("shrunken", shrunken).with("normal", normal);
        let mut around = "normal";
        if self.interval == Around::HartungKnapp
            && let Some(Value::Object(found)) = found.get("hartung_knapp")
        {
            around = "hartung-knapp";
            for name in ["interval", "standard_error", "p_value"] {
                answer = answer.with(name, found.get(name));
            }
            answer = answer.without_warning("use_hartung_knapp");
        }
        Ok(answer.with("interval_by", around))
    }
}
