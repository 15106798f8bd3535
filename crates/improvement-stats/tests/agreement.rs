//! Agreement against the reference numbers.

mod reference;

use improvement_stats::Error;
use improvement_stats::agreement::*;
use reference::*;
use serde_json::Value;

fn by_unit(value: &Value) -> Ratings {
    Ratings::from_rows(&value.as_array().unwrap().iter().map(gappy).collect::<Vec<_>>()).unwrap()
}

fn by_rater(value: &Value) -> Ratings {
    let raters: Vec<Vec<Option<f64>>> = value.as_array().unwrap().iter().map(gappy).collect();
    let rows: Vec<Vec<Option<f64>>> = (0..raters[0].len()).map(|u| raters.iter().map(|r| r[u]).collect()).collect();
    Ratings::from_rows(&rows).unwrap()
}

const LEVELS: [(&str, Level); 4] =
    [("nominal", Level::Nominal), ("ordinal", Level::Ordinal), ("interval", Level::Interval), ("ratio", Level::Ratio)];

#[test]
fn krippendorff_alpha_equals_the_reference() {
    let mut seen = 0;
    for case in cases("agreement_krippendorff") {
        let ratings = by_rater(&case["input"]["ratings_by_rater"]);
        for (name, level) in LEVELS {
            match case["expected"].get(name) {
                None => continue,
                Some(Value::Null) => {
                    assert!(matches!(krippendorff_alpha(&ratings, level), Err(Error::Undefined { .. })));
                }
                Some(expected) => {
                    let alpha = krippendorff_alpha(&ratings, level).unwrap();
                    close(alpha.estimate, number(expected), 1e-12, &format!("{} {name}", case["name"]));
                }
            }
            seen += 1;
        }
    }
    assert!(seen >= 30);
}

#[test]
fn resampled_alphas_equal_the_reference() {
    let case = case("agreement_alpha_bootstrap", "pit_3raters_45items_B200");
    let ratings = by_rater(&case["input"]["ratings_by_rater"]);
    let resamples = positions(&case["input"]["resample_units"]);
    for (name, level) in &LEVELS[..3] {
        let alphas = alpha_of_resamples(&ratings, *level, &resamples).unwrap();
        for (found, expected) in alphas.iter().zip(numbers(&case["expected"]["alpha_by_resample"][name])) {
            close(found.unwrap(), expected, 1e-12, name);
        }
    }
}

#[test]
fn bootstrap_interval_is_near_the_reference_and_repeats() {
    let case = case("agreement_alpha_bootstrap", "pit_3raters_45items_B200");
    let ratings = by_rater(&case["input"]["ratings_by_rater"]);
    let options = BootstrapOptions { resamples: 4000, seed: 3, level: 0.95 };
    let first = bootstrap_alpha(&ratings, Level::Ordinal, &options).unwrap();
    assert_eq!(first, bootstrap_alpha(&ratings, Level::Ordinal, &options).unwrap());
    let expected = numbers(&case["expected"]["percentile95"]["ordinal"]);
    close(first.interval.low, expected[0], 0.03, "low");
    close(first.interval.high, expected[1], 0.03, "high");
    close(first.standard_error, number(&case["expected"]["bootstrap_se"]["ordinal"]), 0.1, "se");
}

#[test]
fn gwet_family_equals_the_reference() {
    let weights = [
        ("identity", Weights::Identity),
        ("linear", Weights::Linear),
        ("quadratic", Weights::Quadratic),
        ("ordinal", Weights::Ordinal),
    ];
    let coefficients = [
        ("gwet", Coefficient::Gwet),
        ("brennan_prediger", Coefficient::BrennanPrediger),
        ("fleiss", Coefficient::Fleiss),
        ("conger", Coefficient::Conger),
        ("krippendorff", Coefficient::Krippendorff),
    ];
    let mut seen = 0;
    for case in cases("agreement_gwet") {
        let ratings = by_unit(&case["input"]["units_by_rater"]);
        if case["name"] == "no_variation" {
            assert_eq!(gwet_ac(&ratings, &Weights::Identity, &[], 0.95).unwrap().estimate, 1.0);
            for (_, coefficient) in &coefficients[1..] {
                let answer = chance_corrected(&ratings, *coefficient, &Weights::Identity, &[], 0.95);
                assert!(matches!(answer, Err(Error::Undefined { .. })), "{answer:?}");
            }
            continue;
        }
        for (weight_name, weight) in &weights {
            for (name, coefficient) in coefficients {
                let expected = &case["expected"][weight_name][name];
                let found = chance_corrected(&ratings, coefficient, weight, &[], 0.95).unwrap();
                let what = format!("{} {weight_name} {name}", case["name"]);
                close(found.estimate, number(&expected["coef"]), 1e-12, &what);
                close(found.standard_error.unwrap(), number(&expected["se"]), 1e-10, &what);
                close(found.percent_agreement, number(&expected["pa"]), 1e-12, &what);
                close(found.chance_agreement, number(&expected["pe"]), 1e-12, &what);
                let interval = found.interval.unwrap();
                let ends = numbers(&expected["ci95"]);
                // The reference's t quantile itself is good to nine digits only.
                assert!((interval.low - ends[0]).abs() < 3e-9 && (interval.high - ends[1]).abs() < 3e-9, "{what} interval");
                // The reference's Brennan-Prediger p is one-sided; ours is two-sided for every coefficient.
                let sides = if name == "brennan_prediger" { 2.0 } else { 1.0 };
                let p = number(&expected["p"]) * sides;
                assert!((found.p_value.unwrap() - p).abs() <= 1e-9 * p + 5e-15, "{what} p");
                seen += 1;
            }
        }
    }
    assert!(seen >= 160);
}

#[test]
fn icc_equals_the_reference() {
    let forms = [
        ("oneway_single", IccForm::OneWaySingle),
        ("oneway_average", IccForm::OneWayAverage),
        ("twoway_consistency_single", IccForm::ConsistencySingle),
        ("twoway_consistency_average", IccForm::ConsistencyAverage),
        ("twoway_agreement_single", IccForm::AgreementSingle),
        ("twoway_agreement_average", IccForm::AgreementAverage),
    ];
    for case in cases("agreement_icc") {
        let ratings = by_unit(&case["input"]["units_by_rater"]);
        for (name, form) in forms {
            let expected = &case["expected"][name];
            let found = icc(&ratings, form, 0.95).unwrap();
            let what = format!("{} {name}", case["name"]);
            close(found.estimate, number(&expected["value"]), 1e-10, &what);
            close(found.f, number(&expected["F"]), 1e-10, &what);
            close(found.df1, number(&expected["df1"]), 1e-10, &what);
            // For the mean of k the reference's degrees of freedom are those of its wrong interval (see methods.md, 12):
            // stepping up by Spearman-Brown keeps those of the single rating.
            let expected_df =
                if form == IccForm::AgreementAverage { &case["expected"]["twoway_agreement_single"] } else { expected };
            close(found.df2, number(&expected_df["df2"]), 1e-9, &what);
            close(found.p_value, number(&expected_df["p"]), 1e-8, &what);
            close(found.interval.low, number(&expected["lower95"]), 1e-8, &what);
            close(found.interval.high, number(&expected["upper95"]), 1e-8, &what);
        }
    }
}

#[test]
fn fleiss_light_and_kendall_equal_the_reference() {
    let case = case("agreement_fleiss_light_kendall", "complete_cases");
    let ratings = by_unit(&case["input"]["units_by_rater"]);
    let expected = &case["expected"];
    let fleiss = fleiss_kappa(&ratings, 0.95).unwrap();
    close(fleiss.estimate, number(&expected["fleiss"]["value"]), 1e-12, "fleiss");
    close(fleiss.z, number(&expected["fleiss"]["z"]), 1e-10, "fleiss z");
    close(fleiss.conger, number(&expected["conger_exact"]), 1e-12, "conger");
    for ((_, found), expected) in fleiss.by_category.iter().zip(numbers(&expected["fleiss_by_category_rounded3"]["kappa"])) {
        assert!((found - expected).abs() <= 0.00051);
    }
    let light = light_kappa(&ratings, &Weights::Identity).unwrap();
    close(light.estimate, number(&expected["light"]["value"]), 1e-12, "light");
    let kendall = kendall_w(&ratings).unwrap();
    close(kendall.estimate, number(&expected["kendall_w"]["value"]), 1e-12, "kendall");
    close(kendall.chi_squared, number(&expected["kendall_w"]["chisq"]), 1e-12, "kendall chi");
    close(kendall.p_value / number(&expected["kendall_w"]["p"]), 1.0, 1e-8, "kendall p");
}

#[test]
fn cohen_kappa_equals_the_reference() {
    for case in cases("agreement_weighted_kappa") {
        let table = ConfusionTable::from_counts(&matrix(&case["input"]["table"])).unwrap();
        let expected = &case["expected_statsmodels"];
        for (name, weights) in [("unweighted", Weights::Identity), ("linear", Weights::Linear), ("quadratic", Weights::Quadratic)]
        {
            let found = cohen_kappa(&table, &weights, 0.95).unwrap();
            let what = format!("{} {name}", case["name"]);
            close(found.estimate, number(&expected[name]["kappa"]), 1e-12, &what);
            close(found.standard_error, number(&expected[name]["se"]), 1e-10, &what);
            close(found.null_standard_error, number(&expected[name]["se0"]), 1e-10, &what);
            close(found.maximum, number(&expected[name]["kappa_max"]), 1e-10, &what);
            let ends = numbers(&expected[name]["ci95"]);
            close(found.interval.low, ends[0], 1e-10, &what);
            close(found.interval.high, ends[1], 1e-10, &what);
            close(found.percent_agreement, number(&case["expected"]["percent_agreement"]), 1e-12, &what);
        }
    }
}

#[test]
fn contributions_add_up_and_point_at_the_cause() {
    let case = case("agreement_krippendorff", "many_missing");
    let ratings = by_rater(&case["input"]["ratings_by_rater"]);
    for (name, level) in &LEVELS[..3] {
        let parts = contributions(&ratings, *level).unwrap();
        close(parts.alpha, number(&case["expected"][name]), 1e-12, name);
        close(parts.units.iter().map(|u| u.share).sum(), 1.0, 1e-12, "units");
        close(parts.raters.iter().map(|r| r.share).sum(), 1.0, 1e-12, "raters");
        close(parts.confused.iter().map(|c| c.share).sum(), 1.0, 1e-12, "levels");
    }
    let mut rows: Vec<Vec<Option<f64>>> =
        (0..30).map(|i| vec![Some((i % 4) as f64), Some((i % 4) as f64), Some((i % 4 + 1) as f64)]).collect();
    rows[5][1] = None;
    let parts = contributions(&Ratings::from_rows(&rows).unwrap(), Level::Ordinal).unwrap();
    assert_eq!(parts.raters[0].rater, 2);
    close(parts.raters[0].mean_deviation, 1.0, 1e-12, "bias");
    assert_eq!(parts.raters[0].alpha_without, Some(1.0));
}

#[test]
fn percent_agreement_equals_gwets_observed_agreement() {
    for case in cases("agreement_gwet").iter().filter(|c| c["name"] != "no_variation") {
        let found = percent_agreement(&by_unit(&case["input"]["units_by_rater"]), 0.0, 0.95).unwrap();
        close(found.estimate, number(&case["expected"]["identity"]["gwet"]["pa"]), 1e-12, "percent");
    }
}

#[test]
fn unused_levels_of_the_scale_count() {
    let rows: Vec<Vec<Option<f64>>> = [[1., 2.], [2., 2.], [2., 1.], [1., 1.]].map(|r| r.map(Some).to_vec()).to_vec();
    let ratings = Ratings::from_rows(&rows).unwrap();
    let narrow = gwet_ac(&ratings, &Weights::Linear, &[], 0.95).unwrap();
    let wide = gwet_ac(&ratings, &Weights::Linear, &[0., 1., 2., 3., 4.], 0.95).unwrap();
    assert!(wide.percent_agreement > narrow.percent_agreement);
    assert!(gwet_ac(&ratings, &Weights::Linear, &[0., 1.], 0.95).is_err());
}
