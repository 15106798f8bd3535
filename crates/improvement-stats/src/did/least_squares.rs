//! Least squares with classical, heteroscedasticity-robust and cluster-robust standard errors.

use nalgebra::{DMatrix, DVector};

use super::bias_reduced::BiasReduced;
use crate::mixed_model::{Term, group_codes};
use crate::{Error, Interval, Result, Warning, check_level, tails};

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionOptions {
    /// A weight above 0 for each row; empty for equal weights.
    pub weights: Vec<f64>,
    /// Confidence level, 0.95 for 95 %.
    pub level: f64,
    /// Coefficients that do not count in CR1's (n−1)/(n−k), for instance the dummies of units nested in clusters, as some
    /// programs do. 0 counts all.
    pub uncounted: usize,
    /// Whether to compute CR2 with its degrees of freedom; it costs the cube of the largest cluster.
    pub cr2: bool,
}

impl Default for RegressionOptions {
    fn default() -> Self {
        Self { weights: Vec::new(), level: 0.95, uncounted: 0, cr2: true }
    }
}

/// One coefficient with its standard errors.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RobustCoefficient {
    /// Name of the term; "(Intercept)" for the intercept.
    pub term: String,
    /// Change of the outcome for one unit of the term.
    pub estimate: f64,
    /// Standard error for independent rows of equal spread.
    pub se_classical: f64,
    /// Standard error for independent rows of any spread (HC1).
    pub se_hc1: f64,
    /// Cluster-robust, uncorrected.
    pub se_cr0: f64,
    /// Cluster-robust times G/(G−1).
    pub se_cr1_groups_only: f64,
    /// Cluster-robust times G/(G−1) · (n−1)/(n−k).
    pub se_cr1: f64,
    /// t with CR1.
    pub t: f64,
    /// Its p value with clusters minus one degrees of freedom.
    pub p_value: f64,
    /// Its t interval with the same.
    pub interval: Interval,
    /// Bias-reduced cluster-robust error, where asked for.
    pub se_cr2: Option<f64>,
    /// Satterthwaite's degrees of freedom for CR2.
    pub df_cr2: Option<f64>,
    /// p value with CR2.
    pub p_value_cr2: Option<f64>,
    /// t interval with CR2.
    pub interval_cr2: Option<Interval>,
}

/// A regression with cluster-robust errors.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RobustRegression {
    /// Intercept first, then the terms in the order given.
    pub coefficients: Vec<RobustCoefficient>,
    /// Complete rows.
    pub n: usize,
    /// Coefficients.
    pub k: usize,
    /// Clusters.
    pub clusters: usize,
    /// Clusters minus one: degrees of freedom of the CR1 tests.
    pub df: usize,
    /// Rows left out because a value was missing.
    pub rows_dropped: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

impl RobustRegression {
    /// The coefficient with this name.
    ///
    /// ```
    /// use improvement_stats::did::{RegressionOptions, cluster_robust};
    /// use improvement_stats::mixed_model::Term;
    /// let x: Vec<f64> = (0..40).map(|i| f64::from(i % 4)).collect();
    /// let y: Vec<f64> = (0..40).map(|i| f64::from(i % 4) + f64::from(i * 7 % 11) * 0.1).collect();
    /// let clusters: Vec<usize> = (0..40).map(|i| i / 4).collect();
    /// let fit = cluster_robust(&y, &[Term::new("x", x)], &clusters, &RegressionOptions::default())?;
    /// assert!(fit.coefficient("x").is_some() && fit.coefficient("z").is_none());
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn coefficient(&self, term: &str) -> Option<&RobustCoefficient> {
        self.coefficients.iter().find(|c| c.term == term)
    }
}

/// Rows in order of their clusters, solved.
pub(super) struct Fit {
    pub x: DMatrix<f64>,
    pub y: DVector<f64>,
    pub weights: DVector<f64>,
    /// First row of each cluster, and the end.
    pub starts: Vec<usize>,
    /// (X'WX)⁻¹.
    pub bread: DMatrix<f64>,
    /// Turns an outcome into coefficients.
    pub beta: DVector<f64>,
    pub residuals: DVector<f64>,
    pub names: Vec<String>,
    pub rows_dropped: usize,
}

impl Fit {
    pub fn new(y: &[f64], terms: &[Term], clusters: &[usize], weights: &[f64]) -> Result<Self> {
        let mut rows = complete_rows(y, terms, clusters, weights)?;
        let (codes, _) = group_codes(clusters);
        rows.sort_by_key(|i| codes[*i]);
        let (n, k) = (rows.len(), terms.len() + 1);
        if n <= k {
            return Err(Error::TooFew { what: "complete rows", needed: k + 1, got: n });
        }
        let mut starts = vec![0];
        for chunk in rows.chunk_by(|a, b| codes[*a] == codes[*b]) {
            starts.push(starts[starts.len() - 1] + chunk.len());
        }
        if starts.len() < 3 {
            return Err(Error::TooFew { what: "clusters", needed: 2, got: starts.len() - 1 });
        }
        let x = DMatrix::from_fn(n, k, |i, j| if j == 0 { 1.0 } else { terms[j - 1].values[rows[i]] });
        let y = DVector::from_fn(n, |i, _| y[rows[i]]);
        let weight = DVector::from_fn(n, |i, _| if weights.is_empty() { 1.0 } else { weights[rows[i]] });
        let names = std::iter::once("(Intercept)".to_owned()).chain(terms.iter().map(|t| t.name.clone())).collect();
        let bread = bread(&x, &weight)?;
        let mut fit = Self {
            beta: DVector::zeros(k),
            residuals: y.clone(),
            x,
            y,
            weights: weight,
            starts,
            bread,
            names,
            rows_dropped: codes.len() - n,
        };
        fit.beta = fit.solve(&fit.y);
        fit.residuals = fit.residuals_of(&fit.y, &fit.beta);
        if !fit.residuals.iter().chain(fit.beta.iter()).all(|v| v.is_finite()) {
            return Err(Error::Invalid("values are too large to compute with: change their unit".into()));
        }
        Ok(fit)
    }

    /// Coefficients for another outcome; a second pass on the residuals removes most of the rounding of the first.
    pub fn solve(&self, outcome: &DVector<f64>) -> DVector<f64> {
        let once = |y: &DVector<f64>| &self.bread * self.x.tr_mul(&self.weights.component_mul(y));
        let first = once(outcome);
        let second = once(&self.residuals_of(outcome, &first));
        first + second
    }

    pub fn residuals_of(&self, outcome: &DVector<f64>, beta: &DVector<f64>) -> DVector<f64> {
        outcome - &self.x * beta
    }

    pub fn clusters(&self) -> usize {
        self.starts.len() - 1
    }

    /// Sum of weighted x times residual in each cluster: one column a cluster.
    pub fn scores(&self, residuals: &DVector<f64>) -> DMatrix<f64> {
        let mut scores = DMatrix::zeros(self.x.ncols(), self.clusters());
        for g in 0..self.clusters() {
            let (from, size) = (self.starts[g], self.starts[g + 1] - self.starts[g]);
            let weighted = self.weights.rows(from, size).component_mul(&residuals.rows(from, size));
            scores.set_column(g, &self.x.rows(from, size).tr_mul(&weighted));
        }
        scores
    }

    /// What CR1 multiplies CR0 by, with and without the correction for the number of coefficients.
    pub fn corrections(&self, uncounted: usize) -> (f64, f64) {
        let (g, n) = (self.clusters() as f64, self.x.nrows() as f64);
        let k = self.x.ncols().saturating_sub(uncounted) as f64;
        let groups = g / (g - 1.0);
        (groups, groups * (n - 1.0) / (n - k))
    }
}

fn complete_rows(y: &[f64], terms: &[Term], clusters: &[usize], weights: &[f64]) -> Result<Vec<usize>> {
    let n = y.len();
    let same = |right: &'static str, right_len: usize| {
        if right_len == n { Ok(()) } else { Err(Error::LengthMismatch { left: "outcome", left_len: n, right, right_len }) }
    };
    same("clusters", clusters.len())?;
    terms.iter().try_for_each(|t| same("a term", t.values.len()))?;
    if !weights.is_empty() {
        same("weights", weights.len())?;
    }
    for values in terms.iter().map(|t| t.values.as_slice()).chain([y, weights]) {
        if let Some(index) = values.iter().position(|v| v.is_infinite()) {
            return Err(Error::NotFinite { what: "outcome, term or weights", index });
        }
    }
    if let Some(index) = weights.iter().position(|w| *w <= 0.0) {
        return Err(Error::OutOfRangeAt { what: "weights", index, value: weights[index], expected: "above 0" });
    }
    let missing = |i: usize| y[i].is_nan() || weights.get(i).is_some_and(|w| w.is_nan());
    Ok((0..n).filter(|&i| !missing(i) && !terms.iter().any(|t| t.values[i].is_nan())).collect())
}

/// (X'WX)⁻¹ by orthogonal triangles, columns scaled to equal length first.
fn bread(x: &DMatrix<f64>, weights: &DVector<f64>) -> Result<DMatrix<f64>> {
    let k = x.ncols();
    let mut scaled = x.clone();
    for mut column in scaled.column_iter_mut() {
        for (value, weight) in column.iter_mut().zip(weights.iter()) {
            *value *= weight.sqrt();
        }
    }
    let lengths: Vec<f64> = scaled.column_iter().map(|c| c.norm()).collect();
    let reason = "a term is constant or a mixture of others: leave one out";
    let singular = Error::Singular { what: "the regression", reason };
    if lengths.iter().any(|l| !(l.is_finite() && *l > 0.0)) {
        return Err(singular);
    }
    for (mut column, length) in scaled.column_iter_mut().zip(&lengths) {
        column /= *length;
    }
    let triangle = scaled.qr().unpack_r();
    if (0..k).any(|i| triangle[(i, i)].abs() < 1e-9) {
        return Err(singular);
    }
    let inverse = triangle.solve_upper_triangular(&DMatrix::identity(k, k)).ok_or(singular)?;
    let mut bread = &inverse * inverse.transpose();
    for i in 0..k {
        for j in 0..k {
            bread[(i, j)] /= lengths[i] * lengths[j];
        }
    }
    Ok(bread)
}

/// What goes with the outcome, when rows of a cluster are not independent?
///
/// Ordinary or weighted least squares with an intercept. Use it for panels of schools or districts, clustered by the unit that
/// was treated. Below about 40 clusters read CR2 or [`super::wild_cluster_bootstrap`]; with one to five treated clusters none
/// of the errors means anything: use [`super::placebo_did`]. Give factors as dummies, one level left out.
///
/// Formula: the variance is (X'WX)⁻¹ (sum over clusters of X'We e'WX) (X'WX)⁻¹; CR1 multiplies it by G/(G−1)·(n−1)/(n−k) and
/// tests with G−1 degrees of freedom; CR2 first divides each cluster's residuals by the root of what the fit took from them.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRangeAt`] for weights, [`Error::TooFew`] for rows or clusters,
/// [`Error::Singular`] for a constant or redundant term, [`Error::OutOfRange`] for the level.
///
/// Source: Liang & Zeger (1986); Bell & McCaffrey (2002); Pustejovsky & Tipton (2018), Journal of Business & Economic
/// Statistics 36.
///
/// ```
/// use improvement_stats::did::{RegressionOptions, cluster_robust};
/// use improvement_stats::mixed_model::Term;
/// let clusters: Vec<usize> = (0..40).map(|i| i / 4).collect();
/// let x: Vec<f64> = (0..40).map(|i| f64::from(i % 4)).collect();
/// let y: Vec<f64> = (0..40).map(|i| f64::from(i % 4) + f64::from(i * 7 % 11) * 0.1).collect();
/// let fit = cluster_robust(&y, &[Term::new("x", x)], &clusters, &RegressionOptions::default())?;
/// assert_eq!((fit.clusters, fit.k), (10, 2));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn cluster_robust(y: &[f64], terms: &[Term], clusters: &[usize], options: &RegressionOptions) -> Result<RobustRegression> {
    check_level(options.level)?;
    let fit = Fit::new(y, terms, clusters, &options.weights)?;
    let (n, k, g) = (fit.x.nrows(), fit.x.ncols(), fit.clusters());
    let scores = fit.scores(&fit.residuals);
    let spread: f64 = fit.residuals.iter().zip(fit.weights.iter()).map(|(e, w)| w * e * e).sum::<f64>() / (n - k) as f64;
    let weighted: DVector<f64> = fit.residuals.component_mul(&fit.weights);
    let reduced = if options.cr2 { Some(BiasReduced::new(&fit)) } else { None };
    let (groups_only, full) = fit.corrections(options.uncounted);
    let coefficients = (0..k)
        .map(|j| {
            let side = fit.bread.column(j).into_owned();
            let meat = scores.tr_mul(&side).norm_squared();
            let rows = &fit.x * &side;
            let hc0: f64 = rows.iter().zip(weighted.iter()).map(|(r, e)| (r * e).powi(2)).sum();
            let (estimate, se_cr1) = (fit.beta[j], (meat * full).sqrt());
            let (t, df) = (estimate / se_cr1, (g - 1) as f64);
            let around = |se: f64, df: f64| {
                let reach = tails::t_critical(options.level, df) * se;
                Interval::new(estimate - reach, estimate + reach, options.level)
            };
            let better = reduced.as_ref().map(|r| r.contrast(&fit, &side));
            RobustCoefficient {
                term: fit.names[j].clone(),
                estimate,
                se_classical: (spread * fit.bread[(j, j)]).sqrt(),
                se_hc1: (hc0 * n as f64 / (n - k) as f64).sqrt(),
                se_cr0: meat.sqrt(),
                se_cr1_groups_only: (meat * groups_only).sqrt(),
                se_cr1,
                t,
                p_value: tails::t_two_sided(t, df),
                interval: around(se_cr1, df),
                se_cr2: better.map(|b| b.0),
                df_cr2: better.map(|b| b.1),
                p_value_cr2: better.map(|b| tails::t_two_sided(estimate / b.0, b.1)),
                interval_cr2: better.map(|b| around(b.0, b.1)),
            }
        })
        .collect();
    let mut warnings = Vec::new();
    if g < 40 {
        let message = format!("With {g} clusters CR1 finds too much: read CR2 or the wild cluster bootstrap.");
        warnings.push(Warning::new("few_clusters", message));
    }
    if fit.rows_dropped > 0 {
        let message = format!("{} rows with a missing value are left out.", fit.rows_dropped);
        warnings.push(Warning::new("rows_dropped", message));
    }
    Ok(RobustRegression { coefficients, n, k, clusters: g, df: g - 1, rows_dropped: fit.rows_dropped, warnings })
}
