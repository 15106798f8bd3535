//! Synthetic control against the reference numbers.

mod reference;

use std::collections::BTreeMap;

use improvement_stats::synthetic_control::*;
use reference::*;

#[test]
fn weights_of_the_small_case_equal_the_reference() {
    let case = case("synthetic_control", "small_inline");
    let rows = matrix(&case["input"]["X0"]);
    let donors: Vec<Vec<f64>> = (0..rows[0].len()).map(|d| rows.iter().map(|r| r[d]).collect()).collect();
    let found = synthetic_weights(&numbers(&case["input"]["x1"]), &donors, &numbers(&case["params"]["V"])).unwrap();
    close(found.loss, number(&case["expected"]["loss"]), 1e-10, "loss");
    for (found, expected) in found.weights.iter().zip(numbers(&case["expected"]["weights"])) {
        assert!((found - expected).abs() < 1e-8, "{found} instead of {expected}");
    }
    assert!(found.worst_reduced_gradient > -1e-12);
    assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn texas_equals_the_reference() {
    let case = case("synthetic_control", "real_Texas");
    let Some(csv) = shared_csv(case["input"]["csv"].as_str().unwrap()) else { return };
    let mut outcomes: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
    for ((state, year), value) in csv.text("state").into_iter().zip(csv.text("year")).zip(csv.numbers("bmprison")) {
        if let Some(value) = value {
            outcomes.entry(state).or_default().insert(year.parse().unwrap(), value);
        }
    }
    let expected = &case["expected"];
    let periods: Vec<i64> = numbers(&expected["periods"]).iter().map(|p| *p as i64).collect();
    let pre: Vec<i64> = numbers(&case["input"]["pre_periods"]).iter().map(|p| *p as i64).collect();
    let series = |state: &str| -> Vec<f64> { periods.iter().map(|p| outcomes[state][p]).collect() };
    let donors: Vec<Vec<f64>> = texts(&expected["donors"]).iter().map(|d| series(d)).collect();
    let before: Vec<bool> = periods.iter().map(|p| pre.contains(p)).collect();
    let found = synthetic_control(&series("Texas"), &donors, &before, &[]).unwrap();
    for (found, expected) in found.weights.iter().zip(numbers(&expected["weights"])) {
        assert!((found - expected).abs() < 1e-7, "{found} instead of {expected}");
    }
    for (found, expected) in found.gaps.iter().zip(numbers(&expected["gap_by_period"])) {
        close(*found, expected, 1e-8, "gap");
    }
    close(found.pre_rmspe, number(&expected["pre_rmspe"]), 1e-9, "before");
    close(found.post_rmspe, number(&expected["post_rmspe"]), 1e-9, "after");
    close(found.post_pre_ratio, number(&expected["post_pre_ratio"]), 1e-9, "ratio");
    assert_eq!(found.placebo_rank as f64, number(&expected["placebo_rank"]));
    assert_eq!(found.n as f64, number(&expected["placebo_units"]));
    close(found.p_value, number(&expected["placebo_p"]), 1e-12, "p");
}
