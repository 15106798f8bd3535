//! Reading reference vectors. Each test binary uses a part of this.
#![allow(dead_code)]

use serde_json::Value;

/// The cases of one vector file.
pub fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let file: Value = serde_json::from_str(&text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

/// The case with this name.
pub fn case(file: &str, name: &str) -> Value {
    cases(file).into_iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no case {name} in {file}"))
}

/// A number; "Inf" and "-Inf" are written as text.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) if text == "Inf" => f64::INFINITY,
        Value::String(text) if text == "-Inf" => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or_else(|| panic!("not a number: {value}")),
    }
}

/// A list of numbers; a lone number is a list of one.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().map(number).collect(),
        other => vec![number(other)],
    }
}

/// A list of numbers with gaps.
pub fn gappy(value: &Value) -> Vec<Option<f64>> {
    value.as_array().unwrap().iter().map(Value::as_f64).collect()
}

/// Rows of numbers.
pub fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// Lists of whole numbers counted from 1, as positions counted from 0.
pub fn positions(value: &Value) -> Vec<Vec<usize>> {
    matrix(value).iter().map(|row| row.iter().map(|i| *i as usize - 1).collect()).collect()
}

/// A list of texts, numbers written out.
pub fn texts(value: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

/// Fails unless `found` is `expected` to a relative tolerance (absolute below 1).
#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let same = found == expected || (found - expected).abs() <= tolerance * expected.abs().max(1e-3);
    assert!(same || (expected.abs() < 1e-12 && found.abs() < 1e-7), "{what}: {found} instead of {expected}");
}

/// A CSV file as a heading and rows of text.
pub struct Csv {
    /// Column names.
    pub heading: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// Reads a file below `methods/data` of the shared folder, or nothing where that folder does not exist (its files have other
/// licences and stay outside the crate).
pub fn shared_csv(path: &str) -> Option<Csv> {
    let roots = [
        concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/methods"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/methods"),
    ];
    let text = roots.iter().find_map(|root| std::fs::read_to_string(format!("{root}/{path}")).ok())?;
    let split = |line: &str| line.split(',').map(|f| f.trim().trim_matches('"').to_owned()).collect::<Vec<_>>();
    let mut lines = text.lines();
    let heading = split(lines.next()?);
    Some(Csv { heading, rows: lines.filter(|l| !l.is_empty()).map(split).collect() })
}

impl Csv {
    /// A column as text.
    pub fn text(&self, name: &str) -> Vec<String> {
        let at = self.heading.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    /// A column as numbers; what is no number is a gap.
    pub fn numbers(&self, name: &str) -> Vec<Option<f64>> {
        self.text(name).iter().map(|t| t.parse().ok()).collect()
    }
}
