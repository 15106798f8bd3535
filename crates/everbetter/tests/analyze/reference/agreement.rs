//! Agreement of raters.

use serde_json::{Value, json};

use super::{Case, list, near, row};
use crate::support::*;

/// A row a rating, from a row a unit.
fn ratings(units: &Value) -> String {
    let mut csv = "unit,rater,value\n".to_owned();
    for (unit, values) in list(units).iter().enumerate() {
        for (rater, value) in list(values).iter().enumerate() {
            csv += &format!("u{unit},r{rater},{}\n", cell(value));
        }
    }
    csv
}

/// A row a rating, from a row a rater.
fn by_rater(raters: &Value) -> String {
    let mut csv = "unit,rater,value\n".to_owned();
    for (rater, values) in list(raters).iter().enumerate() {
        for (unit, value) in list(values).iter().enumerate() {
            csv += &format!("u{unit},r{rater},{}\n", cell(value));
        }
    }
    csv
}

pub fn resampled_alpha(case: &Case) {
    let csv = by_rater(case.input("ratings_by_rater"));
    for level in ["nominal", "ordinal", "interval"] {
        let ask = ["agreement", "--measure", "alpha", "--level", level, "--bootstrap", "4000", "--seed", "3"];
        let found = answer(&ask, &csv);
        let ends = &case.expected("percentile95")[level];
        near(&found["interval"]["low"], &ends[0], 0.03);
        near(&found["interval"]["high"], &ends[1], 0.03);
        near(&found["standard_error"], &case.expected("bootstrap_se")[level], 0.006);
    }
}

pub fn complete(case: &Case) {
    let csv = ratings(case.input("units_by_rater"));
    let of = |measure: &str| answer(&["agreement", "--measure", measure], &csv);
    let (fleiss, expected) = (of("fleiss"), case.expected("fleiss"));
    close(&fleiss["estimate"], &expected["value"], EXACT);
    close(&fleiss["z"], &expected["z"], EXACT);
    close(&fleiss["p_value"], &expected["p"], EXACT);
    close(&fleiss["conger"], case.expected("conger_exact"), EXACT);
    close(&of("conger")["estimate"], case.expected("conger_exact"), EXACT);
    let expected = case.expected("fleiss_by_category_rounded3");
    for (at, category) in list(&expected["category"]).iter().enumerate() {
        let value: f64 = category.as_str().unwrap().parse().unwrap();
        let found = list(&fleiss["by_category"]).iter().find(|row| row["value"].as_f64() == Some(value)).unwrap();
        // The reference prints three places.
        near(&found["estimate"], &expected["kappa"][at], 0.000_51);
    }
    close(&of("kappa")["estimate"], &case.expected("light")["value"], EXACT);
    let (kendall, expected) = (of("kendall-w"), case.expected("kendall_w"));
    close(&kendall["estimate"], &expected["value"], EXACT);
    close(&kendall["chi_squared"], &expected["chisq"], EXACT);
    close(&kendall["p_value"], &expected["p"], EXACT);
}

pub fn gwets_family(case: &Case) {
    let csv = ratings(case.input("units_by_rater"));
    if case.all().is_null() {
        close(&answer(&["agreement", "--measure", "ac1"], &csv)["estimate"], &json!(1), EXACT);
        for measure in ["fleiss", "conger", "brennan-prediger", "alpha"] {
            let found = answer(&["agreement", "--measure", measure, "--weights", "unweighted"], &csv);
            assert!(found["estimate"].is_null() && found["warnings"][0]["code"] == "undefined", "{measure}");
        }
        return;
    }
    for weights in ["identity", "linear", "quadratic", "ordinal"] {
        for (measure, name) in [
            ("ac2", "gwet"),
            ("brennan-prediger", "brennan_prediger"),
            ("fleiss", "fleiss"),
            ("conger", "conger"),
            ("alpha", "krippendorff"),
        ] {
            let expected = &case.expected(weights)[name];
            let found = answer(&["agreement", "--measure", measure, "--weights", weights], &csv);
            close(&found["estimate"], &expected["coef"], EXACT);
            close(&found["standard_error"], &expected["se"], EXACT);
            close_interval(&found["interval"], &expected["ci95"], EXACT);
            close(&found["chance_agreement"], &expected["pe"], EXACT);
            // The reference's p of Brennan and Prediger has one side.
            let sides = if name == "brennan_prediger" { 2.0 } else { 1.0 };
            close(&found["p_value"], &json!(expected["p"].as_f64().unwrap() * sides), EXACT);
        }
    }
    let ac1 = answer(&["agreement", "--measure", "ac1"], &csv);
    close(&ac1["estimate"], &case.expected("identity")["gwet"]["coef"], EXACT);
    let percent = answer(&["agreement", "--measure", "percent"], &csv);
    close(&percent["estimate"], &case.expected("identity")["gwet"]["pa"], EXACT);
}

pub fn intraclass(case: &Case) {
    let csv = ratings(case.input("units_by_rater"));
    for (form, name) in [
        ("1,1", "oneway_single"),
        ("1,k", "oneway_average"),
        ("2,1", "twoway_agreement_single"),
        ("2,k", "twoway_agreement_average"),
        ("3,1", "twoway_consistency_single"),
        ("3,k", "twoway_consistency_average"),
    ] {
        let found = answer(&["agreement", "--measure", "icc", "--form", form], &csv);
        let expected = case.expected(name);
        close(&found["estimate"], &expected["value"], EXACT);
        close(&found["f"], &expected["F"], EXACT);
        close_interval(&found["interval"], &json!([expected["lower95"], expected["upper95"]]), EXACT);
        close(&row(&found["forms"], "form", form)["estimate"], &expected["value"], EXACT);
        // For the mean of all raters the reference's degrees of freedom belong to its wrong interval.
        let single = if form == "2,k" { case.expected("twoway_agreement_single") } else { expected };
        close(&found["df2"], &single["df2"], EXACT);
        close(&found["p_value"], &single["p"], EXACT);
    }
}

pub fn alpha(case: &Case) {
    let csv = by_rater(case.input("ratings_by_rater"));
    for level in ["nominal", "ordinal", "interval", "ratio"].into_iter().filter(|level| case.has(level)) {
        let found = answer(&["agreement", "--measure", "alpha", "--level", level], &csv);
        close(&found["estimate"], case.expected(level), EXACT);
    }
}

pub fn kappa(case: &Case) {
    let table = list(case.input("table"));
    let (mut csv, mut unit) = ("unit,rater,value\n".to_owned(), 0);
    for (first, counts) in table.iter().enumerate() {
        for (second, count) in list(counts).iter().enumerate() {
            for _ in 0..count.as_u64().unwrap() {
                csv += &format!("{unit},a,{first}\n{unit},b,{second}\n");
                unit += 1;
            }
        }
    }
    let scale = (0..table.len()).map(|value| value.to_string()).collect::<Vec<_>>().join(",");
    for weights in ["unweighted", "linear", "quadratic"] {
        let found = answer(&["agreement", "--measure", "kappa", "--weights", weights, "--scale", &scale], &csv);
        close(&found["estimate"], case.expected(weights), EXACT);
        close(&found["percent_agreement"], case.expected("percent_agreement"), EXACT);
        let (by, field) = match weights {
            "unweighted" => ("vcd_equal_spacing", "unweighted_ase"),
            "linear" => ("vcd_equal_spacing", "weighted_ase"),
            _ => ("vcd_fleiss_cohen", "weighted_ase"),
        };
        close(&found["standard_error"], &case.expected(by)[field], EXACT);
        close_interval(&found["interval"], &case.whole["expected_statsmodels"][weights]["ci95"], EXACT);
    }
}
