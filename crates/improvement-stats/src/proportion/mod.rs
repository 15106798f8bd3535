//! Shares of a whole, and how they change: how many of how many, and how sure does that make us?
//!
//! Use [`proportion`] for one share and [`difference`] for two shares from different people. Differences of shares are
//! percentage *points*, never percent.

mod difference;
mod single;

pub use difference::{Difference, DifferenceMethod, difference};
pub use single::{Proportion, ProportionMethod, proportion};

pub(crate) use single::{check_counts, critical_z, wilson};
