//! Workbooks: archives as they are, and sheets with their shared words and styles inside an archive that is whole, because few
//! changes of a packed byte leave anything that can be unpacked.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use tables::Mapping;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// What parts the texts of an archive's files.
const EDGE: &[u8] = b"\n----\n";

const AROUND: [(&str, &str); 3] = [
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
];
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK") {
        fuzz::all_ways("words.xlsx", bytes, &Mapping::default());
    } else if let Some(book) = book(bytes) {
        fuzz::all_ways("words.xlsx", &book, &Mapping::default());
    }
});

/// A workbook whose sheet, shared words, styles and list of sheets are the parts of the bytes; what is missing is usual.
fn book(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(EDGE.len()).position(|window| window == EDGE) {
        parts.push(&rest[..at]);
        rest = &rest[at + EDGE.len()..];
    }
    parts.push(rest);
    let part =
        |place: usize, usual: &'static str| parts.get(place).copied().filter(|part| !part.is_empty()).unwrap_or(usual.as_bytes());
    let files = [
        ("xl/worksheets/sheet1.xml", part(0, "")),
        ("xl/sharedStrings.xml", part(1, "<sst/>")),
        ("xl/styles.xml", part(2, "<styleSheet/>")),
        ("xl/workbook.xml", part(3, BOOK)),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let around = AROUND.iter().map(|(name, text)| (*name, text.as_bytes()));
    for (name, content) in around.chain(files) {
        archive.start_file(name, stored).ok()?;
        archive.write_all(content).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}
