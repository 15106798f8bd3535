mod vectors;

use improvement_stats::charts::{Assurance, ChartOptions, Direction, PointType, SpecialCause, making_data_count};
use vectors::{cases, close_optional, number, optional_numbers};

fn cause(cause: SpecialCause) -> &'static str {
    match cause {
        SpecialCause::CommonCause => "Common Cause",
        SpecialCause::AboveUpper => "Above UCL",
        SpecialCause::BelowLower => "Below LCL",
        SpecialCause::TrendIncreasing => "7 Point Trend (Increasing)",
        SpecialCause::TrendDecreasing => "7 Point Trend (Decreasing)",
        SpecialCause::TwoInThreeAbove => "2 in 3 Above CL",
        SpecialCause::TwoInThreeBelow => "2 in 3 Below CL",
        SpecialCause::SevenAbove => "7 Points Above CL",
        SpecialCause::SevenBelow => "7 Points Below CL",
    }
}

fn point_type(kind: PointType) -> &'static str {
    match kind {
        PointType::CommonCause => "common_cause",
        PointType::SpecialCauseImprovement => "special_cause_improvement",
        PointType::SpecialCauseConcern => "special_cause_concern",
        PointType::SpecialCauseNeutralHigh => "special_cause_neutral_high",
        PointType::SpecialCauseNeutralLow => "special_cause_neutral_low",
    }
}

#[test]
fn points_and_icons_equal_nhsr() {
    for case in cases("spc_nhs_making_data_count") {
        let (params, expected) = (&case["params"], &case["expected"]);
        let direction = match params["improvement_direction"].as_str().unwrap() {
            "increase" => Direction::Increase,
            "decrease" => Direction::Decrease,
            _ => Direction::Neutral,
        };
        let options = ChartOptions {
            phase_starts: params["rebase_at"]
                .as_array()
                .cloned()
                .unwrap_or_default()
                .iter()
                .map(|v| v.as_u64().unwrap() as usize - 1)
                .collect(),
            baseline: params["fix_after_n_points"].as_u64().map(|n| n as usize),
            screen_moving_ranges: params["screen_outliers"].as_bool().unwrap(),
            ..Default::default()
        };
        let target = params.get("target").filter(|t| !t.is_null()).map(number);
        let chart = making_data_count(&optional_numbers(&case["input"]["y"]), direction, target, &options).unwrap();
        for (i, point) in chart.points.iter().enumerate() {
            let at = format!("{} point {i}", case["name"]);
            close_optional(point.mean, &expected["mean"][i], 1e-10, &at);
            close_optional(point.lower, &expected["lpl"][i], 1e-10, &at);
            close_optional(point.upper, &expected["upl"][i], 1e-10, &at);
            assert_eq!(cause(point.special_cause), expected["special_cause_type"][i], "{at}");
            assert_eq!(point_type(point.point_type), expected["point_type"][i], "{at}");
        }
        assert_eq!(point_type(chart.variation), expected["variation_icon_last_point"], "{}", case["name"]);
        let assurance = chart.assurance.map(|a| match a {
            Assurance::Inconsistent => "inconsistent",
            Assurance::ConsistentPass => "consistent_pass",
            Assurance::ConsistentFail => "consistent_fail",
        });
        assert_eq!(assurance, expected["assurance_icon"].as_str(), "{}", case["name"]);
    }
}
