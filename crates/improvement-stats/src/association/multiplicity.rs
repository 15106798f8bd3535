//! Corrections for having asked many questions.

use crate::{Error, Result};

/// How to correct p values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// Benjamini-Hochberg: expected share of false findings among those named.
    BenjaminiHochberg,
    /// Benjamini-Yekutieli: the same under any dependence between the questions.
    BenjaminiYekutieli,
    /// Holm: chance of any false finding.
    Holm,
    /// Bonferroni: the same, simpler and weaker.
    Bonferroni,
    /// Hochberg: a little stronger than Holm, for independent or positively dependent questions.
    Hochberg,
}

/// p values corrected for their number, in the order given; NaN (not tested) stays NaN and does not count.
///
/// Use Benjamini-Hochberg over all testable items of an exploration and state how many there were; Holm for a short list fixed
/// beforehand. Never over only those items that looked promising.
///
/// Formula: Benjamini-Hochberg multiplies the k-th smallest of m by m/k and takes minima from the largest down; Yekutieli
/// multiplies further by 1 + 1/2 + … + 1/m; Holm multiplies by m − k + 1 and takes maxima from the smallest up; Hochberg the
/// same with minima from the largest down; Bonferroni multiplies by m. All are cut at 1.
///
/// # Errors
/// [`Error::OutOfRangeAt`] for a value outside 0 to 1.
///
/// Source: Benjamini & Hochberg (1995); Benjamini & Yekutieli (2001); Holm (1979); Hochberg (1988).
///
/// ```
/// use improvement_stats::association::{Adjustment, adjust};
/// assert_eq!(adjust(&[0.01, 0.04, f64::NAN], Adjustment::Holm)?[..2], [0.02, 0.04]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>> {
    if let Some(index) = p_values.iter().position(|p| !p.is_nan() && !(0.0..=1.0).contains(p)) {
        let value = p_values[index];
        return Err(Error::OutOfRangeAt { what: "p value", index, value, expected: "between 0 and 1" });
    }
    // Sorting values with their places beside them is far quicker than looking each value up.
    let mut sorted: Vec<(f64, usize)> = p_values.iter().enumerate().filter(|(_, p)| !p.is_nan()).map(|(i, p)| (*p, i)).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let order: Vec<usize> = sorted.into_iter().map(|(_, i)| i).collect();
    let m = order.len() as f64;
    let harmonic: f64 = (1..=order.len()).map(|i| 1.0 / i as f64).sum();
    let factor = |place: usize| match adjustment {
        Adjustment::BenjaminiHochberg => m / (place + 1) as f64,
        Adjustment::BenjaminiYekutieli => harmonic * m / (place + 1) as f64,
        Adjustment::Holm | Adjustment::Hochberg => m - place as f64,
        Adjustment::Bonferroni => m,
    };
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let raw = |place: usize| (factor(place) * p_values[order[place]]).min(1.0);
    match adjustment {
        Adjustment::Holm | Adjustment::Bonferroni => {
            let mut largest = 0.0_f64;
            for (place, &index) in order.iter().enumerate() {
                largest = largest.max(raw(place));
                adjusted[index] = if adjustment == Adjustment::Holm { largest } else { raw(place) };
            }
        }
        _ => {
            let mut smallest = 1.0_f64;
            for (place, &index) in order.iter().enumerate().rev() {
                smallest = smallest.min(raw(place));
                adjusted[index] = smallest;
            }
        }
    }
    Ok(adjusted)
}

/// Benjamini-Hochberg q values; see [`adjust`].
///
/// # Errors
/// As [`adjust`].
///
/// ```
/// use improvement_stats::association::benjamini_hochberg;
/// assert_eq!(benjamini_hochberg(&[0.01, 0.04])?, [0.02, 0.04]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    adjust(p_values, Adjustment::BenjaminiHochberg)
}

/// Benjamini-Yekutieli q values, valid however the questions depend on one another; see [`adjust`].
///
/// # Errors
/// As [`adjust`].
///
/// ```
/// use improvement_stats::association::benjamini_yekutieli;
/// assert_eq!(benjamini_yekutieli(&[0.01])?, [0.01]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn benjamini_yekutieli(p_values: &[f64]) -> Result<Vec<f64>> {
    adjust(p_values, Adjustment::BenjaminiYekutieli)
}

/// Holm's p values, for a short list of questions fixed beforehand; see [`adjust`].
///
/// # Errors
/// As [`adjust`].
///
/// ```
/// use improvement_stats::association::holm;
/// assert_eq!(holm(&[0.04, 0.01])?, [0.04, 0.02]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>> {
    adjust(p_values, Adjustment::Holm)
}
