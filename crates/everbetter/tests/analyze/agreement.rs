//! Agreement of raters.

use serde_json::Value;

use super::support::*;

/// A long table from a row a unit.
fn by_unit(rows: &Value) -> String {
    let mut csv = "unit,rater,value\n".to_owned();
    for (unit, row) in rows.as_array().unwrap().iter().enumerate() {
        for (rater, value) in row.as_array().unwrap().iter().enumerate() {
            csv += &format!("u{unit},r{rater},{}\n", cell(value));
        }
    }
    csv
}

/// A long table from a row a rater.
fn by_rater(rows: &Value) -> String {
    let mut csv = "unit,rater,value\n".to_owned();
    for (rater, row) in rows.as_array().unwrap().iter().enumerate() {
        for (unit, value) in row.as_array().unwrap().iter().enumerate() {
            csv += &format!("u{unit},r{rater},{}\n", cell(value));
        }
    }
    csv
}

#[test]
fn alpha_of_each_level_is_the_reference() {
    let case = case("agreement_krippendorff", "krippendorff_2011_published");
    let csv = by_rater(&case["input"]["ratings_by_rater"]);
    for level in ["nominal", "ordinal", "interval", "ratio"] {
        let answer = answer(&["agreement", "--measure", "alpha", "--level", level], &csv);
        close(&answer["estimate"], &case["expected"][level], EXACT);
    }
}

#[test]
fn a_bootstrap_is_the_same_for_the_same_seed() {
    let case = case("agreement_alpha_bootstrap", "pit_3raters_45items_B200");
    let csv = by_rater(&case["input"]["ratings_by_rater"]);
    let ask = |seed: &str| answer(&["agreement", "--bootstrap", "300", "--seed", seed], &csv)["interval"].clone();
    assert_eq!(ask("7"), ask("7"));
    assert_ne!(ask("7"), ask("8"));
    assert!(ask("7")["low"].as_f64() < ask("7")["high"].as_f64());
}

#[test]
fn gwets_coefficients_are_the_reference() {
    let case = case("agreement_gwet", "skewed_prevalence");
    let csv = by_unit(&case["input"]["units_by_rater"]);
    let kinds = [("ac1", "unweighted", "identity"), ("ac2", "linear", "linear"), ("ac2", "quadratic", "quadratic")];
    for (measure, weights, reference) in kinds {
        let Some(expected) = case["expected"].get(reference) else { continue };
        let answer = answer(&["agreement", "--measure", measure, "--weights", weights], &csv);
        let expected = &expected["gwet"];
        close(&answer["estimate"], &expected["coef"], EXACT);
        close(&answer["standard_error"], &expected["se"], EXACT);
        close_interval(&answer["interval"], &expected["ci95"], EXACT);
        close(&answer["percent_agreement"], &case["expected"]["identity"]["gwet"]["pa"], EXACT);
    }
}

#[test]
fn intraclass_correlations_are_the_reference() {
    let case = case("agreement_icc", "shrout_fleiss_1979");
    let csv = by_unit(&case["input"]["units_by_rater"]);
    for (form, reference) in [("1,1", "oneway_single"), ("2,1", "twoway_agreement_single"), ("3,k", "twoway_consistency_average")]
    {
        let answer = answer(&["agreement", "--measure", "icc", "--form", form], &csv);
        let expected = &case["expected"][reference];
        close(&answer["estimate"], &expected["value"], EXACT);
        close(&answer["interval"]["low"], &expected["lower95"], EXACT);
        close(&answer["interval"]["high"], &expected["upper95"], EXACT);
        close(&answer["p_value"], &expected["p"], EXACT);
    }
}

#[test]
fn fleiss_light_and_kendall_are_the_reference() {
    let case = case("agreement_fleiss_light_kendall", "complete_cases");
    let csv = by_unit(&case["input"]["units_by_rater"]);
    for (measure, reference) in [("fleiss", "fleiss"), ("kappa", "light"), ("kendall-w", "kendall_w")] {
        let answer = answer(&["agreement", "--measure", measure], &csv);
        close(&answer["estimate"], &case["expected"][reference]["value"], EXACT);
    }
}

#[test]
fn weighted_kappa_is_the_reference() {
    let case = case("agreement_weighted_kappa", "real_4x4");
    let mut csv = "unit,rater,value\n".to_owned();
    let mut unit = 0;
    for (first, row) in case["input"]["table"].as_array().unwrap().iter().enumerate() {
        for (second, count) in row.as_array().unwrap().iter().enumerate() {
            for _ in 0..count.as_u64().unwrap() {
                csv += &format!("{unit},a,{first}\n{unit},b,{second}\n");
                unit += 1;
            }
        }
    }
    for weights in ["unweighted", "linear", "quadratic"] {
        let answer = answer(&["agreement", "--measure", "kappa", "--weights", weights], &csv);
        close(&answer["estimate"], &case["expected"][weights], EXACT);
    }
    let percent = answer(&["agreement", "--measure", "percent"], &csv);
    close(&percent["estimate"], &case["expected"]["percent_agreement"], EXACT);
}

#[test]
fn categories_may_be_names() {
    let csv = "unit,rater,value\n1,a,yes\n1,b,yes\n2,a,no\n2,b,yes\n3,a,no\n3,b,no\n";
    let answer = answer(&["agreement", "--measure", "kappa"], csv);
    assert_eq!(answer["distribution"][0]["value"], "no");
    assert!(answer["estimate"].is_number());
}

#[test]
fn no_variation_is_an_answer_without_a_figure() {
    let answer = answer(&["agreement"], "unit,rater,value\n1,a,3\n1,b,3\n2,a,3\n2,b,3\n");
    assert!(answer["estimate"].is_null());
    assert_eq!(answer["warnings"][0]["code"], "undefined");
}
