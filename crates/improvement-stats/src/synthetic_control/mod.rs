//! A made-up twin: one unit compared with the mixture of others that was most like it before.
//!
//! [`synthetic_control`] for one treated school with at least six periods before; [`synthetic_weights`] for the weights alone.

mod simplex_fit;

use crate::{Error, Result, Warning};

/// Weights of donors.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SyntheticWeights {
    /// One weight a donor, 0 or more, summing to 1.
    pub weights: Vec<f64>,
    /// Weighted sum of squared differences that is left.
    pub loss: f64,
    /// How far the worst unused donor is from being worth a weight, relative to the gradient; 0 or above up to rounding.
    pub worst_reduced_gradient: f64,
}

/// A synthetic control with placebo ranks.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SyntheticControl {
    /// Mean gap after the start: the effect, if the twin is believable.
    pub estimate: f64,
    /// One weight a donor.
    pub weights: Vec<f64>,
    /// The twin's outcome in each period.
    pub synthetic: Vec<f64>,
    /// Outcome minus twin in each period.
    pub gaps: Vec<f64>,
    /// Root mean squared gap before.
    pub pre_rmspe: f64,
    /// Root mean squared gap after.
    pub post_rmspe: f64,
    /// After over before; infinite when the fit before is perfect.
    pub post_pre_ratio: f64,
    /// Ratio of each donor, treated as if it were the treated unit with the other donors as its pool.
    pub placebo_ratios: Vec<f64>,
    /// Place of the treated unit's ratio among all, 1 the largest.
    pub placebo_rank: usize,
    /// Rank over units: cannot fall below 1 over the number of units.
    pub p_value: f64,
    /// Units, the treated one included.
    pub n: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Which mixture of donors is most like the target?
///
/// `donors` has a row a donor with the same characteristics as `target`, for instance outcomes before the start. `importance`
/// weighs the characteristics (empty: 1 divided by their number each).
///
/// Formula: minimise the sum of importance × (target − mixture)² with weights of 0 or more that sum to 1, by an active set.
/// Weights are unique only when the fit is not perfect and donors are in general position.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRangeAt`] for importance below 0,
/// [`Error::Undefined`] when all importances are 0, [`Error::NoConvergence`].
///
/// Source: Abadie & Gardeazabal (2003), American Economic Review 93.
///
/// ```
/// use improvement_stats::synthetic_control::synthetic_weights;
/// let found = synthetic_weights(&[2.0, 3.0], &[vec![1.0, 2.0], vec![3.0, 4.0]], &[])?;
/// assert!((found.weights[0] - 0.5).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn synthetic_weights(target: &[f64], donors: &[Vec<f64>], importance: &[f64]) -> Result<SyntheticWeights> {
    check(target, donors)?;
    let equal;
    let importance = if importance.is_empty() {
        equal = vec![1.0 / target.len() as f64; target.len()];
        &equal
    } else {
        importance
    };
    if importance.len() != target.len() {
        let (left_len, right_len) = (target.len(), importance.len());
        return Err(Error::LengthMismatch { left: "target", left_len, right: "importance", right_len });
    }
    if let Some(index) = importance.iter().position(|v| !(v.is_finite() && *v >= 0.0)) {
        let value = importance[index];
        return Err(Error::OutOfRangeAt { what: "importance", index, value, expected: "0 or more" });
    }
    if importance.iter().all(|v| *v == 0.0) {
        return Err(Error::Undefined { what: "synthetic weights", reason: "every importance is 0" });
    }
    simplex_fit::fit(target, donors, importance)
}

fn check(target: &[f64], donors: &[Vec<f64>]) -> Result<()> {
    if target.is_empty() {
        return Err(Error::Empty { what: "target" });
    }
    if donors.is_empty() {
        return Err(Error::Empty { what: "donors" });
    }
    let large = |v: &f64| v.is_nan() || v.abs() > 1e140;
    if let Some(index) = target.iter().position(large) {
        return Err(Error::NotFinite { what: "target", index });
    }
    for (donor, row) in donors.iter().enumerate() {
        if row.len() != target.len() {
            let (left_len, right_len) = (target.len(), row.len());
            return Err(Error::LengthMismatch { left: "target", left_len, right: "a donor", right_len });
        }
        if row.iter().any(large) {
            return Err(Error::NotFinite { what: "values of donor", index: donor });
        }
    }
    Ok(())
}

/// What would have happened to one treated unit, judged by a mixture of others, and is the difference unusual?
///
/// Use it for one treated unit with at least six periods before and a dozen or more untreated donors observed throughout. Not
/// when the fit before is poor (look at `pre_rmspe`) or donors were touched by the programme. `before` says which periods count
/// as before the start.
///
/// Formula: weights make the mixture of donors closest to the treated unit's outcomes before the start (see
/// [`synthetic_weights`]); the gap is outcome minus mixture. Each donor is then treated as if it were the treated unit, the true
/// one left out; the rank compares root mean squared gaps after over before.
///
/// # Errors
/// As [`synthetic_weights`]; [`Error::TooFew`] below two donors or without periods before and after.
///
/// Source: Abadie, Diamond & Hainmueller (2010), Journal of the American Statistical Association 105.
///
/// ```
/// use improvement_stats::synthetic_control::synthetic_control;
/// let donors: Vec<Vec<f64>> = (0..6).map(|d| (0..8).map(|t| f64::from(d * 3 + t * (d + 1) % 5)).collect()).collect();
/// let treated: Vec<f64> = (0..8).map(|t| 5.0 + f64::from(t % 3) + if t > 5 { 4.0 } else { 0.0 }).collect();
/// let before = [true, true, true, true, true, true, false, false];
/// let found = synthetic_control(&treated, &donors, &before, &[])?;
/// assert_eq!(found.n, 7);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn synthetic_control(treated: &[f64], donors: &[Vec<f64>], before: &[bool], importance: &[f64]) -> Result<SyntheticControl> {
    check(treated, donors)?;
    if before.len() != treated.len() {
        let (left_len, right_len) = (treated.len(), before.len());
        return Err(Error::LengthMismatch { left: "treated", left_len, right: "before", right_len });
    }
    let periods = before.iter().filter(|b| **b).count();
    for (what, got, needed) in [
        ("donors", donors.len(), 2),
        ("periods before the start", periods, 1),
        ("periods after the start", before.len() - periods, 1),
    ] {
        if got < needed {
            return Err(Error::TooFew { what, needed, got });
        }
    }
    let all: Vec<&[f64]> = donors.iter().map(Vec::as_slice).collect();
    let twin = Twin::new(treated, &all, before, importance)?;
    let mut placebo_ratios = Vec::with_capacity(donors.len());
    for donor in 0..donors.len() {
        let others: Vec<&[f64]> = all.iter().enumerate().filter(|(d, _)| *d != donor).map(|(_, row)| *row).collect();
        placebo_ratios.push(Twin::new(all[donor], &others, before, importance)?.ratio());
    }
    let ratio = twin.ratio();
    let larger = placebo_ratios.iter().filter(|r| **r >= ratio).count();
    let n = donors.len() + 1;
    let after: Vec<f64> = twin.gaps.iter().zip(before).filter(|(_, b)| !**b).map(|(g, _)| *g).collect();
    Ok(SyntheticControl {
        estimate: crate::quantile::mean(&after),
        warnings: warnings(periods, n, &twin),
        weights: twin.weights,
        synthetic: treated.iter().zip(&twin.gaps).map(|(y, g)| y - g).collect(),
        gaps: twin.gaps,
        pre_rmspe: twin.pre,
        post_rmspe: twin.post,
        post_pre_ratio: ratio,
        placebo_ratios,
        placebo_rank: larger + 1,
        p_value: (larger + 1) as f64 / n as f64,
        n,
    })
}

fn warnings(periods: usize, n: usize, twin: &Twin) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if periods < 6 {
        let message = format!("Only {periods} periods before the start: the mixture may fit by chance.");
        warnings.push(Warning::new("few_periods_before", message));
    }
    if n < 20 {
        let message = format!("With {n} units p cannot fall below {:.2}.", 1.0 / n as f64);
        warnings.push(Warning::new("few_donors", message));
    }
    if twin.pre <= 0.0 {
        warnings.push(Warning::new("perfect_fit", "The fit before is perfect: weights are not unique, read gaps only."));
    }
    warnings
}

/// One unit against a mixture of others.
struct Twin {
    weights: Vec<f64>,
    gaps: Vec<f64>,
    pre: f64,
    post: f64,
}

impl Twin {
    fn new(unit: &[f64], donors: &[&[f64]], before: &[bool], importance: &[f64]) -> Result<Self> {
        let pick = |row: &[f64]| row.iter().zip(before).filter(|(_, b)| **b).map(|(v, _)| *v).collect::<Vec<f64>>();
        let pools: Vec<Vec<f64>> = donors.iter().map(|d| pick(d)).collect();
        let weights = synthetic_weights(&pick(unit), &pools, importance)?.weights;
        let mixture = |t: usize| donors.iter().zip(&weights).map(|(d, w)| w * d[t]).sum::<f64>();
        let gaps: Vec<f64> = unit.iter().enumerate().map(|(t, y)| y - mixture(t)).collect();
        let size = unit.iter().map(|y| y.abs()).fold(0.0, f64::max);
        let root = |when: bool| {
            let squares: Vec<f64> = gaps.iter().zip(before).filter(|(_, b)| **b == when).map(|(g, _)| g * g).collect();
            crate::quantile::mean(&squares).sqrt()
        };
        // What rounding leaves of a perfect fit must not become a huge ratio.
        let clean = |x: f64| if x <= 1e-12 * size { 0.0 } else { x };
        let (pre, post) = (clean(root(true)), clean(root(false)));
        Ok(Self { weights, gaps, pre, post })
    }

    fn ratio(&self) -> f64 {
        if self.pre > 0.0 {
            self.post / self.pre
        } else if self.post > 0.0 {
            f64::INFINITY
        } else {
            0.0
        }
    }
}
