//! Photos and files in a cycle's log, and as evidence for a goal.

use image::ImageFormat;
use platform::{
    attachments, db,
    testing::{Bench, Reply, Visitor},
};

use crate::{
    photos::{Attaches as _, PLACE, from_a_phone, pdf, picture, seen},
    world::{PEOPLE, give_token, in_the_world, visitor},
};

const CYCLE: &str = "/cycles/alder.21.c1";
const LOG: &str = "/cycles/alder.21.c1/log-entries";
const EVIDENCE: &str = "/cycles/alder.21.c1/goals/alder.21.c1.g1/files";

/// Whoever is among the staff, and Alder's own people.
const SEE_ALDER: [&str; 10] = ["ada", "ben", "sofia", "dora", "eva", "hal", "chi", "otto", "pia", "tom"];

async fn count(bench: &Bench, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    db::scalar::<i64>(bench.app.db.read(), &sql, vec![]).await.expect("a query").expect("a count")
}

/// Sends a form with one file under a key; answers the address of the file's page.
async fn put(who: &mut Visitor, to: &str, fields: &[(&str, &str)], name: &str, content: &[u8]) -> String {
    let key = crate::world::new_key();
    let fields = [&[("key", key.as_str())], fields].concat();
    let reply = who.attach(to, &fields, "files", &[(name, content)]).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let cycle = to.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("{cycle}/files/{key}.1")
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_photo_is_kept_upright_smaller_and_without_its_place() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let sent = from_a_phone(3000, 2000);
        assert!(String::from_utf8_lossy(&sent).contains(PLACE) && !seen(&sent).2, "as a phone makes it");
        let fields = [("text", "Charts hang in four rooms."), ("caption", "The chart of room 4")];
        let file = put(&mut ada, LOG, &fields, "IMG_2041.JPG", &sent).await;

        let page = ada.get(CYCLE).await.body;
        assert!(
            page.contains(&format!("<img src=\"{file}/small\" width=\"320\" height=\"480\" alt=\"The chart of room 4\"")),
            "{page}"
        );
        assert!(page.contains("Charts hang in four rooms."));
        let whole = ada.get(&format!("{file}/content")).await;
        assert_eq!(seen(&whole.bytes), (1365, 2048, true), "turned by a quarter, so that blue is at its left");
        let small = ada.get(&format!("{file}/small")).await;
        assert_eq!(seen(&small.bytes), (320, 480, true));
        for reply in [&whole, &small] {
            assert!(!String::from_utf8_lossy(&reply.bytes).contains(PLACE));
            assert!(!reply.bytes.windows(4).any(|four| four == b"Exif"));
            assert_eq!(header(reply, "content-type"), "image/jpeg");
            assert_eq!(header(reply, "content-disposition"), "inline; filename*=UTF-8''IMG_2041.JPG");
            assert_eq!(header(reply, "x-content-type-options"), "nosniff");
            assert!(header(reply, "content-security-policy").contains("default-src 'none'; sandbox"));
        }
        assert_ne!(header(&small, "etag"), header(&whole, "etag"));
        let rows =
            db::scalar::<i64>(bench.app.db.read(), "select count(*) from attached_content where kind = 'jpeg'", vec![]).await;
        assert_eq!(rows.expect("a query"), Some(1));
    })
    .await;
}

#[tokio::test]
async fn what_a_browser_kept_is_asked_about_each_time() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let file = put(&mut ada, LOG, &[("text", "A wall.")], "wall.jpg", &picture(60, 40, ImageFormat::Jpeg)).await;
        let content = format!("{file}/content");
        let whole = ada.get(&content).await;
        assert_eq!(header(&whole, "cache-control"), "private, no-cache");
        let tag = header(&whole, "etag").to_owned();
        let again = async |who: &mut Visitor, tag: &str| {
            who.send(axum::http::Method::GET, &content, &[("if-none-match", tag)], None).await
        };
        for known in [tag.clone(), format!("W/{tag}"), format!("\"another\", {tag}")] {
            let unchanged = again(&mut ada, &known).await;
            assert_eq!((unchanged.status.as_u16(), unchanged.bytes.len()), (304, 0), "{known}");
            for name in ["etag", "cache-control", "content-security-policy"] {
                assert_eq!(header(&unchanged, name), header(&whole, name), "what a browser takes over");
            }
        }
        assert_eq!(again(&mut ada, "\"another\"").await.status, 200);
        assert_eq!(again(&mut visitor(bench, "quin"), &tag).await.status, 404, "who may not see it, with another's browser");
        assert_eq!(ada.post(&format!("{file}/removal"), &[]).await.status, 303);
        let gone = again(&mut ada, &tag).await;
        assert_eq!((gone.status.as_u16(), header(&gone, "cache-control")), (404, "no-store"), "whoever had it before");
    })
    .await;
}

#[tokio::test]
async fn each_form_of_a_picture_is_drawn_anew() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        for (name, format, kind, ending) in [
            ("wall.jpg", ImageFormat::Jpeg, "image/jpeg", "wall.jpg"),
            ("screen.png", ImageFormat::Png, "image/png", "screen.png"),
            ("wall.webp", ImageFormat::WebP, "image/jpeg", "wall.jpg"),
            // What it is called does not matter.
            ("screen.jpg", ImageFormat::Png, "image/png", "screen.png"),
        ] {
            let file = put(&mut ada, LOG, &[("text", name)], name, &picture(60, 40, format)).await;
            let whole = ada.get(&format!("{file}/content")).await;
            assert_eq!((header(&whole, "content-type"), seen(&whole.bytes).0), (kind, 60), "{name}");
            assert!(header(&whole, "content-disposition").ends_with(&format!("''{ending}")), "{name}");
        }
        // Two of them are the same picture, kept once.
        assert_eq!((count(bench, "cycle_file").await, count(bench, "attached_content").await), (4, 3));
    })
    .await;
}

#[tokio::test]
async fn who_sees_the_cycle_sees_its_files_and_nobody_else() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let file = put(&mut pia, EVIDENCE, &[("caption", "Exit tickets of week 5")], "Tickets, week 5.pdf", &pdf()).await;
        for path in [file.clone(), format!("{file}/content")] {
            for (name, _) in PEOPLE {
                let expected = if SEE_ALDER.contains(&name) { 200 } else { 404 };
                assert_eq!(visitor(bench, name).get(&path).await.status, expected, "{path} as {name}");
            }
            let stranger = Visitor::new(bench).get(&path).await;
            assert!(stranger.status == 303 && stranger.location().starts_with("/sign-in"), "a link alone opens nothing");
        }
        // Under another cycle's address, whoever sees that one, it is not there.
        let elsewhere = file.replace("alder.21.c1", "birch.21.c1");
        assert_eq!(visitor(bench, "quin").get(&format!("{elsewhere}/content")).await.status, 404);
        give_token(bench, "pia@example.org", "pia's token").await;
        give_token(bench, "quin@example.org", "quin's token").await;
        let mut program = Visitor::with_token(bench, "pia's token");
        let whole = program.get(&format!("{file}/content")).await;
        assert_eq!(whole.bytes, pdf(), "a document stays as it is");
        assert_eq!(header(&whole, "content-disposition"), "attachment; filename*=UTF-8''Tickets%2C%20week%205.pdf");
        assert_eq!(header(&whole, "content-type"), "application/pdf");
        assert_eq!(Visitor::with_token(bench, "quin's token").get(&format!("{file}/content")).await.status, 404);
        let page = visitor(bench, "dora").get(CYCLE).await.text();
        assert!(page.contains("Evidence Tickets, week 5.pdf PDF, 125 bytes Exit tickets of week 5"), "{page}");
        assert_eq!(visitor(bench, "dora").get(&format!("{file}/small")).await.status, 404, "a document has no small picture");
    })
    .await;
}

#[tokio::test]
async fn a_program_is_told_of_files_and_reads_them() {
    in_the_world(async |bench| {
        let photo = picture(60, 40, ImageFormat::Jpeg);
        let (mut ada, fields) = (visitor(bench, "ada"), [("text", "A wall."), ("caption", "Room 4")]);
        let noted = put(&mut ada, LOG, &fields, "wall.jpg", &photo).await;
        let evidence = put(&mut ada, EVIDENCE, &[], "tickets.pdf", &pdf()).await;
        let gone = put(&mut ada, EVIDENCE, &[], "wrong.pdf", &pdf()).await;
        assert_eq!(ada.post(&format!("{gone}/removal"), &[]).await.status, 303);
        give_token(bench, "pia@example.org", "pia's token").await;
        let mut program = Visitor::with_token(bench, "pia's token");
        for (path, file, media_type, caption) in
            [("log-entries", &noted, "image/jpeg", "Room 4"), ("goals", &evidence, "application/pdf", "")]
        {
            let list = program.get(&format!("/api/v1/{path}?cycle=alder.21.c1")).await.json();
            let told: Vec<_> = list["items"]
                .as_array()
                .expect("a list")
                .iter()
                .flat_map(|one| one["files"].as_array().expect("files"))
                .collect();
            assert_eq!(told.len(), 1, "{list}");
            assert_eq!(told[0]["href"], format!("{file}/content"));
            assert_eq!((told[0]["media_type"].as_str(), told[0]["caption"].as_str()), (Some(media_type), Some(caption)));
            let content = program.get(told[0]["href"].as_str().expect("an address")).await;
            assert_eq!((content.status.as_u16(), header(&content, "content-type")), (200, media_type));
            assert_eq!(told[0]["size"], content.bytes.len());
        }
    })
    .await;
}

#[tokio::test]
async fn what_hangs_on_ones_own_cycle_is_for_the_person_and_the_supervisor() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let photo = picture(60, 40, ImageFormat::Jpeg);
        let file = put(&mut ada, "/cycles/ada.21.c1/log-entries", &[("text", "My notes.")], "my-notes.jpg", &photo).await;
        for (name, _) in PEOPLE {
            let expected = if ["ada", "sofia"].contains(&name) { 200 } else { 404 };
            for path in [file.clone(), format!("{file}/content"), format!("{file}/small")] {
                assert_eq!(visitor(bench, name).get(&path).await.status, expected, "{path} as {name}");
            }
        }
        assert_eq!(visitor(bench, "sofia").post(&format!("{file}/removal"), &[]).await.status, 403);
        let told = visitor(bench, "otto").get("/audit").await.text();
        assert!(told.contains("file added") && !told.contains("my-notes"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn files_alone_are_an_entry_too() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let photo = picture(60, 40, ImageFormat::Jpeg);
        let sent = [("IMG_1.jpg", photo.as_slice()), ("counts.csv", b"room,charts\n4,2\n".as_slice())];
        let key = crate::world::new_key();
        for _ in 0..2 {
            assert_eq!(
                pia.attach(LOG, &[("key", &key), ("text", " ")], "files", &sent).await.status,
                303,
                "sent twice, there once"
            );
        }
        assert_eq!(count(bench, "cycle_file").await, 2);
        let page = pia.get(CYCLE).await;
        assert!(page.text().contains("IMG_1.jpg, counts.csv"), "{}", page.text());
        assert!(page.body.contains("alt=\"Photo by Pia"), "where nobody said what it shows: {}", page.body);
        assert!(page.text().contains("counts.csv Text, 16 bytes"), "{}", page.text());

        assert_eq!(
            pia.attach(LOG, &[("text", "Seen in room 5."), ("caption", "")], "files", &[]).await.status,
            422,
            "a form without its key"
        );
        let entry = format!("{LOG}/{key}");
        for _ in 0..2 {
            let five: Vec<_> = (0..5).map(|_| ("IMG_2.jpg", photo.as_slice())).collect();
            let key = crate::world::new_key();
            assert_eq!(pia.attach(&format!("{entry}/files"), &[("key", &key)], "files", &five).await.status, 303);
        }
        let more = [("key", crate::world::new_key()), ("caption", "Room 5".to_owned())];
        let more: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let one_more = pia.attach(&format!("{entry}/files"), &more, "files", &[("IMG_3.jpg", &photo)]).await;
        assert!(one_more.status == 422 && one_more.text().contains("12 files are the most"), "{}", one_more.text());
        assert!(
            one_more.body.contains("id=\"files-error\"") && one_more.body.contains("value=\"Room 5\""),
            "beside the field, with the caption: {}",
            one_more.body
        );
        let none = pia.attach(&format!("{entry}/files"), &[], "files", &[]).await;
        assert!(none.status == 422 && none.text().contains("Which files?"), "{}", none.text());
    })
    .await;
}

#[tokio::test]
async fn a_form_brings_its_files_once_and_no_others() {
    in_the_world(async |bench| {
        let (mut pia, mut ada) = (visitor(bench, "pia"), visitor(bench, "ada"));
        let key = crate::world::new_key();
        let (one, other) = (b"room,charts\n4,2\n".as_slice(), b"room,charts\n5,1\n".as_slice());
        let noted = [("key", key.as_str()), ("text", "Counted.")];
        assert_eq!(pia.attach(LOG, &noted, "files", &[("counts.csv", one)]).await.status, 303);
        let again = pia.attach(LOG, &noted, "files", &[("counts.csv", one)]).await;
        assert_eq!(again.status, 303, "the same once more");
        for others in [vec![("counts.csv", other)], vec![("counts.csv", one), ("more.csv", other)], vec![]] {
            let refused = pia.attach(LOG, &noted, "files", &others).await;
            assert!(refused.status == 422 && refused.text().contains("was sent before, with other files"), "{}", refused.text());
        }
        // Nobody gets a file onto another's entry by its key, which stands in its address.
        let plain = crate::world::new_key();
        let noted = [("key", plain.as_str()), ("text", "Not counted.")];
        assert_eq!(pia.attach(LOG, &noted, "files", &[]).await.status, 303);
        assert_eq!(ada.attach(LOG, &noted, "files", &[("counts.csv", one)]).await.status, 422);
        assert_eq!(pia.attach(LOG, &noted, "files", &[]).await.status, 303);
        assert_eq!(count(bench, "cycle_file").await, 1);

        // On what is full, the same form is done, and others are refused.
        let full = format!("{LOG}/{key}/files");
        let mut last = String::new();
        for part in [6, 5] {
            last = crate::world::new_key();
            let files: Vec<_> = (0..part).map(|_| ("counts.csv", one)).collect();
            assert_eq!(pia.attach(&full, &[("key", &last)], "files", &files).await.status, 303);
        }
        assert_eq!(count(bench, "cycle_file").await, 12);
        let five = [("counts.csv", one); 5];
        let again = pia.attach(&full, &[("key", &last)], "files", &five).await;
        assert_eq!(again.status, 303, "{}", again.text());
        for (to, files) in [(full.as_str(), &five[..4]), (EVIDENCE, &five[..])] {
            let refused = pia.attach(to, &[("key", &last), ("caption", "Room 5")], "files", files).await;
            assert!(refused.status == 422 && refused.text().contains("was sent before, with other files"), "{}", refused.text());
            assert!(refused.body.contains("value=\"Room 5\""), "nothing typed is lost");
        }
        let without = pia.attach(EVIDENCE, &[("caption", "Room 5")], "files", &[("counts.csv", one)]).await;
        assert!(without.status == 422 && without.text().contains("could not tell this form from others"), "{}", without.text());
        assert_eq!(count(bench, "cycle_file").await, 12);
    })
    .await;
}

#[tokio::test]
async fn no_more_than_twelve_hang_on_one_thing_whatever_comes_back() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let mut six = async || {
            let key = crate::world::new_key();
            assert_eq!(
                pia.attach(EVIDENCE, &[("key", &key)], "files", &[("tickets.pdf", pdf().as_slice()); 6]).await.status,
                303
            );
            (1..=6).map(|number| format!("{CYCLE}/files/{key}.{number}")).collect::<Vec<_>>()
        };
        let mut first = six().await;
        first.extend(six().await);
        let mut pia = visitor(bench, "pia");
        for file in &first {
            assert_eq!(pia.post(&format!("{file}/removal"), &[]).await.status, 303);
        }
        for _ in 0..2 {
            six().await;
        }
        let refused = pia.post(&format!("{}/restoration", first[0]), &[]).await;
        assert!(refused.status == 422 && refused.text().contains("12 files are the most on one goal"), "{}", refused.text());
        assert_eq!(count(bench, "cycle_file where removed_at is null").await, 12);
        let standing = "select key from cycle_file where removed_at is null limit 1";
        let standing = db::scalar::<String>(bench.app.db.read(), standing, vec![]).await.expect("a query").expect("a file");
        assert_eq!(pia.post(&format!("{CYCLE}/files/{standing}/restoration"), &[]).await.status, 303, "it is there already");
        assert_eq!(pia.post(&format!("{CYCLE}/files/{standing}/removal"), &[]).await.status, 303);
        assert_eq!(pia.post(&format!("{}/restoration", first[0]), &[]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn what_went_with_its_entry_is_destroyed_told_and_takes_no_room() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let key = crate::world::new_key();
        let entry = format!("{LOG}/{key}");
        let counts = b"room,charts\n4,2\n".as_slice();
        let fields = [("key", key.as_str()), ("text", "Counted.")];
        assert_eq!(pia.attach(LOG, &fields, "files", &[("counts.csv", counts); 6]).await.status, 303);
        let page = pia.get(&entry).await.text();
        assert!(page.contains("Files on it are destroyed 7 days after it was taken out."), "{page}");
        let own =
            put(&mut visitor(bench, "ada"), "/cycles/ada.21.c1/log-entries", &[("text", "Mine.")], "mine.csv", counts).await;
        assert_eq!(visitor(bench, "ada").post(&format!("{own}/removal"), &[]).await.status, 303);
        let goal = put(&mut pia, EVIDENCE, &[], "kept.csv", counts).await;
        let destroyed = "6 files on it: destroyed, since it was taken out for more than 7 days.";
        assert_eq!(pia.post(&format!("{entry}/removal"), &[]).await.status, 303);
        let out = pia.get(&entry).await.text();
        assert!(out.contains("Files on it are destroyed 7 days after it was taken out.") && !out.contains(destroyed), "{out}");
        pass(bench, chrono::TimeDelta::days(8)).await;
        pass(bench, chrono::TimeDelta::hours(2)).await;
        let out = pia.get(&entry).await.text();
        assert!(!out.contains("Files on it are destroyed 7 days") && out.contains(destroyed), "{out}");
        assert_eq!(pia.post(&format!("{entry}/restoration"), &[]).await.status, 303);
        for mut who in [visitor(bench, "pia"), visitor(bench, "ada")] {
            let back = who.get(&entry).await.text();
            assert!(back.contains(destroyed) && !back.contains("counts.csv Text"), "{back}");
        }
        for _ in 0..2 {
            let key = crate::world::new_key();
            let reply = pia.attach(&format!("{entry}/files"), &[("key", &key)], "files", &[("counts.csv", counts); 6]).await;
            assert_eq!(reply.status, 303, "{}", reply.text());
        }
        assert_eq!(pia.get(&format!("{goal}/content")).await.status, 200);
        let told = "audit_event where action = 'files destroyed' and actor_id is null";
        assert_eq!(count(bench, told).await, 2, "once for each cycle, and not again where there is nothing more");
        assert_eq!(count(bench, &format!("{told} and subject_key = 'alder.21.c1' and detail = '6 files'")).await, 1);
        assert_eq!(count(bench, &format!("{told} and subject_key = 'ada.21.c1' and detail = ''")).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_destroyed_is_told_or_stays() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let file = put(&mut pia, EVIDENCE, &[], "tickets.pdf", &pdf()).await;
        assert_eq!(pia.post(&format!("{file}/removal"), &[]).await.status, 303);
        let broken: &[&str] = match bench.app.db.engine() {
            db::Engine::Sqlite => &["create trigger broken before insert on audit_event for each row
                when new.action = 'files destroyed' begin select raise(abort, 'ended'); end"],
            db::Engine::Postgres => &[
                "create function broken() returns trigger language plpgsql as $$ begin raise exception 'ended'; end $$",
                "create trigger broken before insert on audit_event for each row when (new.action = 'files destroyed')
                 execute function broken()",
            ],
        };
        for sql in broken {
            bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![]).await).await.expect("a trigger");
        }
        bench.app.clock.advance(chrono::TimeDelta::days(8));
        assert!(run(bench, "let go of files taken out").await.is_err());
        assert_eq!(count(bench, "cycle_file where hash is not null").await, 1);
    })
    .await;
}

#[tokio::test]
async fn content_that_has_just_come_in_is_left() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        put(&mut pia, EVIDENCE, &[], "tickets.pdf", &pdf()).await;
        let sql = "update cycle_file set hash = null";
        bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![]).await).await.expect("nothing refers to it");
        for (minutes, left) in [(0, 1), (59, 1), (2, 0)] {
            bench.app.clock.advance(chrono::TimeDelta::minutes(minutes));
            run(bench, "destroy attached files").await.expect("the job runs");
            assert_eq!(count(bench, "attached_content").await, left, "{minutes} minutes later");
        }
    })
    .await;
}

#[tokio::test]
async fn photos_with_the_same_words_are_told_apart() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let photo = picture(60, 40, ImageFormat::Jpeg);
        let table = ("counts.csv", b"4,2\n".as_slice());
        let many =
            [("IMG_1.jpg", photo.as_slice()), table, ("IMG_2.jpg", &photo), ("more.csv", b"5"), table, ("IMG_3.jpg", &photo)];
        let key = crate::world::new_key();
        let fields = [("key", key.as_str()), ("text", "Walls."), ("caption", "Charts")];
        assert_eq!(pia.attach(LOG, &fields, "files", &many).await.status, 303);
        for page in [pia.get(CYCLE).await.body, pia.get(&format!("{LOG}/{key}")).await.body] {
            for number in 1..=3 {
                assert_eq!(page.matches(&format!("alt=\"Charts, {number} of 3\"")).count(), 1, "{page}");
            }
            for number in 1..=2 {
                assert_eq!(page.matches(&format!("counts.csv, {number} of 2</span></a>")).count(), 1, "{page}");
            }
            assert!(page.contains(" more.csv</span></a>"), "the only one of that name: {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_ask_as_often_with_more_files() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let photo = picture(60, 40, ImageFormat::Jpeg);
        let key = crate::world::new_key();
        let fields = [("key", key.as_str()), ("text", "A wall.")];
        assert_eq!(pia.attach(LOG, &fields, "files", &[]).await.status, 303);
        give_token(bench, "pia@example.org", "pia's token").await;
        let (entry, goal) = (format!("{LOG}/{key}"), EVIDENCE.trim_end_matches("/files"));
        let lists = ["log-entries", "goals"].map(|kind| format!("/api/v1/{kind}?cycle=alder.21.c1"));
        let asked = async || {
            let mut counts = Vec::new();
            for path in [CYCLE, &entry, goal, &lists[0], &lists[1]] {
                let mut program = Visitor::with_token(bench, "pia's token");
                // The first look may fill what is kept in memory.
                assert_eq!(program.get(path).await.status, 200, "{path}");
                let before = bench.app.db.statements_sent();
                assert_eq!(program.get(path).await.status, 200);
                counts.push((path.to_owned(), bench.app.db.statements_sent() - before));
            }
            counts
        };
        let without = asked().await;
        for (part, many) in [(&entry, 1), (&entry, 6), (&goal.to_owned(), 6)] {
            let key = crate::world::new_key();
            let files = vec![("IMG_1.jpg", photo.as_slice()); many];
            assert_eq!(pia.attach(&format!("{part}/files"), &[("key", &key)], "files", &files).await.status, 303);
            assert_eq!(asked().await, without);
        }
    })
    .await;
}

#[tokio::test]
async fn a_caption_changes_with_its_history_and_never_over_anothers() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let file = put(&mut ada, EVIDENCE, &[("caption", "Week 5")], "tickets.pdf", &pdf()).await;
        let mut pia = visitor(bench, "pia");
        assert_eq!(pia.post(&file, &[("version", "1"), ("caption", "Week 5, room 4")]).await.status, 303);
        let stale = ada.post(&file, &[("version", "1"), ("caption", "Week 6")]).await;
        let page = stale.text();
        assert!(stale.status == 422 && page.contains("What stands now") && page.contains("Week 5, room 4"), "{page}");
        assert!(stale.body.contains("value=\"Week 6\""), "nothing typed is lost");
        assert_eq!(ada.post(&file, &[("version", "2"), ("caption", "Weeks 5 and 6")]).await.status, 303);
        let page = ada.get(&file).await.text();
        assert!(page.contains("How it was worded") && page.contains("Week 5, room 4"), "{page}");
        let long = ada.post(&file, &[("version", "3"), ("caption", &"x".repeat(201))]).await;
        assert_eq!(long.status, 422);
        assert_eq!(visitor(bench, "ben").post(&file, &[("version", "3"), ("caption", "Mine")]).await.status, 403);
        let told = visitor(bench, "otto").get("/audit").await.text();
        assert!(told.contains("file added") && told.contains("file changed"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_out_opens_for_nobody_comes_back_and_is_destroyed_after_a_week() {
    in_the_world(async |bench| {
        let (mut ada, mut pia) = (visitor(bench, "ada"), visitor(bench, "pia"));
        let photo = picture(60, 40, ImageFormat::Jpeg);
        let file = put(&mut ada, LOG, &[("text", "A wall.")], "wall.jpg", &photo).await;
        let other = put(&mut pia, EVIDENCE, &[], "wall.jpg", &photo).await;
        assert_eq!(count(bench, "attached_content").await, 1, "the same picture, once");
        for name in ["pia", "ben", "chi"] {
            assert_eq!(visitor(bench, name).post(&format!("{file}/removal"), &[]).await.status, 403, "{name}: it is Ada's entry");
        }
        let taken = ada.post(&format!("{file}/removal"), &[]).await;
        assert!(taken.status == 303 && taken.location().starts_with(LOG), "{}", taken.location());
        for path in ["content", "small"] {
            assert_eq!(ada.get(&format!("{file}/{path}")).await.status, 404);
        }
        assert!(!ada.get(CYCLE).await.body.contains(&file));
        assert!(ada.get(&file).await.text().contains("This was taken out"));
        assert_eq!(ada.post(&format!("{file}/restoration"), &[]).await.status, 303);
        assert_eq!(ada.get(&format!("{file}/content")).await.status, 200);
        let entry = file.replace("/files/", "/log-entries/").trim_end_matches(".1").to_owned();
        assert_eq!(ada.post(&format!("{entry}/removal"), &[]).await.status, 303);
        for path in [file.clone(), format!("{file}/content")] {
            assert_eq!(ada.get(&path).await.status, 404, "it went with its entry");
        }

        pass(bench, chrono::TimeDelta::days(6)).await;
        assert_eq!(ada.post(&format!("{entry}/restoration"), &[]).await.status, 303);
        assert_eq!(ada.get(&format!("{file}/content")).await.status, 200, "it came back with its entry");
        assert_eq!(ada.post(&format!("{file}/removal"), &[]).await.status, 303);
        pass(bench, chrono::TimeDelta::days(8)).await;
        assert_eq!(ada.post(&format!("{file}/restoration"), &[]).await.status, 404);
        assert_eq!(count(bench, "attached_content").await, 1, "Pia's goal still has it");
        assert_eq!(pia.get(&format!("{other}/content")).await.status, 200);
        assert_eq!(pia.post(&format!("{other}/removal"), &[]).await.status, 303);
        pass(bench, chrono::TimeDelta::days(8)).await;
        assert_eq!(count(bench, "attached_content").await, 0);
        assert_eq!(count(bench, "cycle_file").await, 2, "that there was one stays known");
    })
    .await;
}

/// Lets time pass, with everybody still signed in, and the jobs run twice: what one lets go of, the other destroys.
async fn pass(bench: &Bench, time: chrono::TimeDelta) {
    bench.app.clock.advance(time);
    let until = bench.app.clock.now() + chrono::TimeDelta::days(1);
    let sql = "update session set ends_at = $1, idle_ends_at = $1";
    bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![until.into()]).await).await.expect("longer sessions");
    for job in ["let go of files taken out", "destroy attached files"] {
        run(bench, job).await.expect("the job runs");
    }
}

async fn run(bench: &Bench, job: &str) -> Result<(), platform::Error> {
    let kind = bench.app.house.rooms().iter().flat_map(|room| &room.jobs).find(|kind| kind.name == job).expect("a job");
    (kind.run)(&bench.app, "{}").await
}

#[tokio::test]
async fn a_closed_cycle_takes_and_loses_no_file() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let file = put(&mut ada, LOG, &[("text", "A wall.")], "wall.jpg", &picture(60, 40, ImageFormat::Jpeg)).await;
        let version = db::scalar::<i32>(bench.app.db.read(), "select version from cycle where key = 'alder.21.c1'", vec![]).await;
        let version = version.expect("a query").expect("a version").to_string();
        assert_eq!(ada.post(&format!("{CYCLE}/closure"), &[("version", &version)]).await.status, 303);
        assert_eq!(ada.get(&format!("{file}/content")).await.status, 200);
        for refused in [
            ada.attach(EVIDENCE, &[], "files", &[("tickets.pdf", &pdf())]).await,
            ada.post(&format!("{file}/removal"), &[]).await,
            ada.post(&file, &[("version", "1"), ("caption", "A wall")]).await,
        ] {
            assert!(refused.status == 422 && refused.text().contains("is closed"), "{}", refused.text());
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_behind_our_back_is_found() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        for (name, content) in [("one.pdf", pdf()), ("two.csv", b"a,b\n".to_vec())] {
            put(&mut ada, EVIDENCE, &[], name, &content).await;
        }
        assert_eq!(attachments::broken(bench.app.db.read()).await.expect("a look"), (2, vec![]));
        let sql = "update attached_content set content = $1 where kind = 'text'";
        bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![b"a,c\n".to_vec().into()]).await).await.expect("a change");
        let (looked, broken) = attachments::broken(bench.app.db.read()).await.expect("a look");
        assert_eq!((looked, broken.len()), (2, 1));
    })
    .await;
}
