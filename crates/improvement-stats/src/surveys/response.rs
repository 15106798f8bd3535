use crate::proportion::{Proportion, ProportionMethod, proportion};
use crate::{Result, Warning};

/// How many of those invited answered.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ResponseRate {
    /// The rate with its Wilson interval (of use only when those invited stand for others).
    pub rate: Proportion,
    /// Nobody knows what they think.
    pub silent: u64,
    /// √(1 - n/N): multiply standard errors by it when the people invited are all there are. 0 when everybody answered.
    pub finite_population_factor: f64,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// What share of those invited answered, and how many did not?
///
/// Completed over invited (AAPOR's RR1 with known eligibility). A high rate does not make answers right, a low one
/// makes them doubtful: say how many are silent.
///
/// # Errors
/// [`crate::Error::TooFew`] when nobody was invited; [`crate::Error::OutOfRange`] when more answered than were invited.
///
/// ```
/// let rate = improvement_stats::surveys::response_rate(15, 41, 0.95)?;
/// assert_eq!((rate.silent, (100.0 * rate.rate.estimate).round()), (26, 37.0));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn response_rate(completed: u64, invited: u64, level: f64) -> Result<ResponseRate> {
    let rate = proportion(completed, invited, ProportionMethod::Wilson, level)?;
    let silent = invited - completed;
    let mut warnings = Vec::new();
    if rate.estimate < 0.5 {
        warnings
            .push(Warning::new("low_response", format!("Fewer than half answered; we do not know about the other {silent}.")));
    }
    Ok(ResponseRate { finite_population_factor: (1.0 - rate.estimate).max(0.0).sqrt(), silent, rate, warnings })
}
