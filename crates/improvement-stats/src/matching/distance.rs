//! Distances between units, and the nearest peers.

use nalgebra::{DMatrix, SymmetricEigen};

use super::nearest::Distance;
use crate::{Error, Result};

/// A peer and how far away it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Peer {
    /// Row of the peer.
    pub unit: usize,
    /// Distance, in standard deviations.
    pub distance: f64,
}

/// A unit and its nearest peers.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NearestPeers {
    /// Row of the unit.
    pub unit: usize,
    /// Its peers, nearest first; equal distances in order of their rows.
    pub peers: Vec<Peer>,
}

/// Covariance of the covariates within the treated and within the others, pooled by their numbers minus one.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`], [`Error::NotFinite`], [`Error::TooFew`] below three units or without one of each
/// kind.
///
/// Source: Rubin (1980), Biometrics 36.
///
/// ```
/// use improvement_stats::matching::pooled_within_covariance;
/// let rows = vec![vec![1.0], vec![3.0], vec![5.0], vec![9.0]];
/// assert_eq!(pooled_within_covariance(&rows, &[true, true, false, false])?, [[5.0]]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn pooled_within_covariance(covariates: &[Vec<f64>], treated: &[bool]) -> Result<Vec<Vec<f64>>> {
    let width = super::check(covariates, treated)?;
    if covariates.len() < 3 {
        return Err(Error::TooFew { what: "units", needed: 3, got: covariates.len() });
    }
    let mut means = [vec![0.0; width], vec![0.0; width]];
    let counts = [false, true].map(|kind| treated.iter().filter(|t| **t == kind).count() as f64);
    for (row, kind) in covariates.iter().zip(treated) {
        let side = usize::from(*kind);
        means[side].iter_mut().zip(row).for_each(|(m, v)| *m += v / counts[side]);
    }
    let mut sums = vec![vec![0.0; width]; width];
    let mut deviation = vec![0.0; width];
    for (row, kind) in covariates.iter().zip(treated) {
        let centre = &means[usize::from(*kind)];
        deviation.iter_mut().zip(row.iter().zip(centre)).for_each(|(d, (v, c))| *d = v - c);
        for (line, left) in sums.iter_mut().zip(&deviation) {
            line.iter_mut().zip(&deviation).for_each(|(slot, right)| *slot += left * right);
        }
    }
    let df = (covariates.len() - 2) as f64;
    sums.iter_mut().flatten().for_each(|s| *s /= df);
    if sums.iter().flatten().any(|s| !s.is_finite()) {
        return Err(Error::Invalid("covariates are too large to compute with: change their unit".into()));
    }
    Ok(sums)
}

/// Coordinates in which the distance is the ordinary one, row by row, and whether the covariance was singular.
pub(super) struct Whitened {
    pub width: usize,
    pub values: Vec<f64>,
    pub singular: bool,
}

impl Whitened {
    pub fn new(covariates: &[Vec<f64>], treated: &[bool], distance: Distance) -> Result<Self> {
        let covariance = pooled_within_covariance(covariates, treated)?;
        let width = covariance.len();
        let spreads: Vec<f64> = (0..width).map(|i| covariance[i][i].sqrt()).collect();
        let inverse = |s: f64| if s > 0.0 { 1.0 / s } else { 0.0 };
        if spreads.iter().all(|s| *s <= 0.0) {
            return Err(Error::Undefined { what: "distance", reason: "no covariate varies within the two kinds of units" });
        }
        let (transform, singular) = match distance {
            Distance::Mahalanobis => {
                // Correlations first, so that units of measurement do not decide what counts as singular.
                let correlation =
                    DMatrix::from_fn(width, width, |i, j| covariance[i][j] * inverse(spreads[i]) * inverse(spreads[j]));
                let eigen = SymmetricEigen::try_new(correlation, f64::EPSILON, 10_000)
                    .ok_or(Error::NoConvergence { what: "eigenvalues of the covariance", iterations: 10_000 })?;
                let mut roots = eigen.eigenvectors.transpose();
                let mut singular = false;
                for (mut row, value) in roots.row_iter_mut().zip(eigen.eigenvalues.iter()) {
                    singular |= *value <= 1e-10;
                    row *= if *value > 1e-10 { 1.0 / value.sqrt() } else { 0.0 };
                }
                (DMatrix::from_fn(width, width, |i, j| roots[(i, j)] * inverse(spreads[j])), singular)
            }
            _ => {
                let diagonal = DMatrix::from_fn(width, width, |i, j| if i == j { inverse(spreads[i]) } else { 0.0 });
                (diagonal, spreads.contains(&0.0))
            }
        };
        let centre = &covariates[0];
        let mut values = Vec::with_capacity(covariates.len() * width);
        for row in covariates {
            for i in 0..width {
                values.push((0..width).map(|j| transform[(i, j)] * (row[j] - centre[j])).sum());
            }
        }
        if values.iter().any(|v: &f64| !v.is_finite()) {
            return Err(Error::Invalid("covariates are too large to compute with: change their unit".into()));
        }
        Ok(Self { width, values, singular })
    }

    pub fn row(&self, unit: usize) -> &[f64] {
        &self.values[unit * self.width..(unit + 1) * self.width]
    }
}

pub(super) fn squared(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (mut left, mut right) = (a.chunks_exact(4), b.chunks_exact(4));
    for (x, y) in left.by_ref().zip(right.by_ref()) {
        for lane in 0..4 {
            sums[lane] += (x[lane] - y[lane]) * (x[lane] - y[lane]);
        }
    }
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| (x - y) * (x - y)).sum();
    sums[0] + sums[1] + (sums[2] + sums[3]) + rest
}

/// The squared distance, or infinity as soon as it is clear that it exceeds `limit`.
pub(super) fn squared_below(a: &[f64], b: &[f64], limit: f64) -> f64 {
    let mut sum = 0.0;
    let mut start = 0;
    while start + 8 < a.len() {
        sum += squared(&a[start..start + 8], &b[start..start + 8]);
        if sum > limit {
            return f64::INFINITY;
        }
        start += 8;
    }
    sum + squared(&a[start..], &b[start..])
}

/// The nearest units met so far, nearest first, ties in the order met.
#[derive(Clone)]
struct Nearest {
    count: usize,
    best: Vec<Peer>,
    /// Units as far as this or farther do not matter.
    limit: f64,
}

impl Nearest {
    fn new(count: usize) -> Self {
        let limit = if count == 0 { f64::NEG_INFINITY } else { f64::INFINITY };
        Self { count, best: Vec::with_capacity(count.min(1024) + 1), limit }
    }

    fn offer(&mut self, unit: usize, far: f64, allowed: impl Fn(usize) -> bool) {
        // Few candidates are near enough, so whether they are allowed is asked last.
        if far.is_nan() || self.best.len() >= self.count && far >= self.limit || !allowed(unit) {
            return;
        }
        let place = self.best.partition_point(|p| p.distance <= far);
        self.best.insert(place, Peer { unit, distance: far });
        self.best.truncate(self.count);
        if self.best.len() == self.count {
            self.limit = self.best[self.count - 1].distance;
        }
    }
}

/// The nearest of `candidates`, nearest first, ties by row. `distance` is given the limit beyond which it does not matter.
pub(super) fn nearest(
    count: usize,
    candidates: impl Iterator<Item = usize>,
    mut distance: impl FnMut(usize, f64) -> f64,
    allowed: impl Fn(usize) -> bool,
) -> Vec<Peer> {
    let mut found = Nearest::new(count);
    for unit in candidates {
        let far = distance(unit, found.limit);
        found.offer(unit, far, &allowed);
    }
    found.best
}

/// Controls that are looked at together: they stay in the fastest memory while all units pass by.
const TILE: usize = 512;
/// Controls of a tile that are measured at once.
const LANES: usize = 16;
/// Coordinates of a first look, in single precision.
const GLANCE: usize = 16;

/// The nearest controls of each unit, as [`nearest`] finds them, by squared distance.
fn nearest_of_all(space: &Whitened, units: &[usize], controls: &[usize], count: usize) -> Vec<Vec<Peer>> {
    let mut found = vec![Nearest::new(count); units.len()];
    let seen = GLANCE.min(space.width);
    let largest = space.values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    // By so much a distance in single precision can be wrong, twice over: nobody is passed over who may be near enough.
    let blur = (seen as f64).sqrt() * largest * 4.0 * f64::from(f32::EPSILON);
    let mut columns = vec![[0.0f32; LANES]; TILE / LANES * seen];
    for tile in controls.chunks(TILE) {
        for (place, control) in tile.iter().enumerate() {
            for (column, value) in space.row(*control)[..seen].iter().enumerate() {
                columns[place / LANES * seen + column][place % LANES] = *value as f32;
            }
        }
        for (unit, nearest) in units.iter().zip(&mut found) {
            let own = space.row(*unit);
            let mut glance = [0.0f32; GLANCE];
            glance.iter_mut().zip(own).for_each(|(slot, value)| *slot = *value as f32);
            let mut bound = beyond(nearest.limit, blur);
            for (block, some) in columns.chunks_exact(seen).zip(tile.chunks(LANES)) {
                let sums = squares_apart(block, &glance);
                // A sum that is no number is looked at closely, too.
                let beyond_bound: usize = sums.iter().map(|sum| usize::from(*sum > bound)).sum();
                if beyond_bound == LANES {
                    continue;
                }
                for (control, sum) in some.iter().zip(&sums) {
                    if *sum > bound {
                        continue;
                    }
                    let before = nearest.limit;
                    nearest.offer(*control, squared_below(own, space.row(*control), before), |_| true);
                    if nearest.limit < before {
                        bound = beyond(nearest.limit, blur);
                    }
                }
            }
        }
    }
    found.into_iter().map(|nearest| nearest.best).collect()
}

/// For each lane the squared distance over the columns of a block.
fn squares_apart(block: &[[f32; LANES]], own: &[f32]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (column, value) in block.iter().zip(own) {
        for lane in 0..LANES {
            let apart = column[lane] - value;
            sums[lane] += apart * apart;
        }
    }
    sums
}

/// The squared distance in single precision from which on a unit is surely beyond a squared limit.
fn beyond(limit: f64, blur: f64) -> f32 {
    let reach = limit.max(0.0).sqrt() + blur;
    (reach * reach * 1.0001) as f32
}

/// Which untreated units are most like each treated one?
///
/// Use it to show peers: the `count` nearest for each treated unit, each free to serve several. To compare outcomes use
/// [`super::match_units`] and its balance. Covariates whose shares add up to a whole: leave one out.
///
/// Formula: Mahalanobis distance with the covariance pooled within groups (a generalised inverse where it is singular), or
/// each difference over its pooled standard deviation.
///
/// # Errors
/// As [`pooled_within_covariance`]; [`Error::Undefined`] when no covariate varies; [`Error::Invalid`] for the propensity
/// distance, which [`super::match_units`] has.
///
/// Source: Rubin (1980), Biometrics 36.
///
/// ```
/// use improvement_stats::matching::{Distance, nearest_peers};
/// let rows = vec![vec![1.0], vec![3.0], vec![1.5], vec![9.0], vec![2.5]];
/// let peers = nearest_peers(&rows, &[true, true, false, false, false], 1, Distance::Mahalanobis)?;
/// assert_eq!((peers[0].peers[0].unit, peers[1].peers[0].unit), (2, 4));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn nearest_peers(covariates: &[Vec<f64>], treated: &[bool], count: usize, distance: Distance) -> Result<Vec<NearestPeers>> {
    if distance == Distance::Propensity {
        return Err(Error::Invalid("peers need a distance between covariates: Mahalanobis or standardised Euclidean".into()));
    }
    super::check(covariates, treated)?;
    let space = Whitened::new(covariates, treated, distance)?;
    let controls: Vec<usize> = (0..treated.len()).filter(|i| !treated[*i]).collect();
    let units: Vec<usize> = (0..treated.len()).filter(|i| treated[*i]).collect();
    let found = nearest_of_all(&space, &units, &controls, count);
    Ok(units
        .into_iter()
        .zip(found)
        .map(|(unit, mut peers)| {
            peers.iter_mut().for_each(|p| p.distance = p.distance.sqrt());
            NearestPeers { unit, peers }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_at_once_finds_what_one_by_one_finds() {
        let mut chance = crate::rng::seeded(5);
        for (width, scale) in [(1, 1.0), (3, 1e30), (20, 1.0), (20, 1e-20)] {
            let mut draw = || (crate::rng::below(&mut chance, 2000) as f64 / 1000.0 - 1.0) * scale;
            let mut values: Vec<f64> = (0..1500 * width).map(|_| draw()).collect();
            // Many ties, and some who are nearly the same.
            values.copy_within(0..400 * width, 700 * width);
            values[701 * width] += 1e-9 * scale;
            let space = Whitened { width, values, singular: false };
            let (units, controls): (Vec<usize>, Vec<usize>) = (0..1500).partition(|unit| *unit < 60);
            for count in [0, 1, 5] {
                let together = nearest_of_all(&space, &units, &controls, count);
                for (unit, peers) in units.iter().zip(together) {
                    let own = space.row(*unit);
                    let far = |c: usize, limit: f64| squared_below(own, space.row(c), limit);
                    assert_eq!(peers, nearest(count, controls.iter().copied(), far, |_| true), "{width} {scale} {count}");
                }
            }
        }
    }
}
