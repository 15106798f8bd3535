use super::same_length;
use crate::check::check_numbers;
use crate::proportion::{Proportion, ProportionMethod, critical_z, proportion};
use crate::{Error, Interval, Result, Warning, check_level};

/// Area under the ROC curve.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Auc {
    /// Chance that a case with the outcome has the higher score, ties counted half; 0.5 is no better than a coin.
    pub estimate: f64,
    /// DeLong's standard error; absent when either side has one case.
    pub standard_error: Option<f64>,
    /// Normal interval; absent likewise.
    pub interval: Option<Interval>,
    /// Cases with the outcome.
    pub n_with: usize,
    /// Cases without.
    pub n_without: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Does a higher score go with the outcome?
///
/// Use it to compare scores before choosing a threshold; it says nothing about whether probabilities are right
/// ([`brier`](super::brier) does). Mann-Whitney statistic with DeLong's variance (1988), from mid-ranks (Sun and Xu
/// 2014).
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`]; [`Error::Undefined`] when all outcomes are the
/// same.
///
/// ```
/// use improvement_stats::predictions::auc;
/// assert_eq!(auc(&[0.9, 0.8, 0.3, 0.1], &[true, false, true, false], 0.95)?.estimate, 0.75);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn auc(scores: &[f64], outcomes: &[bool], level: f64) -> Result<Auc> {
    check_level(level)?;
    same_length("scores", scores.len(), "outcomes", outcomes.len())?;
    check_numbers("scores", scores)?;
    let pick = |wanted: bool| -> Vec<usize> { (0..scores.len()).filter(|&i| outcomes[i] == wanted).collect() };
    let (with, without) = (pick(true), pick(false));
    if with.is_empty() || without.is_empty() {
        return Err(Error::Undefined { what: "the AUC", reason: "all outcomes are the same" });
    }
    let all = mid_ranks(scores, &(0..scores.len()).collect::<Vec<_>>());
    // A case's rank among all minus its rank among its own is its count of cases of the other side below it.
    let placements = |own: &[usize], other: f64| -> Vec<f64> {
        own.iter().zip(mid_ranks(scores, own)).map(|(&i, within)| (all[i] - within) / other).collect()
    };
    let (m, n) = (with.len() as f64, without.len() as f64);
    let above = placements(&with, n);
    let below = placements(&without, m);
    let estimate = above.iter().sum::<f64>() / m;
    let standard_error = (with.len() > 1 && without.len() > 1).then(|| (variance(&above) / m + variance(&below) / n).sqrt());
    let interval = standard_error.map(|error| {
        let half = critical_z(level) * error;
        Interval::new(estimate - half, estimate + half, level)
    });
    let mut warnings = Vec::new();
    if with.len().min(without.len()) < 10 {
        warnings.push(Warning::new("few_cases", "Fewer than 10 cases on one side: the interval is approximate."));
    }
    Ok(Auc { estimate, standard_error, interval, n_with: with.len(), n_without: without.len(), warnings })
}

/// Ranks among `places`, ties sharing their mean, in the order of `places`.
fn mid_ranks(scores: &[f64], places: &[usize]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    let score = |k: usize| scores[places[k]];
    order.sort_by(|&a, &b| score(a).total_cmp(&score(b)));
    let mut ranks = vec![0.0; places.len()];
    let mut before = 0.0;
    // 0 and -0 are equal though `total_cmp` orders them, and they stand side by side.
    for tied in order.chunk_by(|&a, &b| score(a) == score(b)) {
        let count = tied.len() as f64;
        tied.iter().for_each(|&k| ranks[k] = before + (count + 1.0) / 2.0);
        before += count;
    }
    ranks
}

fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

/// What a flag at a threshold caught and missed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FlagTable {
    /// Flagged, and the outcome came.
    pub true_positives: u64,
    /// Flagged in vain.
    pub false_positives: u64,
    /// Missed.
    pub false_negatives: u64,
    /// Rightly left alone.
    pub true_negatives: u64,
    /// Of those with the outcome, the share flagged; absent when there are none.
    pub sensitivity: Option<Proportion>,
    /// Of those without, the share not flagged.
    pub specificity: Option<Proportion>,
    /// Of those flagged, the share with the outcome: what a person who acts on flags will see.
    pub positive_predictive_value: Option<Proportion>,
    /// Of those not flagged, the share without.
    pub negative_predictive_value: Option<Proportion>,
    /// Share with the outcome among all: compare the positive predictive value with it.
    pub base_rate: Proportion,
}

/// If everybody at or above the threshold is flagged, whom does that catch?
///
/// All shares with Wilson intervals. Choose the threshold before looking, or on other data.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`].
///
/// ```
/// use improvement_stats::predictions::flag_table;
/// let table = flag_table(&[0.9, 0.8, 0.3, 0.1], &[true, false, true, false], 0.5, 0.95)?;
/// assert_eq!((table.true_positives, table.false_negatives), (1, 1));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn flag_table(scores: &[f64], outcomes: &[bool], threshold: f64, level: f64) -> Result<FlagTable> {
    check_level(level)?;
    same_length("scores", scores.len(), "outcomes", outcomes.len())?;
    check_numbers("scores", scores)?;
    check_numbers("threshold", &[threshold])?;
    let count = |flagged: bool, outcome: bool| {
        scores.iter().zip(outcomes).filter(|(score, o)| (**score >= threshold) == flagged && **o == outcome).count() as u64
    };
    let (tp, fp, fn_, tn) = (count(true, true), count(true, false), count(false, true), count(false, false));
    let share = |x: u64, n: u64| if n == 0 { Ok(None) } else { proportion(x, n, ProportionMethod::Wilson, level).map(Some) };
    Ok(FlagTable {
        true_positives: tp,
        false_positives: fp,
        false_negatives: fn_,
        true_negatives: tn,
        sensitivity: share(tp, tp + fn_)?,
        specificity: share(tn, tn + fp)?,
        positive_predictive_value: share(tp, tp + fp)?,
        negative_predictive_value: share(tn, tn + fn_)?,
        base_rate: proportion(tp + fn_, tp + fp + fn_ + tn, ProportionMethod::Wilson, level)?,
    })
}
