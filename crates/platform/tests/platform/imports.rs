use std::cell::RefCell;

use platform::{
    audit::Actor,
    import::{self, Column, Export, Form, Holds, Kind, Mode, Refusal, Source, Taking, Tally},
    room::Answer,
    settings::Settings,
};

use crate::in_a_bare_house;

const KIND: Kind = Kind {
    name: "words",
    about: "Words and days.",
    columns: &[
        Column::needed("word", Holds::Text, "the word").or(&["the Term"]),
        Column::optional("day", Holds::Date, "its day"),
    ],
    form: Form::Table,
    may: |_| true,
    opens_doors: false,
    run,
    export: |_| Box::pin(async { Ok(Export::Text(String::new())) }),
};

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let refused = RefCell::new(Vec::new());
        let mut words = Vec::new();
        for table in import::tables(sources) {
            for mut row in table.rows(&refused) {
                let (word, _) = (row.required("word"), row.date("day"));
                words.extend(word);
            }
        }
        let mut tally = Tally { refused: refused.into_inner(), ..Tally::default() };
        for word in words {
            Settings::set(&**taking.tx, &word, "here").await?;
            tally.new += 1;
        }
        Ok(tally)
    })
}

fn refusals(text: &[u8]) -> Vec<Refusal> {
    import::read(&KIND, "words.csv", text).err().unwrap_or_default()
}

#[test]
fn a_file_that_cannot_be_read_says_where_and_what_to_do() {
    let missing = &refusals(b"day\n2026-01-01\n")[0];
    assert_eq!(missing.to_string(), "words.csv, row 1, column word: This column is missing. Add it: the word.");
    let twice = refusals(b"word,Word\na,b\n");
    assert_eq!(twice[0].column.as_deref(), Some("Word"));
    let short = refusals(b"word,day\na,2026-01-01\nb\n");
    assert_eq!((short[0].row, short.len()), (Some(3), 1));
    let mixed = refusals(b"word\na\xc3\xa9\nb\xe9\n");
    assert_eq!(mixed[0].row, Some(3));
    assert!(refusals(b"\x1f\x8bnot gzip at all")[0].problem.contains("unpacked"));
}

#[test]
fn a_file_is_read_as_its_writer_meant_it() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let files: [Vec<u8>; 6] = [
        "word,day\ncafé,2026-01-01\n".into(),
        "\u{feff}The_Term;DAY\r\ncafé;2026-01-01\r\n".into(),
        "term\tthe term\tday\rx\tcafé\t1 January 2026\r".into(),
        b"word;day\ncaf\xe9;2026-01-01\n".to_vec(),
        wide("\u{feff}word,day\ncafé,2026-01-01\n"),
        wide("word,day\ncafé,2026-01-01\n"),
    ];
    for bytes in files {
        let Ok(Source::Table(table)) = import::read(&KIND, "words.csv", &bytes) else { panic!("{bytes:?}") };
        let refused = RefCell::new(Vec::new());
        let words: Vec<_> =
            table.rows(&refused).map(|mut row| (row.text("word"), row.date("day").map(|day| day.to_string()))).collect();
        assert_eq!(words, [(Some("café".to_owned()), Some("2026-01-01".to_owned()))], "{bytes:?}");
    }
}

#[test]
fn no_cell_is_lost_where_one_reading_of_the_disk_ends_and_the_next_begins() {
    let text = format!("word,day\n{}", "a word,2026-01-01\n".repeat(20_000));
    let Ok(Source::Table(table)) = import::read(&KIND, "words.csv", text.as_bytes()) else { panic!("readable") };
    assert_eq!(table.len(), 20_000);
}

#[test]
fn hostile_files_end_in_a_sentence() {
    let columns = format!("word{}\n", ",x".repeat(1_000_000));
    let cell = format!("word\n{}\n", "x".repeat(10 * 1024 * 1024));
    for (bytes, said) in [
        (&b""[..], "The file is empty."),
        (b"word,day\n", "The file has headings, but no row below them."),
        (b"1,2\n3,4\n", "No heading in the first row is one that we know."),
        (b"word\na\0b\n", "There is a zero byte in it"),
        (b"word,day\n\"a,2026-01-01\nb,\n", "A quote that opens in this row is never closed."),
        (b"\x1f\x8b\x08\0\0", "The file is packed, but can’t be unpacked"),
        (b"PK\x03\x04 and nothing more", "it is a damaged workbook, or none."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0k\0b\0o\0o\0k\0", "it is an Excel 97 workbook (.xls)."),
        (columns.as_bytes(), "The row has more than 1000 cells."),
        (cell.as_bytes(), "A cell of it holds more than 1 MB."),
    ] {
        let told = refusals(bytes).first().map(ToString::to_string).unwrap_or_default();
        assert!(told.contains(said), "{said}: {told}");
    }
}

#[tokio::test]
async fn all_or_nothing_and_a_dry_run_changes_nothing() {
    in_a_bare_house(async |bench| {
        let app = &bench.app;
        let take = async |text: &str, mode: Mode| {
            let source = import::read(&KIND, "words.csv", text.as_bytes()).unwrap_or_else(|_| panic!("readable"));
            import::take(app, &KIND, &[source], &Actor::Process("a test"), mode).await.expect("an import")
        };
        let tally = take("\u{feff}word,day\nalpha,2026-01-01\nbeta,soon\n,2026-01-01\n", Mode::Take).await;
        let told: Vec<String> = tally.refused.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "words.csv, row 3, column day, \"soon\": This is not a date. Write it as 2026-10-06: year, month, day.",
                "words.csv, row 4, column word: This cell is empty. Every row needs a value here.",
            ]
        );
        assert_eq!(Settings::read(app.db.read()).await.expect("settings").get("alpha"), None);
        assert_eq!(take("word\nalpha\n", Mode::DryRun).await.new, 1);
        assert_eq!(Settings::read(app.db.read()).await.expect("settings").get("alpha"), None);
        assert_eq!(take("word\nalpha\n", Mode::Take).await.new, 1);
        assert_eq!(Settings::read(app.db.read()).await.expect("settings").get("alpha"), Some("here"));
    })
    .await;
}
