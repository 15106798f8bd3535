//! Power cuts under SQLite: what was not synced is lost, torn, or there after all, as chance wills.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use platform::db::Engine;
use sea_orm::{ConnectionTrait, Database};

use crate::{
    harness::{Chance, Place, new_key, record, rounds, wait_for},
    shim,
};

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn the_server_keeps_what_was_acknowledged() {
    let mut chance = Chance::new("power");
    let (kept, lost) = cut_again_and_again(&mut chance, rounds(), false);
    println!("power: {} cuts, {kept} acknowledged entries all there", rounds());
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(kept > rounds(), "the clients hardly wrote anything");
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn on_a_disk_that_lies_the_same_server_loses() {
    let mut chance = Chance::new("power, with a disk that lies");
    let (kept, lost) = cut_again_and_again(&mut chance, 1, true);
    println!("power, with a disk that lies: {} of {} acknowledged entries lost", lost.len(), kept + lost.len());
    assert!(!lost.is_empty(), "nothing was lost, so the test above shows nothing");
}

/// How many acknowledged entries were there in the end, and which were not.
fn cut_again_and_again(chance: &mut Chance, cuts: usize, lies: bool) -> (usize, Vec<String>) {
    let place = Place::furnished(Engine::Sqlite);
    let file = place.data.join("everbetter.db");
    let log = tempfile::NamedTempFile::new().expect("a file");
    let acknowledged = Arc::new(Mutex::new(Vec::<String>::new()));
    for _ in 0..cuts {
        std::fs::write(log.path(), []).expect("an empty log");
        let before = BTreeMap::from([(file.clone(), std::fs::read(&file).expect("the database"))]);
        let mut server = place.serve_as(|command| {
            shim::under(command, &place.data);
            command.env("EVERBETTER_SHIM_LOG", log.path());
            if lies {
                command.env("EVERBETTER_SHIM_LIES", "1");
            }
        });
        let writers: Vec<_> = (0..3)
            .map(|_| {
                let (port, journal) = (server.port, Arc::clone(&acknowledged));
                std::thread::spawn(move || {
                    loop {
                        let key = new_key();
                        match record(port, &key, "power") {
                            Ok(reply) => {
                                assert_eq!(reply.status, 303, "{}", reply.body);
                                journal.lock().expect("the journal").push(key);
                            }
                            Err(_) => return,
                        }
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300 + chance.below(900)));
        server.kill();
        for writer in writers {
            writer.join().expect("a client");
        }
        leave(&place.data, shim::after_a_cut(log.path(), &before, chance));
        if !lies {
            place.check();
        }
        // A clean end puts the log into the database, from which the next round begins.
        let opened = wait_for(async {
            let db = platform::db::Db::connect(&place.url).await?;
            db.close().await;
            Ok::<_, platform::db::DbErr>(())
        });
        if !lies {
            opened.expect("the database opens");
            assert!(!wal_of(&file).exists(), "the database was not closed");
        }
    }
    let acknowledged = acknowledged.lock().expect("the journal").clone();
    // A disk that lies may leave a file that no longer reads as a database: then every entry is lost.
    let there = match place.try_texts("select key as text from tracker_entry where note = 'power'") {
        Ok(there) => there,
        Err(malformed) if lies => {
            println!("power, with a disk that lies: {malformed}");
            Vec::new()
        }
        Err(malformed) => panic!("the database does not read: {malformed}"),
    };
    let (kept, lost): (Vec<_>, Vec<_>) = acknowledged.into_iter().partition(|key| there.contains(key));
    (kept.len(), lost)
}

fn wal_of(file: &Path) -> PathBuf {
    file.with_extension("db-wal")
}

/// Puts the folder's database files as the cut left them.
fn leave(folder: &Path, files: BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.file_name().to_string_lossy().contains(".db") {
            std::fs::remove_file(entry.path()).expect("a file less");
        }
    }
    for (name, content) in files {
        std::fs::write(name, content).expect("a file");
    }
}

const COMMITS: i64 = 200;

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn only_full_syncing_keeps_every_commit() {
    let mut chance = Chance::new("syncing");
    let kept: BTreeMap<&str, i64> = ["off", "normal", "full"].map(|mode| (mode, commits_kept(mode, &mut chance))).into();
    println!("syncing: of {COMMITS} acknowledged commits are left: {kept:?}");
    assert_eq!(kept["full"], COMMITS);
    assert!(kept["off"] < COMMITS, "with synchronous=off nothing was lost, so the test can't fail");
    assert!(kept["normal"] < COMMITS, "with synchronous=normal nothing was lost");
}

/// Runs [`a_writer`] in a program of its own, cuts the power after its last word, and counts what is left.
fn commits_kept(mode: &str, chance: &mut Chance) -> i64 {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("everbetter.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let log = tempfile::NamedTempFile::new().expect("a file");
    wait_for(async {
        let db = Database::connect(&url).await.expect("a database");
        db.execute_unprepared("pragma journal_mode = wal").await.expect("wal");
        db.execute_unprepared("create table written (n integer)").await.expect("a table");
        db.close().await.expect("closed");
    });
    let before = BTreeMap::from([(file.clone(), std::fs::read(&file).expect("the database"))]);
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--ignored", "--exact", "power::a_writer", "--nocapture"]);
    command.env("EVERBETTER_WRITER", format!("{mode} {url}")).env("EVERBETTER_SHIM_LOG", log.path()).stdout(Stdio::piped());
    shim::under(&mut command, folder.path());
    let mut child = command.spawn().expect("a writer");
    let lines = BufReader::new(child.stdout.take().expect("its words")).lines();
    let last = lines.map_while(Result::ok).find(|line| line.contains(&format!("acknowledged {COMMITS}")));
    child.kill().expect("the writer is killed");
    child.wait().expect("the writer has ended");
    assert!(last.is_some(), "the writer ended too early");
    leave(folder.path(), shim::after_a_cut(log.path(), &before, chance));
    wait_for(async {
        let db = Database::connect(&url).await.expect("the database opens after the cut");
        platform::db::scalar::<i64>(&db, "select count(*) from written", vec![]).await.ok().flatten().unwrap_or(0)
    })
}

/// Not a test of its own: commits one row after the other and says so, until it is killed.
#[test]
#[ignore = "is run by the test above it"]
fn a_writer() {
    let Ok(words) = std::env::var("EVERBETTER_WRITER") else { return };
    let (mode, url) = words.split_once(' ').expect("a mode and an address");
    wait_for(async {
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.expect("the database opens");
        db.execute_unprepared(&format!("pragma synchronous = {mode}")).await.expect("a way of syncing");
        for n in 1..=COMMITS {
            db.execute_unprepared(&format!("insert into written (n) values ({n})")).await.expect("a commit");
            println!("acknowledged {n}");
        }
        std::future::pending::<()>().await;
    });
}
