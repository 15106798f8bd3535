//! Reads the reference vectors beside this file and compares with them.
#![allow(dead_code)]

use serde_json::Value;

/// The cases of one vector file.
pub fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let whole: Value = serde_json::from_str(&text).unwrap();
    let cases = whole["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{file} has no cases");
    cases
}

/// A number of a vector file, where infinities are strings.
pub fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("Inf") => f64::INFINITY,
        Some("-Inf") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or_else(|| panic!("not a number: {value}")),
    }
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}")).iter().map(number).collect()
}

/// A list in which null means missing.
pub fn optional_numbers(value: &Value) -> Vec<Option<f64>> {
    value.as_array().unwrap().iter().map(|v| if v.is_null() { None } else { Some(number(v)) }).collect()
}

/// A list of whole numbers.
pub fn counts(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect()
}

/// Panics unless `found` is the expected value to `tolerance`, relative (absolute around 0).
pub fn close(found: f64, expected: &Value, tolerance: f64, at: &str) {
    let expected = number(expected);
    let fits = found == expected || (found - expected).abs() <= tolerance * expected.abs().max(1e-3);
    assert!(fits, "{at}: found {found}, expected {expected}");
}

/// As [`close`], where null is expected as None.
pub fn close_optional(found: Option<f64>, expected: &Value, tolerance: f64, at: &str) {
    match found {
        None => assert!(expected.is_null(), "{at}: found nothing, expected {expected}"),
        Some(found) => {
            assert!(!expected.is_null(), "{at}: found {found}, expected nothing");
            close(found, expected, tolerance, at);
        }
    }
}

/// A column-wise CSV file of `shared/methods/data`, which is not ours to copy; None where the folder is not at hand.
pub fn table(file: &str) -> Option<Vec<std::collections::HashMap<String, Option<f64>>>> {
    let root = env!("CARGO_MANIFEST_DIR");
    let places = [format!("{root}/../shared/methods"), format!("{root}/../../../shared/methods")];
    let text = places.iter().find_map(|place| std::fs::read_to_string(format!("{place}/{file}")).ok())?;
    let mut lines = text.lines();
    let names: Vec<String> = lines.next()?.split(',').map(|name| name.trim_matches('"').to_string()).collect();
    let row = |line: &str| {
        let cells = line.split(',').map(|cell| cell.trim_matches('"').parse().ok());
        names.iter().cloned().zip(cells).collect()
    };
    Some(lines.map(row).collect())
}
