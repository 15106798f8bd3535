use super::control::RuleSet;
use crate::{Error, Result};

/// How many of so many charts would signal though nothing changed?
///
/// Say it beside any wall of charts: of 45 charts with 24 points about 5 signal by chance. For independent normal
/// values; values that depend on the ones before signal far more often (at lag-1 correlation .3 and 24 points: 33, 48,
/// 51 and 45 of 100).
///
/// In words: `charts` times the share of stable simulated series with at least one signal, limits from the same series,
/// at 12, 24 and 36 points, on a straight line between them; shorter series count as 12, longer ones as 36 (for which
/// it is too low).
///
/// # Errors
/// [`Error::OutOfRange`] for charts of fewer than 10 points, which should carry no limits.
///
/// ```
/// use improvement_stats::charts::{RuleSet, expected_false_alarms};
/// assert_eq!(expected_false_alarms(45, 24, RuleSet::Anhoej)?.round(), 5.0);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn expected_false_alarms(charts: usize, points: usize, rules: RuleSet) -> Result<f64> {
    if points < 10 {
        return Err(Error::OutOfRange { what: "points", value: points as f64, expected: "at least 10" });
    }
    let shares = match rules {
        RuleSet::Anhoej => [0.059, 0.117, 0.152],
        RuleSet::WesternElectric => [0.069, 0.187, 0.288],
        RuleSet::Nelson => [0.083, 0.222, 0.350],
        RuleSet::Nhs => [0.068, 0.179, 0.291],
    };
    let place = (points.clamp(12, 36) - 12) as f64 / 12.0;
    let left = (place as usize).min(1);
    let share = shares[left] + (place - left as f64) * (shares[left + 1] - shares[left]);
    Ok(charts as f64 * share)
}
