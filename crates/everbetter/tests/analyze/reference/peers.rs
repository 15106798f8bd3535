//! Comparison with peers.

use serde_json::{Value, json};

use super::{Case, argument, list, row};
use crate::support::*;

pub fn did(case: &Case) {
    let csv = case.data().unwrap_or_else(|| {
        let data = case.input("data").as_object().unwrap();
        columns(&data.iter().map(|(name, values)| (name.as_str(), values)).collect::<Vec<_>>())
    });
    let [formula, cluster, coefficient] = ["formula", "cluster", "coefficient"].map(|key| argument(case.param(key)));
    let mut ask = vec!["did", "--formula", &formula, "--cluster", &cluster, "--coefficient", &coefficient];
    let weights = argument(case.param("weights"));
    if !weights.is_empty() {
        ask.extend(["--weights", &weights]);
    }
    if case.has("wild_cluster_bootstrap") {
        ask.extend(["--wild", "999"]);
    }
    let cr1 = answer(&[&ask[..], &["--errors", "cr1"]].concat(), &csv);
    close(&cr1["estimate"], case.expected("estimate"), EXACT);
    close(&cr1["standard_error"], case.expected("se_cr1_stata"), EXACT);
    close(&cr1["p_value"], case.expected("p_stata_G_minus_1"), EXACT);
    close_interval(&cr1["interval"], case.expected("ci95_stata"), EXACT);
    for key in ["n", "k", "clusters"] {
        assert_eq!(cr1[key], *case.expected(key), "{key}");
    }
    let effect = row(&cr1["coefficients"], "term", &coefficient);
    for (name, key) in [
        ("se_classical", "se_classical"),
        ("se_hc1", "se_hc1"),
        ("se_cr0", "se_cr0"),
        ("se_cr1_groups_only", "se_cr1_G_only"),
        ("t", "t_stata"),
    ] {
        close(&effect[name], case.expected(key), EXACT);
    }
    if case.has("se_cr2") {
        let cr2 = answer(&[&ask[..], &["--errors", "cr2"]].concat(), &csv);
        close(&cr2["standard_error"], case.expected("se_cr2"), EXACT);
        close(&cr2["df"], case.expected("cr2_satterthwaite_df"), FITTED);
        close(&cr2["p_value"], case.expected("cr2_p"), FITTED);
    }
    if case.has("wild_cluster_bootstrap") {
        let (wild, expected) = (&cr1["wild_bootstrap"], case.expected("wild_cluster_bootstrap"));
        assert_eq!(wild["patterns"], expected["sign_vectors"]);
        close(&wild["t"], &expected["t"], EXACT);
        close(&wild["p_value"], &expected["p_symmetric"], EXACT);
    }
    if case.has("placebo_estimates") {
        let data = case.input("data");
        let named = [("unit", &data["school"]), ("period", &data["year"]), ("outcome", &data["y"]), ("treated", &data["did"])];
        let found = answer(&["did"], &columns(&named));
        close(&found["placebo"]["estimate"], case.expected("estimate"), EXACT);
        close(&found["placebo"]["p_value"], case.expected("placebo_two_sided_p"), EXACT);
        let placebos = list(&found["placebo"]["placebo_estimates"]);
        for (found, expected) in placebos.iter().zip(list(case.expected("placebo_estimates"))) {
            close(found, expected, EXACT);
        }
    }
}

/// A name, or the names of a list, with a lone name as a list of one.
fn names(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

pub fn matching(case: &Case) {
    let (data, treated) = (case.data().unwrap(), case.input("treated"));
    let mut csv = String::new();
    for (at, line) in data.lines().enumerate() {
        let flag = u8::from(list(treated).contains(&json!(format!("u{at}"))));
        csv += &if at == 0 { format!("unit,treated,{line}\n") } else { format!("u{at},{flag},{line}\n") };
    }
    let covariates = list(case.input("covariates")).iter().map(argument).collect::<Vec<_>>().join(",");
    let mut ask = ["match", "--covariates", &covariates].map(str::to_owned).to_vec();
    let mut say =
        |option: &str, value: &str| ask.extend([option, value].into_iter().filter(|part| !part.is_empty()).map(str::to_owned));
    if case.has("ten_nearest") {
        say("--ratio", "10");
        say("--replace", "");
        let found = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
        for expected in list(case.expected("ten_nearest")) {
            let set = row(&found["rows"], "treated", names(&expected["treated"])[0].as_str().unwrap());
            let peers: Vec<Value> = list(&set["peers"]).iter().map(|peer| peer["unit"].clone()).collect();
            assert_eq!(peers, names(&expected["controls"]));
            for (peer, distance) in list(&set["peers"]).iter().zip(list(&expected["distances"])) {
                close(&peer["distance"], distance, EXACT);
            }
        }
        return;
    }
    let propensity = case.param("distance") == "glm";
    say("--distance", if propensity { "propensity" } else { "mahalanobis" });
    if case.param("ratio").is_number() {
        say("--ratio", &argument(case.param("ratio")));
    }
    if case.param("replace") == true {
        say("--replace", "");
    }
    if case.param("caliper").is_number() {
        say("--caliper", &argument(case.param("caliper")));
    }
    if !case.param("exact").is_null() {
        say("--exact", case.param("exact").as_str().unwrap().trim_start_matches('~'));
    }
    match case.param("m.order").as_str() {
        Some("data") => say("--order", "data"),
        Some("largest") => say("--order", "largest-first"),
        _ => {}
    }
    let found = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
    for expected in list(case.expected("matches")) {
        let unit = names(&expected["treated"])[0].clone();
        let peers = match list(&found["rows"]).iter().find(|set| set["treated"] == unit) {
            Some(set) => list(&set["peers"]).iter().map(|peer| peer["unit"].clone()).collect(),
            None => Vec::new(),
        };
        assert_eq!(peers, names(&expected["controls"]), "{unit}");
    }
    let balance = case.expected("balance");
    for (when, key) in [("before", "all"), ("after", "matched")] {
        for expected in list(&balance[key]) {
            let same = |row: &&Value| row["when"] == when && row["covariate"] == expected["variable"];
            // The reference also balances the score and the columns of exact matching.
            let Some(found) = list(&found["balance"]).iter().find(same) else {
                let name = expected["variable"].as_str().unwrap();
                assert!(name == "distance" || name.starts_with("grades"), "no balance of {name}");
                continue;
            };
            close(&found["mean_treated"], &expected["mean_treated"], FITTED);
            close(&found["mean_control"], &expected["mean_control"], FITTED);
            close(&found["smd"], &expected["smd"], FITTED);
            close(&found["variance_ratio"], &expected["var_ratio"], FITTED);
        }
    }
    if case.has("propensity_of_treated") {
        for (unit, expected) in list(treated).iter().zip(list(case.expected("propensity_of_treated"))) {
            close(&row(&found["propensity"], "unit", unit.as_str().unwrap())["score"], expected, FITTED);
        }
    }
}

pub fn synthetic_control(case: &Case) {
    let Some(data) = case.data() else {
        let (treated, donors) = (list(case.input("x1")), list(case.input("X0")));
        let mut csv = "unit,period,outcome\n".to_owned();
        for (period, values) in donors.iter().enumerate() {
            csv += &format!("school,{period},{}\n", treated[period]);
            list(values).iter().enumerate().for_each(|(donor, value)| csv += &format!("donor {donor},{period},{value}\n"));
        }
        // The reference has only periods before the start: one after it does not change the weights.
        let (start, count) = (donors.len(), list(&donors[0]).len());
        csv += &format!("school,{start},50\n");
        (0..count).for_each(|donor| csv += &format!("donor {donor},{start},50\n"));
        let found = answer(&["synthetic-control", "--treated", "school", "--start", &start.to_string()], &csv);
        for (found, expected) in list(&found["weights"]).iter().zip(list(case.expected("weights"))) {
            close(&found["weight"], expected, FITTED);
        }
        let error = found["pre_rmspe"].as_f64().unwrap();
        let loss = case.expected("loss").as_f64().unwrap();
        let periods = start as f64;
        // The loss is the sum or the mean of squares, as the weights of the periods are 1 or 1 over their number.
        let sums = [error * error, error * error * periods, (error * error * periods).sqrt()];
        assert!(sums.iter().any(|sum| (sum - loss).abs() <= 1e-6 * loss), "{sums:?} instead of {loss}");
        return;
    };
    let [unit, period, outcome, treated] = ["unit", "time", "outcome", "treated"].map(|key| argument(case.input(key)));
    let before = list(case.input("pre_periods"));
    let start = before.iter().filter_map(Value::as_u64).max().unwrap() + 1;
    let ask = ["synthetic-control", "--unit", &unit, "--period", &period, "--outcome", &outcome];
    let found = answer(&[&ask[..], &["--treated", &treated, "--start", &start.to_string()]].concat(), &data);
    for (donor, expected) in list(&case.whole["expected"]["donors"]).iter().zip(list(case.expected("weights"))) {
        close(&row(&found["weights"], "unit", donor.as_str().unwrap())["weight"], expected, FITTED);
    }
    for (period, gap) in list(&found["periods"]).iter().zip(list(case.expected("gap_by_period"))) {
        close(&period["gap"], gap, EXACT);
    }
    for (name, key) in
        [("pre_rmspe", "pre_rmspe"), ("post_rmspe", "post_rmspe"), ("post_pre_ratio", "post_pre_ratio"), ("p_value", "placebo_p")]
    {
        close(&found[name], case.expected(key), EXACT);
    }
    assert_eq!(found["placebo_rank"], *case.expected("placebo_rank"));
    assert_eq!(found["n"], *case.expected("placebo_units"));
}
