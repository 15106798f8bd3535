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
    /// What differs between groups.
    pub(super) random: Vec<Differing>,
}

/// Effects that differ between the groups of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Differing {
    /// Whether the intercept does.
    pub(super) intercept: bool,
    /// The terms whose slope does.
    pub(super) slopes: Vec<String>,
    /// The columns that together name a group.
    pub(super) groups: Vec<String>,
}

impl Differing {
    /// What the grouping is called.
    pub(super) fn name(&self) -> String {
        self.groups.join(":")
    }
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
        let (mut terms, mut random) = (Vec::new(), Vec::new());
        for part in parts(right) {
            let part = part.trim();
            if let Some(inner) = part.strip_prefix('(').and_then(|part| part.strip_suffix(')')).filter(|part| part.contains('|'))
            {
                random.extend(differing(inner).map_err(bad)?);
            } else if part == "0" || part.starts_with('-') {
                return Err(bad("a model without an intercept is not offered"));
            } else if part.contains(['^', '|', '/']) {
                return Err(bad("a term is a column, factor(column), or two columns with : or * between them"));
            } else {
                terms.extend(spread_out(part).into_iter().filter(|term| term != "1"));
            }
        }
        let mut seen: Vec<String> = Vec::new();
        terms.retain(|term| {
            !seen.contains(term) && {
                seen.push(term.clone());
                true
            }
        });
        Ok(Self { response, terms, random })
    }

    /// The terms' values in a table.
    pub(super) fn terms(&self, table: &Table) -> Found<Vec<Term>> {
        terms_of(&self.terms, table)
    }
}

/// The values of terms in a table: names become one column of 0 and 1 for each after the first.
pub(super) fn terms_of(names: &[String], table: &Table) -> Found<Vec<Term>> {
    let mut terms = Vec::new();
    for name in names {
        terms.extend(made(name, table)?);
    }
    Ok(terms)
}

/// The columns that one term stands for.
fn made(term: &str, table: &Table) -> Found<Vec<Term>> {
    let factor = factor_name(term);
    if factor.is_none()
        && !table.has(term)
        && let Some((first, second)) = term.split_once(':')
    {
        let (first, second) = (made(first.trim(), table)?, made(second.trim(), table)?);
        let product = |a: &Term, b: &Term| {
            let values = a.values.iter().zip(&b.values).map(|(a, b)| a * b).collect();
            Term::new(format!("{}:{}", a.name, b.name), values)
        };
        return Ok(second.iter().flat_map(|b| first.iter().map(|a| product(a, b))).collect());
    }
    let name = factor.unwrap_or(term);
    let column = table.column(name, "--formula")?;
    if factor.is_none() && !column.is_text() {
        return Ok(vec![Term::new(name, column.numbers_or_nan()?)]);
    }
    let labels: Vec<String> = column.cells.iter().map(|cell| (*cell).to_owned()).collect();
    let present: Vec<String> = labels.iter().filter(|label| !super::column::is_missing(label)).cloned().collect();
    let mut levels = in_order(&present);
    if levels.iter().any(|level| level.parse::<f64>().is_err()) {
        levels.sort();
    }
    let flags = |level: &String| {
        let flag = |label: &String| match label {
            label if super::column::is_missing(label) => f64::NAN,
            label => f64::from(u8::from(label == level)),
        };
        Term::new(format!("{name}: {level}"), labels.iter().map(flag).collect())
    };
    Ok(levels.iter().skip(1).map(flags).collect())
}

/// What stands in brackets with a | in it: a set of effects for each grouping; one for each effect after ||.
fn differing(inner: &str) -> Result<Vec<Differing>, &'static str> {
    let (effects, by, apart) = match inner.split_once("||") {
        Some((effects, by)) => (effects, by, true),
        None => inner.split_once('|').map(|(effects, by)| (effects, by, false)).unwrap_or_default(),
    };
    let (mut intercept, mut slopes) = (true, Vec::new());
    for part in parts(effects) {
        match part.trim() {
            "1" => {}
            "0" | "-1" => intercept = false,
            part if part.is_empty() || part.contains(['|', '(', '^', '-', '*']) && factor_name(part).is_none() => {
                return Err("before the | stand 1, 0 or columns with + between them, such as (1 + x | group)");
            }
            part => slopes.push(bare(part)),
        }
    }
    if !intercept && slopes.is_empty() {
        return Err("nothing differs between groups after (0 | group)");
    }
    let nested: Vec<String> = by.split('/').map(bare).collect();
    let groups: Vec<Vec<String>> =
        (1..=nested.len()).map(|length| nested[..length].iter().flat_map(|name| name.split(':').map(bare)).collect()).collect();
    if groups.iter().flatten().any(|name| name.is_empty() || name.contains(['|', '+', '(', '*'])) {
        return Err("after the | stands a column, or columns with / between the outer and the inner one");
    }
    let set = |intercept: bool, slopes: Vec<String>| {
        groups.iter().map(move |groups| Differing { intercept, slopes: slopes.clone(), groups: groups.clone() })
    };
    if !apart {
        return Ok(set(intercept, slopes).collect());
    }
    let mut sets: Vec<Differing> = if intercept { set(true, Vec::new()).collect() } else { Vec::new() };
    slopes.into_iter().for_each(|slope| sets.extend(set(false, vec![slope])));
    Ok(sets)
}

/// A term, and for a * b also both alone.
fn spread_out(term: &str) -> Vec<String> {
    let sides: Vec<String> = term.split('*').map(bare).filter(|side| !side.is_empty()).collect();
    let mut terms: Vec<String> = sides.clone();
    for size in 2..=sides.len() {
        for from in 0..=sides.len() - size {
            terms.push(sides[from..from + size].join(":"));
        }
    }
    if sides.len() == 3 {
        terms.insert(4, format!("{}:{}", sides[0], sides[2]));
    }
    terms
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

    fn differs(intercept: bool, slopes: &[&str], groups: &[&str]) -> Differing {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Differing { intercept, slopes: owned(slopes), groups: owned(groups) }
    }

    #[test]
    fn a_formula_has_an_outcome_terms_and_groups() {
        let read = Formula::read("y ~ 1 + x1 + factor(year) + (1 | school)");
        let expected = Formula {
            response: "y".to_owned(),
            terms: vec!["x1".to_owned(), "factor(year)".to_owned()],
            random: vec![differs(true, &[], &["school"])],
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn slopes_and_groups_in_groups_are_read() {
        for (text, expected) in [
            ("(x | g)", vec![differs(true, &["x"], &["g"])]),
            ("(1 + x + z | g)", vec![differs(true, &["x", "z"], &["g"])]),
            ("(0 + x | g)", vec![differs(false, &["x"], &["g"])]),
            ("(1 + x || g)", vec![differs(true, &[], &["g"]), differs(false, &["x"], &["g"])]),
            ("(1 | a/b)", vec![differs(true, &[], &["a"]), differs(true, &[], &["a", "b"])]),
            ("(1 | a) + (1 | b)", vec![differs(true, &[], &["a"]), differs(true, &[], &["b"])]),
        ] {
            assert_eq!(Formula::read(&format!("y ~ x + {text}")).map(|formula| formula.random), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_product_stands_for_both_sides_and_their_product() {
        let read = Formula::read("y ~ x + x * z").map(|formula| formula.terms);
        assert_eq!(read, Ok(vec!["x".to_owned(), "z".to_owned(), "x:z".to_owned()]));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_advice() {
        for text in ["y ~ x + (x ^ 2 | g)", "y ~ x + (1 | )", "y ~ x + (0 | g)", "y ~ 0 + x", "y ~ x^2", "y x", "~ x"] {
            let Err(Mistake::Input(line)) = Formula::read(text) else { panic!("{text} was read") };
            assert!(line.contains("Write it as"), "{line}");
        }
    }
}
