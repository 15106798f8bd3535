//! Putting many small estimates together: random-effects pooling and shrinkage.

use crate::{Error, Interval, Result, Warning, check_level, tails};

/// How the variance between studies is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Heterogeneity {
    /// Restricted maximum likelihood: the usual choice.
    Reml,
    /// DerSimonian and Laird: a formula, known from older reports.
    DerSimonianLaird,
    /// Paule and Mandel: the variance at which the weighted spread equals its expectation.
    PauleMandel,
}

/// An interval and test by Hartung and Knapp.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HartungKnapp {
    /// Standard error from the observed weighted spread.
    pub standard_error: f64,
    /// t interval.
    pub interval: Interval,
    /// Estimates minus one.
    pub df: usize,
    /// Two-sided p value for a mean of 0.
    pub p_value: f64,
}

/// One estimate pulled towards the common mean.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shrunken {
    /// The pulled estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Share of the way pulled: 0 not at all, 1 onto the mean.
    pub pulled: f64,
}

/// A pooled estimate.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Pooled {
    /// Mean effect.
    pub estimate: f64,
    /// Its standard error, taking the variance between studies as known.
    pub standard_error: f64,
    /// Normal interval; too short for few studies: show `hartung_knapp`.
    pub interval: Interval,
    /// Two-sided normal p value for a mean of 0.
    pub p_value: f64,
    /// Interval and test for few studies; absent when the estimates do not differ at all.
    pub hartung_knapp: Option<HartungKnapp>,
    /// Where the true effect of a new study would lie (normal).
    pub prediction: Interval,
    /// Variance between studies.
    pub tau2: f64,
    /// Its standard error; absent for Paule-Mandel.
    pub tau2_standard_error: Option<f64>,
    /// Share of the variance that is between studies, in percent.
    pub i2: f64,
    /// Total variance over the variance within.
    pub h2: f64,
    /// Cochran's Q.
    pub q: f64,
    /// p value of Q for no difference between studies.
    pub q_p_value: f64,
    /// Log-likelihood (restricted for REML).
    pub log_likelihood: f64,
    /// Each estimate pulled towards the mean, in the order given.
    pub shrunken: Vec<Shrunken>,
    /// Number of estimates.
    pub n: usize,
    /// How the variance between was estimated.
    pub method: Heterogeneity,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Sums over studies at one value of the variance between.
struct Sums {
    weights: Vec<f64>,
    total: f64,
    mean: f64,
    /// Weighted squared deviations.
    spread: f64,
}

fn sums(y: &[f64], v: &[f64], tau2: f64) -> Sums {
    let weights: Vec<f64> = v.iter().map(|v| 1.0 / (v + tau2)).collect();
    let total: f64 = weights.iter().sum();
    let mean = weights.iter().zip(y).map(|(w, y)| w / total * y).sum::<f64>();
    let spread = weights.iter().zip(y).map(|(w, y)| w * (y - mean).powi(2)).sum();
    Sums { weights, total, mean, spread }
}

impl Sums {
    fn power(&self, exponent: i32) -> f64 {
        self.weights.iter().map(|w| w.powi(exponent)).sum()
    }

    /// Trace of the projection that removes the weighted mean, and of its square.
    fn traces(&self) -> (f64, f64) {
        let (two, three) = (self.power(2), self.power(3));
        (self.total - two / self.total, two - 2.0 * three / self.total + (two / self.total).powi(2))
    }
}

/// What is the effect over all programmes, how much do they differ, and what is each when chance is taken off?
///
/// Use it for estimates of the same thing with known variances: an item's effect in each programme, a gap in each district.
/// Below five show the estimates themselves and claim no pooled effect. Not for estimates that share people.
///
/// `estimates` and `variances` (squared standard errors, above 0) are equally long.
///
/// Formula: weights 1 / (variance + tau²); the mean is the weighted mean; a pulled estimate is tau²/(tau²+v) of the way from the
/// mean to its own. Hartung-Knapp replaces the standard error by the observed weighted spread over (k−1) and uses t.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRangeAt`] for a variance not above 0, [`Error::TooFew`] below
/// two estimates, [`Error::OutOfRange`] for the level, [`Error::NoConvergence`].
///
/// Source: DerSimonian & Laird (1986); Paule & Mandel (1982); Viechtbauer (2005); Hartung & Knapp (2001).
///
/// ```
/// use improvement_stats::pooling::{Heterogeneity, pool};
/// let pooled = pool(&[0.1, 0.3, 0.35, 0.65, 0.45], &[0.01, 0.02, 0.01, 0.04, 0.02], Heterogeneity::Reml, 0.95)?;
/// assert!(pooled.interval.contains(pooled.estimate));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn pool(estimates: &[f64], variances: &[f64], method: Heterogeneity, level: f64) -> Result<Pooled> {
    check_level(level)?;
    check(estimates, variances)?;
    let k = estimates.len();
    let fixed = sums(estimates, variances, 0.0);
    let df = (k - 1) as f64;
    let (trace, trace_squared) = fixed.traces();
    let tau2 = match method {
        Heterogeneity::DerSimonianLaird => ((fixed.spread - df) / trace).max(0.0),
        Heterogeneity::PauleMandel => paule_mandel(estimates, variances)?,
        Heterogeneity::Reml => reml(estimates, variances)?,
    };
    let at = sums(estimates, variances, tau2);
    let standard_error = (1.0 / at.total).sqrt();
    if !(tau2.is_finite() && at.mean.is_finite() && standard_error.is_finite() && trace > 0.0) {
        let reason = "variances differ by too many orders of magnitude";
        return Err(Error::Undefined { what: "pooled estimate", reason });
    }
    let tau2_standard_error = match method {
        Heterogeneity::Reml => Some((2.0 / at.traces().1).sqrt()),
        Heterogeneity::DerSimonianLaird => {
            Some((2.0 * df + 4.0 * tau2 * trace + 2.0 * tau2 * tau2 * trace_squared).sqrt() / trace)
        }
        Heterogeneity::PauleMandel => None,
    };
    let typical = df / trace;
    let z = -tails::normal_quantile((1.0 - level) / 2.0);
    let around = |reach: f64| Interval::new(at.mean - reach, at.mean + reach, level);
    let shrunken = estimates.iter().zip(variances).map(|(y, v)| {
        let own = tau2 / (tau2 + v);
        let error = (own * v + (1.0 - own).powi(2) / at.total).sqrt();
        Shrunken { estimate: at.mean + own * (y - at.mean), standard_error: error, pulled: 1.0 - own }
    });
    Ok(Pooled {
        estimate: at.mean,
        standard_error,
        interval: around(z * standard_error),
        p_value: tails::normal_two_sided(at.mean / standard_error),
        hartung_knapp: hartung_knapp(&at, k, level),
        prediction: around(z * (tau2 + 1.0 / at.total).sqrt()),
        tau2,
        tau2_standard_error,
        i2: 100.0 * tau2 / (typical + tau2),
        h2: tau2 / typical + 1.0,
        q: fixed.spread,
        q_p_value: tails::chi_squared_above(fixed.spread, df),
        log_likelihood: log_likelihood(&at, method == Heterogeneity::Reml),
        shrunken: shrunken.collect(),
        n: k,
        method,
        warnings: warnings(k),
    })
}

fn check(y: &[f64], v: &[f64]) -> Result<()> {
    if y.len() != v.len() {
        return Err(Error::LengthMismatch { left: "estimates", left_len: y.len(), right: "variances", right_len: v.len() });
    }
    for (what, values) in [("estimates", y), ("variances", v)] {
        if let Some(index) = values.iter().position(|x| !x.is_finite()) {
            return Err(Error::NotFinite { what, index });
        }
    }
    if let Some(index) = v.iter().position(|v| *v <= 0.0) {
        return Err(Error::OutOfRangeAt { what: "variances", index, value: v[index], expected: "above 0" });
    }
    if y.len() < 2 {
        return Err(Error::TooFew { what: "estimates", needed: 2, got: y.len() });
    }
    Ok(())
}

fn warnings(k: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if k < 5 {
        let message = format!("Only {k} estimates: show them one by one and make no pooled claim.");
        warnings.push(Warning::new("too_few_studies", message));
    } else if k < 20 {
        let message = "Few estimates: the variance between them is uncertain, so use the Hartung-Knapp interval.";
        warnings.push(Warning::new("use_hartung_knapp", message));
    }
    warnings
}

fn hartung_knapp(at: &Sums, k: usize, level: f64) -> Option<HartungKnapp> {
    let df = k - 1;
    let standard_error = (at.spread / df as f64 / at.total).sqrt();
    if standard_error <= 0.0 {
        return None;
    }
    let reach = tails::t_critical(level, df as f64) * standard_error;
    let interval = Interval::new(at.mean - reach, at.mean + reach, level);
    let p_value = tails::t_two_sided(at.mean / standard_error, df as f64);
    Some(HartungKnapp { standard_error, interval, df, p_value })
}

fn log_likelihood(at: &Sums, restricted: bool) -> f64 {
    let k = at.weights.len() as f64;
    let log_weights: f64 = at.weights.iter().map(|w| w.ln()).sum();
    let two_pi = (2.0 * std::f64::consts::PI).ln();
    if restricted {
        -0.5 * (k - 1.0) * two_pi + 0.5 * k.ln() + 0.5 * log_weights - 0.5 * at.total.ln() - 0.5 * at.spread
    } else {
        -0.5 * k * two_pi + 0.5 * log_weights - 0.5 * at.spread
    }
}

const MOST_STEPS: usize = 2000;

fn paule_mandel(y: &[f64], v: &[f64]) -> Result<f64> {
    let df = (y.len() - 1) as f64;
    if sums(y, v, 0.0).spread <= df {
        return Ok(0.0);
    }
    let mut high = y.iter().map(|y| y.abs()).fold(0.0, f64::max).powi(2) + 1e-300;
    while high.is_finite() && sums(y, v, high).spread > df {
        high *= 2.0;
    }
    bisect(0.0, high, |tau2| sums(y, v, tau2).spread - df)
}

/// Where a falling function crosses 0.
fn bisect(mut low: f64, mut high: f64, value: impl Fn(f64) -> f64) -> Result<f64> {
    for _ in 0..MOST_STEPS {
        let middle = 0.5 * (low + high);
        if high - low <= 1e-15 * high || middle <= low || middle >= high {
            return Ok(middle);
        }
        if value(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Err(Error::NoConvergence { what: "variance between studies", iterations: MOST_STEPS })
}

/// The largest restricted likelihood: Fisher steps, halved until the likelihood rises.
fn reml(y: &[f64], v: &[f64]) -> Result<f64> {
    let value = |tau2: f64| log_likelihood(&sums(y, v, tau2), true);
    let fixed = sums(y, v, 0.0);
    let mut tau2 = ((fixed.spread - (y.len() - 1) as f64) / fixed.traces().0).max(0.0);
    let mut best = value(tau2);
    for _ in 0..MOST_STEPS {
        let at = sums(y, v, tau2);
        let (trace, trace_squared) = at.traces();
        let squares: f64 = at.weights.iter().zip(y).map(|(w, y)| w * w * (y - at.mean).powi(2)).sum();
        let mut step = (squares - trace) / trace_squared;
        if !step.is_finite() {
            break;
        }
        let mut next = (tau2 + step).max(0.0);
        let mut reached = value(next);
        while reached < best && step.abs() > 1e-15 * (tau2 + f64::MIN_POSITIVE) {
            step /= 2.0;
            next = (tau2 + step).max(0.0);
            reached = value(next);
        }
        let moved = (next - tau2).abs();
        if reached >= best {
            tau2 = next;
            best = reached;
        }
        if moved <= 1e-14 * tau2 || moved == 0.0 {
            return Ok(tau2);
        }
    }
    Err(Error::NoConvergence { what: "variance between studies", iterations: MOST_STEPS })
}
