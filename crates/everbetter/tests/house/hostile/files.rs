//! Files that nobody should send, for each kind of file: made from the world's own sound ones.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use platform::import::{Form, Holds, Kind};

use super::workbook::{archive, book, book_of, sheet};

/// A file, and what has to be said about it.
pub struct Hostile {
    /// What is wrong with it.
    pub what: String,
    /// Its name.
    pub file: String,
    pub bytes: Vec<u8>,
    /// A part of the first refusal's sentences.
    pub says: &'static str,
    /// The row that the refusal names.
    pub row: Option<u64>,
    /// The column that it names.
    pub column: Option<String>,
    /// What it says stands there.
    pub value: Option<String>,
}

/// A table as texts.
struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn of(text: &str) -> Self {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut all = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>());
        Self { header: all.next().expect("a header"), rows: all.collect() }
    }

    /// The table with another value in the first row.
    fn with(&self, column: usize, value: &str) -> Vec<Vec<String>> {
        let mut all = vec![self.header.clone()];
        all.extend(self.rows.iter().cloned());
        value.clone_into(&mut all[1][column]);
        all
    }
}

fn text(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).expect("a row"));
    writer.into_inner().expect("a text")
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Letters without any order, which no index can press together.
fn noise(length: usize) -> String {
    let mut state = 7_u64;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + u8::try_from((state >> 33) % 26).expect("a letter"))
        })
        .collect()
}

/// All hostile files of a kind; `sound` is one that comes in, and the largest cell holds so many MB.
pub fn files(kind: &Kind, sound: &str, megabytes: usize) -> Vec<Hostile> {
    let mut made = Made { kind: kind.name, large: megabytes * 1024 * 1024, files: Vec::new() };
    let is_text = matches!(kind.form, Form::Text | Form::Book);
    made.of_any_kind(is_text, sound);
    if is_text {
        made.packs(sound);
        made.any_workbooks(&Rows::of("code,title\n1.1.1,Meet\n"));
        made.books();
    } else {
        made.texts(sound);
        made.any_workbooks(&Rows::of(sound));
        made.workbooks(&Rows::of(sound));
        made.cells(kind, &Rows::of(sound));
    }
    made.files
}

/// One that is too large for a machine, and takes a while to make.
pub fn bomb(kind: &str) -> Hostile {
    let line = format!("{}\n", "x".repeat(1023)).repeat(1024);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    (0..260).for_each(|_| encoder.write_all(line.as_bytes()).expect("packed"));
    let bytes = encoder.finish().expect("packed");
    let (file, what) = (format!("{kind}.csv.gz"), "256 MB in a small parcel".to_owned());
    Hostile { what, file, bytes, says: "The file holds more than 256 MB.", row: None, column: None, value: None }
}

struct Made {
    kind: &'static str,
    large: usize,
    files: Vec<Hostile>,
}

impl Made {
    fn add(&mut self, what: &str, ending: &str, bytes: impl Into<Vec<u8>>, says: &'static str) -> &mut Hostile {
        let (what, file) = (what.to_owned(), format!("{}.{ending}", self.kind));
        self.files.push(Hostile { what, file, bytes: bytes.into(), says, row: None, column: None, value: None });
        self.files.last_mut().expect("the one just added")
    }

    fn of_any_kind(&mut self, is_text: bool, sound: &str) {
        let ending = if is_text { "toml" } else { "csv" };
        let lines = |count: usize| sound.lines().take(count).fold(String::new(), |all, line| all + line + "\n");
        let start = lines(1);
        self.add("letters in two encodings", ending, [start.as_bytes(), b"# \xc3\xa9\n# \xe9\n"].concat(), "partly UTF-8").row =
            Some(3);
        self.add(
            "no encoding at all",
            ending,
            [start.as_bytes(), b"\x81\x8d\x90\n"].concat(),
            "in an encoding that we can’t tell",
        )
        .row = Some(2);
        self.add("a zero byte", ending, [start.as_bytes(), b"a\0b\n"].concat(), "There is a zero byte in it").row = Some(2);
        let mut half = wide(&format!("\u{feff}{sound}"));
        half.pop();
        self.add("UTF-16 cut in half", ending, half, "looks like UTF-16, but parts of it are not");
        self.add("a picture", ending, &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "There is a zero byte in it").row = Some(3);
        self.add("no parcel", ending, &b"\x1f\x8b\x08\0\0"[..], "The file is packed, but can’t be unpacked");
        let mut broken = packed(sound.as_bytes());
        broken.truncate(broken.len() / 2);
        self.add("half a parcel", ending, broken, "The file is packed, but can’t be unpacked");
    }

    fn texts(&mut self, sound: &str) {
        let rows = Rows::of(sound);
        let header = sound.lines().next().expect("a header");
        let first = &rows.header[0];
        self.add("nothing", "csv", "", "The file is empty.");
        self.add("blank lines", "csv", "\n\n\n", "The file is empty.");
        self.add("only headings", "csv", format!("{header}\n"), "no row below them");
        self.add("no headings", "csv", "alpha,beta\n3,4\n", "No heading in the first row is one that we know.").row = Some(1);
        let twice = format!("{header},{first}\n");
        let twice = self.add("a heading twice", "csv", twice, "Two columns have this name.");
        (twice.row, twice.column) = (Some(1), Some(first.clone()));
        let without: Vec<Vec<String>> = std::iter::once(&rows.header).chain(&rows.rows).map(|row| row[1..].to_vec()).collect();
        if !first.starts_with("entry") {
            let missing = self.add("a column that is missing", "csv", text(&without), "This column is missing.");
            (missing.row, missing.column) = (Some(1), Some(first.clone()));
        }
        self.add("a million columns", "csv", format!("{header}{}\n", ",x".repeat(1_000_000)), "has more than 1000 cells").row =
            Some(1);
        let mut half = format!("{}\n", sound.trim_end());
        half.push_str(&rows.rows[0][0]);
        let row = rows.rows.len() as u64 + 2;
        let last = sound.trim_end().matches('\n').count() as u64 + 2;
        assert_eq!(row, last, "no cell of the sound files holds a line break");
        self.add("half a row", "csv", half, "cells, the header").row = Some(row);
        self.add(
            "a row that is too long",
            "csv",
            format!("{header}\n{}\n", "x,".repeat(rows.header.len() + 3)),
            "cells, the header",
        )
        .row = Some(2);
        self.add("an open quote", "csv", format!("{header}\n\"{}\n", rows.rows[0].join(",")), "never closed").row = Some(2);
        let large = format!("{header}\n{}\n", "x".repeat(self.large));
        self.add("a cell of many MB", "csv", large, "A cell of it holds more than 1 MB.").row = Some(2);
        let beside: String = (0..10).map(|number| format!(",x{number}")).collect();
        let long = format!(
            "{header}{beside}\n{}{}\n",
            ",".repeat(rows.header.len() - 1),
            format!(",{}", "y".repeat(1_000_000)).repeat(10)
        );
        self.add("a row of 10 MB", "csv", long, "A row of it holds more than 8 MB.").row = Some(2);
    }

    fn any_workbooks(&mut self, rows: &Rows) {
        let all: Vec<Vec<String>> = std::iter::once(&rows.header).chain(&rows.rows).cloned().collect();
        let damaged = "it is a damaged workbook, or none.";
        let whole = book(&sheet(&all));
        self.add("four letters of a workbook", "xlsx", &b"PK\x03\x04 and nothing more"[..], damaged);
        self.add("half a workbook", "xlsx", &whole[..whole.len() / 2], damaged);
        self.add("an archive of something else", "xlsx", archive(&[("letter.txt", b"Dear all")]), damaged);
        let cut = sheet(&all);
        self.add("a sheet that breaks off", "xlsx", book(&cut[..cut.len() / 2]), damaged);
        let old = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &wide("Workbook")].concat();
        self.add("an old workbook", "xls", old, "it is an Excel 97 workbook (.xls).");
        let locked = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &wide("EncryptedPackage")].concat();
        self.add("a workbook with a password", "xlsx", locked, "it is a workbook with a password.");
        let open = archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")]);
        self.add("an OpenDocument sheet", "ods", open, "it is an OpenDocument spreadsheet (.ods).");
        let bomb = vec![b' '; 3 * 1024 * 1024];
        self.add("a zip bomb", "xlsx", book(&bomb), "more than 100 times as large");
        let secret = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>";
        let entity = [secret.as_bytes(), &sheet(&all)].concat();
        self.add("a workbook with external entities", "xlsx", book(&entity), "it declares words of its own");
        let wide = format!(
            "<worksheet><sheetData><row><c r=\"XFD1\" t=\"str\"><v>{}</v></c></row></sheetData></worksheet>",
            rows.header[0]
        );
        self.add("a heading far to the right", "xlsx", book(wide.as_bytes()), "There is something beyond column 1000.").row =
            Some(1);
        let nowhere = "<worksheet><sheetData><row><c r=\"A99999999999\"><v>1</v></c></row></sheetData></worksheet>";
        self.add("a cell that is nowhere", "xlsx", book(nowhere.as_bytes()), damaged);
        let turned = "<worksheet><sheetData><row><c r=\"ZZZZZZZZZZZZ1\"><v>1</v></c></row></sheetData></worksheet>";
        self.add("a cell beyond all columns", "xlsx", book(turned.as_bytes()), "");
        let shared = "<worksheet><sheetData><row><c t=\"s\"><v>4000000000</v></c></row></sheetData></worksheet>";
        self.add("a word that the workbook lacks", "xlsx", book(shared.as_bytes()), "We could not open this file");
    }

    fn workbooks(&mut self, rows: &Rows) {
        let all: Vec<Vec<String>> = std::iter::once(&rows.header).chain(&rows.rows).cloned().collect();
        self.add("an empty sheet", "xlsx", book(&sheet(&[])), "The sheet \"One\" is empty.");
        let mut numbered = sheet(&all);
        let formula = b"<c><f t=\"shared\" ref=\"A2:A3\" si=\"4000000000\">B2</f><v>1</v></c>";
        let at = numbered.windows(8).rposition(|window| window == b"<row><c ").expect("a last row") + 5;
        let end = numbered[at..].windows(4).position(|window| window == b"</c>").expect("its end") + at + 4;
        numbered.splice(at..end, formula.iter().copied());
        let shared = self.add("a formula with a number that nothing counts to", "xlsx", book(&numbered), "This is a formula");
        (shared.row, shared.column, shared.value) =
            (Some(all.len() as u64), Some(rows.header[0].clone()), Some("=B2".to_owned()));
    }

    /// Workbooks of which each sheet holds a part of a content pack.
    fn books(&mut self) {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let missing = "The workbook has no sheet \"version\"";
        self.add("a workbook of something else", "xlsx", book(&sheet(&[row(&["person"]), row(&["a"])])), missing);
        self.add("a workbook without a row", "xlsx", book(&sheet(&[])), missing);
        for (value, says) in [("=1+1", "This is a formula"), ("#DIV/0!", "an error of a spreadsheet")] {
            let bytes = book_of("version", &sheet(&[row(&["id", "title"]), row(&[value, "Ours"])]));
            let made = self.add(&format!("a version whose name says {value}"), "xlsx", bytes, says);
            (made.row, made.column, made.value) = (Some(2), Some("version: id".to_owned()), Some(value.to_owned()));
        }
        let rows: Vec<Vec<String>> = (0..30_000).map(|number| row(&["id", &format!("n{number}")])).collect();
        self.add("a workbook of 30,000 rows", "xlsx", book(&sheet(&rows)), "The workbook holds more than 20000 rows");
    }

    fn cells(&mut self, kind: &Kind, rows: &Rows) {
        let long = noise(5_000);
        for (place, name) in rows.header.iter().enumerate() {
            let Some(column) = kind.columns.iter().find(|column| column.name == name) else { continue };
            let mut wrong = vec![(long.as_str(), "This is longer than 300 characters.")];
            if column.most > 300 {
                wrong.clear();
            }
            match column.holds {
                Holds::Date => wrong.push(("31/02/2021", "This is not a date.")),
                Holds::Instant => wrong.push(("at noon", "This is not an instant.")),
                Holds::SchoolYear => wrong.push(("next year", "school year")),
                Holds::Number => wrong.push(("many", "number")),
                Holds::Word(_) => wrong.push(("nonsense", "That word is not known here.")),
                Holds::Text | Holds::List => {}
            }
            if column.required {
                wrong.push(("", "This cell is empty."));
                wrong.extend(
                    ["=1+1", "+A1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://example.org\")"]
                        .map(|cell| (cell, "This is a formula")),
                );
            }
            for (value, says) in wrong {
                let shown: String = value.chars().take(80).collect();
                let shown = if value.len() > 80 { format!("{shown}…") } else { shown };
                let what = format!("{name} that says \"{}\"", &shown[..shown.len().min(30)]);
                let made = self.add(&what, "csv", text(&rows.with(place, value)), says);
                (made.row, made.column) = (Some(2), Some(name.clone()));
                made.value = Some(shown).filter(|shown| !shown.is_empty());
            }
            if column.required {
                for (value, says) in [("=SUM(A1:A2)", "This is a formula"), ("#DIV/0!", "an error of a spreadsheet")] {
                    let bytes = book(&sheet(&rows.with(place, value)));
                    let made = self.add(&format!("{name} that says {value} in a workbook"), "xlsx", bytes, says);
                    (made.row, made.column, made.value) = (Some(2), Some(name.clone()), Some(value.to_owned()));
                }
            }
        }
    }

    fn packs(&mut self, sound: &str) {
        let changed = |from: &str, to: &str| {
            assert!(sound.contains(from), "the pack says {from}");
            sound.replacen(from, to, 1)
        };
        self.add("nothing", "toml", "", "The part meta is missing.").column = Some("meta".to_owned());
        self.add("a table", "toml", "person,name\na,b\n", "The file is no TOML").row = Some(1);
        self.add("half a pack", "toml", &sound.as_bytes()[..sound.len() / 2], "The");
        self.add("brackets without end", "toml", format!("a = {}", "[".repeat(200_000)), "The file is no TOML").row = Some(1);
        self.add("tables in tables", "toml", format!("[{}a]\n", "a.".repeat(200_000)), "The file is no TOML");
        let again = sound.lines().position(|line| line == "[meta]").expect("a part of that name") as u64 + 2;
        self.add("a key twice", "toml", format!("[meta]\n{sound}"), "The file is no TOML").row = Some(again);
        self.add("no day", "toml", changed("\"2021-08-01\"", "\"2021-31-31\""), "It can’t be read").column =
            Some("meta".to_owned());
        let text = format!("title = \"{}\"\n", "x".repeat(self.large));
        self.add("a title of many MB", "toml", text, "The part meta is missing.").column = Some("meta".to_owned());
        let line = sound.lines().find(|line| line.starts_with("code_pattern")).expect("a pattern");
        let endless = changed(line, "code_pattern = \"(a{1000}){1000}{1000}\"");
        let endless = self.add("a pattern without end", "toml", endless, "It is no regular expression.");
        (endless.column, endless.value) = (Some("meta, code_pattern".to_owned()), Some("(a{1000}){1000}{1000}".to_owned()));
    }
}
