//! Begin, change, split, merge, retire, add, move, undo; two at once; who may.

use platform::db;

use super::{DRAFT, begin, fields, href, look, send};
use crate::world::{before_the_world, in_the_world, visitor};

#[tokio::test]
async fn a_draft_begins_with_all_that_is_published_for_those_who_answer_for_it() {
    in_the_world(async |bench| {
        let begin_form = [("title", "VI-PIT"), ("note", "Why."), ("approvals", "2")];
        for who in ["dee", "ines", "pat", "alf"] {
            assert_eq!(visitor(&bench, who).post(DRAFT, &begin_form).await.status, 403, "{who}");
        }
        let versions = visitor(&bench, "pat").get("/practices/versions").await.text();
        assert!(versions.contains("version 1") && versions.contains("counts today"), "{versions}");
        assert!(!versions.contains("Begin the next version"));
        let page = visitor(&bench, "cleo").get("/practices/versions").await.text();
        assert!(page.contains("Begin the next version"), "{page}");
        assert_eq!(visitor(&bench, "ines").get(DRAFT).await.status, 404, "before there is one");

        let silent = visitor(&bench, "cleo").post(DRAFT, &[("title", "VI-PIT"), ("approvals", "2")]).await;
        assert_eq!(silent.status, 422);
        assert!(silent.text().contains("What is it for?"));
        begin(&bench).await;
        let text = look(&bench).await;
        assert!(text.contains("46 in version 1, 46 in the draft.") && text.contains("46 practices stay as they are"), "{text}");
        let again = visitor(&bench, "cleo").post(DRAFT, &begin_form).await;
        assert!(again.text().contains("A draft is being written already."), "{}", again.text());
        // The partner side learns of it when it is published.
        for who in ["pat", "alf"] {
            assert_eq!(visitor(&bench, who).get(DRAFT).await.status, 404);
        }
        assert!(!visitor(&bench, "pat").get("/practices/versions").await.text().contains("Draft of version 2"));
    })
    .await;
}

#[tokio::test]
async fn nothing_begins_where_nothing_is_published() {
    before_the_world(async |bench| {
        let page = visitor(&bench, "cleo").get("/practices/versions").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Nothing is published yet."));
        let reply = visitor(&bench, "cleo").post(DRAFT, &[("title", "A"), ("note", "B"), ("approvals", "1")]).await;
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains("Import a content pack first."), "{}", reply.text());
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_change_asks_for_its_reason_and_is_drawn() {
    in_the_world(async |bench| {
        begin(&bench).await;
        let mut cleo = visitor(&bench, "cleo");
        let words = "Set a coaching goal with each coachee, in their words";
        let silent = send(&bench, "cleo", "2.2.3", &[("title", words)]).await;
        assert_eq!(silent.status, 422);
        assert!(silent.text().contains("Why? A sentence is enough") && silent.text().contains(words), "{}", silent.text());
        let reply = send(&bench, "cleo", "2.2.3", &[("title", words), ("reason", "Half wrote it for them.")]).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        // Windows, models and marks are no words: the practice is kept, with changes.
        let marked = [("vip", "yes"), ("vip_reason", "Goes with growth."), ("reason", "Both analyses say so."), ("end-1", "12")];
        let reply = send(&bench, "cleo", "1.2.4", &marked).await;
        assert_eq!(reply.status, 303, "{}", reply.text());

        let split = href(&bench, "1.2.3").await;
        let parts = [
            ("version", "1"),
            ("code-1", "1.2.3"),
            ("title-1", "Coach leaders"),
            ("good-1", "Weekly."),
            ("code-2", "1.2.9"),
            ("title-2", "Set goals with leaders"),
            ("good-2", "Each has one."),
            ("reason", "Two practices in a coat."),
        ];
        assert_eq!(cleo.post(&format!("{split}/parts"), &parts[..7]).await.status, 422, "without a reason");
        let half: Vec<_> = parts.iter().copied().filter(|(name, _)| *name != "title-2").collect();
        let reply = cleo.post(&format!("{split}/parts"), &half).await;
        assert!(
            reply.text().contains("What do we do in this part?") && reply.body.contains("value=\"1.2.9\""),
            "{}",
            reply.text()
        );
        assert_eq!(cleo.post(&format!("{split}/parts"), &parts).await.status, 303);

        let (merged, other) = (href(&bench, "2.1.2").await, super::number_of(&bench, "2.1.3").await);
        let with = format!("{other}.1");
        let merge = [
            ("version", "1"),
            ("with", with.as_str()),
            ("title", "Agree on data and look at it"),
            ("good", "Both."),
            ("reason", "Nobody could tell them apart."),
        ];
        assert_eq!(cleo.post(&format!("{merged}/merger"), &merge[2..]).await.status, 422, "with which one?");
        assert_eq!(cleo.post(&format!("{merged}/merger"), &merge).await.status, 303);

        let gone = href(&bench, "1.1.3").await;
        assert_eq!(cleo.post(&format!("{gone}/retirement"), &[("version", "1")]).await.status, 422);
        let retire = [("version", "1"), ("reason", "Done everywhere, used nowhere.")];
        assert_eq!(cleo.post(&format!("{gone}/retirement"), &retire).await.status, 303);

        let form = cleo.get(&format!("{DRAFT}/addition")).await;
        let new = [
            ("code", "2.3.9"),
            ("title", "Offer one thing that worked"),
            ("good", "One resource a cycle."),
            ("start-1", "11"),
            ("end-1", "11"),
            ("strand", "2"),
            ("phase", "3"),
            ("step", "assess_reflect_adjust"),
            ("reason", "It had no line."),
        ];
        let sent = fields(&form, &new);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let reply = cleo.post(&format!("{DRAFT}/practices"), &sent).await;
        assert_eq!(reply.status, 303, "{}", reply.text());

        let text = look(&bench).await;
        for word in [
            "46 in version 1, 46 in the draft: 1 reworded, 1 split, 1 merged, 1 new, 1 retired.",
            "Half wrote it for them.",
            "Kept, with changes",
            "Now marked as a very important practice.",
            "Split from 1.2.3",
            "Merged from 2.1.2 and 2.1.3",
            "Done everywhere, used nowhere.",
            "It had no line.",
            "Cleo Adler",
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains("Let them draft too"), "Ines looks on");
        let audit = "select count(*) from audit_event where subject_kind = 'framework-draft' and subject_key = 'vi-pit-2'";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), audit, vec![]).await.expect("a count"), Some(7));
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_published_comes_back_beside_its_field() {
    in_the_world(async |bench| {
        begin(&bench).await;
        for (others, words) in [
            (vec![("code", "1.1.1")], "The code 1.1.1 stands for"),
            (vec![("title", "")], "What do we do?"),
            (vec![("start-1", "3"), ("end-1", "9")], "runs past the end of the school year"),
            (vec![("models", "nothing")], "It is for no support model."),
            (vec![("vip", "yes"), ("vip_reason", "")], "nobody says why"),
        ] {
            let mut others = others;
            others.push(("reason", "Because."));
            let reply = send(&bench, "cleo", "2.2.3", &others).await;
            assert_eq!(reply.status, 422, "{others:?}");
            assert!(reply.text().contains(words), "{words}: {}", reply.text());
        }
        let text = look(&bench).await;
        assert!(text.contains("46 in the draft."), "nothing changed: {text}");
    })
    .await;
}

#[tokio::test]
async fn two_who_write_at_once_lose_nothing_and_every_step_can_be_undone() {
    in_the_world(async |bench| {
        begin(&bench).await;
        let line = href(&bench, "2.2.3").await;
        let open = visitor(&bench, "cleo").get(&line).await;
        assert_eq!(
            send(&bench, "cleo", "2.2.3", &[("title", "A goal by mid-October"), ("reason", "A concern.")]).await.status,
            303
        );
        let late = fields(&open, &[("title", "A goal in their words"), ("reason", "Calibration.")]);
        let late: Vec<(&str, &str)> = late.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let reply = visitor(&bench, "cleo").post(&line, &late).await;
        assert_eq!(reply.status, 422);
        let text = reply.text();
        assert!(text.contains("Somebody else was faster") && text.contains("A goal in their words"), "{text}");
        assert!(text.contains("mid-October"), "what it says now stands beside it: {text}");
        // Sent once more, it is meant to stand.
        let again = fields(&reply, &[]);
        let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(visitor(&bench, "cleo").post(&line, &again).await.status, 303);

        let mut cleo = visitor(&bench, "cleo");
        let early = cleo.post(&format!("{DRAFT}/steps/1/reversal"), &[]).await;
        assert!(early.text().contains("was changed again since. Undo that first."), "{}", early.text());
        assert_eq!(cleo.post(&format!("{DRAFT}/steps/2/reversal"), &[]).await.status, 303);
        assert!(look(&bench).await.contains("A goal by mid-October"));
        let twice = cleo.post(&format!("{DRAFT}/steps/2/reversal"), &[]).await;
        assert!(twice.text().contains("That step was undone before."), "{}", twice.text());
        assert_eq!(cleo.post(&format!("{DRAFT}/steps/1/reversal"), &[]).await.status, 303);
        let text = look(&bench).await;
        assert!(text.contains("46 practices stay as they are") && text.contains("undone: "), "{text}");
        assert_eq!(cleo.post(&format!("{DRAFT}/steps/99/reversal"), &[]).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_named_drafts_too_and_a_retired_practice_can_stand_again() {
    in_the_world(async |bench| {
        begin(&bench).await;
        let line = href(&bench, "1.1.3").await;
        let retire = [("version", "1"), ("reason", "The visit does it better.")];
        let retirement = format!("{line}/retirement");
        assert_eq!(visitor(&bench, "ines").post(&retirement, &retire).await.status, 403);
        assert_eq!(visitor(&bench, "pat").post(&retirement, &retire).await.status, 404);
        let nobody = visitor(&bench, "cleo").post(&format!("{DRAFT}/drafters"), &[("person", "pat")]).await;
        assert_eq!(nobody.status, 422, "Pat is not one of us");
        assert_eq!(visitor(&bench, "cleo").post(&format!("{DRAFT}/drafters"), &[("person", "ines")]).await.status, 303);
        let named = "select count(*) from audit_event where action = 'somebody drafts the practices too'";
        let twice = visitor(&bench, "cleo").post(&format!("{DRAFT}/drafters"), &[("person", "ines")]).await;
        assert_eq!(twice.status, 422);
        assert!(twice.text().contains("Ines Valdez drafts already."), "{}", twice.text());
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), named, vec![]).await.expect("a count"), Some(1));
        assert_eq!(visitor(&bench, "ines").post(&retirement, &retire).await.status, 303);
        let page = visitor(&bench, "ines").get(&line).await.text();
        assert!(page.contains("Retired in this draft.") && page.contains("Let it stand again"), "{page}");
        let stale = visitor(&bench, "ines").post(&format!("{line}/return"), &[("version", "1")]).await;
        assert_eq!(stale.status, 422);
        assert_eq!(visitor(&bench, "ines").post(&format!("{line}/return"), &[("version", "2")]).await.status, 303);
        assert!(look(&bench).await.contains("46 practices stay as they are"));
        // Order is no change of words.
        assert_eq!(visitor(&bench, "ines").post(&format!("{line}/place"), &[("direction", "up")]).await.status, 303);
        assert!(look(&bench).await.contains("moved up"));

        let off = format!("{DRAFT}/drafters/ines/removal");
        assert_eq!(visitor(&bench, "cleo").post(&off, &[]).await.status, 303);
        assert_eq!(visitor(&bench, "ines").post(&retirement, &retire).await.status, 403);
        assert_eq!(visitor(&bench, "cleo").post(&off, &[]).await.status, 404, "she drafts no longer");
        let last = visitor(&bench, "cleo").post(&format!("{DRAFT}/drafters/cleo/removal"), &[]).await;
        assert_eq!(last.status, 422);
        assert!(last.text().contains("Nobody but Cleo Adler drafts."), "{}", last.text());
        let page = visitor(&bench, "cleo").get(DRAFT).await;
        assert!(page.text().contains("Cleo Adler") && !page.body.contains("/drafters/cleo/removal"), "{}", page.body);
        assert_eq!(visitor(&bench, "cleo").post(&format!("{DRAFT}/drafters"), &[("person", "ines")]).await.status, 303);
        let (mut cleo, mut ines) = (visitor(&bench, "cleo"), visitor(&bench, "ines"));
        let other = format!("{DRAFT}/drafters/cleo/removal");
        let both = tokio::join!(cleo.post(&off, &[]), ines.post(&other, &[]));
        assert!([&both.0, &both.1].iter().filter(|reply| reply.status == 303).count() == 1, "one of them stays");
        let left = "select count(*) from framework_drafter";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), left, vec![]).await.expect("a count"), Some(1));

        let removal = format!("{DRAFT}/removal");
        let stale = visitor(&bench, "cleo").post(&removal, &[("version", "1")]).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text().contains("Look once more, then drop it."), "{}", stale.text());
        let form = stale.body.split(&removal).nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
        let seen = form.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
        assert_eq!(visitor(&bench, "cleo").post(&removal, &[("version", seen)]).await.status, 303);
        assert_eq!(visitor(&bench, "cleo").get(DRAFT).await.status, 404);
        begin(&bench).await;
    })
    .await;
}
