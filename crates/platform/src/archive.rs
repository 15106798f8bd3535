//! Several tables and texts that leave together, as one ZIP: written row by row to a temporary file, and sent from there.

use std::{
    fs::File,
    io::{Read, Seek, Write},
};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use tables::CsvOut;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{error::Error, sheet::Cell};

/// How much of it is in memory at a time while it is sent.
const PIECE: usize = 64 * 1024;

/// A ZIP that is being written. Its file has no name, so that nothing stays behind, whatever happens.
pub struct Archive(ZipWriter<File>);

/// A table of an archive that is being written.
pub struct Table<'a>(CsvOut<&'a mut ZipWriter<File>>);

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Ours(format!("an archive: {error}"))
}

impl Archive {
    /// Begins one.
    ///
    /// # Errors
    /// When no temporary file can be made.
    pub fn begin() -> Result<Self, Error> {
        Ok(Self(ZipWriter::new(tempfile::tempfile()?)))
    }

    /// Adds a text as a file.
    ///
    /// # Errors
    /// When it can't be written, on a full disk for example.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.0.start_file(name, SimpleFileOptions::default()).map_err(failed)?;
        Ok(self.0.write_all(text.as_bytes())?)
    }

    /// Adds a file as it is: what people attach is packed already.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn file(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        let as_it_is = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(name, as_it_is).map_err(failed)?;
        Ok(self.0.write_all(content)?)
    }

    /// Begins a file that is a table, as CSV.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn table(&mut self, name: &str, header: &[&str]) -> Result<Table<'_>, Error> {
        self.0.start_file(name, SimpleFileOptions::default()).map_err(failed)?;
        let mut out = CsvOut::to(&mut self.0);
        out.row(header)?;
        Ok(Table(out))
    }

    /// Sends it.
    ///
    /// # Errors
    /// When it can't be written to its end.
    pub fn download(self, name: &str) -> Result<Response, Error> {
        let mut file = self.0.finish().map_err(failed)?;
        let length = file.seek(std::io::SeekFrom::End(0))?;
        file.rewind()?;
        let pieces = stream::try_unfold(file, |file| async move {
            let read = tokio::task::spawn_blocking(move || piece(file));
            let (piece, file) = read.await.map_err(std::io::Error::other)??;
            Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
        });
        let headers = [
            (header::CONTENT_TYPE, "application/zip".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")),
        ];
        Ok((headers, Body::from_stream(pieces)).into_response())
    }
}

/// The next piece of a file, empty at its end.
fn piece(mut file: File) -> std::io::Result<(Vec<u8>, File)> {
    let mut piece = vec![0; PIECE];
    let read = file.read(&mut piece)?;
    piece.truncate(read);
    Ok((piece, file))
}

impl Table<'_> {
    /// Adds a row, as long as the header.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), Error> {
        let written: Vec<String> = cells.iter().map(Cell::written).collect();
        Ok(self.0.row(&written)?)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn end(self) -> Result<(), Error> {
        Ok(self.0.end()?)
    }
}
