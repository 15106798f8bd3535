use super::same_length;
use crate::proportion::{Proportion, ProportionMethod, critical_z, proportion};
use crate::{Error, Interval, Result, Warning, check_level};

/// Where a Brier score comes from; with bins that mix probabilities, the two last parts are not 0.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BrierParts {
    /// How far the probabilities are from what happened, on average: 0 is best.
    pub reliability: f64,
    /// How much the outcomes differ between the bins: more is better.
    pub resolution: f64,
    /// base rate (1 - base rate): what nobody can help.
    pub uncertainty: f64,
    /// Spread of the probabilities inside bins.
    pub within_bin_variance: f64,
    /// Twice the covariance of probabilities and outcomes inside bins.
    pub within_bin_covariance: f64,
}

/// A Brier score.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Brier {
    /// Mean squared distance of probability and outcome: 0 is perfect, always saying 1/2 gives 0.25.
    pub estimate: f64,
    /// Standard error of that mean; absent for one case.
    pub standard_error: Option<f64>,
    /// Normal interval; absent for one case.
    pub interval: Option<Interval>,
    /// Score of always giving the base rate.
    pub reference: f64,
    /// 1 - score / reference: 0 means no better than the base rate; absent when all outcomes are the same.
    pub skill: Option<f64>,
    /// reliability - resolution + uncertainty + within-bin variance - within-bin covariance = estimate.
    pub parts: BrierParts,
    /// Cases.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// How good were these probabilities?
///
/// `probabilities` between 0 and 1 with what happened. Use it for forecasts of yes or no; compare with `reference`,
/// since the score alone depends on the base rate. Parts by the distinct probabilities when there are at most `bins` of
/// them, otherwise by `bins` bins of equal width (Murphy 1973; Stephenson and others 2008 for the parts inside bins).
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::OutOfRangeAt`] for a probability outside 0 to 1,
/// [`Error::OutOfRange`] for bins not between 1 and 10,000 or a wrong level.
///
/// ```
/// use improvement_stats::predictions::brier;
/// let score = brier(&[0.9, 0.8, 0.3, 0.1], &[true, true, false, false], 5, 0.95)?;
/// assert!((score.estimate - 0.0375).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn brier(probabilities: &[f64], outcomes: &[bool], bins: usize, level: f64) -> Result<Brier> {
    check_level(level)?;
    let groups = binned(probabilities, outcomes, bins)?;
    let n = probabilities.len();
    let size = n as f64;
    let losses: Vec<f64> =
        probabilities.iter().zip(outcomes).map(|(p, &happened)| (p - f64::from(u8::from(happened))).powi(2)).collect();
    let estimate = losses.iter().sum::<f64>() / size;
    let base = outcomes.iter().filter(|o| **o).count() as f64 / size;
    let reference = base * (1.0 - base);
    let mut parts = BrierParts {
        reliability: 0.0,
        resolution: 0.0,
        uncertainty: reference,
        within_bin_variance: 0.0,
        within_bin_covariance: 0.0,
    };
    for group in &groups {
        let count = group.cases.len() as f64;
        let (said, happened) = group.means();
        parts.reliability += count * (said - happened).powi(2) / size;
        parts.resolution += count * (happened - base).powi(2) / size;
        for &(p, outcome) in &group.cases {
            let outcome = f64::from(u8::from(outcome));
            parts.within_bin_variance += (p - said).powi(2) / size;
            parts.within_bin_covariance += 2.0 * (p - said) * (outcome - happened) / size;
        }
    }
    let standard_error = (n > 1).then(|| {
        let squares: f64 = losses.iter().map(|loss| (loss - estimate).powi(2)).sum();
        (squares / (size - 1.0) / size).sqrt()
    });
    let interval = standard_error.map(|error| {
        let half = critical_z(level) * error;
        Interval::new((estimate - half).max(0.0), (estimate + half).min(1.0), level)
    });
    let mut warnings = Vec::new();
    if n < 30 {
        warnings.push(Warning::new("small_n", format!("Only {n} cases: the score and its parts say little yet.")));
    }
    if reference == 0.0 {
        warnings.push(Warning::new("one_outcome", "All outcomes are the same: there is no skill to measure."));
    }
    let skill = (reference > 0.0).then(|| 1.0 - estimate / reference);
    Ok(Brier { estimate, standard_error, interval, reference, skill, parts, n, warnings })
}

/// One bin of a calibration curve.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CalibrationBin {
    /// Lowest probability of the bin.
    pub low: f64,
    /// Highest probability of the bin.
    pub high: f64,
    /// Mean probability that was given.
    pub predicted: f64,
    /// Share in which it happened, with Wilson interval.
    pub observed: Proportion,
}

/// When it was said to be 70 % likely, did it happen in 70 % of cases?
///
/// Bins as in [`brier`]; empty bins are left out. With a few dozen cases use 5 bins or fewer, and read the intervals.
///
/// # Errors
/// As [`brier`].
///
/// ```
/// use improvement_stats::predictions::calibration_curve;
/// let curve = calibration_curve(&[0.9, 0.8, 0.3, 0.1], &[true, true, false, false], 2, 0.95)?;
/// assert_eq!(curve[1].observed.count, 2);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn calibration_curve(probabilities: &[f64], outcomes: &[bool], bins: usize, level: f64) -> Result<Vec<CalibrationBin>> {
    check_level(level)?;
    let groups = binned(probabilities, outcomes, bins)?;
    groups
        .into_iter()
        .map(|group| {
            let happened = group.cases.iter().filter(|case| case.1).count() as u64;
            Ok(CalibrationBin {
                low: group.low,
                high: group.high,
                predicted: group.means().0,
                observed: proportion(happened, group.cases.len() as u64, ProportionMethod::Wilson, level)?,
            })
        })
        .collect()
}

/// Cases whose probabilities belong together.
struct Group {
    low: f64,
    high: f64,
    cases: Vec<(f64, bool)>,
}

impl Group {
    /// Mean probability and share of outcomes.
    fn means(&self) -> (f64, f64) {
        let n = self.cases.len() as f64;
        let said = self.cases.iter().map(|case| case.0).sum::<f64>() / n;
        (said, self.cases.iter().filter(|case| case.1).count() as f64 / n)
    }
}

fn binned(probabilities: &[f64], outcomes: &[bool], bins: usize) -> Result<Vec<Group>> {
    same_length("probabilities", probabilities.len(), "outcomes", outcomes.len())?;
    if !(1..=10_000).contains(&bins) {
        return Err(Error::OutOfRange { what: "bins", value: bins as f64, expected: "between 1 and 10,000" });
    }
    if let Some(index) = probabilities.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Error::OutOfRangeAt {
            what: "probabilities",
            index,
            value: probabilities[index],
            expected: "between 0 and 1",
        });
    }
    let mut cases: Vec<(f64, bool)> = probabilities.iter().copied().zip(outcomes.iter().copied()).collect();
    cases.sort_by(|a, b| a.0.total_cmp(&b.0));
    let distinct: Vec<Group> = cases
        .chunk_by(|a, b| a.0 == b.0)
        .map(|chunk| Group { low: chunk[0].0, high: chunk[0].0, cases: chunk.to_vec() })
        .collect();
    if distinct.len() <= bins {
        return Ok(distinct);
    }
    let width = 1.0 / bins as f64;
    let bin_of = |p: f64| ((p * bins as f64) as usize).min(bins - 1);
    let groups = cases.chunk_by(|a, b| bin_of(a.0) == bin_of(b.0)).map(|chunk| {
        let bin = bin_of(chunk[0].0) as f64;
        Group { low: bin * width, high: (bin + 1.0) * width, cases: chunk.to_vec() }
    });
    Ok(groups.collect())
}
