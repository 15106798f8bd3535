use super::ratio::{RatioMethod, RiskRatio, risk_ratio};
use crate::proportion::{Difference, DifferenceMethod, Proportion, ProportionMethod, difference, proportion};
use crate::{Error, Result, Warning};

/// A group and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many have the outcome.
    pub count: u64,
    /// How many there are.
    pub n: u64,
}

impl Group {
    /// A group from its name, count and size.
    ///
    /// ```
    /// assert_eq!(improvement_stats::fairness::Group::new("Hispanic", 61, 305).n, 305);
    /// ```
    pub fn new(name: impl Into<String>, count: u64, n: u64) -> Self {
        Self { name: name.into(), count, n }
    }
}

/// How one group compares.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupGap {
    /// The group.
    pub group: Group,
    /// Its share with the outcome, with the Wilson interval; absent for an empty group.
    pub risk: Option<Proportion>,
    /// Share among those it is compared with.
    pub comparison_risk: Option<f64>,
    /// How many it is compared with.
    pub comparison_n: u64,
    /// Ratio of the shares; absent when undefined (nobody on either side has the outcome, or a side is empty).
    pub ratio: Option<RiskRatio>,
    /// Difference of the shares with the Newcombe interval.
    pub difference: Option<Difference>,
    /// Share of all outcomes over share of all people; 1 is parity. For orientation only.
    pub composition_index: Option<f64>,
    /// How many fewer outcomes would bring the group's share to the comparison's (negative: more).
    pub excess: Option<f64>,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// How does each group compare with one reference group?
///
/// The reference group itself appears with itself left out (no ratio, no difference). Choose the reference for a reason
/// that you can say; otherwise use [`against_all_others`]. Groups must not overlap.
///
/// # Errors
/// [`Error::Empty`] without groups; [`Error::OutOfRange`] when `reference` is no position, a count exceeds its n or the
/// level is wrong.
///
/// ```
/// use improvement_stats::fairness::{Group, against_reference};
/// let gaps = against_reference(&[Group::new("A", 30, 100), Group::new("B", 10, 100)], 1, 0.95)?;
/// assert_eq!(gaps[0].ratio.as_ref().map(|r| r.estimate.round()), Some(3.0));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn against_reference(groups: &[Group], reference: usize, level: f64) -> Result<Vec<GroupGap>> {
    let total = check(groups)?;
    let Some(other) = groups.get(reference) else {
        return Err(Error::OutOfRange { what: "reference group", value: reference as f64, expected: "the position of a group" });
    };
    groups
        .iter()
        .enumerate()
        .map(|(i, group)| gap(group, if i == reference { (0, 0) } else { (other.count, other.n) }, total, level))
        .collect()
}

/// How does each group compare with everybody else (the form of the US law on disproportionality, IDEA)?
///
/// Needs no reference group, but each group's comparison differs: two groups' ratios do not divide to the ratio between
/// them. Groups must not overlap and should make up everybody.
///
/// # Errors
/// [`Error::Empty`] without groups; [`Error::OutOfRange`] when a count exceeds its n or the level is wrong.
///
/// ```
/// use improvement_stats::fairness::{Group, against_all_others};
/// let gaps = against_all_others(&[Group::new("A", 30, 100), Group::new("B", 10, 100), Group::new("C", 0, 4)], 0.95)?;
/// assert!(gaps[2].warnings.iter().any(|w| w.code == "small_group"));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn against_all_others(groups: &[Group], level: f64) -> Result<Vec<GroupGap>> {
    let (count, n) = check(groups)?;
    groups.iter().map(|group| gap(group, (count - group.count, n - group.n), (count, n), level)).collect()
}

/// Totals over groups whose counts make sense.
fn check(groups: &[Group]) -> Result<(u64, u64)> {
    if groups.is_empty() {
        return Err(Error::Empty { what: "groups" });
    }
    let (mut count, mut n) = (0u64, 0u64);
    for (index, group) in groups.iter().enumerate() {
        if group.count > group.n {
            return Err(Error::OutOfRangeAt {
                what: "count",
                index,
                value: group.count as f64,
                expected: "at most n of its group",
            });
        }
        n = n.checked_add(group.n).ok_or(Error::OutOfRange { what: "n", value: f64::INFINITY, expected: "countable in all" })?;
        count += group.count;
    }
    Ok((count, n))
}

fn gap(group: &Group, other: (u64, u64), total: (u64, u64), level: f64) -> Result<GroupGap> {
    crate::check_level(level)?;
    let here = (group.count, group.n);
    let comparable = group.n > 0 && other.1 > 0;
    let ratio = match risk_ratio(here, other, RatioMethod::Katz, level) {
        Ok(ratio) => Some(ratio),
        Err(Error::Undefined { .. } | Error::TooFew { .. }) => None,
        Err(error) => return Err(error),
    };
    let share = |(x, n): (u64, u64)| (n > 0).then(|| x as f64 / n as f64);
    let mut warnings: Vec<Warning> = ratio.iter().flat_map(|r| r.warnings.clone()).collect();
    if group.count < 10 || group.n < 30 {
        let text = "Fewer than 10 outcomes or 30 people: many rules forbid a judgement, and figures may disclose persons.";
        warnings.push(Warning::new("small_group", text));
    }
    Ok(GroupGap {
        group: group.clone(),
        risk: if group.n > 0 { Some(proportion(group.count, group.n, ProportionMethod::Wilson, level)?) } else { None },
        comparison_risk: share(other),
        comparison_n: other.1,
        ratio,
        difference: if comparable { Some(difference(here, other, DifferenceMethod::Newcombe, level)?) } else { None },
        composition_index: share((group.count, total.0))
            .zip(share((group.n, total.1)))
            .map(|(x, n)| x / n)
            .filter(|v| v.is_finite()),
        excess: share(other).map(|risk| group.count as f64 - group.n as f64 * risk),
        warnings,
    })
}
