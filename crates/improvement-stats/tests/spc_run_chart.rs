mod charts_support;
mod vectors;

use charts_support::{options, runs_equal};
use improvement_stats::charts::{RunChartOptions, run_chart};
use vectors::{cases, close_optional, optional_numbers};

#[test]
fn run_charts_equal_qicharts2() {
    for case in cases("spc_run_chart") {
        let values = optional_numbers(&case["input"]["y"]);
        let chart = run_chart(&values, &options(&case), RunChartOptions::default()).unwrap();
        for (i, centre) in chart.centre.iter().enumerate() {
            close_optional(*centre, &case["expected"]["points"]["cl"][i], 1e-12, &format!("{} {i}", case["name"]));
        }
        for (phase, expected) in chart.phases.iter().zip(case["expected"]["parts"].as_array().unwrap()) {
            runs_equal(phase.runs.as_ref(), expected, &case["name"].to_string());
        }
        let signalled = case["expected"]["parts"].as_array().unwrap().iter().any(|p| p["runs_signal"] == true);
        assert_eq!(!chart.signals.is_empty(), signalled, "{}", case["name"]);
    }
}
