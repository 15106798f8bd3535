use nalgebra::{DMatrix, DVector};

use super::{same_bands, total};
use crate::proportion::critical_z;
use crate::tails::{chi_squared_above, normal_two_sided};
use crate::{Error, Interval, Result, Warning, check_level};

/// A proportional-odds comparison of two groups.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ProportionalOdds {
    /// Log odds ratio of standing in a higher band, comparison against reference; above 0 is higher.
    pub estimate: f64,
    /// Its standard error, from the curvature of the likelihood.
    pub standard_error: f64,
    /// Wald interval for the log odds ratio.
    pub interval: Interval,
    /// e to the estimate.
    pub odds_ratio: f64,
    /// The interval of the odds ratio.
    pub odds_ratio_interval: Interval,
    /// Cuts between the bands that anybody used, on the log-odds scale of the reference group.
    pub thresholds: Vec<f64>,
    /// Log likelihood of the fit.
    pub log_likelihood: f64,
    /// Likelihood-ratio chi-squared against no difference, 1 degree of freedom.
    pub likelihood_ratio: f64,
    /// p value of the likelihood ratio.
    pub p_value: f64,
    /// Two-sided p value of estimate / standard error.
    pub wald_p_value: f64,
    /// How many in both groups.
    pub n: u64,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// By what factor are the odds of standing above any cut higher in the comparison group?
///
/// Use it when one factor for all cuts is a fair summary and a model is wanted (more terms later); otherwise use
/// [`superiority`](super::superiority), which assumes nothing about cuts. Inputs count people in the same bands, lowest
/// first. Bands that nobody is in are left out.
///
/// In words: log odds of being at or below band k = threshold k - estimate (for the comparison group), fitted by
/// maximum likelihood with Newton steps (McCullagh 1980).
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::TooFew`] for an empty group or a single used band;
/// [`Error::Undefined`] when the groups overlap in no or only one band so that the odds ratio is infinite;
/// [`Error::NoConvergence`].
///
/// ```
/// use improvement_stats::bands::proportional_odds;
/// let fit = proportional_odds(&[124, 140, 24, 2], &[85, 188, 58, 2], 0.95)?;
/// assert_eq!(format!("{:.2}", fit.odds_ratio), "2.19");
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn proportional_odds(reference: &[u64], comparison: &[u64], level: f64) -> Result<ProportionalOdds> {
    same_bands(reference, comparison)?;
    let n1 = total(reference, "reference bands")?;
    let n2 = total(comparison, "comparison bands")?;
    check_level(level)?;
    let used: Vec<[f64; 2]> =
        reference.iter().zip(comparison).filter(|(a, b)| **a + **b > 0).map(|(&a, &b)| [a as f64, b as f64]).collect();
    if used.len() < 2 {
        return Err(Error::TooFew { what: "bands with anybody in them", needed: 2, got: used.len() });
    }
    if at_most_touching(&used, 0, 1) || at_most_touching(&used, 1, 0) {
        return Err(Error::Undefined {
            what: "the odds ratio",
            reason: "one group stands above the other in all but at most one shared band, so it would be infinite",
        });
    }
    let (parameters, covariance) = fit(&used)?;
    let estimate = parameters[used.len() - 1];
    let standard_error = covariance[(used.len() - 1, used.len() - 1)].sqrt();
    let log_likelihood = log_likelihood(&used, &parameters);
    let n = n1 + n2;
    let null: f64 = used.iter().map(|[a, b]| (a + b) * ((a + b) / n as f64).ln()).sum();
    let likelihood_ratio = (2.0 * (log_likelihood - null)).max(0.0);
    let half = critical_z(level) * standard_error;
    let mut warnings = Vec::new();
    if used.iter().any(|[a, b]| a.min(*b) == 0.0) {
        let text = "A band is empty in one group: the fit leans on the assumption of one factor for all cuts.";
        warnings.push(Warning::new("empty_bands", text));
    }
    Ok(ProportionalOdds {
        estimate,
        standard_error,
        interval: Interval::new(estimate - half, estimate + half, level),
        odds_ratio: estimate.exp(),
        odds_ratio_interval: Interval::new((estimate - half).exp(), (estimate + half).exp(), level),
        thresholds: parameters.iter().take(used.len() - 1).copied().collect(),
        log_likelihood,
        likelihood_ratio,
        p_value: chi_squared_above(likelihood_ratio, 1.0),
        wald_p_value: normal_two_sided(estimate / standard_error),
        n,
        warnings,
    })
}

/// Whether group `low` nowhere stands above group `high`'s lowest band.
fn at_most_touching(used: &[[f64; 2]], low: usize, high: usize) -> bool {
    let highest_of_low = used.iter().rposition(|band| band[low] > 0.0);
    let lowest_of_high = used.iter().position(|band| band[high] > 0.0);
    highest_of_low <= lowest_of_high
}

fn log_likelihood(used: &[[f64; 2]], parameters: &DVector<f64>) -> f64 {
    let cuts = used.len() - 1;
    let mut sum = 0.0;
    for (band, groups) in used.iter().enumerate() {
        for (group, &count) in groups.iter().enumerate() {
            if count > 0.0 {
                sum += count * (below(parameters, cuts, group, band + 1) - below(parameters, cuts, group, band)).ln();
            }
        }
    }
    sum
}

/// Chance of standing below band `cut`.
fn below(parameters: &DVector<f64>, cuts: usize, group: usize, cut: usize) -> f64 {
    if cut == 0 {
        0.0
    } else if cut > cuts {
        1.0
    } else {
        1.0 / (1.0 + (-(parameters[cut - 1] - group as f64 * parameters[cuts])).exp())
    }
}

/// Estimates and their covariance.
fn fit(used: &[[f64; 2]]) -> Result<(DVector<f64>, DMatrix<f64>)> {
    const STEPS: usize = 200;
    let cuts = used.len() - 1;
    let n: f64 = used.iter().map(|[a, b]| a + b).sum();
    let mut parameters = DVector::zeros(cuts + 1);
    let mut sum = 0.0;
    for cut in 0..cuts {
        sum += used[cut][0] + used[cut][1];
        parameters[cut] = (sum / (n - sum)).ln();
    }
    let mut current = log_likelihood(used, &parameters);
    for _ in 0..STEPS {
        let (slope, curvature) = derivatives(used, &parameters);
        let Some(inverse) = (-curvature).try_inverse() else { break };
        let step = &inverse * &slope;
        let mut part = 1.0;
        let next = loop {
            let candidate = &parameters + part * &step;
            let value = log_likelihood(used, &candidate);
            // Rounding lets the likelihood fall by a hair at the top; that is no reason to halve.
            if value >= current - 1e-12 * current.abs() {
                current = value;
                break candidate;
            }
            part /= 2.0;
            if part < 1e-10 {
                return Err(Error::NoConvergence { what: "the proportional-odds fit", iterations: STEPS });
            }
        };
        let moved = (&next - &parameters).amax();
        parameters = next;
        if moved < 1e-12 * (1.0 + parameters.amax()) {
            let (_, curvature) = derivatives(used, &parameters);
            if let Some(covariance) = (-curvature).try_inverse() {
                return Ok((parameters, covariance));
            }
            break;
        }
    }
    Err(Error::NoConvergence { what: "the proportional-odds fit", iterations: STEPS })
}

/// Slope and curvature of the log likelihood.
fn derivatives(used: &[[f64; 2]], parameters: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let cuts = used.len() - 1;
    let size = cuts + 1;
    let mut slope = DVector::zeros(size);
    let mut curvature = DMatrix::zeros(size, size);
    for (band, groups) in used.iter().enumerate() {
        for (group, &count) in groups.iter().enumerate() {
            if count == 0.0 {
                continue;
            }
            let chance = below(parameters, cuts, group, band + 1) - below(parameters, cuts, group, band);
            let mut first = DVector::zeros(size);
            let mut second = DMatrix::zeros(size, size);
            for (cut, sign) in [(band + 1, 1.0), (band, -1.0)] {
                if cut == 0 || cut > cuts {
                    continue;
                }
                let share = below(parameters, cuts, group, cut);
                let density = share * (1.0 - share);
                let bend = density * (1.0 - 2.0 * share);
                let mut direction = DVector::zeros(size);
                direction[cut - 1] = 1.0;
                direction[cuts] -= group as f64;
                first += sign * density * &direction;
                second += sign * bend * &direction * direction.transpose();
            }
            slope += count / chance * &first;
            curvature += count / chance * second - count / (chance * chance) * &first * first.transpose();
        }
    }
    (slope, curvature)
}
