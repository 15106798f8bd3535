//! What rounded percentages and nested groups give away.

use crate::{Error, Result};

/// Counts that fit published percentages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Recovery {
    /// For each percentage the counts that would be rounded to it, given the others and the number of people.
    pub compatible: Vec<Vec<u64>>,
    /// Whether every count is known.
    pub all_recoverable: bool,
}

/// The complement that a total and a part give away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Complement {
    /// Total minus part.
    pub count: u64,
    /// Whether it is small enough to need protection.
    pub must_be_protected: bool,
}

/// Which counts stand behind rounded percentages of `n` people?
///
/// Use it to see that percentages with n are counts, before publishing them. When the bands cover everybody, pass
/// `complete` so that counts must also sum to n.
///
/// Formula: all counts x with 100·x/n within half a unit of the last decimal of the percentage, then those that some choice
/// of the others completes to n.
///
/// # Errors
/// [`Error::OutOfRange`] for n of 0 or above a million or more than 6 decimals, [`Error::OutOfRangeAt`] for a percentage outside
/// 0 to 100.
///
/// Source: Hundepool et al. (2012), Statistical Disclosure Control.
///
/// ```
/// use improvement_stats::disclosure::recoverable_counts;
/// let found = recoverable_counts(69, &[42.0, 33.3, 18.8, 5.8], 1, true)?;
/// assert_eq!(found.compatible, [[29], [23], [13], [4]]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn recoverable_counts(n: u64, percentages: &[f64], decimals: u32, complete: bool) -> Result<Recovery> {
    if n == 0 || n > 1_000_000 {
        return Err(Error::OutOfRange { what: "number of people", value: n as f64, expected: "between 1 and a million" });
    }
    if decimals > 6 {
        return Err(Error::OutOfRange { what: "decimals", value: f64::from(decimals), expected: "at most 6" });
    }
    let half = 0.5 * 10f64.powi(-(decimals as i32));
    let mut ranges = Vec::with_capacity(percentages.len());
    for (index, &percentage) in percentages.iter().enumerate() {
        if !(0.0..=100.0).contains(&percentage) {
            let expected = "between 0 and 100";
            return Err(Error::OutOfRangeAt { what: "percentages", index, value: percentage, expected });
        }
        // Halves may have been rounded up or to even, so both ends count.
        let low = ((percentage - half) * n as f64 / 100.0 - 1e-9).ceil().max(0.0) as u64;
        let high = (((percentage + half) * n as f64 / 100.0 + 1e-9).floor() as u64).min(n);
        ranges.push((low, high));
    }
    if complete {
        let (lows, highs): (u64, u64) = ranges.iter().fold((0, 0), |(l, h), r| (l + r.0, h + r.1));
        for range in &mut ranges {
            let least = n.saturating_sub(highs - range.1.min(highs));
            let most = n.saturating_sub(lows - range.0.min(lows));
            *range = (range.0.max(least), range.1.min(most));
        }
    }
    let compatible: Vec<Vec<u64>> = ranges.iter().map(|(low, high)| (*low..=*high).collect()).collect();
    let all_recoverable = compatible.iter().all(|c| c.len() == 1);
    Ok(Recovery { compatible, all_recoverable })
}

/// What do a published total and a published part say about the rest?
///
/// # Errors
/// [`Error::Invalid`] when the part exceeds the total.
///
/// ```
/// use improvement_stats::disclosure::implied_complement;
/// let rest = implied_complement(290, 285, 11)?;
/// assert_eq!((rest.count, rest.must_be_protected), (5, true));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn implied_complement(total: u64, part: u64, minimum: u64) -> Result<Complement> {
    let Some(count) = total.checked_sub(part) else {
        return Err(Error::Invalid(format!("the part {part} exceeds the total {total}")));
    };
    Ok(Complement { count, must_be_protected: count > 0 && count < minimum })
}
