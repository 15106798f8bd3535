//! Tables as text that leaves, and what a spreadsheet makes of it.

use std::io;

/// Texts as CSV (RFC 4180).
///
/// # Errors
/// None in practice: the text grows in memory.
pub fn csv_of<H: AsRef<[u8]>>(header: &[H], rows: &[Vec<String>]) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut out = CsvOut::to(&mut bytes);
    out.row(header)?;
    for row in rows {
        out.row(row)?;
    }
    out.end()?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// CSV (RFC 4180) that goes out row by row, for tables of any length.
pub struct CsvOut<W: io::Write>(csv::Writer<W>);

impl<W: io::Write> CsvOut<W> {
    /// Begins to write there.
    pub fn to(out: W) -> Self {
        Self(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out))
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When it can't be written there, or is not as long as the first.
    pub fn row<C: AsRef<[u8]>>(&mut self, cells: &[C]) -> io::Result<()> {
        Ok(self.0.write_record(cells)?)
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// When it can't be written there.
    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text, with an apostrophe before what a spreadsheet would take for a formula.
#[must_use]
pub fn guarded(text: &str) -> String {
    if may_be_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text without the apostrophe that [`guarded`] puts before it.
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if may_be_formula(rest) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would take a text for a formula, or an apostrophe before it for ours.
fn may_be_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Whether a cell that nobody guarded is one: numbers with their sign are none, nor is a sign that stands for nothing.
pub(crate) fn is_formula(cell: &str) -> bool {
    let cell = cell.trim_start();
    match cell.strip_prefix(['=', '@']) {
        Some(rest) => !rest.trim().is_empty(),
        None => cell.strip_prefix(['+', '-']).is_some_and(|rest| {
            let is_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | ' ' | '%' | '-' | '\u{a0}');
            !rest.chars().all(is_number)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lone_signs_are_no_formulas() {
        for cell in ["=1+1", " =1", "+A1", "-cmd", "@SUM(A1)", "- we agreed"] {
            assert!(is_formula(cell), "{cell}");
        }
        for cell in ["-5", "+1.5", "-3,5", "-", "--", "=", "5-3", "a=b", "", "-20 %"] {
            assert!(!is_formula(cell), "{cell}");
        }
    }

    #[test]
    fn what_is_guarded_comes_back() {
        for text in ["=1+1", "'=1", "-x", "plain", "it's", "\ttab"] {
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }
}
