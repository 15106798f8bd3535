mod vectors;

use improvement_stats::surveys::{ScaleItems, reliability};
use vectors::{cases, close, number, optional_numbers, table};

#[test]
fn alpha_omega_and_items_equal_psych_and_lavaan() {
    let mut checked = 0;
    for case in cases("survey_reliability") {
        let (input, expected) = (&case["input"], &case["expected"]);
        let mut items = ScaleItems::default();
        let rows = if input.get("csv").is_some() {
            let Some(table) = table(input["csv"].as_str().unwrap()) else { continue };
            let columns: Vec<&str> = input["columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
            let reversed = input["reverse_keyed"].as_array().unwrap();
            items.reversed = reversed.iter().map(|r| columns.iter().position(|c| *c == r).unwrap()).collect();
            items.range = Some((number(&input["scale_min"]), number(&input["scale_max"])));
            table.iter().map(|row| columns.iter().map(|c| row[*c]).collect()).collect()
        } else {
            input["responses"].as_array().unwrap().iter().map(optional_numbers).collect::<Vec<_>>()
        };
        let found = reliability(&rows, &items, 0.95).unwrap();
        let at = |key: &str| format!("{} {key}", case["name"]);
        close(found.estimate, &expected["alpha_raw"], 1e-10, &at("alpha"));
        close(found.interval.low, &expected["feldt95"][0], 1e-9, &at("feldt"));
        close(found.interval.high, &expected["feldt95"][1], 1e-9, &at("feldt"));
        close(found.standardised_alpha.unwrap(), &expected["alpha_std"], 1e-10, &at("standardised"));
        close(found.average_correlation.unwrap(), &expected["average_r"], 1e-10, &at("average r"));
        close(found.guttman_lambda6.unwrap(), &expected["guttman_lambda6"], 1e-10, &at("lambda 6"));
        assert_eq!(found.n_complete as u64, expected["n_complete"].as_u64().unwrap());
        for (i, item) in found.items.iter().enumerate() {
            close(item.alpha_if_dropped.unwrap(), &expected["alpha_if_dropped"][i], 1e-10, &at("dropped"));
            close(item.item_rest.unwrap(), &expected["corrected_item_total_complete_cases"][i], 1e-10, &at("item rest"));
        }
        let (omega, expected) = (found.omega.unwrap(), &expected["omega_one_factor"]);
        close(omega.estimate, &expected["omega_total_cfa"], 1e-5, &at("omega"));
        close(omega.against_observed_variance, &expected["omega_vs_observed_variance"], 1e-5, &at("omega observed"));
        close(omega.log_likelihood, &expected["logLik"], 1e-9, &at("log likelihood"));
        for i in 0..omega.loadings.len() {
            close(omega.loadings[i], &expected["loadings"][i], 1e-5, &at("loading"));
            close(omega.residual_variances[i], &expected["residual_variances"][i], 1e-5, &at("residual"));
        }
        checked += 1;
    }
    assert!(checked >= 1);
    eprintln!("{checked} scales checked");
}
