//! Charts over time.

use serde_json::Value;

use super::support::*;

fn series(case: &Value) -> String {
    let input = &case["input"];
    let values = if input.get("y").is_some() { &input["y"] } else { &input["data"] };
    let periods = counted(values);
    match input.get("n") {
        Some(sizes) => columns(&[("period", &periods), ("value", values), ("denominator", sizes)]),
        None => columns(&[("period", &periods), ("value", values)]),
    }
}

#[track_caller]
fn limits_are(answer: &Value, expected: &Value) {
    let points = answer["points"].as_array().unwrap();
    assert_eq!(points.len(), expected["y"].as_array().unwrap().len());
    for (at, point) in points.iter().enumerate() {
        for (name, reference) in [("value", "y"), ("centre", "cl"), ("lower", "lcl"), ("upper", "ucl")] {
            if point.get(name).is_some() {
                close(&point[name], &expected[reference][at], EXACT);
            }
        }
    }
    close(&answer["estimate"], &points.last().unwrap()["centre"], 0.0);
}

#[test]
fn run_charts_have_the_reference_median_and_runs() {
    let case = case("spc_run_chart", "shift_after_14");
    let answer = answer(&["run-chart"], &series(&case));
    limits_are(&answer, &case["expected"]["points"]);
    let signal = &answer["signals"][0];
    assert_eq!(signal["rule"], "few_crossings");
    assert!(signal["from"].is_string() && signal["to"].is_string(), "a signal names its periods");
}

#[test]
fn anhoej_limits_stand_beside_the_runs() {
    let case = case("spc_anhoej_limits", "table");
    let text: String = "period,value\n".to_owned() + &(1..=24).map(|i| format!("{i},{}\n", i * 7 % 24)).collect::<String>();
    let answer = answer(&["run-chart"], &text);
    let place = case["input"]["n_useful"].as_array().unwrap().iter().position(|n| *n == 24).unwrap();
    let runs = &answer["phases"][0]["runs"];
    assert_eq!(runs["longest_run_max"], case["expected"]["longest_run_max"][place]);
    assert_eq!(runs["crossings_min"], case["expected"]["n_crossings_min"][place]);
}

#[test]
fn control_charts_have_the_reference_limits() {
    for (file, name, kind) in [
        ("spc_i_mr", "i_screened_default", "i"),
        ("spc_p_pprime", "p_moderate", "p"),
        ("spc_p_pprime", "pp_overdispersed", "p-prime"),
        ("spc_c_u_uprime", "c", "c"),
        ("spc_c_u_uprime", "u", "u"),
        ("spc_c_u_uprime", "up_overdispersed", "u-prime"),
        ("spc_g_t_iprime", "g", "g"),
        ("spc_g_t_iprime", "t", "t"),
        ("spc_g_t_iprime", "ip", "i-prime"),
    ] {
        let case = case(file, name);
        limits_are(&answer(&["control-chart", "--type", kind], &series(&case)), &case["expected"]["points"]);
    }
}

#[test]
fn phases_and_baselines_move_the_limits() {
    let frozen = case("spc_i_mr", "i_freeze_12");
    limits_are(&answer(&["control-chart", "--baseline", "12"], &series(&frozen)), &frozen["expected"]["points"]);
    let rephased = case("spc_i_mr", "i_rephase_12");
    let values = &rephased["input"]["y"];
    let phases =
        Value::from((0..values.as_array().unwrap().len()).map(|i| if i < 12 { "old" } else { "new" }).collect::<Vec<_>>());
    let csv = columns(&[("period", &counted(values)), ("value", values), ("phase", &phases)]);
    limits_are(&answer(&["control-chart"], &csv), &rephased["expected"]["points"]);
}

#[test]
fn means_of_several_values_have_the_reference_limits() {
    let (means, spreads) = (case("spc_xbar_s", "xbar_n5"), case("spc_xbar_s", "s_n5"));
    let input = &means["input"];
    let group = input.as_object().unwrap().keys().find(|name| *name != "y").unwrap();
    let csv = columns(&[("period", &input[group]), ("value", &input["y"])]);
    let answer = answer(&["control-chart", "--type", "xbar-s"], &csv);
    limits_are(&answer, &means["expected"]["points"]);
    limits_are(&answer["standard_deviation_chart"], &spreads["expected"]["points"]);
}

#[test]
fn limits_agree_with_a_second_reference() {
    let case = case("spc_qcc_limits", "xbar_uwave_sd");
    let rows = case["input"]["data"].as_array().unwrap();
    let mut csv = "period,value\n".to_owned();
    for (period, row) in rows.iter().enumerate() {
        row.as_array().unwrap().iter().for_each(|value| csv += &format!("{period},{value}\n"));
    }
    let answer = answer(&["control-chart", "--type", "xbar-s"], &csv);
    close(&answer["estimate"], &case["expected"]["center"], EXACT);
    close(&answer["points"][0]["upper"], &case["expected"]["ucl"][0], EXACT);
}

#[test]
fn small_drifts_have_the_reference_paths() {
    let case_of = case("spc_ewma_cusum", "ewma_lambda_0.2");
    let found = answer(&["control-chart", "--type", "ewma"], &series(&case_of));
    close(&found["estimate"], &case_of["expected"]["center"], EXACT);
    close(&found["points"][29]["average"], &case_of["expected"]["ewma"][29], EXACT);
    let case_of = case("spc_ewma_cusum", "cusum_k0.5_h5");
    let found = answer(&["control-chart", "--type", "cusum"], &series(&case_of));
    close(&found["estimate"], &case_of["expected"]["center"], EXACT);
}

#[test]
fn the_icons_are_those_of_the_reference() {
    let case = case("spc_nhs_making_data_count", "common_cause_increase");
    let arguments = ["control-chart", "--rules", "nhs", "--direction", "increase", "--target", "72"];
    let answer = answer(&arguments, &series(&case));
    close(&answer["points"][0]["lower"], &case["expected"]["lpl"][0], EXACT);
    assert_eq!(answer["making_data_count"]["variation"], "common_cause");
    assert_eq!(answer["making_data_count"]["assurance"], "inconsistent");
}

#[test]
fn the_older_rules_name_what_they_saw() {
    let series = |values: &str| {
        "period,value\n".to_owned() + &values.split(' ').enumerate().map(|(i, v)| format!("{i},{v}\n")).collect::<String>()
    };
    let csv = series("1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 9 1 2 1");
    for rules in ["western-electric", "nelson", "anhoej"] {
        let answer = answer(&["control-chart", "--rules", rules], &csv);
        assert!(answer["signals"].to_string().contains("beyond_limits"), "{rules}");
    }
}
