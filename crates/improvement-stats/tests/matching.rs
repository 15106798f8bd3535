//! Matching against the reference numbers.

mod reference;

use improvement_stats::matching::*;
use improvement_stats::mixed_model::group_codes;
use reference::*;
use serde_json::Value;

struct Schools {
    covariates: Vec<Vec<f64>>,
    treated: Vec<bool>,
    grades: Vec<usize>,
}

fn schools(case: &Value) -> Option<Schools> {
    let csv = shared_csv(case["input"]["csv"].as_str().unwrap())?;
    let columns: Vec<Vec<Option<f64>>> = texts(&case["input"]["covariates"]).iter().map(|name| csv.numbers(name)).collect();
    let covariates: Vec<Vec<f64>> = (0..csv.rows.len()).filter_map(|i| columns.iter().map(|c| c[i]).collect()).collect();
    let names = texts(&case["input"]["treated"]);
    let treated = (1..=covariates.len()).map(|i| names.contains(&format!("u{i}"))).collect();
    Some(Schools { covariates, treated, grades: group_codes(&csv.text("grades")).0 })
}

fn options(case: &Value, grades: &[usize]) -> MatchOptions {
    let params = &case["params"];
    MatchOptions {
        distance: if params["distance"] == "glm" { Distance::Propensity } else { Distance::Mahalanobis },
        ratio: params.get("ratio").map_or(1, |r| number(r) as usize),
        replace: params["replace"] == true,
        order: if params["m.order"] == "largest" { Order::LargestFirst } else { Order::Data },
        calipers: params.get("caliper").map_or(vec![], |c| vec![Caliper::Propensity(number(c))]),
        exact: if params.get("exact").is_some() { grades.to_vec() } else { vec![] },
    }
}

#[test]
fn nearest_peers_equal_the_reference() {
    let case = case("matching", "distance_table");
    let Some(schools) = schools(&case) else { return };
    let covariance = pooled_within_covariance(&schools.covariates, &schools.treated).unwrap();
    for (row, expected) in covariance.iter().zip(matrix(&case["expected"]["pooled_within_group_covariance"])) {
        for (found, expected) in row.iter().zip(expected) {
            close(*found, expected, 1e-10, "covariance");
        }
    }
    let found = nearest_peers(&schools.covariates, &schools.treated, 10, Distance::Mahalanobis).unwrap();
    for (found, expected) in found.iter().zip(case["expected"]["ten_nearest"].as_array().unwrap()) {
        assert_eq!(format!("u{}", found.unit + 1), texts(&expected["treated"])[0]);
        let names: Vec<String> = found.peers.iter().map(|p| format!("u{}", p.unit + 1)).collect();
        assert_eq!(names, texts(&expected["controls"]));
        for (peer, expected) in found.peers.iter().zip(numbers(&expected["distances"])) {
            close(peer.distance, expected, 1e-10, "distance");
        }
    }
}

#[test]
fn matches_and_balance_equal_the_reference() {
    for case in cases("matching").iter().filter(|c| c["name"] != "distance_table") {
        let Some(Schools { mut covariates, treated, grades }) = schools(case) else { return };
        let found = match_units(&covariates, &treated, &options(case, &grades)).unwrap();
        let what = case["name"].as_str().unwrap();
        let expected = &case["expected"];
        for (set, expected) in found.sets.iter().zip(expected["matches"].as_array().unwrap()) {
            assert_eq!(format!("u{}", set.treated + 1), texts(&expected["treated"])[0]);
            let names: Vec<String> = set.controls.iter().map(|p| format!("u{}", p.unit + 1)).collect();
            assert_eq!(names, texts(&expected["controls"]), "{what}");
        }
        if let Some(propensity) = &found.propensity {
            let of_treated: Vec<f64> = propensity.scores.iter().zip(&treated).filter(|(_, t)| **t).map(|(s, _)| *s).collect();
            for (found, expected) in of_treated.iter().zip(numbers(&expected["propensity_of_treated"])) {
                close(*found, expected, 1e-7, what);
            }
            covariates.iter_mut().zip(&propensity.scores).for_each(|(row, s)| row.insert(0, *s));
        }
        if case["params"].get("exact").is_some() {
            covariates.iter_mut().zip(&grades).for_each(|(row, g)| row.extend([f64::from(*g as u8 == 0), f64::from(*g as u8)]));
        }
        for (weights, table) in [(vec![1.0; treated.len()], "all"), (found.weights.clone(), "matched")] {
            let balance = balance(&covariates, &treated, &weights).unwrap();
            for (row, expected) in balance.covariates.iter().zip(expected["balance"][table].as_array().unwrap()) {
                let what = format!("{what} {table} {}", expected["variable"]);
                close(row.mean_treated, number(&expected["mean_treated"]), 1e-7, &what);
                close(row.mean_control, number(&expected["mean_control"]), 1e-7, &what);
                close(row.smd.unwrap(), number(&expected["smd"]), 1e-6, &what);
                match expected["var_ratio"].as_f64() {
                    Some(expected) => close(row.variance_ratio.unwrap(), expected, 1e-7, &what),
                    None => assert_eq!(row.variance_ratio, None),
                }
            }
            if table == "matched" {
                close(balance.effective_controls, number(&expected["balance"]["n"][2][0]), 1e-9, what);
                assert_eq!(balance.controls as f64, number(&expected["balance"]["n"][3][0]));
            }
        }
    }
}

#[test]
fn without_replacement_no_control_serves_twice() {
    let covariates: Vec<Vec<f64>> = (0..60).map(|i| vec![f64::from(i * 17 % 60), f64::from(i * 7 % 13)]).collect();
    let treated: Vec<bool> = (0..60).map(|i| i % 4 == 0).collect();
    for order in [Order::Data, Order::LargestFirst, Order::SmallestFirst, Order::Random(4)] {
        let options = MatchOptions { ratio: 4, order, ..MatchOptions::default() };
        let found = match_units(&covariates, &treated, &options).unwrap();
        let mut used: Vec<usize> = found.sets.iter().flat_map(|s| s.controls.iter().map(|p| p.unit)).collect();
        let count = used.len();
        used.sort_unstable();
        used.dedup();
        assert_eq!((used.len(), count), (45, 45));
    }
}

#[test]
fn separated_units_have_no_propensity() {
    let covariates: Vec<Vec<f64>> = (0..20).map(|i| vec![f64::from(i)]).collect();
    let treated: Vec<bool> = (0..20).map(|i| i > 9).collect();
    assert!(propensity_scores(&covariates, &treated).is_err());
}
