use crate::check::check_numbers;
use crate::tails::t_critical;
use crate::{Error, Interval, Result, Warning, check_level};

/// A mean gain.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Gain {
    /// Mean of after minus before, in points of the scale.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// t interval.
    pub interval: Interval,
    /// Degrees of freedom: n - 1.
    pub df: usize,
    /// Gain over the standard deviation before; absent when nobody differed before.
    pub standardised: Option<f64>,
    /// Students with both scores.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// How many points did the same students gain?
///
/// `before[i]` and `after[i]` belong to one student, on the same scale. Low scorers gain by chance alone (regression to
/// the mean), so a gain of students chosen for low scores needs a comparison group. Paired t interval.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::TooFew`] below two students, [`Error::OutOfRange`] for the
/// level.
///
/// ```
/// use improvement_stats::growth::mean_gain;
/// let gain = mean_gain(&[10.0, 12.0, 9.0], &[12.0, 15.0, 10.0], 0.95)?;
/// assert_eq!((gain.estimate, gain.df), (2.0, 2));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn mean_gain(before: &[f64], after: &[f64], level: f64) -> Result<Gain> {
    check_level(level)?;
    if before.len() != after.len() {
        return Err(Error::LengthMismatch { left: "before", left_len: before.len(), right: "after", right_len: after.len() });
    }
    check_numbers("before", before)?;
    check_numbers("after", after)?;
    let n = before.len();
    if n < 2 {
        return Err(Error::TooFew { what: "students with both scores", needed: 2, got: n });
    }
    let gains: Vec<f64> = before.iter().zip(after).map(|(b, a)| a - b).collect();
    let (estimate, spread) = mean_and_sd(&gains);
    let standard_error = spread / (n as f64).sqrt();
    let half = t_critical(level, (n - 1) as f64) * standard_error;
    let (_, spread_before) = mean_and_sd(before);
    let mut warnings = vec![Warning::new(
        "no_comparison",
        "A gain without a comparison group mixes learning, regression to the mean and changes of the test.",
    )];
    if n < 20 {
        warnings.push(Warning::new("small_n", format!("Only {n} students: look at the interval.")));
    }
    Ok(Gain {
        estimate,
        standard_error,
        interval: Interval::new(estimate - half, estimate + half, level),
        df: n - 1,
        standardised: (spread_before > 0.0).then(|| estimate / spread_before),
        n,
        warnings,
    })
}

fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}
