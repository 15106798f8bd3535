use statrs::function::gamma::ln_gamma;

use super::layout::above;
use super::signal::{Rule, Side, Signal, span};
use crate::check::check_present;
use crate::{Error, Result};

/// Runs and crossings of one phase, with the limits that chance seldom passes.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Runs {
    /// Longest run of points on one side of the centre; absent without useful points.
    pub longest_run: Option<usize>,
    /// A run longer than this is a signal.
    pub longest_run_max: Option<usize>,
    /// How often the line crosses the centre.
    pub crossings: Option<usize>,
    /// Fewer crossings than this are a signal.
    pub crossings_min: Option<usize>,
    /// Points that are present and not exactly on the centre.
    pub n_useful: usize,
    /// All points, missing ones included.
    pub n_points: usize,
    /// Whether one of the two rules signals; never with fewer than 10 useful points.
    pub signal: bool,
    /// Zero-based positions of the first and last point of the longest run (the first such run).
    pub longest_run_span: Option<(usize, usize)>,
}

/// The limits of Anhøj's rules for `n_useful` points: (longest run allowed, fewest crossings allowed).
///
/// In words: log₂ n rounded to the nearest whole number, plus 3; and the 5 % quantile of the number of heads in n - 1
/// throws of a coin (Anhøj and Olesen 2014). (0, 0) for no points.
///
/// ```
/// assert_eq!(improvement_stats::charts::anhoej_limits(24), (8, 8));
/// ```
pub fn anhoej_limits(n_useful: usize) -> (usize, usize) {
    if n_useful == 0 {
        return (0, 0);
    }
    let longest = (n_useful as f64).log2().round_ties_even() as usize + 3;
    let throws = (n_useful - 1) as f64;
    let log_chance = |k: f64| ln_gamma(throws + 1.0) - ln_gamma(k + 1.0) - ln_gamma(throws - k + 1.0) - throws * 2f64.ln();
    // Six standard deviations below the mean hold less than a millionth: nothing that decides about 5 %.
    let start = (throws / 2.0 - 3.0 * throws.sqrt() - 10.0).floor().max(0.0);
    let mut heads = start;
    let mut sum = log_chance(heads).exp();
    while sum < 0.05 * (1.0 - 1e-12) && heads < throws {
        heads += 1.0;
        sum += log_chance(heads).exp();
    }
    (longest, heads as usize)
}

/// Does the line stay on one side of the centre for longer, or cross it less often, than chance would let it?
///
/// `values` in time order, missing ones as `None`; `centre` usually the median. Points exactly on the centre do not
/// count. Needs 10 useful points before it signals. Not for values that depend on the one before (cumulated sums,
/// rolling means).
///
/// Source: Anhøj and Olesen, PLoS ONE 2014, 9(11) e113825.
///
/// # Errors
/// [`Error::Empty`] without values; [`Error::NotFinite`] for NaN or infinite values or centre.
///
/// ```
/// use improvement_stats::charts::runs_analysis;
/// let values: Vec<_> = [3.0, 5.0, 2.0, 6.0, 7.0, 1.0].into_iter().map(Some).collect();
/// let runs = runs_analysis(&values, 4.0)?;
/// assert_eq!((runs.longest_run, runs.crossings), (Some(2), Some(4)));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn runs_analysis(values: &[Option<f64>], centre: f64) -> Result<Runs> {
    if values.is_empty() {
        return Err(Error::Empty { what: "values" });
    }
    check_present("values", values)?;
    if !centre.is_finite() {
        return Err(Error::NotFinite { what: "centre", index: 0 });
    }
    let places: Vec<usize> = (0..values.len()).collect();
    Ok(count_runs(values, &places, centre))
}

/// Counts runs on the points at `places`, whose values and centre are finite.
pub(super) fn count_runs(values: &[Option<f64>], places: &[usize], centre: f64) -> Runs {
    let (mut useful, mut crossings, mut run_length, mut run_start, mut longest) = (0, 0, 0, 0, 0);
    let mut span = None;
    let mut side = None;
    for &place in places {
        let Some(value) = values[place] else { continue };
        let here = if above(value, centre) {
            Side::High
        } else if above(centre, value) {
            Side::Low
        } else {
            continue;
        };
        useful += 1;
        if side == Some(here) {
            run_length += 1;
        } else {
            crossings += usize::from(side.is_some());
            run_length = 1;
            run_start = place;
            side = Some(here);
        }
        if run_length > longest {
            longest = run_length;
            span = Some((run_start, place));
        }
    }
    let (longest_max, crossings_min) = anhoej_limits(useful);
    let some = |value| (useful > 0).then_some(value);
    Runs {
        longest_run: some(longest),
        longest_run_max: some(longest_max),
        crossings: some(crossings),
        crossings_min: some(crossings_min),
        n_useful: useful,
        n_points: places.len(),
        signal: useful >= FEWEST_USEFUL && (longest > longest_max || crossings < crossings_min),
        longest_run_span: span,
    }
}

/// With fewer useful points the rules cannot tell.
pub(super) const FEWEST_USEFUL: usize = 10;

/// The sentences for a phase's runs.
pub(super) fn run_signals(
    runs: &Runs,
    values: &[Option<f64>],
    places: &[usize],
    centre: f64,
    phase: usize,
    labels: &[String],
) -> Vec<Signal> {
    let mut signals = Vec::new();
    let (Some(longest), Some(allowed), Some(crossings), Some(needed), Some((first, last))) =
        (runs.longest_run, runs.longest_run_max, runs.crossings, runs.crossings_min, runs.longest_run_span)
    else {
        return signals;
    };
    if !runs.signal {
        return signals;
    }
    if longest > allowed {
        let side = Side::of(values[first].unwrap_or(centre) - centre);
        let text = format!(
            "{longest} points in a row {} the centre {}; with {} points chance seldom gives more than {allowed}.",
            side.above_or_below(),
            span(labels, first, last),
            runs.n_useful
        );
        signals.push(Signal { rule: Rule::LongRun, phase, first, last, side: Some(side), text });
    }
    if crossings < needed {
        let (first, last) = (places.first().copied().unwrap_or(0), places.last().copied().unwrap_or(0));
        let text = format!(
            "The line crosses the centre {crossings} times {}; with {} points chance seldom gives fewer than {needed}.",
            span(labels, first, last),
            runs.n_useful
        );
        signals.push(Signal { rule: Rule::FewCrossings, phase, first, last, side: None, text });
    }
    signals
}
