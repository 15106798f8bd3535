mod vectors;

use improvement_stats::charts::{ChartKind, ChartOptions, ControlChart, RuleSet, SubgroupKind, control_chart, subgroup_chart};
use serde_json::Value;
use vectors::{cases, close, numbers, optional_numbers};

fn limits_equal(chart: &ControlChart, case: &Value) {
    let expected = &case["expected"];
    let at = case["name"].to_string();
    close(chart.estimate.unwrap(), &expected["center"], 1e-10, &at);
    let lower = expected["lcl"].as_array().unwrap();
    let upper = expected["ucl"].as_array().unwrap();
    for (i, point) in chart.points.iter().enumerate() {
        close(point.lower.unwrap(), &lower[i.min(lower.len() - 1)], 1e-9, &at);
        close(point.upper.unwrap(), &upper[i.min(upper.len() - 1)], 1e-9, &at);
    }
    let beyond: Vec<usize> = (0..chart.points.len()).filter(|&i| chart.points[i].beyond_limits).map(|i| i + 1).collect();
    assert_eq!(Value::from(beyond), expected["beyond_limits"], "{at}");
}

/// qcc offers estimators of sigma that `methods.md` does not define (ranges, root mean square, MVLUE, SD of single
/// values), R and np charts, and for G √(m(m - 1)); the other cases are checked here.
#[test]
fn limits_equal_qcc_where_the_estimators_are_the_same() {
    let mut checked = 0;
    for case in cases("spc_qcc_limits") {
        let input = &case["input"];
        let options = ChartOptions { screen_moving_ranges: false, ..Default::default() };
        let simple = |kind: ChartKind| {
            let mut values = optional_numbers(&input["data"]);
            let mut sizes = input.get("sizes").map(optional_numbers);
            let first = values.len();
            let mut options = options.clone();
            if let Some(more) = input.get("newdata") {
                values.extend(optional_numbers(more));
                sizes = sizes.map(|sizes| sizes.into_iter().chain(optional_numbers(&input["newsizes"])).collect());
                options.baseline = Some(first);
            }
            control_chart(kind, &values, sizes.as_deref(), RuleSet::Anhoej, &options).unwrap()
        };
        let grouped = |kind: SubgroupKind| {
            let groups: Vec<Vec<f64>> = input["data"].as_array().unwrap().iter().map(numbers).collect();
            subgroup_chart(kind, &groups, RuleSet::Anhoej, &options).unwrap()
        };
        let chart = match case["name"].as_str().unwrap() {
            "i_mr" => simple(ChartKind::Individuals),
            "p_unequal" | "p_phase2" => simple(ChartKind::P),
            "c" => simple(ChartKind::C),
            "u" => simple(ChartKind::U),
            "xbar_uwave_sd" => grouped(SubgroupKind::Mean),
            "s_uwave_sd" => grouped(SubgroupKind::StandardDeviation),
            _ => continue,
        };
        limits_equal(&chart, &case);
        checked += 1;
    }
    assert_eq!(checked, 7);
}
