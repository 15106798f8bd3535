//! What people do.

use platform::{audit, db, testing::on_both};

use super::world::{self, AMARA, DENISE, MEI_LIN, ROSALIND, THEO, import_demo, settle, visitor};

const KEY: &str = "0190b0a0-0000-7000-8000-000000000001";
const VISITS: &str = "/partnerships/linden-grove/visits";

async fn count(bench: &platform::testing::Bench, sql: &str) -> i64 {
    db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a count").unwrap_or(0)
}

#[tokio::test]
async fn amara_logs_a_visit_once_however_often_she_sends_it() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let mut amara = visitor(&bench, AMARA);
        let form = [
            ("key", KEY),
            ("date", "2021-10-05"),
            ("hours", "6,5"),
            ("mode", "on-site"),
            ("practices", "2.2.3, 1.2.1,2.2.3"),
            ("note", "Priya chose her goal."),
        ];
        for _ in 0..2 {
            let reply = amara.post(VISITS, &form).await;
            assert_eq!((reply.status.as_u16(), reply.location()), (303, VISITS), "{}", reply.text());
        }
        assert_eq!(count(&bench, "select count(*) from visit").await, 1);
        assert_eq!(count(&bench, "select count(*) from visit_practice").await, 2);
        assert_eq!(count(&bench, "select count(*) from audit_event where action = 'visit logged'").await, 1);
        let page = amara.get(VISITS).await;
        assert!(page.text().contains("Priya chose her goal."), "{}", page.text());
        // The same key elsewhere is no second sending.
        let mut theo = visitor(&bench, THEO);
        assert_eq!(theo.post("/partnerships/juniper-hill/visits", &form).await.status, 422);
        // Undo and undo of the undo.
        assert_eq!(amara.post(&format!("{VISITS}/{KEY}/removal"), &[]).await.status, 303);
        assert_eq!(count(&bench, "select count(*) from visit where removed_at is null").await, 0);
        assert!(!amara.get("/partnerships/linden-grove").await.text().contains("Priya chose"));
        assert_eq!(amara.post(&format!("{VISITS}/{KEY}/restoration"), &[]).await.status, 303);
        assert_eq!(count(&bench, "select count(*) from visit where removed_at is null").await, 1);
        assert!(audit::verify(&bench.app.db).await.expect("the log").is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_visit_has_hours_and_a_day_that_can_be() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let mut amara = visitor(&bench, AMARA);
        for (field, value, word) in [
            ("hours", "0", "Please write a number from 0.05 to 24."),
            ("hours", "70", "Please write a number from 0.05 to 24."),
            ("date", "2021-10-07", "That day is still to come."),
            ("date", "2019-10-07", "Our work there began on 20 August 2020."),
            ("mode", "by-boat", "How did you meet?"),
            ("person", "theo-baptiste", "Please choose somebody who works there."),
        ] {
            let mut form = vec![("key", KEY), ("date", "2021-10-05"), ("hours", "7"), ("mode", "phone"), ("note", "kept")];
            form.retain(|(name, _)| *name != field);
            form.push((field, value));
            let reply = amara.post(VISITS, &form).await;
            assert_eq!(reply.status, 422, "{field} {value}");
            let text = reply.text().replace("&#x27;", "'");
            assert!(text.contains(word), "{field} {value}: {text}");
            assert!(reply.body.contains("kept"), "what was typed is remembered");
        }
        assert_eq!(count(&bench, "select count(*) from visit").await, 0);
    })
    .await;
}

#[tokio::test]
async fn only_the_author_and_who_plans_put_a_visit_right() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let head = "visit,partnership,date,hours,person,mode\r\n";
        let rows = "v1,linden-grove,2021-10-04,70,amara.osei@example.org,on-site\r\n";
        assert!(world::import_text(&bench, "visits", &format!("{head}{rows}")).await.is_clean());
        let edit = format!("{VISITS}/v1/edit");
        let (mut amara, mut rosalind) = (visitor(&bench, AMARA), visitor(&bench, ROSALIND));
        let (mut mei_lin, mut denise) = (visitor(&bench, MEI_LIN), visitor(&bench, DENISE));
        assert_eq!(amara.get(&edit).await.status, 200);
        assert_eq!(rosalind.get(&edit).await.status, 200);
        assert_eq!(mei_lin.get(&edit).await.status, 403);
        assert_eq!(denise.get(&edit).await.status, 403);
        assert_eq!(amara.get("/partnerships/juniper-hill/visits/v1/edit").await.status, 404, "it was paid elsewhere");
        let list = mei_lin.get(VISITS).await;
        assert!(list.text().contains("unusual: 70 hours in a day"), "{}", list.text());
        assert!(!list.body.contains("/visits/v1/edit"), "no way to a form that would be refused");
        let form = [("version", "1"), ("date", "2021-10-04"), ("hours", "7"), ("mode", "on-site"), ("person", AMARA)];
        assert_eq!(rosalind.post(&format!("{VISITS}/v1"), &form).await.status, 303);
        let again = amara.post(&format!("{VISITS}/v1"), &form).await;
        assert_eq!(again.status, 422);
        assert!(again.text().contains("Somebody else was faster"));
        assert_eq!(count(&bench, "select count(*) from visit where hours > 24").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_goal_is_read_by_who_works_there_and_by_the_coachee_alone() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let people = "/partnerships/linden-grove/people";
        let goal = "I ask before I advise";
        for (person, reads) in
            [(AMARA, true), (ROSALIND, true), ("priya-raman", true), (DENISE, false), (MEI_LIN, false), (THEO, false)]
        {
            let page = visitor(&bench, person).get(people).await;
            assert_eq!(page.status, 200, "{person}");
            assert_eq!(page.text().contains(goal), reads, "{person}: {}", page.text());
            assert_eq!(page.text().contains("CAF-G3"), reads, "{person}");
        }
        let priya = visitor(&bench, "priya-raman").get(people).await.text();
        assert!(!priya.contains("We leave each data talk"), "another coachee's goal: {priya}");
        let theo = visitor(&bench, THEO).get(people).await.text();
        assert!(theo.contains("coachees, coached by") && theo.contains("Amara Osei"), "{theo}");
        let edit = "/partnerships/linden-grove/coachees/priya-raman.2020-10-19/edit";
        assert_eq!(visitor(&bench, THEO).get(edit).await.status, 403);
        assert_eq!(visitor(&bench, "priya-raman").get(edit).await.status, 403);
        let mut amara = visitor(&bench, AMARA);
        assert_eq!(amara.get(edit).await.status, 200);
        let form = [("version", "1"), ("coach", AMARA), ("goal", "I listen first."), ("focus", "CAF-G3"), ("to", "")];
        assert_eq!(amara.post("/partnerships/linden-grove/coachees/priya-raman.2020-10-19", &form).await.status, 303);
        assert!(amara.get(people).await.text().contains("I listen first."));
        let told = count(&bench, "select count(*) from audit_event where detail like '%listen%' or detail like '%CAF%'").await;
        assert_eq!(told, 0, "the log holds nothing that is told in confidence");
    })
    .await;
}

#[tokio::test]
async fn rosalind_gives_the_school_another_partner_of_ours() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let mut rosalind = visitor(&bench, ROSALIND);
        let staff = "/partnerships/linden-grove/staff";
        let form = [("person", MEI_LIN), ("role", "apprentice"), ("from", "2021-10-06"), ("to", "")];
        assert_eq!(rosalind.post(staff, &form).await.status, 303);
        let again = rosalind.post(staff, &form).await;
        assert_eq!(again.status, 422);
        assert!(again.text().contains("works there during that time already"), "{}", again.text());
        let change = format!("{staff}/mei-lin-hartley.apprentice.2021-10-06");
        let ended = [("version", "1"), ("role", "co"), ("from", "2021-10-06"), ("to", "2021-12-17")];
        assert_eq!(rosalind.post(&change, &ended).await.status, 303);
        let page = rosalind.get("/partnerships/linden-grove/people").await.text();
        assert!(page.contains("Second improvement partner, 6 October to 17 December"), "{page}");
        assert_eq!(visitor(&bench, AMARA).post(staff, &form).await.status, 403);
        assert_eq!(visitor(&bench, DENISE).post(staff, &form).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn theo_begins_a_partnership_and_changes_it() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let mut theo = visitor(&bench, THEO);
        let site = [
            ("kind", "school"),
            ("relation", "prospect"),
            ("name", "Señora Peña Elementary"),
            ("district", "millbrook-usd"),
            ("state", "Northland"),
            ("region", "Lakes"),
            ("enrolment", "300"),
            ("latino", "120"),
        ];
        let reply = theo.post("/sites", &site).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, "/sites/senora-pena-elementary"), "{}", reply.text());
        let shown = theo.get("/sites/senora-pena-elementary").await.text();
        assert!(shown.contains("120 of 300"), "{shown}");
        let agreed = [
            ("site", "senora-pena-elementary"),
            ("model", "intensive"),
            ("days", "3.5"),
            ("started", "2021-10-11"),
            ("team", "lakes"),
            ("supervisor", ROSALIND),
            ("network", ""),
            ("story", "We begin after the break."),
        ];
        let reply = theo.post("/partnerships", &agreed).await;
        assert_eq!(reply.location(), "/partnerships/senora-pena-elementary/people", "{}", reply.text());
        let again = theo.post("/partnerships", &agreed).await;
        assert_eq!(again.status, 422, "a site has one active partnership");
        let here = "/partnerships/senora-pena-elementary";
        assert!(theo.get(here).await.text().contains("We begin on 11 October, in Millbrook Unified School District."));
        let mut changed = agreed.to_vec();
        changed.retain(|(name, _)| !["days", "site", "started"].contains(name));
        changed.extend([("days", "2"), ("started", "2021-09-27"), ("version", "1")]);
        assert_eq!(theo.post(here, &changed).await.status, 303);
        let stale = theo.post(here, &changed).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text().contains("Somebody else was faster") && stale.body.contains("We begin after the break."));
        let actions = count(&bench, "select count(*) from audit_event where subject_key = 'senora-pena-elementary'").await;
        assert_eq!(actions, 3, "site added, begun, changed");
    })
    .await;
}

#[tokio::test]
async fn a_page_asks_the_same_number_of_times_however_much_there_is() {
    on_both(world::now(), world::house, world::identify, async |bench| {
        settle(&bench).await;
        let mut theo = visitor(&bench, THEO);
        let pages = [
            "/partnerships",
            "/partnerships?sort=share",
            "/partnerships/linden-grove",
            VISITS,
            "/sites",
            "/partnerships/export/csv",
        ];
        let mut before = Vec::new();
        for page in pages {
            before.push(sent(&bench, &mut theo, page).await);
        }
        import_demo(&bench, "visits", "visits").await;
        for (page, before) in pages.into_iter().zip(before) {
            assert_eq!(sent(&bench, &mut theo, page).await, before, "{page}");
        }
    })
    .await;
}

async fn sent(bench: &platform::testing::Bench, visitor: &mut platform::testing::Visitor, page: &str) -> u64 {
    // The first look after a change fills what is kept in memory.
    assert_eq!(visitor.get(page).await.status, 200);
    let before = bench.app.db.statements_sent();
    assert_eq!(visitor.get(page).await.status, 200);
    bench.app.db.statements_sent() - before
}
