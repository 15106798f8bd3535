use super::individuals::{D2, mean_range, moving_ranges};
use crate::{Error, Result};

/// Sum of counts over sum of sizes.
pub(super) fn overall(counts: &[Option<f64>], sizes: &[Option<f64>], places: &[usize]) -> Option<f64> {
    let (mut top, mut bottom) = (0.0, 0.0);
    for &place in places {
        if let (Some(count), Some(size)) = (counts[place], sizes[place]) {
            top += count;
            bottom += size;
        }
    }
    (bottom > 0.0).then_some(top / bottom)
}

/// How much more the points vary than chance alone: the mean moving range of their z values over d₂ (Laney 2002).
pub(super) fn laney_factor(
    rates: &[Option<f64>],
    centre: f64,
    sigma: &[Option<f64>],
    places: &[usize],
    screen: bool,
) -> Option<f64> {
    let z: Vec<Option<f64>> = rates
        .iter()
        .zip(sigma)
        .map(|(rate, sigma)| rate.zip(*sigma).filter(|(_, sigma)| *sigma > 0.0).map(|(rate, sigma)| (rate - centre) / sigma))
        .collect();
    mean_range(moving_ranges(&z, places), screen).map(|mean| mean / D2)
}

/// Counts over sizes. A size of 0 has no rate: the point is missing, not 0.
pub(super) fn rates(counts: &[Option<f64>], sizes: &[Option<f64>]) -> Vec<Option<f64>> {
    counts.iter().zip(sizes).map(|(count, size)| Some((*count)? / (*size).filter(|s| *s > 0.0)?)).collect()
}

/// Checks that values are 0 or more.
pub(super) fn check_not_negative(values: &[Option<f64>], what: &'static str) -> Result<()> {
    match values.iter().position(|v| v.is_some_and(|v| v < 0.0)) {
        None => Ok(()),
        Some(index) => {
            let value = values[index].unwrap_or(0.0);
            Err(Error::OutOfRangeAt { what, index, value, expected: "0 or more" })
        }
    }
}

/// Checks that no count exceeds its size.
pub(super) fn check_shares(counts: &[Option<f64>], sizes: &[Option<f64>]) -> Result<()> {
    let too_many = |(count, size): (&Option<f64>, &Option<f64>)| count.zip(*size).is_some_and(|(count, size)| count > size);
    match counts.iter().zip(sizes).position(too_many) {
        None => Ok(()),
        Some(index) => {
            let value = counts[index].unwrap_or(0.0);
            Err(Error::OutOfRangeAt { what: "count", index, value, expected: "at most its denominator" })
        }
    }
}
