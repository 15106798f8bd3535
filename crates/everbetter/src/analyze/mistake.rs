//! What is wrong with the input, in one line that says where and what to do.

use improvement_stats::Error;

/// A mistake in what was given: the process tells it in one line and ends with code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mistake {
    /// The input can't be used; the line says what to do.
    Input(String),
    /// The question has no answer for these numbers, and why.
    Undefined(String),
}

/// What comes of reading and computing.
pub(super) type Found<T> = Result<T, Mistake>;

impl Mistake {
    /// A mistake from its line.
    pub(super) fn new(line: impl Into<String>) -> Self {
        Self::Input(line.into())
    }
}

/// The advice that goes with an error of a method, where its own sentence has none.
fn advice(error: &Error) -> &'static str {
    match error {
        Error::TooFew { .. } => ": add rows, or ask for less",
        Error::Singular { .. } => ": leave out a column that follows from the others",
        Error::NoConvergence { .. } => ": leave out columns, or bring them to a similar scale",
        _ => "",
    }
}

/// An error that belongs to no row.
pub(super) fn of_file(file: &str, error: &Error) -> Mistake {
    match error {
        Error::Undefined { .. } => Mistake::Undefined(format!("{error}.")),
        _ => Mistake::Input(format!("{file}: {error}{}.", advice(error))),
    }
}

/// What an error says about one value, without its position; nothing when it names none.
pub(super) fn of_value(error: &Error) -> Option<(usize, String)> {
    match error {
        Error::NotFinite { index, .. } => {
            Some((*index, "this is no number that can be used. Write a number such as 3.5.".to_owned()))
        }
        Error::OutOfRangeAt { what, index, value, expected } => {
            Some((*index, format!("{what} is {value}, but must be {expected}. Correct it, or leave the row out.")))
        }
        _ => None,
    }
}
