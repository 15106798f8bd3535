//! Random-effects pooling against the reference numbers.

mod reference;

use improvement_stats::pooling::{Heterogeneity, pool};
use reference::*;

#[test]
fn pooled_estimates_equal_the_reference() {
    for case in cases("pool_random_effects") {
        let (y, v) = (numbers(&case["input"]["y"]), numbers(&case["input"]["v"]));
        for (name, method) in [("REML", Heterogeneity::Reml), ("DL", Heterogeneity::DerSimonianLaird)] {
            let expected = &case["expected"][name];
            let found = pool(&y, &v, method, 0.95).unwrap();
            // The reference stops its REML iteration at 1e-5 on the variance.
            let tolerance = if name == "REML" { 1e-5 } else { 1e-9 };
            let what = format!("{} {name}", case["name"]);
            let check = |found: f64, field: &str| close(found, number(&expected[field]), tolerance, &format!("{what} {field}"));
            check(found.estimate, "mu");
            check(found.standard_error, "se");
            check(found.tau2, "tau2");
            check(found.tau2_standard_error.unwrap(), "se_tau2");
            check(found.i2, "I2");
            check(found.h2, "H2");
            check(found.q, "Q");
            check(found.q_p_value, "Q_p");
            check(found.log_likelihood, "logLik");
            for (interval, ends) in [
                (found.interval, numbers(&expected["ci95"])),
                (found.prediction, numbers(&expected["prediction95"])),
                (found.hartung_knapp.as_ref().unwrap().interval, numbers(&expected["hartung_knapp"]["ci95"])),
            ] {
                close(interval.low, ends[0], tolerance, &what);
                close(interval.high, ends[1], tolerance, &what);
            }
            let hk = found.hartung_knapp.unwrap();
            close(hk.standard_error, number(&expected["hartung_knapp"]["se"]), tolerance, &what);
            close(hk.p_value, number(&expected["hartung_knapp"]["p"]), tolerance, &what);
            let pulled = numbers(&expected["shrunken"]["est"]).into_iter().zip(numbers(&expected["shrunken"]["se"]));
            for (found, (estimate, error)) in found.shrunken.iter().zip(pulled) {
                close(found.estimate, estimate, tolerance, &what);
                close(found.standard_error, error, tolerance, &what);
            }
        }
        let found = pool(&y, &v, Heterogeneity::PauleMandel, 0.95).unwrap();
        let spread: f64 = y.iter().zip(&v).map(|(y, v)| (y - found.estimate).powi(2) / (v + found.tau2)).sum();
        assert!(found.tau2 == 0.0 || (spread - (y.len() - 1) as f64).abs() < 1e-8, "Paule-Mandel's equation holds");
    }
}
