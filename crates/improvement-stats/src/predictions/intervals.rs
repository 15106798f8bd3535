use super::same_length;
use crate::check::check_numbers;
use crate::proportion::{Proportion, ProportionMethod, proportion};
use crate::{Error, Result, Warning, check_level};

/// How often predicted intervals held what came.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HitRate {
    /// Share of intervals that held the outcome, with Wilson interval.
    pub estimate: Proportion,
    /// What was promised.
    pub nominal: f64,
    /// Outcomes below their interval.
    pub below: u64,
    /// Outcomes above their interval.
    pub above: u64,
    /// Mean width of the intervals, in the unit of the outcome: hits are easy with wide ones.
    pub mean_width: f64,
    /// Mean interval score (Gneiting and Raftery 2007): width plus 2/(1 - nominal) times the miss; lower is better.
    pub interval_score: f64,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Of the intervals said to hold with chance `nominal`, how many did?
///
/// A hit on the end counts. Compare `estimate.interval` with `nominal`: when it lies below, the predictor is too sure
/// of itself.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRangeAt`] when a low end lies above
/// its high end; [`Error::OutOfRange`] for `nominal` or `level`.
///
/// ```
/// use improvement_stats::predictions::interval_hit_rate;
/// let rate = interval_hit_rate(&[1.0, 2.0], &[3.0, 4.0], &[2.0, 5.0], 0.8, 0.95)?;
/// assert_eq!((rate.estimate.count, rate.above), (1, 1));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn interval_hit_rate(lows: &[f64], highs: &[f64], outcomes: &[f64], nominal: f64, level: f64) -> Result<HitRate> {
    check_level(level)?;
    check_level(nominal)?;
    same_length("low ends", lows.len(), "high ends", highs.len())?;
    same_length("low ends", lows.len(), "outcomes", outcomes.len())?;
    check_numbers("low ends", lows)?;
    check_numbers("high ends", highs)?;
    check_numbers("outcomes", outcomes)?;
    if let Some(index) = lows.iter().zip(highs).position(|(low, high)| low > high) {
        return Err(Error::OutOfRangeAt { what: "low ends", index, value: lows[index], expected: "at most the high end" });
    }
    let n = lows.len() as f64;
    let below = outcomes.iter().zip(lows).filter(|(value, low)| value < low).count() as u64;
    let above = outcomes.iter().zip(highs).filter(|(value, high)| value > high).count() as u64;
    let mean_width = lows.iter().zip(highs).map(|(low, high)| (high - low) / n).sum();
    let misses: f64 =
        outcomes.iter().zip(lows.iter().zip(highs)).map(|(v, (low, high))| ((low - v).max(0.0) + (v - high).max(0.0)) / n).sum();
    let hits = lows.len() as u64 - below - above;
    let estimate = proportion(hits, lows.len() as u64, ProportionMethod::Wilson, level)?;
    let mut warnings = Vec::new();
    if estimate.interval.high < nominal {
        warnings.push(Warning::new("too_narrow", "The intervals held less often than promised: the predictor was too sure."));
    } else if estimate.interval.low > nominal {
        warnings.push(Warning::new("too_wide", "The intervals held more often than promised: they could be narrower."));
    }
    let interval_score = mean_width + 2.0 / (1.0 - nominal) * misses;
    Ok(HitRate { estimate, nominal, below, above, mean_width, interval_score, warnings })
}
