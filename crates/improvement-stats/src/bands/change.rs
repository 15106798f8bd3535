use super::superiority::{Superiority, superiority};
use super::{same_bands, total};
use crate::proportion::{DifferenceMethod, difference};
use crate::{Interval, Result, Warning, check_level};

/// How one band changed.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BandDifference {
    /// Share in the earlier year.
    pub earlier: f64,
    /// Share in the later year.
    pub later: f64,
    /// Later minus earlier; times 100: percentage points.
    pub estimate: f64,
    /// Newcombe interval that holds together with those of the other bands (Bonferroni).
    pub interval: Interval,
}

/// How a distribution over bands changed between two years.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BandChange {
    /// The bands in the order given.
    pub bands: Vec<BandDifference>,
    /// The whole distribution in one figure: how likely somebody of the later year stands higher.
    pub superiority: Superiority,
    /// How many in the earlier year.
    pub n_earlier: u64,
    /// How many in the later year.
    pub n_later: u64,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// How did each band's share, and the distribution as a whole, change between two years?
///
/// Inputs count people in the same bands, lowest first. People of the two years are treated as different people; a
/// cohort that partly stayed makes the true uncertainty smaller. For 'percent proficient' alone use
/// [`crate::proportion::difference`].
///
/// # Errors
/// As [`superiority`](super::superiority).
///
/// ```
/// use improvement_stats::bands::band_change;
/// let change = band_change(&[124, 140, 24, 2], &[85, 188, 58, 2], 0.95)?;
/// assert_eq!(format!("{:.1}", 100.0 * change.bands[0].estimate), "-17.2");
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn band_change(earlier: &[u64], later: &[u64], level: f64) -> Result<BandChange> {
    same_bands(earlier, later)?;
    let n_earlier = total(earlier, "reference bands")?;
    let n_later = total(later, "comparison bands")?;
    check_level(level)?;
    let shared_level = 1.0 - (1.0 - level) / earlier.len() as f64;
    let mut bands = Vec::with_capacity(earlier.len());
    for (&before, &after) in earlier.iter().zip(later) {
        let found = difference((after, n_later), (before, n_earlier), DifferenceMethod::Newcombe, shared_level)?;
        bands.push(BandDifference {
            earlier: found.second,
            later: found.first,
            estimate: found.estimate,
            interval: Interval::new(found.interval.low, found.interval.high, level),
        });
    }
    let text = "Students of the two years are treated as different people.";
    Ok(BandChange {
        bands,
        superiority: superiority(earlier, later, level)?,
        n_earlier,
        n_later,
        warnings: vec![Warning::new("treated_as_different_people", text)],
    })
}
