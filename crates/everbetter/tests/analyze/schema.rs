//! Answers have the form that the printed schema of their method promises.

use std::{collections::BTreeMap, process::Command, sync::Mutex};

use serde_json::Value;

pub const METHODS: [&str; 18] = [
    "run-chart",
    "control-chart",
    "agreement",
    "association",
    "mixed-model",
    "elastic-net",
    "pool",
    "proportion",
    "bands",
    "growth",
    "risk",
    "suppress",
    "audit",
    "match",
    "did",
    "synthetic-control",
    "scale",
    "predictions",
];

/// Schemas that have been printed, since every answer is held against one.
static PRINTED: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

fn printed(method: &str) -> Value {
    PRINTED.lock().unwrap().entry(method.to_owned()).or_insert_with(|| print(method)).clone()
}

fn print(method: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_everbetter")).args(["analyze", method, "--schema"]).output().unwrap();
    assert!(output.status.success(), "{method} --schema: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Fails unless the answer has all that its schema requires, and nothing that it does not name.
#[track_caller]
pub fn check(method: &str, answer: &Value) {
    let schema = printed(method);
    if let Err(problem) = fits(&schema, &schema, answer, method) {
        panic!("{problem}");
    }
}

fn fits(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(root, &root["$defs"][reference.trim_start_matches("#/$defs/")], value, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let all: Vec<_> = choices.iter().map(|choice| fits(root, choice, value, at)).collect();
        return if all.iter().any(Result::is_ok) { Ok(()) } else { all.into_iter().next().unwrap() };
    }
    if schema["const"].is_string() && schema["const"] != *value {
        return Err(format!("{at} is {value}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = [&schema["type"]].into_iter().flat_map(|kinds| kinds.as_array().cloned().unwrap_or(vec![kinds.clone()]));
    let allowed: Vec<Value> = kinds.filter(|kind| !kind.is_null()).collect();
    if !allowed.is_empty() && !allowed.iter().any(|allowed| *allowed == kind || (*allowed == "number" && kind == "integer")) {
        return Err(format!("{at} is {value}, but the schema says {allowed:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            return Err(format!("{at} has no {name}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{at}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Object(other)) => fits(root, &Value::Object(other.clone()), inner, &place)?,
            (Value::Null, _) => return Err(format!("{place} is not in the schema")),
            (known, _) => fits(root, known, inner, &place)?,
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        fits(root, &schema["items"], inner, at)?;
    }
    Ok(())
}

#[test]
fn each_method_prints_a_schema_with_the_common_fields() {
    for method in METHODS {
        let schema = printed(method);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{method}");
        for name in ["estimate", "interval", "standard_error", "n", "p_value", "warnings"] {
            assert!(schema["properties"][name].is_object(), "{method} has no {name}");
        }
    }
}

#[test]
fn a_field_that_no_schema_names_is_noticed() {
    let schema = printed("proportion");
    let extra = serde_json::json!({ "surprise": 1 });
    assert!(fits(&schema, &schema, &extra, "proportion").is_err());
}
