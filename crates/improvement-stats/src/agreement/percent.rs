//! Percent agreement.

use super::Ratings;
use crate::{Error, Interval, Result, Warning, check_level, quantile, tails::t_critical};

/// Share of rater pairs that agree.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PercentAgreement {
    /// Share from 0 to 1, the mean over units.
    pub estimate: f64,
    /// Standard error from the spread between units; absent for a single unit.
    pub standard_error: Option<f64>,
    /// t interval over units, cut to 0 and 1; absent for a single unit.
    pub interval: Option<Interval>,
    /// Units with two ratings or more.
    pub n: usize,
    /// Units minus one.
    pub df: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// How often do two raters choose the same level, or levels at most `tolerance` apart?
///
/// The first figure to show, since everybody understands it; with `tolerance` 1 it says "within one level". Never the only
/// one: two raters who always say 3 agree fully and tell nothing.
///
/// Formula: in each unit with two ratings or more the share of rater pairs that differ by at most `tolerance`; then the mean
/// over units.
///
/// # Errors
/// [`Error::TooFew`] when no unit has two ratings, [`Error::OutOfRange`] for a negative or NaN tolerance or a level outside
/// (0, 1).
///
/// Source: Gwet (2014), Handbook of Inter-Rater Reliability.
///
/// ```
/// use improvement_stats::agreement::{Ratings, percent_agreement};
/// let ratings = Ratings::from_rows(&[vec![Some(3.0), Some(3.0)], vec![Some(1.0), Some(2.0)]])?;
/// assert_eq!(percent_agreement(&ratings, 0.0, 0.95)?.estimate, 0.5);
/// assert_eq!(percent_agreement(&ratings, 1.0, 0.95)?.estimate, 1.0);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn percent_agreement(ratings: &Ratings, tolerance: f64, level: f64) -> Result<PercentAgreement> {
    check_level(level)?;
    if tolerance.is_nan() || tolerance < 0.0 {
        return Err(Error::OutOfRange { what: "tolerance", value: tolerance, expected: "0 or more" });
    }
    let mut shares = Vec::new();
    let mut values = Vec::new();
    for unit in 0..ratings.units() {
        values.clear();
        values.extend(ratings.present(unit).map(|(_, v)| v));
        let mut agreeing = 0usize;
        for (i, a) in values.iter().enumerate() {
            agreeing += values[..i].iter().filter(|b| (a - **b).abs() <= tolerance).count();
        }
        if values.len() >= 2 {
            shares.push(agreeing as f64 / (values.len() * (values.len() - 1) / 2) as f64);
        }
    }
    let n = shares.len();
    if n == 0 {
        return Err(Error::TooFew { what: "units with two ratings or more", needed: 1, got: 0 });
    }
    let estimate = quantile::mean(&shares);
    let standard_error = (n > 1).then(|| quantile::standard_deviation(&shares) / (n as f64).sqrt());
    let interval = standard_error.map(|se| {
        let reach = t_critical(level, (n - 1) as f64) * se;
        Interval::new((estimate - reach).max(0.0), (estimate + reach).min(1.0), level)
    });
    let mut warnings = Vec::new();
    if n < 30 {
        warnings.push(Warning::new("interval_approximate", format!("Only {n} units: the interval is approximate.")));
    }
    Ok(PercentAgreement { estimate, standard_error, interval, n, df: n - 1, warnings })
}
