//! How well goals were foreseen: how sure somebody was against whether the target was met, and predicted ranges against what
//! came. For the group as a whole; nobody is named.

use improvement_stats::predictions::{brier, calibration_curve, interval_hit_rate};
use platform::db;
use platform::db::{ConnectionTrait, DbErr, FromQueryResult, Value};

/// From so many assessed goals on anything is said: fewer say nothing about foresight, and could be told apart.
pub(crate) const FROM: usize = 5;
/// How often a predicted range is meant to hold.
pub(crate) const MEANT_TO_HOLD: f64 = 0.8;
/// How sure the intervals beside shares are.
const LEVEL: f64 = 0.95;
const BINS: usize = 5;

/// An assessed goal, as far as it was predicted.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Foreseen {
    pub met: String,
    pub confidence: Option<i32>,
    pub predicted_low: Option<f64>,
    pub predicted_high: Option<f64>,
    pub outcome: Option<f64>,
}

/// The assessed goals of the cycles that `condition` picks, with its parameters; `c` is the cycle.
pub(crate) async fn of_cycles(on: &impl ConnectionTrait, condition: &str, params: Vec<Value>) -> Result<Vec<Foreseen>, DbErr> {
    let sql = format!(
        "select g.met, g.confidence, g.predicted_low, g.predicted_high, g.outcome from goal g join cycle c on c.id = g.cycle_id
           left join partnership p on p.id = c.partnership_id left join team t on t.id = p.team_id
         where g.removed_at is null and g.met in ('yes', 'partly', 'no') and {condition}"
    );
    db::rows(on, &sql, params).await
}

/// A share in words and figures, for a row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// How sure they were, on average: `about 70 %`.
    pub said: String,
    pub met: u64,
    pub of: u64,
    /// Between which shares the truth may lie: `35 to 80 %`.
    pub between: String,
}

/// What can be said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Foresight {
    pub sentence: String,
    pub score: String,
    pub rows: Vec<Row>,
    pub ranges: String,
}

fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// What the goals say; `None` while there are too few.
pub(crate) fn look(goals: &[Foreseen]) -> Option<Foresight> {
    let said: Vec<(f64, bool)> =
        goals.iter().filter_map(|goal| Some((f64::from(goal.confidence?) / 100.0, goal.met == "yes"))).collect();
    if said.len() < FROM {
        return None;
    }
    let (sure, met): (Vec<f64>, Vec<bool>) = said.into_iter().unzip();
    // What the tables let in is in order, so neither can refuse.
    let score = brier(&sure, &met, BINS, LEVEL).ok()?;
    let curve = calibration_curve(&sure, &met, BINS, LEVEL).ok()?;
    let mean = sure.iter().sum::<f64>() / sure.len() as f64;
    let came = met.iter().filter(|met| **met).count();
    let rows = curve.iter().map(|bin| Row {
        said: format!("about {} %", percent(bin.predicted)),
        met: bin.observed.count,
        of: bin.observed.n,
        between: format!("{} to {} %", percent(bin.observed.interval.low), percent(bin.observed.interval.high)),
    });
    let ranged: Vec<(f64, f64, f64)> =
        goals.iter().filter_map(|goal| Some((goal.predicted_low?, goal.predicted_high?, goal.outcome?))).collect();
    Some(Foresight {
        sentence: format!("On average {} % sure, and {came} of {} goals were met.", percent(mean), sure.len()),
        score: format!(
            "Brier score {:.2}: 0 is perfect, {:.2} is always saying how often goals are met here.",
            score.estimate, score.reference
        ),
        rows: rows.collect(),
        ranges: ranges(&ranged),
    })
}

fn ranges(ranged: &[(f64, f64, f64)]) -> String {
    if ranged.len() < FROM {
        return String::new();
    }
    let column = |pick: fn(&(f64, f64, f64)) -> f64| ranged.iter().map(pick).collect::<Vec<f64>>();
    let found = interval_hit_rate(&column(|one| one.0), &column(|one| one.1), &column(|one| one.2), MEANT_TO_HOLD, LEVEL);
    found.map_or_else(
        |_| String::new(),
        |rate| {
            format!(
                "Ranges that were meant to hold 8 times in 10 held {} of {} times; {} came out lower, {} higher.",
                rate.estimate.count, rate.estimate.n, rate.below, rate.above
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(confidence: i32, met: &str, outcome: f64) -> Foreseen {
        Foreseen {
            met: met.to_owned(),
            confidence: Some(confidence),
            predicted_low: Some(40.0),
            predicted_high: Some(60.0),
            outcome: Some(outcome),
        }
    }

    #[test]
    fn a_few_goals_say_nothing() {
        assert_eq!(look(&[goal(80, "yes", 50.0), goal(70, "no", 10.0), goal(60, "yes", 55.0), goal(90, "no", 0.0)]), None);
    }

    #[test]
    fn foresight_is_told_with_its_counts() {
        let goals = [
            goal(80, "yes", 50.0),
            goal(80, "no", 30.0),
            goal(80, "partly", 40.0),
            goal(50, "yes", 60.0),
            goal(50, "no", 70.0),
            Foreseen { confidence: None, predicted_low: None, ..goal(50, "yes", 1.0) },
        ];
        let told = look(&goals).expect("five goals");
        assert_eq!(told.sentence, "On average 68 % sure, and 2 of 5 goals were met.");
        // By hand: (0.04 + 0.64 + 0.64 + 0.25 + 0.25) / 5 = 0.364; always saying 2 in 5 would give 0.24.
        assert_eq!(told.score, "Brier score 0.36: 0 is perfect, 0.24 is always saying how often goals are met here.");
        assert_eq!(
            told.rows.iter().map(|row| (row.said.as_str(), row.met, row.of)).collect::<Vec<_>>(),
            [("about 50 %", 1, 2), ("about 80 %", 1, 3)]
        );
        assert_eq!(told.ranges, "Ranges that were meant to hold 8 times in 10 held 3 of 5 times; 1 came out lower, 1 higher.");
    }
}
