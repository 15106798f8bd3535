//! Fleiss' kappa with its test and its parts by category.

use super::{Coefficient, Ratings, Weights, chance_corrected};
use crate::{Error, Interval, Result, Warning, tails};

/// Fleiss' kappa of complete units.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FleissKappa {
    /// 1 perfect, 0 chance, below 0 less than chance.
    pub estimate: f64,
    /// Gwet's standard error over units; absent for a single unit.
    pub standard_error: Option<f64>,
    /// t interval over units; absent for a single unit.
    pub interval: Option<Interval>,
    /// Statistic of the test that raters agree by chance only.
    pub z: f64,
    /// Its two-sided p value.
    pub p_value: f64,
    /// Conger's kappa, which lets each rater have habits of their own (also called exact).
    pub conger: f64,
    /// Each category's value with its own kappa: that category against all others.
    pub by_category: Vec<(f64, f64)>,
    /// Units that every rater rated; only these are used.
    pub n: usize,
    /// Raters.
    pub raters: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Do several raters agree on labels beyond chance, and on which labels?
///
/// Use it for nominal categories with every unit rated by every rater. With gaps use [`chance_corrected`] or
/// [`super::krippendorff_alpha`] (units with a gap are left out here); for ordered levels use weights there. With skewed
/// ratings the figure collapses: read [`super::gwet_ac`] beside it.
///
/// Formula: mean agreement of pairs minus the sum of squared category shares, over one minus that sum.
///
/// # Errors
/// [`Error::TooFew`] below two raters or without a complete unit, [`Error::Undefined`] when all ratings are the same.
///
/// Source: Fleiss (1971), Psychological Bulletin 76; test of Fleiss, Nee & Landis (1979); Conger (1980).
///
/// ```
/// use improvement_stats::agreement::{Ratings, fleiss_kappa};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[1., 1., 1.], [2., 2., 1.], [2., 2., 2.]].iter().map(|r| r.map(Some).to_vec()).collect();
/// let kappa = fleiss_kappa(&Ratings::from_rows(&rows)?, 0.95)?;
/// assert!((kappa.estimate - 0.55).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn fleiss_kappa(ratings: &Ratings, level: f64) -> Result<FleissKappa> {
    crate::check_level(level)?;
    super::need_raters(ratings)?;
    let rows = ratings.complete_rows(1)?;
    let (n, m) = (rows.len() as f64, ratings.raters() as f64);
    let complete = Ratings::from_rows(&rows.iter().map(|r| r.iter().copied().map(Some).collect()).collect::<Vec<_>>())?;
    let categories = complete.categories();
    if categories.len() < 2 {
        return Err(Error::Undefined { what: "Fleiss' kappa", reason: "all ratings are the same" });
    }
    if categories.len() > super::MOST_CATEGORIES {
        return Err(super::too_many_categories(categories.len()));
    }
    let mut by_category = Vec::new();
    let (mut sum_pq, mut sum_skew, mut sum_apart) = (0.0, 0.0, 0.0);
    for &category in &categories {
        let counts: Vec<f64> = rows.iter().map(|r| r.iter().filter(|v| **v == category).count() as f64).collect();
        let p = counts.iter().sum::<f64>() / (n * m);
        let q = 1.0 - p;
        let apart: f64 = counts.iter().map(|c| c * (m - c)).sum();
        by_category.push((category, 1.0 - apart / (n * m * (m - 1.0) * p * q)));
        sum_pq += p * q;
        sum_skew += p * q * (q - p);
        sum_apart += apart;
    }
    let estimate = 1.0 - sum_apart / (n * m * (m - 1.0) * sum_pq);
    let variance = 2.0 * (sum_pq * sum_pq - sum_skew) / (sum_pq * sum_pq * n * m * (m - 1.0));
    let z = estimate / variance.sqrt();
    let gwet = chance_corrected(&complete, Coefficient::Fleiss, &Weights::Identity, &[], level)?;
    let conger = chance_corrected(&complete, Coefficient::Conger, &Weights::Identity, &[], level)?.estimate;
    Ok(FleissKappa {
        estimate,
        standard_error: gwet.standard_error,
        interval: gwet.interval,
        z,
        p_value: tails::normal_two_sided(z),
        conger,
        by_category,
        n: rows.len(),
        raters: ratings.raters(),
        warnings: super::units_left_out(ratings.units() - rows.len()),
    })
}
