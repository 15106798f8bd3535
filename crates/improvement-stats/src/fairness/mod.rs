//! Gaps between groups: who has the outcome more often than whom, by how much, and is it narrowing?
//!
//! [`risk_ratio`] and [`odds_ratio`] compare two groups (for differences in points see
//! [`crate::proportion::difference`]); [`against_reference`] and [`against_all_others`] compare many; [`gap_over_time`]
//! follows one gap. Show counts beside ratios, and rank groups by the lower limit, never by the ratio: tiny groups have
//! the wildest ratios.

mod groups;
mod odds;
mod over_time;
mod ratio;

pub use groups::{Group, GroupGap, against_all_others, against_reference};
pub use odds::{OddsMethod, OddsRatio, fisher_exact, odds_ratio};
pub use over_time::{Gap, GapChange, GapOverTime, GapPeriod, gap_over_time};
pub use ratio::{RatioMethod, RiskRatio, risk_ratio};
