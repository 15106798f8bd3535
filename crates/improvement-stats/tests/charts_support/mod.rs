//! Compares our charts with those of qicharts2.
#![allow(dead_code)]

use improvement_stats::charts::{ChartOptions, ControlChart, Runs};
use serde_json::Value;

use crate::vectors::{close, close_optional};

/// Options of a case; its positions are counted from 1.
pub fn options(case: &Value) -> ChartOptions {
    let params = &case["params"];
    let list = |key: &str| {
        params[key].as_array().cloned().unwrap_or_default().iter().map(|v| v.as_u64().unwrap() as usize).collect::<Vec<_>>()
    };
    ChartOptions {
        phase_starts: list("part_ends"),
        baseline: params["freeze"].as_u64().map(|b| b as usize),
        excluded: list("exclude").iter().map(|p| p - 1).collect(),
        screen_moving_ranges: params["screen_moving_ranges"].as_bool().unwrap(),
        standard: None,
        labels: Vec::new(),
    }
}

pub fn runs_equal(found: Option<&Runs>, expected: &Value, at: &str) {
    let runs = found.unwrap_or_else(|| panic!("{at}: no runs"));
    let number = |v: Option<usize>| v.map(|v| v as f64);
    close_optional(number(runs.longest_run), &expected["longest_run"], 0.0, at);
    close_optional(number(runs.longest_run_max), &expected["longest_run_max"], 0.0, at);
    close_optional(number(runs.crossings), &expected["n_crossings"], 0.0, at);
    close_optional(number(runs.crossings_min), &expected["n_crossings_min"], 0.0, at);
    close(runs.n_useful as f64, &expected["n_useful"], 0.0, at);
    close(runs.n_points as f64, &expected["n_obs"], 0.0, at);
    assert_eq!(runs.signal, expected["runs_signal"].as_bool().unwrap(), "{at}: runs signal");
}

pub fn chart_equals(chart: &ControlChart, case: &Value) {
    let expected = &case["expected"]["points"];
    assert_eq!(chart.points.len(), expected["y"].as_array().unwrap().len(), "{}", case["name"]);
    for (i, point) in chart.points.iter().enumerate() {
        let at = format!("{} point {i}", case["name"]);
        for (found, key) in [
            (point.value, "y"),
            (point.centre, "cl"),
            (point.lower, "lcl"),
            (point.upper, "ucl"),
            (point.lower_2_sigma, "lcl_95"),
            (point.upper_2_sigma, "ucl_95"),
        ] {
            close_optional(found, &expected[key][i], 1e-10, &format!("{at} {key}"));
        }
        assert_eq!(Value::from(point.beyond_limits), expected["sigma_signal"][i], "{at} beyond");
        assert_eq!(Value::from(point.phase), expected["part"][i], "{at} phase");
        assert_eq!(Value::from(point.included), expected["include"][i], "{at} included");
        assert_eq!(Value::from(point.baseline), expected["baseline"][i], "{at} baseline");
    }
    let parts = case["expected"]["parts"].as_array().unwrap();
    assert_eq!(chart.phases.len(), parts.len());
    for (phase, expected) in chart.phases.iter().zip(parts) {
        runs_equal(phase.runs.as_ref(), expected, &case["name"].to_string());
    }
}
