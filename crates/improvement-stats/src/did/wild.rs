//! The wild cluster bootstrap, for few clusters.

use nalgebra::DVector;

use super::least_squares::Fit;
use crate::mixed_model::Term;
use crate::{Error, Result, Warning, rng};

/// A bootstrap p value.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WildBootstrap {
    /// The coefficient.
    pub estimate: f64,
    /// Its t with CR1.
    pub t: f64,
    /// Share of sign patterns with |t| at least as large; ties count.
    pub p_value: f64,
    /// Sign patterns used.
    pub patterns: usize,
    /// Whether these were all patterns there are.
    pub exhaustive: bool,
    /// Clusters.
    pub clusters: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Most clusters for which all sign patterns are tried.
const MOST_CLUSTERS_EXHAUSTIVE: usize = 12;

/// Is a coefficient different from 0, when there are few clusters?
///
/// Use it for 6 to 40 clusters with several treated and untreated; with one to five treated use [`super::placebo_did`]. Up to
/// 12 clusters all sign patterns are tried, beyond that `patterns` random ones from `seed`.
///
/// Formula: the model is refitted with the coefficient held at 0; its residuals, each cluster's times +1 or −1, make new
/// outcomes; p is the share whose |t| (CR1) is at least the observed.
///
/// # Errors
/// As [`super::cluster_robust`]; [`Error::Invalid`] when `term` is not among the terms, [`Error::TooFew`] without patterns.
///
/// Source: Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90.
///
/// ```
/// use improvement_stats::did::wild_cluster_bootstrap;
/// use improvement_stats::mixed_model::Term;
/// let clusters: Vec<usize> = (0..32).map(|i| i / 4).collect();
/// let x: Vec<f64> = (0..32).map(|i| f64::from(i % 4)).collect();
/// let y: Vec<f64> = (0..32).map(|i| f64::from(i * 7 % 11)).collect();
/// let test = wild_cluster_bootstrap(&y, &[Term::new("x", x)], &clusters, "x", 999, 1)?;
/// assert_eq!((test.patterns, test.exhaustive), (256, true));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn wild_cluster_bootstrap(
    y: &[f64],
    terms: &[Term],
    clusters: &[usize],
    term: &str,
    patterns: usize,
    seed: u64,
) -> Result<WildBootstrap> {
    let fit = Fit::new(y, terms, clusters, &[])?;
    let Some(j) = fit.names.iter().skip(1).position(|n| n == term).map(|p| p + 1) else {
        return Err(Error::Invalid(format!("no term is called {term}")));
    };
    let g = fit.clusters();
    let exhaustive = g <= MOST_CLUSTERS_EXHAUSTIVE;
    let count = if exhaustive { 1usize << g } else { patterns };
    if count == 0 {
        return Err(Error::TooFew { what: "sign patterns", needed: 1, got: 0 });
    }
    let (_, correction) = fit.corrections(0);
    let side = fit.bread.column(j).into_owned();
    let t_of = |outcome: &DVector<f64>| {
        let beta = fit.solve(outcome);
        let meat = fit.scores(&fit.residuals_of(outcome, &beta)).tr_mul(&side).norm_squared();
        beta[j] / (meat * correction).sqrt()
    };
    let observed = t_of(&fit.y);
    // Coefficients with the one in question held at 0 follow from the unrestricted ones.
    let restricted = &fit.beta - &side * (fit.beta[j] / side[j]);
    let fitted = &fit.x * &restricted;
    let residuals = &fit.y - &fitted;
    let mut chance = rng::seeded(seed);
    let mut outcome = fit.y.clone();
    let mut as_large = 0;
    for pattern in 0..count {
        for cluster in 0..g {
            let flip = if exhaustive { pattern >> cluster & 1 == 1 } else { rng::below(&mut chance, 2) == 1 };
            for row in fit.starts[cluster]..fit.starts[cluster + 1] {
                outcome[row] = fitted[row] + if flip { -residuals[row] } else { residuals[row] };
            }
        }
        let t = t_of(&outcome);
        as_large += usize::from(t.abs() >= observed.abs() * (1.0 - 1e-9) || t.is_nan());
    }
    let mut warnings = Vec::new();
    if g < 6 {
        let message = format!("With {g} clusters there are only {count} sign patterns: p cannot be small.");
        warnings.push(Warning::new("too_few_clusters", message));
    }
    Ok(WildBootstrap {
        estimate: fit.beta[j],
        t: observed,
        p_value: as_large as f64 / count as f64,
        patterns: count,
        exhaustive,
        clusters: g,
        warnings,
    })
}
