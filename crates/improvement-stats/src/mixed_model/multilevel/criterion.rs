//! The criterion at given spreads of the random effects: a Cholesky factorisation, block by block.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::blocks::{Blocks, Component, Lead};
use super::dense::*;
use crate::{Error, Result};

/// Where the free entries of the spread matrices stand: lower triangles, one for each set of effects that may be correlated.
pub(super) struct Spread {
    /// Factor, row and column of each entry.
    pub entries: Vec<(usize, usize, usize)>,
    widths: Vec<usize>,
}

impl Spread {
    pub fn new(blocks: &Blocks) -> Self {
        let mut entries = Vec::new();
        for (at, factor) in blocks.factors.iter().enumerate() {
            for (column, (set, _)) in factor.sources.iter().enumerate() {
                let rows = (column..factor.width()).filter(|row| factor.sources[*row].0 == *set);
                entries.extend(rows.map(|row| (at, row, column)));
            }
        }
        Self { entries, widths: blocks.factors.iter().map(|factor| factor.width()).collect() }
    }

    /// All effects equally spread, uncorrelated.
    pub fn even(&self, size: f64) -> Vec<f64> {
        self.entries.iter().map(|(_, row, column)| if row == column { size } else { 0.0 }).collect()
    }

    /// The matrix of each factor.
    pub fn matrices(&self, theta: &[f64]) -> Vec<Vec<f64>> {
        let mut matrices: Vec<Vec<f64>> = self.widths.iter().map(|width| vec![0.0; width * width]).collect();
        for ((factor, row, column), value) in self.entries.iter().zip(theta) {
            matrices[*factor][row * self.widths[*factor] + column] = *value;
        }
        matrices
    }
}

/// What follows from given spreads, in units of the residual standard deviation.
pub(super) struct Point {
    /// Logarithm of the determinant of the random part.
    pub log_random: f64,
    /// Logarithm of the determinant of the fixed part.
    pub log_fixed: f64,
    pub coefficients: DVector<f64>,
    /// Penalised residual sum of squares.
    pub residual: f64,
    /// Covariance of the fixed effects over the residual variance.
    pub inverse: DMatrix<f64>,
}

impl Point {
    /// −2 log-likelihood at the best residual variance, for this many rows.
    pub fn deviance(&self, freedom: f64, reml: bool) -> f64 {
        self.at_variance(self.residual / freedom, freedom, reml)
    }

    /// −2 log-likelihood at a residual variance.
    pub fn at_variance(&self, variance: f64, freedom: f64, reml: bool) -> f64 {
        let fixed = if reml { self.log_fixed } else { 0.0 };
        self.log_random + fixed + self.residual / variance + freedom * (2.0 * std::f64::consts::PI * variance).ln()
    }
}

/// The most likely effects of a level and their covariance over the residual variance, row by row.
#[derive(Clone, Default)]
pub(super) struct LevelEffects {
    pub values: Vec<f64>,
    pub spread: Vec<f64>,
}

/// A level of the largest grouping, eliminated.
struct Eliminated {
    factor: Vec<f64>,
    /// What remains of its products with fixed columns and response.
    products: Vec<f64>,
    /// What remains of each link.
    links: Vec<Vec<f64>>,
}

/// Room for the elimination of one level after the other.
struct Room {
    size: usize,
    width: usize,
    half: Vec<f64>,
    factor: Vec<f64>,
    products: Vec<f64>,
}

impl Room {
    fn new(size: usize, width: usize) -> Self {
        let square = || vec![0.0; size * size];
        Self { size, width, half: square(), factor: square(), products: vec![0.0; size * width] }
    }

    /// Factorises a level's own part, and answers the logarithm of its determinant.
    fn eliminate(&mut self, lead: &Lead, spread: &[f64]) -> Result<f64> {
        let (size, width) = (self.size, self.width);
        transposed_product(spread, size, &lead.gram, size, &mut self.half);
        product(&self.half, size, spread, size, &mut self.factor);
        (0..size).for_each(|i| self.factor[i * size + i] += 1.0);
        if !cholesky(&mut self.factor, size) {
            return Err(UNSTABLE);
        }
        transposed_product(spread, size, &lead.products, width, &mut self.products);
        forward(&self.factor, size, &mut self.products, width);
        Ok(super::dense::log_determinant(&self.factor, size))
    }
}

/// A component, factorised.
struct Factorised {
    leads: Vec<Eliminated>,
    /// The factor of the smaller groupings' matrix.
    matrix: Vec<f64>,
    products: Vec<f64>,
    log_determinant: f64,
}

const UNSTABLE: Error =
    Error::Singular { what: "the random part of the model", reason: "effects that differ between groups say the same" };

impl Blocks {
    pub fn at(&self, matrices: &[Vec<f64>]) -> Result<Point> {
        let width = self.p + 1;
        let mut cross = self.cross.clone();
        let mut log_random = 0.0;
        let mut room = Room::new(self.factors[0].width(), width);
        for component in &self.components {
            // With one grouping each group is a component: nothing needs to be kept of it.
            if component.size == 0 {
                for lead in &component.leads {
                    log_random += room.eliminate(lead, &matrices[0])?;
                    subtract_products(&room.products, width, &room.products, width, &mut cross, width);
                }
                continue;
            }
            let done = self.factorise(component, matrices)?;
            log_random += done.log_determinant;
            for lead in &done.leads {
                subtract_products(&lead.products, width, &lead.products, width, &mut cross, width);
            }
            subtract_products(&done.products, width, &done.products, width, &mut cross, width);
        }
        let p = self.p;
        let gram = DMatrix::from_fn(p, p, |i, j| cross[i * width + j]);
        let reason = "a term is a mixture of others: leave one out";
        let singular = Error::Singular { what: "the model", reason };
        let diagonal: Vec<f64> = (0..p).map(|i| self.cross[i * width + i]).collect();
        let factor = Cholesky::new(gram).ok_or_else(|| singular.clone())?;
        let whole = Cholesky::new(DMatrix::from_fn(p, p, |i, j| self.cross[i * width + j])).ok_or_else(|| singular.clone())?;
        if (0..p).any(|i| whole.l_dirty()[(i, i)].powi(2) <= 1e-11 * diagonal[i]) {
            return Err(singular);
        }
        let right = DVector::from_fn(p, |i, _| cross[i * width + p]);
        let coefficients = factor.solve(&right);
        let contrast = DVector::from_fn(width, |i, _| if i == p { 1.0 } else { -coefficients[i] });
        let residual = contrast.dot(&(DMatrix::from_row_slice(width, width, &cross) * &contrast));
        if residual.is_nan() || residual <= 1e-20 * self.n as f64 {
            let reason = "the terms and groups explain every value exactly";
            return Err(Error::Undefined { what: "residual variance", reason });
        }
        let log_fixed = 2.0 * factor.l_dirty().diagonal().iter().map(|d| d.ln()).sum::<f64>();
        Ok(Point { log_random, log_fixed, coefficients, residual, inverse: factor.inverse() })
    }

    fn factorise(&self, component: &Component, matrices: &[Vec<f64>]) -> Result<Factorised> {
        let width = self.p + 1;
        let (k, size) = (self.factors[0].width(), component.size);
        let mut matrix = vec![0.0; size * size];
        let mut products = vec![0.0; size * width];
        for pair in &component.pairs {
            let (a, b) = (self.factors[pair.factors.0].width(), self.factors[pair.factors.1].width());
            let (mut half, mut whole) = (vec![0.0; a * b], vec![0.0; a * b]);
            transposed_product(&matrices[pair.factors.0], a, &pair.products, b, &mut half);
            product(&half, a, &matrices[pair.factors.1], b, &mut whole);
            for i in 0..a {
                for j in 0..b {
                    matrix[(pair.offsets.0 + i) * size + pair.offsets.1 + j] += whole[i * b + j];
                }
            }
        }
        (0..size).for_each(|i| matrix[i * size + i] += 1.0);
        for member in &component.members {
            let own = self.factors[member.factor].width();
            let slots = &mut products[member.offset * width..(member.offset + own) * width];
            transposed_product(&matrices[member.factor], own, &member.products, width, slots);
        }
        let mut log_determinant = 0.0;
        let mut leads = Vec::with_capacity(component.leads.len());
        let mut room = Room::new(k, width);
        for lead in &component.leads {
            log_determinant += room.eliminate(lead, &matrices[0])?;
            let (factor, own) = (room.factor.clone(), room.products.clone());
            let mut links = Vec::with_capacity(lead.links.len());
            for link in &lead.links {
                let rows = self.factors[link.factor].width();
                let (mut turned, mut remains) = (vec![0.0; rows * k], vec![0.0; rows * k]);
                transposed_product(&matrices[link.factor], rows, &link.products, k, &mut turned);
                product(&turned, rows, &matrices[0], k, &mut remains);
                // Each row solves with the factor: remains = turned · L'⁻¹.
                remains.chunks_mut(k).for_each(|row| forward(&factor, k, row, 1));
                links.push(remains);
            }
            for (a, left) in lead.links.iter().zip(&links) {
                for (i, row) in left.chunks(k).enumerate() {
                    let slots = &mut products[(a.offset + i) * width..(a.offset + i + 1) * width];
                    for (weight, values) in row.iter().zip(own.chunks(width)) {
                        slots.iter_mut().zip(values).for_each(|(slot, value)| *slot -= weight * value);
                    }
                }
                for (b, right) in lead.links.iter().zip(&links).filter(|(b, _)| b.offset <= a.offset) {
                    subtract_outer(left, right, k, &mut matrix[a.offset * size + b.offset..], size);
                }
            }
            leads.push(Eliminated { factor, products: own, links });
        }
        if size > 0 {
            if !cholesky(&mut matrix, size) {
                return Err(UNSTABLE);
            }
            log_determinant += super::dense::log_determinant(&matrix, size);
            forward(&matrix, size, &mut products, width);
        }
        Ok(Factorised { leads, matrix, products, log_determinant })
    }

    /// The effects of each level of each factor, given the fixed effects.
    pub fn effects(&self, matrices: &[Vec<f64>], coefficients: &DVector<f64>) -> Result<Vec<Vec<LevelEffects>>> {
        let (width, k) = (self.p + 1, self.factors[0].width());
        let contrast: Vec<f64> = coefficients.iter().map(|c| -c).chain([1.0]).collect();
        let residuals = |products: &[f64]| -> Vec<f64> {
            products.chunks(width).map(|row| row.iter().zip(&contrast).map(|(a, b)| a * b).sum()).collect()
        };
        let mut all: Vec<Vec<LevelEffects>> =
            self.factors.iter().map(|factor| vec![LevelEffects::default(); factor.labels.len()]).collect();
        for component in &self.components {
            let done = self.factorise(component, matrices)?;
            let size = component.size;
            let mut rest = residuals(&done.products);
            backward(&done.matrix, size, &mut rest, 1);
            // The inverse of the smaller groupings' matrix.
            let mut inverse = vec![0.0; size * size];
            (0..size).for_each(|i| inverse[i * size + i] = 1.0);
            forward(&done.matrix, size, &mut inverse, size.max(1));
            backward(&done.matrix, size, &mut inverse, size.max(1));
            for member in &component.members {
                let own = self.factors[member.factor].width();
                let part = |i: usize, j: usize| inverse[(member.offset + i) * size + member.offset + j];
                let spread: Vec<f64> = (0..own * own).map(|at| part(at / own, at % own)).collect();
                all[member.factor][member.level] =
                    turned(&matrices[member.factor], own, &rest[member.offset..member.offset + own], &spread);
            }
            for (lead, eliminated) in component.leads.iter().zip(&done.leads) {
                let mut own = residuals(&eliminated.products);
                let columns: usize = lead.links.iter().map(|link| self.factors[link.factor].width()).sum();
                // What the levels of the smaller groupings take from this one, and how unsure they are.
                let (mut taken, mut places) = (vec![0.0; k * columns], Vec::with_capacity(columns));
                for (link, remains) in lead.links.iter().zip(&eliminated.links) {
                    for (i, row) in remains.chunks(k).enumerate() {
                        for (j, weight) in row.iter().enumerate() {
                            own[j] -= weight * rest[link.offset + i];
                            taken[j * columns + places.len()] = *weight;
                        }
                        places.push(link.offset + i);
                    }
                }
                backward(&eliminated.factor, k, &mut own, 1);
                if columns > 0 {
                    backward(&eliminated.factor, k, &mut taken, columns);
                }
                let mut spread = vec![0.0; k * k];
                (0..k).for_each(|i| spread[i * k + i] = 1.0);
                forward(&eliminated.factor, k, &mut spread, k);
                backward(&eliminated.factor, k, &mut spread, k);
                for i in 0..k {
                    for j in 0..k {
                        for (a, first) in places.iter().enumerate() {
                            for (b, second) in places.iter().enumerate() {
                                spread[i * k + j] +=
                                    taken[i * columns + a] * inverse[first * size + second] * taken[j * columns + b];
                            }
                        }
                    }
                }
                all[0][lead.level] = turned(&matrices[0], k, &own, &spread);
            }
        }
        Ok(all)
    }
}

/// Standardised effects and their covariance in the units of the columns.
fn turned(matrix: &[f64], size: usize, effects: &[f64], spread: &[f64]) -> LevelEffects {
    let matrix = DMatrix::from_row_slice(size, size, matrix);
    let values = &matrix * DVector::from_column_slice(effects);
    let spread = &matrix * DMatrix::from_row_slice(size, size, spread) * matrix.transpose();
    LevelEffects { values: values.iter().copied().collect(), spread: spread.transpose().iter().copied().collect() }
}
