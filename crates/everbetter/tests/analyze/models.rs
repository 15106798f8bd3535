//! What goes with an outcome.

use serde_json::Value;

use super::support::*;

fn pairs(case: &Value) -> String {
    columns(&[("x", &case["input"]["x"]), ("y", &case["input"]["y"])])
}

const PLAIN: [&str; 7] = ["association", "--x", "x", "--y", "y", "--bootstrap", "0"];

#[test]
fn correlations_are_the_reference() {
    for name in ["ties_n24", "missing_n40"] {
        let case = case("assoc_correlations", name);
        for (method, estimate, p) in [("spearman", "spearman", "spearman_t_p"), ("kendall", "kendall_tau_b", "kendall_normal_p")]
        {
            let answer = answer(&[&PLAIN[..], &["--method", method]].concat(), &pairs(&case));
            close(&answer["estimate"], &case["expected"][estimate], EXACT);
            close(&answer["p_value"], &case["expected"][p], EXACT);
        }
    }
}

#[test]
fn few_pairs_are_tried_in_all_orders() {
    let case = case("assoc_correlations", "no_ties_n8");
    let answer = answer(&[&PLAIN[..], &["--permutations", "100"]].concat(), &pairs(&case));
    close(&answer["p_value"], &case["expected"]["exact_two_sided_p"], EXACT);
    assert_eq!(answer["rows"][0]["permutations"], case["expected"]["permutations"]);
}

#[test]
fn chance_is_the_same_for_the_same_seed_and_several_questions_are_corrected() {
    let (chance, resampled) = (case("assoc_permutation", "free_B500"), case("assoc_bootstrap", "B999_n30"));
    let csv = columns(&[("x", &chance["input"]["x"]), ("z", &chance["input"]["y"]), ("y", &chance["input"]["y"])]);
    let ask = ["association", "--x", "x,z", "--y", "y", "--permutations", "999", "--seed", "3", "--adjust", "holm"];
    let found = answer(&ask, &csv);
    assert_eq!(found, answer(&ask, &csv));
    close(&found["estimate"], &chance["expected"]["observed"], EXACT);
    close(&found["estimate"], &resampled["expected"]["t0"], EXACT);
    assert!(found["interval"]["low"].as_f64() < found["estimate"].as_f64());
    let p = found["p_value"].as_f64().unwrap();
    assert_eq!(found["rows"][1]["adjusted_p_value"], 0.002, "the smaller of two counts twice");
    close(&found["rows"][0]["adjusted_p_value"], &Value::from(p.max(0.002)), EXACT);
}

#[test]
fn a_mixed_model_is_the_reference() {
    let case = case("lmm", "small_partnerships_random_intercept");
    let data = &case["input"]["data"];
    let names = ["partnership", "year", "implement", "str"];
    let csv = columns(&names.map(|name| (name, &data[name])));
    let formula = case["params"]["formula"].as_str().unwrap();
    let answer = answer(&["mixed-model", "--formula", formula], &csv);
    let expected = &case["expected"]["fixed"];
    for (at, term) in answer["fixed"].as_array().unwrap().iter().enumerate() {
        close(&term["estimate"], &expected[at]["est"], FITTED);
        close(&term["standard_error"], &expected[at]["se"], FITTED);
        close(&term["p_value"], &expected[at]["p"], FITTED);
    }
    assert_eq!(answer["term"], "implement");
    assert_eq!(answer["estimate"], answer["fixed"][1]["estimate"]);
    assert_eq!(answer["group_effects"][0]["group"], "P01");
}

#[test]
fn an_elastic_net_is_the_reference() {
    let case = case("elastic_net", "pit_items_n48_p20_enet0.7");
    let rows = case["input"]["X"].as_array().unwrap();
    let names: Vec<String> = (0..rows[0].as_array().unwrap().len()).map(|at| format!("x{at}")).collect();
    let mut csv = names.join(",") + ",y\n";
    for (row, y) in rows.iter().zip(case["input"]["y"].as_array().unwrap()) {
        csv += &row.as_array().unwrap().iter().map(|x| format!("{x},")).collect::<String>();
        csv += &format!("{y}\n");
    }
    let expected = &case["expected"]["coefficients_by_lambda"][0];
    let lambda = expected["lambda"].to_string();
    let ask = ["elastic-net", "--y", "y", "--alpha", "0.7", "--lambda", &lambda, "--stability", "5"];
    let answer = answer(&ask, &csv);
    close(&answer["intercept"], &expected["intercept"], FITTED);
    for (at, found) in answer["coefficients"].as_array().unwrap().iter().enumerate() {
        close(&found["estimate"], &expected["beta"][at], FITTED);
    }
    assert_eq!(answer["stability"]["terms"].as_array().map(Vec::len), Some(names.len()));
}

#[test]
fn pooled_estimates_are_the_reference() {
    let case = case("pool_random_effects", "heterogeneous_k9");
    let csv = columns(&[("estimate", &case["input"]["y"]), ("variance", &case["input"]["v"])]);
    for (method, reference) in [("reml", "REML"), ("dersimonian-laird", "DL")] {
        let expected = &case["expected"][reference];
        let answer = answer(&["pool", "--method", method], &csv);
        close(&answer["estimate"], &expected["mu"], FITTED);
        close(&answer["tau2"], &expected["tau2"], FITTED);
        close_interval(&answer["normal"]["interval"], &expected["ci95"], FITTED);
        close_interval(&answer["interval"], &expected["hartung_knapp"]["ci95"], FITTED);
    }
    let same = answer(&["pool", "--method", "paule-mandel", "--interval", "normal"], &csv);
    assert_eq!(same["interval"], same["normal"]["interval"]);
    assert_eq!(same["interval_by"], "normal");
}
