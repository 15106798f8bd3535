//! Did the predictions hold, and does an early sign deserve to be called a leading indicator?
//!
//! [`brier`] scores probabilities, [`calibration_curve`] shows where they were too sure, [`interval_hit_rate`] checks
//! intervals, [`auc`] and [`flag_table`] judge a warning score, [`cross_correlation`] looks for a lead in time. Judge
//! on cases that the prediction had not seen.

mod brier;
mod cross_correlation;
mod discrimination;
mod intervals;

pub use brier::{Brier, BrierParts, CalibrationBin, brier, calibration_curve};
pub use cross_correlation::{CrossCorrelation, cross_correlation};
pub use discrimination::{Auc, FlagTable, auc, flag_table};
pub use intervals::{HitRate, interval_hit_rate};

use crate::{Error, Result};

fn same_length(left: &'static str, left_len: usize, right: &'static str, right_len: usize) -> Result<()> {
    if left_len != right_len {
        return Err(Error::LengthMismatch { left, left_len, right, right_len });
    }
    if left_len == 0 { Err(Error::Empty { what: left }) } else { Ok(()) }
}
