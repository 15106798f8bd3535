//! Text parted by commas, semicolons or tabs, field by field: no row or cell is held beyond its limit.

use std::io::{self, Read};

use csv_core::{ReadFieldResult, ReaderBuilder};

use crate::{
    Refusal,
    bytes::{Encoding, Input, too_large, unreadable},
    raw::{HowRead, LARGEST_CELL, LARGEST_FILE, LARGEST_ROW, MOST_COLUMNS, RawRow, Taker, checked_headings},
    written::{is_formula, unguarded},
};

/// Rows that are looked at to tell what parts the columns.
const LOOKED_AT: usize = 20;

pub(crate) fn read(file: &str, input: Input<'_>, sample: &[u8], taker: &mut dyn Taker) -> Result<HowRead, Vec<Refusal>> {
    let encoding = Encoding::of(file, input, sample)?;
    let decoded;
    let source: Box<dyn Read + '_> = if encoding == Encoding::Utf8 {
        input.open().map_err(|error| vec![unreadable(file, &error)])?
    } else {
        decoded = encoding.decode(file, &input.all(file, LARGEST_FILE)?)?;
        Box::new(decoded.as_bytes())
    };
    let mut source = Unmarked::of(source).map_err(|error| vec![unreadable(file, &error)])?;
    let delimiter = source.delimiter();
    let mut run = Run { file, delimiter, taker, row: RawRow::default(), number: 0, width: None, line: 0 };
    run.all(&mut source)?;
    if run.width.is_none() {
        return Err(vec![Refusal::whole(
            file,
            "The file is empty.",
            "Choose one with a row of headings and the rows that belong to it.",
        )]);
    }
    let parted = match delimiter {
        b';' => "semicolons",
        b'\t' => "tabs",
        _ => "commas",
    };
    let mut notices = Vec::new();
    if encoding == Encoding::Windows1252 {
        notices.push(format!("{file}: The text was read as Windows-1252, because it is not UTF-8. Please look at its accents."));
    }
    Ok(HowRead { words: format!("{}, parted by {parted}", encoding.name()), notices, ..HowRead::default() })
}

/// A text without its mark, and its beginning.
struct Unmarked<'a> {
    head: Vec<u8>,
    at: usize,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Unmarked<'a> {
    fn of(mut rest: Box<dyn Read + 'a>) -> io::Result<Self> {
        let mut head = Vec::new();
        rest.by_ref().take(64 * 1024).read_to_end(&mut head)?;
        let at = if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        Ok(Self { head, at, rest })
    }

    /// What parts the columns: a first line of `sep=;` says it, otherwise what parts the headings and most rows as often.
    fn delimiter(&mut self) -> u8 {
        let head = &self.head[self.at..];
        if let Some(rest) = head.strip_prefix(b"sep=")
            && let [mark @ (b',' | b';' | b'\t'), b'\r' | b'\n', ..] = rest
        {
            let mark = *mark;
            self.at += 5;
            return mark;
        }
        let whole = self.head.len() < 64 * 1024;
        [b',', b';', b'\t'].into_iter().rev().max_by_key(|mark| fit(head, *mark, whole)).unwrap_or(b',')
    }
}

impl Read for Unmarked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut left = &self.head[self.at..];
        if left.is_empty() {
            return self.rest.read(into);
        }
        let read = left.read(into)?;
        self.at += read;
        Ok(read)
    }
}

/// How well a mark parts the beginning of a text: rows that agree with the headings, then how many headings there are.
fn fit(head: &[u8], mark: u8, whole: bool) -> (usize, usize) {
    let mut reader = csv::ReaderBuilder::new().delimiter(mark).has_headers(false).flexible(true).from_reader(head);
    let mut record = csv::ByteRecord::new();
    let mut widths = Vec::new();
    while widths.len() < LOOKED_AT && reader.read_byte_record(&mut record).unwrap_or(false) {
        widths.push(record.len());
    }
    // The sample may end within a row.
    if !whole && widths.len() > 1 && widths.len() < LOOKED_AT {
        widths.pop();
    }
    match widths.split_first() {
        Some((headings, rows)) if *headings > 1 => (1 + rows.iter().filter(|width| *width == headings).count(), *headings),
        _ => (0, 0),
    }
}

struct Run<'a> {
    file: &'a str,
    delimiter: u8,
    taker: &'a mut dyn Taker,
    row: RawRow,
    number: u64,
    width: Option<usize>,
    /// The line on which the row before ended.
    line: u64,
}

impl Run<'_> {
    fn all(&mut self, source: &mut impl Read) -> Result<(), Vec<Refusal>> {
        let mut reader = ReaderBuilder::new().delimiter(self.delimiter).build();
        let mut input = vec![0; 64 * 1024];
        let mut cell = vec![0; 4096];
        let mut filled = 0;
        let mut total = 0;
        let mut closed = false;
        loop {
            let mut length = source.read(&mut input).map_err(|error| vec![unreadable(self.file, &error)])?;
            total += length as u64;
            if total > LARGEST_FILE {
                return Err(vec![too_large(self.file, LARGEST_FILE)]);
            }
            // A line break at the end closes the last row where that lacks one, and is a letter of the cell within quotes.
            let closing = length == 0 && !closed;
            if closing {
                input[0] = b'\n';
                length = 1;
                closed = true;
                if filled == cell.len() {
                    cell.push(0);
                }
            }
            let mut used = 0;
            // An empty input means the end to the reader, so it is offered only at the end.
            while used < length || length == 0 {
                let (result, read, written) = reader.read_field(&input[used..length], &mut cell[filled..]);
                used += read;
                filled += written;
                match result {
                    ReadFieldResult::InputEmpty if closing && written > 0 => {
                        let problem = "A quote that opens in this row is never closed.";
                        let advice = "Close it, or write a quote within a cell twice.";
                        return Err(vec![Refusal::whole(self.file, problem, advice).at(self.number + 1)]);
                    }
                    ReadFieldResult::InputEmpty => break,
                    ReadFieldResult::OutputFull if cell.len() >= LARGEST_CELL => return Err(vec![self.large("cell", 1)]),
                    ReadFieldResult::OutputFull => cell.resize(cell.len() * 2, 0),
                    ReadFieldResult::Field { record_end } => {
                        let text = std::str::from_utf8(&cell[..filled]).map_err(|_| {
                            vec![Refusal::whole(self.file, "The text is not UTF-8.", "Save it again as CSV in UTF-8.")]
                        })?;
                        self.row.push(text);
                        filled = 0;
                        if self.row.size() > LARGEST_ROW {
                            return Err(vec![self.large("row", 8)]);
                        }
                        if self.row.len() > MOST_COLUMNS + 1 {
                            let problem = format!("The row has more than {MOST_COLUMNS} cells.");
                            let advice = "Keep the columns that we read, and choose the file again.";
                            return Err(vec![Refusal::whole(self.file, problem, advice).at(self.number + 1)]);
                        }
                        if record_end && !self.end_row(reader.line())? {
                            return Ok(());
                        }
                    }
                    ReadFieldResult::End => return Ok(()),
                }
            }
        }
    }

    fn large(&self, what: &str, megabytes: u64) -> Refusal {
        Refusal::whole(
            self.file,
            format!("A {what} of it holds more than {megabytes} MB."),
            "Look for a quote that is never closed, or shorten what stands there.",
        )
        .at(self.number + 1)
    }

    /// Hands the row on; answers whether to go on.
    fn end_row(&mut self, line: u64) -> Result<bool, Vec<Refusal>> {
        // Empty lines are rows to a spreadsheet, and skipped by the reader.
        let own: usize = self.row.iter().map(|cell| cell.matches('\n').count()).sum();
        let skipped = (line - self.line.min(line)).saturating_sub(own as u64 + 1);
        self.line = line;
        self.number += 1 + if self.number == 0 { 0 } else { skipped };
        let answer = match self.width {
            None => {
                let names: Vec<String> = self.row.iter().map(|name| name.trim().to_owned()).collect();
                checked_headings(self.file, &names)?;
                self.width = Some(names.len());
                self.taker.headings(self.number, names)?;
                true
            }
            Some(_) if self.row.is_blank() => true,
            Some(width) => {
                let beyond = (width..self.row.len()).any(|place| !self.row.get(place).trim().is_empty());
                if self.row.len() < width || beyond {
                    let problem = format!("The row has {} cells, the header {width}.", self.row.len());
                    let advice = "Look for a missing or a stray comma, semicolon or quote in this row.";
                    self.taker.refuse(Refusal::whole(self.file, problem, advice).at(self.number))
                } else {
                    self.unguard();
                    self.taker.row(self.number, &self.row)
                }
            }
        };
        self.row.clear();
        Ok(answer)
    }

    /// Our own exports put an apostrophe before what a spreadsheet would take for a formula; what has none is one.
    fn unguard(&mut self) {
        if !self.row.iter().any(|cell| cell.starts_with('\'') || is_formula(cell)) {
            return;
        }
        let cells: Vec<String> = self.row.iter().map(str::to_owned).collect();
        self.row.clear();
        for (place, cell) in cells.iter().enumerate() {
            self.row.push(unguarded(cell));
            if is_formula(cell) {
                self.row.note_formula(place, cell);
            }
        }
    }
}
