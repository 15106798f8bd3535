use crate::proportion::{DifferenceMethod, difference};
use crate::{Error, Interval, Result, Warning};

/// Both groups in one period, as (count, n).
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GapPeriod {
    /// Name of the period.
    pub period: String,
    /// The group.
    pub group: (u64, u64),
    /// Those it is compared with.
    pub comparison: (u64, u64),
}

/// The gap in one period.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Gap {
    /// Name of the period.
    pub period: String,
    /// The group's share.
    pub group: f64,
    /// The comparison's share.
    pub comparison: f64,
    /// Group minus comparison; times 100: percentage points.
    pub estimate: f64,
    /// Newcombe interval for the gap.
    pub interval: Interval,
}

/// How the gap changed between two periods.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GapChange {
    /// Earlier period.
    pub from: String,
    /// Later period.
    pub to: String,
    /// Change of the group's share.
    pub group_change: f64,
    /// Change of the comparison's share.
    pub comparison_change: f64,
    /// Later gap minus earlier gap.
    pub estimate: f64,
    /// Interval for the change of the gap.
    pub interval: Interval,
    /// Whether the gap grew away from 0 (by the estimate).
    pub wider: bool,
}

/// A gap followed over time.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GapOverTime {
    /// The gap in each period.
    pub gaps: Vec<Gap>,
    /// Change from each period to the next.
    pub changes: Vec<GapChange>,
    /// Change from the first period to the last; absent with one period.
    pub overall: Option<GapChange>,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Is the gap between two groups closing?
///
/// Periods in time order. Looks at percentage points; both shares can improve while the gap widens, which is why both
/// changes stand beside the change of the gap. People of different periods are treated as different.
///
/// In words: each gap has its Newcombe interval; the change of the gap combines two such intervals as Newcombe combines
/// two Wilson intervals (MOVER; Zou and Donner 2008).
///
/// # Errors
/// [`Error::Empty`] without periods; [`Error::TooFew`] for an empty group; [`Error::OutOfRange`] for a count above its
/// n or a wrong level.
///
/// ```
/// use improvement_stats::fairness::{GapPeriod, gap_over_time};
/// let year = |period: &str, a, b| GapPeriod { period: period.into(), group: (a, 200), comparison: (b, 400) };
/// let story = gap_over_time(&[year("2024", 60, 160), year("2025", 70, 200)], 0.95)?;
/// assert!(story.changes[0].group_change > 0.0 && story.changes[0].wider);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn gap_over_time(periods: &[GapPeriod], level: f64) -> Result<GapOverTime> {
    if periods.is_empty() {
        return Err(Error::Empty { what: "periods" });
    }
    let mut gaps = Vec::with_capacity(periods.len());
    for period in periods {
        let found = difference(period.group, period.comparison, DifferenceMethod::Newcombe, level)?;
        gaps.push(Gap {
            period: period.period.clone(),
            group: found.first,
            comparison: found.second,
            estimate: found.estimate,
            interval: found.interval,
        });
    }
    let changes = gaps.windows(2).map(|pair| change(&pair[0], &pair[1], level)).collect();
    let overall = (gaps.len() > 1).then(|| change(&gaps[0], &gaps[gaps.len() - 1], level));
    let text = "People of different periods are treated as different people.";
    Ok(GapOverTime { gaps, changes, overall, warnings: vec![Warning::new("treated_as_different_people", text)] })
}

fn change(before: &Gap, after: &Gap, level: f64) -> GapChange {
    let estimate = after.estimate - before.estimate;
    let down = (after.estimate - after.interval.low).hypot(before.interval.high - before.estimate);
    let up = (after.interval.high - after.estimate).hypot(before.estimate - before.interval.low);
    GapChange {
        from: before.period.clone(),
        to: after.period.clone(),
        group_change: after.group - before.group,
        comparison_change: after.comparison - before.comparison,
        estimate,
        interval: Interval::new(estimate - down, estimate + up, level),
        wider: after.estimate.abs() > before.estimate.abs(),
    }
}
