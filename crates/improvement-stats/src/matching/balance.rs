//! Are matched units alike?

use crate::{Error, Result, Warning, quantile};

/// One covariate's balance.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CovariateBalance {
    /// Column of the covariate.
    pub covariate: usize,
    /// Mean of the treated.
    pub mean_treated: f64,
    /// Mean of the controls.
    pub mean_control: f64,
    /// Difference of means over the standard deviation of all treated units; absent when that is 0.
    pub smd: Option<f64>,
    /// Variance of the treated over that of the controls; absent for yes/no covariates and where it does not exist.
    pub variance_ratio: Option<f64>,
}

/// Balance of all covariates.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Balance {
    /// In order of the columns.
    pub covariates: Vec<CovariateBalance>,
    /// Largest absolute standardised difference.
    pub worst: f64,
    /// Treated units with a weight.
    pub treated: usize,
    /// Controls with a weight.
    pub controls: usize,
    /// Controls that equal weights would be worth as much as.
    pub effective_controls: f64,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Were treated and control units alike before?
///
/// Call it with the weights of [`super::Matched`] and, for the state before matching, with weights all 1. An absolute
/// standardised difference above 0.1 deserves a note; above 0.25 adjust for it or do not claim an effect. Add the propensity
/// score as a column to see it too.
///
/// Formula: difference of weighted means over the standard deviation of all treated units, before matching; variances divide by
/// one minus the sum of squared weights that sum to 1.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`], [`Error::NotFinite`], [`Error::TooFew`], [`Error::OutOfRangeAt`] for a negative
/// weight, [`Error::Undefined`] when all weights of one kind are 0.
///
/// Source: Stuart (2010), Statistical Science 25; Austin (2009), Statistics in Medicine 28.
///
/// ```
/// use improvement_stats::matching::balance;
/// let rows = vec![vec![1.0], vec![3.0], vec![2.0], vec![9.0]];
/// let found = balance(&rows, &[true, true, false, false], &[1.0, 1.0, 1.0, 0.0])?;
/// assert_eq!(found.covariates[0].smd, Some(0.0));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn balance(covariates: &[Vec<f64>], treated: &[bool], weights: &[f64]) -> Result<Balance> {
    let width = super::check(covariates, treated)?;
    if weights.len() != treated.len() {
        let (left_len, right_len) = (treated.len(), weights.len());
        return Err(Error::LengthMismatch { left: "treated", left_len, right: "weights", right_len });
    }
    if let Some(index) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        return Err(Error::OutOfRangeAt { what: "weights", index, value: weights[index], expected: "0 or more" });
    }
    let shares = [true, false].map(|kind| {
        let own: Vec<f64> = weights.iter().zip(treated).map(|(w, t)| if *t == kind { *w } else { 0.0 }).collect();
        let total: f64 = own.iter().sum();
        own.iter().map(|w| w / total).collect::<Vec<f64>>()
    });
    if shares.iter().flatten().any(|s| !s.is_finite()) {
        return Err(Error::Undefined { what: "balance", reason: "no treated unit or no control has a weight above 0" });
    }
    let concentration = |kind: usize| shares[kind].iter().map(|s| s * s).sum::<f64>();
    let mut rows = Vec::with_capacity(width);
    for covariate in 0..width {
        let values: Vec<f64> = covariates.iter().map(|r| r[covariate]).collect();
        let binary = values.iter().all(|v| *v == 0.0 || *v == 1.0);
        let mean = |kind: usize| -> f64 { shares[kind].iter().zip(&values).map(|(s, v)| s * v).sum() };
        let means = [mean(0), mean(1)];
        let variance = |kind: usize| -> f64 {
            let squares: f64 = shares[kind].iter().zip(&values).map(|(s, v)| s * (v - means[kind]).powi(2)).sum();
            squares / (1.0 - concentration(kind))
        };
        let all: Vec<f64> = values.iter().zip(treated).filter(|(_, t)| **t).map(|(v, _)| *v).collect();
        let share = quantile::mean(&all);
        let spread = if binary { (share * (1.0 - share)).sqrt() } else { quantile::standard_deviation(&all) };
        let difference = means[0] - means[1];
        rows.push(CovariateBalance {
            covariate,
            mean_treated: means[0],
            mean_control: means[1],
            smd: Some(difference / spread).filter(|s| s.is_finite()),
            variance_ratio: Some(variance(0) / variance(1)).filter(|r| !binary && r.is_finite()),
        });
    }
    let worst = rows.iter().filter_map(|r| r.smd).map(f64::abs).fold(0.0, f64::max);
    let count = |kind: bool| weights.iter().zip(treated).filter(|(w, t)| **w > 0.0 && **t == kind).count();
    Ok(Balance {
        warnings: warnings(&rows),
        covariates: rows,
        worst,
        treated: count(true),
        controls: count(false),
        effective_controls: 1.0 / concentration(1),
    })
}

fn warnings(rows: &[CovariateBalance]) -> Vec<Warning> {
    let above = |limit: f64| rows.iter().filter(|r| r.smd.is_some_and(|s| s.abs() > limit)).count();
    let mut warnings = Vec::new();
    if above(0.25) > 0 {
        let message =
            format!("{} covariates differ by more than 0.25 standard deviations: adjust or claim no effect.", above(0.25));
        warnings.push(Warning::new("not_balanced", message));
    } else if above(0.1) > 0 {
        let message = format!("{} covariates differ by more than 0.1 standard deviations: say so.", above(0.1));
        warnings.push(Warning::new("slightly_unbalanced", message));
    }
    warnings
}
