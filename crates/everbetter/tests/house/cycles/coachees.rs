//! Whom an action of a plan concerns: those who work there say and see it, nobody else does.

use partnerships::{PartnershipId, partnerships::forget_coachees};
use platform::{db, testing::Bench};

use crate::world::{PEOPLE, hidden, in_the_world, visitor};

const CYCLE: &str = "/cycles/alder.21.c1";
const ACTION: &str = "/cycles/alder.21.c1/plan-actions/alder.21.c1.a2";

async fn coachee(bench: &Bench) -> String {
    let sql = "select c.id from coachee c join person h on h.id = c.person_id where h.email = 'tom@example.org'";
    db::scalar::<uuid::Uuid>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("Tom").to_string()
}

async fn named(bench: &Bench) -> Option<i64> {
    db::scalar(bench.app.db.read(), "select count(*) from plan_action_coachee", vec![]).await.expect("a query")
}

#[tokio::test]
async fn whom_an_action_concerns_is_for_those_who_work_there() {
    in_the_world(async |bench| {
        let tom = coachee(bench).await;
        let path = format!("{ACTION}/coachees");
        let tick = [("shown", tom.as_str()), ("concerns", tom.as_str())];
        for (name, _) in PEOPLE.into_iter().filter(|(name, _)| !["ada", "sofia", "dora"].contains(name)) {
            let status = visitor(bench, name).post(&path, &tick).await.status;
            assert!([403, 404].contains(&status.as_u16()), "{name}: {status}");
        }
        assert_eq!(named(bench).await, Some(0));
        assert_eq!(visitor(bench, "ada").post(&path, &tick).await.status, 303);
        assert_eq!(named(bench).await, Some(1));

        for (name, _) in PEOPLE {
            let hears = ["ada", "sofia", "dora"].contains(&name);
            for (page, words) in [(CYCLE, "It concerns: Tom Reyes"), (ACTION, "Whom does it concern?")] {
                let told = visitor(bench, name).get(page).await.text().contains(words);
                assert_eq!(told, hears, "{page} as {name}");
            }
        }
        let form = visitor(bench, "ada").get(ACTION).await.body;
        assert!(form.contains(&format!("name=\"concerns\" value=\"{tom}\" checked")), "{form}");
        // Nobody who reads the log of changes learns who is coached.
        let sql = "select count(*) from audit_event where action = 'coachees of a plan action named' and detail = ''";
        assert_eq!(db::scalar(bench.app.db.read(), sql, vec![]).await.expect("a query"), Some(1_i64));
    })
    .await;
}

#[tokio::test]
async fn only_what_was_changed_is_said_and_only_of_those_who_are_coached_there() {
    in_the_world(async |bench| {
        let (tom, path) = (coachee(bench).await, format!("{ACTION}/coachees"));
        let mut ada = visitor(bench, "ada");
        assert_eq!(ada.post(&path, &[("shown", &tom), ("concerns", &tom)]).await.status, 303);
        // Sofia's page is from before: what she leaves as it was stays as Ada has it.
        assert_eq!(visitor(bench, "sofia").post(&path, &[("shown", &tom)]).await.status, 303);
        assert_eq!(named(bench).await, Some(1));
        let nobody = uuid::Uuid::nil().to_string();
        let refused = ada.post(&path, &[("shown", &nobody), ("concerns", &nobody), ("shown", &tom), ("was", &tom)]).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("is not coached here any more"), "{}", refused.text());
        assert_eq!(named(bench).await, Some(1), "all or nothing");
        assert_eq!(ada.post(&path, &[("shown", &tom), ("was", &tom)]).await.status, 303);
        assert_eq!(named(bench).await, Some(0));
    })
    .await;
}

#[tokio::test]
async fn whom_it_concerns_goes_on_with_the_action_and_goes_with_the_coachees() {
    in_the_world(async |bench| {
        let (tom, path) = (coachee(bench).await, format!("{ACTION}/coachees"));
        let mut ada = visitor(bench, "ada");
        assert_eq!(ada.post(&path, &[("shown", &tom), ("concerns", &tom)]).await.status, 303);
        let page = ada.get(ACTION).await;
        let (version, text) = (hidden(&page, "version"), "Each coachee names a goal");
        let on = [("version", version.as_str()), ("text", text), ("owner", "ada-byrne"), ("status", "carried_over")];
        assert_eq!(ada.post(ACTION, &on).await.status, 303);
        let version = hidden(&ada.get(CYCLE).await, "version");
        assert_eq!(ada.post(&format!("{CYCLE}/closure"), &[("version", &version)]).await.status, 303);
        let closed = ada.post(&path, &[("shown", &tom), ("was", &tom)]).await;
        assert_ne!(closed.status, 303, "a closed cycle stays as it is");
        assert_eq!(named(bench).await, Some(1));
        let next = [
            ("title", "Debriefs that teachers ask for"),
            ("starts_on", "2021-12-06"),
            ("ends_on", "2022-03-04"),
            ("members", "ada-byrne"),
            ("year", "2021-22"),
            ("number", "2"),
            ("template", "roci"),
            ("carries_on", "alder.21.c1"),
        ];
        let begun = ada.post("/partnerships/alder/cycles", &next).await;
        assert_eq!(begun.status, 303, "{}", begun.text());
        let page = ada.get("/cycles/alder.21.c2").await.text();
        assert!(page.contains(text) && page.contains("It concerns: Tom Reyes"), "{page}");
        assert_eq!(named(bench).await, Some(2));

        let sql = "select id from partnership where slug = 'alder'";
        let alder = db::scalar::<uuid::Uuid>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("Alder");
        let forgotten = bench.app.db.write(async |tx| forget_coachees(tx, PartnershipId(alder)).await).await;
        assert_eq!(forgotten.expect("a change"), 1);
        assert_eq!(named(bench).await, Some(0), "nothing says who was coached");
    })
    .await;
}
