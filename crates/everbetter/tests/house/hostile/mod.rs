//! Files that nobody should send: each ends in a sentence that says where and what to do, and changes nothing.

mod attached;
mod files;
mod workbook;

use std::{collections::BTreeMap, path::Path, process::Command};

use platform::{
    audit::Actor,
    db::{Engine, portable},
    import::{self, Mode, Refusal},
    testing::{Bench, Reply, Visitor},
};

use crate::world::{FILES, in_the_world, visitor, world};
use files::Hostile;

/// The kinds of files that are tried, with a sound file of each: those of registers, visits and the tracker, and the framework.
const KINDS: &[(&str, &str, &str)] = FILES.split_at(10).0;

/// So much memory the program may take at most, whatever it is given, in KB: as it is built for tests.
const MOST_MEMORY: i64 = 512 * 1024;
/// What a page takes.
const UPLOAD: usize = 25 * 1024 * 1024;

/// All rows of all tables.
async fn everything(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    let engine = bench.app.db.engine();
    let tables = portable::tables(bench.app.db.read(), engine).await.expect("tables");
    bench
        .app
        .db
        .write(async |tx| {
            let mut all = BTreeMap::new();
            for table in &tables {
                let (sender, mut pieces) = tokio::sync::mpsc::channel(64);
                portable::read(tx, table, &sender).await?;
                drop(sender);
                let mut rows = Vec::new();
                while let Some(piece) = pieces.recv().await {
                    rows.extend(piece);
                }
                all.insert(table.name.clone(), rows);
            }
            Ok::<_, platform::Error>(all)
        })
        .await
        .expect("rows")
}

/// What is not as it should be with what was said about a file.
fn untold(hostile: &Hostile, refused: &[Refusal]) -> Option<String> {
    let what = format!("{}: {}", hostile.file, hostile.what);
    let Some(first) = refused.first() else { return Some(format!("{what}: nothing was refused")) };
    let told = first.to_string();
    let says = |expected: &Option<String>, said: &Option<String>| expected.is_none() || expected == said;
    let is_whole = first.file == hostile.file && !first.problem.is_empty() && !first.advice.is_empty();
    let is_told = is_whole
        && told.contains(hostile.says)
        && told.chars().count() < 2_000
        && (hostile.row.is_none() || hostile.row == first.row)
        && says(&hostile.column, &first.column)
        && says(&hostile.value, &first.value);
    (!is_told).then(|| format!("{what}: {told}"))
}

#[tokio::test]
async fn each_of_these_kinds_refuses_every_hostile_file_and_changes_nothing() {
    in_the_world(async |bench| {
        let before = everything(bench).await;
        let mut untold = Vec::new();
        for (name, _, sound) in KINDS {
            let kind = bench.app.house.import_kind(name).expect("a kind of file");
            for hostile in files::files(kind, sound, 2) {
                let refused = match import::read(kind, &hostile.file, &hostile.bytes) {
                    Err(refused) => refused,
                    Ok(source) => {
                        let took = import::take(&bench.app, kind, &[source], &Actor::Process("a test"), Mode::Take).await;
                        took.unwrap_or_else(|error| panic!("{}: {}: {error}", hostile.file, hostile.what)).refused
                    }
                };
                untold.extend(self::untold(&hostile, &refused));
            }
            assert!(everything(bench).await == before, "a file of {name} changed something");
        }
        assert!(untold.is_empty(), "{}", untold.join("\n"));
    })
    .await;
}

/// The page's text, as a person reads it.
fn read(page: &Reply) -> String {
    page.text().replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">")
}

async fn on_the_page(engine: Engine) {
    let bench = world(engine).await;
    let mut otto = visitor(&bench, "otto");
    let kept = async || {
        let mut all = everything(&bench).await;
        // What was chosen is kept for a day, and a session notes when it was used.
        all.retain(|table, _| table != "import_draft" && table != "session");
        all
    };
    let before = kept().await;
    let mut untold = Vec::new();
    for (name, _, sound) in KINDS {
        let kind = bench.app.house.import_kind(name).expect("a kind of file");
        for hostile in files::files(kind, sound, 2) {
            let what = format!("{}: {}", hostile.file, hostile.what);
            let told = tell(&mut otto, name, &hostile).await;
            untold.extend(told.err().map(|page| format!("{what}: {page}")));
        }
        assert!(kept().await == before, "a file of {name} changed something");
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

/// Chooses the file, tries to bring it in, and answers the page that does not say what is wrong with it.
async fn tell(otto: &mut Visitor, kind: &str, hostile: &Hostile) -> Result<(), String> {
    let chosen = otto.upload(&format!("/imports/kinds/{kind}"), &[], &hostile.file, &hostile.bytes).await;
    let page = read(&chosen);
    let is_told = |is: bool, page: &str| if is { Ok(()) } else { Err(page.to_owned()) };
    if hostile.bytes.len() > UPLOAD {
        return is_told(chosen.status == 422 && page.contains("It is larger than 25 MB."), &page);
    }
    if chosen.status != 303 {
        let names_row = hostile.row.is_none_or(|row| page.contains(&format!("row {row}")));
        return is_told(
            chosen.status == 422 && page.contains(hostile.says) && names_row && page.contains("Nothing was saved"),
            &page,
        );
    }
    let draft = chosen.location().rsplit_once('/').expect("a step").0.to_owned();
    let trial = otto.get(&format!("{draft}/trial")).await;
    let page = read(&trial);
    let place = hostile.row.zip(hostile.column.as_ref()).map(|(row, column)| format!("Row {row}, {column}"));
    is_told(trial.status == 200 && page.contains(hostile.says) && place.is_none_or(|place| page.contains(&place)), &page)?;
    let seen = trial.body.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let taken = otto.post(&format!("{draft}/taking"), &[("seen", seen.unwrap_or("0 0 0 0"))]).await;
    is_told(taken.status == 422, &read(&taken))
}

#[tokio::test]
async fn the_page_refuses_every_hostile_file_on_sqlite() {
    on_the_page(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_page_refuses_every_hostile_file_on_postgres() {
    on_the_page(Engine::Postgres).await;
}

/// The program with a folder of its own.
fn program(data: &Path, words: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_everbetter"));
    command.args(words).env("EVERBETTER_DATA", data).env_remove("EVERBETTER_DATABASE").output().expect("the program runs")
}

#[test]
fn the_program_refuses_every_hostile_file_within_its_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, desk) = (folder.path().join("data"), folder.path().join("desk"));
    std::fs::create_dir(&desk).expect("a folder for files");
    let put = |name: &str, bytes: &[u8]| {
        let path = desk.join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.display().to_string()
    };
    for (kind, file, text) in FILES {
        let came = program(&data, &["import", kind, &put(file, text.as_bytes())]);
        assert!(came.status.success(), "{file}: {}", String::from_utf8_lossy(&came.stderr));
    }
    let exports = || FILES.map(|(kind, ..)| program(&data, &["export", kind]).stdout);
    let before = exports();
    let refuse = |kind: &str, path: &str, what: &str| {
        let refused = program(&data, &["import", kind, path]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{what}: {told}");
        assert!(told.contains("Nothing was changed.") && !told.contains("panicked"), "{what}: {told}");
        told
    };
    let house = everbetter::house();
    let mut untold = Vec::new();
    for name in ["framework", "tracker"] {
        let kind = house.import_kind(name).expect("a kind of file");
        let sound = FILES.iter().find(|(kind, ..)| *kind == name).expect("a sound file").2;
        let mut hostile = files::files(kind, sound, 50);
        if name == "tracker" {
            hostile.push(files::bomb(name));
        }
        for hostile in hostile {
            let told = refuse(name, &put(&hostile.file, &hostile.bytes), &hostile.what);
            if !told.contains(hostile.says) || !told.contains(&hostile.file) {
                untold.push(format!("{}: {told}", hostile.what));
            }
        }
        let folder = refuse(name, &desk.display().to_string(), "a folder");
        assert!(folder.contains("The file can’t be read"), "{folder}");
        let nowhere = refuse(name, &desk.join("nowhere.csv").display().to_string(), "no file");
        assert!(nowhere.contains("The file can’t be read"), "{nowhere}");
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
    assert!(exports() == before, "something was changed");
    let peak = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN).expect("figures").max_rss();
    println!("at most {} MB", peak / 1024);
    assert!(peak < MOST_MEMORY, "{} MB", peak / 1024);
}
