//! Growth from one time to the next.

use clap::Args;
use improvement_stats::growth::{adjusted_means, mean_gain, quantile_regression};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a student: the score after (--y) and the score before, or several (--x); rows with an empty cell are left out.
The estimate is the mean gain of the same students, in points. With --group it is how far the first group (or --focus) lies
above what its students' scores before predict; rows has all groups. With --quantiles it is the slope of the first score
before at the first quantile; rows has intercept, slopes and loss of each.

Examples:
  everbetter analyze growth --y after --x before scores.csv
  everbetter analyze growth --y reading_4 --x reading_3,maths_3 --group school --focus Northside scores.csv
  everbetter analyze growth --y after --x before --quantiles 0.1,0.5,0.9 scores.csv";

/// Asks about growth.
#[derive(Args)]
pub struct Growth {
    #[command(flatten)]
    common: Common,
    /// The column with the score after.
    #[arg(long, default_value = "after", value_name = "COLUMN")]
    y: String,
    /// The columns with scores before.
    #[arg(long, value_delimiter = ',', default_value = "before", value_name = "COLUMN,…")]
    x: Vec<String>,
    /// A column of groups that are held against the prediction.
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    /// The group of the estimate.
    #[arg(long, requires = "group", value_name = "GROUP")]
    focus: Option<String>,
    /// Shares of students below the fitted lines.
    #[arg(long, value_delimiter = ',', conflicts_with = "group", value_name = "SHARE,…")]
    quantiles: Vec<f64>,
}

/// Rows without an empty cell.
struct Complete {
    after: Vec<f64>,
    before: Vec<Vec<f64>>,
    groups: Vec<String>,
    dropped: usize,
}

impl Ask for Growth {
    const NAME: &'static str = "growth";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let rows = self.read(table)?;
        let answer = if self.group.is_some() {
            self.groups(table, &rows)?
        } else if self.quantiles.is_empty() {
            self.gain(table, &rows)?
        } else {
            self.lines(table, &rows)?
        };
        let answer = answer.with("rows_dropped", rows.dropped);
        Ok(match rows.dropped {
            0 => answer,
            some => answer.warning("rows_dropped", &format!("{some} rows with an empty cell are left out.")),
        })
    }
}

impl Growth {
    fn read(&self, table: &Table) -> Found<Complete> {
        let after = table.column(&self.y, "--y")?.numbers_if_any()?;
        let before = self.x.iter().map(|name| table.column(name, "--x")?.numbers_if_any()).collect::<Found<Vec<_>>>()?;
        let groups = match &self.group {
            Some(name) => table.column(name, "--group")?.texts()?,
            None => vec![String::new(); table.len()],
        };
        let there = |row: &usize| after[*row].is_some() && before.iter().all(|column| column[*row].is_some());
        let kept: Vec<usize> = (0..table.len()).filter(there).collect();
        Ok(Complete {
            after: kept.iter().filter_map(|row| after[*row]).collect(),
            before: before.iter().map(|column| kept.iter().filter_map(|row| column[*row]).collect()).collect(),
            groups: kept.iter().map(|row| groups[*row].clone()).collect(),
            dropped: table.len() - kept.len(),
        })
    }

    fn gain(&self, table: &Table, rows: &Complete) -> Found<Answer> {
        let [before] = &rows.before[..] else {
            return Err(Mistake::new("A mean gain needs one score before. Name one with --x, or add --group or --quantiles."));
        };
        let found = mean_gain(before, &rows.after, self.common.confidence).map_err(table.explain_whole())?;
        Ok(Answer::new(Self::NAME, found).with("figure", "mean gain"))
    }

    fn groups(&self, table: &Table, rows: &Complete) -> Found<Answer> {
        let found = adjusted_means(&rows.after, &rows.before, &rows.groups, self.common.confidence);
        let found = found.map_err(table.explain_whole())?;
        let place = match &self.focus {
            Some(name) => found.groups.iter().position(|group| group.group == *name).ok_or_else(|| {
                Mistake::new(format!("--focus is \"{name}\", but no complete row has this group. Write a name from the column."))
            })?,
            None => 0,
        };
        let main = found.groups.get(place).map(fields).unwrap_or_default();
        let groups = json!(found.groups);
        Ok(Answer::new(Self::NAME, &found)
            .without("groups")
            .without("coefficients")
            .with_main_of(&main)
            .with("figure", "mean residual of a group")
            .with("group", main.get("group"))
            .with("intercept", found.coefficients.first())
            .with("slopes", self.slopes(&found.coefficients))
            .with("rows", groups))
    }

    fn lines(&self, table: &Table, rows: &Complete) -> Found<Answer> {
        let explain = table.explain_whole();
        let mut lines: Vec<Map<String, Value>> = Vec::new();
        let mut warnings: Vec<Value> = Vec::new();
        for quantile in &self.quantiles {
            let found = quantile_regression(&rows.after, &rows.before, *quantile).map_err(&explain)?;
            for warning in found.warnings.iter().map(|warning| json!(warning)) {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
            let mut line = Map::new();
            line.insert("quantile".to_owned(), json!(quantile));
            line.insert("intercept".to_owned(), json!(found.coefficients.first()));
            line.insert("estimate".to_owned(), json!(found.coefficients.get(1)));
            line.insert("slopes".to_owned(), self.slopes(&found.coefficients));
            line.insert("check_loss".to_owned(), json!(found.check_loss));
            lines.push(line);
        }
        let first = lines.first().cloned().unwrap_or_default();
        Ok(Answer::new(Self::NAME, json!({ "n": rows.after.len(), "warnings": warnings }))
            .with_main_of(&first)
            .with("figure", "slope at a quantile")
            .with("quantile", first.get("quantile"))
            .with("rows", lines))
    }

    /// The coefficients of the scores before, by name.
    fn slopes(&self, coefficients: &[f64]) -> Value {
        let slope = |(name, value): (&String, &f64)| json!({ "x": name, "estimate": value });
        json!(self.x.iter().zip(&coefficients[1..]).map(slope).collect::<Vec<_>>())
    }
}
