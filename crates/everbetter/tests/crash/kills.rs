//! `kill -9` at random moments, while people write and a file is taken in.

use std::{
    collections::BTreeSet,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use platform::db::Engine;

use crate::harness::{Chance, Place, new_key, record, rounds, tracker_file};

const CLIENTS: usize = 4;
const ROWS: usize = 300;

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn sqlite_keeps_what_was_acknowledged() {
    killed_again_and_again(Engine::Sqlite);
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn postgres_keeps_what_was_acknowledged() {
    killed_again_and_again(Engine::Postgres);
}

fn killed_again_and_again(engine: Engine) {
    let mut chance = Chance::new("kills");
    let place = Place::furnished(engine);
    let events_before = place.ask::<i64>("select count(*) from audit_event");
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let (mut longest, mut taken_in, mut broken_off) = (Duration::ZERO, 0, 0);
    for round in 0..=rounds() {
        let mut server = place.serve();
        longest = longest.max(server.first_answer);
        is_all_there(&place, &acknowledged.lock().expect("the journal"), events_before, taken_in);
        if round == rounds() {
            break;
        }
        let writers: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (port, journal) = (server.port, Arc::clone(&acknowledged));
                std::thread::spawn(move || {
                    loop {
                        let key = new_key();
                        match record(port, &key, "crash") {
                            Ok(reply) if reply.status == 303 => {
                                journal.lock().expect("the journal").insert(key);
                            }
                            // While a file is taken in, a write may have to give up; it was not acknowledged then.
                            Ok(reply) => assert!(reply.status >= 500, "{}: {}", reply.status, reply.body),
                            Err(_) => return,
                        }
                    }
                })
            })
            .collect();
        let file = place.data.join("import.csv");
        std::fs::write(&file, tracker_file((0..ROWS).map(|row| format!("file-{round}-{row}")))).expect("a file");
        std::thread::sleep(Duration::from_millis(chance.below(150)));
        let mut import = place
            .command()
            .args(["import", "tracker", file.to_str().expect("a path")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("an import");
        std::thread::sleep(Duration::from_millis(chance.below(1500)));
        server.kill();
        import.kill().expect("the import is killed, unless it has ended");
        let ended = import.wait().expect("the import has ended");
        for writer in writers {
            writer.join().expect("a client");
        }
        let there = place.ask::<i64>(&format!("select count(*) from tracker_entry where key like 'file-{round}-%'"));
        assert!(there == 0 || there == ROWS as i64, "half an import: {there} of {ROWS} rows");
        assert!(!ended.success() || there > 0, "an import was acknowledged and is gone");
        taken_in += i64::from(there > 0);
        broken_off += i64::from(there == 0);
        place.check();
    }
    let count = acknowledged.lock().expect("the journal").len();
    println!(
        "{engine:?}: {} kills, {count} acknowledged entries all there, {taken_in} imports whole and {broken_off} not at all; \
         longest start to the first answer {} ms",
        rounds(),
        longest.as_millis()
    );
    assert!(count > rounds(), "the clients hardly wrote anything");
}

/// Each acknowledged entry is there, and each entry that is there has its event: no transaction is there by half.
fn is_all_there(place: &Place, acknowledged: &BTreeSet<String>, events_before: i64, imports: i64) {
    let there: BTreeSet<String> = place.texts("select key as text from tracker_entry where note = 'crash'").into_iter().collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let events = place.ask::<i64>("select count(*) from audit_event") - events_before;
    assert_eq!(events, there.len() as i64 + imports, "entries and their events");
    let newest = place.ask::<i64>(
        "select count(*) from tracker_entry e where e.note = 'crash' and not exists (select 1 from tracker_cell c
           where c.partnership_id = e.partnership_id and c.practice_id = e.practice_id and c.entered_at >= e.entered_at)",
    );
    assert_eq!(newest, 0, "an entry's cell does not know it");
}
