//! Propensity scores: how likely a unit like this is to be treated.

use nalgebra::{DMatrix, DVector};

use crate::{Error, Result, Warning};

/// Scores of all units.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Propensity {
    /// Probability of treatment for each unit.
    pub scores: Vec<f64>,
    /// Intercept, then one coefficient a covariate (log odds).
    pub coefficients: Vec<f64>,
    /// Newton steps taken.
    pub iterations: usize,
    /// Units.
    pub n: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

const MOST_STEPS: usize = 100;

/// How likely is a unit with these covariates to be treated?
///
/// Logistic regression of treatment on the covariates. Use the scores to match on many covariates at once and to see whether
/// the two kinds of units overlap at all. Not as a finding in itself.
///
/// Formula: log odds = intercept + covariates × coefficients, by maximum likelihood (Newton steps).
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`], [`Error::NotFinite`], [`Error::TooFew`]; [`Error::Singular`] for a constant or
/// redundant covariate; [`Error::Undefined`] when the covariates separate the two kinds of units perfectly, so that nobody is
/// comparable; [`Error::NoConvergence`].
///
/// Source: Rosenbaum & Rubin (1983), Biometrika 70.
///
/// ```
/// use improvement_stats::matching::propensity_scores;
/// let rows: Vec<Vec<f64>> = (0..20).map(|i| vec![f64::from(i)]).collect();
/// let treated: Vec<bool> = (0..20).map(|i| i % 3 == 0 || i > 16).collect();
/// let fit = propensity_scores(&rows, &treated)?;
/// assert!(fit.scores[19] > fit.scores[0]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn propensity_scores(covariates: &[Vec<f64>], treated: &[bool]) -> Result<Propensity> {
    let width = super::check(covariates, treated)?;
    let (n, k) = (covariates.len(), width + 1);
    let mut scaling = Vec::with_capacity(width);
    for j in 0..width {
        let centre = covariates.iter().map(|r| r[j] / n as f64).sum::<f64>();
        let spread = (covariates.iter().map(|r| (r[j] - centre).powi(2)).sum::<f64>() / n as f64).sqrt();
        if !(spread > 1e-13 * centre.abs() && spread.is_finite()) {
            let reason = "a covariate is constant, or too large to compute with";
            return Err(Error::Singular { what: "the propensity model", reason });
        }
        scaling.push((centre, spread));
    }
    let rows: Vec<Vec<f64>> = covariates
        .iter()
        .map(|r| std::iter::once(1.0).chain(r.iter().zip(&scaling).map(|(v, (c, s))| (v - c) / s)).collect())
        .collect();
    let (beta, iterations) = newton(&rows, treated, k)?;
    let scores: Vec<f64> = rows.iter().map(|r| logistic(dot(r, &beta))).collect();
    let mut coefficients: Vec<f64> = beta[1..].iter().zip(&scaling).map(|(b, (_, s))| b / s).collect();
    let shift: f64 = coefficients.iter().zip(&scaling).map(|(b, (c, _))| b * c).sum();
    coefficients.insert(0, beta[0] - shift);
    let mut warnings = Vec::new();
    let rarer = treated.iter().filter(|t| **t).count().min(treated.iter().filter(|t| !**t).count());
    if rarer < 10 * width {
        let message = format!("{rarer} units of the rarer kind for {width} covariates: the scores are unsure.");
        warnings.push(Warning::new("few_events", message));
    }
    Ok(Propensity { scores, coefficients, iterations, n, warnings })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn logistic(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

/// −2 log-likelihood.
fn deviance(rows: &[Vec<f64>], treated: &[bool], beta: &[f64]) -> f64 {
    let one = |x: f64| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
    rows.iter().zip(treated).map(|(r, t)| dot(r, beta) * if *t { -1.0 } else { 1.0 }).map(|x| 2.0 * one(x)).sum()
}

fn newton(rows: &[Vec<f64>], treated: &[bool], k: usize) -> Result<(Vec<f64>, usize)> {
    let mut beta = vec![0.0; k];
    let mut best = deviance(rows, treated, &beta);
    for step in 1..=MOST_STEPS {
        let mut gradient = DVector::zeros(k);
        let mut information = vec![0.0; k * k];
        for (row, kind) in rows.iter().zip(treated) {
            let p = logistic(dot(row, &beta));
            let miss = f64::from(u8::from(*kind)) - p;
            for (i, value) in row.iter().enumerate() {
                gradient[i] += miss * value;
                let part = p * (1.0 - p) * value;
                let line = &mut information[i * k..i * k + i + 1];
                line.iter_mut().zip(row).for_each(|(slot, other)| *slot += part * other);
            }
        }
        let separated = Error::Undefined {
            what: "propensity score",
            reason: "the covariates separate treated from untreated units perfectly",
        };
        if best < 1e-6 * rows.len() as f64 {
            return Err(separated);
        }
        let information = DMatrix::from_fn(k, k, |i, j| information[i.max(j) * k + i.min(j)]);
        let smallest = information.diagonal().iter().fold(f64::INFINITY, |m, d| m.min(*d));
        let factor = information.cholesky().filter(|f| f.l_dirty().diagonal().iter().all(|d| d * d > 1e-10 * smallest));
        let Some(factor) = factor else {
            let reason = "a covariate is a mixture of others, or treated and untreated units are separated";
            return Err(Error::Singular { what: "the propensity model", reason });
        };
        let mut change = factor.solve(&gradient);
        let gain = gradient.dot(&change);
        let mut halvings = 0;
        loop {
            let next: Vec<f64> = beta.iter().zip(change.iter()).map(|(b, c)| b + c).collect();
            let reached = deviance(rows, treated, &next);
            if reached <= best * (1.0 + 1e-14) || halvings >= 50 {
                beta = next;
                best = reached;
                break;
            }
            change *= 0.5;
            halvings += 1;
        }
        if beta.iter().any(|b| b.abs() > 1e4 || b.is_nan()) {
            return Err(separated);
        }
        if gain < 1e-20 * (1.0 + best) {
            return Ok((beta, step));
        }
    }
    Err(Error::NoConvergence { what: "the propensity model", iterations: MOST_STEPS })
}
