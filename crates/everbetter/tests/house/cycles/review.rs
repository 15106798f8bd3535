//! All partnerships' cycles side by side, and how well goals are foreseen.

use platform::{db, testing::Bench};

use crate::world::{PEOPLE, in_the_world, take, visitor};

#[tokio::test]
async fn staff_see_where_each_partnership_is_and_what_waits_there() {
    in_the_world(async |bench| {
        for (name, _) in PEOPLE {
            let status = visitor(bench, name).get("/cycles").await.status.as_u16();
            let is_staff = !["pia", "tom", "quin", "lena"].contains(&name);
            assert_eq!(status, if is_staff { 200 } else { 403 }, "{name}");
        }
        let page = visitor(bench, "dora").get("/cycles").await;
        let text = page.text();
        for said in ["ROCI: Plan", "PDSA: Do", "Birch Middle, Cycle 1: The smallest test first", "No goal is written down."] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(text.contains("Without an open cycle: Cedar Elementary"), "{text}");
        assert!(!text.contains("Ask one more question") && !text.contains("Lists that mean something"), "partnerships only");

        let lakes = visitor(bench, "dora").get("/cycles?team=lakes").await.text();
        assert!(lakes.contains("Alder Elementary") && !lakes.contains("Birch Middle"), "{lakes}");
        // Nothing waits at Alder: all that is due lies ahead. A day later one action was meant to be done.
        assert!(!text.contains("Alder Elementary, Cycle 1: Every"), "{text}");
        let late: chrono::NaiveDate = "2021-10-01".parse().expect("a day");
        let sql = "update plan_action set due_on = $1 where key = 'alder.21.c1.a1'";
        bench.app.db.write(async |tx| db::exec(&**tx, sql, vec![late.into()]).await).await.expect("a change");
        let text = visitor(bench, "dora").get("/cycles").await.text();
        assert!(text.contains("1 action was meant to be done by now."), "{text}");
    })
    .await;
}

#[tokio::test]
async fn what_was_learned_is_chosen_paged_and_taken_along() {
    in_the_world(async |bench| {
        let mut dora = visitor(bench, "dora");
        let all = dora.get("/cycles").await.text();
        for said in ["Coach fewer people and finish.", "The second data night decided nothing.", "Debriefs on the day are short."]
        {
            assert!(all.contains(said), "{said}: {all}");
        }
        let failures = dora.get("/cycles?kind=failure").await.text();
        assert!(failures.contains("The second data night") && !failures.contains("Coach fewer people"), "{failures}");
        let of_practice = dora.get("/cycles?practice=2.1.5").await.text();
        assert!(of_practice.contains("Coach fewer people") && !of_practice.contains("data night"), "{of_practice}");
        assert!(dora.get("/cycles?kind=keep").await.text().contains("Could one of the choices be left open?"));
        let file = dora.get("/cycles/review/learnings/csv?kind=adapt").await;
        assert!(file.body.starts_with("partnership,name,school_year,cycle,kind,text,"), "{}", file.body);
        assert!(file.body.contains("alder,Alder Elementary,2020-21,3,Adapt,Coach fewer people and finish."), "{}", file.body);
        assert_eq!(file.body.lines().count(), 2);
        assert_eq!(visitor(bench, "pia").get("/cycles/review/learnings/csv").await.status, 403);

        let mut rows = "learning,cycle,kind,text,author,written_on\n".to_owned();
        for number in 0..60 {
            rows.push_str(&format!("many.{number},alder.20.c3,keep,Number {number} of many.,pia@example.org,2021-05-01\n"));
        }
        take(bench, "learnings", "many.csv", &rows).await;
        let first = dora.get("/cycles?kind=keep").await;
        assert_eq!(first.text().matches("of many.").count(), 50);
        let next = first
            .body
            .split("href=\"/cycles?kind=keep&amp;after=")
            .nth(1)
            .or_else(|| first.body.split("href=\"/cycles?kind=keep&#38;after=").nth(1));
        let next = next.and_then(|rest| rest.split(['"', '#']).next()).expect("a way on").to_owned();
        assert_eq!(dora.get(&format!("/cycles?kind=keep&after={next}")).await.text().matches("of many.").count(), 10);
    })
    .await;
}

async fn assessed_goals(bench: &Bench, cycle: &str, count: usize) {
    let mut rows = "goal,cycle,kind,text,predicted,predicted_low,predicted_high,confidence_percent,outcome,met\n".to_owned();
    for number in 0..count {
        let (outcome, met) = if number % 2 == 0 { (50, "yes") } else { (10, "no") };
        rows.push_str(&format!("{cycle}.x{number},{cycle},adult,Goal,50,40,60,80,{outcome},{met}\n"));
    }
    take(bench, "goals", "assessed.csv", &rows).await;
}

#[tokio::test]
async fn foresight_is_told_with_its_counts_and_a_persons_own_to_that_person() {
    in_the_world(async |bench| {
        assessed_goals(bench, "ada.21.c1", 6).await;
        let page = visitor(bench, "ada").get("/people/ada-byrne/cycles").await;
        assert!(
            page.body.contains(">3/6</text>") && page.body.contains("About 80 % sure: 3 of 6 met"),
            "it is drawn: {}",
            page.body
        );
        let own = page.text();
        assert!(
            own.contains("We were surer than we were right") && own.contains("On average 80 % sure, and 3 of 6 goals were met."),
            "{own}"
        );
        assert!(own.contains("Brier score 0.34") && own.contains("held 3 of 6 times; 3 came out lower, 0 higher."), "{own}");
        let supervisor = visitor(bench, "sofia").get("/people/ada-byrne/cycles").await.text();
        assert!(!supervisor.contains("How well do we foresee?"), "a score is nobody else's: {supervisor}");
        let together = visitor(bench, "dora").get("/cycles").await.text();
        assert!(
            !together.contains("How well do we foresee?"),
            "one assessed goal is too few, and Ada's do not count: {together}"
        );

        assessed_goals(bench, "alder.20.c3", 4).await;
        let there = visitor(bench, "pia").get("/partnerships/alder/cycles").await.text();
        assert!(there.contains("2 of 5 goals were met."), "{there}");
        let together = visitor(bench, "dora").get("/cycles?team=lakes").await.text();
        assert!(together.contains("2 of 5 goals were met."), "{together}");
        assert!(!visitor(bench, "dora").get("/cycles?team=coastal").await.text().contains("How well do we foresee?"));
    })
    .await;
}
