mod charts_support;
mod vectors;

use charts_support::{chart_equals, options};
use improvement_stats::charts::{RuleSet, SubgroupKind, subgroup_chart};
use vectors::{cases, numbers};

#[test]
fn charts_equal_qicharts2() {
    for case in cases("spc_xbar_s") {
        let kind = match case["params"]["chart"].as_str().unwrap() {
            "xbar" => SubgroupKind::Mean,
            "s" => SubgroupKind::StandardDeviation,
            other => panic!("{other}"),
        };
        let groups = numbers(&case["input"]["x"]);
        let mut subgroups = vec![Vec::new(); groups.last().copied().unwrap() as usize];
        for (value, group) in numbers(&case["input"]["y"]).into_iter().zip(groups) {
            subgroups[group as usize - 1].push(value);
        }
        let chart = subgroup_chart(kind, &subgroups, RuleSet::Anhoej, &options(&case)).unwrap();
        chart_equals(&chart, &case);
    }
}
