//! An answer as JSON, or as a table to read made of the same values.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::answer::Answer;

/// The answer as indented JSON.
pub(super) fn json(answer: &Answer) -> String {
    serde_json::to_string_pretty(answer).unwrap_or_default()
}

/// The answer to read: figures first, then its lists as tables.
pub(super) fn table(answer: &Answer) -> String {
    let mut text = String::new();
    let width = answer.fields().iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in answer.fields().iter().filter(|(_, value)| !is_list(value) && !value.is_null()) {
        let _ = writeln!(text, "{:width$}  {}", spaced(name), short(value));
    }
    for (name, value) in answer.fields().iter().filter(|(_, value)| is_list(value)) {
        if name == "warnings" {
            for warning in value.as_array().into_iter().flatten() {
                let _ = writeln!(text, "Note: {}", warning["message"].as_str().unwrap_or_default());
            }
            continue;
        }
        let _ = write!(text, "\n{}\n{}", spaced(name), block(value));
    }
    text
}

/// A list that deserves lines of its own.
fn is_list(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(Value::is_object) || items.is_empty() || items.len() > 12,
        Value::Object(fields) => !is_interval(fields),
        _ => false,
    }
}

fn is_interval(fields: &Map<String, Value>) -> bool {
    ["low", "high", "level"].iter().all(|name| fields.contains_key(*name)) && fields.len() == 3
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A list or an object in lines of its own.
fn block(value: &Value) -> String {
    match value {
        Value::Array(items) if items.iter().all(Value::is_object) => grid(items),
        Value::Array(items) => format!("  {}\n", items.iter().map(short).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let width = fields.keys().map(String::len).max().unwrap_or(0);
            let mut text = String::new();
            for (name, value) in fields {
                if is_list(value) && !value.as_array().is_some_and(Vec::is_empty) {
                    let inner = block(value).replace('\n', "\n  ");
                    let _ = writeln!(text, "  {}\n  {}", spaced(name), inner.trim_end());
                } else {
                    let _ = writeln!(text, "  {:width$}  {}", spaced(name), short(value));
                }
            }
            text
        }
        other => format!("  {}\n", short(other)),
    }
}

/// Rows with the same columns, one under the other.
fn grid(rows: &[Value]) -> String {
    if rows.is_empty() {
        return "  none\n".to_owned();
    }
    let mut names: Vec<&String> = Vec::new();
    for row in rows.iter().filter_map(Value::as_object) {
        names.extend(row.keys().filter(|name| !names.contains(name)).collect::<Vec<_>>());
    }
    // What a row is about stands first.
    names.sort_by_key(|name| (!rows.iter().any(|row| row[name.as_str()].is_string()), **name != "estimate"));
    let mut lines = vec![names.iter().map(|name| spaced(name)).collect::<Vec<_>>()];
    lines.extend(rows.iter().map(|row| names.iter().map(|name| short(&row[name.as_str()])).collect()));
    let widths: Vec<usize> =
        (0..names.len()).map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
    text
}

/// A value in a few characters.
fn short(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), figure),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(short).collect::<Vec<_>>().join(", "),
        Value::Object(fields) if is_interval(fields) => {
            let level = fields["level"].as_f64().unwrap_or_default() * 100.0;
            format!("{} to {} ({}%)", short(&fields["low"]), short(&fields["high"]), figure(level))
        }
        Value::Object(fields) => match fields.get("message").or_else(|| fields.get("estimate")) {
            Some(main) => short(main),
            None => {
                fields.iter().map(|(name, value)| format!("{} {}", spaced(name), short(value))).collect::<Vec<_>>().join("; ")
            }
        },
    }
}

/// A number to four places that mean something.
fn figure(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let size = number.abs();
    if !(1e-4..1e9).contains(&size) {
        return format!("{number:.3e}");
    }
    let places = (3 - size.log10().floor() as i32).clamp(0, 8) as usize;
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
