use super::control::ChartPoint;
use super::layout::above;
use super::signal::{Rule, Side, Signal, span};

/// The pattern that a point is part of; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum SpecialCause {
    /// None: ordinary variation.
    CommonCause,
    /// Above the upper limit.
    AboveUpper,
    /// Below the lower limit.
    BelowLower,
    /// One of 7 points rising.
    TrendIncreasing,
    /// One of 7 points falling.
    TrendDecreasing,
    /// One of 2 of 3 points in the upper outer third.
    TwoInThreeAbove,
    /// One of 2 of 3 points in the lower outer third.
    TwoInThreeBelow,
    /// One of 7 points above the mean.
    SevenAbove,
    /// One of 7 points below the mean.
    SevenBelow,
}

impl SpecialCause {
    pub(super) fn words(self) -> (Rule, Side, &'static str) {
        match self {
            Self::CommonCause => (Rule::Shift, Side::High, "no pattern"),
            Self::AboveUpper => (Rule::BeyondLimits, Side::High, "above the upper process limit"),
            Self::BelowLower => (Rule::BeyondLimits, Side::Low, "below the lower process limit"),
            Self::TrendIncreasing => (Rule::Trend, Side::High, "part of 7 points rising"),
            Self::TrendDecreasing => (Rule::Trend, Side::Low, "part of 7 points falling"),
            Self::TwoInThreeAbove => (Rule::TwoOfThree, Side::High, "part of 2 of 3 points close to the upper limit"),
            Self::TwoInThreeBelow => (Rule::TwoOfThree, Side::Low, "part of 2 of 3 points close to the lower limit"),
            Self::SevenAbove => (Rule::Shift, Side::High, "part of 7 points in a row above the mean"),
            Self::SevenBelow => (Rule::Shift, Side::Low, "part of 7 points in a row below the mean"),
        }
    }
}

/// Sentences about the patterns of one phase.
pub(super) fn signals(points: &[ChartPoint], places: &[usize], phase: usize, labels: &[String]) -> Vec<Signal> {
    let present: Vec<usize> = places.iter().copied().filter(|&i| points[i].value.is_some()).collect();
    let causes: Vec<(usize, SpecialCause)> = present.iter().copied().zip(special_causes(points, &present)).collect();
    let stretches = causes.chunk_by(|a, b| a.1 == b.1).filter(|s| s[0].1 != SpecialCause::CommonCause);
    stretches
        .map(|stretch| {
            let (first, last) = (stretch[0].0, stretch[stretch.len() - 1].0);
            let (rule, side, words) = stretch[0].1.words();
            let text = format!("Signal {}: {words}.", span(labels, first, last));
            Signal { rule, phase, first, last, side: Some(side), text }
        })
        .collect()
}

/// The pattern that each of the points at `places` is part of.
pub(super) fn special_causes(points: &[ChartPoint], places: &[usize]) -> Vec<SpecialCause> {
    let n = places.len();
    let value = |k: usize| points[places[k]].value.unwrap_or(0.0);
    let side: Vec<i8> = (0..n).map(|k| compare(value(k), points[places[k]].centre)).collect();
    let outside: Vec<i8> = (0..n)
        .map(|k| {
            let point = &points[places[k]];
            i8::from(compare(value(k), point.upper) > 0) - i8::from(compare(value(k), point.lower) < 0)
        })
        .collect();
    let close: Vec<i8> = (0..n).map(|k| if outside[k] == 0 { outer_third(&points[places[k]], value(k)) } else { 0 }).collect();
    let (mut trend, mut shift, mut two) = (vec![0i8; n], vec![0i8; n], vec![0i8; n]);
    for start in 0..n {
        if start + 7 <= n {
            let window = &side[start..start + 7];
            if side[start] != 0 && window.iter().all(|s| *s == side[start]) {
                shift[start..start + 7].fill(side[start]);
            }
            let steps: Vec<i8> = (start..start + 6).map(|k| compare(value(k + 1), Some(value(k)))).collect();
            if steps[0] != 0 && steps.iter().all(|s| *s == steps[0]) {
                trend[start..start + 7].fill(steps[0]);
            }
        }
        if start + 3 <= n && side[start] != 0 && side[start..start + 3].iter().all(|s| *s == side[start]) {
            let window = start..start + 3;
            if close[window.clone()].iter().filter(|c| **c == side[start]).count() >= 2 {
                window.filter(|&k| close[k] == side[start]).for_each(|k| two[k] = side[start]);
            }
        }
    }
    (0..n)
        .map(|k| match (outside[k], trend[k], two[k], shift[k]) {
            (1, ..) => SpecialCause::AboveUpper,
            (-1, ..) => SpecialCause::BelowLower,
            (_, 1, ..) => SpecialCause::TrendIncreasing,
            (_, -1, ..) => SpecialCause::TrendDecreasing,
            (_, _, 1, _) => SpecialCause::TwoInThreeAbove,
            (_, _, -1, _) => SpecialCause::TwoInThreeBelow,
            (_, _, _, 1) => SpecialCause::SevenAbove,
            (_, _, _, -1) => SpecialCause::SevenBelow,
            _ => SpecialCause::CommonCause,
        })
        .collect()
}

/// 1 above, -1 below, 0 equal up to rounding or nothing to compare with.
pub(super) fn compare(value: f64, with: Option<f64>) -> i8 {
    with.map_or(0, |with| i8::from(above(value, with)) - i8::from(above(with, value)))
}

/// The side on which a value lies in the outer third between centre and limit.
fn outer_third(point: &ChartPoint, value: f64) -> i8 {
    let high = i8::from(compare(value, point.upper_2_sigma) > 0);
    let low = i8::from(compare(value, point.lower_2_sigma) < 0);
    high - low
}
