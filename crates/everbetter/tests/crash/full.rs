//! A full disk: who saves is told so in words, who reads goes on, and saving works again as soon as there is room.

use std::io::Write;

use platform::db::Engine;

use crate::{
    harness::{Place, get, new_key, record},
    shim,
};

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn saving_is_refused_in_words_reading_goes_on_and_room_is_noticed() {
    let place = Place::furnished(Engine::Sqlite);
    let flag = tempfile::NamedTempFile::new().expect("a file");
    // In its place: the library has the file mapped.
    let disk_is = |word: &str| {
        let mut file = std::fs::File::options().write(true).open(flag.path()).expect("the flag");
        file.write_all(word.as_bytes()).expect("a word");
    };
    disk_is("0");
    let server = place.serve_as(|command| {
        shim::under(command, &place.data);
        command.env("EVERBETTER_SHIM_FULL", flag.path());
    });
    let token = "Bearer demo-implementer";
    let reads = || get(server.port, "/partnerships/linden-grove/tracker", token, "").expect("a page").status;
    let first = new_key();
    assert_eq!(record(server.port, &first, "room").expect("an answer").status, 303);

    for _ in 0..3 {
        disk_is("1");
        let refused_key = new_key();
        // More than once: the connection must bear it.
        for _ in 0..3 {
            let refused = record(server.port, &refused_key, "room").expect("an answer");
            assert_eq!(refused.status, 503, "{}", refused.body);
            assert!(
                refused.body.contains("disk is full") && refused.body.contains("What you typed is still"),
                "{}",
                refused.body
            );
            assert_eq!(reads(), 200);
        }
        let ready = server.get("/readyz", "").expect("an answer");
        assert_eq!((ready.status, ready.body.contains("disk is full")), (503, true), "{}", ready.body);

        disk_is("0");
        assert_eq!(server.get("/readyz", "").expect("an answer").status, 200);
        let again = record(server.port, &refused_key, "room").expect("an answer");
        assert_eq!(again.status, 303, "{}", again.body);
    }
    assert_eq!(place.ask::<i64>("select count(*) from tracker_entry where note = 'room'"), 4);
    drop(server);
    place.check();
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn an_import_and_a_backup_leave_nothing_behind() {
    let place = Place::furnished(Engine::Sqlite);
    let server = place.serve();
    let flag = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(flag.path(), "1").expect("a word");
    let run = |words: &[&str]| {
        let mut command = place.command();
        shim::under(&mut command, &place.data);
        command.env("EVERBETTER_SHIM_FULL", flag.path()).args(words).output().expect("the program runs")
    };
    let file = place.data.with_extension("csv");
    std::fs::write(&file, crate::harness::tracker_file((0..2000).map(|row| format!("full-{row}")))).expect("a file");
    let import = run(&["import", "tracker", file.to_str().expect("a path")]);
    assert!(!import.status.success());
    assert!(crate::harness::said(&import.stderr).contains("full"), "{import:?}");
    let backup = place.data.join("backup.tar.gz");
    let made = run(&["backup", backup.to_str().expect("a path")]);
    assert!(!made.status.success() && !backup.exists());
    assert_eq!(place.ask::<i64>("select count(*) from tracker_entry where key like 'full-%'"), 0);
    let left = std::fs::read_dir(&place.data).expect("a folder").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().contains("backup")).collect();
    assert!(left.is_empty(), "{left:?}");
    drop(server);
    // Nothing runs: not even the index of SQLite's log finds room.
    let checked = run(&["check"]);
    assert!(!checked.status.success() && crate::harness::said(&checked.stderr).contains("disk is full"), "{checked:?}");
    place.check();
}
