use crate::proportion::{Proportion, ProportionMethod, proportion};
use crate::tails::t_critical;
use crate::{Error, Interval, Result, Warning, check_level};

/// How many chose one point of the scale.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AnswerCount {
    /// The point of the scale.
    pub value: i32,
    /// How many chose it.
    pub count: u64,
    /// Their share of those who answered.
    pub share: f64,
}

/// What people answered to one question with ordered answers.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Answers {
    /// Every point of the scale, lowest first, chosen or not.
    pub distribution: Vec<AnswerCount>,
    /// Share that chose the highest point, with Wilson interval.
    pub top_box: Proportion,
    /// Share that chose one of the two highest points, with Wilson interval.
    pub top_two_box: Proportion,
    /// Middle answer; between two points when the middle two differ.
    pub median: f64,
    /// Mean: a courtesy, since distances between answers are a convention.
    pub mean: f64,
    /// Standard deviation (n - 1); absent for one answer.
    pub standard_deviation: Option<f64>,
    /// t interval for the mean; absent for one answer.
    pub mean_interval: Option<Interval>,
    /// Degrees of freedom of that interval.
    pub df: u64,
    /// How many answered.
    pub n: u64,
    /// How many were asked and gave no answer to this question.
    pub missing: u64,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// What did people answer, and what share chose the top of the scale?
///
/// `values` are points of the scale from `lowest` to `highest`, `None` for no answer. Show the distribution first.
/// Different people answer each session, so compare distributions, or follow the top-two share on a P chart; no p
/// values for each question and month.
///
/// # Errors
/// [`Error::TooFew`] without answers; [`Error::OutOfRange`] for a scale of fewer than 2 or more than 1,000 points or a
/// wrong level; [`Error::OutOfRangeAt`] for a value off the scale.
///
/// ```
/// use improvement_stats::surveys::answers;
/// let values: Vec<_> = [3, 3, 4, 3, 3, 5, 5, 4, 2].into_iter().map(Some).collect();
/// let found = answers(&values, 1, 5, 0.95)?;
/// assert_eq!((found.top_two_box.count, found.median), (4, 3.0));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn answers(values: &[Option<i32>], lowest: i32, highest: i32, level: f64) -> Result<Answers> {
    check_level(level)?;
    let points = i64::from(highest) - i64::from(lowest) + 1;
    if !(2..=1000).contains(&points) {
        return Err(Error::OutOfRange { what: "points of the scale", value: points as f64, expected: "between 2 and 1,000" });
    }
    let mut counts = vec![0u64; points as usize];
    for (index, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        if !(lowest..=highest).contains(value) {
            return Err(Error::OutOfRangeAt { what: "answers", index, value: f64::from(*value), expected: "on the scale" });
        }
        counts[(i64::from(*value) - i64::from(lowest)) as usize] += 1;
    }
    let n: u64 = counts.iter().sum();
    if n == 0 {
        return Err(Error::TooFew { what: "answers", needed: 1, got: 0 });
    }
    let size = n as f64;
    let scale = || (lowest..=highest).map(f64::from).zip(counts.iter().map(|&c| c as f64));
    let mean = scale().map(|(value, count)| value * count).sum::<f64>() / size;
    let squares: f64 = scale().map(|(value, count)| count * (value - mean).powi(2)).sum();
    let standard_deviation = (n > 1).then(|| (squares / (size - 1.0)).sqrt());
    let mean_interval = standard_deviation.map(|sd| {
        let half = t_critical(level, size - 1.0) * sd / size.sqrt();
        Interval::new(mean - half, mean + half, level)
    });
    let top = counts[counts.len() - 1];
    let top_two = top + counts[counts.len() - 2];
    let mut warnings = Vec::new();
    if n < 10 {
        warnings.push(Warning::new("small_n", format!("Only {n} answers: show counts rather than percentages.")));
    }
    Ok(Answers {
        top_box: proportion(top, n, ProportionMethod::Wilson, level)?,
        top_two_box: proportion(top_two, n, ProportionMethod::Wilson, level)?,
        median: (nth(&counts, lowest, (n - 1) / 2) + nth(&counts, lowest, n / 2)) / 2.0,
        mean,
        standard_deviation,
        mean_interval,
        df: n - 1,
        n,
        missing: values.len() as u64 - n,
        distribution: (lowest..=highest)
            .zip(counts)
            .map(|(value, count)| AnswerCount { value, count, share: count as f64 / size })
            .collect(),
        warnings,
    })
}

/// The answer at a place of the sorted answers.
fn nth(counts: &[u64], lowest: i32, place: u64) -> f64 {
    let mut passed = 0;
    for (value, count) in (lowest..).zip(counts) {
        passed += count;
        if place < passed {
            return f64::from(value);
        }
    }
    f64::from(lowest)
}
