//! Asking the program, and reference numbers to compare with.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// Runs a method on a file with this text and this ending of its name.
pub fn run(arguments: &[&str], ending: &str, text: &str) -> Output {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_everbetter"));
    // Without settings there is nothing to find: a wrong one must not matter either.
    command.env("EVERBETTER_DATABASE", "nowhere://at/all");
    command.arg("analyze").args(arguments).arg(file.path()).output().unwrap()
}

/// The answer for a CSV file, which must have the form that the method's schema promises.
pub fn answer(arguments: &[&str], csv: &str) -> Value {
    let output = run(arguments, ".csv", csv);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    super::schema::check(arguments[0], &answer);
    answer
}

/// The one line that is told about a bad file.
pub fn line(arguments: &[&str], ending: &str, text: &str) -> String {
    let output = run(arguments, ending, text);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert_eq!(told.lines().count(), 1, "{arguments:?}: {told}");
    assert!(output.stdout.is_empty(), "{arguments:?} answered beside its line");
    told
}

/// A case of the reference numbers that the statistics crate is tested with.
pub fn case(file: &str, name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../improvement-stats/tests/vectors");
    let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let cases = whole["cases"].as_array().unwrap();
    cases.iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("no case {name} in {file}")).clone()
}

/// A value as a cell.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A CSV text from columns.
pub fn columns(named: &[(&str, &Value)]) -> String {
    let heading: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    let mut text = heading.join(",") + "\n";
    for row in 0..named[0].1.as_array().unwrap().len() {
        let cells: Vec<String> = named.iter().map(|(_, values)| cell(&values[row])).collect();
        text += &(cells.join(",") + "\n");
    }
    text
}

/// Numbers from 1, for periods.
pub fn counted(values: &Value) -> Value {
    Value::from((1..=values.as_array().unwrap().len()).collect::<Vec<_>>())
}

/// Fails unless two numbers are the same to a relative tolerance.
#[track_caller]
pub fn close(found: &Value, expected: &Value, tolerance: f64) {
    let (Some(found), Some(expected)) = (found.as_f64(), expected.as_f64()) else {
        assert!(found.is_null() && expected.is_null(), "{found} instead of {expected}");
        return;
    };
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} instead of {expected}");
}

/// Fails unless an interval has these ends.
#[track_caller]
pub fn close_interval(found: &Value, expected: &Value, tolerance: f64) {
    close(&found["low"], &expected[0], tolerance);
    close(&found["high"], &expected[1], tolerance);
}

/// For figures of a closed form.
pub const EXACT: f64 = 1e-8;
/// For figures that are approached step by step.
pub const FITTED: f64 = 1e-5;
