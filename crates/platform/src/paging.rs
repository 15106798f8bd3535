//! Lists by key: a page begins after, or ends before, the row that the address names.

use serde::Serialize;

use crate::{db::Params, text::folded};

/// How many rows a page shows.
pub const SIZE: usize = 50;

/// Where in a list a page stands; empty keys are its beginning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seek<'a> {
    /// The key of the row before the page.
    pub after: &'a str,
    /// The key of the row behind the page; it counts before the other one.
    pub before: &'a str,
}

/// One page, with the keys that lead on; empty at either end.
#[derive(Debug)]
pub struct Page<T> {
    /// What the page shows.
    pub rows: Vec<T>,
    /// The key that leads to the page before.
    pub before: String,
    /// The key that leads to the page after.
    pub after: String,
}

impl<'a> Seek<'a> {
    /// Whether the page is read from its end.
    #[must_use]
    pub fn backwards(&self) -> bool {
        !self.before.is_empty()
    }

    fn key(&self) -> Option<&'a str> {
        [self.before, self.after].into_iter().find(|key| !key.is_empty())
    }

    /// As [`Window::clause`], for a page of [`SIZE`].
    #[must_use]
    pub fn clause(&self, columns: &[&str], of_key: &str, descending: bool, params: &mut Params) -> (String, String) {
        Window::from(*self).clause(columns, of_key, descending, params)
    }

    /// As [`Window::page`], for a page of [`SIZE`].
    #[must_use]
    pub fn page<T>(&self, rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        Window::from(*self).page(rows, key)
    }

    /// As [`Window::page_of_all`], for a page of [`SIZE`].
    #[must_use]
    pub fn page_of_all<T>(&self, rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        Window::from(*self).page_of_all(rows, key)
    }
}

/// A place in a list, and how many rows are shown from there on.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The place.
    pub seek: Seek<'a>,
    /// How many rows at most.
    pub size: usize,
}

impl<'a> From<Seek<'a>> for Window<'a> {
    fn from(seek: Seek<'a>) -> Self {
        Self { seek, size: SIZE }
    }
}

impl Window<'_> {
    /// The end of a statement: from the key on, in this order. `columns` are compared as one; `of_key` answers them for the
    /// row whose key is the parameter that stands in for `{key}`.
    #[must_use]
    pub fn clause(&self, columns: &[&str], of_key: &str, descending: bool, params: &mut Params) -> (String, String) {
        let falling = descending != self.seek.backwards();
        let mut bound = String::new();
        if let Some(key) = self.seek.key() {
            params.push(key.into());
            let of_key = of_key.replace("{key}", &format!("${}", params.len()));
            bound = format!(" and ({}) {} ({of_key})", columns.join(", "), if falling { "<" } else { ">" });
        }
        let word = if falling { "desc" } else { "asc" };
        let order = columns.iter().map(|column| format!("{column} {word}")).collect::<Vec<_>>().join(", ");
        (bound, format!(" order by {order} limit {}", self.size + 1))
    }

    /// The page out of the rows that [`Seek::clause`] let through.
    #[must_use]
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let (has_before, has_after) = if self.seek.backwards() { (more, true) } else { (!self.seek.after.is_empty(), more) };
        if self.seek.backwards() {
            rows.reverse();
        }
        let end = |shown: bool, row: Option<&T>| row.filter(|_| shown).map(&key).unwrap_or_default();
        let (before, after) = (end(has_before, rows.first()), end(has_after, rows.last()));
        Page { rows, before, after }
    }

    /// The page out of all rows, where the order can't be asked of the database.
    #[must_use]
    pub fn page_of_all<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let place = self.seek.key().and_then(|wanted| rows.iter().position(|row| key(row) == wanted));
        let rows: Vec<T> = match place {
            Some(place) if self.seek.backwards() => rows.drain(..place).rev().take(self.size + 1).collect(),
            Some(place) => rows.drain(place + 1..).take(self.size + 1).collect(),
            None => rows.into_iter().take(self.size + 1).collect(),
        };
        self.page(rows, key)
    }
}

/// An address with what is asked for behind its question mark.
#[must_use]
pub fn address(path: &str, ask: &impl Serialize) -> String {
    match serde_html_form::to_string(ask) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The words of a search, folded as names are; letters and digits only, so that none is a sign of `like`.
#[must_use]
pub fn search_words(text: &str) -> Vec<String> {
    folded(text).split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(of: std::ops::Range<usize>) -> Vec<usize> {
        of.collect()
    }

    #[test]
    fn a_page_knows_both_ends() {
        let first = Seek::default().page(numbers(0..51), ToString::to_string);
        assert_eq!((first.rows.len(), first.before.as_str(), first.after.as_str()), (50, "", "49"));
        let last = Seek { after: "49", before: "" }.page(numbers(50..60), ToString::to_string);
        assert_eq!((last.rows.len(), last.before.as_str(), last.after.as_str()), (10, "50", ""));
    }

    #[test]
    fn a_page_of_all_goes_both_ways() {
        let all = || numbers(0..120);
        let second = Seek { after: "49", before: "" }.page_of_all(all(), ToString::to_string);
        assert_eq!((second.rows[0], second.rows[49]), (50, 99));
        let back = Seek { after: "", before: "50" }.page_of_all(all(), ToString::to_string);
        assert_eq!((back.rows[0], back.rows[49], back.before.as_str(), back.after.as_str()), (0, 49, "", "49"));
    }

    #[test]
    fn words_hold_no_signs() {
        assert_eq!(search_words("Linden % Gróve_"), ["linden", "grove"]);
    }
}
