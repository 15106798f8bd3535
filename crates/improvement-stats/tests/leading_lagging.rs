mod vectors;

use improvement_stats::predictions::{auc, brier, cross_correlation, flag_table};
use improvement_stats::proportion::Proportion;
use vectors::{cases, close, number, numbers};

#[test]
fn cross_correlation_auc_flags_and_brier_equal_r() {
    for case in cases("leading_lagging") {
        let (input, expected) = (&case["input"], &case["expected"]);
        if input.get("lead").is_some() {
            let max_lag = case["params"]["max_lag"].as_u64().unwrap() as usize;
            let found = cross_correlation(&numbers(&input["lead"]), &numbers(&input["lag_outcome"]), max_lag, 0.95).unwrap();
            close(found.band, &expected["white_noise_band"], 1e-10, "band");
            for (i, lag) in found.lags.iter().enumerate() {
                close(*lag as f64, &expected["lags"][i], 0.0, "lag");
                close(found.correlations[i], &expected["ccf"][i], 1e-10, "correlation");
            }
            continue;
        }
        let scores = numbers(&input["score"]);
        let outcomes: Vec<bool> = numbers(&input["outcome"]).iter().map(|o| *o == 1.0).collect();
        let area = auc(&scores, &outcomes, 0.95).unwrap();
        close(area.estimate, &expected["auc"], 1e-12, "auc");
        close(area.standard_error.unwrap(), &expected["se_delong"], 1e-10, "auc error");
        close(area.interval.unwrap().low, &expected["ci95"][0], 1e-10, "auc low");
        close(area.interval.unwrap().high, &expected["ci95"][1], 1e-10, "auc high");
        let flags = flag_table(&scores, &outcomes, number(&input["threshold"]), 0.95).unwrap();
        for (found, key) in [
            (flags.true_positives, "tp"),
            (flags.false_positives, "fp"),
            (flags.false_negatives, "fn"),
            (flags.true_negatives, "tn"),
        ] {
            close(found as f64, &expected[key], 0.0, key);
        }
        let share = |found: Option<Proportion>, key: &str| {
            let found = found.unwrap();
            close(found.estimate, &expected[key], 1e-12, key);
            close(found.interval.low, &expected[format!("{key}_wilson")][0], 1e-10, key);
            close(found.interval.high, &expected[format!("{key}_wilson")][1], 1e-10, key);
        };
        share(flags.sensitivity, "sensitivity");
        share(flags.specificity, "specificity");
        share(flags.positive_predictive_value, "ppv");
        share(flags.negative_predictive_value, "npv");
        let score = brier(&numbers(&input["predicted_probability"]), &outcomes, 5, 0.95).unwrap();
        close(score.estimate, &expected["brier"], 1e-12, "brier");
        close(score.reference, &expected["brier_reference"], 1e-12, "reference");
        close(score.skill.unwrap(), &expected["brier_skill"], 1e-10, "skill");
        let p = &score.parts;
        let sum = p.reliability - p.resolution + p.uncertainty + p.within_bin_variance - p.within_bin_covariance;
        assert!((sum - score.estimate).abs() < 1e-12, "the parts add up to the score");
    }
}
