//! Photos and files that nobody should attach: each ends in a sentence that names it, and the words beside it stay.

use image::ImageFormat;
use platform::{db, testing::Bench};

use crate::{
    photos::{Attaches as _, bomb, from_a_phone, pdf, picture},
    world::{in_the_world, visitor},
};

const LOG: &str = "/cycles/alder.21.c1/log-entries";

/// How many rows there are of all that a form with files could leave.
async fn kept(bench: &Bench) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["log_entry", "audit_event", "cycle_file", "attached_content"] {
        let sql = format!("select count(*) from {table}");
        counts.push(db::scalar(bench.app.db.read(), &sql, vec![]).await.expect("a query").expect("a count"));
    }
    counts
}

/// Names, contents and what is said about them.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let photo = from_a_phone(900, 600);
    let mut large = pdf();
    large.resize(10 * 1024 * 1024 + 1, b' ');
    let mut lies = picture(40, 40, ImageFormat::Png);
    lies[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    vec![
        ("large.pdf", large, "has more than 10 MB"),
        ("chart.jpg", b"<!doctype html><script>alert(1)</script>".to_vec(), "is not what its name says"),
        ("chart.jpg", pdf(), "is not what its name says"),
        ("chart.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(), "a kind that we do not take"),
        ("page.html", b"<!doctype html>".to_vec(), "a kind that we do not take"),
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "Most compatible"),
        ("torn.jpg", photo[..400].to_vec(), "can’t be opened as a photo"),
        ("bomb.png", bomb(30_000, 8, 0), "too many dots to be opened: 52 million"),
        ("deep.png", bomb(6_000, 16, 6), "keeps 16 bits of each colour"),
        ("lies.png", lies, "can’t be opened as a photo"),
        ("nothing.txt", Vec::new(), "is empty"),
        ("run.txt", b"MZ\x90\0\x03\0\0\0".to_vec(), "a kind that we do not take"),
    ]
}

#[tokio::test]
async fn each_hostile_file_is_named_changes_nothing_and_leaves_the_words() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let before = kept(bench).await;
        let sound = from_a_phone(900, 600);
        for (name, content, says) in files() {
            let key = crate::world::new_key();
            let fields = [("key", key.as_str()), ("text", "Two of five charts are up."), ("caption", "The wall of room 4")];
            for goes_with in [vec![], vec![("fine.jpg", sound.as_slice())]] {
                let sent = [goes_with, vec![(name, content.as_slice())]].concat();
                let reply = ada.attach(LOG, &fields, "files", &sent).await;
                let page = reply.text();
                assert_eq!(reply.status, 422, "{name}: {page}");
                assert!(page.contains(says) && page.contains(&format!("“{name}”")), "{name}: {page}");
                assert!(reply.body.contains("Two of five charts are up.") && reply.body.contains("The wall of room 4"), "{name}");
            }
            let goal = "/cycles/alder.21.c1/goals/alder.21.c1.g1/files";
            let reply = ada.attach(goal, &[("caption", "Exit tickets")], "files", &[(name, &content)]).await;
            assert_eq!(reply.status, 422, "{name}");
            assert!(
                reply.text().contains(says) && reply.body.contains("Eight in ten visits are debriefed"),
                "{name}: {}",
                reply.text()
            );
        }
        assert_eq!(kept(bench).await, before);
    })
    .await;
}

#[tokio::test]
async fn too_many_and_too_much_are_told_before_anything_is_looked_at() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let before = kept(bench).await;
        let photo = picture(20, 20, ImageFormat::Jpeg);
        let many: Vec<_> = (0..7).map(|_| ("chart.jpg", photo.as_slice())).collect();
        let key = crate::world::new_key();
        let reply = ada.attach(LOG, &[("key", key.as_str()), ("text", "A wall of them.")], "files", &many).await;
        assert!(reply.status == 422 && reply.text().contains("6 files are the most at a time."), "{}", reply.text());
        assert!(reply.body.contains("A wall of them."));
        let mut large = pdf();
        large.resize(9 * 1024 * 1024, b' ');
        let much: Vec<_> = (0..3).map(|_| ("tickets.pdf", large.as_slice())).collect();
        let reply = ada.attach(LOG, &[("key", key.as_str()), ("text", "All tickets.")], "files", &much).await;
        assert!(reply.status == 422 && reply.text().contains("Together these files have more than 25 MB."), "{}", reply.text());
        assert!(reply.body.contains("All tickets."));
        assert_eq!(kept(bench).await, before);
    })
    .await;
}

#[tokio::test]
async fn much_text_is_told_so_and_never_lost() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let before = kept(bench).await;
        let key = crate::world::new_key();
        let long = "chart ".repeat(100_000);
        let fields = [("key", key.as_str()), ("text", long.as_str()), ("caption", "Room 4")];
        let photo = picture(20, 20, ImageFormat::Jpeg);
        let reply = ada.attach(LOG, &fields, "files", &[("chart.jpg", &photo)]).await;
        assert!(reply.status == 422 && reply.text().contains("4000 is the most"), "{}", reply.status);
        assert!(reply.body.contains(long.trim()), "what was typed stands there");
        // As much as no other form may have, in few fields or in many.
        let quarter = "x".repeat(200 * 1024);
        let few: Vec<_> = (0..11).map(|_| ("text", quarter.as_str())).collect();
        let many: Vec<_> =
            (0..30_000).map(|_| ("a-field-with-a-name-that-is-longer-than-what-stands-in-it-so-that-names-count", "")).collect();
        for fields in [few, many] {
            let reply =
                ada.attach(LOG, &[&[("key", key.as_str())], &fields[..]].concat(), "files", &[("chart.jpg", &photo)]).await;
            assert!(reply.status == 422 && reply.text().contains("more than one form can carry (2 MB)"), "{}", reply.status);
        }
        assert_eq!(kept(bench).await, before);
    })
    .await;
}
