//! How many wrongly stable predictors must be expected?

use crate::{Error, Result};

/// What is supposed of the selection frequencies of predictors that do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorBoundKind {
    /// Nothing but exchangeability (Meinshausen and Bühlmann).
    None,
    /// Their distribution has one peak (Shah and Samworth); for complementary pairs.
    Unimodal,
    /// It is r-concave (Shah and Samworth); for complementary pairs.
    RConcave,
}

/// The smallest cutoff that keeps expected false choices below what is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ErrorBound {
    /// Share of halves from which a predictor counts as stable.
    pub cutoff: f64,
    /// Expected number of wrongly stable predictors at this cutoff; above what was wanted when no cutoff reaches it.
    pub expected_false: f64,
}

/// Which cutoff keeps the expected number of wrongly stable predictors below `wanted`?
///
/// `predictors` (p), `most_chosen` (q, at most p) and `pairs` (complementary pairs, 50 usually) as in
/// [`super::stability_selection`]. The last two kinds need complementary pairs and give cutoffs on the grid of 1/(2·pairs).
///
/// Formula: without assumption q²/((2·cutoff−1)·p). Unimodal: q²/p over 2(2·cutoff−1−1/(2B)) up to 0.75, times
/// 4(1−cutoff+1/(2B))/(1+1/B) above. r-concave: p times the smaller of two largest tails of distributions with the known mean,
/// of pairs (r = −1/2) and of halves (r = −1/4).
///
/// # Errors
/// [`Error::OutOfRange`] for p, q, pairs (1 to 500) or `wanted`.
///
/// Source: Meinshausen & Bühlmann (2010); Shah & Samworth (2013), JRSS B 75.
///
/// ```
/// use improvement_stats::elastic_net::{ErrorBoundKind, error_bound};
/// let bound = error_bound(60, 5, 1.0, 50, ErrorBoundKind::Unimodal)?;
/// assert!((bound.cutoff - 0.61).abs() < 1e-9);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn error_bound(predictors: usize, most_chosen: usize, wanted: f64, pairs: usize, kind: ErrorBoundKind) -> Result<ErrorBound> {
    let (p, q) = (predictors as f64, most_chosen as f64);
    if predictors == 0 || most_chosen == 0 || most_chosen > predictors {
        let expected = "at least 1 and at most the number of predictors";
        return Err(Error::OutOfRange { what: "most chosen", value: q, expected });
    }
    if !(1..=500).contains(&pairs) {
        return Err(Error::OutOfRange { what: "pairs", value: pairs as f64, expected: "between 1 and 500" });
    }
    if wanted.is_nan() || wanted <= 0.0 {
        return Err(Error::OutOfRange { what: "wanted false choices", value: wanted, expected: "above 0" });
    }
    let squared = q * q / p;
    if kind == ErrorBoundKind::None {
        let cutoff = (0.5 * (squared / wanted + 1.0)).min(1.0);
        return Ok(ErrorBound { cutoff, expected_false: squared / (2.0 * cutoff - 1.0) });
    }
    let b = pairs as f64;
    let bounds: Vec<f64> = match kind {
        ErrorBoundKind::Unimodal => (0..=2 * pairs)
            .map(|t| {
                let cutoff = t as f64 / (2.0 * b);
                if cutoff <= 0.75 {
                    let room = 2.0 * (2.0 * cutoff - 1.0 - 1.0 / (2.0 * b));
                    if room > 0.0 { squared / room } else { f64::INFINITY }
                } else {
                    squared * 4.0 * (1.0 - cutoff + 1.0 / (2.0 * b)) / (1.0 + 1.0 / b)
                }
            })
            .collect(),
        _ => r_concave(p, q / p, pairs),
    };
    // Cutoffs up to one half would call anything stable.
    let first = pairs + usize::from(kind == ErrorBoundKind::Unimodal);
    let place = (first..=2 * pairs).find(|t| bounds[*t] <= wanted).unwrap_or(2 * pairs);
    Ok(ErrorBound { cutoff: place as f64 / (2.0 * b), expected_false: bounds[place] })
}

fn r_concave(p: f64, share: f64, pairs: usize) -> Vec<f64> {
    let of_halves = largest_tails(share, 2 * pairs, 4.0);
    let of_pairs = largest_tails(share * share, pairs, 2.0);
    (0..=2 * pairs)
        .map(|t| {
            let simultaneous = if t > pairs { of_pairs[t - pairs] } else { 1.0 };
            p * of_halves[t].min(simultaneous)
        })
        .collect()
}

/// For each t the largest P(X ≥ t) of a distribution on 0..=points with mean `mean`·points whose weights fall like
/// (a+i)^−power up to some k, with one last weight between.
fn largest_tails(mean: f64, points: usize, power: f64) -> Vec<f64> {
    let mut tails = vec![1.0; points + 1];
    let target = mean * points as f64;
    let first = (2.0 * target).ceil() as usize + 1;
    if first > points {
        return tails;
    }
    let sum = |a: f64, range: std::ops::Range<usize>, factor: &dyn Fn(f64) -> f64| -> f64 {
        range.map(|i| factor(i as f64) * (1.0 + i as f64 / a).powf(-power)).sum()
    };
    // The offset at which weights up to k have the wanted mean; it falls as k grows.
    let mut offsets = vec![1e5; points + 2];
    for k in first..=points {
        let (mut low, mut high) = (1e-5_f64, offsets[k - 1]);
        for _ in 0..100 {
            let a = (low * high).sqrt();
            let found = sum(a, 0..k + 1, &|i| i) / sum(a, 0..k + 1, &|_| 1.0);
            if found > target { high = a } else { low = a }
        }
        offsets[k] = (low * high).sqrt();
    }
    for (t, slot) in tails.iter_mut().enumerate().skip(first) {
        let full = offsets[points];
        let mut best = sum(full, t..points + 1, &|_| 1.0) / sum(full, 0..points + 1, &|_| 1.0);
        for k in t.max(first)..points {
            let reach = (k + 1) as f64;
            let tail = |a: f64| 1.0 - (reach - target) * sum(a, 0..t, &|_| 1.0) / sum(a, 0..k + 1, &|i| reach - i);
            best = best.max(maximum(offsets[k + 1], offsets[k], tail));
        }
        *slot = best;
    }
    tails
}

/// The largest value of a function with one peak (golden sections).
fn maximum(mut low: f64, mut high: f64, value: impl Fn(f64) -> f64) -> f64 {
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    let mut best = value(low).max(value(high));
    for _ in 0..40 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        let (left, right) = (value(a), value(b));
        best = best.max(left).max(right);
        if left > right { high = b } else { low = a }
    }
    best
}
