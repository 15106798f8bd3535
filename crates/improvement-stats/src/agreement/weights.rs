//! How much two different ratings still agree.

use crate::{Error, Result};

/// Agreement credit for a pair of categories: 1 for the same, less for further apart.
///
/// Nominal questions take [`Weights::Identity`]; rubric levels take linear, quadratic or Gwet's ordinal weights, agreed before
/// looking at the data. Quadratic weights forgive near misses most, so their coefficients are higher.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Weights {
    /// Only the same category agrees.
    #[default]
    Identity,
    /// 1 minus the distance of the values over the distance of the extremes.
    Linear,
    /// 1 minus the squared distance over the squared distance of the extremes.
    Quadratic,
    /// Gwet's ordinal weights: 1 minus pairs between the two ranks over pairs on the whole scale; uses the order only.
    Ordinal,
    /// Any square matrix, row by row, one row and column a category in ascending order; values from 0 to 1, diagonal 1.
    Custom(Vec<Vec<f64>>),
}

impl Weights {
    /// Short name for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Linear => "linear",
            Self::Quadratic => "quadratic",
            Self::Ordinal => "ordinal",
            Self::Custom(_) => "custom",
        }
    }

    /// The matrix of weights for these ascending categories.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a custom matrix is not square of the right size, [`Error::OutOfRange`] when a custom weight is
    /// not between 0 and 1 or its diagonal not 1.
    ///
    /// ```
    /// use improvement_stats::agreement::Weights;
    /// assert_eq!(Weights::Linear.matrix(&[0.0, 1.0, 2.0])?[0], [1.0, 0.5, 0.0]);
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn matrix(&self, categories: &[f64]) -> Result<Vec<Vec<f64>>> {
        let q = categories.len();
        let span = match (categories.first(), categories.last()) {
            (Some(first), Some(last)) if last > first => last - first,
            _ => 1.0,
        };
        let pairs = |m: usize| (m * m.saturating_sub(1)) as f64 / 2.0;
        let cell = |i: usize, j: usize| match self {
            _ if i == j => 1.0,
            Self::Linear => 1.0 - ((categories[i] - categories[j]) / span).abs(),
            Self::Quadratic => 1.0 - ((categories[i] - categories[j]) / span).powi(2),
            Self::Ordinal => 1.0 - pairs(i.abs_diff(j) + 1) / pairs(q),
            Self::Identity | Self::Custom(_) => 0.0,
        };
        match self {
            Self::Custom(rows) => {
                check_custom(rows, q)?;
                Ok(rows.clone())
            }
            _ => Ok((0..q).map(|i| (0..q).map(|j| cell(i, j)).collect()).collect()),
        }
    }
}

fn check_custom(rows: &[Vec<f64>], q: usize) -> Result<()> {
    if rows.len() != q || rows.iter().any(|row| row.len() != q) {
        return Err(Error::Invalid(format!("custom weights must be a {q} by {q} matrix: one row and column a category")));
    }
    for (i, row) in rows.iter().enumerate() {
        for (j, &w) in row.iter().enumerate() {
            if !(0.0..=1.0).contains(&w) {
                return Err(Error::OutOfRange { what: "custom weight", value: w, expected: "between 0 and 1" });
            }
            if i == j && w != 1.0 {
                return Err(Error::OutOfRange { what: "custom weight of a category with itself", value: w, expected: "1" });
            }
        }
    }
    Ok(())
}
