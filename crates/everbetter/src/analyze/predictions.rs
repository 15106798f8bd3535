//! How good predictions were.

use clap::Args;
use improvement_stats::predictions::{auc, brier, calibration_curve, cross_correlation, flag_table, interval_hit_rate};
use serde_json::{Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a case. With probability and outcome (1 when it happened, 0 when not) the estimate is the Brier score, 0 at
best; calibration has what was said against what came. With low, high and outcome (a number) instead, the estimate is how
often the interval held. With --lead and --follow, two columns in time order, it is the correlation at the best lag.

Examples:
  everbetter analyze predictions --bins 5 --threshold 0.5 forecasts.csv
  everbetter analyze predictions --scores --probability warning --outcome left forecasts.csv
  everbetter analyze predictions --low low --high high --nominal 0.8 forecasts.csv
  everbetter analyze predictions --lead planning --follow review --max-lag 3 years.csv";

/// Asks how good predictions were.
#[derive(Args)]
pub struct Predictions {
    #[command(flatten)]
    common: Common,
    /// The column with the probabilities, or with scores for --scores.
    #[arg(long, default_value = "probability", value_name = "COLUMN")]
    probability: String,
    /// The column with what came.
    #[arg(long, default_value = "outcome", value_name = "COLUMN")]
    outcome: String,
    /// Bins of the calibration.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    bins: usize,
    /// Also say how a flag at this probability (or above) would have done.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// The column holds scores that are no probabilities: the estimate is the area under the curve (AUC).
    #[arg(long)]
    scores: bool,
    /// The column with the lower ends of predicted intervals.
    #[arg(long, default_value = "low", value_name = "COLUMN")]
    low: String,
    /// The column with the upper ends.
    #[arg(long, default_value = "high", value_name = "COLUMN")]
    high: String,
    /// How often the predicted intervals were said to hold.
    #[arg(long, default_value_t = 0.8, value_name = "SHARE")]
    nominal: f64,
    /// A column that may lead.
    #[arg(long, requires = "follow", value_name = "COLUMN")]
    lead: Option<String>,
    /// A column that may follow it.
    #[arg(long, requires = "lead", value_name = "COLUMN")]
    follow: Option<String>,
    /// Largest lag for --lead.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    max_lag: usize,
}

impl Ask for Predictions {
    const NAME: &'static str = "predictions";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        if let (Some(lead), Some(follow)) = (&self.lead, &self.follow) {
            return self.lagged(table, lead, follow);
        }
        if !table.has(&self.probability) && table.has(&self.low) && table.has(&self.high) {
            return self.intervals(table);
        }
        let chances = table.column(&self.probability, "--probability")?;
        let values = chances.numbers()?;
        let outcomes = table.column(&self.outcome, "--outcome")?.flags()?;
        let level = self.common.confidence;
        let explain = table.explain(&self.probability);
        let separation = auc(&values, &outcomes, level);
        let mut answer = if self.scores {
            let found = separation.clone().map_err(&explain)?;
            Answer::new(Self::NAME, found).with("n", values.len()).with("figure", "auc")
        } else {
            if let Some(row) = values.iter().position(|value| !(0.0..=1.0).contains(value)) {
                return Err(chances.mistake(
                    row,
                    &format!("\"{}\" is no probability. Write a share between 0 and 1, or give --scores.", chances.cells[row]),
                ));
            }
            let score = brier(&values, &outcomes, self.bins, level).map_err(&explain)?;
            let curve = calibration_curve(&values, &outcomes, self.bins, level).map_err(&explain)?;
            let curve: Vec<Value> = curve
                .iter()
                .map(|bin| {
                    json!({
                        "low": bin.low, "high": bin.high, "predicted": bin.predicted, "estimate": bin.observed.estimate,
                        "interval": bin.observed.interval, "count": bin.observed.count, "n": bin.observed.n,
                    })
                })
                .collect();
            Answer::new(Self::NAME, score)
                .with("figure", "brier")
                .with("calibration", curve)
                .with("auc", separation.map(fields).ok())
        };
        if let Some(threshold) = self.threshold {
            answer = answer
                .with("flag", flag_table(&values, &outcomes, threshold, level).map_err(&explain)?)
                .with("threshold", threshold);
        }
        Ok(answer)
    }
}

impl Predictions {
    fn intervals(&self, table: &Table) -> Found<Answer> {
        let lows = table.column(&self.low, "--low")?.numbers()?;
        let highs = table.column(&self.high, "--high")?.numbers()?;
        let outcomes = table.column(&self.outcome, "--outcome")?.numbers()?;
        let found = interval_hit_rate(&lows, &highs, &outcomes, self.nominal, self.common.confidence);
        let found = found.map_err(table.explain(&self.low))?;
        let share = fields(&found.estimate);
        Ok(Answer::new(Self::NAME, found)
            .with_main_of(&share)
            .with("n", share.get("n"))
            .with("count", share.get("count"))
            .with("figure", "interval hit rate"))
    }

    fn lagged(&self, table: &Table, lead: &str, follow: &str) -> Found<Answer> {
        let first = table.column(lead, "--lead")?.numbers()?;
        let second = table.column(follow, "--follow")?.numbers()?;
        let found = cross_correlation(&first, &second, self.max_lag, self.common.confidence).map_err(table.explain(lead))?;
        let best = (0..found.lags.len()).max_by(|a, b| found.correlations[*a].abs().total_cmp(&found.correlations[*b].abs()));
        let Some(best) = best else {
            return Err(Mistake::new("--max-lag leaves no lag. Write 1 or more."));
        };
        let rows: Vec<Value> = found
            .lags
            .iter()
            .zip(&found.correlations)
            .map(|(lag, estimate)| json!({ "lag": lag, "estimate": estimate }))
            .collect();
        Ok(Answer::new(Self::NAME, json!({ "estimate": found.correlations[best], "n": found.n, "warnings": found.warnings }))
            .with("figure", "cross-correlation")
            .with("lag", found.lags[best])
            .with("band", found.band)
            .with("rows", rows))
    }
}
