//! A version written as a workbook.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use platform::{
    Error,
    sheet::{self, Cell, Sheet},
};
use toml::Value;

use super::{super::pack::Pack, ENDED, ENDED_COLUMNS, Origin, PARTS, PASSING, Passing, cells};

/// The sheets of a version; `passing` says what becomes of the practices of the version that it follows.
pub(in super::super) fn sheets(pack: &Pack, passing: Option<&Passing>) -> Result<Vec<Sheet>, Error> {
    let table = pack.table().map_err(|error| Error::Ours(error.to_string()))?;
    let named = cells::Named::of(&table);
    let mut sheets = Vec::new();
    for part in &PARTS {
        let things: Vec<&Value> = match table.get(part.part) {
            Some(Value::Array(things)) => things.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let mut header: Vec<&'static str> = part.columns.iter().map(|column| column.0).collect();
        let cells_of = |thing: &Value| -> Vec<Cell> {
            let values = part.columns.iter().map(|column| (thing.get(column.0), column.1));
            values.map(|(value, holds)| value.map_or(Cell::Empty, |value| cells::shown(value, holds, &named))).collect()
        };
        let mut rows: Vec<Vec<Cell>> = things.into_iter().map(cells_of).collect();
        if let (Some(passing), "practice") = (passing, part.part) {
            header.extend(PASSING);
            for (row, origin) in rows.iter_mut().zip(&passing.origins) {
                row.extend(origin.cells());
            }
        }
        sheets.push(Sheet { name: part.sheet.to_owned(), header, rows });
    }
    if let Some(passing) = passing.filter(|passing| !passing.ended.is_empty()) {
        let row = |one: &super::Ended| vec![one.code.as_str().into(), one.title.as_str().into(), one.reason.as_str().into()];
        let rows = passing.ended.iter().map(row).collect();
        sheets.insert(1, Sheet { name: ENDED.to_owned(), header: ENDED_COLUMNS.to_vec(), rows });
    }
    Ok(sheets)
}

impl Origin {
    /// Its cells, below the headings [`PASSING`].
    pub(in super::super) fn cells(&self) -> [Cell; PASSING.len()] {
        [self.fate.as_str().into(), self.codes.join("; ").into(), self.reason.as_str().into()]
    }
}

/// The workbook of a version as a download under a name.
pub(in super::super) fn workbook(name: &str, pack: &Pack, passing: Option<&Passing>) -> Result<Response, Error> {
    let bytes = sheet::workbook(&sheets(pack, passing)?)?;
    let disposition = format!("attachment; filename=\"{name}.xlsx\"");
    Ok(([(header::CONTENT_TYPE, sheet::XLSX.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

/// Whether two versions say the same on their sheets, whatever blanks stand around their texts.
pub(in super::super) fn is_same(one: &Pack, other: &Pack) -> Result<bool, Error> {
    let told = |pack: &Pack| -> Result<Vec<Vec<Vec<Cell>>>, Error> {
        let bare = |cell: Cell| match cell {
            Cell::Text(text) => Cell::from(super::bare(&text)),
            other => other,
        };
        let rows = |sheet: Sheet| sheet.rows.into_iter().map(|row| row.into_iter().map(bare).collect()).collect();
        Ok(sheets(pack, None)?.into_iter().map(rows).collect())
    };
    Ok(told(one)? == told(other)?)
}
