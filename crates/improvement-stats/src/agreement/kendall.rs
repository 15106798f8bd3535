//! Kendall's coefficient of concordance.

use super::Ratings;
use crate::{Error, Result, Warning, ranks::mid_ranks, tails};

/// Kendall's W with its test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KendallW {
    /// From 0 (no common order) to 1 (the same order).
    pub estimate: f64,
    /// Chi-squared statistic: raters times (units − 1) times W.
    pub chi_squared: f64,
    /// Units minus one.
    pub df: usize,
    /// p value for no common order.
    pub p_value: f64,
    /// Units that every rater rated; only these are used.
    pub n: usize,
    /// Raters.
    pub raters: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Do raters put the units in the same order?
///
/// Use it for rankings and priorities, where only the order matters. Not for levels that should be equal: a rater who is always
/// one lower gives W = 1. Units with a gap are left out.
///
/// Formula: 12 times the variance of the units' rank sums over what it would be with one common order, ties counted by
/// mid-ranks and corrected for.
///
/// # Errors
/// [`Error::TooFew`] below two raters or two complete units, [`Error::Undefined`] when every rater gave one value only.
///
/// Source: Kendall & Babington Smith (1939), Annals of Mathematical Statistics 10.
///
/// ```
/// use improvement_stats::agreement::{Ratings, kendall_w};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[1., 2.], [2., 3.], [3., 4.]].iter().map(|r| r.map(Some).to_vec()).collect();
/// assert_eq!(kendall_w(&Ratings::from_rows(&rows)?)?.estimate, 1.0);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn kendall_w(ratings: &Ratings) -> Result<KendallW> {
    super::need_raters(ratings)?;
    let rows = ratings.complete_rows(2)?;
    let (n, m) = (rows.len() as f64, ratings.raters() as f64);
    let mut sums = vec![0.0; rows.len()];
    let mut ties = 0.0;
    for rater in 0..ratings.raters() {
        let column: Vec<f64> = rows.iter().map(|row| row[rater]).collect();
        let (ranks, tied) = mid_ranks(&column);
        ties += tied;
        for (sum, rank) in sums.iter_mut().zip(ranks) {
            *sum += rank;
        }
    }
    let centre = m * (n + 1.0) / 2.0;
    let spread: f64 = sums.iter().map(|s| (s - centre).powi(2)).sum();
    let most = m * m * (n.powi(3) - n) - m * ties;
    if most <= 0.0 {
        return Err(Error::Undefined { what: "Kendall's W", reason: "every rater gave one value only, so there is no order" });
    }
    let estimate = 12.0 * spread / most;
    let chi_squared = m * (n - 1.0) * estimate;
    let mut warnings = super::units_left_out(ratings.units() - rows.len());
    if rows.len() < 8 {
        let message = format!("Only {} units: the p value is approximate.", rows.len());
        warnings.push(Warning::new("p_value_approximate", message));
    }
    Ok(KendallW {
        estimate,
        chi_squared,
        df: rows.len() - 1,
        p_value: tails::chi_squared_above(chi_squared, n - 1.0),
        n: rows.len(),
        raters: ratings.raters(),
        warnings,
    })
}
