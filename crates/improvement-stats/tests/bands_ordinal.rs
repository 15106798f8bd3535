mod vectors;

use improvement_stats::bands::{proportional_odds, superiority};
use vectors::{cases, close, counts};

#[test]
fn proportional_odds_and_superiority_equal_r() {
    for case in cases("bands_ordinal") {
        let input = &case["input"]["bands_lowest_to_highest"];
        let (reference, comparison) = (counts(&input["reference"]), counts(&input["comparison"]));
        let expected = &case["expected"];
        let at = case["name"].to_string();
        let odds = proportional_odds(&reference, &comparison, 0.95).unwrap();
        close(odds.estimate, &expected["log_odds_ratio"], 1e-8, &at);
        close(odds.standard_error, &expected["se"], 1e-7, &at);
        close(odds.log_likelihood, &expected["logLik"], 1e-10, &at);
        close(odds.likelihood_ratio, &expected["lr_chisq"], 1e-8, &at);
        for (found, expected) in odds.thresholds.iter().zip(expected["thresholds"].as_array().unwrap()) {
            close(*found, expected, 1e-8, &at);
        }
        let gap = superiority(&reference, &comparison, 0.95).unwrap();
        close(gap.estimate, &expected["prob_superiority"], 1e-12, &at);
        close(gap.somers_d, &expected["somers_d"], 1e-12, &at);
        close(gap.normal_equivalent, &expected["V_normal_equivalent"], 1e-10, &at);
        close(gap.p_value, &expected["mann_whitney_p_no_continuity"], 1e-9, &at);
        assert!(gap.interval.contains(gap.estimate));
    }
}
