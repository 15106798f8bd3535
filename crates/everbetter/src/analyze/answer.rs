//! What a method answers: named figures in the order in which they are read.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

use super::mistake::{Found, Mistake};

/// Fields that every answer has, in this order, before those of its method.
const MAIN: [&str; 7] = ["method", "estimate", "interval", "standard_error", "p_value", "n", "warnings"];

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    fields: Vec<(String, Value)>,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A result of the library as fields.
pub(super) fn fields(result: impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(result) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

impl Answer {
    /// An answer of a method from a result: the common fields come first, and are null where the result has none. The
    /// result's own `method` is how it was computed.
    pub(super) fn new(method: &str, result: impl Serialize) -> Self {
        let mut result = fields(result);
        if let Some(how) = result.remove("method") {
            result.insert("computed_by".to_owned(), how);
        }
        let main = |name: &str, result: &mut Map<String, Value>| match name {
            "method" => json!(method),
            "warnings" => result.remove(name).unwrap_or_else(|| json!([])),
            _ => result.remove(name).unwrap_or(Value::Null),
        };
        let mut answer: Vec<(String, Value)> = MAIN.iter().map(|name| ((*name).to_owned(), main(name, &mut result))).collect();
        answer.extend(result);
        Self { fields: answer }
    }

    /// The answer when there is none: no figure, and a warning that says why.
    pub(super) fn undefined(method: &str, n: usize, why: &str) -> Self {
        Self::new(method, json!({ "n": n, "warnings": [{ "code": "undefined", "message": why }] }))
    }

    /// With a field set; one that is there keeps its place.
    pub(super) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        match self.fields.iter_mut().find(|(found, _)| found == name) {
            Some(field) => field.1 = value,
            None => self.fields.push((name.to_owned(), value)),
        }
        self
    }

    /// With the main figure, its interval, error and p value of one of its rows.
    pub(super) fn with_main_of(mut self, row: &Map<String, Value>) -> Self {
        for name in ["estimate", "interval", "standard_error", "p_value"] {
            self = self.with(name, row.get(name).cloned().unwrap_or(Value::Null));
        }
        self
    }

    /// Without a field.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(found, _)| found != name);
        self
    }

    /// With one more warning.
    pub(super) fn warning(mut self, code: &str, message: &str) -> Self {
        if let Some((_, Value::Array(warnings))) = self.fields.iter_mut().find(|(name, _)| name == "warnings") {
            warnings.push(json!({ "code": code, "message": message }));
        }
        self
    }

    /// Without a warning that no longer holds.
    pub(super) fn without_warning(mut self, code: &str) -> Self {
        if let Some((_, Value::Array(warnings))) = self.fields.iter_mut().find(|(name, _)| name == "warnings") {
            warnings.retain(|warning| warning["code"] != code);
        }
        self
    }

    /// The fields in their order.
    pub(super) fn fields(&self) -> &[(String, Value)] {
        &self.fields
    }
}

/// An answer, or the one that says why there is none.
pub(super) fn or_undefined(method: &str, n: usize, answer: Found<Answer>) -> Found<Answer> {
    match answer {
        Err(Mistake::Undefined(why)) => Ok(Answer::undefined(method, n, &why)),
        other => other,
    }
}

/// Takes fields of a row out and puts in names instead of zero-based positions.
pub(super) fn named(mut row: Map<String, Value>, position: &str, name: &str, names: &[String]) -> Map<String, Value> {
    let place = row.remove(position).and_then(|place| place.as_u64());
    if let Some(found) = place.and_then(|place| names.get(place as usize)) {
        row.insert(name.to_owned(), json!(found));
    }
    row
}

/// The rows of a list of objects.
pub(super) fn rows(list: &Value) -> Vec<Map<String, Value>> {
    list.as_array().into_iter().flatten().filter_map(|row| row.as_object().cloned()).collect()
}
