use statrs::function::gamma::ln_gamma;

use crate::proportion::{check_counts, critical_z};
use crate::{Error, Interval, Result, Warning, check_level};

/// How an interval for an odds ratio is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum OddsMethod {
    /// Normal on the log scale (Woolf 1955); absent when one of the four counts is 0.
    #[default]
    Logit,
    /// Woolf after adding 1/2 to each of the four counts (Haldane, Anscombe, Gart).
    LogitAdjusted,
}

/// A ratio of odds with its interval.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OddsRatio {
    /// Odds in the first group over odds in the second; infinite when the second odds are 0 or the first infinite.
    pub estimate: f64,
    /// Standard error of its logarithm; absent when one of the four counts is 0.
    pub standard_error_log: Option<f64>,
    /// Interval; absent for Woolf when one of the four counts is 0.
    pub interval: Option<Interval>,
    /// Fisher's exact p value, two-sided.
    pub fisher_p_value: f64,
    /// Size of the first group.
    pub n_first: u64,
    /// Size of the second group.
    pub n_second: u64,
    /// How the interval was made.
    pub method: OddsMethod,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// By what factor do the odds of the outcome differ?
///
/// For models and for comparison with published tables. For people use [`risk_ratio`](super::risk_ratio) or
/// [`crate::proportion::difference`]: an odds ratio reads as 'times as likely' and is not, unless the outcome is rare.
///
/// # Errors
/// [`Error::Undefined`] when nobody or everybody in both groups has the outcome; otherwise as
/// [`risk_ratio`](super::risk_ratio).
///
/// ```
/// use improvement_stats::fairness::{OddsMethod, odds_ratio};
/// assert_eq!(odds_ratio((3, 11), (9, 9), OddsMethod::Logit, 0.95)?.interval, None);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn odds_ratio(first: (u64, u64), second: (u64, u64), method: OddsMethod, level: f64) -> Result<OddsRatio> {
    check_counts(first.0, first.1)?;
    check_counts(second.0, second.1)?;
    check_level(level)?;
    if first.0 + second.0 == 0 || (first.0 == first.1 && second.0 == second.1) {
        let reason = "nobody or everybody in both groups has the outcome; show the counts";
        return Err(Error::Undefined { what: "the odds ratio", reason });
    }
    let cells = [first.0, first.1 - first.0, second.0, second.1 - second.0].map(|v| v as f64);
    let [a, b, c, d] = cells;
    let no_zero = cells.iter().all(|v| *v > 0.0);
    let z = critical_z(level);
    let around = |cells: [f64; 4]| {
        let [a, b, c, d] = cells;
        let half = z * cells.iter().map(|v| 1.0 / v).sum::<f64>().sqrt();
        let log = (a / b / (c / d)).ln();
        Interval::new((log - half).exp(), (log + half).exp(), level)
    };
    let interval = match method {
        OddsMethod::Logit => no_zero.then(|| around(cells)),
        OddsMethod::LogitAdjusted => Some(around(cells.map(|v| v + 0.5))),
    };
    let mut warnings = Vec::new();
    if !no_zero {
        warnings
            .push(Warning::new("zero_cell", "One of the four counts is 0: the odds ratio is 0 or infinite, show the counts."));
    }
    Ok(OddsRatio {
        estimate: (a * d) / (b * c),
        standard_error_log: no_zero.then(|| cells.iter().map(|v| 1.0 / v).sum::<f64>().sqrt()),
        interval,
        fisher_p_value: fisher_exact(first, second)?,
        n_first: first.1,
        n_second: second.1,
        method,
        warnings,
    })
}

/// How likely are counts at least as uneven as these, if both groups had the same chance and the totals were fixed?
///
/// The two-sided p value sums the chances of all tables not likelier than the one seen (Fisher 1935). Exact and
/// cautious; for an estimate use the ratio with its interval instead.
///
/// # Errors
/// [`Error::TooFew`] for an empty group; [`Error::OutOfRange`] for a count above its n or more than 100 million people.
///
/// ```
/// let p = improvement_stats::fairness::fisher_exact((3, 11), (9, 9))?;
/// assert!((p - 0.00138).abs() < 1e-5);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn fisher_exact(first: (u64, u64), second: (u64, u64)) -> Result<f64> {
    check_counts(first.0, first.1)?;
    check_counts(second.0, second.1)?;
    let people = first.1.saturating_add(second.1);
    if people > 100_000_000 {
        return Err(Error::OutOfRange { what: "n", value: people as f64, expected: "at most 100 million in all" });
    }
    let cases = first.0 + second.0;
    let log_choose = |n: u64, k: u64| ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0);
    let log_chance = |k: u64| log_choose(first.1, k) + log_choose(second.1, cases - k) - log_choose(people, cases);
    // Tables equally likely on paper differ by rounding; R allows the same hair.
    let seen = log_chance(first.0) + 1e-7;
    let possible = cases.saturating_sub(second.1)..=cases.min(first.1);
    let p: f64 = possible.map(log_chance).filter(|chance| *chance <= seen).map(f64::exp).sum();
    Ok(p.min(1.0))
}
