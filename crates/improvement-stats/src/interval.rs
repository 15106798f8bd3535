//! Intervals and confidence levels.

use crate::{Error, Result};

/// A range of values that the data are compatible with, and how sure it makes us.
///
/// `low` or `high` may be infinite when one side has no bound (a risk ratio against a group without any case).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interval {
    /// Lower end, in the unit of the estimate.
    pub low: f64,
    /// Upper end, in the unit of the estimate.
    pub high: f64,
    /// Confidence level as a share: 0.95 for 95 %.
    pub level: f64,
}

impl Interval {
    /// An interval from its ends and its level.
    ///
    /// ```
    /// use improvement_stats::Interval;
    /// assert!(Interval::new(0.1, 0.3, 0.95).contains(0.2));
    /// ```
    pub fn new(low: f64, high: f64, level: f64) -> Self {
        Self { low, high, level }
    }

    /// Whether `value` lies in the interval, ends included.
    ///
    /// ```
    /// use improvement_stats::Interval;
    /// assert!(!Interval::new(0.1, 0.3, 0.95).contains(0.4));
    /// ```
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// High minus low.
    ///
    /// ```
    /// use improvement_stats::Interval;
    /// assert_eq!(Interval::new(1.0, 3.0, 0.95).width(), 2.0);
    /// ```
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// Checks that a confidence level lies strictly between 0 and 1.
///
/// # Errors
/// [`Error::OutOfRange`] otherwise, NaN included.
///
/// ```
/// use improvement_stats::check_level;
/// assert_eq!(check_level(0.95), Ok(0.95));
/// assert!(check_level(95.0).is_err());
/// ```
pub fn check_level(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        Ok(level)
    } else {
        Err(Error::OutOfRange { what: "confidence level", value: level, expected: "between 0 and 1, both excluded" })
    }
}
