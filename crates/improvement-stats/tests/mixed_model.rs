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
            // In the reference this is SES minus the mean of the school.
            "cses" => within_between(&self.numbers("SES"), &group_codes(&self.0["School"]).0).unwrap().within,
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

fn check_effects(found: &[FixedEffect], expected: &[Value], what: &str) {
    for (found, expected) in found.iter().zip(expected) {
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
        check_effects(&found.fixed, expected["fixed"].as_array().unwrap(), what);
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

/// Response, terms and random effects of any formula of the reference.
fn parts(formula: &str, table: &Table) -> (Vec<f64>, Vec<Term>, Vec<RandomEffects>) {
    let (left, right) = formula.split_once('~').unwrap();
    let (mut terms, mut random) = (Vec::new(), Vec::new());
    for part in right.split('+').map(str::trim) {
        let Some(inner) = part.strip_prefix('(').and_then(|part| part.strip_suffix(')')) else {
            terms.extend((part != "1").then(|| Term::new(part, table.numbers(part))));
            continue;
        };
        let (effect, group) = inner.split_once('|').unwrap();
        let (effect, group) = (effect.trim(), group.trim());
        let effects = RandomEffects::new(group, group_codes(&table.0[group]).0);
        random.push(if effect == "1" { effects } else { effects.with_slope(Term::new(effect, table.numbers(effect))) });
    }
    (table.numbers(left.trim()), terms, random)
}

#[test]
fn effects_that_differ_between_groups_equal_the_reference() {
    let mut seen = 0;
    for case in cases("lmm") {
        let Some(table) = Table::of(&case) else { continue };
        let (y, terms, random) = parts(case["params"]["formula"].as_str().unwrap(), &table);
        let options = MixedOptions { reml: case["params"]["REML"] == true, ..MixedOptions::default() };
        let found = multilevel_model(&y, &terms, &random, &options).unwrap();
        let expected = &case["expected"];
        let what = case["name"].as_str().unwrap();
        check_effects(&found.fixed, expected["fixed"].as_array().unwrap(), what);
        assert!((found.log_likelihood - number(&expected["logLik"])).abs() < 1e-6, "{what} logLik");
        assert_eq!(Value::from(found.singular), expected["singular"], "{what}");
        let (residual, components) = expected["variance_components"].as_array().unwrap().split_last().unwrap();
        close(found.residual_variance, number(&residual["vcov"]), 1e-5, what);
        assert_eq!(found.variance_components.len(), components.len(), "{what}");
        for (found, expected) in found.variance_components.iter().zip(components) {
            let reference = number(&expected["vcov"]);
            assert!(
                (found.variance - reference).abs() <= 1e-5 * reference.abs() + 1e-9,
                "{what} {found:?} instead of {reference}"
            );
            assert_eq!(found.with.as_deref(), expected["var2"].as_str(), "{what}");
            if let Some(correlation) = found.correlation {
                close(correlation, number(&expected["sdcor"]), 1e-5, what);
            }
        }
        for (row, expected) in found.covariance.iter().zip(matrix(&expected["vcov"])) {
            for (found, expected) in row.iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-5 * expected.abs() + 1e-9, "{what} covariance");
            }
        }
        for (group, modes) in expected["ranef_first"].as_object().unwrap() {
            let labels = group_codes(&table.0[group]).1;
            let columns = texts(&modes["columns"]);
            let spreads = numbers(&modes["cond_sd_first_column"]);
            for ((level, values), spread) in texts(&modes["levels"]).iter().zip(matrix(&modes["values"])).zip(spreads) {
                for (column, value) in columns.iter().zip(values) {
                    let effect = found
                        .group_effects
                        .iter()
                        .find(|e| e.grouping == *group && labels[e.group] == *level && e.term == *column)
                        .unwrap();
                    assert!((effect.estimate - value).abs() <= 1e-5 * value.abs() + 1e-7, "{what} {column} of {level}");
                    let first = column == &columns[0];
                    assert!(!first || (effect.standard_error - spread).abs() <= 1e-5 * spread + 1e-7, "{what} spread of {level}");
                }
            }
        }
        seen += 1;
    }
    assert!(seen >= 3, "only {seen} cases");
}

/// Rows of 12 groups of 6, with a slope that differs.
fn differing() -> (Vec<f64>, Term, Vec<usize>) {
    let groups: Vec<usize> = (0..72).map(|i| i / 6).collect();
    let x: Vec<f64> = (0..72).map(|i| f64::from(i % 6) + f64::from(i * 5 % 7) * 0.3).collect();
    let y = groups.iter().zip(&x).enumerate();
    let slope = |g: usize| 0.5 + (g * 7 % 5) as f64 * 0.3;
    let y = y.map(|(i, (g, x))| slope(*g) * x + (g * 5 % 12) as f64 * 0.4 + (i * 13 % 11) as f64 * 0.2).collect();
    (y, Term::new("x", x), groups)
}

#[test]
fn two_sets_of_one_grouping_are_not_correlated() {
    let (y, x, groups) = differing();
    let apart = [
        RandomEffects::new("g", groups.clone()),
        RandomEffects { intercept: false, ..RandomEffects::new("g", groups.clone()).with_slope(x.clone()) },
    ];
    let found = multilevel_model(&y, std::slice::from_ref(&x), &apart, &MixedOptions::default()).unwrap();
    assert!(found.variance_components.iter().all(|component| component.with.is_none()));
    assert_eq!(found.groupings, [Grouping { name: "g".to_owned(), groups: 12 }]);
    let together = [RandomEffects::new("g", groups).with_slope(x.clone())];
    let free = multilevel_model(&y, &[x], &together, &MixedOptions::default()).unwrap();
    assert!(free.deviance < found.deviance, "one more parameter fits no worse");
}

#[test]
fn the_unit_of_a_slope_changes_its_unit_only() {
    let (y, x, groups) = differing();
    let fit = |unit: f64| {
        let x = Term::new("x", x.values.iter().map(|x| x * unit).collect());
        let random = [RandomEffects::new("g", groups.clone()).with_slope(x.clone())];
        multilevel_model(&y, &[x], &random, &MixedOptions::default()).unwrap()
    };
    let (near, far) = (fit(1.0), fit(1e4));
    close(far.fixed[1].estimate * 1e4, near.fixed[1].estimate, 1e-7, "slope");
    close(far.fixed[1].p_value, near.fixed[1].p_value, 1e-5, "p");
    close(far.fixed[1].df, near.fixed[1].df, 1e-5, "df");
    close(far.variance_components[1].variance * 1e8, near.variance_components[1].variance, 1e-6, "variance");
    close(far.variance_components[2].correlation.unwrap(), near.variance_components[2].correlation.unwrap(), 1e-6, "correlation");
}

#[test]
fn crossed_groupings_do_not_depend_on_their_order() {
    let y: Vec<f64> = (0..120).map(|i| (i % 8) as f64 * 0.5 + (i % 15) as f64 * 0.3 + (i * 17 % 23) as f64 * 0.1).collect();
    let sets = [(8, "rater"), (15, "unit")].map(|(n, name)| RandomEffects::new(name, (0..120).map(|i| i % n).collect()));
    let one = multilevel_model(&y, &[], &sets, &MixedOptions::default()).unwrap();
    let other = multilevel_model(&y, &[], &[sets[1].clone(), sets[0].clone()], &MixedOptions::default()).unwrap();
    close(one.deviance, other.deviance, 1e-10, "deviance");
    assert_eq!(one.groupings[0], other.groupings[1]);
    for effect in &one.group_effects {
        let same = other.group_effects.iter().find(|e| e.grouping == effect.grouping && e.group == effect.group).unwrap();
        assert!((same.estimate - effect.estimate).abs() < 1e-7 && (same.standard_error - effect.standard_error).abs() < 1e-7);
    }
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
