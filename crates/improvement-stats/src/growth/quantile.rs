use nalgebra::{DMatrix, DVector};

use super::{COLLINEAR, design, least_squares, scaled_columns};
use crate::{Error, Result, Warning};

/// A fitted conditional quantile.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QuantileRegression {
    /// Intercept, then one coefficient a predictor.
    pub coefficients: Vec<f64>,
    /// The share of outcomes that should lie below the fit.
    pub tau: f64,
    /// Sum over the residuals: tau times those above 0 and (1 - tau) times the size of those below. What was minimised.
    pub check_loss: f64,
    /// Cases.
    pub n: usize,
    /// Steps from corner to corner of the linear programme.
    pub steps: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Below which score do `tau` of the students with the same prior scores stay?
///
/// `predictors` hold one column each. Fit 99 values of `tau` and a student's growth percentile is the highest fit that
/// the score passes; operational student growth percentiles use B-splines of prior scores as predictors. Several
/// coefficient sets may be best; the loss is unique. No interval is given: resample by school.
///
/// In words: minimise the check loss (Koenker and Bassett 1978) by walking from one line through as many points as
/// coefficients to a better one until none is better (Barrodale and Roberts 1973).
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::TooFew`] cases, [`Error::OutOfRange`]
/// for `tau`, [`Error::Singular`], [`Error::NoConvergence`].
///
/// ```
/// use improvement_stats::growth::quantile_regression;
/// let fit = quantile_regression(&[1.0, 2.0, 9.0, 4.0], &[vec![1.0, 2.0, 3.0, 4.0]], 0.5)?;
/// assert!((fit.coefficients[1] - 1.0).abs() < 1e-9);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn quantile_regression(outcome: &[f64], predictors: &[Vec<f64>], tau: f64) -> Result<QuantileRegression> {
    if !(tau > 0.0 && tau < 1.0) {
        return Err(Error::OutOfRange { what: "tau", value: tau, expected: "between 0 and 1, both excluded" });
    }
    let raw = design(outcome, predictors)?;
    let start = least_squares(&raw, outcome)?;
    let (matrix, scales) = scaled_columns(&raw)?;
    let (coefficients, steps) = walk(&matrix, outcome, &start, &scales, tau)?;
    let fitted = &matrix * &coefficients;
    let n = outcome.len();
    let mut warnings = Vec::new();
    if (n as f64) * tau.min(1.0 - tau) < 5.0 {
        warnings.push(Warning::new("few_beyond", "Fewer than 5 cases lie beyond this quantile: the fit hangs on them."));
    }
    Ok(QuantileRegression {
        check_loss: outcome.iter().zip(fitted.iter()).map(|(y, f)| check_loss(y - f, tau)).sum(),
        coefficients: coefficients.iter().zip(&scales).map(|(b, scale)| b / scale).collect(),
        tau,
        n,
        steps,
        warnings,
    })
}

fn check_loss(residual: f64, tau: f64) -> f64 {
    if residual < 0.0 { residual * (tau - 1.0) } else { residual * tau }
}

/// Coefficients of the scaled columns, and how many steps it took.
fn walk(matrix: &DMatrix<f64>, outcome: &[f64], start: &[f64], scales: &[f64], tau: f64) -> Result<(DVector<f64>, usize)> {
    let n = outcome.len();
    let most = 50 * n + 1000;
    let nudged = nudged(outcome);
    let scaled_start = DVector::from_iterator(start.len(), start.iter().zip(scales).map(|(b, scale)| b * scale));
    let mut corner = first_corner(matrix, &nudged, &scaled_start, tau)?;
    for step in 0..most {
        let inverse = rows(matrix, &corner).try_inverse().ok_or(COLLINEAR)?;
        let coefficients = &inverse * DVector::from_iterator(corner.len(), corner.iter().map(|&i| nudged[i]));
        let mut residuals = &nudged - matrix * &coefficients;
        corner.iter().for_each(|&i| residuals[i] = 0.0);
        let pull = residuals.map(|r| {
            if r > 0.0 {
                tau
            } else if r < 0.0 {
                tau - 1.0
            } else {
                0.0
            }
        });
        let gains = (matrix.transpose() * pull).transpose() * &inverse;
        // Leaving corner point j downwards costs 1 - tau, upwards tau; the other points pull with `gains`.
        let slopes = gains.iter().enumerate().flat_map(|(j, gain)| [(j, 1.0, 1.0 - tau - gain), (j, -1.0, tau + gain)]);
        let best = slopes.min_by(|a, b| a.2.total_cmp(&b.2)).unwrap_or((0, 1.0, 0.0));
        if best.2 > -1e-10 * n as f64 {
            let exact = &inverse * DVector::from_iterator(corner.len(), corner.iter().map(|&i| outcome[i]));
            return Ok((exact, step));
        }
        let along = matrix * (inverse.column(best.0) * best.1);
        let Some(entering) = entering(&residuals, &along, best.2) else {
            let exact = &inverse * DVector::from_iterator(corner.len(), corner.iter().map(|&i| outcome[i]));
            return Ok((exact, step));
        };
        corner[best.0] = entering;
    }
    Err(Error::NoConvergence { what: "the quantile regression", iterations: most })
}

/// The point at which going on along the edge stops paying.
fn entering(residuals: &DVector<f64>, along: &DVector<f64>, slope: f64) -> Option<usize> {
    let mut stops: Vec<(f64, usize)> = (0..residuals.len())
        .filter(|&i| residuals[i] * along[i] > 0.0 && along[i].abs() > 1e-12)
        .map(|i| (residuals[i] / along[i], i))
        .collect();
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut slope = slope;
    stops.into_iter().map(|stop| stop.1).find(|&i| {
        slope += along[i].abs();
        slope >= 0.0
    })
}

fn rows(matrix: &DMatrix<f64>, corner: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(corner.len(), matrix.ncols(), |i, j| matrix[(corner[i], j)])
}

/// Points nearest to the shifted least-squares line whose rows are independent.
fn first_corner(matrix: &DMatrix<f64>, outcome: &DVector<f64>, start: &DVector<f64>, tau: f64) -> Result<Vec<usize>> {
    let residuals = outcome - matrix * start;
    let mut sorted: Vec<f64> = residuals.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let shift = sorted[((tau * sorted.len() as f64) as usize).min(sorted.len() - 1)];
    let mut order: Vec<usize> = (0..residuals.len()).collect();
    order.sort_by(|&a, &b| (residuals[a] - shift).abs().total_cmp(&(residuals[b] - shift).abs()));
    let mut corner = Vec::with_capacity(matrix.ncols());
    let mut basis: Vec<DVector<f64>> = Vec::new();
    for i in order {
        let row = matrix.row(i).transpose();
        let mut rest = row.clone();
        for direction in &basis {
            rest -= direction * direction.dot(&row);
        }
        let length = rest.norm();
        if length > 1e-8 * row.norm() {
            basis.push(rest / length);
            corner.push(i);
        }
        if corner.len() == matrix.ncols() {
            return Ok(corner);
        }
    }
    Err(COLLINEAR)
}

/// Outcomes moved apart by a ten-billionth of their range, so that no walk goes round in circles among ties. Always the
/// same nudges.
fn nudged(outcome: &[f64]) -> DVector<f64> {
    let low = outcome.iter().copied().fold(f64::INFINITY, f64::min);
    let high = outcome.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let size = 1e-10 * (high - low);
    let part = |i: usize| {
        let mixed = (i as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    DVector::from_iterator(outcome.len(), outcome.iter().enumerate().map(|(i, y)| y + size * part(i)))
}
