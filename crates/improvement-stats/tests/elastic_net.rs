//! Elastic net and stability selection against the reference numbers.

mod reference;

use improvement_stats::elastic_net::*;
use reference::*;
use serde_json::Value;

fn data(case: &Value) -> Option<(Vec<Vec<f64>>, Vec<f64>)> {
    if case["input"].get("X").is_some() {
        return Some((matrix(&case["input"]["X"]), numbers(&case["input"]["y"])));
    }
    let csv = shared_csv(case["input"]["csv"].as_str()?)?;
    let column = |name: &str| -> Vec<f64> { csv.numbers(name).into_iter().map(Option::unwrap).collect() };
    let columns: Vec<Vec<f64>> = texts(&case["input"]["columns"]).iter().map(|n| column(n)).collect();
    let y = column(case["input"]["response"].as_str()?);
    Some(((0..y.len()).map(|i| columns.iter().map(|c| c[i]).collect()).collect(), y))
}

#[test]
fn coefficients_equal_the_reference() {
    for case in cases("elastic_net") {
        let Some((x, y)) = data(&case) else { continue };
        let params = &case["params"];
        let n = x.len() as f64;
        let spread = |j: usize| {
            let mean = x.iter().map(|r| r[j]).sum::<f64>() / n;
            (x.iter().map(|r| (r[j] - mean).powi(2)).sum::<f64>() / n).sqrt()
        };
        for (ridge, field) in [(Ridge::Textbook, "coefficients_by_lambda"), (Ridge::Glmnet, "glmnet_native")] {
            let Some(expected) = case["expected"].get(field) else { continue };
            let options = NetOptions {
                alpha: number(&params["alpha"]),
                lambdas: numbers(&params["lambda"]),
                standardise: params["standardize"] == true,
                ridge,
            };
            let found = elastic_net_path(&x, &y, &options).unwrap();
            if let Some(expected) = case["expected"]["lambda_max"].as_f64() {
                close(found.lambda_max.unwrap(), expected, 1e-10, "lambda max");
            }
            for (fit, expected) in found.fits.iter().zip(expected.as_array().unwrap()) {
                let what = format!("{} {field} {}", case["name"], fit.lambda);
                for (j, (found, expected)) in fit.beta.iter().zip(numbers(&expected["beta"])).enumerate() {
                    let difference = (found - expected).abs() * spread(j);
                    assert!(difference < 2e-6, "{what} {j}: {found} instead of {expected}");
                    assert_eq!(*found == 0.0, expected == 0.0, "{what} {j}");
                }
                close(fit.intercept, number(&expected["intercept"]), 1e-6, &what);
            }
        }
    }
}

#[test]
fn selections_equal_the_reference() {
    let case = case("stability_selection", "pit_items_B60");
    let (x, y) = data(&case).unwrap();
    let net = NetOptions { lambdas: numbers(&case["params"]["lambda_grid"]), ..NetOptions::default() };
    let q = number(&case["params"]["q"]) as usize;
    let found = selections_on_subsamples(&x, &y, &positions(&case["input"]["subsamples"]), &net, q).unwrap();
    let expected = matrix(&case["expected"]["selected_by_subsample"]);
    let differing: usize =
        found.iter().zip(&expected).map(|(f, e)| f.iter().zip(e).filter(|(f, e)| **f != (**e == 1.0)).count()).sum();
    // A penalty that sits on a boundary may fall either way: the reference allows one in a hundred.
    assert!(differing * 100 <= found.len() * x[0].len(), "{differing} differ");
    for (j, expected) in numbers(&case["expected"]["frequency"]).into_iter().enumerate() {
        let found = found.iter().filter(|f| f[j]).count() as f64 / found.len() as f64;
        assert!((found - expected).abs() < 0.02, "{j}: {found} instead of {expected}");
    }
}

#[test]
fn error_bounds_equal_the_reference() {
    for row in case("stability_selection", "error_bounds")["expected"].as_array().unwrap() {
        let (p, q) = (number(&row["p"]) as usize, number(&row["q"]) as usize);
        for bound in row["bounds"].as_array().unwrap() {
            let kind = match bound["assumption"].as_str().unwrap() {
                "none" => ErrorBoundKind::None,
                "unimodal" => ErrorBoundKind::Unimodal,
                _ => ErrorBoundKind::RConcave,
            };
            let found = error_bound(p, q, number(&row["PFER_wanted"]), 50, kind).unwrap();
            close(found.cutoff, number(&bound["cutoff"]), 1e-8, &format!("{p} {q} {kind:?}"));
            // The reference prints three digits.
            close(found.expected_false, number(&bound["PFER"]), 3e-3, &format!("{p} {q} {kind:?}"));
        }
    }
}

#[test]
fn stability_selection_repeats_and_finds_the_planted_predictor() {
    let case = case("stability_selection", "pit_items_B60");
    let (x, y) = data(&case).unwrap();
    let options = StabilityOptions { most_chosen: 6, ..StabilityOptions::default() };
    let first = stability_selection(&x, &y, &options).unwrap();
    assert_eq!(first, stability_selection(&x, &y, &options).unwrap());
    assert!(first.frequency[2] > 0.5);
}

#[test]
fn cross_validation_equals_leaving_rows_out_by_hand() {
    let case = case("elastic_net", "pit_items_lasso");
    let (x, y) = data(&case).unwrap();
    let groups: Vec<usize> = (0..x.len()).map(|i| i % 3).collect();
    let options = NetOptions { lambdas: vec![0.1, 0.05, 0.02], ..NetOptions::default() };
    let found = cross_validate(&x, &y, &options, 3, &groups, 1).unwrap();
    let mut error = vec![0.0; 3];
    for group in 0..3 {
        let keep = |i: &usize| groups[*i] != group;
        let (train_x, train_y): (Vec<Vec<f64>>, Vec<f64>) = (0..x.len()).filter(keep).map(|i| (x[i].clone(), y[i])).unzip();
        for (error, fit) in error.iter_mut().zip(elastic_net_path(&train_x, &train_y, &options).unwrap().fits) {
            for i in (0..x.len()).filter(|i| !keep(i)) {
                let guess = fit.intercept + fit.beta.iter().zip(&x[i]).map(|(b, v)| b * v).sum::<f64>();
                *error += (y[i] - guess).powi(2) / x.len() as f64;
            }
        }
    }
    for (found, expected) in found.error.iter().zip(error) {
        close(*found, expected, 1e-8, "error");
    }
}
