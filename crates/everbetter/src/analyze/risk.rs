//! Gaps between groups.

use clap::{Args, ValueEnum};
use improvement_stats::{
    Error,
    fairness::{self, GapPeriod, Group, OddsMethod, RatioMethod, fisher_exact, odds_ratio, risk_ratio},
    proportion::{DifferenceMethod, difference},
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    column::in_order,
    input::Table,
    mistake::{Found, Mistake},
    shares::counts,
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads a row a group: group, count, n, and if there is period. Each group is compared with all others, or with --reference.
The estimate is that of the first group that is compared (or of --group). With periods the rows are those of the last one
and over_time has the gaps of --group.

Examples:
  everbetter analyze risk --measure ratio --reference White suspensions.csv
  everbetter analyze risk --measure difference --method newcombe --group Hispanic suspensions.csv
  everbetter analyze risk --group-column grade --count absent --n pupils --period year absences.csv";

/// Asks for gaps between groups.
#[derive(Args)]
pub struct Risk {
    #[command(flatten)]
    common: Common,
    /// Which figure is the estimate.
    #[arg(long, value_enum, default_value_t = Figure::Ratio)]
    measure: Figure,
    /// How its interval is found [default: katz for ratio, newcombe for difference, logit for odds].
    #[arg(long, value_enum)]
    method: Option<GapMethod>,
    /// Compare with this group instead of with all others.
    #[arg(long, value_name = "GROUP")]
    reference: Option<String>,
    /// The group of the main estimate and of over_time.
    #[arg(long = "group", value_name = "GROUP")]
    wanted: Option<String>,
    /// The column with the groups.
    #[arg(long, default_value = "group", value_name = "COLUMN")]
    group_column: String,
    /// The column with how many have the outcome.
    #[arg(long, default_value = "count", value_name = "COLUMN")]
    count: String,
    /// The column with how many there are.
    #[arg(long, default_value = "n", value_name = "COLUMN")]
    n: String,
    /// The column with the periods.
    #[arg(long, default_value = "period", value_name = "COLUMN")]
    period: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Figure {
    Ratio,
    Difference,
    Odds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GapMethod {
    Katz,
    KatzAdjusted,
    Score,
    Newcombe,
    Wald,
    AgrestiCaffo,
    Logit,
    LogitAdjusted,
}

/// How the interval of a figure is found.
#[derive(Clone, Copy)]
enum Way {
    Ratio(RatioMethod),
    Difference(DifferenceMethod),
    Odds(OddsMethod),
}

impl Ask for Risk {
    const NAME: &'static str = "risk";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let column = table.column(&self.group_column, "--group-column")?;
        let (places, names) = column.codes()?;
        let pairs = counts(table, &self.count, &self.n)?;
        let way = self.way()?;
        let labels = match table.column_if_any(&self.period)? {
            Some(periods) => periods.texts()?,
            None => vec![String::new(); table.len()],
        };
        let periods = in_order(&labels);
        let mut of = vec![vec![None; names.len()]; periods.len()];
        for row in 0..table.len() {
            let period = periods.iter().position(|period| *period == labels[row]).unwrap_or_default();
            if of[period][places[row]].replace(pairs[row]).is_some() {
                return Err(column.mistake(row, "this group stands there twice for its period. Keep one row for each."));
            }
        }
        let of: Vec<Vec<(u64, u64)>> =
            of.into_iter().map(|groups| groups.into_iter().map(Option::unwrap_or_default).collect()).collect();
        let place = |name: &Option<String>, option: &str| match name {
            Some(name) => names.iter().position(|found| found == name).map(Some).ok_or_else(|| {
                Mistake::new(format!("{option} is \"{name}\", but no row has this group. There are: {}.", names.join(", ")))
            }),
            None => Ok(None),
        };
        let reference = place(&self.reference, "--reference")?;
        let wanted = place(&self.wanted, "--group")?;
        let explain = table.explain_whole();
        let now = of.last().cloned().unwrap_or_default();
        let groups: Vec<Group> = names.iter().zip(&now).map(|(name, (count, n))| Group::new(name.as_str(), *count, *n)).collect();
        let level = self.common.confidence;
        let gaps = match reference {
            Some(reference) => fairness::against_reference(&groups, reference, level),
            None => fairness::against_all_others(&groups, level),
        }
        .map_err(&explain)?;
        let mut rows: Vec<Map<String, Value>> = Vec::new();
        for (place, gap) in gaps.into_iter().enumerate() {
            let other = self.comparison(&now, place, reference);
            let mut row = fields(gap);
            row.insert("group".to_owned(), json!(names[place]));
            row.insert("count".to_owned(), json!(now[place].0));
            row.insert("n".to_owned(), json!(now[place].1));
            let figure = match other.filter(|_| reference != Some(place)) {
                Some(other) => figure(way, now[place], other, level).map_err(&explain)?,
                None => Map::new(),
            };
            for name in ["estimate", "interval", "standard_error", "p_value"] {
                row.insert(name.to_owned(), figure.get(name).cloned().unwrap_or(Value::Null));
            }
            // What is wrong with the figure itself belongs to the row as well.
            if let (Some(Value::Array(all)), Some(Value::Array(own))) = (row.get_mut("warnings"), figure.get("warnings")) {
                all.extend(own.iter().cloned());
            }
            let odds = other
                .filter(|_| reference != Some(place))
                .and_then(|other| odds_ratio(now[place], other, OddsMethod::Logit, level).ok());
            row.insert("odds_ratio".to_owned(), json!(odds));
            rows.push(row);
        }
        let main = wanted.or_else(|| (0..names.len()).find(|place| reference != Some(*place))).unwrap_or_default();
        let top = rows.get(main).cloned().unwrap_or_default();
        let total: u64 = now.iter().map(|pair| pair.1).sum();
        let mut answer = Answer::new(Self::NAME, json!({ "n": total, "warnings": top.get("warnings") }))
            .with_main_of(&top)
            .with("measure", self.measure.to_possible_value().map(|value| value.get_name().to_owned()))
            .with("group", names.get(main))
            .with("compared_with", self.reference.as_deref().unwrap_or("all others"))
            .with("rows", rows);
        if periods.len() > 1 {
            let series: Option<Vec<GapPeriod>> = periods
                .iter()
                .zip(&of)
                .map(|(period, groups)| {
                    let comparison = self.comparison(groups, main, reference)?;
                    Some(GapPeriod { period: period.clone(), group: groups[main], comparison })
                })
                .collect();
            let found = series.and_then(|series| fairness::gap_over_time(&series, level).ok());
            answer = answer.with("over_time", found).with("period", periods.last());
        }
        Ok(answer)
    }
}

impl Risk {
    fn way(&self) -> Found<Way> {
        let method = self.method;
        match (self.measure, method) {
            (Figure::Ratio, None | Some(GapMethod::Katz)) => Ok(Way::Ratio(RatioMethod::Katz)),
            (Figure::Ratio, Some(GapMethod::KatzAdjusted)) => Ok(Way::Ratio(RatioMethod::KatzAdjusted)),
            (Figure::Ratio, Some(GapMethod::Score)) => Ok(Way::Ratio(RatioMethod::Score)),
            (Figure::Difference, None | Some(GapMethod::Newcombe)) => Ok(Way::Difference(DifferenceMethod::Newcombe)),
            (Figure::Difference, Some(GapMethod::Wald)) => Ok(Way::Difference(DifferenceMethod::Wald)),
            (Figure::Difference, Some(GapMethod::AgrestiCaffo)) => Ok(Way::Difference(DifferenceMethod::AgrestiCaffo)),
            (Figure::Difference, Some(GapMethod::Score)) => Ok(Way::Difference(DifferenceMethod::Score)),
            (Figure::Odds, None | Some(GapMethod::Logit)) => Ok(Way::Odds(OddsMethod::Logit)),
            (Figure::Odds, Some(GapMethod::LogitAdjusted)) => Ok(Way::Odds(OddsMethod::LogitAdjusted)),
            _ => Err(Mistake::new(
                "--method does not belong to this --measure. Use katz, katz-adjusted or score for ratio; newcombe, wald, agresti-caffo or score for difference; logit or logit-adjusted for odds.",
            )),
        }
    }

    /// Those with whom a group is compared.
    fn comparison(&self, groups: &[(u64, u64)], place: usize, reference: Option<usize>) -> Option<(u64, u64)> {
        match reference {
            Some(reference) => groups.get(reference).copied(),
            None => {
                let others = groups.iter().enumerate().filter(|(other, _)| *other != place);
                Some(others.fold((0, 0), |sum, (_, pair)| (sum.0 + pair.0, sum.1 + pair.1)))
            }
        }
    }
}

/// The figure of a group against others; nothing where there is none.
fn figure(way: Way, here: (u64, u64), other: (u64, u64), level: f64) -> improvement_stats::Result<Map<String, Value>> {
    let found = match way {
        Way::Ratio(method) => risk_ratio(here, other, method, level).map(fields),
        Way::Difference(method) => difference(here, other, method, level).map(fields),
        Way::Odds(method) => odds_ratio(here, other, method, level).map(fields),
    };
    match found {
        Ok(mut found) => {
            // The error of a ratio is on the scale of its logarithm.
            if let Some(error) = found.remove("standard_error_log") {
                found.insert("standard_error".to_owned(), error);
            }
            if let Some(p) = found.remove("fisher_p_value") {
                found.insert("p_value".to_owned(), p);
            }
            Ok(found)
        }
        // Where there is no odds ratio there is a test all the same.
        Err(Error::Undefined { .. }) if matches!(way, Way::Odds(_)) => {
            Ok(fields(json!({ "p_value": fisher_exact(here, other).ok() })))
        }
        Err(Error::Undefined { .. } | Error::TooFew { .. } | Error::Empty { .. }) => Ok(Map::new()),
        Err(error) => Err(error),
    }
}
