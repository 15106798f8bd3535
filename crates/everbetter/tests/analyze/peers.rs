//! Comparison with peers.

use serde_json::{Value, json};

use super::support::*;

#[test]
fn a_difference_in_differences_is_the_reference() {
    let case = case("did_cluster_robust", "two_by_two");
    let data = &case["input"]["data"];
    let csv = columns(&["school", "treated", "post", "did", "y"].map(|name| (name, &data[name])));
    let formula = case["params"]["formula"].as_str().unwrap();
    let cr1 = answer(&["did", "--formula", formula, "--cluster", "school", "--errors", "cr1"], &csv);
    close(&cr1["estimate"], &case["expected"]["estimate"], EXACT);
    close(&cr1["standard_error"], &case["expected"]["se_cr1_stata"], EXACT);
    close_interval(&cr1["interval"], &case["expected"]["ci95_stata"], EXACT);
    let panel = ["did", "--unit", "school", "--period", "post", "--outcome", "y", "--start", "1"];
    let cr2 = answer(&panel, &csv);
    close(&cr2["estimate"], &case["expected"]["estimate"], EXACT);
    close(&cr2["standard_error"], &case["expected"]["se_cr2"], EXACT);
    close(&cr2["p_value"], &case["expected"]["cr2_p"], FITTED);
}

#[test]
fn one_treated_unit_gets_its_rank_among_placebos() {
    let mut csv = "unit,period,outcome,treated\n".to_owned();
    for unit in 0..8 {
        for period in 1..=4 {
            let treated = unit == 0 && period > 2;
            csv += &format!("u{unit},{period},{},{}\n", unit * period % 5 + if treated { 9 } else { 0 }, u8::from(treated));
        }
    }
    let answer = answer(&["did", "--event-study"], &csv);
    assert_eq!(answer["start"], "3");
    assert_eq!(answer["placebo"]["p_value"], 0.125);
    assert_eq!(answer["event_study"]["reference"], "2");
    assert!(answer["warnings"].to_string().contains("one_treated_unit"));
}

#[test]
fn a_synthetic_control_is_the_reference() {
    let case = case("synthetic_control", "small_inline");
    let mut csv = "unit,period,outcome\n".to_owned();
    let treated = case["input"]["x1"].as_array().unwrap();
    let donors = case["input"]["X0"].as_array().unwrap();
    for (period, row) in donors.iter().enumerate() {
        csv += &format!("school,{period},{}\n", treated[period]);
        for (donor, value) in row.as_array().unwrap().iter().enumerate() {
            csv += &format!("donor {donor},{period},{value}\n");
        }
    }
    // The reference has only periods before the start: one after it does not change the weights.
    csv += &format!("school,{},50\n", donors.len());
    (0..donors[0].as_array().unwrap().len()).for_each(|donor| csv += &format!("donor {donor},{},50\n", donors.len()));
    let answer = answer(&["synthetic-control", "--treated", "school", "--start", &donors.len().to_string()], &csv);
    let weights = case["expected"]["weights"].as_array().unwrap();
    for (found, expected) in answer["weights"].as_array().unwrap().iter().zip(weights) {
        close(&found["weight"], expected, FITTED);
    }
    close(&answer["estimate"], &json!(0.0), EXACT);
}

#[test]
fn peers_are_the_nearest_and_the_reference_where_its_data_are_at_hand() {
    let csv = "unit,treated,size,poverty\na,1,10,1\nb,0,11,1\nc,0,40,5\nd,0,12,2\ne,1,38,5\nf,0,25,3\n";
    let found = answer(&["match", "--distance", "standardised-euclidean"], csv);
    assert_eq!(found["rows"][0]["peers"][0]["unit"], "b");
    assert_eq!(found["rows"][1]["peers"][0]["unit"], "c");
    assert!(found["estimate"].is_number());

    let case = case("matching", "mahalanobis_1to3_with_replacement");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/methods");
    let Ok(data) = std::fs::read_to_string(folder.join(case["input"]["csv"].as_str().unwrap())) else { return };
    let treated = case["input"]["treated"].as_array().unwrap();
    let mut csv = String::new();
    for (at, line) in data.lines().enumerate() {
        let flag = treated.contains(&Value::from(format!("u{at}")));
        csv += &if at == 0 { format!("unit,treated,{line}\n") } else { format!("u{at},{},{line}\n", u8::from(flag)) };
    }
    let covariates: Vec<&str> = case["input"]["covariates"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let found = answer(&["match", "--ratio", "3", "--replace", "--covariates", &covariates.join(",")], &csv);
    for (row, expected) in found["rows"].as_array().unwrap().iter().zip(case["expected"]["matches"].as_array().unwrap()) {
        let peers: Vec<&Value> = row["peers"].as_array().unwrap().iter().map(|peer| &peer["unit"]).collect();
        assert_eq!(peers, expected["controls"].as_array().unwrap().iter().collect::<Vec<_>>(), "{}", row["treated"]);
    }
}
