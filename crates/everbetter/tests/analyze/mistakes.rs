//! A bad file is told in one line that says where and what to do.

use super::support::*;

#[track_caller]
fn tells(arguments: &[&str], csv: &str, parts: &[&str]) {
    let line = line(arguments, ".csv", csv);
    for part in parts {
        assert!(line.contains(part), "{part:?} is not in: {line}");
    }
}

#[test]
fn a_missing_column_is_named_with_the_option_that_helps() {
    let without: [(&[&str], &str, &str); 12] = [
        (&["run-chart"], "value", "--value"),
        (&["control-chart"], "value", "--value"),
        (&["agreement"], "unit", "--unit"),
        (&["association", "--x", "a", "--y", "b"], "b", "--y"),
        (&["proportion"], "count", "--count"),
        (&["bands"], "band", "--band"),
        (&["risk"], "group", "--group-column"),
        (&["suppress"], "count", "--count"),
        (&["match"], "unit", "--unit"),
        (&["did"], "unit", "--unit"),
        (&["predictions"], "probability", "--probability"),
        (&["pool"], "estimate", "--estimate"),
    ];
    for (arguments, column, option) in without {
        tells(arguments, "period,other\n1,2\n", &["row 1", &format!("\"{column}\""), option, "period, other"]);
    }
}

#[test]
fn a_text_among_numbers_is_named_by_row_and_column() {
    tells(&["run-chart"], "period,value\nmay,3\njune,some\n", &["row 3", "\"value\"", "\"some\"", "Write a number"]);
    tells(&["agreement"], "unit,rater,value\n1,a,2\n1,b,two\n", &["row 3", "\"value\"", "Write a number"]);
    tells(&["proportion"], "count,n\n3,10\n2.5,10\n", &["row 3", "\"count\"", "whole number"]);
    tells(&["elastic-net", "--y", "y"], "x,y\n1,2\nfew,3\n2,2\n", &["row 3", "\"x\"", "\"few\""]);
    tells(&["match"], "unit,treated,size\na,maybe,3\n", &["row 2", "\"treated\"", "Write 1 or 0"]);
}

#[test]
fn no_number_at_all_is_refused() {
    tells(&["control-chart"], "period,value\n1,NaN\n", &["row 2", "\"value\"", "finite"]);
    tells(&["proportion"], "count,n\n1,inf\n", &["row 2", "\"n\"", "finite"]);
    tells(&["mixed-model", "--formula", "y ~ x + (1 | g)"], "y,x,g\n1,NaN,a\n", &["row 2", "\"x\"", "finite"]);
}

#[test]
fn rows_count_as_in_a_spreadsheet() {
    tells(&["proportion"], "count,n\n\n3,10\n\n12,10\n", &["row 5", "\"count\"", "more than n"]);
    tells(&["proportion"], "note,count,n\n\"two\nlines\",3,10\nx,no,10\n", &["row 3", "\"count\""]);
}

#[test]
fn an_empty_file_and_a_ragged_one_are_told() {
    for text in ["", "count,n\n"] {
        tells(&["proportion"], text, &["has no rows", "row 1 must name the columns"]);
    }
    tells(&["proportion"], "count,n\n3,10\n4\n", &["row 3", "1 cells", "2 columns"]);
    tells(&["proportion"], "count,count,n\n3,3,10\n", &["row 1", "\"count\"", "twice"]);
}

#[test]
fn json_is_read_and_its_mistakes_are_told() {
    let good = run(&["proportion"], ".json", r#"[{"count": 3, "n": 10}, {"count": 4, "n": 8}]"#);
    let found: serde_json::Value = serde_json::from_slice(&good.stdout).unwrap();
    assert_eq!(found["rows"][1]["estimate"], 0.5);
    let told = line(&["proportion"], ".json", r#"[{"count": 3, "n": 10}, {"count": "x", "n": 8}]"#);
    assert!(told.contains("row 2") && told.contains("\"count\""), "{told}");
    assert!(line(&["proportion"], ".json", "[{").contains("no JSON that can be read"));
}

#[test]
fn what_contradicts_itself_is_told() {
    tells(&["suppress"], "a,count\nx,3\nTotal,4\n", &["row 3", "\"count\"", "make 3"]);
    tells(&["pool"], "estimate,standard_error\n1,0.1\n2,-1\n", &["row 3", "\"standard_error\"", "above 0"]);
    tells(&["predictions"], "probability,outcome\n0.2,0\n1.2,1\n", &["row 3", "\"probability\"", "between 0 and 1"]);
    tells(&["agreement"], "unit,rater,value\n1,a,2\n1,a,3\n", &["row 3", "already rated"]);
    tells(&["mixed-model", "--formula", "y ~ x"], "y,x\n1,2\n", &["(1 | group)"]);
    tells(&["proportion", "--confidence", "95"], "count,n\n1,2\n", &["--confidence", "0.95"]);
    tells(&["did"], "unit,period,outcome,treated\na,1,2,0\n", &["\"treated\"", "nobody is treated"]);
}

#[test]
fn the_readable_table_has_the_same_figures() {
    let output = run(&["proportion", "--format", "table"], ".csv", "label,count,n\nnorth,31,332\n");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("north") && text.contains("0.09337") && text.contains("0.06656 to 0.1295 (95%)"), "{text}");
}

#[test]
fn what_an_option_cannot_use_is_named_by_row_and_column() {
    tells(&["association", "--p", "p"], "item,p\na,0.2\nb,1.2\n", &["row 3", "\"p\"", "no p value", "0 to 1"]);
    tells(&["audit", "--percent", "share"], "band,share,n\na,101,30\n", &["row 2", "\"share\"", "no percentage"]);
    tells(&["growth"], "before,after\n1,2\n3,many\n", &["row 3", "\"after\"", "Write a number"]);
    tells(
        &["growth", "--group", "school", "--focus", "Z"],
        "school,before,after\nA,1,2\nA,2,4\nB,3,3\nB,1,1\n",
        &["--focus", "\"Z\""],
    );
    tells(
        &["control-chart", "--type", "p", "--centre", "1", "--sigma", "1"],
        "period,value,denominator\n1,2,9\n",
        &["--centre", "--type i"],
    );
    tells(&["control-chart", "--centre", "1", "--sigma", "0"], "period,value\n1,2\n", &["sigma is 0", "above 0"]);
}

#[test]
fn a_model_that_cannot_be_fitted_says_what_to_leave_out() {
    let rows: String = (0..12).map(|i| format!("{},{},{}\n", i * 7 % 5, i % 4, i / 2)).collect();
    let csv = format!("y,x,g\n{rows}");
    for (formula, part) in [
        ("y ~ x + (x | g)", "as many effects as there are rows"),
        ("y ~ x + (1 | g) + (1 | h)", "there is no column \"h\""),
        ("y ~ x", "names no groups"),
        ("y ~ x + (x ^ 2 | g)", "before the | stand"),
    ] {
        tells(&["mixed-model", "--formula", formula], &csv, &[part]);
    }
    tells(&["mixed-model", "--formula", "y ~ x + (1 | g) + (1 | x)", "--df", "kenward-roger"], &csv, &["Kenward-Roger"]);
}
