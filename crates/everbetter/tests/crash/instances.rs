//! Several servers over one PostgreSQL: what one knows all know, and any of them may go.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use platform::{
    clock::Clock,
    db::{Db, Engine},
    mail::{self, Letter},
};

use crate::harness::{Chance, Place, get, new_key, post, record, wait_for};

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_session_begun_at_one_is_known_to_the_other_and_ends_for_both() {
    let place = Place::furnished(Engine::Postgres);
    let invited = place.run(&["user", "invite", "--email", "amara.osei@example.org"]);
    let link = String::from_utf8(invited.stdout).expect("a link");
    let path = link.split_whitespace().find_map(|word| word.find("/invitations/").map(|at| word[at..].to_owned()));
    let (one, two) = (place.serve(), place.serve());
    let chosen = post(one.port, &path.expect("a link"), "", "", &[("password", "seven quiet otters swim")]).expect("an answer");
    let cookie = chosen.cookie.unwrap_or_else(|| panic!("{}: {}", chosen.status, chosen.body));
    for server in [&one, &two] {
        let page = get(server.port, "/partnerships", "", &cookie).expect("a page");
        assert_eq!(page.status, 200, "{}", page.body);
    }
    assert_eq!(post(two.port, "/sign-out", "", &cookie, &[]).expect("an answer").status, 303);
    assert_eq!(get(one.port, "/partnerships", "", &cookie).expect("an answer").status, 303, "the session is over everywhere");
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn eight_that_start_at_once_make_the_schema_once() {
    let place = Place::empty(Engine::Postgres);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/teams.csv");
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let mut command = place.command();
            command.args(["import", "teams", file, "--dry-run"]);
            command.stdout(std::process::Stdio::null()).spawn().expect("a start")
        })
        .collect();
    for mut start in starts {
        assert!(start.wait().expect("an end").success());
    }
    let (steps, names) =
        (place.ask::<i64>("select count(*) from schema_step"), place.ask::<i64>("select count(distinct name) from schema_step"));
    assert!(steps > 10 && steps == names, "{steps} steps, {names} names");
    place.check();
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn one_of_two_may_be_killed_under_load() {
    let mut chance = Chance::new("instances");
    let place = Place::furnished(Engine::Postgres);
    let servers = [Arc::new(Mutex::new(place.serve())), Arc::new(Mutex::new(place.serve()))];
    let ports = Arc::new(Mutex::new([0, 1].map(|number: usize| servers[number].lock().expect("a server").port)));
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let clients: Vec<_> = (0..4_usize)
        .map(|number| {
            let (ports, stop, sent) = (Arc::clone(&ports), Arc::clone(&stop), Arc::clone(&sent));
            std::thread::spawn(move || {
                let mut turn = number;
                while !stop.load(Ordering::Relaxed) {
                    let key = new_key();
                    // As a proxy does: what does not get through goes to the other one, with the same key.
                    loop {
                        let port = ports.lock().expect("the ports")[turn % 2];
                        turn += 1;
                        match record(port, &key, "two") {
                            Ok(reply) => {
                                assert_eq!(reply.status, 303, "{}", reply.body);
                                break;
                            }
                            Err(_) => continue,
                        }
                    }
                    sent.lock().expect("the journal").push(key);
                }
            })
        })
        .collect();
    for round in 0..6 {
        std::thread::sleep(Duration::from_millis(200 + chance.below(400)));
        let number = round % 2;
        let mut server = servers[number].lock().expect("a server");
        server.kill();
        *server = place.serve();
        ports.lock().expect("the ports")[number] = server.port;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("a client saw no other error than one in flight");
    }
    let sent = sent.lock().expect("the journal").clone();
    let there = place.texts("select key as text from tracker_entry where note = 'two'");
    assert!(sent.len() > 20, "the clients hardly wrote anything");
    assert_eq!(sent.iter().filter(|key| !there.contains(key)).count(), 0, "acknowledged and lost");
    assert_eq!(there.len(), sent.len(), "each exactly once");
    let events = place.ask::<i64>("select count(*) from audit_event where action = 'tracker entry recorded'");
    assert_eq!(events, there.len() as i64);
    place.check();
}

const LETTERS: usize = 1000;

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_thousand_jobs_of_four_workers_are_each_done_once() {
    let mut chance = Chance::new("jobs");
    let place = Place::furnished(Engine::Postgres);
    let clock = Clock::system();
    wait_for(async {
        let db = Db::connect(&place.url).await.expect("the database");
        let queued = db.write(async |tx| {
            for number in 0..LETTERS {
                let letter = Letter {
                    to: format!("person-{number}@example.org"),
                    subject: format!("Letter {number}"),
                    text: "Hello".to_owned(),
                };
                mail::enqueue(tx, clock.now(), &letter).await?;
            }
            Ok::<_, platform::Error>(())
        });
        queued.await.expect("letters in the queue");
        db.close().await;
    });
    let mut workers: Vec<_> = (0..4).map(|_| place.serve()).collect();
    let waiting = "select count(*) from job where kind = 'mail' and done_at is null";
    let began = Instant::now();
    let mut kills = 0;
    while place.ask::<i64>(waiting) > 0 {
        assert!(began.elapsed() < Duration::from_secs(300), "the queue does not empty");
        std::thread::sleep(Duration::from_millis(100 + chance.below(300)));
        if kills < 12 {
            let number = usize::try_from(chance.below(4)).expect("a number");
            workers[number].kill();
            workers[number] = place.serve();
            kills += 1;
        }
        // A minute passes for every lease, also for those of workers that are alive: they may lose a job in the middle of it.
        place.change("update job set leased_until = now() - interval '1 second' where leased_until is not null");
    }
    let letters: Vec<_> = std::fs::read_dir(place.data.join("mail")).expect("a folder").flatten().collect();
    let mut to: Vec<String> = letters
        .iter()
        .filter(|file| file.path().extension().is_some_and(|end| end == "eml"))
        .map(|file| {
            let text = std::fs::read_to_string(file.path()).expect("a letter");
            text.lines().find(|line| line.starts_with("To: ")).expect("an address").to_owned()
        })
        .collect();
    let again = place.ask::<i64>("select count(*) from job where kind = 'mail' and attempts > 1");
    println!("jobs: {LETTERS} letters, 4 workers, {kills} kills, {again} begun more than once, {} files", to.len());
    to.sort();
    to.dedup();
    assert_eq!(to.len(), LETTERS, "a letter is lost");
    let files = letters.iter().filter(|file| file.path().extension().is_some_and(|end| end == "eml")).count();
    assert_eq!(files, LETTERS, "a letter was written twice");
    assert_eq!(
        place.ask::<i64>("select count(*) from job where kind = 'mail' and (last_error is not null or given_up_at is not null)"),
        0
    );
}
