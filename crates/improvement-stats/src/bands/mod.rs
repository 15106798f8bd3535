//! Whole distributions over ordered performance bands (below basic, basic, proficient, advanced).
//!
//! A share above one cut depends on where the cut sits and exaggerates or hides change elsewhere, so show every band
//! with [`bands`], compare whole distributions with [`superiority`] or [`proportional_odds`], and two years with
//! [`band_change`].

mod change;
mod odds;
mod simultaneous;
mod superiority;

pub use change::{BandChange, BandDifference, band_change};
pub use odds::{ProportionalOdds, proportional_odds};
pub use simultaneous::{BandShare, Bands, BandsMethod, bands};
pub use superiority::{Superiority, superiority};

use crate::{Error, Result};

/// Total of the counts, or why there is none.
fn total(counts: &[u64], what: &'static str) -> Result<u64> {
    if counts.is_empty() {
        return Err(Error::Empty { what });
    }
    let sum = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count));
    match sum {
        Some(0) => Err(Error::TooFew { what, needed: 1, got: 0 }),
        Some(sum) if sum <= MOST => Ok(sum),
        _ => Err(Error::OutOfRange { what, value: f64::INFINITY, expected: "at most 100 million in all" }),
    }
}

/// More people than any country tests; keeps sums and cubes of counts exact enough.
const MOST: u64 = 100_000_000;

fn same_bands(reference: &[u64], comparison: &[u64]) -> Result<()> {
    if reference.len() == comparison.len() {
        Ok(())
    } else {
        Err(Error::LengthMismatch {
            left: "reference bands",
            left_len: reference.len(),
            right: "comparison bands",
            right_len: comparison.len(),
        })
    }
}
