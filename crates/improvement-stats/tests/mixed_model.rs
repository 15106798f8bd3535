//! Mixed models against the reference numbers.

mod reference;

use std::collections::BTreeMap;

use improvement_stats::association::{Method, benjamini_hochberg, correlate};
use improvement_stats::mixed_model::*;
use reference::*;
use serde_json::Value;

/// Columns of a case: inline or, where the shared folder exists, from its CSV file.
struct Table(BTreeMap<String, Vec<String>>);

impl Table {
    fn of(case: &Value) -> Option<Self> {
        if let Some(data) = case["input"].get("data") {
            let columns = data.as_object().unwrap();
            return Some(Self(columns.iter().map(|(k, v)| (k.clone(), texts(v))).collect()));
        }
        let csv = shared_csv(case["input"]["csv"].as_str().unwrap())?;
        Some(Self(csv.heading.iter().map(|h| (h.clone(), csv.text(h))).collect()))
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        match name {
            "minority" => self.0["Minority"].iter().map(|m| f64::from(u8::from(m == "Yes"))).collect(),
            "catholic" => self.0["Sector"].iter().map(|m| f64::from(u8::from(m == "Catholic"))).collect(),
            _ => self.0[name].iter().map(|t| t.parse().unwrap_or(f64::NAN)).collect(),
        }
    }
}

/// Response, terms and group of a formula with one random intercept; `None` for other formulas.
fn parse(formula: &str) -> Option<(String, Vec<String>, String)> {
    let (left, right) = formula.split_once('~')?;
    let mut terms: Vec<String> = right.split('+').map(|t| t.trim().to_owned()).collect();
    let group = terms.pop()?.strip_prefix("(1 | ")?.strip_suffix(')')?.to_owned();
    if terms.iter().any(|t| t.contains('|')) {
        return None;
    }
    terms.retain(|t| t != "1");
    Some((left.trim().to_owned(), terms, group))
}

fn check_effects(found: &MixedModel, expected: &[Value], what: &str) {
    for (found, expected) in found.fixed.iter().zip(expected) {
        let what = format!("{what} {}", found.term);
        close(found.estimate, number(&expected["est"]), 1e-6, &what);
        close(found.standard_error, number(&expected["se"]), 1e-5, &what);
        close(found.df, number(&expected["satterthwaite_df"]), 1e-3, &what);
        let p = number(&expected["p"]);
        assert!((found.p_value - p).abs() <= 1e-3 * p + 1e-13, "{what} p {} instead of {p}", found.p_value);
    }
}

#[test]
fn random_intercept_models_equal_the_reference() {
    let mut seen = 0;
    for case in cases("lmm") {
        let Some((response, terms, group)) = parse(case["params"]["formula"].as_str().unwrap()) else { continue };
        let Some(table) = Table::of(&case) else { continue };
        let terms: Vec<Term> = terms.iter().map(|t| Term::new(t.clone(), table.numbers(t))).collect();
        let (groups, labels) = group_codes(&table.0[&group]);
        let options = MixedOptions { reml: case["params"]["REML"] == true, ..MixedOptions::default() };
        let y = table.numbers(&response);
        let found = mixed_model(&y, &terms, &groups, &options).unwrap();
        let expected = &case["expected"];
        let what = case["name"].as_str().unwrap();
        check_effects(&found, expected["fixed"].as_array().unwrap(), what);
        assert!((found.log_likelihood - number(&expected["logLik"])).abs() < 1e-6, "{what} logLik");
        let parts = &expected["variance_components"];
        let (between, within) = (number(&parts[0]["vcov"]), number(&parts[1]["vcov"]));
        assert!((found.group_variance - between).abs() <= 1e-6 * between + 1e-12, "{what} variance between");
        close(found.residual_variance, within, 1e-6, what);
        assert_eq!(Value::from(found.singular), expected["singular"], "{what}");
        for (row, expected) in found.covariance.iter().zip(matrix(&expected["vcov"])) {
            for (found, expected) in row.iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-5 * expected.abs() + 1e-9, "{what} covariance");
            }
        }
        let modes = &expected["ranef_first"][&group];
        let spread = numbers(&modes["cond_sd_first_column"]);
        for ((level, value), spread) in texts(&modes["levels"]).iter().zip(matrix(&modes["values"])).zip(spread) {
            let code = labels.iter().position(|l| l == level).unwrap();
            let effect = found.group_effects.iter().find(|g| g.group == code).unwrap();
            assert!((effect.estimate - value[0]).abs() <= 1e-5 * value[0].abs() + 1e-8, "{what} effect of {level}");
            assert!((effect.standard_error - spread).abs() <= 1e-5 * spread + 1e-8, "{what} spread of {level}");
        }
        if let Some(expected) = expected.get("kenward_roger") {
            let options = MixedOptions { df: DegreesOfFreedom::KenwardRoger, ..options };
            let found = mixed_model(&y, &terms, &groups, &options).unwrap();
            for (found, expected) in found.fixed.iter().zip(expected.as_array().unwrap()) {
                close(found.standard_error, number(&expected["se"]), 1e-5, what);
                close(found.df, number(&expected["df"]), 1e-3, what);
                close(found.p_value, number(&expected["p"]), 1e-3, what);
            }
        }
        seen += 1;
    }
    assert!(seen >= 3, "only {seen} cases");
}

#[test]
fn drivers_within_partnerships_equal_the_reference() {
    for file in ["vip_reference_small", "vip_reference_medium"] {
        let case = &cases(file)[0];
        let folder = case["input"]["folder"].as_str().unwrap();
        let (Some(ratings), Some(reviews)) =
            (shared_csv(&format!("{folder}/implementation.csv")), shared_csv(&format!("{folder}/reviews.csv")))
        else {
            continue;
        };
        let review: BTreeMap<(String, String), (String, f64)> =
            reviews.rows.iter().map(|r| ((r[0].clone(), r[1].clone()), (r[2].clone(), r[7].parse().unwrap()))).collect();
        let mut p_values = Vec::new();
        let expected = case["expected"]["items"].as_array().unwrap();
        for item in expected {
            let rows: Vec<(&str, f64, f64, &str, f64)> = ratings
                .rows
                .iter()
                .filter(|r| r[2] == item["item"].as_str().unwrap())
                .filter_map(|r| {
                    let (model, overall) = review.get(&(r[0].clone(), r[1].clone()))?;
                    Some((r[0].as_str(), r[1].parse().ok()?, r[3].parse().ok()?, model.as_str(), *overall))
                })
                .collect();
            if item["within_est"].is_null() {
                p_values.push(f64::NAN);
                continue;
            }
            let (groups, _) = group_codes(&rows.iter().map(|r| r.0).collect::<Vec<_>>());
            let split = within_between(&rows.iter().map(|r| r.2).collect::<Vec<_>>(), &groups).unwrap();
            let y: Vec<f64> = rows.iter().map(|r| r.4).collect();
            let means = rank_of_means(&groups, &split.between, &y);
            let mut terms = vec![
                Term::new("dv", split.within),
                Term::new("m", split.between),
                Term::new("yr", rows.iter().map(|r| r.1).collect()),
            ];
            let (_, models) = group_codes(&rows.iter().map(|r| r.3).collect::<Vec<_>>());
            for model in &models[1..] {
                let flags = rows.iter().map(|r| f64::from(u8::from(r.3 == *model))).collect();
                terms.push(Term::new(*model, flags));
            }
            let found = mixed_model(&y, &terms, &groups, &MixedOptions::default()).unwrap();
            let what = format!("{file} {}", item["item"]);
            assert_eq!((found.n as f64, found.groups as f64), (number(&item["n"]), number(&item["partnerships"])), "{what}");
            close(found.fixed[1].estimate, number(&item["within_est"]), 1e-4, &what);
            close(found.fixed[1].standard_error, number(&item["within_se"]), 1e-4, &what);
            close(found.fixed[1].df, number(&item["within_df"]), 1e-3, &what);
            close(found.fixed[2].estimate, number(&item["between_est"]), 1e-4, &what);
            close(means, number(&item["spearman_between"]), 1e-10, &what);
            p_values.push(found.fixed[1].p_value);
        }
        for (q, item) in benjamini_hochberg(&p_values).unwrap().iter().zip(expected) {
            if !q.is_nan() {
                close(*q, number(&item["within_bh"]), 1e-3, "q");
            }
        }
    }
}

/// A mean with the rounding of extended precision, as R takes it: which means tie depends on it.
fn extended_mean(values: &[f64]) -> f64 {
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    for v in values {
        let sum = high + v;
        let part = sum - high;
        low += (high - (sum - part)) + (v - part);
        high = sum;
    }
    let n = values.len() as f64;
    let mean = high / n;
    mean + ((-mean).mul_add(n, high) + low) / n
}

fn rank_of_means(groups: &[usize], rating: &[f64], y: &[f64]) -> f64 {
    let count = groups.iter().max().unwrap() + 1;
    let (mut x, mut values) = (vec![0.0; count], vec![Vec::new(); count]);
    for ((g, r), y) in groups.iter().zip(rating).zip(y) {
        x[*g] = *r;
        values[*g].push(*y);
    }
    let means: Vec<f64> = values.iter().map(|v| extended_mean(v)).collect();
    correlate(&x, &means, Method::Spearman).unwrap().estimate
}

#[test]
fn adding_a_constant_to_a_year_changes_only_the_intercept() {
    let case = case("lmm", "small_partnerships_random_intercept");
    let table = Table::of(&case).unwrap();
    let (groups, _) = group_codes(&table.0["partnership"]);
    let y = table.numbers("str");
    let years = table.numbers("year");
    let fit = |shift: f64| {
        let terms = [Term::new("year", years.iter().map(|v| v + shift).collect())];
        mixed_model(&y, &terms, &groups, &MixedOptions::default()).unwrap()
    };
    let (near, far) = (fit(0.0), fit(1e6));
    close(far.fixed[1].estimate, near.fixed[1].estimate, 1e-8, "slope");
    close(far.log_likelihood, near.log_likelihood, 1e-8, "likelihood");
    close(far.fixed[0].estimate + 1e6 * far.fixed[1].estimate, near.fixed[0].estimate, 1e-6, "intercept");
}
