//! What a whole plan says, in words: what a version keeps, and what differs between two of them. Pure.

use serde::{Deserialize, Serialize};

use crate::differences::{Fate, Piece, marked};

/// What a plan says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Told {
    pub sections: Vec<ToldSection>,
}

/// What a section says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct ToldSection {
    pub key: String,
    pub title: String,
    pub fields: Vec<ToldField>,
}

/// What a field says; a line each where it has several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct ToldField {
    pub key: String,
    pub label: String,
    pub text: String,
}

/// A field in both versions, or in one.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub label: String,
    pub fate: Fate,
    pub before: Vec<Piece>,
    pub after: Vec<Piece>,
}

/// What differs in a section.
#[derive(Clone, Debug)]
pub(super) struct Differences {
    pub title: String,
    pub fields: Vec<Difference>,
}

impl Told {
    fn text(&self, section: &str, field: &str) -> &str {
        let section = self.sections.iter().find(|other| other.key == section);
        let field = section.and_then(|section| section.fields.iter().find(|other| other.key == field));
        field.map_or("", |field| field.text.as_str())
    }

    /// Everything in one text, for the search.
    pub(super) fn whole(&self) -> String {
        let fields = self.sections.iter().flat_map(|section| &section.fields);
        fields.map(|field| field.text.as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// What differs, by section, in the order of the later one; what only the earlier one has stands at the end.
pub(super) fn differences(before: &Told, after: &Told) -> Vec<Differences> {
    let mut all = Vec::new();
    for section in &after.sections {
        let fields = section.fields.iter();
        let fields = fields.filter_map(|field| difference(&field.label, before.text(&section.key, &field.key), &field.text));
        all.push(Differences { title: section.title.clone(), fields: fields.collect() });
    }
    for section in &before.sections {
        let is_gone = |key: &str| {
            let still = after.sections.iter().find(|other| other.key == section.key);
            still.is_none_or(|still| still.fields.iter().all(|field| field.key != key))
        };
        let gone = section.fields.iter().filter(|field| is_gone(&field.key));
        let gone: Vec<_> = gone.filter_map(|field| difference(&field.label, &field.text, "")).collect();
        match all.iter_mut().find(|other| other.title == section.title) {
            Some(there) => there.fields.extend(gone),
            None => all.push(Differences { title: section.title.clone(), fields: gone }),
        }
    }
    all.retain(|section| !section.fields.is_empty());
    all
}

fn difference(label: &str, was: &str, is: &str) -> Option<Difference> {
    let fate = match (was, is) {
        _ if was == is => return None,
        ("", _) => Fate::Came,
        (_, "") => Fate::Went,
        _ => Fate::Changed,
    };
    let (before, after) = match fate {
        // A text that is all new is not marked word by word.
        Fate::Came => (Vec::new(), vec![Piece { differs: false, text: is.to_owned() }]),
        Fate::Went => (vec![Piece { differs: false, text: was.to_owned() }], Vec::new()),
        Fate::Changed | Fate::Same => marked(was, is),
    };
    Some(Difference { label: label.to_owned(), fate, before, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &[(&str, &str, &str)]) -> Told {
        let mut told = Told::default();
        for (section, key, text) in fields {
            let field = ToldField { key: (*key).to_owned(), label: (*key).to_owned(), text: (*text).to_owned() };
            match told.sections.iter_mut().find(|other| other.key == *section) {
                Some(there) => there.fields.push(field),
                None => told.sections.push(ToldSection {
                    key: (*section).to_owned(),
                    title: (*section).to_owned(),
                    fields: vec![field],
                }),
            }
        }
        told
    }

    #[test]
    fn only_what_differs_is_told_and_nothing_of_it_is_left_out() {
        let before =
            told(&[("frame", "voices", "Families were heard."), ("frame", "context", "Half is new."), ("old", "a", "Gone.")]);
        let after = told(&[
            ("frame", "voices", "Families and staff were heard."),
            ("frame", "context", "Half is new."),
            ("focus", "b", "New."),
        ]);
        let all = differences(&before, &after);
        let seen: Vec<(&str, &str, Fate)> = all
            .iter()
            .flat_map(|section| section.fields.iter().map(|field| (section.title.as_str(), field.label.as_str(), field.fate)))
            .collect();
        assert_eq!(seen, [("frame", "voices", Fate::Changed), ("focus", "b", Fate::Came), ("old", "a", Fate::Went)]);
        let marked: Vec<&str> =
            all[0].fields[0].after.iter().filter(|piece| piece.differs).map(|piece| piece.text.trim()).collect();
        assert_eq!(marked, ["and staff"]);
        assert!(differences(&after, &after).is_empty());
    }
}
