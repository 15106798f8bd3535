//! Fair comparisons: peers that were alike before, and how alike they are.
//!
//! [`match_units`] finds them, [`balance`] tells whether they may be compared. A comparison without a balance table claims
//! nothing.

mod balance;
mod distance;
mod nearest;
mod propensity;

pub use balance::{Balance, CovariateBalance, balance};
pub use distance::{NearestPeers, Peer, nearest_peers, pooled_within_covariance};
pub use nearest::{Caliper, Distance, MatchOptions, Matched, MatchedSet, Order, match_units};
pub use propensity::{Propensity, propensity_scores};

use crate::{Error, Result};

/// Checks that rows are complete, finite and of equal length, and that both kinds of units exist.
fn check(covariates: &[Vec<f64>], treated: &[bool]) -> Result<usize> {
    if covariates.len() != treated.len() {
        let (left_len, right_len) = (covariates.len(), treated.len());
        return Err(Error::LengthMismatch { left: "covariates", left_len, right: "treated", right_len });
    }
    let width = covariates.first().map_or(0, Vec::len);
    if width == 0 {
        return Err(Error::Empty { what: "covariates" });
    }
    for (unit, row) in covariates.iter().enumerate() {
        if row.len() != width {
            return Err(Error::Invalid(format!("unit {unit} has {} covariates but the first has {width}", row.len())));
        }
        if row.iter().any(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what: "covariates of unit", index: unit });
        }
    }
    let count = treated.iter().filter(|t| **t).count();
    for (what, got) in [("treated units", count), ("untreated units", treated.len() - count)] {
        if got == 0 {
            return Err(Error::TooFew { what, needed: 1, got });
        }
    }
    Ok(width)
}
