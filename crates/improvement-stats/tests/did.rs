//! Difference in differences against the reference numbers.

mod reference;

use improvement_stats::did::*;
use improvement_stats::mixed_model::{Term, group_codes};
use reference::*;
use serde_json::Value;

/// A column of a case, inline or from its file.
fn column(case: &Value, name: &str) -> Option<Vec<String>> {
    match case["input"].get("data") {
        Some(data) => Some(texts(&data[name])),
        None => Some(shared_csv(case["input"]["csv"].as_str()?)?.text(name)),
    }
}

fn numeric(case: &Value, name: &str) -> Option<Vec<f64>> {
    Some(column(case, name)?.iter().map(|t| t.parse().unwrap_or(f64::NAN)).collect())
}

/// Terms of the right-hand side; factors become dummies with the first level left out.
fn terms(case: &Value, right: &str) -> Option<Vec<Term>> {
    let mut terms = Vec::new();
    for name in right.split('+').map(str::trim) {
        match name.strip_prefix("factor(").and_then(|n| n.strip_suffix(')')) {
            None => terms.push(Term::new(name, numeric(case, name)?)),
            Some(name) => {
                let (codes, levels) = group_codes(&column(case, name)?);
                for level in 1..levels.len() {
                    let flags = codes.iter().map(|c| f64::from(u8::from(*c == level))).collect();
                    terms.push(Term::new(format!("{name}{level}"), flags));
                }
            }
        }
    }
    Some(terms)
}

#[test]
fn robust_errors_equal_the_reference() {
    let mut seen = 0;
    for case in cases("did_cluster_robust") {
        let params = &case["params"];
        let (left, right) = params["formula"].as_str().unwrap().split_once('~').unwrap();
        let Some(y) = numeric(&case, left.trim()) else { continue };
        let terms = terms(&case, right).unwrap();
        let (clusters, _) = group_codes(&column(&case, params["cluster"].as_str().unwrap()).unwrap());
        let weights = params.get("weights").map_or(Vec::new(), |w| numeric(&case, w.as_str().unwrap()).unwrap());
        let expected = &case["expected"];
        let has_cr2 = expected.get("se_cr2").is_some();
        let options = RegressionOptions { weights, cr2: has_cr2, ..RegressionOptions::default() };
        let found = cluster_robust(&y, &terms, &clusters, &options).unwrap();
        let c = found.coefficient(params["coefficient"].as_str().unwrap()).unwrap();
        let what = case["name"].as_str().unwrap();
        for (found, field) in [
            (found.n as f64, "n"),
            (found.k as f64, "k"),
            (found.clusters as f64, "clusters"),
            (c.estimate, "estimate"),
            (c.se_classical, "se_classical"),
            (c.se_hc1, "se_hc1"),
            (c.se_cr0, "se_cr0"),
            (c.se_cr1_groups_only, "se_cr1_G_only"),
            (c.se_cr1, "se_cr1_stata"),
            (c.t, "t_stata"),
            (c.p_value, "p_stata_G_minus_1"),
            (c.interval.low, "low"),
            (c.interval.high, "high"),
        ] {
            let expected = match field {
                "low" => numbers(&expected["ci95_stata"])[0],
                "high" => numbers(&expected["ci95_stata"])[1],
                _ => number(&expected[field]),
            };
            close(found, expected, 1e-8, &format!("{what} {field}"));
        }
        if has_cr2 {
            close(c.se_cr2.unwrap(), number(&expected["se_cr2"]), 1e-8, what);
            close(c.df_cr2.unwrap(), number(&expected["cr2_satterthwaite_df"]), 1e-7, what);
            close(c.p_value_cr2.unwrap(), number(&expected["cr2_p"]), 1e-7, what);
        }
        if let Some(wild) = expected.get("wild_cluster_bootstrap") {
            let found = wild_cluster_bootstrap(&y, &terms, &clusters, "did", 999, 1).unwrap();
            assert_eq!(found.patterns as f64, number(&wild["sign_vectors"]));
            close(found.t, number(&wild["t"]), 1e-8, what);
            close(found.p_value, number(&wild["p_symmetric"]), 1e-12, what);
        }
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn one_treated_school_gets_a_placebo_rank() {
    let case = case("did_cluster_robust", "one_treated_school");
    let (units, labels) = group_codes(&column(&case, "school").unwrap());
    let (periods, years) = group_codes(&column(&case, "year").unwrap());
    let mut outcomes = vec![vec![0.0; years.len()]; labels.len()];
    let mut post = vec![false; years.len()];
    let columns = numeric(&case, "y").unwrap().into_iter().zip(numeric(&case, "post").unwrap());
    for ((unit, period), (y, after)) in units.iter().zip(&periods).zip(columns) {
        outcomes[*unit][*period] = y;
        post[*period] = after == 1.0;
    }
    let treated = numeric(&case, "did").unwrap().iter().position(|d| *d == 1.0).unwrap();
    let found = placebo_did(&outcomes, &post, units[treated]).unwrap();
    close(found.estimate, number(&case["expected"]["estimate"]), 1e-10, "estimate");
    close(found.p_value, number(&case["expected"]["placebo_two_sided_p"]), 1e-12, "p");
    for (found, expected) in found.placebo_estimates.iter().zip(numbers(&case["expected"]["placebo_estimates"])) {
        close(*found, expected, 1e-9, "placebo");
    }
}

#[test]
fn panel_form_equals_the_regression_and_averages_the_event_study() {
    let case = case("did_cluster_robust", "two_way_fixed_effects");
    let (unit, _) = group_codes(&column(&case, "school").unwrap());
    let outcome = numeric(&case, "y").unwrap();
    let period: Vec<i64> = numeric(&case, "year").unwrap().iter().map(|y| *y as i64).collect();
    let treated: Vec<bool> = numeric(&case, "treated").unwrap().iter().map(|t| *t == 1.0).collect();
    let panel = Panel { outcome: &outcome, unit: &unit, period: &period, treated: &treated, start: 2018 };
    let did = difference_in_differences(&panel, &unit, &RegressionOptions::default()).unwrap();
    close(did.coefficients[0].estimate, number(&case["expected"]["estimate"]), 1e-10, "estimate");
    close(did.coefficients[0].se_cr1, number(&case["expected"]["se_cr1_stata"]), 1e-9, "se");
    let study = event_study(&panel, &unit, &RegressionOptions::default()).unwrap();
    let effect = |since: i64| study.times.iter().find(|t| t.since_start == since).unwrap().effect.estimate;
    let average = (effect(0) + effect(1)) / 2.0 - effect(-2) / 2.0;
    close(average, did.coefficients[0].estimate, 1e-9, "average");
}
