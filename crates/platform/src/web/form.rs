//! A form as it was sent: it remembers what was typed and carries a word for each field that needs one.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequest, Request},
    http::header,
};
use bytes::Bytes;
use chrono::NaiveDate;
use http_body_util::{BodyExt, Limited};

use super::origin::too_large;
use crate::{app::App, error::Error};

/// The largest form that is read.
pub(crate) const LARGEST: usize = 2 * 1024 * 1024;

/// The fields that were sent, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: BTreeMap<String, Vec<String>>,
    errors: BTreeMap<String, String>,
}

/// A field that can be read: its text, or the refusal that stands beside it.
pub type Stated<T> = Option<T>;

impl Form {
    /// A form before anybody typed: these values stand in it.
    #[must_use]
    pub fn with(values: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in values {
            form.values.entry(name.to_owned()).or_default().push(value);
        }
        form
    }

    /// The same for fields whose names are made as a page needs them: a row each.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in values {
            form.values.entry(name).or_default().push(value);
        }
        form
    }

    /// Reads a form as browsers send it.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(bytes)
            .map_err(|_| Error::Refused("The form could not be read. Please load the page again.".to_owned()))?;
        Self::checked(pairs)
    }

    /// A form of these fields.
    ///
    /// # Errors
    /// When one holds what no text of the database can hold.
    pub(crate) fn checked(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut form = Self::default();
        for (name, value) in pairs {
            // No text of the database can hold it, and nobody types it.
            if value.contains('\0') || name.contains('\0') {
                return Err(Error::Refused(
                    "Something in this form holds a character of code 0, which no text of ours can hold. Please type that part again."
                        .to_owned(),
                ));
            }
            form.values.entry(name).or_default().push(value);
        }
        Ok(form)
    }

    /// What stands in a field, as it was typed; empty when there is no such field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All values of a field that may come several times.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of the fields that came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// The boxes of this name that somebody ticked or cleared, by their values, and whether they are ticked now. Each box that stood
    /// on the page says so in `shown`, and in `was` that it was ticked: what was left as it was is not in it, so another's word
    /// about that stands.
    #[must_use]
    pub fn ticked_anew(&self, name: &str) -> BTreeMap<String, bool> {
        let shown = self.all("shown").iter().map(|value| (value, self.holds("was", value), self.holds(name, value)));
        shown.filter(|(_, was, now)| was != now).map(|(value, _, now)| (value.clone(), now)).collect()
    }

    /// Whether a field holds this value: for radio buttons, options and boxes.
    #[must_use]
    pub fn holds(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|held| held == value)
    }

    /// The word beside a field; empty when nothing is wrong with it.
    #[must_use]
    pub fn error(&self, name: &str) -> &str {
        self.errors.get(name).map_or("", String::as_str)
    }

    /// Whether anything is wrong.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// All that is wrong: field and word.
    #[must_use]
    pub fn errors(&self) -> &BTreeMap<String, String> {
        &self.errors
    }

    /// Puts a word beside a field, unless there is one already.
    pub fn refuse(&mut self, name: &str, word: impl Into<String>) {
        self.errors.entry(name.to_owned()).or_insert_with(|| word.into());
    }

    /// Puts these values into a field, in place of what stands there.
    pub fn put(&mut self, name: &str, values: Vec<String>) {
        self.values.insert(name.to_owned(), values);
    }

    /// Takes a field's value away, so that a page never shows it again: passwords.
    pub fn forget(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// A text that must not be empty; `ask` says so when it is.
    pub fn required(&mut self, name: &str, ask: &str, most: usize) -> Stated<String> {
        let text = self.optional(name, most)?;
        if text.is_empty() {
            self.refuse(name, ask);
            return None;
        }
        Some(text)
    }

    /// A text that may be empty, trimmed; too long a one is refused.
    pub fn optional(&mut self, name: &str, most: usize) -> Stated<String> {
        let text = self.value(name).trim().replace("\r\n", "\n");
        let length = text.chars().count();
        if length > most {
            self.refuse(name, format!("This is {length} characters long; {most} is the most. Could part of it go elsewhere?"));
            return None;
        }
        Some(text)
    }

    /// A day, from a date field.
    pub fn date(&mut self, name: &str, ask: &str) -> Stated<NaiveDate> {
        match self.value(name).trim() {
            "" => {
                self.refuse(name, ask);
                None
            }
            text => {
                let date = text.parse().ok();
                if date.is_none() {
                    self.refuse(name, "Please write the date as year-month-day, such as 2026-10-08.");
                }
                date
            }
        }
    }

    /// A day that may be left out: `Some(None)` when it is.
    pub fn optional_date(&mut self, name: &str) -> Stated<Option<NaiveDate>> {
        if self.value(name).trim().is_empty() { Some(None) } else { self.date(name, "").map(Some) }
    }

    /// A number between two bounds.
    pub fn number(&mut self, name: &str, least: f64, most: f64) -> Stated<f64> {
        let number = self.value(name).trim().replace(',', ".").parse::<f64>().ok();
        match number {
            Some(number) if number.is_finite() && number >= least && number <= most => Some(number),
            _ => {
                self.refuse(name, format!("Please write a number from {least} to {most}."));
                None
            }
        }
    }

    /// A whole number between two bounds; what has decimals is rounded.
    pub fn whole(&mut self, name: &str, least: i32, most: i32) -> Stated<i32> {
        let number = self.number(name, f64::from(least), f64::from(most))?;
        #[allow(clippy::cast_possible_truncation, reason = "the number lies between two whole ones")]
        Some(number.round() as i32)
    }

    /// The version that the form was opened on, for the check that nobody else was faster.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.value("version").parse().unwrap_or(0)
    }
}

impl FromRequest<std::sync::Arc<App>> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, _: &std::sync::Arc<App>) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Error::Refused("Please send this as an ordinary form.".to_owned()));
        }
        let bytes: Bytes = Limited::new(body, LARGEST).collect().await.map_err(|_| too_large())?.to_bytes();
        Self::parse(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_remembers_and_refuses() {
        let mut form = Form::parse(b"title=+Hello+&day=yesterday&kind=a&kind=b").expect("a form");
        assert_eq!(form.required("title", "Say something", 10).as_deref(), Some("Hello"));
        assert_eq!(form.required("other", "Say something", 10), None);
        assert_eq!(form.date("day", "When?"), None);
        assert_eq!(form.value("day"), "yesterday");
        assert!(form.holds("kind", "b"));
        assert_eq!(form.error("other"), "Say something");
        assert_eq!(form.errors().len(), 2);
        assert_eq!(form.optional("title", 3), None);
    }
}
