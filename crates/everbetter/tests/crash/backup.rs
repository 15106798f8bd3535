//! A backup made while people write, restored elsewhere: one state of the whole, and the same bytes again.

use std::{
    collections::BTreeMap,
    io::Read,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use platform::db::Engine;

use crate::harness::{Place, attach, new_key, record, said};

/// What is in a backup, its rows' tables and files alone: the list at its end has the time in it.
fn content(file: &Path) -> BTreeMap<String, Vec<u8>> {
    let unpacked = flate2::read::GzDecoder::new(std::fs::File::open(file).expect("a backup"));
    let mut tar = tar::Archive::new(unpacked);
    let mut content = BTreeMap::new();
    for entry in tar.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its content");
        // A backup's own row is in the next one.
        if name != "manifest.json" && !name.starts_with("tables/backup/") {
            content.insert(name, bytes);
        }
    }
    content
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_backup_under_load_is_one_state_and_moves_between_engines() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::furnished(engine);
        std::fs::create_dir_all(place.data.join("files/deep")).expect("a folder");
        std::fs::write(place.data.join("files/deep/one.csv"), b"a,b\n1,2\n").expect("a file");
        // The program makes this when the first second factor is set up.
        let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n";
        std::fs::write(place.data.join("secret.key"), key).expect("a key");
        let server = place.serve();
        // Larger than what is written at a time.
        let notes = "One more line of notes.\n".repeat(150_000);
        let reply = attach(server.port, "linden-grove.21.c1", "notes.txt", notes.as_bytes()).expect("an answer");
        assert_eq!(reply.status, 303, "{}", reply.body);
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let writers: Vec<_> = (0..3)
            .map(|_| {
                let (port, stop, journal) = (server.port, Arc::clone(&stop), Arc::clone(&acknowledged));
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let key = new_key();
                        let reply = record(port, &key, "load").expect("an answer");
                        assert_eq!(reply.status, 303, "{}", reply.body);
                        journal.lock().expect("the journal").push(key);
                    }
                })
            })
            .collect();
        while acknowledged.lock().expect("the journal").len() < 20 {
            std::thread::yield_now();
        }
        let before: Vec<String> = acknowledged.lock().expect("the journal").clone();
        let first = place.backed_up("first.tar.gz");
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.join().expect("a client");
        }
        drop(server);

        // Into the other engine and back: the same bytes, and all that was acknowledged before it began.
        let other = if engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
        let there = Place::empty(other);
        let restored = there.run(&["restore", first.to_str().expect("a path")]);
        assert!(restored.status.success(), "{}", said(&restored.stderr));
        let keys = there.texts("select key as text from tracker_entry where note = 'load'");
        assert!(before.iter().all(|key| keys.contains(key)), "something acknowledged before is missing");
        let events = there.ask::<i64>("select count(*) from audit_event where action = 'tracker entry recorded'");
        assert_eq!(events, keys.len() as i64, "entries and their events are of one state");
        let kept = std::fs::read_to_string(there.data.join("secret.key"));
        assert_eq!(kept.expect("the key that opens secrets"), key);
        there.check();
        assert_eq!(there.ask::<i64>("select size from attached_content"), notes.len() as i64, "what people attached came along");
        let back = Place::empty(engine);
        let second = there.backed_up("second.tar.gz");
        assert!(back.run(&["restore", second.to_str().expect("a path")]).status.success());
        let third = back.backed_up("third.tar.gz");
        let (first, third) = (content(&first), content(&third));
        assert_eq!(first.keys().collect::<Vec<_>>(), third.keys().collect::<Vec<_>>());
        for (name, bytes) in &first {
            assert!(third[name] == *bytes, "{engine:?}: {name} is not the same");
        }
        assert!(first.contains_key("files/deep/one.csv"));
        // What somebody changed behind our back is told.
        back.change("update cycle_file set hash = null");
        back.change("update attached_content set hash = 'another'");
        let checked = back.run(&["check"]);
        assert!(
            !checked.status.success() && said(&checked.stdout).contains("What is kept as another was changed."),
            "{checked:?}"
        );
    }
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_restore_refuses_what_is_not_empty_or_not_whole() {
    let demo = std::fs::read(crate::harness::demo_backup()).expect("a backup");
    let place = Place::empty(Engine::Sqlite);
    std::fs::create_dir_all(&place.data).expect("a folder");
    let file = place.data.with_file_name("broken.tar.gz");
    let refuses = |words: &str| {
        let refused = place.run(&["restore", file.to_str().expect("a path")]);
        assert!(!refused.status.success() && said(&refused.stderr).contains(words), "{words}: {refused:?}");
        assert!(!place.data.join("everbetter.db").exists() || words.contains("there already"), "something was restored");
    };
    // Cut off, a byte turned, and nothing of the kind at all.
    std::fs::write(&file, &demo[..demo.len() / 2]).expect("a file");
    refuses("not a whole backup");
    let mut turned = demo.clone();
    turned[demo.len() / 3] ^= 1;
    std::fs::write(&file, turned).expect("a file");
    refuses("not a whole backup");
    std::fs::write(&file, b"hello").expect("a file");
    refuses("not a whole backup");
    std::fs::write(&file, demo).expect("a file");
    // Places that are not empty.
    std::fs::write(place.data.join("everbetter.db-wal"), b"stray").expect("a file");
    refuses("everbetter.db-wal is there already");
    std::fs::remove_file(place.data.join("everbetter.db-wal")).expect("removed");
    std::fs::create_dir_all(place.data.join("files")).expect("a folder");
    std::fs::write(place.data.join("files/x"), b"x").expect("a file");
    refuses("holds files already");
    std::fs::remove_file(place.data.join("files/x")).expect("removed");
    let left = std::fs::read_dir(&place.data).expect("a folder").flatten().count();
    assert_eq!(left, 1, "a refused restore leaves nothing but the folder of files");
    assert!(place.run(&["restore", file.to_str().expect("a path")]).status.success());
    refuses("there already");
    let taken = Place::furnished(Engine::Postgres);
    let elsewhere = Place::empty(Engine::Sqlite);
    let refused = elsewhere.run(&["restore", file.to_str().expect("a path"), "--database", &taken.url]);
    assert!(!refused.status.success(), "{refused:?}");
    taken.check();
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn backups_on_schedule_are_made_tried_out_and_remembered() {
    let place = Place::furnished(Engine::Sqlite);
    let folder = place.data.with_file_name("backups");
    let server = place.serve_as(|command| {
        command.env("EVERBETTER_BACKUP_FOLDER", &folder);
    });
    let done = "select count(*) from backup where cause = 'schedule' and verified_at is not null and problem is null";
    let began = std::time::Instant::now();
    while place.ask::<i64>(done) == 0 {
        assert!(began.elapsed().as_secs() < 120, "{:?}", place.texts("select coalesce(problem, '') as text from backup"));
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    drop(server);
    let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(place.texts("select file as text from backup where cause = 'schedule'"), [files[0].display().to_string()]);
}
