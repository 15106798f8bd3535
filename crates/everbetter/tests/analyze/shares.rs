//! Shares, bands, gaps, surveys, predictions, and what may be published of them.

use serde_json::{Value, json};

use super::support::*;

#[test]
fn intervals_of_shares_are_the_reference() {
    let case = case("prop_intervals", "0_of_5_90");
    let csv = format!("label,count,n\na,{},{}\nb,3,9\n", case["input"]["x"], case["input"]["n"]);
    for method in ["wilson", "clopper-pearson", "jeffreys", "agresti-coull", "wilson-continuity"] {
        let answer = answer(&["proportion", "--method", method, "--confidence", "0.9"], &csv);
        let row = &answer["rows"][0];
        close_interval(&row["interval"], &case["expected"][method.replace('-', "_")], EXACT);
        assert_eq!((&row["label"], &row["interval"]["level"]), (&json!("a"), &json!(0.9)));
        assert!(answer["estimate"].is_number());
    }
}

#[test]
fn simultaneous_intervals_of_bands_are_the_reference() {
    let case = case("prop_bands_simultaneous", "0_28_135_127");
    let counts = &case["input"]["counts"];
    let csv = columns(&[("band", &counted(counts)), ("count", counts)]);
    let answer = answer(&["bands"], &csv);
    for (at, row) in answer["rows"].as_array().unwrap().iter().enumerate() {
        close_interval(&row["interval"], &case["expected"]["goodman"][at], EXACT);
    }
    assert_eq!(answer["estimate"], answer["rows"][3]["estimate"]);
}

#[test]
fn two_years_of_bands_are_compared_as_in_the_reference() {
    let case = case("bands_ordinal", "year_2016_vs_2019");
    let bands = &case["input"]["bands_lowest_to_highest"];
    let mut csv = "period,band,count\n".to_owned();
    for (period, counts) in [("2019", &bands["comparison"]), ("2016", &bands["reference"])] {
        for (band, count) in counts.as_array().unwrap().iter().enumerate() {
            csv += &format!("{period},{band},{count}\n");
        }
    }
    let answer = answer(&["bands"], &csv);
    close(&answer["estimate"], &case["expected"]["prob_superiority"], EXACT);
    let odds = &answer["change"]["proportional_odds"];
    close(&odds["estimate"], &case["expected"]["log_odds_ratio"], FITTED);
    assert_eq!((&answer["change"]["from"], &answer["change"]["to"]), (&json!("2016"), &json!("2019")));
}

#[test]
fn gaps_between_two_groups_are_the_reference() {
    let case = case("disproportionality_two_groups", "113/185_vs_62/99");
    let input = &case["input"];
    let csv = format!("group,count,n\na,{},{}\nb,{},{}\n", input["x1"], input["n1"], input["x2"], input["n2"]);
    for (measure, method, estimate, interval) in [
        ("ratio", "katz", "ratio", "rr_log"),
        ("ratio", "score", "ratio", "rr_score"),
        ("difference", "newcombe", "difference", "rd_newcombe"),
        ("difference", "wald", "difference", "rd_wald"),
    ] {
        let answer = answer(&["risk", "--measure", measure, "--method", method, "--reference", "b"], &csv);
        close(&answer["estimate"], &case["expected"][estimate], EXACT);
        close_interval(&answer["interval"], &case["expected"][interval], FITTED);
    }
    let odds = answer(&["risk", "--measure", "odds", "--reference", "b"], &csv);
    close(&odds["estimate"], &case["expected"]["odds_ratio"], EXACT);
}

#[test]
fn each_group_is_compared_with_all_others() {
    let case = case("disproportionality_vs_all_others", "seven_groups_0");
    let input = &case["input"];
    let csv = columns(&[("group", &input["groups"]), ("count", &input["x"]), ("n", &input["n"])]);
    let answer = answer(&["risk"], &csv);
    for (row, expected) in answer["rows"].as_array().unwrap().iter().zip(case["expected"].as_array().unwrap()) {
        close(&row["estimate"], &expected["risk_ratio"], EXACT);
    }
    close_interval(&answer["interval"], &case["expected"][0]["katz95"], EXACT);
}

#[test]
fn gaps_over_time_stand_beside_the_last_period() {
    let csv = "group,count,n,period\na,20,50,2024\nb,10,50,2024\na,15,50,2025\nb,12,50,2025\n";
    let answer = answer(&["risk", "--reference", "b"], csv);
    assert_eq!(answer["period"], "2025");
    assert_eq!(answer["over_time"]["gaps"].as_array().map(Vec::len), Some(2));
}

/// The inner cells of a table of the reference.
fn cells(case: &Value) -> String {
    let mut csv = "row,column,count\n".to_owned();
    for (row, counts) in case["input"]["counts"].as_array().unwrap().iter().enumerate() {
        for (column, count) in counts.as_array().unwrap().iter().enumerate() {
            csv += &format!("r{row},c{column},{count}\n");
        }
    }
    csv
}

#[test]
fn a_suppressed_table_passes_the_audit_with_as_few_cells_as_the_reference() {
    let case = case("suppression_tables", "table0_n_lt_10");
    let found = answer(&["suppress", "--minimum", "10"], &cells(&case));
    assert_eq!(found["primary"], 3);
    assert_eq!(found["complementary"], case["expected"]["fewest_complementary_cells"]);
    let mut published = "row,column,count\n".to_owned();
    for row in found["rows"].as_array().unwrap() {
        assert_eq!(row["count"].is_null(), row["status"] != "published");
        published += &format!("{},{},{}\n", cell(&row["row"]), cell(&row["column"]), cell(&row["count"]));
    }
    let audited = answer(&["audit"], &published);
    assert_eq!((&audited["estimate"], &audited["safe"]), (&json!(0), &json!(true)));
    for (row, hidden) in audited["rows"]
        .as_array()
        .unwrap()
        .iter()
        .zip(found["rows"].as_array().unwrap().iter().filter(|row| row["count"].is_null()))
    {
        assert_eq!(
            (&row["low"], &row["high"]),
            (&hidden["low"], &hidden["high"]),
            "the audit knows no more than what is published"
        );
    }
}

#[test]
fn small_cells_alone_are_worked_out_as_in_the_reference() {
    let case = case("suppression_tables", "table0_n_lt_10");
    let hidden = |line: &str| line.rsplit(',').next().unwrap().parse::<u64>().is_ok_and(|count| count < 10);
    let mut csv = "row,column,count,hidden\n".to_owned();
    cells(&case).lines().skip(1).for_each(|line| csv += &format!("{line},{}\n", u8::from(hidden(line))));
    let answer = answer(&["audit"], &csv);
    let expected = case["expected"]["attack_primary_only"].as_array().unwrap();
    assert_eq!(answer["estimate"], expected.len());
    for (row, expected) in answer["rows"].as_array().unwrap().iter().zip(expected) {
        assert_eq!((&row["low"], &row["high"], &row["disclosed"]), (&expected["low"], &expected["high"], &expected["disclosed"]));
    }
}

#[test]
fn hierarchies_have_their_own_totals() {
    let csv = "district,school,grade,count\nN,a,3,4\nN,b,3,30\nS,c,3,25\nN,a,4,20\nN,b,4,22\nS,c,4,28\n";
    let answer = answer(&["suppress", "--within", "school=district"], csv);
    let rows = answer["rows"].as_array().unwrap();
    let north = rows.iter().find(|row| row["district"] == "N" && row["school"] == "Total" && row["grade"] == "Total");
    assert!(north.is_some(), "no total of a district");
    assert_eq!(answer["safe"], true);
}

#[test]
fn reliability_is_the_reference() {
    let case = case("survey_reliability", "small_session_survey_25x5_missing");
    let rows = case["input"]["responses"].as_array().unwrap();
    let mut csv = "q1,q2,q3,q4,q5\n".to_owned();
    for row in rows {
        csv += &(row.as_array().unwrap().iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    let answer = answer(&["scale", "--range", "1,5", "--invited", "60"], &csv);
    close(&answer["estimate"], &case["expected"]["alpha_raw"], EXACT);
    close_interval(&answer["interval"], &case["expected"]["feldt95"], EXACT);
    assert_eq!(answer["response"]["rate"]["n"], 60);
}

#[test]
fn net_scores_and_boxes_are_the_reference() {
    let case = case("survey_summaries", "n9");
    let csv = columns(&[("net", &case["input"]["nps_0_10"]), ("pace", &case["input"]["likert_1_5"])]);
    let found = answer(&["scale", "--items", "pace", "--range", "1,5", "--net", "net"], &csv);
    close(&found["estimate"], &case["expected"]["nps"], EXACT);
    close_interval(&found["interval"], &case["expected"]["nps_ci95"], EXACT);
    close(&found["answers"][0]["top_box"]["estimate"], &case["expected"]["top_box"], EXACT);
    let mean = answer(&["scale", "--items", "pace"], &csv);
    close(&mean["estimate"], &case["expected"]["mean"], EXACT);
    close_interval(&mean["interval"], &case["expected"]["mean_t_ci95"], EXACT);
}

#[test]
fn predictions_are_judged_as_in_the_reference() {
    let flag = case("leading_lagging", "early_warning_flag");
    let input = &flag["input"];
    let csv =
        columns(&[("probability", &input["predicted_probability"]), ("score", &input["score"]), ("outcome", &input["outcome"])]);
    let expected = flag["expected"].as_object().unwrap();
    let of = |part: &str| {
        expected.iter().find(|(name, _)| name.to_lowercase().contains(part)).unwrap_or_else(|| panic!("no {part}")).1
    };
    close(&answer(&["predictions"], &csv)["estimate"], of("brier"), EXACT);
    close(&answer(&["predictions", "--scores", "--probability", "score"], &csv)["estimate"], of("auc"), EXACT);
    let lead = case("leading_lagging", "cross_correlation");
    let csv = columns(&[("lead", &lead["input"]["lead"]), ("outcome", &lead["input"]["lag_outcome"])]);
    let found = answer(&["predictions", "--lead", "lead", "--follow", "outcome"], &csv);
    close(&found["band"], &lead["expected"]["white_noise_band"], EXACT);
    let held = answer(&["predictions", "--nominal", "0.8"], "low,high,outcome\n1,3,2\n2,4,5\n");
    assert_eq!((&held["estimate"], &held["figure"]), (&json!(0.5), &json!("interval hit rate")));
}

#[test]
fn small_groups_of_a_survey_are_hidden_with_what_would_give_them_away() {
    let mut csv = "school,q1\n".to_owned();
    for (school, count) in [("A", 3), ("B", 9), ("C", 20)] {
        (0..count).for_each(|at| csv += &format!("{school},{}\n", 1 + at % 5));
    }
    let found = answer(&["scale", "--items", "q1", "--range", "1,5", "--by", "school", "--floor", "5"], &csv);
    let shown: Vec<bool> = found["groups"].as_array().unwrap().iter().map(|group| group["hidden"].is_null()).collect();
    assert_eq!(shown, [false, false, true], "with A alone hidden, all minus B and C would be A");
    assert_eq!(found["groups"][2]["answers"]["n"], 20);
    assert!(found["groups"][0]["answers"].is_null());
}
