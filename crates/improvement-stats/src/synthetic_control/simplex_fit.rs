//! Least squares with weights of 0 or more that sum to 1.

use nalgebra::{DMatrix, DVector};

use super::SyntheticWeights;
use crate::{Error, Result};

/// An active-set search: donors enter one at a time where they reduce the loss most, and leave when their weight reaches 0.
/// The donors in use are always affinely independent, since one that is a mixture of them cannot reduce the loss.
pub(super) fn fit(target: &[f64], donors: &[Vec<f64>], importance: &[f64]) -> Result<SyntheticWeights> {
    let largest = target.iter().chain(donors.iter().flatten()).fold(0.0_f64, |m, v| m.max(v.abs()));
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let strongest = importance.iter().fold(0.0_f64, |m, v| m.max(*v));
    let roots: Vec<f64> = importance.iter().map(|v| (v / strongest).sqrt()).collect();
    let shape = |row: &[f64], j: usize| row[j] / scale * roots[j];
    // Columns are donors minus target, so that the mixture itself is what is left.
    let columns = DMatrix::from_fn(target.len(), donors.len(), |j, d| shape(&donors[d], j) - shape(target, j));
    let lengths: Vec<f64> = columns.column_iter().map(|c| c.norm_squared()).collect();
    let first = (0..lengths.len()).min_by(|a, b| lengths[*a].total_cmp(&lengths[*b])).unwrap_or(0);
    let mut used = vec![first];
    let mut weights = DVector::zeros(donors.len());
    weights[first] = 1.0;
    let most = 50 * (donors.len() + target.len()) + 100;
    for _ in 0..most {
        let gap = &columns * &weights;
        let gradient = columns.tr_mul(&gap);
        let level = gap.norm_squared();
        let size = gradient.iter().fold(level, |m, g| m.max(g.abs())).max(f64::MIN_POSITIVE);
        let entering = (0..donors.len())
            .filter(|d| !used.contains(d))
            .min_by(|a, b| gradient[*a].total_cmp(&gradient[*b]))
            .filter(|d| gradient[*d] - level < -1e-13 * size && level > 1e-28);
        let Some(entering) = entering else {
            return Ok(finish(weights, level * scale * scale * strongest, &gradient, level, size));
        };
        used.push(entering);
        if !settle(&columns, &mut used, &mut weights) {
            return Ok(finish(weights, level * scale * scale * strongest, &gradient, level, size));
        }
    }
    Err(Error::NoConvergence { what: "synthetic weights", iterations: most })
}

fn finish(weights: DVector<f64>, loss: f64, gradient: &DVector<f64>, level: f64, size: f64) -> SyntheticWeights {
    let worst = gradient.iter().map(|g| (g - level) / size).fold(f64::INFINITY, f64::min);
    SyntheticWeights { weights: weights.iter().copied().collect(), loss, worst_reduced_gradient: worst }
}

/// Moves to the best weights of the donors in use, dropping those that would fall below 0. False when the newest donor
/// cannot enter for rounding.
fn settle(columns: &DMatrix<f64>, used: &mut Vec<usize>, weights: &mut DVector<f64>) -> bool {
    let newest = used.last().copied();
    loop {
        let Some(best) = unconstrained(columns, used) else {
            used.pop();
            return false;
        };
        let mut step = 1.0_f64;
        let mut leaving = None;
        for (place, donor) in used.iter().enumerate() {
            if best[place] <= 0.0 {
                let reach = weights[*donor] / (weights[*donor] - best[place]);
                if reach < step || leaving.is_none() {
                    step = reach.min(step);
                    leaving = Some(place);
                }
            }
        }
        for (place, donor) in used.iter().enumerate() {
            weights[*donor] += step * (best[place] - weights[*donor]);
        }
        let Some(place) = leaving else { return true };
        let donor = used.remove(place);
        weights[donor] = 0.0;
        if Some(donor) == newest && step <= 0.0 {
            return false;
        }
    }
}

/// Weights that sum to 1 and leave least, of any sign.
fn unconstrained(columns: &DMatrix<f64>, used: &[usize]) -> Option<Vec<f64>> {
    let (base, others) = used.split_first()?;
    if others.is_empty() {
        return Some(vec![1.0]);
    }
    let start = columns.column(*base);
    let differences = DMatrix::from_fn(columns.nrows(), others.len(), |i, j| columns[(i, others[j])] - start[i]);
    if others.len() > columns.nrows() {
        return None;
    }
    let qr = differences.qr();
    let triangle = qr.r();
    let largest = triangle.diagonal().iter().fold(0.0_f64, |m, d| m.max(d.abs()));
    if triangle.diagonal().iter().any(|d| d.abs() <= 1e-13 * largest) {
        return None;
    }
    let right = qr.q().tr_mul(&(-start));
    let solution = triangle.solve_upper_triangular(&right)?;
    let rest = 1.0 - solution.sum();
    let weights: Vec<f64> = std::iter::once(rest).chain(solution.iter().copied()).collect();
    weights.iter().all(|w| w.is_finite()).then_some(weights)
}
