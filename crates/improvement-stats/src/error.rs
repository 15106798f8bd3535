//! The one error type of the crate.

/// Why a method gave no answer.
///
/// The message is written for the person who supplied the numbers: it says what was wrong and, where a position is
/// known, at which (zero-based) position.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was given.
    #[error("{what} is empty: give at least one value")]
    Empty {
        /// The input that is empty.
        what: &'static str,
    },
    /// Two inputs that belong together differ in length.
    #[error("{left} has {left_len} values but {right} has {right_len}: they must be equally many")]
    LengthMismatch {
        /// Name of the first input.
        left: &'static str,
        /// Its length.
        left_len: usize,
        /// Name of the second input.
        right: &'static str,
        /// Its length.
        right_len: usize,
    },
    /// A value is NaN or infinite where a number is needed.
    #[error("{what} at position {index} is not a finite number")]
    NotFinite {
        /// The input.
        what: &'static str,
        /// Zero-based position in it.
        index: usize,
    },
    /// A value lies outside the range in which the method means something.
    #[error("{what} is {value}, but must be {expected}")]
    OutOfRange {
        /// The input or option.
        what: &'static str,
        /// The value found.
        value: f64,
        /// What is allowed, in words ('between 0 and 1').
        expected: &'static str,
    },
    /// A value in a list lies outside the range in which the method means something.
    #[error("{what} at position {index} is {value}, but must be {expected}")]
    OutOfRangeAt {
        /// The input.
        what: &'static str,
        /// Zero-based position in it.
        index: usize,
        /// The value found.
        value: f64,
        /// What is allowed, in words.
        expected: &'static str,
    },
    /// There is too little data for any answer.
    #[error("{what}: at least {needed} are needed, {got} given")]
    TooFew {
        /// What there is too little of ('groups', 'complete rows').
        what: &'static str,
        /// The smallest usable number.
        needed: usize,
        /// The number found.
        got: usize,
    },
    /// The question has no answer for this data, for instance agreement when nothing varies.
    #[error("{what} is undefined: {reason}")]
    Undefined {
        /// The figure that was asked for.
        what: &'static str,
        /// Why it does not exist here.
        reason: &'static str,
    },
    /// A matrix that must be inverted has no inverse.
    #[error("{what} is singular: {reason}")]
    Singular {
        /// The matrix, in the user's words.
        what: &'static str,
        /// The usual cause, in the user's words.
        reason: &'static str,
    },
    /// An iteration did not settle.
    #[error("{what} did not settle after {iterations} iterations")]
    NoConvergence {
        /// The fit.
        what: &'static str,
        /// How often it was tried.
        iterations: usize,
    },
    /// Options or inputs contradict one another in a way none of the other kinds covers.
    #[error("{0}")]
    Invalid(String),
}

/// Result with the crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
