use statrs::function::erf::erfc_inv;

use crate::beta::beta_quantile;
use crate::{Error, Interval, Result, Warning, check_level};

/// How an interval for a share is made. The Wald interval is left out on purpose: it has no width at 0 of n and n of n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum ProportionMethod {
    /// Inverts the score test (Wilson 1927). Near the nominal level on average: the one to use for every share on a
    /// screen.
    #[default]
    Wilson,
    /// Wilson with continuity correction (Newcombe 1998, method 4): wider, seldom below the nominal level.
    WilsonContinuity,
    /// Inverts the exact binomial test (Clopper and Pearson 1934). Never below the nominal level, usually wide: for a
    /// legal 'at least'.
    ClopperPearson,
    /// Quantiles of Beta(x + 1/2, n - x + 1/2) (Brown, Cai and DasGupta 2001): for those who think in prior and
    /// posterior.
    Jeffreys,
    /// Normal interval around the share after adding z²/2 successes and failures (Agresti and Coull 1998), cut at 0 and
    /// 1.
    AgrestiCoull,
}

impl ProportionMethod {
    /// The name as people write it.
    ///
    /// ```
    /// assert_eq!(improvement_stats::proportion::ProportionMethod::Wilson.name(), "Wilson");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Wilson => "Wilson",
            Self::WilsonContinuity => "Wilson with continuity correction",
            Self::ClopperPearson => "Clopper-Pearson",
            Self::Jeffreys => "Jeffreys",
            Self::AgrestiCoull => "Agresti-Coull",
        }
    }
}

/// A share with its interval.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Proportion {
    /// count / n, between 0 and 1.
    pub estimate: f64,
    /// √(p(1 - p)/n): for pooling by others, not for making an interval by hand.
    pub standard_error: f64,
    /// Interval for the share.
    pub interval: Interval,
    /// How many have the property.
    pub count: u64,
    /// How many there are.
    pub n: u64,
    /// How the interval was made.
    pub method: ProportionMethod,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// What share has the property, and between which values may it lie?
///
/// Use it for any 'x of n' of separate people or events. Not for percentages of amounts (hours of hours): those vary
/// more than coin tosses, see [`crate::charts::ChartKind::PPrime`].
///
/// Wilson in words: the shares p for which the observed share is not further than z standard errors away, where the
/// standard error is that of p itself: (x + z²/2 ± z √(x(n - x)/n + z²/4)) / (n + z²).
///
/// # Errors
/// [`Error::TooFew`] when `n` is 0; [`Error::OutOfRange`] when `count` exceeds `n`, `n` a billion, or `level` is not
/// between 0 and 1.
///
/// ```
/// use improvement_stats::proportion::{ProportionMethod, proportion};
/// let share = proportion(31, 332, ProportionMethod::Wilson, 0.95)?;
/// assert_eq!(format!("{:.3} to {:.3}", share.interval.low, share.interval.high), "0.067 to 0.129");
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn proportion(count: u64, n: u64, method: ProportionMethod, level: f64) -> Result<Proportion> {
    check_counts(count, n)?;
    check_level(level)?;
    let (x, size) = (count as f64, n as f64);
    let share = x / size;
    let z = critical_z(level);
    let tail = (1.0 - level) / 2.0;
    let (low, high) = match method {
        ProportionMethod::Wilson => wilson(x, size, z),
        ProportionMethod::WilsonContinuity => wilson_continuity(x, size, z),
        ProportionMethod::ClopperPearson => (
            if count == 0 { 0.0 } else { beta_quantile(tail, x, size - x + 1.0) },
            if count == n { 1.0 } else { beta_quantile(1.0 - tail, x + 1.0, size - x) },
        ),
        ProportionMethod::Jeffreys => {
            (beta_quantile(tail, x + 0.5, size - x + 0.5), beta_quantile(1.0 - tail, x + 0.5, size - x + 0.5))
        }
        ProportionMethod::AgrestiCoull => {
            let wider = size + z * z;
            let middle = (x + z * z / 2.0) / wider;
            let half = z * (middle * (1.0 - middle) / wider).sqrt();
            ((middle - half).max(0.0), (middle + half).min(1.0))
        }
    };
    let mut warnings = Vec::new();
    if n < 10 {
        warnings.push(Warning::new("small_n", format!("Only {n} in all: the share says little, look at the interval.")));
    }
    Ok(Proportion {
        estimate: share,
        standard_error: (share * (1.0 - share) / size).sqrt(),
        interval: Interval::new(low, high, level),
        count,
        n,
        method,
        warnings,
    })
}

/// The z that leaves `1 - level` outside both ends.
pub(crate) fn critical_z(level: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(1.0 - level)
}

/// Wilson limits for `x` of `n`, exactly 0 and 1 at the ends.
pub(crate) fn wilson(x: f64, n: f64, z: f64) -> (f64, f64) {
    let square = z * z;
    let half = z * (x * (n - x) / n + square / 4.0).sqrt();
    let low = if x <= 0.0 { 0.0 } else { (x + square / 2.0 - half) / (n + square) };
    let high = if x >= n { 1.0 } else { (x + square / 2.0 + half) / (n + square) };
    (low.max(0.0), high.min(1.0))
}

fn wilson_continuity(x: f64, n: f64, z: f64) -> (f64, f64) {
    let square = z * z;
    let share = x / n;
    let bound = |sign: f64| {
        let inner = square + sign * 2.0 - 1.0 / n + 4.0 * share * (n * (1.0 - share) - sign);
        (2.0 * x + square + sign + sign * z * inner.max(0.0).sqrt()) / (2.0 * (n + square))
    };
    let low = if x <= 0.0 { 0.0 } else { bound(-1.0).max(0.0) };
    let high = if x >= n { 1.0 } else { bound(1.0).min(1.0) };
    (low, high)
}

/// Beyond this the logarithms of factorials lose too many digits.
const MOST: u64 = 1_000_000_000;

pub(crate) fn check_counts(count: u64, n: u64) -> Result<()> {
    if n == 0 {
        return Err(Error::TooFew { what: "n", needed: 1, got: 0 });
    }
    if n > MOST {
        return Err(Error::OutOfRange { what: "n", value: n as f64, expected: "at most a billion" });
    }
    if count > n {
        return Err(Error::OutOfRange { what: "count", value: count as f64, expected: "at most n" });
    }
    Ok(())
}
