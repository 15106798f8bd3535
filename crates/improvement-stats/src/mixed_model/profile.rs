//! The criterion as a function of one number: the ratio of the variance between groups to the variance within.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::data::Data;
use crate::{Error, Result};

/// Everything that follows from one value of the ratio `t`, in standardised columns.
pub(super) struct Point {
    /// −2 log-likelihood (restricted or not), without the terms from undoing the standardisation.
    pub deviance: f64,
    /// First derivative of the deviance in `t`.
    pub slope: f64,
    pub coefficients: DVector<f64>,
    /// Weighted residual sum of squares.
    pub residual: f64,
    /// Inverse of X'V⁻¹X with V in units of the residual variance.
    pub inverse: DMatrix<f64>,
    /// Derivative of X'V⁻¹X in `t`.
    pub gram_slope: DMatrix<f64>,
    /// Second derivatives of the deviance in (t, residual variance) at the best residual variance.
    pub curvature: [[f64; 2]; 2],
}

impl Data {
    /// Rows of the criterion's denominator: n for ML, n minus fixed effects for REML.
    pub fn freedom(&self, reml: bool) -> f64 {
        (if reml { self.n - self.p } else { self.n }) as f64
    }

    pub fn at(&self, t: f64, reml: bool) -> Result<Point> {
        let p = self.p;
        let (mut cross, mut first, mut second) = (self.within.clone(), self.within.clone(), self.within.clone());
        first.fill(0.0);
        second.fill(0.0);
        let (mut log_det, mut log_slope, mut log_bend) = (0.0, 0.0, 0.0);
        for class in &self.classes {
            let weight = class.size / (1.0 + class.size * t);
            log_det += class.count * (class.size * t).ln_1p();
            log_slope += class.count * weight;
            log_bend -= class.count * weight * weight;
            for (k, mean) in class.means.iter().enumerate() {
                cross[k] += weight * mean;
                first[k] -= weight * weight * mean;
                second[k] += 2.0 * weight.powi(3) * mean;
            }
        }
        let gram = cross.view((0, 0), (p, p)).into_owned();
        let factor = factorise(gram)?;
        let coefficients = factor.solve(&cross.view((0, p), (p, 1)).column(0).into_owned());
        let contrast = DVector::from_fn(p + 1, |i, _| if i == p { 1.0 } else { -coefficients[i] });
        let residual = contrast.dot(&(&cross * &contrast));
        let m = self.freedom(reml);
        if residual.is_nan() || residual <= 1e-20 * self.n as f64 {
            let reason = "the terms and groups explain every value exactly";
            return Err(Error::Undefined { what: "residual variance", reason });
        }
        let inverse = factor.inverse();
        let pull = &first * &contrast;
        let residual_slope = contrast.dot(&pull);
        let pulled = pull.rows(0, p).into_owned();
        let residual_bend = contrast.dot(&(&second * &contrast)) - 2.0 * pulled.dot(&(&inverse * &pulled));
        let gram_slope = first.view((0, 0), (p, p)).into_owned();
        if reml {
            let turn = &inverse * &gram_slope;
            log_det += 2.0 * factor.l_dirty().diagonal().iter().map(|d| d.ln()).sum::<f64>();
            log_slope += turn.trace();
            log_bend += (&inverse * second.view((0, 0), (p, p))).trace() - (&turn * &turn).trace();
        }
        let variance = residual / m;
        Ok(Point {
            deviance: log_det + m * (1.0 + (2.0 * std::f64::consts::PI * variance).ln()),
            slope: log_slope + residual_slope / variance,
            curvature: [
                [log_bend + residual_bend / variance, -residual_slope / variance.powi(2)],
                [-residual_slope / variance.powi(2), m / variance.powi(2)],
            ],
            coefficients,
            residual,
            inverse,
            gram_slope,
        })
    }

    /// The ratio with the smallest deviance: a scan for the valley, then the zero of the slope in it.
    pub fn best_ratio(&self, reml: bool) -> Result<f64> {
        let mut best = (0.0, self.at(0.0, reml)?.deviance);
        let scan: Vec<f64> = (-48..=48).map(|e| 10f64.powf(f64::from(e) / 6.0)).collect();
        for &t in &scan {
            let deviance = self.at(t, reml)?.deviance;
            if deviance < best.1 {
                best = (t, deviance);
            }
        }
        let place = scan.iter().position(|t| *t == best.0);
        let mut low = place.map_or(0.0, |k| if k == 0 { 0.0 } else { scan[k - 1] });
        let mut high = place.map_or(scan[0], |k| *scan.get(k + 1).unwrap_or(&scan[k]));
        if low == 0.0 && self.at(0.0, reml)?.slope >= 0.0 && self.at(scan[0], reml)?.slope >= 0.0 {
            return Ok(0.0);
        }
        for _ in 0..200 {
            if high - low <= 1e-14 * high {
                break;
            }
            let middle = 0.5 * (low + high);
            if self.at(middle, reml)?.slope > 0.0 {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(0.5 * (low + high))
    }
}

/// The Cholesky factor, refused where a column is all but a mixture of others.
fn factorise(gram: DMatrix<f64>) -> Result<Cholesky<f64, Dyn>> {
    let reason = "a term is a mixture of others: leave one out";
    let singular = Error::Singular { what: "the model", reason };
    let diagonal = gram.diagonal();
    let factor = Cholesky::new(gram).ok_or_else(|| singular.clone())?;
    let collapsed = (0..diagonal.len()).any(|i| factor.l_dirty()[(i, i)].powi(2) <= 1e-11 * diagonal[i]);
    if collapsed { Err(singular) } else { Ok(factor) }
}
