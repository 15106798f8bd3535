//! Workbooks (.xlsx): what the archive holds is measured before anything is read from it.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader, Xlsx, XlsxFormulaMetadata};
use zip::ZipArchive;

use crate::{
    Refusal,
    raw::{HowRead, LARGEST_CELL, LARGEST_ROW, MOST_COLUMNS, RawRow, Taker, checked_headings},
    values,
};

/// The most rows of a sheet, as the format has it.
const MOST_ROWS: u32 = 1_048_576;
/// The most files in the archive.
const MOST_ENTRIES: usize = 10_000;
/// The most that they hold together, unpacked.
const LARGEST_UNPACKED: u64 = 200 * 1024 * 1024;
/// How many times larger a file of it may become; small ones may be anything.
const MOST_RATIO: u64 = 100;
const SMALL: u64 = 1024 * 1024;
/// The most sheets of a workbook that is read as a whole.
const MOST_SHEETS: usize = 60;
/// The largest workbook as it is packed.
pub(crate) const LARGEST_PACKED: u64 = 64 * 1024 * 1024;

const SAVE_AGAIN: &str = "Open it in Excel, LibreOffice or Google Sheets and save it as .xlsx or .csv, without a password.";

/// What we say about the container of old workbooks and of those with a password.
pub(crate) fn compound(file: &str, bytes: &[u8]) -> Refusal {
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    let problem = if holds("EncryptedPackage") {
        "We could not open this file: it is a workbook with a password."
    } else if holds("Workbook") || holds("Book") {
        "We could not open this file: it is an Excel 97 workbook (.xls)."
    } else {
        "We could not open this file: it is an old office document, not a table."
    };
    Refusal::whole(file, problem, SAVE_AGAIN)
}

pub(crate) fn read(file: &str, bytes: &[u8], sheet: Option<&str>, taker: &mut dyn Taker) -> Result<HowRead, Vec<Refusal>> {
    measure(file, bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged(file))?;
    let sheets: Vec<String> = book.sheet_names();
    let name = match sheet {
        Some(wanted) => sheets.iter().find(|name| *name == wanted).cloned().ok_or_else(|| {
            let advice = format!("It has these: {}.", sheets.join(", "));
            vec![Refusal::whole(file, format!("The workbook has no sheet \"{}\".", crate::refusal::short(wanted)), advice)]
        })?,
        None => sheets.first().cloned().ok_or_else(|| damaged(file))?,
    };
    if !one(&mut book, file, &name, taker)? {
        let advice = "Choose a sheet with a row of headings and the rows that belong to it.";
        return Err(vec![Refusal::whole(file, format!("The sheet \"{name}\" is empty."), advice)]);
    }
    Ok(HowRead { words: format!("workbook, sheet \"{name}\""), sheet: Some(name), sheets, notices: Vec::new() })
}

/// Hands the rows of every sheet on, each to a taker of its own; sheets that are empty are left out.
pub(crate) fn all<T: Taker>(
    file: &str,
    bytes: &[u8],
    mut taker: impl FnMut(&str) -> T,
    mut take: impl FnMut(T) -> Result<(), Vec<Refusal>>,
) -> Result<(), Vec<Refusal>> {
    measure(file, bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged(file))?;
    let names = book.sheet_names();
    if names.len() > MOST_SHEETS {
        let advice = "Keep those that we read, and choose it again.";
        return Err(vec![Refusal::whole(file, format!("The workbook has more than {MOST_SHEETS} sheets."), advice)]);
    }
    for name in names {
        let mut own = taker(&name);
        if one(&mut book, file, &name, &mut own)? {
            take(own)?;
        }
    }
    Ok(())
}

fn damaged(file: &str) -> Vec<Refusal> {
    vec![Refusal::whole(file, "We could not open this file: it is a damaged workbook, or none.", SAVE_AGAIN)]
}

/// Hands the rows of a sheet on; answers whether it has any.
fn one(book: &mut Xlsx<Cursor<&[u8]>>, file: &str, name: &str, taker: &mut dyn Taker) -> Result<bool, Vec<Refusal>> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| damaged(file))?;
    let mut run = Run {
        file,
        taker,
        headings: None,
        row: Vec::new(),
        formulas: Vec::new(),
        number: 0,
        size: 0,
        raw: RawRow::default(),
        problem: None,
    };
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|_| damaged(file))? {
        let (row, column) = cell.pos;
        if row >= MOST_ROWS {
            return Err(damaged(file));
        }
        let formula = cell.formula.as_ref().map(said);
        if !run.cell(u64::from(row) + 1, column as usize, &cell.value, formula)? {
            break;
        }
    }
    run.end_row()?;
    Ok(run.headings.is_some())
}

/// Unpacks every file of the archive into nothing, because what an archive says of its own size can be a lie.
fn measure(file: &str, bytes: &[u8]) -> Result<(), Vec<Refusal>> {
    let large = |what: &str| {
        let advice = "Save the one sheet that you need as .csv.";
        vec![Refusal::whole(file, format!("We did not open this workbook: {what}."), advice)]
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged(file))?;
    if archive.len() > MOST_ENTRIES {
        return Err(large("it holds more than 10,000 files"));
    }
    let mut total = 0;
    let mut is_workbook = false;
    let mut buffer = vec![0; 64 * 1024];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| damaged(file))?;
        let name = entry.name().map_err(|_| damaged(file))?.to_lowercase();
        is_workbook |= name.ends_with("workbook.xml") || name.ends_with("[content_types].xml");
        let packed = entry.compressed_size().max(1);
        let mut unpacked = 0_u64;
        loop {
            let read = entry.read(&mut buffer).map_err(|_| damaged(file))?;
            if read == 0 {
                break;
            }
            if unpacked == 0 && declares(&buffer[..read]) {
                let problem = "We did not open this workbook: it declares words of its own, which no spreadsheet program does.";
                return Err(vec![Refusal::whole(file, problem, SAVE_AGAIN)]);
            }
            unpacked += read as u64;
            total += read as u64;
            if total > LARGEST_UNPACKED {
                return Err(large("unpacked, it holds more than 200 MB"));
            }
            if unpacked > SMALL && unpacked / packed > MOST_RATIO {
                return Err(large("unpacked, a part of it is more than 100 times as large"));
            }
        }
    }
    let opendocument = archive.by_name("mimetype").is_ok();
    if opendocument {
        let problem = "We could not open this file: it is an OpenDocument spreadsheet (.ods).";
        return Err(vec![Refusal::whole(file, problem, "Save it as .xlsx or .csv and choose it again.")]);
    }
    if is_workbook { Ok(()) } else { Err(damaged(file)) }
}

fn declares(beginning: &[u8]) -> bool {
    let head = &beginning[..beginning.len().min(4096)];
    head.windows(9).any(|window| window == b"<!DOCTYPE") || head.windows(8).any(|window| window == b"<!ENTITY")
}

/// What a formula says, as far as its own cell does.
fn said(formula: &XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}"),
        _ => "=".to_owned(),
    }
}

struct Run<'a> {
    file: &'a str,
    taker: &'a mut dyn Taker,
    headings: Option<Vec<String>>,
    row: Vec<(usize, String)>,
    formulas: Vec<(usize, String)>,
    number: u64,
    size: usize,
    raw: RawRow,
    problem: Option<Refusal>,
}

impl Run<'_> {
    fn cell(&mut self, number: u64, column: usize, value: &DataRef<'_>, formula: Option<String>) -> Result<bool, Vec<Refusal>> {
        if number != self.number {
            if !self.end_row()? {
                return Ok(false);
            }
            self.number = number;
        }
        let at = |problem: &str, advice: &str| Refusal::whole(self.file, problem, advice).at(number);
        let text = match value {
            DataRef::Empty => String::new(),
            DataRef::Error(error) if formula.is_none() => {
                let refusal = at("The cell holds an error of a spreadsheet.", "Write the value itself.");
                self.problem.get_or_insert(refusal.column(self.heading(column)).value(&error.to_string()));
                return Ok(true);
            }
            other => values::of_cell(&Data::from(other.clone())),
        };
        if text.trim().is_empty() && formula.is_none() {
            return Ok(true);
        }
        if column >= MOST_COLUMNS {
            let advice = "Keep the columns that we read, and choose the file again.";
            return Err(vec![at(&format!("There is something beyond column {MOST_COLUMNS}."), advice)]);
        }
        self.size += text.len();
        if text.len() > LARGEST_CELL || self.size > LARGEST_ROW {
            return Err(vec![at("The row holds more than 8 MB, or a cell more than 1 MB.", "Shorten what stands there.")]);
        }
        if let Some(formula) = formula {
            self.size += formula.len();
            self.formulas.push((column, formula));
        }
        self.row.push((column, text));
        Ok(true)
    }

    fn heading(&self, column: usize) -> String {
        self.headings.as_ref().and_then(|names| names.get(column)).cloned().unwrap_or_else(|| format!("number {}", column + 1))
    }

    fn end_row(&mut self) -> Result<bool, Vec<Refusal>> {
        let row = std::mem::take(&mut self.row);
        let formulas = std::mem::take(&mut self.formulas);
        self.size = 0;
        if let Some(problem) = self.problem.take() {
            return match self.headings {
                None => Err(vec![problem]),
                Some(_) => Ok(self.taker.refuse(problem)),
            };
        }
        // Formulas that come to nothing stand below many a table: such a row is as empty as it looks.
        if row.iter().all(|(_, text)| text.trim().is_empty()) {
            return Ok(true);
        }
        let Some(width) = self.headings.as_ref().map(Vec::len) else {
            let width = row.iter().map(|(column, _)| column + 1).max().unwrap_or(0);
            let mut names = vec![String::new(); width];
            for (column, name) in row {
                name.trim().clone_into(&mut names[column]);
            }
            checked_headings(self.file, &names)?;
            self.headings = Some(names.clone());
            self.taker.headings(self.number, names)?;
            return Ok(true);
        };
        if row.iter().any(|(column, _)| *column >= width) {
            let problem = "There is something beside the last heading.";
            let refusal = Refusal::whole(self.file, problem, "Give that column a heading, or empty the cell.").at(self.number);
            return Ok(self.taker.refuse(refusal));
        }
        let mut cells = vec![""; width];
        for (column, text) in &row {
            cells[*column] = text;
        }
        self.raw.clear();
        for cell in cells {
            self.raw.push(cell);
        }
        for (column, formula) in &formulas {
            self.raw.note_formula(*column, formula);
        }
        Ok(self.taker.row(self.number, &self.raw))
    }
}
