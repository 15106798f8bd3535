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

use crate::harness::{Chance, Place, get, new_key, post, record, record_by_api, wait_for};

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

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn wrong_passwords_count_for_both_and_a_kill_forgets_none() {
    let place = Place::furnished(Engine::Postgres);
    let (mut one, two) = (place.serve(), place.serve());
    let knock = |port: u16| {
        let fields = [("email", "amara.osei@example.org"), ("password", "not the right one")];
        post(port, "/sign-in", "", "", &fields).expect("an answer").status
    };
    for _ in 0..5 {
        assert_eq!((knock(one.port), knock(two.port)), (422, 422));
    }
    assert_eq!((knock(one.port), knock(two.port)), (429, 429), "ten tries are ten, wherever they were made");
    one.kill();
    assert_eq!((knock(place.serve().port), knock(two.port)), (429, 429), "a new server knows of them");
}

#[test]
#[ignore = "takes a minute; `cargo ci crashes` runs it"]
fn a_key_of_a_program_is_done_once_by_two_that_are_killed() {
    let mut chance = Chance::new("keys");
    let place = Place::furnished(Engine::Postgres);
    let servers = [Arc::new(Mutex::new(place.serve())), Arc::new(Mutex::new(place.serve()))];
    let ports = Arc::new(Mutex::new([0, 1].map(|number: usize| servers[number].lock().expect("a server").port)));
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (ports, stop) = (Arc::clone(&ports), Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut sent = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let key = new_key();
                    // Both at once, as a program does that gave up waiting for the first answer.
                    let [one, two] = *ports.lock().expect("the ports");
                    let hasty = std::thread::spawn({
                        let key = key.clone();
                        move || record_by_api(two, &key)
                    });
                    let answers = [record_by_api(one, &key), hasty.join().expect("a client")];
                    let mut made: Option<String> = None;
                    for reply in answers.into_iter().flatten() {
                        match (reply.status, &made) {
                            (201, None) => made = Some(reply.body),
                            (201, Some(first)) => assert_eq!(*first, reply.body, "two answers under one key"),
                            _ => assert_eq!(reply.status, 409, "{}", reply.body),
                        }
                    }
                    sent.push((key, made));
                }
                sent
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
    let sent: Vec<_> = clients.into_iter().flat_map(|client| client.join().expect("a client")).collect();
    // What died under way holds its key for two minutes; they pass, behind the program's back.
    place.change("update api_key_use set claimed_at = claimed_at - interval '3 minutes'");
    let open = sent.iter().filter(|(_, made)| made.is_none()).count();
    let mut lost = 0;
    for (key, made) in &sent {
        for server in &servers {
            let reply = record_by_api(server.lock().expect("a server").port, key).expect("an answer");
            match made {
                Some(first) => assert_eq!((reply.status, &reply.body), (201, first), "the answer of the first time"),
                // Done, and killed before the answer was kept: it must not be done again.
                None if reply.status == 409 => lost += 1,
                None => assert_eq!(reply.status, 201, "{}", reply.body),
            }
        }
    }
    println!("keys: {} sent to both, {open} without an answer at first, {} of them done without one", sent.len(), lost / 2);
    assert!(sent.len() > 20 && open < sent.len(), "the clients hardly wrote anything");
    let mut there = place.texts("select note as text from tracker_entry where note is not null");
    there.retain(|note| sent.iter().any(|(key, _)| key == note));
    assert_eq!(there.len(), sent.len(), "each exactly once");
    there.sort();
    there.dedup();
    assert_eq!(there.len(), sent.len(), "each exactly once");
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
