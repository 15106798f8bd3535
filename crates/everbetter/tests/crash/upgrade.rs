//! Databases of older versions come along: nothing in them changes but their shape. `schemas/` holds one of each engine, as the
//! version of that name left it.

use std::{collections::BTreeMap, io::Read, path::Path};

use platform::db::Engine;
use serde_json::{Map, Value};

use crate::harness::{Place, said};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crash/schemas");

/// The rows of a backup by table, each value under its column's name.
fn rows(file: &Path) -> BTreeMap<String, Vec<Map<String, Value>>> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(file).expect("a backup")));
    let (mut lines, mut manifest) = (BTreeMap::<String, Vec<Vec<Value>>>::new(), Value::Null);
    for entry in tar.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").display().to_string();
        let mut text = String::new();
        if name == "manifest.json" {
            entry.read_to_string(&mut text).expect("the list");
            manifest = serde_json::from_str(&text).expect("JSON");
        } else if let Some((table, _)) = name.strip_prefix("tables/").and_then(|rest| rest.split_once('/')) {
            entry.read_to_string(&mut text).expect("rows");
            let rows = text.lines().map(|line| serde_json::from_str(line).expect("a row"));
            lines.entry(table.to_owned()).or_default().extend(rows);
        }
    }
    let mut tables = BTreeMap::new();
    for table in manifest["tables"].as_array().expect("tables") {
        let name = table["name"].as_str().expect("a name").to_owned();
        let columns: Vec<String> = serde_json::from_value(table["columns"].clone()).expect("columns");
        let found = lines.remove(&name).unwrap_or_default();
        let named = found.into_iter().map(|row| columns.iter().cloned().zip(row).collect()).collect();
        tables.insert(name, named);
    }
    tables
}

/// Every row of before is there afterwards, with the same values in the columns of before.
fn is_all_there(before: &Path, after: &Path) {
    let (before, after) = (rows(before), rows(after));
    assert!(before["tracker_entry"].len() > 100 && before["person"].len() > 100, "the fixture is not what it was");
    for (table, old) in before {
        let new = after.get(&table).unwrap_or_else(|| panic!("{table} is gone"));
        if table == "schema_step" {
            assert!(new.len() >= old.len());
            continue;
        }
        assert_eq!(old.len(), new.len(), "{table}");
        for row in old {
            let same = |other: &&Map<String, Value>| row.iter().all(|(column, value)| other.get(column) == Some(value));
            assert!(new.iter().any(|other| same(&other)), "{table}: {row:?}");
        }
    }
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_database_of_the_first_schema_comes_along() {
    let place = Place::empty(Engine::Sqlite);
    std::fs::create_dir_all(&place.data).expect("a folder");
    let packed = std::fs::File::open(Path::new(FIXTURES).join("first.db.gz")).expect("the fixture");
    let mut file = std::fs::File::create(place.data.join("everbetter.db")).expect("a file");
    std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut file).expect("a database");
    place.check();
    // A backup leaves the database as it is, so that one can return.
    let before = place.backed_up("before.tar.gz");
    assert_eq!(place.ask::<i64>("select count(*) from schema_step where name = 'house-001-backups'"), 0);
    drop(place.serve());
    place.check();
    assert_eq!(place.ask::<i64>("select count(*) from schema_step where name = 'house-001-backups'"), 1);
    // What the server itself did since then is no difference of the schema.
    let after = Place::empty(Engine::Sqlite);
    assert!(after.run(&["restore", before.to_str().expect("a path")]).status.success());
    is_all_there(&before, &after.backed_up("after.tar.gz"));
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_backup_of_the_first_schema_comes_along_on_its_own_engine_and_the_other() {
    let fixture = Path::new(FIXTURES).join("first-postgres.tar.gz");
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let place = Place::empty(engine);
        let restored = place.run(&["restore", fixture.to_str().expect("a path")]);
        assert!(restored.status.success(), "{engine:?}: {}", said(&restored.stderr));
        place.check();
        if engine == Engine::Postgres {
            is_all_there(&fixture, &place.backed_up("after.tar.gz"));
        }
    }
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_newer_schema_is_refused_with_a_sentence() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::furnished(engine);
        place.change("insert into schema_step (name, applied_at) values ('house-999-from-tomorrow', '2030-01-01')");
        for words in [vec!["serve", "--listen", "127.0.0.1:0"], vec!["user", "invite", "--email", "nobody@example.org"]] {
            let refused = place.run(&words);
            assert!(!refused.status.success());
            let said = said(&refused.stderr);
            assert!(said.contains("newer version of Everbetter") && said.contains("house-999-from-tomorrow"), "{said}");
        }
        let newer = place.backed_up("newer.tar.gz");
        let elsewhere = Place::empty(engine);
        let refused = elsewhere.run(&["restore", newer.to_str().expect("a path")]);
        assert!(!refused.status.success() && said(&refused.stderr).contains("newer version"), "{refused:?}");
    }
}
