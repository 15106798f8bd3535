use std::cell::RefCell;

use platform::{
    audit::Actor,
    import::{self, Column, Export, Form, Holds, Kind, Mode, Refusal, Source, Taking, Tally},
    room::{Answer, House},
    settings::Settings,
    testing::on_both,
};

use crate::{morning, nobody};

const KIND: Kind = Kind {
    name: "words",
    about: "Words and days.",
    columns: &[
        Column::needed("word", Holds::Text, "the word").or(&["the Term"]),
        Column::optional("day", Holds::Date, "its day"),
    ],
    form: Form::Table,
    may: |_| true,
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
    assert_eq!(twice[0].column.as_deref(), Some("word"));
    let short = refusals(b"word,day\na,2026-01-01\nb\n");
    assert_eq!((short[0].row, short.len()), (Some(3), 1));
    let mixed = refusals(b"word\na\xc3\xa9\nb\xe9\n");
    assert_eq!(mixed[0].row, Some(3));
    assert!(refusals(b"\x1f\x8bnot gzip at all")[0].problem.contains("unpacked"));
}

#[tokio::test]
async fn all_or_nothing_and_a_dry_run_changes_nothing() {
    on_both(
        morning(),
        || House::new(vec![]),
        nobody,
        async |bench| {
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
        },
    )
    .await;
}
