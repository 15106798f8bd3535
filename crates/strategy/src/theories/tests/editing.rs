//! Writing the next version: begin, change node by node, undo, two people at once, put out.

use platform::{
    db,
    testing::{Bench, Reply},
};

use super::{take_linden, take_template};
use crate::world::{in_the_world, visitor};

const DRAFT: &str = "/partnerships/linden/theory/draft";

async fn begun(bench: &Bench, from: &str) {
    let reply = visitor(bench, "ines").post(DRAFT, &[("from", from)]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (303, DRAFT), "{}", reply.text());
}

async fn page(bench: &Bench, query: &str) -> Reply {
    let reply = visitor(bench, "ines").get(&format!("{DRAFT}{query}")).await;
    assert_eq!(reply.status, 200);
    reply
}

fn change<'a>(text: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("kind", "change"),
        ("version", version),
        ("parent", "A"),
        ("text", text),
        ("practices", "1.1.1, 1.1.2"),
        ("indicators", "STR-B1"),
        ("measure", "Meetings held"),
        ("measure_kind", "process"),
        ("baseline", "20"),
        ("target", "90"),
    ]
}

async fn texts(bench: &Bench) -> Vec<String> {
    #[derive(platform::db::FromQueryResult)]
    struct Row {
        text: String,
    }
    let sql = "select n.text from theory_node n join theory_version v on v.id = n.version_id
         where v.published_at is null order by n.position";
    let rows = db::rows::<Row>(bench.app.db.read(), sql, vec![]).await.expect("rows");
    rows.into_iter().map(|row| row.text).collect()
}

#[tokio::test]
async fn a_first_version_is_written_from_the_empty_template_and_put_out() {
    in_the_world(async |bench| {
        take_template(&bench).await;
        let mut ines = visitor(&bench, "ines");
        let choose = ines.get(DRAFT).await.text();
        assert!(
            choose.contains("The empty template") && choose.contains("Example B") && !choose.contains("What stands"),
            "{choose}"
        );
        begun(&bench, "template").await;
        assert!(page(&bench, "").await.text().contains("There is no aim yet."));
        let form = page(&bench, "?add=aim").await.text();
        assert!(form.contains("How much, for which students, by when."), "{form}");

        let aim = [("kind", "aim"), ("text", "60 per cent read by June."), ("students", "Multilingual learners")];
        assert_eq!(ines.post(&format!("{DRAFT}/nodes"), &aim).await.status, 303);
        let mut fields = change("Leaders look at student work.", "");
        fields[2] = ("parent", "A1");
        assert_eq!(ines.post(&format!("{DRAFT}/nodes"), &fields).await.status, 303);
        let text = page(&bench, "?node=C1").await.text();
        for word in [
            "60 per cent read by June.",
            "First of all: Multilingual learners",
            "This aim has one change.",
            "Meetings held",
            "Assumption",
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
        let version = version_of(&page(&bench, "").await);
        let silent =
            ines.post(&format!("{DRAFT}/publication"), &[("version", version.as_str()), ("effective_from", "2021-10-06")]).await;
        assert_eq!(silent.status, 422);
        assert!(silent.text().contains("What did you learn"), "{}", silent.text());
        let out = [("version", version.as_str()), ("effective_from", "2021-10-06"), ("why", "First version, with Pat.")];
        let reply = ines.post(&format!("{DRAFT}/publication"), &out).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/partnerships/linden/theory"), "{}", reply.text());
        let theory = visitor(&bench, "pat").get("/partnerships/linden/theory").await.text();
        assert!(theory.contains("Version 1, since 6 October") && theory.contains("by Ines Valdez"), "{theory}");
        let audit = "select count(*) from audit_event where subject_kind = 'theory' and subject_key = 'linden'";
        assert_eq!(db::scalar::<i64>(bench.app.db.read(), audit, vec![]).await.expect("a count"), Some(4));
    })
    .await;
}

fn version_of(page: &Reply) -> String {
    let form = page.body.split("/publication").nth(1).expect("a form");
    form.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version").to_owned()
}

#[tokio::test]
async fn the_next_version_takes_what_stands_along_and_nothing_is_lost_on_the_way() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        begun(&bench, "standing").await;
        let before = texts(&bench).await;
        assert_eq!(before.len(), 9);
        let mut ines = visitor(&bench, "ines");
        let again = ines.post(DRAFT, &[("from", "standing")]).await;
        assert!(again.text().contains("A draft is being written already."), "{}", again.text());

        let reply = ines.post(&format!("{DRAFT}/nodes/C1"), &change("Leaders look at work and act.", "1")).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/partnerships/linden/theory/draft#node-C1"));
        assert!(texts(&bench).await.contains(&"Leaders look at work and act.".to_owned()));
        assert_eq!(ines.post(&format!("{DRAFT}/nodes/C1/removal"), &[]).await.status, 303);
        assert_eq!(texts(&bench).await.len(), 6, "with the condition and the action below it");
        let steps = page(&bench, "").await;
        assert!(steps.text().contains("taken out, with 2 below it"), "{}", steps.text());
        // The last step first, then the one before it: it stands as it did at the beginning.
        for step in ["3", "2"] {
            assert_eq!(ines.post(&format!("{DRAFT}/steps/{step}/restoration"), &[]).await.status, 303);
        }
        assert_eq!(texts(&bench).await, before);
        assert_eq!(ines.post(&format!("{DRAFT}/nodes/C3/place"), &[("direction", "up")]).await.status, 303);
        assert_ne!(texts(&bench).await, before);
        assert_eq!(ines.post(&format!("{DRAFT}/removal"), &[]).await.status, 303);
        assert_eq!(texts(&bench).await, Vec::<String>::new());
        assert!(ines.get("/partnerships/linden/theory").await.text().contains("Version 2, since 13 September"));
    })
    .await;
}

#[tokio::test]
async fn two_people_at_one_node_see_both_texts_and_lose_none() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        begun(&bench, "standing").await;
        let (mut ines, mut dee) = (visitor(&bench, "ines"), visitor(&bench, "dee"));
        assert_eq!(dee.post(&format!("{DRAFT}/nodes/C1"), &change("Dee wrote this.", "1")).await.status, 303);
        let late = ines.post(&format!("{DRAFT}/nodes/C1"), &change("Ines wrote that.", "1")).await;
        assert_eq!(late.status, 422);
        let text = late.text();
        assert!(
            text.contains("Somebody else was faster") && text.contains("Dee wrote this.") && text.contains("Ines wrote that."),
            "{text}"
        );
        assert!(texts(&bench).await.contains(&"Dee wrote this.".to_owned()), "nothing was written over");
        let version = version_of(&page(&bench, "").await);
        assert_eq!(dee.post(&format!("{DRAFT}/nodes/C3/removal"), &[]).await.status, 303);
        let out = [("version", version.as_str()), ("effective_from", "2021-10-06"), ("why", "So.")];
        let stale = ines.post(&format!("{DRAFT}/publication"), &out).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text().contains("Somebody changed the draft meanwhile"), "{}", stale.text());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        begun(&bench, "standing").await;
        let mut ines = visitor(&bench, "ines");
        for (field, value, words) in [
            ("text", " ", "What does it say?"),
            ("practices", "9.9.9", "There is no practice 9.9.9."),
            ("measure_kind", "", "What is this measure for?"),
            ("measure", "", "What do these figures count?"),
            ("target", "many", "Please write a number"),
            ("parent", "K", "A change serves aim, not context."),
        ] {
            let mut fields = change("Leaders look.", "1");
            fields.iter_mut().filter(|(name, _)| *name == field).for_each(|(_, held)| *held = value);
            let reply = ines.post(&format!("{DRAFT}/nodes/C1"), &fields).await;
            assert_eq!(reply.status, 422, "{field}");
            assert!(reply.text().contains(words), "{field}: {}", reply.text());
        }
        for (from, partnership) in [("example-z", ""), ("partnership", "nowhere"), ("partnership", "ashford")] {
            let fields = [("from", from), ("partnership", partnership)];
            let reply = ines.post("/partnerships/mariposa/theory/draft", &fields).await;
            assert_eq!(reply.status, 422, "{from} {partnership}");
            assert!(reply.text().contains("There is nothing to begin with here."), "{}", reply.text());
        }
        let copied =
            ines.post("/partnerships/mariposa/theory/draft", &[("from", "partnership"), ("partnership", "linden")]).await;
        assert_eq!(copied.status, 303);
        let text = ines.get("/partnerships/mariposa/theory/draft").await.text();
        assert!(text.contains("Begun from version 2 of Linden Grove."), "{text}");
        let early = [("version", "1"), ("effective_from", "2021-01-01"), ("why", "So.")];
        let reply = ines.post(&format!("{DRAFT}/publication"), &early).await;
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains("can’t count from before the one that it follows"), "{}", reply.text());
    })
    .await;
}

#[tokio::test]
async fn those_who_record_there_write_and_nobody_else_sees_the_draft() {
    in_the_world(async |bench| {
        take_linden(&bench).await;
        begun(&bench, "standing").await;
        for (slug, status) in [("ines", 200), ("dee", 200), ("pat", 403), ("alf", 404)] {
            assert_eq!(visitor(&bench, slug).get(DRAFT).await.status, status, "{slug}");
        }
        let paths = [
            "",
            "/removal",
            "/publication",
            "/nodes",
            "/nodes/C1",
            "/nodes/C1/place",
            "/nodes/C1/removal",
            "/steps/1/restoration",
        ];
        for path in paths {
            for (slug, status) in [("pat", 403), ("alf", 404)] {
                assert_eq!(visitor(&bench, slug).post(&format!("{DRAFT}{path}"), &[]).await.status, status, "{slug} {path}");
            }
        }
        let shown = visitor(&bench, "pat").get("/partnerships/linden/theory").await.text();
        assert!(!shown.contains("draft"), "{shown}");
        assert!(visitor(&bench, "ines").get("/partnerships/linden/theory").await.text().contains("Go on with the draft"));
        assert_eq!(
            visitor(&bench, "ines").get("/partnerships/linden/theory?version=3").await.status,
            404,
            "a draft is no version yet"
        );
    })
    .await;
}

#[tokio::test]
async fn the_draft_asks_as_often_for_many_nodes_as_for_few() {
    in_the_world(async |bench| {
        take_template(&bench).await;
        begun(&bench, "template").await;
        let mut ines = visitor(&bench, "ines");
        let aim = [("kind", "aim"), ("text", "60 per cent read by June.")];
        ines.post(&format!("{DRAFT}/nodes"), &aim).await;
        let mut asked = async || {
            ines.get(DRAFT).await;
            let before = bench.app.db.statements_sent();
            ines.get(DRAFT).await;
            bench.app.db.statements_sent() - before
        };
        let few = asked().await;
        let mut dee = visitor(&bench, "dee");
        for number in 0..12 {
            let text = format!("Change {number}.");
            let mut fields = change(&text, "");
            fields[2] = ("parent", "A1");
            assert_eq!(dee.post(&format!("{DRAFT}/nodes"), &fields).await.status, 303);
        }
        assert_eq!(asked().await, few);
    })
    .await;
}
