//! Placebo ranks: the same comparison for units that were not treated.

use crate::{Error, Result, Warning};

/// One treated unit's change against placebo changes.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PlaceboDid {
    /// Change of the treated unit minus the mean change of the others.
    pub estimate: f64,
    /// The same for each other unit in turn, the treated one left out; in the order given.
    pub placebo_estimates: Vec<f64>,
    /// Share of all units, the treated one included, with a difference at least as large either way.
    pub p_value: f64,
    /// Share of the others with a smaller difference: "larger than in 91 % of comparable schools".
    pub larger_than: f64,
    /// Units, the treated one included.
    pub n: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Is one unit's change unusual among units where nothing was done?
///
/// Use it for one treated school against its peers, where cluster-robust errors mean nothing. The p value cannot fall below one
/// over the number of units. Not when the others are unlike the treated one before the start: match first.
///
/// `outcomes` has a row a unit with one value a period; `post` says which periods count as after; `treated` is a row.
///
/// Formula: mean after minus mean before in each unit; the treated one's minus the mean of the others; then the same for each
/// other unit against the rest, and p = (1 + as large) / units.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for `treated`, [`Error::TooFew`] below
/// three units or without periods before and after.
///
/// Source: Abadie, Diamond & Hainmueller (2010), Journal of the American Statistical Association 105.
///
/// ```
/// use improvement_stats::did::placebo_did;
/// let outcomes = vec![vec![1.0, 5.0], vec![1.0, 2.0], vec![3.0, 3.5], vec![2.0, 3.5]];
/// let placebo = placebo_did(&outcomes, &[false, true], 0)?;
/// assert_eq!((placebo.estimate, placebo.p_value), (3.0, 0.25));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn placebo_did(outcomes: &[Vec<f64>], post: &[bool], treated: usize) -> Result<PlaceboDid> {
    if outcomes.is_empty() {
        return Err(Error::Empty { what: "outcomes" });
    }
    if treated >= outcomes.len() {
        let expected = "the number of a row, counted from 0";
        return Err(Error::OutOfRange { what: "treated", value: treated as f64, expected });
    }
    let n = outcomes.len();
    if n < 3 {
        return Err(Error::TooFew { what: "units", needed: 3, got: n });
    }
    let after = post.iter().filter(|p| **p).count();
    for (what, got) in [("periods after the start", after), ("periods before the start", post.len() - after)] {
        if got == 0 {
            return Err(Error::TooFew { what, needed: 1, got });
        }
    }
    let mut changes = Vec::with_capacity(n);
    for row in outcomes {
        if row.len() != post.len() {
            let (left_len, right_len) = (row.len(), post.len());
            return Err(Error::LengthMismatch { left: "a unit's outcomes", left_len, right: "post", right_len });
        }
        if let Some(index) = row.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: "a unit's outcomes", index });
        }
        let mean = |when: bool, count: usize| -> f64 {
            row.iter().zip(post).filter(|(_, p)| **p == when).map(|(v, _)| v / count as f64).sum()
        };
        changes.push(mean(true, after) - mean(false, post.len() - after));
    }
    let own = changes.remove(treated);
    let total: f64 = changes.iter().sum();
    let others = changes.len() as f64;
    let estimate = own - total / others;
    let placebo_estimates: Vec<f64> = changes.iter().map(|c| c - (total - c) / (others - 1.0)).collect();
    let as_large = placebo_estimates.iter().filter(|p| p.abs() >= estimate.abs() - 1e-12 * estimate.abs()).count();
    let mut warnings = Vec::new();
    if n < 20 {
        let message = format!("With {n} units p cannot fall below {:.2}.", 1.0 / n as f64);
        warnings.push(Warning::new("few_units", message));
    }
    Ok(PlaceboDid {
        estimate,
        p_value: (1 + as_large) as f64 / n as f64,
        larger_than: 1.0 - as_large as f64 / others,
        placebo_estimates,
        n,
        warnings,
    })
}
