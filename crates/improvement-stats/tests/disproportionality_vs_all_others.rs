mod vectors;

use improvement_stats::fairness::{Group, RatioMethod, against_all_others};
use vectors::{cases, close, counts};

#[test]
fn each_group_against_all_others() {
    for case in cases("disproportionality_vs_all_others") {
        let input = &case["input"];
        let names = input["groups"].as_array().unwrap();
        let groups: Vec<Group> = names
            .iter()
            .zip(counts(&input["x"]).into_iter().zip(counts(&input["n"])))
            .map(|(name, (x, n))| Group::new(name.as_str().unwrap(), x, n))
            .collect();
        let found = against_all_others(&groups, 0.95).unwrap();
        for (gap, expected) in found.iter().zip(case["expected"].as_array().unwrap()) {
            let at = format!("{} {}", case["name"], gap.group.name);
            close(gap.risk.as_ref().unwrap().estimate, &expected["risk"], 1e-12, &at);
            close(gap.comparison_risk.unwrap(), &expected["comparison_risk"], 1e-12, &at);
            close(gap.difference.as_ref().unwrap().estimate, &expected["risk_difference"], 1e-12, &at);
            close(gap.composition_index.unwrap(), &expected["composition_index"], 1e-12, &at);
            let ratio = gap.ratio.as_ref().unwrap();
            close(ratio.estimate, &expected["risk_ratio"], 1e-12, &at);
            if expected["katz95"][0].is_null() {
                assert_eq!(ratio.method, RatioMethod::Score, "{at}");
            } else {
                close(ratio.interval.low, &expected["katz95"][0], 1e-10, &at);
                close(ratio.interval.high, &expected["katz95"][1], 1e-10, &at);
            }
        }
    }
}
