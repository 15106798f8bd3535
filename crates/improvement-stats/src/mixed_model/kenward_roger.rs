//! Kenward and Roger's correction for few groups.

use nalgebra::{DMatrix, DVector, Matrix2};

use super::data::Data;

/// Adjusted covariance of the coefficients, and the expected-information covariance of the two variances with the
/// derivatives that give each contrast its degrees of freedom.
pub(super) struct KenwardRoger {
    pub covariance: DMatrix<f64>,
    plain: DMatrix<f64>,
    variances: Matrix2<f64>,
    slopes: [DMatrix<f64>; 2],
}

impl KenwardRoger {
    /// `between` and `residual` are the two variances in standardised units. All matrices involved share the groups' means
    /// and the deviations from them as eigenspaces, so each is a weighted sum of the same cross-products.
    pub fn new(data: &Data, between: f64, residual: f64) -> Option<Self> {
        let p = data.p;
        let weighted = |within: f64, mean: &dyn Fn(f64, f64) -> f64| {
            let mut sum = data.within.view((0, 0), (p, p)) * within;
            for class in &data.classes {
                let root = residual + class.size * between;
                sum += class.means.view((0, 0), (p, p)) * (class.size * mean(class.size, root));
            }
            sum
        };
        let traced = |within: f64, mean: &dyn Fn(f64, f64) -> f64| {
            let groups: f64 = data.classes.iter().map(|c| c.count).sum();
            let means: f64 = data.classes.iter().map(|c| c.count * mean(c.size, residual + c.size * between)).sum();
            (data.n as f64 - groups) * within + means
        };
        let plain = weighted(1.0 / residual, &|_, root| 1.0 / root).try_inverse()?;
        let slopes = [
            weighted(0.0, &|size, root| -size / (root * root)),
            weighted(-1.0 / residual.powi(2), &|_, root| -1.0 / (root * root)),
        ];
        // Powers of the group's size count how often the between variance is differentiated.
        let mixed = |power: i32, within: f64| weighted(within, &|size, root| size.powi(power) / root.powi(3));
        let cube = 1.0 / residual.powi(3);
        let bends = [[mixed(2, 0.0), mixed(1, 0.0)], [mixed(1, 0.0), mixed(0, cube)]];
        let square = 1.0 / residual.powi(2);
        let trace = |power: i32, within: f64| traced(within, &|size, root| size.powi(power) / (root * root));
        let traces = [[trace(2, 0.0), trace(1, 0.0)], [trace(1, 0.0), trace(0, square)]];
        let information = Matrix2::from_fn(|j, k| {
            traces[j][k] - 2.0 * (&plain * &bends[j][k]).trace() + (&plain * &slopes[j] * &plain * &slopes[k]).trace()
        });
        let variances = information.try_inverse()? * 2.0;
        let mut middle = DMatrix::zeros(p, p);
        for j in 0..2 {
            for k in 0..2 {
                middle += (&bends[j][k] - &slopes[j] * &plain * &slopes[k]) * variances[(j, k)];
            }
        }
        let covariance = &plain + &plain * middle * &plain * 2.0;
        Some(Self { covariance, plain, variances, slopes })
    }

    /// Degrees of freedom of one contrast of the coefficients.
    pub fn df(&self, contrast: &DVector<f64>) -> f64 {
        let spread = contrast.dot(&(&self.plain * contrast));
        let side = &self.plain * contrast;
        let slope = |j: usize| side.dot(&(&self.slopes[j] * &side)) / spread;
        let mut part = 0.0;
        for j in 0..2 {
            for k in 0..2 {
                part += self.variances[(j, k)] * slope(j) * slope(k);
            }
        }
        2.0 / part
    }
}
