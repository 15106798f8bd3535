use super::layout::{Layout, above};
use super::options::ChartOptions;
use super::runs::{FEWEST_USEFUL, Runs, count_runs, run_signals};
use super::signal::{Rule, Side, Signal, span, summary};
use crate::check::check_present;
use crate::{Error, Result, Warning};

/// Which older rules to add to Anhøj's.
///
/// Studies advise against both. A fixed shift of 6 to 8 points ignores that long series have longer runs by chance: at
/// 24 points a shift of 6 signals in about a third of stable series. A trend of 5 or 6 points adds false alarms and
/// hardly any power (Anhøj 2015, PLoS ONE 10(3) e0121349; Davis and Woodall 1988). They are here for those who must
/// report by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunChartOptions {
    /// Signal so many points in a row on one side (6 is common); off when absent.
    pub shift: Option<usize>,
    /// Signal so many points in a row rising or falling (5 is common); off when absent.
    pub trend: Option<usize>,
}

/// One phase of a run chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RunPhase {
    /// Zero-based position of its first point.
    pub first: usize,
    /// Zero-based position of its last point.
    pub last: usize,
    /// Median of the baseline points; absent when all are missing.
    pub centre: Option<f64>,
    /// Runs and crossings.
    pub runs: Option<Runs>,
}

/// A run chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RunChart {
    /// Median of the last phase.
    pub estimate: Option<f64>,
    /// The values as given.
    pub values: Vec<Option<f64>>,
    /// Centre at each point.
    pub centre: Vec<Option<f64>>,
    /// Phase of each point, from 1.
    pub phase: Vec<usize>,
    /// Whether the point counts.
    pub included: Vec<bool>,
    /// Whether the centre comes from it.
    pub baseline: Vec<bool>,
    /// The phases.
    pub phases: Vec<RunPhase>,
    /// What was seen and when; empty means no sign of change beyond ordinary variation.
    pub signals: Vec<Signal>,
    /// All of it in a sentence or two.
    pub summary: String,
    /// Points that are not missing.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Is there a lasting change in this series?
///
/// Use it first for any measure over time: it assumes no distribution. `values` in time order, `None` for a missing
/// period. It does not see a single wild point (use [`control_chart`](super::control_chart) for that), and with fewer
/// than 10 points it says nothing.
///
/// In words: the median of the baseline is the centre; a run on one side longer than, or crossings fewer than, chance
/// allows are a signal. On stable series of 24 points it errs in about 3 of 100.
///
/// # Errors
/// [`Error::Empty`]; [`Error::NotFinite`]; [`Error::LengthMismatch`] for labels; [`Error::OutOfRangeAt`] for positions
/// in `options`; [`Error::OutOfRange`] for a shift or trend below 3 points.
///
/// ```
/// use improvement_stats::charts::{ChartOptions, RunChartOptions, run_chart};
/// let values: Vec<_> = (0..24).map(|i| Some(if i < 12 { 5.0 + (i % 3) as f64 } else { 9.0 + (i % 3) as f64 })).collect();
/// let chart = run_chart(&values, &ChartOptions::default(), RunChartOptions::default())?;
/// assert!(chart.signals[0].text.starts_with("12 points in a row below the centre from point 1 to point 12"));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn run_chart(values: &[Option<f64>], options: &ChartOptions, extra: RunChartOptions) -> Result<RunChart> {
    let layout = Layout::new(values.len(), options)?;
    check_present("values", values)?;
    for (what, length) in [("shift rule", extra.shift), ("trend rule", extra.trend)] {
        if length.is_some_and(|l| l < 3) {
            return Err(Error::OutOfRange { what, value: length.unwrap_or(0) as f64, expected: "at least 3 points" });
        }
    }
    let (mut phases, mut signals, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    let mut centre = vec![None; values.len()];
    for phase in 0..layout.phases {
        let places = layout.included_of(phase);
        let all = layout.points_of(phase);
        let middle = median(layout.base_of(phase).iter().filter_map(|&i| values[i]).collect());
        all.iter().for_each(|&i| centre[i] = middle);
        let runs = middle.map(|m| count_runs(values, &places, m));
        if let (Some(runs), Some(middle)) = (&runs, middle) {
            signals.extend(run_signals(runs, values, &places, middle, phase + 1, &options.labels));
            if let Some(length) = extra.shift {
                signals.extend(shift_signals(values, &places, middle, length, phase + 1, &options.labels));
            }
            if let Some(length) = extra.trend {
                signals.extend(trend_signals(values, &places, length, phase + 1, &options.labels));
            }
        }
        let useful = runs.as_ref().map_or(0, |r| r.n_useful);
        if useful < FEWEST_USEFUL {
            let text = format!("Phase {} has {useful} useful points; with fewer than 10 the rules cannot tell.", phase + 1);
            warnings.push(Warning::new("few_points", text));
        }
        let (first, last) = (all.first().copied().unwrap_or(0), all.last().copied().unwrap_or(0));
        phases.push(RunPhase { first, last, centre: middle, runs });
    }
    if extra.shift.is_some() || extra.trend.is_some() {
        let text = "Shift and trend rules of fixed length cry wolf more often than Anhøj's rules alone.";
        warnings.push(Warning::new("extra_rules", text));
    }
    let n = values.iter().flatten().count();
    let enough = phases.iter().any(|p| p.runs.as_ref().is_some_and(|r| r.n_useful >= FEWEST_USEFUL));
    Ok(RunChart {
        summary: summary(&signals, n, enough, "A single odd point would not show."),
        estimate: phases.last().and_then(|p| p.centre),
        values: values.to_vec(),
        centre,
        phase: layout.phase.iter().map(|p| p + 1).collect(),
        included: layout.included,
        baseline: layout.baseline,
        phases,
        signals,
        n,
        warnings,
    })
}

/// Middle value; the mean of the two middle ones when they are even in number.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2]),
        _ => Some(values[n / 2 - 1] / 2.0 + values[n / 2] / 2.0),
    }
}

fn shift_signals(
    values: &[Option<f64>],
    places: &[usize],
    centre: f64,
    length: usize,
    phase: usize,
    labels: &[String],
) -> Vec<Signal> {
    let mut points = Vec::new();
    for &place in places {
        if let Some(value) = values[place] {
            let side = i8::from(above(value, centre)) - i8::from(above(centre, value));
            if side != 0 {
                points.push((place, side));
            }
        }
    }
    stretches(&points)
        .into_iter()
        .filter(|s| s.2 >= length)
        .map(|(first, last, count, side)| {
            let side = Side::of(f64::from(side));
            let text = format!("{count} points in a row {} the centre {}.", side.above_or_below(), span(labels, first, last));
            Signal { rule: Rule::Shift, phase, first, last, side: Some(side), text }
        })
        .collect()
}

fn trend_signals(values: &[Option<f64>], places: &[usize], length: usize, phase: usize, labels: &[String]) -> Vec<Signal> {
    let present: Vec<(usize, f64)> = places.iter().filter_map(|&i| values[i].map(|v| (i, v))).collect();
    let mut signals = Vec::new();
    let mut start = 0;
    let mut direction = 0i8;
    // Equal neighbours neither end nor lengthen a trend, so they are passed over.
    let mut distinct: Vec<(usize, f64)> = Vec::new();
    for &(place, value) in &present {
        if distinct.last().is_none_or(|last| last.1 != value) {
            distinct.push((place, value));
        }
    }
    for i in 1..=distinct.len() {
        let here = distinct.get(i).map_or(0, |next| if next.1 > distinct[i - 1].1 { 1 } else { -1 });
        if here != direction {
            if direction != 0 && i - start >= length {
                let (first, last) = (distinct[start].0, distinct[i - 1].0);
                let side = Side::of(f64::from(direction));
                let word = if side == Side::High { "rising" } else { "falling" };
                let text = format!("{} points in a row {word} {}.", i - start, span(labels, first, last));
                signals.push(Signal { rule: Rule::Trend, phase, first, last, side: Some(side), text });
            }
            direction = here;
            start = i.saturating_sub(1);
        }
    }
    signals
}

/// Stretches of equal sides as (first place, last place, count, side).
fn stretches(points: &[(usize, i8)]) -> Vec<(usize, usize, usize, i8)> {
    let mut found: Vec<(usize, usize, usize, i8)> = Vec::new();
    for &(place, side) in points {
        match found.last_mut() {
            Some(last) if last.3 == side => {
                last.1 = place;
                last.2 += 1;
            }
            _ => found.push((place, place, 1, side)),
        }
    }
    found
}
