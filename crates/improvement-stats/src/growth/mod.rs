//! Growth: how far have students come, given where they started?
//!
//! With the same scale twice use [`mean_gain`]; with a prior score on another scale [`adjusted_means`]; for 'compared
//! with students who started alike' [`quantile_regression`], the building block of student growth percentiles. For
//! bands only, use [`crate::bands::band_change`] on the same cohort (grade 3 last year, grade 4 this year). Changes of
//! the test and years without testing break the line.

mod adjusted;
mod gain;
mod quantile;

pub use adjusted::{AdjustedMeans, GroupResidual, adjusted_means};
pub use gain::{Gain, mean_gain};
pub use quantile::{QuantileRegression, quantile_regression};

use nalgebra::DMatrix;

use crate::check::check_numbers;
use crate::{Error, Result};

/// A matrix with a column of ones and the predictors, after checking all values.
fn design(outcome: &[f64], predictors: &[Vec<f64>]) -> Result<DMatrix<f64>> {
    let n = outcome.len();
    if n == 0 {
        return Err(Error::Empty { what: "outcome" });
    }
    check_numbers("outcome", outcome)?;
    for column in predictors {
        if column.len() != n {
            return Err(Error::LengthMismatch { left: "outcome", left_len: n, right: "a predictor", right_len: column.len() });
        }
        check_numbers("a predictor", column)?;
    }
    let needed = predictors.len() + 2;
    if n < needed {
        return Err(Error::TooFew { what: "cases", needed, got: n });
    }
    Ok(DMatrix::from_fn(n, predictors.len() + 1, |i, j| if j == 0 { 1.0 } else { predictors[j - 1][i] }))
}

const COLLINEAR: Error =
    Error::Singular { what: "the predictors", reason: "one is constant or follows from the others; leave it out" };

/// Least-squares coefficients.
fn least_squares(design: &DMatrix<f64>, outcome: &[f64]) -> Result<Vec<f64>> {
    let (scaled, scales) = scaled_columns(design)?;
    let qr = scaled.qr();
    let r = qr.r();
    if r.diagonal().iter().any(|v| v.is_nan() || v.abs() <= 1e-10) {
        return Err(COLLINEAR);
    }
    let projected = qr.q().transpose() * nalgebra::DVector::from_column_slice(outcome);
    let solution = r.solve_upper_triangular(&projected).ok_or(COLLINEAR)?;
    Ok(solution.iter().zip(scales).map(|(b, scale)| b / scale).collect())
}

/// Columns divided by their length, and the lengths.
fn scaled_columns(design: &DMatrix<f64>) -> Result<(DMatrix<f64>, Vec<f64>)> {
    let mut scaled = design.clone();
    let mut scales = Vec::with_capacity(design.ncols());
    for mut column in scaled.column_iter_mut() {
        let largest = column.amax();
        if largest == 0.0 {
            return Err(COLLINEAR);
        }
        column /= largest;
        let length = column.norm();
        column /= length;
        scales.push(largest * length);
    }
    Ok((scaled, scales))
}
