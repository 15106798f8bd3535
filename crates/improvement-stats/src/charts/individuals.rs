use std::f64::consts::PI;

use super::layout::Layout;

/// d₂ for two values, rounded as in the handbooks and in practitioners' software (exactly 2/√π = 1.12838).
pub(super) const D2: f64 = 1.128;
/// Upper limit of the moving range over its mean.
pub(super) const D4: f64 = 3.267;

/// Differences between neighbours among `places`; a missing value breaks the chain, an excluded point (not in `places`)
/// does not.
pub(super) fn moving_ranges(values: &[Option<f64>], places: &[usize]) -> Vec<f64> {
    places.windows(2).filter_map(|w| Some((values[w[1]]? - values[w[0]]?).abs())).collect()
}

/// Mean, after leaving out those of 3.267 times the mean or more when `screen`. Absent when there is none or all are 0.
pub(super) fn mean_range(mut ranges: Vec<f64>, screen: bool) -> Option<f64> {
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let mut centre = mean(&ranges);
    if screen {
        let limit = D4 * centre;
        ranges.retain(|&range| range < limit);
        centre = mean(&ranges);
    }
    (centre > 0.0).then_some(centre)
}

/// Sigma of single values from their moving ranges.
pub(super) fn sigma(values: &[Option<f64>], places: &[usize], screen: bool) -> Option<f64> {
    mean_range(moving_ranges(values, places), screen).map(|mean| mean / D2)
}

/// Sigma of a value with denominator 1, from moving ranges weighted by the denominators (Taylor's normalised I chart).
pub(super) fn normalised_sigma(values: &[Option<f64>], sizes: &[Option<f64>], places: &[usize], screen: bool) -> Option<f64> {
    let scaled = places.windows(2).filter_map(|w| {
        let gap = (values[w[1]]? - values[w[0]]?).abs();
        Some((PI / 2.0).sqrt() * gap / (1.0 / sizes[w[0]]? + 1.0 / sizes[w[1]]?).sqrt())
    });
    mean_range(scaled.collect(), screen)
}

/// The moving range at each point: the gap to the included point before it in its phase.
pub(super) fn range_series(values: &[Option<f64>], layout: &Layout) -> Vec<Option<f64>> {
    let mut ranges = vec![None; values.len()];
    for phase in 0..layout.phases {
        for pair in layout.included_of(phase).windows(2) {
            ranges[pair[1]] = values[pair[1]].zip(values[pair[0]]).map(|(now, before)| (now - before).abs());
        }
    }
    ranges
}
