//! Which figures tell about single people by themselves?

use super::LinkedTable;
use crate::{Error, Result};

/// When a count is too small to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrimaryRule {
    /// Counts above 0 and below this are hidden: 10 or 11 in most states.
    pub minimum: u64,
    /// Whether zeros are hidden, too. Decide once; a published zero is never used to hide another cell.
    pub hide_zeros: bool,
}

/// Which cells are too small to publish? One flag a cell, totals included.
///
/// Formula: 0 < count < minimum, and 0 where zeros are hidden.
///
/// # Errors
/// [`Error::OutOfRange`] for a minimum of 0.
///
/// Source: Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
///
/// ```
/// use improvement_stats::disclosure::{LinkedTable, PrimaryRule, primary_suppression};
/// let table = LinkedTable::from_rows(&[vec![4, 20], vec![0, 30]])?;
/// let hidden = primary_suppression(&table, PrimaryRule { minimum: 10, hide_zeros: false })?;
/// assert_eq!(hidden[..4], [true, false, false, false]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn primary_suppression(table: &LinkedTable, rule: PrimaryRule) -> Result<Vec<bool>> {
    if rule.minimum == 0 {
        return Err(Error::OutOfRange { what: "minimum count", value: 0.0, expected: "at least 1" });
    }
    Ok(table.counts().iter().map(|c| if *c == 0 { rule.hide_zeros } else { *c < rule.minimum }).collect())
}

/// When a share says something about everybody, or about few.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareRule {
    /// Denominators below this are hidden.
    pub minimum_denominator: u64,
    /// Numerators and complements above 0 and below this are hidden.
    pub minimum_part: u64,
    /// Shares below this (0.05) are shown as "less than", shares above one minus it as "more than".
    pub edge: f64,
}

/// How a share may be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ShareDisplay {
    /// As it is.
    Shown(f64),
    /// As "less than" this share.
    LessThan(f64),
    /// As "more than" this share.
    MoreThan(f64),
    /// Not at all.
    Hidden,
}

/// May a share be published?
///
/// A share of 0 or 100 % tells about everybody in the group, one near it about few. Publish neither the numerator nor its
/// complement where the share is coded. Check that other tables do not give the denominator away.
///
/// Formula: hidden when the denominator is below its minimum; coded when the share lies beyond the edge; hidden when numerator
/// or complement is above 0 and below its minimum.
///
/// # Errors
/// [`Error::OutOfRange`] for an edge outside 0 to 0.5; [`Error::Invalid`] when the numerator exceeds the denominator.
///
/// Source: National Center for Education Statistics (2010), SLDS Technical Brief 3.
///
/// ```
/// use improvement_stats::disclosure::{ShareDisplay, ShareRule, protect_share};
/// let rule = ShareRule { minimum_denominator: 11, minimum_part: 3, edge: 0.05 };
/// assert_eq!(protect_share(100, 100, rule)?, ShareDisplay::MoreThan(0.95));
/// assert_eq!(protect_share(4, 10, rule)?, ShareDisplay::Hidden);
/// assert_eq!(protect_share(30, 60, rule)?, ShareDisplay::Shown(0.5));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn protect_share(numerator: u64, denominator: u64, rule: ShareRule) -> Result<ShareDisplay> {
    if !(0.0..=0.5).contains(&rule.edge) {
        return Err(Error::OutOfRange { what: "edge", value: rule.edge, expected: "between 0 and 0.5" });
    }
    if numerator > denominator {
        return Err(Error::Invalid(format!("the numerator {numerator} exceeds the denominator {denominator}")));
    }
    if denominator < rule.minimum_denominator.max(1) {
        return Ok(ShareDisplay::Hidden);
    }
    let share = numerator as f64 / denominator as f64;
    let few = |count: u64| count > 0 && count < rule.minimum_part;
    Ok(if rule.edge > 0.0 && share < rule.edge {
        ShareDisplay::LessThan(rule.edge)
    } else if rule.edge > 0.0 && share > 1.0 - rule.edge {
        ShareDisplay::MoreThan(1.0 - rule.edge)
    } else if few(numerator) || few(denominator - numerator) {
        ShareDisplay::Hidden
    } else {
        ShareDisplay::Shown(share)
    })
}
