//! The elastic net by coordinate descent on cross-products.

use nalgebra::{DMatrix, DVector};

use super::gram::{Gram, centres, check};
use crate::{Error, Result, Warning};

/// How the ridge part of the penalty is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ridge {
    /// As the objective is written in textbooks and in scikit-learn.
    #[default]
    Textbook,
    /// As R's glmnet does: the ridge part divided by the outcome's standard deviation (divisor n).
    Glmnet,
}

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct NetOptions {
    /// Share of the lasso: 1 lasso, 0 ridge.
    pub alpha: f64,
    /// Penalties, best from large to small; empty for 100 from the smallest that leaves nothing in, downwards.
    pub lambdas: Vec<f64>,
    /// Whether predictors are scaled to equal variance before the penalty; coefficients come back in their own units.
    pub standardise: bool,
    /// How the ridge part is scaled.
    pub ridge: Ridge,
}

impl Default for NetOptions {
    fn default() -> Self {
        Self { alpha: 1.0, lambdas: Vec::new(), standardise: true, ridge: Ridge::Textbook }
    }
}

/// Coefficients at one penalty.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetCoefficients {
    /// The penalty.
    pub lambda: f64,
    /// Intercept.
    pub intercept: f64,
    /// One coefficient a predictor, in its own unit.
    pub beta: Vec<f64>,
    /// Coefficients that are not 0.
    pub nonzero: usize,
    /// Share of the outcome's variance explained in these rows.
    pub r_squared: f64,
}

/// A path of fits.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetPath {
    /// One fit a penalty, in the order given.
    pub fits: Vec<NetCoefficients>,
    /// Smallest penalty at which all coefficients are 0; absent for pure ridge.
    pub lambda_max: Option<f64>,
    /// Share of the lasso.
    pub alpha: f64,
    /// Rows.
    pub n: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Which predictors carry the outcome together, at each strength of penalty?
///
/// Use it when predictors are many and go together. For drivers first centre predictors and outcome within partnerships. Not
/// for tests: selected coefficients have no ordinary p values. `x` has a row an observation; a constant predictor gets 0.
///
/// Formula: minimise RSS/(2n) + λ(α·sum |b| + (1−α)/2·sum b²) over centred data, predictors divided by their standard deviation
/// (divisor n) when `standardise`; see [`Ridge`] for glmnet's variant.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`], [`Error::NotFinite`] (also beyond 1e140), [`Error::TooFew`] below three rows,
/// [`Error::OutOfRange`] for alpha or a penalty, [`Error::Undefined`] when the outcome does not vary,
/// [`Error::NoConvergence`].
///
/// Source: Zou & Hastie (2005), JRSS B 67; Friedman, Hastie & Tibshirani (2010), Journal of Statistical Software 33.
///
/// ```
/// use improvement_stats::elastic_net::{NetOptions, elastic_net_path};
/// let x: Vec<Vec<f64>> = (0..30).map(|i| vec![f64::from(i % 7), f64::from(i % 5)]).collect();
/// let y: Vec<f64> = x.iter().map(|r| 2.0 * r[0]).collect();
/// let path = elastic_net_path(&x, &y, &NetOptions { lambdas: vec![0.1], ..NetOptions::default() })?;
/// assert!(path.fits[0].beta[0] > 1.9 && path.fits[0].beta[1] == 0.0);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn elastic_net_path(x: &[Vec<f64>], y: &[f64], options: &NetOptions) -> Result<NetPath> {
    let width = check(x, y)?;
    check_options(options)?;
    let centres = centres(x, y);
    let gram = Gram::new(x, y, 0..x.len(), &centres);
    let problem = Problem::new(&gram, options)?;
    let lambdas = problem.lambdas(options, x.len(), width);
    let mut warnings = Vec::new();
    if x.len() < 3 * width {
        let message = format!("{} rows for {width} predictors: treat this as exploration.", x.len());
        warnings.push(Warning::new("exploratory", message));
    }
    let mut fits = problem.path(&lambdas)?;
    for fit in &mut fits {
        let shift: f64 = fit.beta.iter().zip(&centres).map(|(b, c)| b * c).sum();
        fit.intercept += centres[width] - shift;
    }
    Ok(NetPath { fits, lambda_max: problem.lambda_max(), alpha: options.alpha, n: x.len(), warnings })
}

pub(super) fn check_options(options: &NetOptions) -> Result<()> {
    if !(0.0..=1.0).contains(&options.alpha) {
        return Err(Error::OutOfRange { what: "alpha", value: options.alpha, expected: "between 0 and 1" });
    }
    if let Some(index) = options.lambdas.iter().position(|l| !(l.is_finite() && *l >= 0.0)) {
        let value = options.lambdas[index];
        return Err(Error::OutOfRangeAt { what: "lambdas", index, value, expected: "0 or more" });
    }
    Ok(())
}

/// The fit in standardised units, about the common centre.
pub(super) struct Problem {
    alpha: f64,
    /// What the ridge part is multiplied by.
    ridge: f64,
    pub scales: Vec<f64>,
    outcome_scale: f64,
    covariances: Vec<f64>,
    target: Vec<f64>,
    means: Vec<f64>,
    pub width: usize,
}

const MOST_SWEEPS: usize = 20_000;
/// Beyond this many coefficients in use, solving at once costs more than sweeping.
const MOST_SOLVED_AT_ONCE: usize = 400;
const SWEEPS_BETWEEN_SOLUTIONS: usize = 5;

impl Problem {
    pub fn new(gram: &Gram, options: &NetOptions) -> Result<Self> {
        let width = gram.width - 1;
        let outcome_scale = gram.covariance(width, width).max(0.0).sqrt();
        if outcome_scale <= 0.0 || !outcome_scale.is_finite() {
            return Err(Error::Undefined { what: "elastic net", reason: "the outcome is the same in every row" });
        }
        let spread = |j: usize| gram.covariance(j, j).max(0.0).sqrt();
        let scales: Vec<f64> = (0..width)
            .map(|j| {
                if spread(j) <= 0.0 {
                    0.0
                } else if options.standardise {
                    spread(j)
                } else {
                    1.0
                }
            })
            .collect();
        let inverse = |s: f64| if s > 0.0 { 1.0 / s } else { 0.0 };
        let mut covariances = vec![0.0; width * width];
        for i in 0..width {
            for j in 0..=i {
                let value = gram.covariance(i, j) * inverse(scales[i]) * inverse(scales[j]);
                covariances[i * width + j] = value;
                covariances[j * width + i] = value;
            }
        }
        let target = (0..width).map(|j| gram.covariance(j, width) * inverse(scales[j])).collect();
        let ridge = match options.ridge {
            Ridge::Textbook => 1.0,
            Ridge::Glmnet => 1.0 / outcome_scale,
        };
        let means = (0..=width).map(|j| gram.mean(j)).collect();
        Ok(Self { alpha: options.alpha, ridge, scales, outcome_scale, covariances, target, means, width })
    }

    fn strongest(&self) -> f64 {
        self.target.iter().fold(0.0, |m, t| m.max(t.abs()))
    }

    pub fn lambda_max(&self) -> Option<f64> {
        (self.alpha > 0.0).then(|| self.strongest() / self.alpha)
    }

    pub fn lambdas(&self, options: &NetOptions, n: usize, p: usize) -> Vec<f64> {
        if !options.lambdas.is_empty() {
            return options.lambdas.clone();
        }
        let top = self.strongest() / self.alpha.max(1e-3);
        let depth: f64 = if n < p { 1e-2 } else { 1e-4 };
        (0..100).map(|i| top * depth.powf(f64::from(i) / 99.0)).collect()
    }

    /// The start of a path: all coefficients 0.
    pub fn start(&self) -> State {
        State { beta: vec![0.0; self.width], gradient: self.target.clone() }
    }

    pub fn path(&self, lambdas: &[f64]) -> Result<Vec<NetCoefficients>> {
        let mut state = self.start();
        lambdas
            .iter()
            .map(|&lambda| {
                self.descend(&mut state, lambda)?;
                Ok(self.coefficients(&state.beta, lambda))
            })
            .collect()
    }

    /// Sweeps over all coefficients, then over those that are not 0 until they settle, and again until a full sweep changes
    /// nothing.
    pub fn descend(&self, state: &mut State, lambda: f64) -> Result<()> {
        let settled = 1e-10 * self.outcome_scale;
        let all: Vec<usize> = (0..self.width).filter(|j| self.scales[*j] > 0.0).collect();
        let mut sweeps = 0;
        while sweeps < MOST_SWEEPS {
            sweeps += 1;
            if self.sweep(state, &all, lambda) <= settled {
                return Ok(());
            }
            let active: Vec<usize> = all.iter().copied().filter(|j| state.beta[*j] != 0.0).collect();
            if active.len() <= MOST_SOLVED_AT_ONCE && self.solve_active(state, &active, lambda) {
                continue;
            }
            for _ in 0..SWEEPS_BETWEEN_SOLUTIONS {
                sweeps += 1;
                if self.sweep(state, &active, lambda) <= settled {
                    break;
                }
            }
        }
        Err(Error::NoConvergence { what: "the elastic net", iterations: MOST_SWEEPS })
    }

    /// Solves for the coefficients in use at once, their signs kept; false, and nothing changed, when a sign would turn.
    /// Sweeps alone take very long where predictors are nearly mixtures of one another.
    fn solve_active(&self, state: &mut State, active: &[usize], lambda: f64) -> bool {
        let ridge = lambda * (1.0 - self.alpha) * self.ridge;
        let gram = DMatrix::from_fn(active.len(), active.len(), |i, j| {
            self.covariances[active[i] * self.width + active[j]] + if i == j { ridge } else { 0.0 }
        });
        let lasso = lambda * self.alpha;
        let right = DVector::from_fn(active.len(), |i, _| self.target[active[i]] - lasso.copysign(state.beta[active[i]]));
        let Some(solution) = gram.cholesky().map(|factor| factor.solve(&right)) else { return false };
        let kept = active.iter().zip(solution.iter()).all(|(j, b)| b.is_finite() && b * state.beta[*j] > 0.0);
        if kept {
            active.iter().zip(solution.iter()).for_each(|(j, b)| state.beta[*j] = *b);
            state.gradient.copy_from_slice(&self.target);
            for &j in active {
                let (b, line) = (state.beta[j], &self.covariances[j * self.width..(j + 1) * self.width]);
                state.gradient.iter_mut().zip(line).for_each(|(g, c)| *g -= b * c);
            }
        }
        kept
    }

    fn sweep(&self, state: &mut State, columns: &[usize], lambda: f64) -> f64 {
        let mut largest = 0.0_f64;
        let (lasso, ridge) = (lambda * self.alpha, lambda * (1.0 - self.alpha) * self.ridge);
        for &j in columns {
            let line = &self.covariances[j * self.width..(j + 1) * self.width];
            let own = line[j];
            let pull = state.gradient[j] + own * state.beta[j];
            let next = (pull.abs() - lasso).max(0.0).copysign(pull) / (own + ridge);
            let change = next - state.beta[j];
            if change != 0.0 {
                state.beta[j] = next;
                state.gradient.iter_mut().zip(line).for_each(|(g, c)| *g -= change * c);
                largest = largest.max(change.abs() * own.sqrt());
            }
        }
        largest
    }

    fn coefficients(&self, standardised: &[f64], lambda: f64) -> NetCoefficients {
        let beta: Vec<f64> = standardised.iter().zip(&self.scales).map(|(b, s)| if *b == 0.0 { 0.0 } else { b / s }).collect();
        let shift: f64 = beta.iter().zip(&self.means).map(|(b, m)| b * m).sum();
        let linear: f64 = standardised.iter().zip(&self.target).map(|(b, t)| b * t).sum();
        let mut square = 0.0;
        for (i, b) in standardised.iter().enumerate().filter(|(_, b)| **b != 0.0) {
            square += b * standardised.iter().zip(&self.covariances[i * self.width..]).map(|(c, g)| c * g).sum::<f64>();
        }
        let nonzero = beta.iter().filter(|b| **b != 0.0).count();
        let r_squared = (2.0 * linear - square) / self.outcome_scale.powi(2);
        NetCoefficients { lambda, intercept: self.means[self.width] - shift, beta, nonzero, r_squared }
    }
}

/// Where the descent stands: coefficients, and covariances of predictors with what is left of the outcome.
pub(super) struct State {
    pub beta: Vec<f64>,
    gradient: Vec<f64>,
}
