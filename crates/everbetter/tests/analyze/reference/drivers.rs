//! What goes with an outcome.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Case, argument, list, near, row, shared};
use crate::support::*;

fn pairs(case: &Case) -> String {
    let named = [("x", case.input("x")), ("y", case.input("y")), ("block", case.input("block"))];
    columns(&named.into_iter().filter(|(_, values)| values.is_array()).collect::<Vec<_>>())
}

const PLAIN: [&str; 7] = ["association", "--x", "x", "--y", "y", "--bootstrap", "0"];

pub fn correlations(case: &Case) {
    let csv = pairs(case);
    for (method, estimate, p) in [
        ("spearman", "spearman", Some("spearman_t_p")),
        ("kendall", "kendall_tau_b", Some("kendall_normal_p")),
        ("pearson", "pearson", None),
    ] {
        let found = answer(&[&PLAIN[..], &["--method", method]].concat(), &csv);
        close(&found["estimate"], case.expected(estimate), EXACT);
        if let Some(p) = p {
            close(&found["p_value"], case.expected(p), EXACT);
        }
        if !found["estimate"].is_null() {
            assert_eq!(found["n"], *case.expected("n"));
        }
    }
    case.expected("n");
    if case.has("exact_two_sided_p") {
        let found = answer(&[&PLAIN[..], &["--permutations", "100"]].concat(), &csv);
        close(&found["p_value"], case.expected("exact_two_sided_p"), EXACT);
        assert_eq!(found["rows"][0]["permutations"], *case.expected("permutations"));
    }
}

pub fn multiplicity(case: &Case) {
    let csv = columns(&[("item", &counted(case.input("p"))), ("p", case.input("p"))]);
    for method in ["bh", "by", "holm", "bonferroni", "hochberg"] {
        let found = answer(&["association", "--p", "p", "--adjust", method], &csv);
        for (row, expected) in list(&found["rows"]).iter().zip(list(case.expected(method))) {
            close(&row["adjusted_p_value"], expected, EXACT);
        }
    }
}

pub fn permutation(case: &Case) {
    let mut ask = [&PLAIN[..], &["--permutations", "20000", "--seed", "5"]].concat();
    if case.input("block").is_array() {
        ask.extend(["--blocks", "block"]);
    }
    let found = answer(&ask, &pairs(case));
    close(&found["estimate"], case.expected("observed"), EXACT);
    let expected = case.expected("p_two_sided_plus1");
    let p = expected.as_f64().unwrap();
    // Four standard errors of a share of the reference's 500 orders.
    near(&found["p_value"], expected, 4.0 * (p * (1.0 - p) / 500.0).sqrt());
}

pub fn resampled_correlation(case: &Case) {
    let ask = ["association", "--x", "x", "--y", "y", "--bootstrap", "9999", "--seed", "2"];
    let found = answer(&ask, &pairs(case));
    close(&found["estimate"], case.expected("t0"), EXACT);
    let ends = case.expected("bca95_type7");
    near(&found["interval"]["low"], &ends[0], 0.06);
    near(&found["interval"]["high"], &ends[1], 0.06);
}

/// Rows of predictors and the outcome.
fn predictors(case: &Case) -> (String, Vec<String>, String) {
    if let Some(csv) = case.data() {
        let names = list(case.input("columns")).iter().map(argument).collect();
        return (csv, names, argument(case.input("response")));
    }
    let rows = list(case.input("X"));
    let names: Vec<String> = (0..list(&rows[0]).len()).map(|at| format!("x{at}")).collect();
    let mut csv = names.join(",") + ",y\n";
    for (row, y) in rows.iter().zip(list(case.input("y"))) {
        csv += &list(row).iter().map(|x| format!("{x},")).collect::<String>();
        csv += &format!("{y}\n");
    }
    (csv, names, "y".to_owned())
}

pub fn elastic_net(case: &Case) {
    let (csv, names, y) = predictors(case);
    let lambdas = list(case.param("lambda")).iter().map(argument).collect::<Vec<_>>().join(",");
    let (alpha, names) = (argument(case.param("alpha")), names.join(","));
    for (ridge, key) in [("textbook", "coefficients_by_lambda"), ("glmnet", "glmnet_native")] {
        if !case.has(key) {
            continue;
        }
        let mut ask = vec!["elastic-net", "--y", &y, "--x", &names, "--alpha", &alpha, "--lambda", &lambdas, "--ridge", ridge];
        if case.param("standardize") == false {
            ask.push("--unstandardised");
        }
        let found = answer(&ask, &csv);
        for (fit, expected) in list(&found["path"]).iter().zip(list(case.expected(key))) {
            close(&fit["intercept"], &expected["intercept"], FITTED);
            for (term, expected) in list(&fit["coefficients"]).iter().zip(list(&expected["beta"])) {
                close(&term["estimate"], expected, FITTED);
                assert_eq!(term["estimate"] == 0.0, expected.as_f64() == Some(0.0), "{}", term["term"]);
            }
        }
        // With a ridge no penalty leaves all out, so there is no largest one.
        match case.expected("lambda_max") {
            expected if expected.is_number() => close(&found["lambda_max"], expected, EXACT),
            _ => assert!(found["lambda_max"].is_null()),
        }
    }
}

pub fn stability(case: &Case) {
    let (csv, names, y) = predictors(case);
    let most = argument(case.param("q"));
    let ask = ["elastic-net", "--y", &y, "--stability", "100", "--most-chosen", &most, "--seed", "4"];
    let found = answer(&ask, &csv);
    let terms = list(&found["stability"]["terms"]);
    assert_eq!(terms.len(), names.len());
    for (term, expected) in terms.iter().zip(list(case.expected("frequency"))) {
        // Four standard errors of a share of 60 halves and one of 200.
        near(&term["frequency"], expected, 0.3);
    }
}

pub fn pool(case: &Case) {
    let csv = columns(&[("estimate", case.input("y")), ("variance", case.input("v"))]);
    for (method, key) in [("reml", "REML"), ("dersimonian-laird", "DL")] {
        let expected = case.expected(key);
        let found = answer(&["pool", "--method", method], &csv);
        for (name, key) in [
            ("estimate", "mu"),
            ("tau2", "tau2"),
            ("tau2_standard_error", "se_tau2"),
            ("i2", "I2"),
            ("h2", "H2"),
            ("q", "Q"),
            ("q_p_value", "Q_p"),
            ("log_likelihood", "logLik"),
        ] {
            close(&found[name], &expected[key], FITTED);
        }
        close(&found["normal"]["standard_error"], &expected["se"], FITTED);
        close_interval(&found["normal"]["interval"], &expected["ci95"], FITTED);
        close_interval(&found["prediction"], &expected["prediction95"], FITTED);
        let knapp = &expected["hartung_knapp"];
        close(&found["standard_error"], &knapp["se"], FITTED);
        close(&found["p_value"], &knapp["p"], FITTED);
        close_interval(&found["interval"], &knapp["ci95"], FITTED);
        for (at, study) in list(&found["shrunken"]).iter().enumerate() {
            close(&study["estimate"], &expected["shrunken"]["est"][at], FITTED);
            close(&study["standard_error"], &expected["shrunken"]["se"][at], FITTED);
        }
    }
}

/// A CSV text as a heading and rows.
fn parsed(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let split = |line: &str| line.split(',').map(|field| field.trim_matches('"').to_owned()).collect::<Vec<_>>();
    let mut lines = text.lines();
    (split(lines.next().unwrap()), lines.map(split).collect())
}

/// The data of a mixed model, with the columns that the reference made from others.
fn rows_of_model(case: &Case) -> String {
    let Some(text) = case.data() else {
        let data = case.input("data").as_object().unwrap();
        return columns(&data.iter().map(|(name, values)| (name.as_str(), values)).collect::<Vec<_>>());
    };
    let (heading, rows) = parsed(&text);
    let place = |name: &str| heading.iter().position(|found| found == name);
    let (Some(ses), Some(school)) = (place("SES"), place("School")) else { return text };
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for row in &rows {
        let sum = sums.entry(&row[school]).or_default();
        *sum = (sum.0 + row[ses].parse::<f64>().unwrap(), sum.1 + 1.0);
    }
    let flag = |row: &[String], name: &str, value: &str| u8::from(row[place(name).unwrap()] == value);
    let mut csv = heading.join(",") + ",cses,catholic,minority\n";
    for row in &rows {
        let (sum, n) = sums[row[school].as_str()];
        let centred = row[ses].parse::<f64>().unwrap() - sum / n;
        csv += &format!("{},{centred},{},{}\n", row.join(","), flag(row, "Sector", "Catholic"), flag(row, "Minority", "Yes"));
    }
    csv
}

pub fn mixed_model(case: &Case) {
    let csv = rows_of_model(case);
    let formula = argument(case.param("formula"));
    let mut ask = vec!["mixed-model", "--formula", &formula];
    if case.param("REML") == false {
        ask.push("--ml");
    }
    let found = answer(&ask, &csv);
    for (term, expected) in list(&found["fixed"]).iter().zip(list(case.expected("fixed"))) {
        assert_eq!(term["term"], expected["term"]);
        close(&term["estimate"], &expected["est"], FITTED);
        close(&term["standard_error"], &expected["se"], FITTED);
        close(&term["t"], &expected["t"], FITTED);
        close(&term["df"], &expected["satterthwaite_df"], 1e-3);
        close(&term["p_value"], &expected["p"], FITTED);
    }
    for (found, expected) in list(&found["covariance"]).iter().zip(list(case.expected("vcov"))) {
        list(found).iter().zip(list(expected)).for_each(|(found, expected)| close(found, expected, FITTED));
    }
    let components = list(case.expected("variance_components"));
    for (found, expected) in list(&found["variance_components"]).iter().zip(components) {
        for (name, key) in [("grouping", "group"), ("term", "var1"), ("with", "var2")] {
            assert_eq!(found[name], expected[key], "{name}");
        }
        close(&found["variance"], &expected["vcov"], FITTED);
        let spread = if found["with"].is_null() { "standard_deviation" } else { "correlation" };
        close(&found[spread], &expected["sdcor"], FITTED);
    }
    let residual = components.last().unwrap();
    close(&found["residual_variance"], &residual["vcov"], FITTED);
    close(&json!(found["residual_variance"].as_f64().unwrap().sqrt()), case.expected("sigma"), FITTED);
    close(&found["log_likelihood"], case.expected("logLik"), 1e-8);
    close(&found["deviance"], case.expected("deviance_or_reml_criterion"), 1e-8);
    assert_eq!(found["computed_by"], *case.expected("criterion"));
    assert_eq!(found["singular"], *case.expected("singular"));
    assert_eq!(found["n"], *case.expected("n"));
    for (name, count) in case.expected("groups").as_object().unwrap() {
        assert_eq!(row(&found["groupings"], "name", name)["groups"], *count);
    }
    if case.has("icc") {
        close(&found["icc"], case.expected("icc"), FITTED);
    }
    for (grouping, modes) in case.expected("ranef_first").as_object().unwrap() {
        for (at, level) in list(&modes["levels"]).iter().enumerate() {
            for (column, term) in list(&modes["columns"]).iter().enumerate() {
                let same = |effect: &&Value| {
                    effect["grouping"] == *grouping && effect["term"] == *term && effect["group"] == argument(level)
                };
                let effect = list(&found["group_effects"]).iter().find(same).unwrap();
                close(&effect["estimate"], &modes["values"][at][column], FITTED);
                if column == 0 {
                    close(&effect["standard_error"], &modes["cond_sd_first_column"][at], FITTED);
                }
            }
        }
    }
    if case.has("kenward_roger") {
        let found = answer(&[&ask[..], &["--df", "kenward-roger"]].concat(), &csv);
        for (term, expected) in list(&found["fixed"]).iter().zip(list(case.expected("kenward_roger"))) {
            close(&term["standard_error"], &expected["se"], FITTED);
            close(&term["df"], &expected["df"], 1e-3);
            close(&term["p_value"], &expected["p"], 1e-4);
        }
    }
}

pub fn within_partnerships(case: &Case) {
    let folder = argument(case.input("folder"));
    let read = |file: &str| parsed(&shared(&format!("{folder}/{file}.csv")).unwrap()).1;
    let reviews: BTreeMap<(String, String), (String, String)> =
        read("reviews").into_iter().map(|r| ((r[0].clone(), r[1].clone()), (r[2].clone(), r[7].clone()))).collect();
    let ratings = read("implementation");
    let (mut p_values, mut between, mut within_q) = (Vec::new(), Vec::new(), Vec::new());
    for item in list(case.expected("items")) {
        let code = item["item"].as_str().unwrap();
        let mut csv = "partnership,year,rating,model,overall\n".to_owned();
        let mut models = std::collections::BTreeSet::new();
        for rating in ratings.iter().filter(|rating| rating[2] == code && rating[3].parse::<f64>().is_ok()) {
            let Some((model, overall)) = reviews.get(&(rating[0].clone(), rating[1].clone())) else { continue };
            models.insert(model.clone());
            csv += &format!("{},{},{},{model},{overall}\n", rating[0], rating[1], rating[3]);
        }
        p_values.push(Value::Null);
        between.push(item["spearman_p"].clone());
        within_q.push(item["within_bh"].clone());
        if item["within_est"].is_null() {
            continue;
        }
        let formula = if models.len() > 1 {
            "overall ~ rating + year + model + (1 | partnership)"
        } else {
            "overall ~ rating + year + (1 | partnership)"
        };
        let found = answer(&["mixed-model", "--formula", formula, "--split", "rating"], &csv);
        assert_eq!((&found["n"], &found["groups"]), (&item["n"], &item["partnerships"]), "{code}");
        let term = |name: &str| row(&found["fixed"], "term", name);
        for (name, key, tolerance) in
            [("estimate", "within_est", 1e-4), ("standard_error", "within_se", 1e-4), ("p_value", "within_p", 1e-3)]
        {
            close(&term("rating within")[name], &item[key], tolerance);
        }
        near(&term("rating within")["df"], &item["within_df"], 1e-3 * item["within_df"].as_f64().unwrap());
        close(&term("rating between")["estimate"], &item["between_est"], 1e-4);
        close(&term("rating between")["p_value"], &item["between_p"], 1e-3);
        *p_values.last_mut().unwrap() = term("rating within")["p_value"].clone();
    }
    let adjusted = |values: &[Value]| {
        answer(&["association", "--p", "p"], &columns(&[("item", &counted(&json!(values))), ("p", &json!(values))]))
    };
    for (row, expected) in list(&adjusted(&p_values)["rows"]).iter().zip(&within_q) {
        close(&row["adjusted_p_value"], expected, 1e-3);
    }
    let between = adjusted(&between);
    for (row, item) in list(&between["rows"]).iter().zip(list(case.expected("items"))) {
        close(&row["adjusted_p_value"], &item["spearman_bh"], EXACT);
    }
    // Which practices each way of looking names: those whose corrected p stays below 10%.
    let named =
        |list_of: &Value| list(list_of).iter().filter(|row| row["adjusted_p_value"].as_f64().is_some_and(|q| q < 0.1)).count();
    assert_eq!(json!(named(&between["rows"])), case.expected("summary")["between_spearman_bh10"]["selected"]);
    assert_eq!(json!(named(&adjusted(&p_values)["rows"])), case.expected("summary")["within_lmm_bh10"]["selected"]);
}
