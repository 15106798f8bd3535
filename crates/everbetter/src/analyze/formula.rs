//! Formulas of models, such as `y ~ x1 + factor(year) + (1 | group)`.

use improvement_stats::mixed_model::Term;

use super::{
    column::in_order,
    input::Table,
    mistake::{Found, Mistake},
};

/// A formula in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Formula {
    /// The column on the left.
    pub(super) response: String,
    /// The terms on the right, without the intercept.
    pub(super) terms: Vec<String>,
    /// The column whose values have an intercept of their own.
    pub(super) group: Option<String>,
}

fn unreadable(text: &str, what: &str) -> Mistake {
    Mistake::new(format!("--formula '{text}': {what}. Write it as 'y ~ x1 + x2 + (1 | group)'."))
}

impl Formula {
    /// Reads a formula.
    pub(super) fn read(text: &str) -> Found<Self> {
        let bad = |what: &str| unreadable(text, what);
        let (left, right) = text.split_once('~').ok_or_else(|| bad("the sign ~ between outcome and terms is missing"))?;
        let response = bare(left);
        if response.is_empty() {
            return Err(bad("nothing stands before the ~"));
        }
        let (mut terms, mut group) = (Vec::new(), None);
        for part in parts(right) {
            let part = part.trim();
            if let Some(inner) = part.strip_prefix('(').and_then(|part| part.strip_suffix(')')).filter(|part| part.contains('|'))
            {
                let (effect, by) = inner.split_once('|').unwrap_or((inner, ""));
                if effect.trim() != "1" {
                    return Err(bad("only an intercept can differ between groups, (1 | group)"));
                }
                if by.contains(['/', ':', '+']) || by.trim().is_empty() || group.is_some() {
                    return Err(bad("exactly one column can stand after the |"));
                }
                group = Some(bare(by));
            } else if part == "0" || part.starts_with('-') {
                return Err(bad("a model without an intercept is not offered"));
            } else if part.contains(['*', '^', '|']) {
                return Err(bad("a term is a column, factor(column), or two columns with : between them"));
            } else if !part.is_empty() && part != "1" {
                terms.push(bare(part));
            }
        }
        Ok(Self { response, terms, group })
    }

    /// The terms' values in a table: names become one column of 0 and 1 for each after the first.
    pub(super) fn terms(&self, table: &Table) -> Found<Vec<Term>> {
        let mut terms = Vec::new();
        for term in &self.terms {
            let made = factor_name(term);
            if made.is_none()
                && !table.has(term)
                && let Some((first, second)) = term.split_once(':')
            {
                let [a, b] = [first, second].map(|name| table.column(name.trim(), "--formula")?.numbers_or_nan());
                let product = a?.into_iter().zip(b?).map(|(a, b)| a * b).collect();
                terms.push(Term::new(term, product));
                continue;
            }
            let name = made.unwrap_or(term);
            let column = table.column(name, "--formula")?;
            if made.is_none() && !column.is_text() {
                terms.push(Term::new(name, column.numbers_or_nan()?));
                continue;
            }
            let labels: Vec<String> = column.cells.iter().map(|cell| (*cell).to_owned()).collect();
            let present: Vec<String> = labels.iter().filter(|label| !super::column::is_missing(label)).cloned().collect();
            let mut levels = in_order(&present);
            if levels.iter().any(|level| level.parse::<f64>().is_err()) {
                levels.sort();
            }
            for level in levels.iter().skip(1) {
                let flag = |label: &String| match label {
                    label if super::column::is_missing(label) => f64::NAN,
                    label => f64::from(u8::from(label == level)),
                };
                terms.push(Term::new(format!("{name}: {level}"), labels.iter().map(flag).collect()));
            }
        }
        Ok(terms)
    }
}

/// A name without spaces and backticks around it.
fn bare(text: &str) -> String {
    text.trim().trim_matches('`').trim().to_owned()
}

fn factor_name(term: &str) -> Option<&str> {
    term.strip_prefix("factor(").and_then(|term| term.strip_suffix(')')).map(str::trim)
}

/// What stands between plus signs outside brackets.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0i32);
    for sign in text.chars() {
        depth += i32::from(sign == '(') - i32::from(sign == ')');
        match parts.last_mut() {
            Some(part) if sign != '+' || depth > 0 => part.push(sign),
            _ => parts.push(String::new()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_has_an_outcome_terms_and_a_group() {
        let read = Formula::read("y ~ 1 + x1 + factor(year) + (1 | school)");
        let expected = Formula {
            response: "y".to_owned(),
            terms: vec!["x1".to_owned(), "factor(year)".to_owned()],
            group: Some("school".to_owned()),
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn a_slope_that_differs_is_refused_with_advice() {
        let Err(Mistake::Input(line)) = Formula::read("y ~ x + (x | g)") else { panic!("it was read") };
        assert!(line.contains("only an intercept can differ") && line.contains("Write it as"), "{line}");
    }
}
