//! Correlation coefficients with their large-sample p values.

use super::kendall::tau_b;
use crate::{Error, Result, Warning, ranks::mid_ranks, tails};

/// Which correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Method {
    /// Spearman's rho: Pearson's r of mid-ranks. For any rising or falling relation, also with ties.
    Spearman,
    /// Kendall's tau-b: how many more pairs run together than against one another. Steadier with few rows and many ties.
    Kendall,
    /// Pearson's r: straight-line relation of measurements.
    Pearson,
    /// Pearson's r where `x` has two values only (yes or no).
    PointBiserial,
}

impl Method {
    /// Name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spearman => "spearman",
            Self::Kendall => "kendall tau-b",
            Self::Pearson => "pearson",
            Self::PointBiserial => "point-biserial",
        }
    }
}

/// A correlation.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Correlation {
    /// From −1 to 1.
    pub estimate: f64,
    /// Two-sided p value: t with n − 2 for Spearman, Pearson and point-biserial, normal with tie correction for Kendall.
    /// Absent below three pairs.
    pub p_value: Option<f64>,
    /// Degrees of freedom of the t test; absent for Kendall.
    pub df: Option<usize>,
    /// Complete pairs.
    pub n: usize,
    /// Pairs left out because a value was missing.
    pub missing: usize,
    /// Which correlation.
    pub method: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Do two things go together?
///
/// Use Spearman or Kendall for ratings and skewed figures, point-biserial for a yes/no `x`, Pearson for measurements with a
/// straight-line relation. Rows must be independent: with several years of the same partnership correlate changes, or permute
/// within blocks ([`super::permutation_test`]), or fit [`crate::mixed_model`]. NaN in either list means missing; the pair is
/// left out.
///
/// Formula: Spearman is Pearson's r of mid-ranks; tau-b is concordant minus discordant pairs over the root of the pairs not
/// tied in x times those not tied in y.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`] for infinities, [`Error::TooFew`] below two pairs, [`Error::Undefined`] when
/// x or y does not vary, [`Error::Invalid`] when point-biserial x has not exactly two values.
///
/// Source: Spearman (1904); Kendall (1945), Biometrika 33.
///
/// ```
/// use improvement_stats::association::{Method, correlate};
/// let rho = correlate(&[1., 2., 3., 4.], &[1., 3., 2., 4.], Method::Spearman)?;
/// assert!((rho.estimate - 0.8).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn correlate(x: &[f64], y: &[f64], method: Method) -> Result<Correlation> {
    let (a, b, kept) = super::complete_pairs(x, y)?;
    let n = kept.len();
    if n < 2 {
        return Err(Error::TooFew { what: "complete pairs", needed: 2, got: n });
    }
    if method == Method::PointBiserial {
        check_two_values(&a)?;
    }
    let mut warnings = Vec::new();
    let (estimate, p_value, df) = if method == Method::Kendall {
        let kendall = tau_b(&a, &b).ok_or_else(constant)?;
        (kendall.tau, (n > 2).then_some(kendall.p_value), None)
    } else {
        let (u, v) = scores(&a, &b, method);
        let estimate = pearson(&u, &v).ok_or_else(constant)?;
        (estimate, (n > 2).then(|| t_p_value(estimate, n)), (n > 2).then(|| n - 2))
    };
    if n < 10 {
        let message = format!("Only {n} pairs: the p value is approximate; use the exact or permutation p value.");
        warnings.push(Warning::new("p_value_approximate", message));
    }
    if n < 20 {
        warnings.push(Warning::new("few_pairs", format!("With {n} pairs only a very strong relation can be seen.")));
    }
    let missing = x.len() - n;
    Ok(Correlation { estimate, p_value, df, n, missing, method: method.name(), warnings })
}

pub(super) fn check_two_values(x: &[f64]) -> Result<()> {
    let mut values = x.to_vec();
    values.sort_by(f64::total_cmp);
    values.dedup();
    if values.len() > 2 {
        return Err(Error::Invalid(format!("point-biserial needs an x with two values (yes or no), found {}", values.len())));
    }
    Ok(())
}

pub(super) fn constant() -> Error {
    Error::Undefined { what: "correlation", reason: "x or y is the same in every complete pair" }
}

fn t_p_value(r: f64, n: usize) -> f64 {
    let df = (n - 2) as f64;
    let rest = ((1.0 - r) * (1.0 + r)).max(0.0);
    tails::t_two_sided(r * (df / rest).sqrt(), df)
}

/// What Pearson's r is taken of.
pub(super) fn scores(x: &[f64], y: &[f64], method: Method) -> (Vec<f64>, Vec<f64>) {
    match method {
        Method::Spearman => (mid_ranks(x).0, mid_ranks(y).0),
        _ => (x.to_vec(), y.to_vec()),
    }
}

/// Values minus their mean over their root sum of squares; `None` when they do not vary.
pub(super) fn standardised(values: &[f64]) -> Option<Vec<f64>> {
    // Scaling first keeps the squares of very large and very small values finite.
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest == 0.0 || values.iter().all(|v| *v == values[0]) {
        return None;
    }
    let scaled: Vec<f64> = values.iter().map(|v| v / largest).collect();
    let mean = crate::quantile::mean(&scaled);
    let length = scaled.iter().map(|v| (v - mean).powi(2)).sum::<f64>().sqrt();
    (length > 0.0 && length.is_finite()).then(|| scaled.iter().map(|v| (v - mean) / length).collect())
}

/// Pearson's r; `None` when either list does not vary.
pub(super) fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (u, v) = (standardised(x)?, standardised(y)?);
    Some(u.iter().zip(&v).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0))
}
