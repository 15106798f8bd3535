use super::control::{ChartKind, ChartPoint, RuleSet, control_chart};
use super::individuals::D2;
use super::layout::above;
use super::nhs_patterns::{SpecialCause, special_causes};
use super::options::ChartOptions;
use super::scale::Scale;
use super::signal::{Side, Signal};
use crate::{Error, Result, Warning};

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Direction {
    /// More is better.
    Increase,
    /// Less is better.
    Decrease,
    /// Neither: the measure only describes.
    Neutral,
}

/// What a point means; of the last point it is the variation icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum PointType {
    /// Ordinary variation.
    CommonCause,
    /// A signal in the better direction.
    SpecialCauseImprovement,
    /// A signal in the worse direction.
    SpecialCauseConcern,
    /// A signal upwards where neither way is better.
    SpecialCauseNeutralHigh,
    /// A signal downwards where neither way is better.
    SpecialCauseNeutralLow,
}

/// Whether the target will be met if nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Assurance {
    /// The target lies within the limits: hit and miss by chance.
    Inconsistent,
    /// The whole range of ordinary variation meets the target.
    ConsistentPass,
    /// The whole range of ordinary variation misses the target.
    ConsistentFail,
}

/// One point of a Making Data Count chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NhsPoint {
    /// The value.
    pub value: Option<f64>,
    /// Mean of its phase.
    pub mean: Option<f64>,
    /// Lower process limit.
    pub lower: Option<f64>,
    /// Upper process limit.
    pub upper: Option<f64>,
    /// The pattern it is part of.
    pub special_cause: SpecialCause,
    /// What it means.
    pub point_type: PointType,
    /// Phase, from 1.
    pub phase: usize,
}

/// A Making Data Count chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NhsChart {
    /// Mean of the last phase.
    pub estimate: Option<f64>,
    /// The points in time order.
    pub points: Vec<NhsPoint>,
    /// The icon for variation: the type of the last point that is not missing.
    pub variation: PointType,
    /// The icon for assurance; absent without a target or a direction.
    pub assurance: Option<Assurance>,
    /// What was seen and when.
    pub signals: Vec<Signal>,
    /// What both icons say, in words.
    pub summary: String,
    /// Points that are not missing.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Is the measure changing, for better or worse, and will it meet its target if nothing changes? The icons of NHS
/// England.
///
/// `values` in time order, `None` for a missing period. An XmR chart: mean ± 2.66 mean moving range, with wild ranges
/// screened unless switched off; phases and baseline as in `options`. Patterns, the first that applies: outside a
/// limit; 7 points strictly rising or falling; 2 of 3 in the outer third on one side of the mean; 7 on one side. All
/// points of a pattern are coloured, also those before it was complete; a rising trend counts as high even below the
/// mean. On stable series of 24 points 18 of 100 signal: more than with [`run_chart`](super::run_chart).
///
/// Source: NHS England, Making Data Count; reference implementation NHSRplotthedots.
///
/// # Errors
/// As [`control_chart`](super::control_chart); [`Error::OutOfRange`] for a target that is not a number;
/// [`Error::Undefined`] when all values are missing.
///
/// ```
/// use improvement_stats::charts::{Assurance, ChartOptions, Direction, making_data_count};
/// let values: Vec<_> = [75.3, 67.1, 68.9, 66.2, 70.5].into_iter().map(Some).collect();
/// let chart = making_data_count(&values, Direction::Increase, Some(10.0), &ChartOptions::default())?;
/// assert_eq!(chart.assurance, Some(Assurance::ConsistentPass));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn making_data_count(
    values: &[Option<f64>],
    direction: Direction,
    target: Option<f64>,
    options: &ChartOptions,
) -> Result<NhsChart> {
    if let Some(target) = target.filter(|t| !t.is_finite()) {
        return Err(Error::OutOfRange { what: "target", value: target, expected: "a number" });
    }
    let chart = control_chart(ChartKind::Individuals, values, None, RuleSet::Nhs, options)?;
    let mut points: Vec<NhsPoint> = chart.points.iter().map(plain_point).collect();
    for phase in 1..=chart.phases.len() {
        let places = places_of(&chart.points, phase);
        for (&place, cause) in places.iter().zip(special_causes(&chart.points, &places)) {
            points[place].special_cause = cause;
            points[place].point_type = point_type(&points[place], direction);
        }
    }
    let last = points.iter().rfind(|p| p.value.is_some());
    let Some(last) = last else {
        return Err(Error::Undefined { what: "the chart", reason: "all values are missing" });
    };
    let (variation, assurance) = (last.point_type, target.and_then(|t| assurance(last, direction, t)));
    let summary = summary(variation, assurance);
    Ok(NhsChart {
        estimate: chart.estimate,
        points,
        variation,
        assurance,
        signals: chart.signals,
        summary,
        n: chart.n,
        warnings: chart.warnings,
    })
}

/// The limits of Making Data Count are 2.66 mean moving ranges away, where 3 / 1.128 is 2.6596.
pub(super) fn rescale(mut scale: Scale) -> Scale {
    scale.sigma.iter_mut().flatten().for_each(|sigma| *sigma *= 2.66 * D2 / 3.0);
    scale
}

fn places_of(points: &[ChartPoint], phase: usize) -> Vec<usize> {
    (0..points.len()).filter(|&i| points[i].phase == phase && points[i].included && points[i].value.is_some()).collect()
}

fn plain_point(point: &ChartPoint) -> NhsPoint {
    NhsPoint {
        value: point.value,
        mean: point.centre,
        lower: point.lower,
        upper: point.upper,
        special_cause: SpecialCause::CommonCause,
        point_type: PointType::CommonCause,
        phase: point.phase,
    }
}

fn point_type(point: &NhsPoint, direction: Direction) -> PointType {
    if point.special_cause == SpecialCause::CommonCause {
        return PointType::CommonCause;
    }
    let high = point.special_cause.words().1 == Side::High;
    match (direction, high) {
        (Direction::Neutral, true) => PointType::SpecialCauseNeutralHigh,
        (Direction::Neutral, false) => PointType::SpecialCauseNeutralLow,
        (Direction::Increase, true) | (Direction::Decrease, false) => PointType::SpecialCauseImprovement,
        (Direction::Increase, false) | (Direction::Decrease, true) => PointType::SpecialCauseConcern,
    }
}

fn assurance(last: &NhsPoint, direction: Direction, target: f64) -> Option<Assurance> {
    let (lower, upper) = (last.lower?, last.upper?);
    let (above_all, below_all) = (above(target, upper), above(lower, target));
    Some(match (direction, above_all, below_all) {
        (Direction::Neutral, ..) => return None,
        (_, false, false) => Assurance::Inconsistent,
        (Direction::Increase, true, _) | (Direction::Decrease, false, true) => Assurance::ConsistentFail,
        (Direction::Increase, false, true) | (Direction::Decrease, true, _) => Assurance::ConsistentPass,
    })
}

fn summary(variation: PointType, assurance: Option<Assurance>) -> String {
    let first = match variation {
        PointType::CommonCause => "Ordinary variation: no significant change at the last point.",
        PointType::SpecialCauseImprovement => "Special cause of an improving nature at the last point.",
        PointType::SpecialCauseConcern => "Special cause of a concerning nature at the last point.",
        PointType::SpecialCauseNeutralHigh => "Special cause, higher than before, at the last point.",
        PointType::SpecialCauseNeutralLow => "Special cause, lower than before, at the last point.",
    };
    let second = match assurance {
        None => "",
        Some(Assurance::Inconsistent) => " The target is hit and missed by chance.",
        Some(Assurance::ConsistentPass) => " The process will consistently pass the target if nothing changes.",
        Some(Assurance::ConsistentFail) => " The process will consistently fail the target if nothing changes.",
    };
    format!("{first}{second}")
}
