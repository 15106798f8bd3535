use crate::proportion::{check_counts, critical_z};
use crate::score_test::{ScoreScale, score_interval};
use crate::{Error, Interval, Result, Warning, check_level};

/// How an interval for a risk ratio is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum RatioMethod {
    /// Normal on the log scale with √(1/x₁ - 1/n₁ + 1/x₂ - 1/n₂) (Katz 1978): what officials use; undefined for a count
    /// of 0, where the score interval is given instead.
    #[default]
    Katz,
    /// Katz after adding 1/2 to counts and sizes.
    KatzAdjusted,
    /// Inverts the score test (Koopman 1984; Miettinen and Nurminen 1985): for small or zero counts.
    Score,
}

/// A ratio of two shares with its interval.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RiskRatio {
    /// First share over second; infinite when the second count is 0.
    pub estimate: f64,
    /// Standard error of its logarithm; absent when a count is 0.
    pub standard_error_log: Option<f64>,
    /// Interval for the ratio; its high end may be infinite.
    pub interval: Interval,
    /// First share.
    pub first: f64,
    /// Second share.
    pub second: f64,
    /// Size of the first group.
    pub n_first: u64,
    /// Size of the second group.
    pub n_second: u64,
    /// How the interval was made; Score when Katz was asked for but a count is 0.
    pub method: RatioMethod,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// How many times as likely is the outcome in the first group as in the second?
///
/// `first` and `second` are (count, n) of groups that do not overlap. Use it for rare outcomes and for official
/// thresholds; for common ones (above 20 % or so) show the difference too, since '1.1 times' of 80 % is 8 points.
///
/// # Errors
/// [`Error::Undefined`] when both counts are 0; [`Error::TooFew`] for an empty group; [`Error::OutOfRange`] for a count
/// above its n or a wrong level.
///
/// ```
/// use improvement_stats::fairness::{RatioMethod, risk_ratio};
/// let ratio = risk_ratio((36, 89), (69, 369), RatioMethod::Katz, 0.95)?;
/// assert_eq!(format!("{:.1} to {:.1}", ratio.interval.low, ratio.interval.high), "1.6 to 3.0");
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn risk_ratio(first: (u64, u64), second: (u64, u64), method: RatioMethod, level: f64) -> Result<RiskRatio> {
    check_counts(first.0, first.1)?;
    check_counts(second.0, second.1)?;
    check_level(level)?;
    if first.0 == 0 && second.0 == 0 {
        return Err(Error::Undefined {
            what: "the risk ratio",
            reason: "nobody in either group has the outcome; show the counts",
        });
    }
    let (x1, n1, x2, n2) = (first.0 as f64, first.1 as f64, second.0 as f64, second.1 as f64);
    let z = critical_z(level);
    let no_zero = first.0 > 0 && second.0 > 0;
    let log_error = |x1: f64, n1: f64, x2: f64, n2: f64| (1.0 / x1 - 1.0 / n1 + 1.0 / x2 - 1.0 / n2).max(0.0).sqrt();
    let around = |ratio: f64, error: f64| (ratio * (-z * error).exp(), ratio * (z * error).exp());
    let mut warnings = Vec::new();
    let (method, (low, high)) = match method {
        RatioMethod::Katz if no_zero => (method, around((x1 / n1) / (x2 / n2), log_error(x1, n1, x2, n2))),
        RatioMethod::KatzAdjusted => {
            let [x1, n1, x2, n2] = [x1, n1, x2, n2].map(|v| v + 0.5);
            (method, around((x1 / n1) / (x2 / n2), log_error(x1, n1, x2, n2)))
        }
        RatioMethod::Katz | RatioMethod::Score => {
            if method == RatioMethod::Katz {
                let text = "A count is 0, where the Katz interval does not exist: this is the score interval.";
                warnings.push(Warning::new("katz_undefined", text));
            }
            (RatioMethod::Score, score_interval(x1, n1, x2, n2, z, ScoreScale::Ratio))
        }
    };
    if first.1.min(second.1) < 10 {
        warnings
            .push(Warning::new("small_n", "One of the groups has fewer than 10: the ratio may change wildly with one person."));
    }
    Ok(RiskRatio {
        estimate: (x1 / n1) / (x2 / n2),
        standard_error_log: no_zero.then(|| log_error(x1, n1, x2, n2)),
        interval: Interval::new(low, high, level),
        first: x1 / n1,
        second: x2 / n2,
        n_first: first.1,
        n_second: second.1,
        method,
        warnings,
    })
}
