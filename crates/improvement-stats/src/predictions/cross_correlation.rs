use super::same_length;
use crate::check::check_numbers;
use crate::proportion::critical_z;
use crate::{Error, Result, Warning, check_level};

/// Correlation of two series at shifts in time.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CrossCorrelation {
    /// The shifts, from -max to max; at -k the first series leads by k periods.
    pub lags: Vec<i64>,
    /// Correlation at each shift.
    pub correlations: Vec<f64>,
    /// Half width of the band within which unrelated series without memory stay: z/√n, for one shift looked at.
    pub band: f64,
    /// Periods.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Does one series run ahead of another?
///
/// Needs 30 periods or more, and both series free of trend and memory (pre-whitened), since two trends always
/// correlate. With 4 to 10 months draw both lines over one time axis and say no more. At shift k: covariance of lead(t
/// + k) and outcome(t) with denominators n, over the product of standard deviations (as R's ccf).
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::OutOfRange`] when `max_lag` is not below
/// the number of periods; [`Error::Undefined`] when a series is constant.
///
/// ```
/// use improvement_stats::predictions::cross_correlation;
/// let found = cross_correlation(&[1.0, 0.0, 0.0, 1.0, 0.0], &[0.0, 1.0, 0.0, 0.0, 1.0], 1, 0.95)?;
/// assert!(found.correlations[0] > found.correlations[1]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn cross_correlation(lead: &[f64], outcome: &[f64], max_lag: usize, level: f64) -> Result<CrossCorrelation> {
    check_level(level)?;
    same_length("lead", lead.len(), "outcome", outcome.len())?;
    check_numbers("lead", lead)?;
    check_numbers("outcome", outcome)?;
    let n = lead.len();
    if max_lag >= n {
        return Err(Error::OutOfRange { what: "largest lag", value: max_lag as f64, expected: "below the number of periods" });
    }
    let centred = |series: &[f64]| -> Vec<f64> {
        let mean = series.iter().sum::<f64>() / n as f64;
        series.iter().map(|v| v - mean).collect()
    };
    let (lead, outcome) = (centred(lead), centred(outcome));
    let length = |series: &[f64]| series.iter().map(|v| v * v).sum::<f64>().sqrt();
    let scale = length(&lead) * length(&outcome);
    if !(scale > 0.0 && scale.is_finite()) {
        return Err(Error::Undefined { what: "the cross-correlation", reason: "one of the series does not vary" });
    }
    let products = |shift: usize, ahead: &[f64], behind: &[f64]| -> f64 {
        ahead.iter().skip(shift).zip(behind).map(|(a, b)| a * b).sum::<f64>() / scale
    };
    let negative = (1..=max_lag).rev().map(|k| products(k, &outcome, &lead));
    let positive = (0..=max_lag).map(|k| products(k, &lead, &outcome));
    let mut warnings = Vec::new();
    if n < 30 {
        let text = format!("Only {n} periods: show both lines and do not conclude from the correlations.");
        warnings.push(Warning::new("few_points", text));
    }
    Ok(CrossCorrelation {
        lags: (-(max_lag as i64)..=max_lag as i64).collect(),
        correlations: negative.chain(positive).collect(),
        band: critical_z(level) / (n as f64).sqrt(),
        n,
        warnings,
    })
}
