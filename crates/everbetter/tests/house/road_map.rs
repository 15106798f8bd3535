//! The year of a partnership as people look at it, move it and go back; and that of the whole organisation.

use platform::{
    db,
    testing::{Bench, Reply},
};

use crate::world::{hidden, in_the_world, take, visitor};

const MAP: &str = "/partnerships/alder/road-map";

fn entry(name: &str) -> String {
    format!("{MAP}/entries/2021-22.{name}")
}

/// The part of a page under the heading of that id.
fn part<'a>(page: &'a Reply, id: &str) -> &'a str {
    let from = page.body.find(&format!("aria-labelledby=\"{id}\"")).unwrap_or_else(|| panic!("no part {id}: {}", page.body));
    let rest = &page.body[from..];
    &rest[..rest.find("</section>").unwrap_or(rest.len())]
}

async fn events(bench: &Bench) -> i64 {
    let sql = "select count(*) from audit_event where subject_kind = 'road-map' and subject_key = 'alder.2021-22'";
    db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("a count")
}

#[tokio::test]
async fn a_year_shows_what_is_late_what_comes_next_and_what_is_live() {
    in_the_world(async |bench| {
        let page = visitor(bench, "ada").get(MAP).await;
        assert_eq!(page.status, 200);
        let (late, next) = (part(&page, "late-h"), part(&page, "next-h"));
        assert!(late.contains("Theory of action, written together"), "{late}");
        assert!(!late.contains("Goals of the year"), "the tracker says that they are agreed: {late}");
        assert!(!late.contains("Partnership agreement"), "it was marked as done: {late}");
        assert!(next.contains("Open morning for families") && next.contains("Pia Alvarez sees to it"), "{next}");
        assert!(next.contains("18 October to 5 November") && next.contains("Moved from 1 October to 31 October"), "{next}");
        let text = page.text();
        for said in [
            "Cycle 1: Every teacher coached",
            "Cycle 2",
            "Close and renew",
            "1 April 2022 to 30 June 2022",
            "Done on 14 September",
            "Enacted, says the tracker",
            "Tom is away until the 15th.",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        // By hand: 1.1.1, 1.1.2, 1.1.3, 1.1.6, 2.1.1, 2.1.2, 2.1.3, 2.1.4 and 3.1.1 end in September; the first two are enacted.
        let practices = text.split("Practices by the month in which they are due").nth(1).expect("a table");
        assert!(practices.contains("September"), "{practices}");
        assert!(text.contains("2 of 9 that were due in the months so far are enacted"), "{text}");
        assert!(page.body.contains("/partnerships/alder/close-and-renew/2021-22"), "closing leads to its page");
        assert!(!page.body.contains("baseline-review"), "the second year has no baseline");
        assert!(page.body.contains(&format!("{MAP}?year=2020-21")) && page.body.contains(&format!("{MAP}?year=2022-23")));
        let cycle = visitor(bench, "ada").get("/cycles/alder.21.c1").await;
        let version = hidden(&cycle, "version");
        let step = [("version", version.as_str()), ("step", "act")];
        assert_eq!(visitor(bench, "ada").post("/cycles/alder.21.c1/step", &step).await.status, 303);
        assert!(visitor(bench, "ada").get(MAP).await.text().contains("Act, since 6 October"), "the step is live");
        let past = visitor(bench, "ada").get(&format!("{MAP}?year=2020-21")).await;
        assert!(past.text().contains("Baseline review") && past.text().contains("Nobody said."), "{}", past.text());
        assert!(!past.body.contains("late-h"), "a year that is over is late for nobody");
        for year in ["2019-20", "2023-24", "soon"] {
            assert_eq!(visitor(bench, "ada").get(&format!("{MAP}?year={year}")).await.status, 404, "{year}");
        }
        let next = visitor(bench, "ada").get(&format!("{MAP}?year=2022-23")).await;
        assert!(next.text().contains("1 September 2022") || next.text().contains("1 August 2022"), "{}", next.text());
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_moved_with_a_reason_and_goes_back() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let address = entry("theory-of-action");
        let form = ada.get(&address).await;
        assert_eq!(hidden(&form, "version"), "0");
        assert!(form.text().contains("Nobody has touched it"), "{}", form.text());
        let wrong = [("version", "0"), ("from", "2021-10-20"), ("to", "2021-10-11"), ("person", "ben-okoro"), ("done_on", "2021-12-01")];
        let wrong = ada.post(&address, &wrong).await;
        assert_eq!(wrong.status, 422);
        for said in ["It can’t end before it begins.", "somebody who works here", "yet to come"] {
            assert!(wrong.text().contains(said), "{said}: {}", wrong.text());
        }
        assert!(wrong.body.contains("value=\"2021-10-11\""), "what was typed is still there");
        let elsewhere = ada.post(&address, &[("version", "0"), ("from", "2022-09-01")]).await;
        assert!(elsewhere.text().contains("Another year has a road map of its own."), "{}", elsewhere.text());
        assert_eq!(events(bench).await, 0, "what was refused has changed nothing");

        let moved = [("version", "0"), ("from", "2021-10-11"), ("to", "2021-10-15"), ("person", "pia-alvarez"), ("why", "Pia was <ill>.")];
        let reply = ada.post(&address, &moved).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, format!("{MAP}?year=2021-22").as_str()));
        let page = ada.get(MAP).await;
        assert!(!page.body.contains("late-h") && page.text().contains("Nothing is late."), "what was moved is not late");
        let has = "Ada Byrne, today at 9:10: Moved from 1 August to 30 September to 11 October to 15 October, Pia Alvarez sees to it. “Pia was &#60;ill&#62;.”";
        assert!(page.text().contains(has), "{}", page.text());
        assert!(!page.body.contains("<ill>"), "reasons are text");
        let same = ada.post(&address, &[("version", "1"), ("from", "2021-10-11"), ("to", "2021-10-15"), ("person", "pia-alvarez")]).await;
        assert_eq!((same.status.as_u16(), events(bench).await), (303, 1), "what says the same is no change");

        // Sofia opened it before: nothing of either is lost.
        let late = visitor(bench, "sofia").post(&address, &[("version", "0"), ("from", "2021-10-18"), ("why", "Room is taken.")]).await;
        assert_eq!(late.status, 422);
        let text = late.text();
        assert!(text.contains("Somebody else was faster") && text.contains("11 October to 15 October, Pia Alvarez"), "{text}");
        assert_eq!((hidden(&late, "version").as_str(), late.body.contains("Room is taken.")), ("1", true));
        let both = [("version", "1"), ("from", "2021-10-18"), ("why", "Room is taken.")];
        assert_eq!(visitor(bench, "sofia").post(&address, &both).await.status, 303);
        assert!(ada.get(&address).await.body.contains("name=\"from\" value=\"2021-10-18\""));

        let undone = ada.post(&format!("{address}/changes/2/restoration"), &[]).await;
        assert_eq!(undone.status, 303);
        assert!(ada.get(&address).await.body.contains("name=\"from\" value=\"2021-10-11\""));
        assert_eq!(ada.post(&format!("{address}/changes/9/restoration"), &[]).await.status, 404);
        assert_eq!(ada.post(&format!("{address}/changes/first/restoration"), &[]).await.status, 404);
        assert_eq!(events(bench).await, 3);
        assert!(ada.get(&address).await.text().contains("Moved from 18 October to 11 October to 15 October"));
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_done_added_and_taken_off() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let done = ada.post(&format!("{}/completion", entry("theory-of-action")), &[("version", "0")]).await;
        assert_eq!(done.status, 303);
        assert!(ada.get(MAP).await.text().contains("Done on 6 October"));
        let again = ada.post(&format!("{}/completion", entry("theory-of-action")), &[("version", "0")]).await;
        assert_eq!(again.status, 409, "{}", again.text());

        let silent = ada.post(&format!("{MAP}/entries"), &[("year", "2021-22"), ("kind", "cycle"), ("from", "2021-10-08")]).await;
        assert_eq!(silent.status, 422);
        assert!(
            silent.text().contains("What will people call it?") && silent.text().contains("What is it?"),
            "{}",
            silent.text()
        );
        let own = [
            ("year", "2021-22"),
            ("kind", "meeting"),
            ("title", "Walk with the board"),
            ("from", "2021-10-08"),
            ("why", "They asked."),
        ];
        assert_eq!(ada.post(&format!("{MAP}/entries"), &own).await.status, 303);
        let page = ada.get(MAP).await;
        assert!(part(&page, "next-h").contains("Walk with the board"), "{}", part(&page, "next-h"));
        assert!(page.text().contains("Put on the road map, 8 October"), "{}", page.text());
        let address = entry("own-2");
        let renamed = [("version", "1"), ("kind", "review"), ("title", "Walk, with the board"), ("from", "2021-10-08")];
        assert_eq!(ada.post(&address, &renamed).await.status, 303);
        let off = ada.post(&format!("{address}/removal"), &[("version", "2"), ("why", "They can’t.")]).await;
        assert_eq!(off.status, 303);
        let page = ada.get(MAP).await;
        assert!(!part(&page, "next-h").contains("Walk, with"), "{}", part(&page, "next-h"));
        assert!(part(&page, "moved-h").contains("Walk, with the board"), "what was taken off is told");
        assert_eq!(ada.post(&format!("{address}/removal"), &[("version", "2")]).await.status, 409);
        assert_eq!(ada.post(&format!("{address}/changes/3/restoration"), &[]).await.status, 303);
        let page = ada.get(MAP).await;
        assert!(part(&page, "next-h").contains("Walk, with the board"), "undone");

        // A cycle that is there changes on its own page; one that is not begun moves here.
        for name in ["cycle-1", "nothing", "own-9"] {
            assert_eq!(ada.get(&entry(name)).await.status, 404, "{name}");
            assert_eq!(ada.post(&entry(name), &[("version", "0"), ("from", "2021-10-08")]).await.status, 404, "{name}");
        }
        let later = [("version", "0"), ("from", "2022-01-03"), ("to", "2022-03-11")];
        assert_eq!(ada.post(&entry("cycle-2"), &later).await.status, 303);
        assert!(ada.get(MAP).await.text().contains("3 January 2022 to 11 March 2022"));
        for key in ["cycle-2", "2021-22", "soon.cycle-2", "2030-31.cycle-2"] {
            assert_eq!(ada.get(&format!("{MAP}/entries/{key}")).await.status, 404, "{key}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_partner_side_sees_its_own_and_changes_nothing() {
    in_the_world(async |bench| {
        let mut pia = visitor(bench, "pia");
        let page = pia.get(MAP).await;
        assert_eq!(page.status, 200);
        assert!(
            !page.body.contains("/completion") && !page.body.contains("/entries/") && !page.body.contains("Add to it"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("href=\"/road-map"), "the whole organisation is ours to look at");
        assert_eq!(pia.get(&entry("agreement")).await.status, 403);
        assert_eq!(pia.post(&entry("agreement"), &[("version", "1"), ("from", "2021-10-08")]).await.status, 403);
        assert_eq!(pia.get("/road-map").await.status, 403);
        assert_eq!(visitor(bench, "quin").get(MAP).await.status, 404);
        assert_eq!(visitor(bench, "lena").get(MAP).await.status, 404);
        let elsewhere = visitor(bench, "ben").get(MAP).await;
        assert!(elsewhere.status == 200 && !elsewhere.body.contains("/completion"), "we read one another's work");
        assert!(page.body.contains("/road-map/export/csv"));
        let file = pia.get(&format!("{MAP}/export/csv?year=2021-22")).await;
        assert!(
            file.body.contains("alder,2021-22,own-1,other,Open morning for families,2021-10-15,2021-10-15,Pia Alvarez"),
            "{}",
            file.body
        );
        assert_eq!(pia.get(&format!("{MAP}/export/pdf")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn today_and_the_partnerships_page_say_what_is_late() {
    in_the_world(async |bench| {
        let today = visitor(bench, "ada").get("/").await;
        let sheet = part(&today, "year-of-h");
        assert!(
            sheet.contains("Theory of action, written together") && sheet.contains("Was meant for 1 August to 30 September"),
            "{sheet}"
        );
        assert!(sheet.contains("Cedar") && sheet.contains(&entry("theory-of-action")), "{sheet}");
        assert!(!sheet.contains("Every teacher coached"), "cycles have their own sheet");
        for name in ["eva", "pia"] {
            assert!(!visitor(bench, name).get("/").await.body.contains("year-of-h"), "{name} works nowhere");
        }
        for name in ["ada", "pia"] {
            let page = visitor(bench, name).get("/partnerships/alder").await;
            let part = part(&page, "road-map-h");
            assert!(
                part.contains("<b>Late.</b> Was meant for") && part.contains(&format!("{MAP}?year=2021-22")),
                "{name}: {part}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_year_of_the_whole_organisation_is_the_sum() {
    in_the_world(async |bench| {
        let all = visitor(bench, "chi").get("/road-map?team=all").await;
        let text = all.text();
        for said in ["Alder Elementary", "Birch", "Cedar", "Year 2. Cycle 1: Plan, to 19 November", "Late: "] {
            assert!(text.contains(said), "{said}: {text}");
        }
        // By hand: three cycles end in November as the framework has it, or as they were begun; the step-backs are three too.
        let sum = part(&all, "sum-h");
        let november = sum.split("November</th>").nth(1).and_then(|rest| rest.split("</tr>").next()).expect("a row");
        assert!(november.contains("<div>0 of 2</div>"), "two cycles end in November: {november}");
        assert!(
            november.contains("data-l=\"Key meetings\"><div>0 of 4</div>"),
            "three step-backs, and the list of Alder: {november}"
        );
        assert!(part(&all, "shared-h").contains("Step-back of Cycle 1"), "{}", part(&all, "shared-h"));
        let coastal = visitor(bench, "ben").get("/road-map").await;
        assert!(coastal.text().contains("Birch") && !coastal.text().contains("Alder Elementary"), "one's own team first");
        let model = visitor(bench, "chi").get("/road-map?team=all&model=practice-network").await.text();
        assert!(model.contains("Cedar") && !model.contains("Alder Elementary"), "{model}");
        let none = visitor(bench, "chi").get("/road-map?team=coastal&model=intensive").await.text();
        assert!(none.contains("Nobody works here in this year"), "{none}");
        let past = visitor(bench, "chi").get("/road-map?team=all&year=2019-20").await.text();
        assert!(past.contains("Birch") && !past.contains("Alder Elementary"), "{past}");
        let file = visitor(bench, "chi").get("/road-map/export/csv?team=lakes").await;
        assert!(
            file.body.contains("\r\ncedar,2021-22,cycle-1,cycle,Cycle 1,") && !file.body.contains("\r\nbirch,"),
            "{}",
            file.body
        );
        assert!(part(&all, "moved-h").contains("From a file"), "{}", part(&all, "moved-h"));
    })
    .await;
}

#[tokio::test]
async fn a_model_without_a_template_is_told_what_one_is() {
    in_the_world(async |bench| {
        let text = "[meta]\nid = \"road-map\"\ntitle = \"Ours\"\nversion = 2\n[[entry]]\nid = \"fair\"\nkind = \"other\"\ntitle = \"Fair\"\nstart = 3\nmodels = [\"practice-network\"]";
        take(bench, "road-map-templates", "ours.toml", text).await;
        let page = visitor(bench, "ada").get(MAP).await.text();
        assert!(page.contains("No template of the year for this support model yet"), "{page}");
        assert!(page.contains("Cycle 1: Every teacher coached"), "what is known stands there all the same");
        assert!(page.contains("Partnership agreement"), "what people touched stays");
        let cedar = visitor(bench, "ada").get("/partnerships/cedar/road-map").await.text();
        assert!(cedar.contains("Fair") && !cedar.contains("No template of the year"), "{cedar}");
        let kind = bench.app.house.import_kind("road-map-templates").expect("a kind of file");
        let wrong = text.replace("practice-network", "practise-network");
        let source = platform::import::read(kind, "x.toml", wrong.as_bytes()).expect("a text");
        let actor = platform::audit::Actor::Process("a test");
        let tally = platform::import::take(&bench.app, kind, &[source], &actor, platform::import::Mode::Take).await.expect("an answer");
        assert!(tally.refused[0].to_string().contains("no support model practise-network"), "{}", tally.refused[0]);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_wrong_says_where() {
    in_the_world(async |bench| {
        let kind = bench.app.house.import_kind("road-map-entries").expect("a kind of file");
        let tally = async |text: &str| {
            let text = format!("partnership,school_year,line,kind,title,from,to,person,done_on,removed,why\n{text}\n");
            let source = platform::import::read(kind, "x.csv", text.as_bytes()).expect("a table");
            let actor = platform::audit::Actor::Process("a test");
            platform::import::take(&bench.app, kind, &[source], &actor, platform::import::Mode::Take).await.expect("an answer")
        };
        for (row, said) in [
            ("alder,2021-22,nothing,,,2021-10-01,,,,,", "no such entry"),
            ("alder,2021-22,own-4,,,2021-10-01,,,,,", "title"),
            ("alder,2021-22,own-4,cycle,Walk,2021-10-01,,,,,", "can’t add this kind"),
            ("alder,2021-22,agreement,,,2021-10-09,2021-10-01,,,,", "end before it begins"),
            ("alder,2021-22,agreement,,,2022-10-09,,,,,", "not all of this school year"),
            ("alder,2021-22,agreement,,,2021-10-09,,nobody@example.org,,,", "no person of that e-mail address"),
            ("alder,2021-22,cycle-1,,,2021-10-09,,,,,", "its days stand in it"),
            ("alder,2021-22,agreement,,,2021-10-09,,,,,\nalder,2021-22,agreement,,,2021-10-10,,,,,", "stands in two rows"),
        ] {
            let tally = tally(row).await;
            let told = tally.refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            assert!(told.contains(said), "{row}: {told}");
        }
        let same = tally("alder,2021-22,theory-of-action,,,2021-08-01,2021-09-30,,,,").await;
        assert_eq!((same.same, same.new, same.changed), (1, 0, 0), "what follows the template needs no row");
        let same = tally("alder,2021-22,cycle-1,,,2021-08-30,2021-11-19,,,,").await;
        assert_eq!((same.same, same.refused.len()), (1, 0), "the cycle that is there, as it is there");
        let changed = tally("alder,2021-22,agreement,,,2021-09-01,2021-09-14,ada@example.org,2021-09-14,,Sooner.").await;
        assert_eq!((changed.same, changed.new, changed.changed), (0, 0, 1));
        let page = visitor(bench, "ada").get(&entry("agreement")).await.text();
        assert!(page.contains("Moved from 1 August to 30 September to 1 September to 14 September. “Sooner.”"), "{page}");
    })
    .await;
}
