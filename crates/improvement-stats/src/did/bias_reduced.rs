//! CR2: residuals given back what the fit took from them, and Satterthwaite's degrees of freedom.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::least_squares::Fit;

/// Each cluster's adjustment matrix, and X'W²X.
pub(super) struct BiasReduced {
    adjustments: Vec<DMatrix<f64>>,
    squared: DMatrix<f64>,
}

impl BiasReduced {
    pub fn new(fit: &Fit) -> Self {
        let mut weighted = fit.x.clone();
        for mut column in weighted.column_iter_mut() {
            column.component_mul_assign(&fit.weights);
        }
        let squared = weighted.tr_mul(&weighted);
        let spread = &fit.bread * &squared * &fit.bread;
        let adjustments = (0..fit.clusters())
            .map(|g| {
                let (from, size) = (fit.starts[g], fit.starts[g + 1] - fit.starts[g]);
                let x = fit.x.rows(from, size);
                let hat = x * &fit.bread * weighted.rows(from, size).transpose();
                let left = DMatrix::identity(size, size) - &hat - hat.transpose() + x * &spread * x.transpose();
                inverse_root(left)
            })
            .collect();
        Self { adjustments, squared }
    }

    /// Standard error and degrees of freedom of the coefficient whose column of (X'WX)⁻¹ is `side`.
    pub fn contrast(&self, fit: &Fit, side: &DVector<f64>) -> (f64, f64) {
        let k = fit.x.ncols();
        let g = fit.clusters();
        let mut variance = 0.0;
        let mut own = DVector::zeros(g);
        let (mut through, mut against) = (DMatrix::zeros(k, g), DMatrix::zeros(k, g));
        for cluster in 0..g {
            let (from, size) = (fit.starts[cluster], fit.starts[cluster + 1] - fit.starts[cluster]);
            let (x, w) = (fit.x.rows(from, size), fit.weights.rows(from, size));
            let lever = &self.adjustments[cluster] * (x * side).component_mul(&w);
            variance += lever.dot(&fit.residuals.rows(from, size)).powi(2);
            own[cluster] = lever.norm_squared();
            through.set_column(cluster, &(&fit.bread * x.tr_mul(&lever)));
            against.set_column(cluster, &x.tr_mul(&lever.component_mul(&w)));
        }
        // Covariances of the clusters' contributions when all residuals have the same spread.
        let cross = against.tr_mul(&through);
        let mut products = through.tr_mul(&(&self.squared * &through)) - &cross - cross.transpose();
        for cluster in 0..g {
            products[(cluster, cluster)] += own[cluster];
        }
        (variance.sqrt(), products.trace().powi(2) / products.norm_squared())
    }
}

/// The symmetric inverse square root; directions that the fit took away altogether stay away.
fn inverse_root(matrix: DMatrix<f64>) -> DMatrix<f64> {
    let size = matrix.nrows();
    let symmetric = (&matrix + matrix.transpose()) * 0.5;
    let Some(eigen) = SymmetricEigen::try_new(symmetric, f64::EPSILON, 10_000) else {
        return DMatrix::identity(size, size);
    };
    let mut scaled = eigen.eigenvectors.clone();
    for (mut column, value) in scaled.column_iter_mut().zip(eigen.eigenvalues.iter()) {
        column *= if *value > 1e-10 { 1.0 / value.sqrt() } else { 0.0 };
    }
    scaled * eigen.eigenvectors.transpose()
}
