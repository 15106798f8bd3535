//! Scales, growth and predictions.

use serde_json::{Value, json};

use super::{Case, argument, list, row};
use crate::support::*;

pub fn reliability(case: &Case) {
    let mut ask = vec!["scale".to_owned()];
    let csv = match case.data() {
        Some(csv) => {
            let names = |key: &str| list(case.input(key)).iter().map(argument).collect::<Vec<_>>().join(",");
            ask.extend(["--items".to_owned(), names("columns")]);
            let range = format!("{},{}", case.input("scale_min"), case.input("scale_max"));
            ask.extend(["--range".to_owned(), range]);
            if !list(case.input("reverse_keyed")).is_empty() {
                ask.extend(["--reverse".to_owned(), names("reverse_keyed")]);
            }
            csv
        }
        None => {
            let rows = list(case.input("responses"));
            let heading: Vec<String> = (0..list(&rows[0]).len()).map(|at| format!("q{at}")).collect();
            let line = |row: &Value| list(row).iter().map(cell).collect::<Vec<_>>().join(",") + "\n";
            heading.join(",") + "\n" + &rows.iter().map(line).collect::<String>()
        }
    };
    let found = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
    close(&found["estimate"], case.expected("alpha_raw"), EXACT);
    close_interval(&found["interval"], case.expected("feldt95"), EXACT);
    close(&found["standardised_alpha"], case.expected("alpha_std"), EXACT);
    close(&found["average_correlation"], case.expected("average_r"), EXACT);
    close(&found["guttman_lambda6"], case.expected("guttman_lambda6"), EXACT);
    assert_eq!(found["n_complete"], *case.expected("n_complete"));
    let items = list(&found["items"]);
    assert_eq!(json!(items.len()), *case.expected("k"));
    let (omega, expected) = (&found["omega"], case.expected("omega_one_factor"));
    for (at, item) in items.iter().enumerate() {
        close(&item["alpha_if_dropped"], &case.expected("alpha_if_dropped")[at], EXACT);
        close(&item["item_rest"], &case.expected("corrected_item_total_complete_cases")[at], EXACT);
        close(&item["loading"], &expected["loadings"][at], FITTED);
    }
    close(&omega["estimate"], &expected["omega_total_cfa"], FITTED);
    close(&omega["against_observed_variance"], &expected["omega_vs_observed_variance"], FITTED);
    close(&omega["log_likelihood"], &expected["logLik"], FITTED);
    assert_eq!(omega["n"], expected["n"]);
}

pub fn summaries(case: &Case) {
    let invited = argument(case.input("invited"));
    let csv = columns(&[("likert", case.input("likert_1_5")), ("recommend", case.input("nps_0_10"))]);
    let found = answer(&["scale", "--items", "likert", "--range", "1,5", "--invited", &invited], &csv);
    let item = &found["answers"][0];
    close(&found["estimate"], case.expected("mean"), EXACT);
    close_interval(&found["interval"], case.expected("mean_t_ci95"), EXACT);
    close(&item["standard_deviation"], case.expected("sd"), EXACT);
    for (name, key) in [("top_box", "top_box"), ("top_two_box", "top2_box")] {
        close(&item[name]["estimate"], case.expected(key), EXACT);
        close_interval(&item[name]["interval"], case.expected(&format!("{key}_wilson")), EXACT);
    }
    close(&found["response"]["rate"]["estimate"], case.expected("response_rate"), EXACT);
    close_interval(&found["response"]["rate"]["interval"], case.expected("response_rate_wilson"), EXACT);
    let found = answer(&["scale", "--items", "recommend", "--net", "recommend", "--invited", &invited], &csv);
    close(&found["estimate"], case.expected("nps"), EXACT);
    close(&found["standard_error"], case.expected("nps_se"), EXACT);
    close_interval(&found["interval"], case.expected("nps_ci95"), EXACT);
    close(&found["net"]["standard_error_finite"], case.expected("nps_se_fpc"), EXACT);
    close(&found["net"]["promoters"], case.expected("promoters"), EXACT);
    close(&found["net"]["detractors"], case.expected("detractors"), EXACT);
}

pub fn growth(case: &Case) {
    let csv = case.data().unwrap();
    let (y, x) = (argument(case.input("y")), argument(case.input("x")));
    if case.has("mean_residual") {
        let group = argument(case.input("school"));
        let found = answer(&["growth", "--y", &y, "--x", &x, "--group", &group], &csv);
        for (at, school) in list(case.expected("school")).iter().enumerate() {
            let found = row(&found["rows"], "group", school.as_str().unwrap());
            close(&found["estimate"], &case.expected("mean_residual")[at], EXACT);
            assert_eq!(found["n"], case.expected("n")[at]);
        }
        return;
    }
    let quantiles = list(case.param("tau")).iter().map(argument).collect::<Vec<_>>().join(",");
    let found = answer(&["growth", "--y", &y, "--x", &x, "--quantiles", &quantiles], &csv);
    for (at, line) in list(&found["rows"]).iter().enumerate() {
        close(&line["check_loss"], &case.expected("check_loss")[at], EXACT);
        close(&line["intercept"], &case.expected("intercept")[at], FITTED);
        close(&line["estimate"], &case.expected("slope")[at], FITTED);
    }
}

pub fn leading_lagging(case: &Case) {
    if case.has("ccf") {
        let csv = columns(&[("lead", case.input("lead")), ("outcome", case.input("lag_outcome"))]);
        let lags = argument(case.param("max_lag"));
        let found = answer(&["predictions", "--lead", "lead", "--follow", "outcome", "--max-lag", &lags], &csv);
        close(&found["band"], case.expected("white_noise_band"), EXACT);
        for (at, row) in list(&found["rows"]).iter().enumerate() {
            assert_eq!(row["lag"], case.expected("lags")[at]);
            close(&row["estimate"], &case.expected("ccf")[at], EXACT);
        }
        return;
    }
    let csv = columns(&[
        ("score", case.input("score")),
        ("outcome", case.input("outcome")),
        ("probability", case.input("predicted_probability")),
    ]);
    let threshold = argument(case.input("threshold"));
    let found = answer(&["predictions", "--scores", "--probability", "score", "--threshold", &threshold], &csv);
    close(&found["estimate"], case.expected("auc"), EXACT);
    close(&found["standard_error"], case.expected("se_delong"), EXACT);
    close_interval(&found["interval"], case.expected("ci95"), EXACT);
    let flag = &found["flag"];
    for (name, key) in [("true_positives", "tp"), ("false_positives", "fp"), ("false_negatives", "fn"), ("true_negatives", "tn")]
    {
        assert_eq!(flag[name], *case.expected(key), "{name}");
    }
    for (name, key) in [
        ("sensitivity", "sensitivity"),
        ("specificity", "specificity"),
        ("positive_predictive_value", "ppv"),
        ("negative_predictive_value", "npv"),
    ] {
        close(&flag[name]["estimate"], case.expected(key), EXACT);
        close_interval(&flag[name]["interval"], case.expected(&format!("{key}_wilson")), EXACT);
    }
    let found = answer(&["predictions"], &csv);
    close(&found["estimate"], case.expected("brier"), EXACT);
    close(&found["reference"], case.expected("brier_reference"), EXACT);
    close(&found["skill"], case.expected("brier_skill"), EXACT);
}
