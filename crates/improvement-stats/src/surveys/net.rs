use crate::proportion::critical_z;
use crate::{Error, Interval, Result, Warning, check_level};

/// A net promoter score.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetScore {
    /// 100 (share of 9 and 10 minus share of 0 to 6), from -100 to 100.
    pub estimate: f64,
    /// Standard error: 100 √((p + d - (p - d)²)/n).
    pub standard_error: f64,
    /// Normal interval; for small n it may pass -100 or 100.
    pub interval: Interval,
    /// Standard error when nearly all of a known number answered: with n - 1 and √(1 - n/N). Absent without `invited`.
    pub standard_error_finite: Option<f64>,
    /// Share that chose 9 or 10.
    pub promoters: f64,
    /// Share that chose 0 to 6.
    pub detractors: f64,
    /// How many answered.
    pub n: u64,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Would people recommend it, on balance? The net promoter score of answers from 0 to 10.
///
/// Use it only where others ask for it: it throws most of the answers away, so its interval is wide (9 answers: ± 57).
/// Do not draw trends of small sessions. `invited` is how many could have answered.
///
/// # Errors
/// [`Error::TooFew`] without answers; [`Error::OutOfRangeAt`] for a value not between 0 and 10; [`Error::OutOfRange`]
/// when fewer were invited than answered or the level is wrong.
///
/// ```
/// use improvement_stats::surveys::net_score;
/// let values: Vec<_> = [9, 9, 8, 10, 10, 6, 5, 5, 8].into_iter().map(Some).collect();
/// assert_eq!(net_score(&values, Some(60), 0.95)?.estimate.round(), 11.0);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn net_score(values: &[Option<i32>], invited: Option<u64>, level: f64) -> Result<NetScore> {
    check_level(level)?;
    let (mut n, mut for_it, mut against) = (0u64, 0u64, 0u64);
    for (index, value) in values.iter().enumerate() {
        match value {
            None => continue,
            Some(0..=6) => against += 1,
            Some(9..=10) => for_it += 1,
            Some(7..=8) => {}
            Some(other) => {
                return Err(Error::OutOfRangeAt {
                    what: "answers",
                    index,
                    value: f64::from(*other),
                    expected: "between 0 and 10",
                });
            }
        }
        n += 1;
    }
    if n == 0 {
        return Err(Error::TooFew { what: "answers", needed: 1, got: 0 });
    }
    if let Some(invited) = invited.filter(|&invited| invited < n) {
        return Err(Error::OutOfRange { what: "invited", value: invited as f64, expected: "at least as many as answered" });
    }
    let size = n as f64;
    let (promoters, detractors) = (for_it as f64 / size, against as f64 / size);
    let balance = promoters - detractors;
    let variance = (promoters + detractors - balance * balance).max(0.0);
    let standard_error = 100.0 * (variance / size).sqrt();
    let half = critical_z(level) * standard_error;
    let estimate = 100.0 * balance;
    let mut warnings = Vec::new();
    if n < 30 {
        warnings.push(Warning::new(
            "small_n",
            format!("Only {n} answers: the score may be anywhere in a wide interval, do not trend it."),
        ));
    }
    if standard_error == 0.0 {
        warnings.push(Warning::new("no_variation", "Everybody is on one side: the interval has no width, which is too sure."));
    }
    Ok(NetScore {
        estimate,
        standard_error,
        interval: Interval::new(estimate - half, estimate + half, level),
        standard_error_finite: invited
            .filter(|_| n > 1)
            .map(|invited| 100.0 * (variance / (size - 1.0) * (1.0 - size / invited as f64)).sqrt()),
        promoters,
        detractors,
        n,
        warnings,
    })
}
