mod charts_support;
mod vectors;

use charts_support::{chart_equals, options};
use improvement_stats::charts::{ChartKind, RuleSet, control_chart};
use vectors::{cases, optional_numbers};

#[test]
fn charts_equal_qicharts2() {
    for case in cases("spc_g_t_iprime") {
        let kind = match case["params"]["chart"].as_str().unwrap() {
            "g" => ChartKind::G,
            "t" => ChartKind::T,
            "ip" => ChartKind::IPrime,
            other => panic!("{other}"),
        };
        let values = optional_numbers(&case["input"]["y"]);
        let sizes = case["input"].get("n").map(optional_numbers);
        let chart = control_chart(kind, &values, sizes.as_deref(), RuleSet::Anhoej, &options(&case)).unwrap();
        chart_equals(&chart, &case);
    }
}
