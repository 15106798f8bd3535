mod vectors;

use improvement_stats::growth::{adjusted_means, quantile_regression};
use vectors::{cases, close, numbers, table};

#[test]
fn quantiles_and_residual_means_equal_r() {
    for case in cases("growth") {
        let (input, expected) = (&case["input"], &case["expected"]);
        let Some(table) = table(input["csv"].as_str().unwrap()) else {
            eprintln!("the data set is not at hand: {} skipped", case["name"]);
            continue;
        };
        let column = |name: &str| -> Vec<f64> { table.iter().map(|row| row[name].unwrap()).collect() };
        let (y, x) = (column(input["y"].as_str().unwrap()), column(input["x"].as_str().unwrap()));
        if input.get("school").is_none() {
            for (i, tau) in numbers(&case["params"]["tau"]).into_iter().enumerate() {
                let fit = quantile_regression(&y, std::slice::from_ref(&x), tau).unwrap();
                close(fit.check_loss, &expected["check_loss"][i], 1e-9, &format!("loss at {tau}"));
                close(fit.coefficients[0], &expected["intercept"][i], 1e-6, &format!("intercept at {tau}"));
                close(fit.coefficients[1], &expected["slope"][i], 1e-6, &format!("slope at {tau}"));
            }
            continue;
        }
        let schools: Vec<String> = column(input["school"].as_str().unwrap()).iter().map(|s| s.to_string()).collect();
        let found = adjusted_means(&y, &[x], &schools, 0.95).unwrap();
        for (i, school) in expected["school"].as_array().unwrap().iter().enumerate() {
            let group = found.groups.iter().find(|g| g.group == school.as_str().unwrap()).unwrap();
            close(group.estimate, &expected["mean_residual"][i], 1e-9, &group.group);
            assert_eq!(group.n as u64, expected["n"][i].as_u64().unwrap());
        }
    }
}

#[test]
fn median_regression_of_a_tied_set_is_optimal() {
    let x: Vec<f64> = (0..40).map(|i| f64::from(i % 5)).collect();
    let y: Vec<f64> = (0..40).map(|i| f64::from(i % 5 + i % 3)).collect();
    let fit = quantile_regression(&y, std::slice::from_ref(&x), 0.5).unwrap();
    let loss = |a: f64, b: f64| -> f64 { x.iter().zip(&y).map(|(x, y)| 0.5 * (y - a - b * x).abs()).sum() };
    for a in -20..=20 {
        for b in -20..=20 {
            assert!(fit.check_loss <= loss(f64::from(a) / 5.0, f64::from(b) / 10.0) + 1e-9);
        }
    }
}
