use super::single::critical_z;
use super::{check_counts, wilson};
use crate::score_test::{ScoreScale, score_interval};
use crate::{Interval, Result, Warning, check_level};

/// How an interval for the difference of two shares is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum DifferenceMethod {
    /// Combines the Wilson intervals of both shares (Newcombe 1998, method 10): good at any size.
    #[default]
    Newcombe,
    /// Difference ± z standard errors. Poor for small groups and for shares near 0 or 1; here for comparison with
    /// others' tables.
    Wald,
    /// Wald after adding one success and one failure to each group (Agresti and Caffo 2000).
    AgrestiCaffo,
    /// Inverts the score test with the n/(n - 1) factor (Miettinen and Nurminen 1985).
    Score,
}

/// The difference of two shares with its interval.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Difference {
    /// First share minus second, from -1 to 1. Times 100: percentage points.
    pub estimate: f64,
    /// Standard error with both shares estimated apart.
    pub standard_error: f64,
    /// Interval for the difference.
    pub interval: Interval,
    /// The first share.
    pub first: f64,
    /// The second share.
    pub second: f64,
    /// Size of the first group.
    pub n_first: u64,
    /// Size of the second group.
    pub n_second: u64,
    /// How the interval was made.
    pub method: DifferenceMethod,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// By how many percentage points do two shares differ?
///
/// `first` and `second` are (count, n). Use it for different people in both groups: another cohort, another school.
/// When the same people are counted twice (students who stayed), the interval is too wide; say that they were treated
/// as different.
///
/// Newcombe in words: from the difference, go down by the root of the summed squares of (first share to its lower
/// Wilson limit) and (second share to its upper one), and up likewise.
///
/// # Errors
/// As [`proportion`](super::proportion), for either group.
///
/// ```
/// use improvement_stats::proportion::{DifferenceMethod, difference};
/// let change = difference((60, 333), (27, 290), DifferenceMethod::Newcombe, 0.95)?;
/// assert_eq!(format!("{:.1}", 100.0 * change.estimate), "8.7");
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn difference(first: (u64, u64), second: (u64, u64), method: DifferenceMethod, level: f64) -> Result<Difference> {
    check_counts(first.0, first.1)?;
    check_counts(second.0, second.1)?;
    check_level(level)?;
    let (x1, n1, x2, n2) = (first.0 as f64, first.1 as f64, second.0 as f64, second.1 as f64);
    let (p1, p2) = (x1 / n1, x2 / n2);
    let z = critical_z(level);
    let estimate = p1 - p2;
    let standard_error = (p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2).sqrt();
    let (low, high) = match method {
        DifferenceMethod::Newcombe => {
            let (low1, high1) = wilson(x1, n1, z);
            let (low2, high2) = wilson(x2, n2, z);
            (estimate - (p1 - low1).hypot(high2 - p2), estimate + (high1 - p1).hypot(p2 - low2))
        }
        DifferenceMethod::Wald => (estimate - z * standard_error, estimate + z * standard_error),
        DifferenceMethod::AgrestiCaffo => {
            let (q1, q2) = ((x1 + 1.0) / (n1 + 2.0), (x2 + 1.0) / (n2 + 2.0));
            let half = z * (q1 * (1.0 - q1) / (n1 + 2.0) + q2 * (1.0 - q2) / (n2 + 2.0)).sqrt();
            (q1 - q2 - half, q1 - q2 + half)
        }
        DifferenceMethod::Score => score_interval(x1, n1, x2, n2, z, ScoreScale::Difference),
    };
    let mut warnings = Vec::new();
    if first.1.min(second.1) < 10 {
        warnings
            .push(Warning::new("small_n", "One of the groups has fewer than 10: the interval matters more than the difference."));
    }
    if method == DifferenceMethod::Wald && standard_error == 0.0 {
        warnings.push(Warning::new("wald_degenerate", "Both shares are 0 or 1: the Wald interval has no width. Use Newcombe."));
    }
    Ok(Difference {
        estimate,
        standard_error,
        interval: Interval::new(low, high, level),
        first: p1,
        second: p2,
        n_first: first.1,
        n_second: second.1,
        method,
        warnings,
    })
}
