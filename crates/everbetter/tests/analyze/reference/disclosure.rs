//! What may be published of counts.

use serde_json::{Value, json};

use super::{Case, argument, list};
use crate::support::*;

/// The places of rows with this status.
fn with_status(rows: &Value, status: &str) -> Vec<Value> {
    let inner = list(rows).iter().filter(|row| row["row"] != "Total" && row["column"] != "Total");
    inner.filter(|row| row["status"] == status).map(place).collect()
}

fn place(row: &Value) -> Value {
    let at = |name: &str| row[name].as_str().unwrap()[1..].parse::<u64>().unwrap();
    json!([at("row"), at("column")])
}

fn sorted(places: &Value) -> Vec<Value> {
    let mut places = list(places).to_vec();
    places.sort_by_key(|place| (place[0].as_u64(), place[1].as_u64()));
    places
}

#[track_caller]
fn bounds_are(rows: &Value, expected: &Value) {
    for expected in list(expected) {
        let same = |row: &&Value| row["row"] != "Total" && row["column"] != "Total" && place(row) == expected["cell"];
        let found = list(rows).iter().find(same).unwrap_or_else(|| panic!("no {}", expected["cell"]));
        assert_eq!((&found["low"], &found["high"]), (&expected["low"], &expected["high"]), "{}", expected["cell"]);
        if let Some(disclosed) = expected.get("disclosed") {
            assert_eq!(found["disclosed"], *disclosed);
        }
    }
}

pub fn tables(case: &Case) {
    let (mut csv, mut published) = ("row,column,count\n".to_owned(), "row,column,count\n".to_owned());
    let rule = case.param("rule").as_u64().unwrap();
    for (row, counts) in list(case.input("counts")).iter().enumerate() {
        for (column, count) in list(counts).iter().enumerate() {
            let small = count.as_u64().is_some_and(|count| count > 0 && count < rule);
            csv += &format!("r{row},c{column},{count}\n");
            published += &format!("r{row},c{column},{}\n", if small { String::new() } else { count.to_string() });
        }
    }
    let totals = [("row_totals", "r"), ("column_totals", "c")];
    for (key, sign) in totals {
        for (at, total) in list(case.expected(key)).iter().enumerate() {
            published += &if sign == "r" { format!("r{at},Total,{total}\n") } else { format!("Total,c{at},{total}\n") };
        }
    }
    published += &format!("Total,Total,{}\n", case.expected("total"));
    let width = argument(case.param("min_interval_width"));
    let attacked = answer(&["audit", "--width", &width], &published);
    bounds_are(&attacked["rows"], case.expected("attack_primary_only"));

    let found = answer(&["suppress", "--minimum", &rule.to_string(), "--width", &width, "--keep-totals"], &csv);
    assert_eq!(with_status(&found["rows"], "primary"), sorted(case.expected("primary")));
    let complementary = with_status(&found["rows"], "complementary");
    assert_eq!(json!(complementary.len()), *case.expected("fewest_complementary_cells"));
    assert_eq!(found["safe"], true);
    let count =
        |place: &Value| case.input("counts")[place[0].as_u64().unwrap() as usize][place[1].as_u64().unwrap() as usize].as_u64();
    let cost: u64 = complementary.iter().filter_map(count).sum();
    assert_eq!(json!(cost), *case.expected("min_count_cost_at_that_number"));
    let (example, after) = (case.expected("complementary_example"), case.expected("attack_after"));
    if case.whole["expected"]["equally_good_solutions"] == 1 {
        assert_eq!(complementary, sorted(example));
        bounds_are(&found["rows"], after);
    }
}

pub fn recovery(case: &Case) {
    if case.input("n").is_number() {
        let percentages = list(case.input("percent_one_decimal"));
        let csv: String = "band,percent,n\n".to_owned()
            + &percentages.iter().enumerate().map(|(at, p)| format!("b{at},{p},{}\n", case.input("n"))).collect::<String>();
        let found = answer(&["audit", "--percent", "percent"], &csv);
        let lists = case.expected("compatible_counts");
        for (at, row) in list(&found["rows"]).iter().enumerate() {
            let counts: Vec<u64> = list(&lists[at]).iter().filter_map(Value::as_u64).collect();
            assert_eq!((row["low"].as_u64(), row["high"].as_u64()), (counts.first().copied(), counts.last().copied()));
            assert_eq!(row["counts"], counts.len());
        }
        let all = found["disclosed"] == found["n"];
        assert_eq!(all, *case.expected("all_bands_recoverable"));
        let truth = list(case.expected("true_counts"));
        let holds =
            |(row, truth): (&Value, &Value)| row["low"].as_u64() <= truth.as_u64() && truth.as_u64() <= row["high"].as_u64();
        assert!(list(&found["rows"]).iter().zip(truth).all(holds));
        return;
    }
    let (all, part) = (case.input("all_students"), case.input("published_subgroup"));
    let csv = format!("group,count\nsubgroup,{part}\nothers,\nTotal,{all}\n");
    let found = answer(&["audit", "--minimum", &argument(case.input("rule"))], &csv);
    let rest = &found["rows"][0];
    assert_eq!((&rest["low"], &rest["high"]), (case.expected("implied_complement"), case.expected("implied_complement")));
    // What can be worked out needs protection only below the minimum.
    assert_eq!(json!(found["safe"] == false), *case.expected("complement_must_be_protected"));
}
