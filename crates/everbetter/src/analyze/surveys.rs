//! Scales and answers to surveys.

use clap::Args;
use improvement_stats::surveys::{ScaleItems, answers, answers_by_group, net_score, reliability, response_rate};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a person, a column an item (--items; all columns with numbers when not given), a cell an answer (empty when
missing). With two items or more the estimate is Cronbach's alpha; with --net it is the net score of an item from 0 to 10;
with one item alone it is its mean. With --range answers has the distribution, top box and mean of each item; with --by
groups has them for each group, where groups below --floor, and what would give them away, are hidden.

Examples:
  everbetter analyze scale --items q1,q2,q3,q4 --reverse q2 --range 1,5 --invited 41 answers.csv
  everbetter analyze scale --items q1 --range 1,5 --by school --floor 5 answers.csv
  everbetter analyze scale --net recommend answers.csv";

/// Asks about a scale.
#[derive(Args)]
pub struct Scale {
    #[command(flatten)]
    common: Common,
    /// The columns with the items.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    items: Vec<String>,
    /// Items in which a high answer means little; needs --range.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    reverse: Vec<String>,
    /// Lowest and highest possible answer, such as 1,5.
    #[arg(long, value_delimiter = ',', num_args = 1, value_name = "LOW,HIGH", allow_negative_numbers = true)]
    range: Vec<f64>,
    /// An item from 0 to 10 whose net score (9 and 10 minus 0 to 6) is wanted.
    #[arg(long, value_name = "COLUMN")]
    net: Option<String>,
    /// Also give the answers of each group in this column; needs --range.
    #[arg(long, requires = "range", value_name = "COLUMN")]
    by: Option<String>,
    /// With --by: fewest answers with which a group is shown.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    floor: u64,
    /// How many were invited, for the rate of response.
    #[arg(long, value_name = "NUMBER")]
    invited: Option<u64>,
}

impl Ask for Scale {
    const NAME: &'static str = "scale";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let mut names = if self.items.is_empty() { table.number_columns(&[]) } else { self.items.clone() };
        names.retain(|name| self.net.as_ref() != Some(name) && self.by.as_ref() != Some(name));
        let level = self.common.confidence;
        let range = match self.range[..] {
            [] => None,
            [low, high] if low < high => Some((low, high)),
            _ => return Err(Mistake::new("--range needs the lowest and the highest answer. Write it as 1,5.")),
        };
        let per_item = self.answers(table, &names, range)?;
        let net = match &self.net {
            Some(name) => {
                let values = table.column(name, "--net")?.whole_numbers_if_any()?;
                Some(net_score(&values, self.invited, level).map_err(table.explain(name))?)
            }
            None => None,
        };
        let mut answer = match (&net, names.len()) {
            (Some(net), _) => {
                Answer::new(Self::NAME, json!({})).with_main_of(&fields(net)).with("n", net.n).with("warnings", &net.warnings)
            }
            (None, 0) => {
                return Err(Mistake::new(format!(
                    "{}, row 1: no column holds answers in numbers. Add one, or name items with --items.",
                    table.file
                )));
            }
            (None, 1) => self.single(&per_item)?,
            (None, _) => Answer::new(Self::NAME, json!({})),
        };
        if names.len() > 1 {
            let found = self.reliability(table, &names, range);
            if net.is_some() {
                answer =
                    answer.with("reliability", found.ok().map(|found| found.fields().iter().cloned().collect::<Map<_, _>>()));
            } else {
                answer = found?;
            }
        }
        answer = answer.with(
            "figure",
            if net.is_some() {
                "net score"
            } else if names.len() > 1 {
                "alpha"
            } else {
                "mean"
            },
        );
        if let Some(net) = net {
            answer = answer.with("net", net);
        }
        if let Some(per_item) = per_item {
            answer = answer.with("answers", per_item);
        }
        if let (Some(by), Some(range)) = (&self.by, range) {
            answer = answer.with("groups", self.groups(table, &names, by, range)?);
        }
        if let Some(invited) = self.invited {
            answer = answer
                .with("response", response_rate(self.answered(table, &names)?, invited, level).map_err(table.explain_whole())?);
        }
        Ok(answer)
    }
}

impl Scale {
    /// How many people answered at least one item.
    fn answered(&self, table: &Table, names: &[String]) -> Found<u64> {
        let mut columns = Vec::new();
        for name in names.iter().chain(&self.net) {
            columns.push(table.column(name, "--items")?.numbers_if_any()?);
        }
        Ok((0..table.len()).filter(|row| columns.iter().any(|column| column[*row].is_some())).count() as u64)
    }

    /// What each group answered to each item, without giving small groups away.
    fn groups(&self, table: &Table, names: &[String], by: &str, range: (f64, f64)) -> Found<Vec<Map<String, Value>>> {
        let (places, groups) = table.column(by, "--by")?.codes()?;
        let mut found = Vec::new();
        for name in names {
            let values = table.column(name, "--items")?.whole_numbers_if_any()?;
            let mut each: Vec<(String, Vec<Option<i32>>)> = groups.iter().map(|group| (group.clone(), Vec::new())).collect();
            values.iter().zip(&places).for_each(|(value, place)| each[*place].1.push(*value));
            let shown = answers_by_group(&each, range.0 as i32, range.1 as i32, self.floor, self.common.confidence);
            for group in shown.map_err(table.explain_whole())? {
                let mut row = fields(json!({ "item": name }));
                row.extend(fields(group));
                found.push(row);
            }
        }
        Ok(found)
    }

    /// What was answered to each item; nothing without a range.
    fn answers(&self, table: &Table, names: &[String], range: Option<(f64, f64)>) -> Found<Option<Vec<Map<String, Value>>>> {
        let single = names.len() == 1 && self.net.is_none();
        if range.is_none() && !single {
            return Ok(None);
        }
        let mut per_item = Vec::new();
        for name in names {
            let values = table.column(name, "--items")?.whole_numbers_if_any()?;
            let known = || values.iter().flatten().copied();
            let (low, high) = match range {
                Some((low, high)) => (low as i32, high as i32),
                None => (known().min().unwrap_or(0), known().max().unwrap_or(0)),
            };
            let found = answers(&values, low, high, self.common.confidence).map_err(table.explain(name))?;
            let mut found = fields(found);
            found.insert("item".to_owned(), json!(name));
            per_item.push(found);
        }
        Ok(Some(per_item))
    }

    /// The mean of the only item.
    fn single(&self, per_item: &Option<Vec<Map<String, Value>>>) -> Found<Answer> {
        let item = per_item.iter().flatten().next().cloned().unwrap_or_default();
        let figure = |name: &str| item.get(name).and_then(Value::as_f64);
        let error = figure("standard_deviation").zip(figure("n")).map(|(sd, n)| sd / n.sqrt());
        Ok(Answer::new(
            Self::NAME,
            json!({
                "estimate": item.get("mean"), "interval": item.get("mean_interval"), "standard_error": error,
                "n": item.get("n"), "warnings": item.get("warnings").cloned().unwrap_or_else(|| json!([])),
            }),
        ))
    }

    fn reliability(&self, table: &Table, names: &[String], range: Option<(f64, f64)>) -> Found<Answer> {
        let columns = names.iter().map(|name| table.column(name, "--items")?.numbers_if_any()).collect::<Found<Vec<_>>>()?;
        let mut reversed = Vec::new();
        for name in &self.reverse {
            let Some(place) = names.iter().position(|found| found == name) else {
                return Err(Mistake::new(format!(
                    "--reverse names \"{name}\", which is no item. There are: {}.",
                    names.join(", ")
                )));
            };
            reversed.push(place);
        }
        if let (Some((low, high)), false) = (range, reversed.is_empty()) {
            for place in &reversed {
                if let Some(row) = columns[*place].iter().position(|value| value.is_some_and(|value| value < low || value > high))
                {
                    return Err(table.mistake_at(
                        row,
                        &names[*place],
                        &format!("the answer lies outside {low} to {high}. Correct it, or --range."),
                    ));
                }
            }
        } else if !reversed.is_empty() {
            return Err(Mistake::new(
                "--reverse needs --range, the lowest and the highest possible answer, such as --range 1,5.",
            ));
        }
        let responses: Vec<Vec<Option<f64>>> =
            (0..table.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
        let found =
            reliability(&responses, &ScaleItems { reversed, range }, self.common.confidence).map_err(table.explain_whole())?;
        let omega = found.omega.as_ref().map(|omega| {
            let mut fields = fields(omega);
            for list in ["loadings", "residual_variances"] {
                fields.remove(list);
            }
            fields
        });
        let items: Vec<Map<String, Value>> = found
            .items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let mut row = fields(item);
                row.insert("item".to_owned(), json!(names[place]));
                row.insert("reversed".to_owned(), json!(self.reverse.contains(&names[place])));
                row.insert("loading".to_owned(), json!(found.omega.as_ref().and_then(|omega| omega.loadings.get(place))));
                row
            })
            .collect();
        let degrees = json!([found.df.0, found.df.1]);
        Ok(Answer::new(Self::NAME, found).with("df", degrees).with("omega", omega).with("items", items))
    }
}
