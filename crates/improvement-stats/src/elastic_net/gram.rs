//! Sums of cross-products: all that the fits need of the rows.

use nalgebra::{DMatrix, DMatrixView};

use crate::{Error, Result};

/// Beyond this many predictors the square matrix of cross-products no longer fits in ordinary memory.
const MOST_PREDICTORS: usize = 4000;

/// Cross-products of columns (predictors, then the outcome) about a common centre.
#[derive(Debug, Clone)]
pub(super) struct Gram {
    pub n: f64,
    pub width: usize,
    sums: Vec<f64>,
    products: Vec<f64>,
}

/// Checks rows and outcome; the number of predictors.
pub(super) fn check(x: &[Vec<f64>], y: &[f64]) -> Result<usize> {
    if x.len() != y.len() {
        return Err(Error::LengthMismatch { left: "rows", left_len: x.len(), right: "outcome", right_len: y.len() });
    }
    let width = x.first().map_or(0, Vec::len);
    if width == 0 {
        return Err(Error::Empty { what: "predictors" });
    }
    if width > MOST_PREDICTORS {
        let expected = "at most 4000";
        return Err(Error::OutOfRange { what: "number of predictors", value: width as f64, expected });
    }
    for (index, row) in x.iter().enumerate() {
        if row.len() != width {
            return Err(Error::Invalid(format!("row {index} has {} predictors but the first has {width}", row.len())));
        }
        if row.iter().any(|v| v.is_nan() || v.abs() >= 1e140) {
            return Err(Error::NotFinite { what: "predictors of row", index });
        }
    }
    if let Some(index) = y.iter().position(|v| v.is_nan() || v.abs() >= 1e140) {
        return Err(Error::NotFinite { what: "outcome", index });
    }
    if x.len() < 3 {
        return Err(Error::TooFew { what: "rows", needed: 3, got: x.len() });
    }
    Ok(width)
}

/// Means of the columns, outcome last.
pub(super) fn centres(x: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let mut centres = vec![0.0; x[0].len() + 1];
    for (row, outcome) in x.iter().zip(y) {
        centres.iter_mut().zip(row.iter().chain([outcome])).for_each(|(c, v)| *c += v / n);
    }
    centres
}

impl Gram {
    /// Sums over the given rows. Rows are taken in blocks, so that each block stays in the fast memory while its
    /// cross-products are added up.
    pub fn new(x: &[Vec<f64>], y: &[f64], rows: impl Iterator<Item = usize>, centres: &[f64]) -> Self {
        let width = centres.len();
        let mut gram = Self { n: 0.0, width, sums: vec![0.0; width], products: vec![0.0; width * width] };
        const BLOCK: usize = 512;
        let mut block = Vec::with_capacity(width * BLOCK);
        let mut products = DMatrix::zeros(width, width);
        for row in rows {
            gram.n += 1.0;
            let values = x[row].iter().chain([&y[row]]).zip(centres).map(|(value, centre)| value - centre);
            for (sum, value) in gram.sums.iter_mut().zip(values) {
                *sum += value;
                block.push(value);
            }
            if block.len() == width * BLOCK {
                add_products(&mut products, &mut block);
            }
        }
        add_products(&mut products, &mut block);
        gram.products.copy_from_slice(products.as_slice());
        gram
    }

    /// The rows of `self` without those of `part`.
    pub fn without(&self, part: &Self) -> Self {
        let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let (sums, products) = (minus(&self.sums, &part.sums), minus(&self.products, &part.products));
        Self { n: self.n - part.n, width: self.width, sums, products }
    }

    pub fn mean(&self, i: usize) -> f64 {
        self.sums[i] / self.n
    }

    fn raw(&self, i: usize, j: usize) -> f64 {
        self.products[i.max(j) * self.width + i.min(j)]
    }

    /// Covariance with divisor n.
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        let value = self.raw(i, j) / self.n - self.mean(i) * self.mean(j);
        // A constant column leaves only rounding.
        if i == j && value <= 1e-14 * (self.raw(i, i) / self.n) { 0.0 } else { value }
    }

    /// Sum of squared differences between the outcome and intercept + predictors × beta (about the common centre).
    pub fn squared_error(&self, intercept: f64, beta: &[f64]) -> f64 {
        let y = self.width - 1;
        let mut total = self.raw(y, y) - 2.0 * intercept * self.sums[y] + self.n * intercept * intercept;
        for (i, b) in beta.iter().enumerate().filter(|(_, b)| **b != 0.0) {
            total += 2.0 * b * (intercept * self.sums[i] - self.raw(i, y));
            for (j, c) in beta.iter().enumerate().filter(|(_, c)| **c != 0.0) {
                total += b * c * self.raw(i, j);
            }
        }
        total.max(0.0)
    }
}

/// Adds the cross-products of a block of rows, and empties it.
fn add_products(products: &mut DMatrix<f64>, block: &mut Vec<f64>) {
    let width = products.nrows();
    let rows = DMatrixView::from_slice(block, width, block.len() / width);
    products.gemm(1.0, &rows, &rows.transpose(), 1.0);
    block.clear();
}
