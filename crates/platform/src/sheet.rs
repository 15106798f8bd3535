//! Tables out: CSV and XLSX.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use tables::{csv_of, guarded};

use crate::error::Error;

/// A cell of a table that leaves the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Cell {
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<NaiveDate> for Cell {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A table that leaves the program.
pub struct Sheet {
    /// The file's name without its ending.
    pub name: String,
    /// The header.
    pub header: Vec<&'static str>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// The table as a download; `ending` is `csv` or `xlsx`.
    ///
    /// # Errors
    /// Not found for another ending.
    pub fn download(&self, ending: &str) -> Result<Response, Error> {
        let (kind, bytes) = match ending {
            "csv" => ("text/csv; charset=utf-8", self.csv()?.into_bytes()),
            "xlsx" => (XLSX, self.xlsx()?),
            _ => return Err(Error::NotFound),
        };
        let disposition = format!("attachment; filename=\"{}.{ending}\"", self.name);
        Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
    }

    /// The table as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe before it.
    ///
    /// # Errors
    /// None in practice: the text grows in memory.
    pub fn csv(&self) -> Result<String, Error> {
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(Cell::written).collect()).collect();
        Ok(csv_of(&self.header, &rows)?)
    }

    /// The table as a workbook of one sheet, its header bold and kept in view.
    ///
    /// # Errors
    /// When there are more rows than a workbook holds.
    pub fn xlsx(&self) -> Result<Vec<u8>, Error> {
        let mut workbook = Workbook::new();
        self.write(workbook.add_worksheet()).map_err(failed)?;
        workbook.save_to_buffer().map_err(failed)
    }

    fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let lines = Format::new().set_text_wrap();
        for (column, name) in (0_u16..).zip(&self.header) {
            sheet.write_with_format(0, column, *name, &bold)?;
        }
        for (number, row) in (1_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) if text.contains('\n') => sheet.write_string_with_format(number, column, text, &lines)?,
                    Cell::Text(text) => sheet.write_string(number, column, text)?,
                    Cell::Number(value) => sheet.write_number(number, column, *value)?,
                    Cell::Date(date) => {
                        let date = rust_xlsxwriter::ExcelDateTime::parse_from_str(&date.to_string())?;
                        sheet.write_with_format(number, column, &date, &day)?
                    }
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: XlsxError) -> Error {
    Error::Ours(error.to_string())
}

/// Several tables as a workbook, a sheet each under its name.
///
/// # Errors
/// When a name is none that a sheet can have, or there are more rows than one holds.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    for sheet in sheets {
        let own = workbook.add_worksheet();
        own.set_name(&sheet.name).map_err(failed)?;
        sheet.write(own).map_err(failed)?;
    }
    workbook.save_to_buffer().map_err(failed)
}

/// What goes out as a download: the media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Cell {
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => guarded(text),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_leaves_as_text() {
        let sheet = Sheet {
            name: "x".to_owned(),
            header: vec!["name", "n"],
            rows: vec![vec!["=1+1".into(), 2.5.into()], vec!["a,\"b\"".into(), Cell::Empty]],
        };
        assert_eq!(sheet.csv().expect("text"), "name,n\r\n'=1+1,2.5\r\n\"a,\"\"b\"\"\",\r\n");
        assert!(sheet.xlsx().expect("a workbook").starts_with(b"PK"));
    }
}
