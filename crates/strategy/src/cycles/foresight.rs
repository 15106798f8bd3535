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

/// A point of the curve: across how sure, upwards the share that was met. Across is in per cent of the drawing's width, upwards
/// in its pixels, counted from the top.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub x: f64,
    pub y: f64,
    /// Between which heights the share may lie.
    pub low: f64,
    pub high: f64,
    /// How many of how many were met: `3/5`.
    pub count: String,
    /// Where that stands below; neighbours stand in two rows, so that they never cover one another.
    pub count_y: f64,
    pub title: String,
}

/// Where the square of the curve begins, and how wide it is, in per cent.
const LEFT: f64 = 13.0;
const WIDTH: f64 = 82.0;
/// Where it begins from the top, and how high it is, in pixels.
const TOP: f64 = 12.0;
const HEIGHT: f64 = 200.0;
/// The first row of counts below it, and how far the second one is from it.
const COUNTS: f64 = TOP + HEIGHT + 44.0;
const ROW: f64 = 19.0;

/// A place of the drawing, to the tenth.
fn across(share: f64) -> f64 {
    ((LEFT + WIDTH * share) * 10.0).round() / 10.0
}

fn upwards(share: f64) -> f64 {
    ((TOP + HEIGHT * (1.0 - share)) * 10.0).round() / 10.0
}

/// What can be said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Foresight {
    /// Whether they were as sure as they were right, in a few words.
    pub finding: &'static str,
    pub points: Vec<Point>,
    pub sentence: String,
    pub score: String,
    pub rows: Vec<Row>,
    pub ranges: String,
}

impl Foresight {
    /// The lines from point to point.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&Point, &Point)> {
        self.points.iter().zip(self.points.iter().skip(1))
    }

    /// The ends of the line on which one is as sure as one is right.
    pub(crate) fn even(&self) -> ((f64, f64), (f64, f64)) {
        ((across(0.0), upwards(0.0)), (across(1.0), upwards(1.0)))
    }

    /// What stands beside the two axes: the words, and where.
    pub(crate) fn marks(&self) -> [(&'static str, f64, f64); 3] {
        [("0 %", 0.0), ("50 %", 0.5), ("100 %", 1.0)].map(|(words, share)| (words, across(share), upwards(share)))
    }
}

/// From such a difference on between how sure they were and how often they were right, it is told.
const DIFFERENCE: f64 = 0.1;

fn finding(sure: f64, right: f64) -> &'static str {
    if sure - right > DIFFERENCE {
        "We were surer than we were right"
    } else if right - sure > DIFFERENCE {
        "We were right more often than we were sure"
    } else {
        "We were about as sure as we were right"
    }
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
    let points = curve.iter().enumerate().map(|(place, bin)| Point {
        x: across(bin.predicted),
        y: upwards(bin.observed.estimate),
        low: upwards(bin.observed.interval.low),
        high: upwards(bin.observed.interval.high),
        count: format!("{}/{}", bin.observed.count, bin.observed.n),
        count_y: if place % 2 == 0 { COUNTS } else { COUNTS + ROW },
        title: format!("About {} % sure: {} of {} met", percent(bin.predicted), bin.observed.count, bin.observed.n),
    });
    Some(Foresight {
        finding: finding(mean, came as f64 / sure.len() as f64),
        points: points.collect(),
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
    fn what_is_found_is_said_in_words() {
        assert_eq!(finding(0.7, 0.65), "We were about as sure as we were right");
        assert_eq!(finding(0.5, 0.8), "We were right more often than we were sure");
        assert_eq!(finding(0.8, 0.5), "We were surer than we were right");
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
        assert_eq!(told.finding, "We were surer than we were right", "68 % sure, 40 % right");
        // Half sure stands in the middle, and one of two in the middle of the height; the range goes from top to bottom of it.
        let first = &told.points[0];
        assert_eq!((first.x, first.y, first.count.as_str()), (54.0, 112.0, "1/2"));
        assert!(first.high < first.y && first.y < first.low, "{first:?}");
        assert_eq!((told.points[1].x, told.points[1].title.as_str()), (78.6, "About 80 % sure: 1 of 3 met"));
        assert_ne!(first.count_y, told.points[1].count_y, "neighbours stand in two rows");
        assert_eq!((told.lines().count(), told.even()), (1, ((13.0, 212.0), (95.0, 12.0))));
        assert_eq!(told.ranges, "Ranges that were meant to hold 8 times in 10 held 3 of 5 times; 1 came out lower, 1 higher.");
    }
}
