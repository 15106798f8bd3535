//! Shares, bands and gaps between groups.

use serde_json::Value;

use super::{Case, argument, list, row};
use crate::support::*;

pub fn intervals(case: &Case) {
    let csv = format!("count,n\n{},{}\n", cell(case.input("x")), cell(case.input("n")));
    let confidence = argument(case.input("conf"));
    for (method, key) in [
        ("wilson", "wilson"),
        ("clopper-pearson", "clopper_pearson"),
        ("agresti-coull", "agresti_coull"),
        ("jeffreys", "jeffreys"),
        ("wilson-continuity", "wilson_continuity"),
    ] {
        let found = answer(&["proportion", "--method", method, "--confidence", &confidence], &csv);
        close_interval(&found["rows"][0]["interval"], case.expected(key), EXACT);
        close_interval(&found["interval"], case.expected(key), EXACT);
        let share = case.input("x").as_f64().unwrap() / case.input("n").as_f64().unwrap();
        close(&found["rows"][0]["estimate"], &Value::from(share), EXACT);
    }
}

pub fn bands(case: &Case) {
    let counts = list(case.input("counts")).iter().enumerate();
    let csv = "band,count\n".to_owned() + &counts.map(|(band, count)| format!("b{band},{count}\n")).collect::<String>();
    let confidence = argument(case.input("conf"));
    for (method, key) in [("goodman", "goodman"), ("sison-glaz", "sison_glaz")] {
        if case.whole["expected"][key].is_null() {
            continue;
        }
        let found = answer(&["bands", "--method", method, "--confidence", &confidence], &csv);
        for (band, row) in list(&found["rows"]).iter().enumerate() {
            close_interval(&row["interval"], &case.expected(key)[band], EXACT);
            close_interval(&row["alone"], &case.expected("wilson_each")[band], EXACT);
        }
    }
}

pub fn ordinal(case: &Case) {
    let bands = case.input("bands_lowest_to_highest");
    let mut csv = "period,band,count\n".to_owned();
    for period in ["reference", "comparison"] {
        for (band, count) in list(&bands[period]).iter().enumerate() {
            csv += &format!("{period},b{band},{count}\n");
        }
    }
    let found = answer(&["bands"], &csv);
    close(&found["estimate"], case.expected("prob_superiority"), EXACT);
    close(&found["p_value"], case.expected("mann_whitney_p_no_continuity"), EXACT);
    let (gap, odds) = (&found["change"]["superiority"], &found["change"]["proportional_odds"]);
    close(&gap["somers_d"], case.expected("somers_d"), EXACT);
    close(&gap["normal_equivalent"], case.expected("V_normal_equivalent"), EXACT);
    close(&odds["estimate"], case.expected("log_odds_ratio"), FITTED);
    close(&odds["standard_error"], case.expected("se"), FITTED);
    close(&odds["log_likelihood"], case.expected("logLik"), FITTED);
    close(&odds["likelihood_ratio"], case.expected("lr_chisq"), FITTED);
    for (found, expected) in list(&odds["thresholds"]).iter().zip(list(case.expected("thresholds"))) {
        close(found, expected, FITTED);
    }
}

pub fn two_groups(case: &Case) {
    let count = |key: &str| cell(case.input(key));
    let csv = format!("group,count,n\nfirst,{},{}\nsecond,{},{}\n", count("x1"), count("n1"), count("x2"), count("n2"));
    let confidence = argument(case.input("conf"));
    for (measure, method, figure, key) in [
        ("difference", "newcombe", "difference", "rd_newcombe"),
        ("difference", "wald", "difference", "rd_wald"),
        ("difference", "agresti-caffo", "difference", "rd_agresti_caffo"),
        ("ratio", "katz", "ratio", "rr_log"),
        ("ratio", "katz-adjusted", "ratio", "rr_log_adjusted"),
        ("ratio", "score", "ratio", "rr_score"),
        ("odds", "logit", "odds_ratio", "or_logit"),
        ("odds", "logit-adjusted", "odds_ratio", "or_logit_adjusted"),
    ] {
        let ask = ["risk", "--measure", measure, "--method", method, "--reference", "second", "--confidence", &confidence];
        let found = answer(&ask, &csv);
        let expected = case.expected(figure);
        // An odds ratio of 0 is a figure, of which the reference says nothing.
        if !(measure == "odds" && expected.is_null()) {
            close(&found["estimate"], expected, EXACT);
        }
        if measure == "odds" {
            close(&found["p_value"], case.expected("fisher_p"), EXACT);
        }
        if super::left_out("disproportionality_two_groups", &case.name, key) {
            continue;
        }
        match case.expected(key) {
            Value::Null => {
                let warned = found["warnings"].to_string().contains("katz_undefined");
                assert!(found["interval"].is_null() || warned, "{key}: an interval of another kind comes with a warning");
            }
            ends => close_interval(&found["interval"], ends, if method == "score" { FITTED } else { EXACT }),
        }
    }
}

pub fn all_others(case: &Case) {
    let named = [("group", case.input("groups")), ("count", case.input("x")), ("n", case.input("n"))];
    let found = answer(&["risk"], &columns(&named));
    for expected in list(case.all()) {
        let found = row(&found["rows"], "group", expected["group"].as_str().unwrap());
        close(&found["risk"]["estimate"], &expected["risk"], EXACT);
        close(&found["comparison_risk"], &expected["comparison_risk"], EXACT);
        close(&found["estimate"], &expected["risk_ratio"], EXACT);
        if expected["katz95"][0].is_null() {
            assert_eq!(found["ratio"]["method"], "score", "Katz has no interval for nobody");
        } else {
            close_interval(&found["interval"], &expected["katz95"], EXACT);
        }
        close(&found["difference"]["estimate"], &expected["risk_difference"], EXACT);
        close(&found["composition_index"], &expected["composition_index"], EXACT);
    }
}
