use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::{Error, Result};

/// A one-factor model: covariance = loadings · loadings' + residual variances.
pub(super) struct OneFactor {
    pub loadings: DVector<f64>,
    pub residuals: DVector<f64>,
    /// ln|Σ| + tr(S Σ⁻¹) at the solution.
    pub fit: f64,
}

/// Fits one factor by maximum likelihood to a covariance matrix.
///
/// For given residual variances the best loadings come from the largest eigenvalue of the scaled covariance (Jöreskog
/// 1967), so only the logarithms of the residual variances are searched, with Newton steps on Lawley and Maxwell's
/// approximate curvature.
pub(super) fn one_factor(covariance: &DMatrix<f64>) -> Result<OneFactor> {
    const STEPS: usize = 1000;
    let k = covariance.nrows();
    let inverse = covariance.clone().try_inverse().ok_or(SINGULAR)?;
    // Half the variance that the other items cannot explain: the usual start.
    let mut log_residuals = DVector::from_fn(k, |i, _| (0.5 / inverse[(i, i)]).ln());
    if log_residuals.iter().any(|v| !v.is_finite()) {
        return Err(SINGULAR);
    }
    let mut current = concentrated(covariance, &log_residuals);
    for _ in 0..STEPS {
        let (slope, curvature) = derivatives(&current);
        if slope.amax() < 1e-13 {
            break;
        }
        let step = curvature.lu().solve(&slope).filter(|s| s.iter().all(|v| v.is_finite())).unwrap_or_else(|| slope.clone());
        let mut part = (1.0 / step.amax()).min(1.0);
        let next = loop {
            let candidate = &log_residuals - part * &step;
            let scaled = concentrated(covariance, &candidate);
            if scaled.value <= current.value + 1e-14 * current.value.abs() {
                break Some((candidate, scaled));
            }
            part /= 2.0;
            if part < 1e-12 {
                break None;
            }
        };
        let Some((candidate, scaled)) = next else { break };
        let moved = (&candidate - &log_residuals).amax();
        (log_residuals, current) = (candidate, scaled);
        if log_residuals.iter().enumerate().any(|(i, v)| v.exp() < 1e-6 * covariance[(i, i)]) {
            let reason = "one item is explained completely by the factor (a Heywood case)";
            return Err(Error::Undefined { what: "omega", reason });
        }
        if moved < 1e-14 {
            break;
        }
    }
    let (slope, _) = derivatives(&current);
    if slope.amax() > 1e-7 {
        return Err(Error::NoConvergence { what: "the one-factor fit", iterations: STEPS });
    }
    let strength = (current.values[0] - 1.0).max(0.0).sqrt();
    let mut loadings = DVector::from_fn(k, |i, _| strength * current.vectors[(i, 0)] * (0.5 * log_residuals[i]).exp());
    if loadings[0] < 0.0 {
        loadings = -loadings;
    }
    let residuals = log_residuals.map(f64::exp);
    let log_determinant = residuals.iter().map(|r| r.ln()).sum::<f64>() + current.values[0].max(1.0).ln();
    let trace = current.values.iter().skip(1).sum::<f64>() + current.values[0].min(1.0);
    Ok(OneFactor { loadings, residuals, fit: log_determinant + trace })
}

const SINGULAR: Error =
    Error::Singular { what: "the covariance of the items", reason: "an item is constant or follows from the others" };

/// Eigenvalues, largest first, and vectors of the scaled covariance, with the discrepancy.
struct Scaled {
    values: Vec<f64>,
    vectors: DMatrix<f64>,
    value: f64,
}

fn concentrated(covariance: &DMatrix<f64>, log_residuals: &DVector<f64>) -> Scaled {
    let k = covariance.nrows();
    let scaled = DMatrix::from_fn(k, k, |i, j| covariance[(i, j)] * (-0.5 * (log_residuals[i] + log_residuals[j])).exp());
    let eigen = SymmetricEigen::new(scaled);
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let values: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i]).collect();
    let vectors = DMatrix::from_fn(k, k, |i, j| eigen.eigenvectors[(i, order[j])]);
    let rest: f64 = values.iter().skip(1).map(|v| v - v.max(f64::MIN_POSITIVE).ln() - 1.0).sum();
    let first = values[0].clamp(f64::MIN_POSITIVE, 1.0);
    Scaled { value: rest + first - first.ln() - 1.0, values, vectors }
}

fn derivatives(at: &Scaled) -> (DVector<f64>, DMatrix<f64>) {
    let k = at.values.len();
    let slope = DVector::from_fn(k, |i, _| (1..k).map(|j| (1.0 - at.values[j]) * at.vectors[(i, j)].powi(2)).sum());
    let curvature = DMatrix::from_fn(k, k, |i, r| (1..k).map(|j| at.vectors[(i, j)] * at.vectors[(r, j)]).sum::<f64>().powi(2));
    (slope, curvature)
}
