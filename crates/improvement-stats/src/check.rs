//! Checks that every method makes of its numbers.

use crate::{Error, Result};

/// Whether a number can be squared and summed without overflow: finite and below 1e100 in size.
pub(crate) fn usable(value: f64) -> bool {
    value.abs() < 1e100
}

/// Checks that all values are usable numbers.
pub(crate) fn check_numbers(what: &'static str, values: &[f64]) -> Result<()> {
    check_each(what, values.iter().map(|v| Some(*v)))
}

/// Checks that all values that are there are usable numbers.
pub(crate) fn check_present(what: &'static str, values: &[Option<f64>]) -> Result<()> {
    check_each(what, values.iter().copied())
}

fn check_each(what: &'static str, values: impl Iterator<Item = Option<f64>>) -> Result<()> {
    for (index, value) in values.enumerate() {
        match value {
            Some(value) if !usable(value) && value.is_finite() => {
                return Err(Error::OutOfRangeAt { what, index, value, expected: "smaller than 1e100" });
            }
            Some(value) if !usable(value) => return Err(Error::NotFinite { what, index }),
            _ => {}
        }
    }
    Ok(())
}
