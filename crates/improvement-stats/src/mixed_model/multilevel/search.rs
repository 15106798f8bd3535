//! The smallest value of a smooth function of a few numbers, by Newton's method with differences for derivatives.

use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

use crate::{Error, Result};

/// Steps of a search before it is given up.
const MOST_STEPS: usize = 200;
/// Distance of the points from which derivatives are taken.
const REACH: f64 = 1e-3;

/// First derivatives of each of several functions, from four points a direction.
pub(super) fn slopes<const N: usize>(at: &[f64], work: &mut impl FnMut(&[f64]) -> Result<[f64; N]>) -> Result<Vec<[f64; N]>> {
    let mut slopes = Vec::with_capacity(at.len());
    for direction in 0..at.len() {
        let reach = REACH * at[direction].abs().max(0.1);
        let mut value = |steps: f64| {
            let mut moved = at.to_vec();
            moved[direction] += steps * reach;
            work(&moved)
        };
        let (far, near, back, rear) = (value(2.0)?, value(1.0)?, value(-1.0)?, value(-2.0)?);
        slopes.push(std::array::from_fn(|i| (8.0 * (near[i] - back[i]) - far[i] + rear[i]) / (12.0 * reach)));
    }
    Ok(slopes)
}

/// Second derivatives of a function.
pub(super) fn curvature(at: &[f64], work: &mut impl FnMut(&[f64]) -> Result<f64>) -> Result<DMatrix<f64>> {
    let size = at.len();
    let reach: Vec<f64> = at.iter().map(|value| 2.0 * REACH * value.abs().max(0.1)).collect();
    let mut value = |moves: &[(usize, f64)]| {
        let mut moved = at.to_vec();
        moves.iter().for_each(|(direction, steps)| moved[*direction] += steps * reach[*direction]);
        work(&moved)
    };
    let centre = value(&[])?;
    let mut curvature = DMatrix::zeros(size, size);
    for i in 0..size {
        let (near, far) = (value(&[(i, 1.0)])? + value(&[(i, -1.0)])?, value(&[(i, 2.0)])? + value(&[(i, -2.0)])?);
        curvature[(i, i)] = (16.0 * near - far - 30.0 * centre) / (12.0 * reach[i] * reach[i]);
        for j in 0..i {
            let mut mixed = |steps: f64| -> Result<f64> {
                let same = value(&[(i, steps), (j, steps)])? + value(&[(i, -steps), (j, -steps)])?;
                let opposite = value(&[(i, steps), (j, -steps)])? + value(&[(i, -steps), (j, steps)])?;
                Ok((same - opposite) / (4.0 * steps * steps * reach[i] * reach[j]))
            };
            let bend = (4.0 * mixed(1.0)? - mixed(2.0)?) / 3.0;
            curvature[(i, j)] = bend;
            curvature[(j, i)] = bend;
        }
    }
    Ok(curvature)
}

/// Eigenvalues and directions of a symmetric matrix; the search for them would not end on numbers that are none.
pub(super) fn eigen(matrix: DMatrix<f64>) -> Result<SymmetricEigen<f64, Dyn>> {
    if matrix.iter().all(|value| value.is_finite()) {
        Ok(matrix.symmetric_eigen())
    } else {
        Err(Error::NoConvergence { what: "the mixed model", iterations: MOST_STEPS })
    }
}

/// The place of the smallest value near a start.
pub(super) fn lowest(start: Vec<f64>, work: &mut impl FnMut(&[f64]) -> Result<f64>) -> Result<Vec<f64>> {
    let (mut at, mut value) = (DVector::from_vec(start.clone()), work(&start)?);
    for _ in 0..MOST_STEPS {
        let slope: Vec<f64> = slopes(at.as_slice(), &mut |place| Ok([work(place)?]))?.iter().map(|slope| slope[0]).collect();
        let slope = DVector::from_vec(slope);
        let bend = eigen(curvature(at.as_slice(), work)?)?;
        let largest = bend.eigenvalues.amax().max(1e-8);
        // Downhill in every direction, also where the function curves the other way.
        let turned = bend.eigenvectors.transpose() * &slope;
        let step = DVector::from_fn(turned.len(), |i, _| -turned[i] / bend.eigenvalues[i].abs().max(1e-7 * largest));
        let promised = -0.5 * turned.dot(&step);
        let mut step = &bend.eigenvectors * step;
        let longest = step.amax();
        if longest > 2.0 * at.amax().max(0.5) {
            step *= 2.0 * at.amax().max(0.5) / longest;
        }
        if step.iter().zip(at.iter()).all(|(step, at)| step.abs() <= 1e-9 * at.abs().max(1e-2)) || promised <= 1e-13 * value.abs()
        {
            // The last step is too small to be seen in the value, and still brings the place nearer.
            return Ok((at + step).as_slice().to_vec());
        }
        let mut shorter = 1.0;
        loop {
            let next = &at + &step * shorter;
            match work(next.as_slice()) {
                Ok(found) if found < value => {
                    (at, value) = (next, found);
                    break;
                }
                _ if shorter < 1e-9 && promised < 1e-6 => return Ok(at.as_slice().to_vec()),
                _ if shorter < 1e-9 => return Err(Error::NoConvergence { what: "the mixed model", iterations: MOST_STEPS }),
                _ => shorter *= 0.5,
            }
        }
    }
    Err(Error::NoConvergence { what: "the mixed model", iterations: MOST_STEPS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bent_valley_is_followed_to_its_lowest_point() {
        let mut valley = |at: &[f64]| Ok((1.0 - at[0]).powi(2) + 100.0 * (at[1] - at[0] * at[0]).powi(2) + 1.0);
        let found = lowest(vec![-1.2, 1.0], &mut valley).unwrap();
        assert!(found.iter().all(|value| (value - 1.0).abs() < 1e-6), "{found:?}");
        let bend = curvature(&[1.0, 1.0], &mut valley).unwrap();
        assert!((bend[(0, 0)] - 802.0).abs() < 1e-3 && (bend[(0, 1)] + 400.0).abs() < 1e-3, "{bend}");
    }
}
