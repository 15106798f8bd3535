//! What may stand in a query or a body: one table, by which it is checked and by which it is described.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::web::Form;

/// The kinds of values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text { least: usize, most: usize },
    Choice(&'static [&'static str]),
    Date,
    Year,
    Whole { least: i64, most: i64 },
    Number { least: f64, most: f64 },
    Flag,
    Texts { most: usize, each: usize },
    Lines { most: usize, each: usize },
    Objects { most: usize, of: &'static [Field] },
    Object { of: &'static [Field] },
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub(super) name: &'static str,
    pub(super) form: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) about: &'static str,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, form: name, kind, required: false, nullable: false, about }
    }

    /// A text of at most so many characters.
    #[must_use]
    pub const fn text(name: &'static str, most: usize, about: &'static str) -> Self {
        Self::new(name, Kind::Text { least: 0, most }, about)
    }

    /// One of these words.
    #[must_use]
    pub const fn choice(name: &'static str, of: &'static [&'static str], about: &'static str) -> Self {
        Self::new(name, Kind::Choice(of), about)
    }

    /// A day.
    #[must_use]
    pub const fn date(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Date, about)
    }

    /// A school year, such as 2026-27.
    #[must_use]
    pub const fn year(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Year, about)
    }

    /// A whole number within bounds.
    #[must_use]
    pub const fn whole(name: &'static str, least: i64, most: i64, about: &'static str) -> Self {
        Self::new(name, Kind::Whole { least, most }, about)
    }

    /// A number within bounds.
    #[must_use]
    pub const fn number(name: &'static str, least: f64, most: f64, about: &'static str) -> Self {
        Self::new(name, Kind::Number { least, most }, about)
    }

    /// Yes or no.
    #[must_use]
    pub const fn flag(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Flag, about)
    }

    /// A list of codes: letters, digits, points and dashes.
    #[must_use]
    pub const fn texts(name: &'static str, most: usize, each: usize, about: &'static str) -> Self {
        Self::new(name, Kind::Texts { most, each }, about)
    }

    /// A list of texts without line breaks; the form holds them line by line.
    #[must_use]
    pub const fn lines(name: &'static str, most: usize, each: usize, about: &'static str) -> Self {
        Self::new(name, Kind::Lines { most, each }, about)
    }

    /// A list of objects with these fields, which [`objects`] reads out of the form.
    #[must_use]
    pub const fn objects(name: &'static str, most: usize, of: &'static [Field], about: &'static str) -> Self {
        Self::new(name, Kind::Objects { most, of }, about)
    }

    /// One object with these fields, which [`objects`] reads out of the form.
    #[must_use]
    pub const fn object(name: &'static str, of: &'static [Field], about: &'static str) -> Self {
        Self::new(name, Kind::Object { of }, about)
    }

    /// It must be there when something new is sent; a text must then hold more than spaces.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.filled()
    }

    /// A text that is not empty.
    #[must_use]
    pub const fn filled(mut self) -> Self {
        if let Kind::Text { most, .. } = self.kind {
            self.kind = Kind::Text { least: 1, most };
        }
        self
    }

    /// `null` says that there is none.
    #[must_use]
    pub const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The name of the field in the page's form, where it has another one.
    #[must_use]
    pub const fn in_form(mut self, form: &'static str) -> Self {
        self.form = form;
        self
    }

    /// Whether this is its name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name
    }

    /// What stands in the form for this value; a word when the value is none of this field.
    pub(super) fn read(&self, value: &Value) -> Result<Vec<String>, String> {
        match (self.kind, value) {
            (_, Value::Null) if self.nullable => Ok(vec![String::new()]),
            (Kind::Text { .. } | Kind::Choice(_) | Kind::Date | Kind::Year, Value::String(text)) => self.read_text(text),
            (Kind::Whole { least, most }, Value::Number(number)) => {
                // 3.0 is a whole number in JSON Schema, and so it is here.
                let whole = number.as_i64().or_else(|| number.as_f64().and_then(as_whole));
                let fits = whole.filter(|whole| (least..=most).contains(whole));
                fits.map(|whole| vec![whole.to_string()]).ok_or_else(|| self.wanted())
            }
            (Kind::Number { least, most }, Value::Number(number)) => {
                let fits = number.as_f64().filter(|number| *number >= least && *number <= most);
                fits.map(|number| vec![number.to_string()]).ok_or_else(|| self.wanted())
            }
            (Kind::Flag, Value::Bool(flag)) => Ok(vec![flag.to_string()]),
            (Kind::Texts { most, each }, Value::Array(values)) => {
                if values.len() > most {
                    return Err(self.wanted());
                }
                let fits = |text: &str| {
                    let is_of_code = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
                    (1..=each).contains(&text.len()) && text.chars().all(is_of_code)
                };
                let texts = values.iter().map(|value| value.as_str().filter(|text| fits(text)).map(str::to_owned));
                texts.collect::<Option<Vec<_>>>().map(|texts| vec![texts.join(",")]).ok_or_else(|| self.wanted())
            }
            (Kind::Lines { most, each }, Value::Array(values)) => {
                if values.len() > most {
                    return Err(self.wanted());
                }
                let fits = |text: &&str| {
                    let is_broken = |letter: char| matches!(letter, '\0' | '\n' | '\r');
                    !text.trim().is_empty() && text.chars().count() <= each && !text.contains(is_broken)
                };
                let texts = values.iter().map(|value| value.as_str().filter(fits));
                texts.collect::<Option<Vec<_>>>().map(|texts| vec![texts.join("\n")]).ok_or_else(|| self.wanted())
            }
            (Kind::Objects { most, of }, Value::Array(values)) => {
                if values.len() > most {
                    return Err(self.wanted());
                }
                (1..)
                    .zip(values)
                    .map(|(place, value)| as_text_of_object(of, value).map_err(|word| format!("In {place}: {word}")))
                    .collect()
            }
            (Kind::Object { of }, Value::Object(_)) => as_text_of_object(of, value).map(|text| vec![text]),
            _ => Err(self.wanted()),
        }
    }

    /// The same for a value that came as text, in a query.
    pub(super) fn read_text(&self, text: &str) -> Result<Vec<String>, String> {
        if text.contains('\0') {
            return Err("This holds a character of code 0, which no text of ours can hold. Please leave it out.".to_owned());
        }
        let digits = || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = match self.kind {
            Kind::Text { least, most } => {
                let length = text.chars().count();
                if length > most {
                    return Err(format!("This is {length} characters long; {most} is the most. Could part of it go elsewhere?"));
                }
                length >= least && (least == 0 || !text.trim().is_empty())
            }
            Kind::Choice(of) => of.contains(&text),
            Kind::Date => text.len() == 10 && text.parse::<NaiveDate>().is_ok_and(|day| day.to_string() == text),
            Kind::Year => is_year(text),
            Kind::Whole { least, most } => digits() && text.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)),
            Kind::Flag => matches!(text, "true" | "false"),
            Kind::Number { .. } | Kind::Texts { .. } | Kind::Lines { .. } | Kind::Objects { .. } | Kind::Object { .. } => false,
        };
        if fits { Ok(vec![text.to_owned()]) } else { Err(self.wanted()) }
    }

    /// What can stand there, as a sentence.
    fn wanted(&self) -> String {
        let wanted = match self.kind {
            Kind::Text { least: 0, most } => format!("a text of at most {most} characters"),
            Kind::Text { most, .. } => format!("a text of 1 to {most} characters that are not all spaces"),
            Kind::Choice(of) => format!("one of {}", of.join(", ")),
            Kind::Date => "a day such as 2026-10-08".to_owned(),
            Kind::Year => "a school year such as 2026-27".to_owned(),
            Kind::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Kind::Number { least, most } => format!("a number from {least} to {most}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::Texts { most, each } => {
                format!("a list of at most {most} texts, each of 1 to {each} letters, digits, points and dashes")
            }
            Kind::Lines { most, each } => {
                format!("a list of at most {most} texts, each of 1 to {each} characters without line breaks")
            }
            Kind::Objects { most, of } => {
                let names: Vec<&str> = of.iter().map(|field| field.name).collect();
                format!("a list of at most {most} objects with the members {}", names.join(", "))
            }
            Kind::Object { of } => {
                let names: Vec<&str> = of.iter().map(|field| field.name).collect();
                format!("an object with the members {}", names.join(", "))
            }
        };
        format!("Please write {wanted}{} here.", if self.nullable { ", or null," } else { "" })
    }

    /// What stands there, for the document.
    pub(super) fn schema(&self) -> Value {
        let mut schema = match self.kind {
            Kind::Text { least: 0, most } => json!({ "type": "string", "maxLength": most }),
            Kind::Text { least, most } => json!({ "type": "string", "minLength": least, "maxLength": most, "pattern": "\\S" }),
            Kind::Choice(of) => json!({ "type": "string", "enum": of }),
            Kind::Date => json!({ "type": "string", "format": "date" }),
            Kind::Year => json!({ "type": "string", "pattern": "^(19|20|21)[0-9]{2}-[0-9]{2}$", "examples": ["2026-27"] }),
            Kind::Whole { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Kind::Number { least, most } => json!({ "type": "number", "minimum": least, "maximum": most }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Texts { most, each } => json!({
                "type": "array", "maxItems": most,
                "items": { "type": "string", "minLength": 1, "maxLength": each, "pattern": "^[A-Za-z0-9._-]+$" },
            }),
            Kind::Lines { most, each } => json!({
                "type": "array", "maxItems": most,
                "items": { "type": "string", "minLength": 1, "maxLength": each, "pattern": "^[^\\r\\n]*\\S[^\\r\\n]*$" },
            }),
            Kind::Objects { most, of } => json!({ "type": "array", "maxItems": most, "items": object(of, true) }),
            Kind::Object { of } => object(of, true),
        };
        if let (true, Some(schema)) = (self.nullable, schema.as_object_mut()) {
            if let Some(kind) = schema.remove("type") {
                schema.insert("type".to_owned(), json!([kind, "null"]));
            }
            if let Some(Value::Array(of)) = schema.get_mut("enum") {
                of.push(Value::Null);
            }
        }
        schema
    }
}

/// An object, as the form holds it: its members as they would stand in a form, as JSON.
fn as_text_of_object(of: &[Field], value: &Value) -> Result<String, String> {
    let Value::Object(members) = value else { return Err("Please write an object here.".to_owned()) };
    let mut said = BTreeMap::new();
    for (name, value) in members {
        let field = of.iter().find(|field| field.name == name).ok_or_else(|| format!("we know no member \"{name}\"."))?;
        let values = field.read(value).map_err(|word| format!("{name}: {word}"))?;
        said.insert(field.name, values.into_iter().next().unwrap_or_default());
    }
    if let Some(field) = of.iter().find(|field| field.required && !said.contains_key(field.name)) {
        return Err(format!("{} is needed.", field.name));
    }
    serde_json::to_string(&said).map_err(|error| error.to_string())
}

/// The objects of a field made by [`Field::objects`] or [`Field::object`]: their members as they would stand in a form.
#[must_use]
pub fn objects(form: &Form, name: &str) -> Vec<BTreeMap<String, String>> {
    form.all(name).iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
}

/// A number without a fraction is written without a point, and reads as a whole one when it is small enough.
fn as_whole(number: f64) -> Option<i64> {
    number.to_string().parse().ok()
}

fn is_year(text: &str) -> bool {
    let Some((first, second)) = text.split_once('-') else { return false };
    let number = |text: &str, length| {
        Some(text).filter(|text| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i32>().ok()
    };
    match (number(first, 4), number(second, 2)) {
        (Some(first), Some(second)) => (1900..2200).contains(&first) && (first + 1) % 100 == second,
        _ => false,
    }
}

/// The schema of an object with these fields.
pub(super) fn object(fields: &[Field], all_required: bool) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = field.schema();
        schema["description"] = Value::from(field.about);
        properties.insert(field.name.to_owned(), schema);
    }
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    if all_required && !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The keys of a table of keys and words, for [`Field::choice`].
#[must_use]
pub const fn from_choices<const N: usize>(table: &[(&'static str, &'static str)]) -> [&'static str; N] {
    let mut keys = [""; N];
    let mut place = 0;
    while place < N {
        keys[place] = table[place].0;
        place += 1;
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    static PART: [Field; 2] = [Field::text("code", 5, "").required(), Field::whole("cycle", 1, 12, "")];

    #[test]
    fn each_kind_lets_in_what_it_describes() {
        let date = Field::date("day", "");
        assert!(date.read(&json!("2026-10-08")).is_ok());
        for wrong in [json!("2026-13-01"), json!("+2026-10-08"), json!("26-10-08"), json!(5), json!(null)] {
            assert!(date.read(&wrong).is_err(), "{wrong}");
        }
        assert_eq!(date.or_null().read(&json!(null)), Ok(vec![String::new()]));
        let name = Field::text("name", 3, "").required();
        assert!(name.read(&json!("né ")).is_ok());
        for wrong in [json!("four"), json!(""), json!("  "), json!("a\0"), json!(["a"])] {
            assert!(name.read(&wrong).is_err(), "{wrong}");
        }
        let whole = Field::whole("count", 0, 10, "");
        assert_eq!(whole.read(&json!(3.0)), Ok(vec!["3".to_owned()]));
        for wrong in [json!(-1), json!(11), json!(1.5), json!(1e300), json!("3"), json!(true)] {
            assert!(whole.read(&wrong).is_err(), "{wrong}");
        }
        let codes = Field::texts("practices", 2, 5, "");
        assert_eq!(codes.read(&json!(["1.1", "2.2"])), Ok(vec!["1.1,2.2".to_owned()]));
        for wrong in [json!(["a,b"]), json!([""]), json!(["1", "2", "3"]), json!([1]), json!("1.1")] {
            assert!(codes.read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_of_texts_and_of_objects_say_what_is_wrong_where() {
        let lines = Field::lines("evidence", 2, 5, "");
        assert_eq!(lines.read(&json!(["a b", "né"])), Ok(vec!["a b\nné".to_owned()]));
        for wrong in [json!(["a\nb"]), json!([" "]), json!(["123456"]), json!(["a", "b", "c"]), json!("a")] {
            assert!(lines.read(&wrong).is_err(), "{wrong}");
        }
        let parts = Field::objects("parts", 2, &PART, "");
        let mut form = Form::default();
        form.put("parts", parts.read(&json!([{ "code": "1", "cycle": 3 }, { "code": "2" }])).expect("two parts"));
        let read = objects(&form, "parts");
        assert_eq!((read.len(), read[0]["code"].as_str(), read[0]["cycle"].as_str()), (2, "1", "3"));
        assert!(!read[1].contains_key("cycle"));
        for (wrong, word) in [
            (json!([{ "code": "1" }, { "cycle": 1 }]), "In 2: code is needed."),
            (json!([{ "code": "1", "colour": 1 }]), "In 1: we know no member \"colour\"."),
            (json!([1]), "In 1: Please write an object here."),
        ] {
            assert_eq!(parts.read(&wrong), Err(word.to_owned()));
        }
        assert!(parts.read(&json!([{ "code": "1", "cycle": 13 }])).is_err());
        assert!(parts.read(&json!({ "code": "1" })).is_err());
        let part = Field::object("part", &PART, "").or_null();
        form.put("part", part.read(&json!({ "code": "1", "cycle": 3 })).expect("a part"));
        assert_eq!(objects(&form, "part")[0]["cycle"], "3");
        form.put("part", part.read(&json!(null)).expect("none"));
        assert!(objects(&form, "part").is_empty());
        assert_eq!(
            part.read(&json!({ "code": "1", "cycle": "x" })),
            Err("cycle: Please write a whole number from 1 to 12 here.".to_owned())
        );
        assert_eq!(part.read(&json!([])), Err("Please write an object with the members code, cycle, or null, here.".to_owned()));
        assert_eq!(part.schema()["type"], json!(["object", "null"]));
    }

    #[test]
    fn a_school_year_is_two_years_in_a_row() {
        assert!(is_year("2026-27") && is_year("1999-00"));
        for wrong in ["2026-28", "2026", "26-27", "2026-2027", "+026-27", "2026–27"] {
            assert!(!is_year(wrong), "{wrong}");
        }
    }
}
