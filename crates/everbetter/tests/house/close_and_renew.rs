//! How a school year with a partner ends: what changed, what is written about it, and points that are ticked.

use platform::{
    db,
    testing::{Bench, Reply},
};

use crate::photos::Attaches as _;
use crate::world::{hidden, in_the_world, take, visitor};

const YEAR: &str = "/partnerships/alder/close-and-renew/2020-21";

async fn count(bench: &Bench, sql: &str) -> i64 {
    db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a count").unwrap_or(0)
}

async fn begun(bench: &Bench) {
    let reply = visitor(bench, "ada").post(YEAR, &[]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (303, YEAR), "{}", reply.text());
}

/// Writes a section as it stands, with other words in some fields.
async fn write(bench: &Bench, who: &str, section: &str, fields: &[(&str, &str)]) -> Reply {
    let mut who = visitor(bench, who);
    let path = format!("{YEAR}/sections/{section}");
    let form = who.get(&path).await;
    assert_eq!(form.status, 200, "{}", form.text());
    let version = hidden(&form, "version");
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    who.post(&path, &all).await
}

/// Tracker entries of Alder's first year, after which the first cycle's end is the beginning.
async fn a_year_in_the_tracker(bench: &Bench) {
    let head = "entry,partnership,school_year,cycle,practice,status,quality,reason,note,author,entered_at\n";
    let rows = "y1,alder,2020-21,1,1.1.1,under_way,,,,ada@example.org,2020-09-20T14:00:00Z\n\
                y2,alder,2020-21,1,1.1.2,enacted,2,,,ada@example.org,2020-09-21T14:00:00Z\n\
                y3,alder,2020-21,1,1.1.1,enacted,3,,,ada@example.org,2021-01-20T14:00:00Z\n\
                y4,alder,2020-21,3,1.3.1,enacted,3,,,ada@example.org,2021-05-20T14:00:00Z\n";
    take(bench, "tracker", "year.csv", &format!("{head}{rows}")).await;
}

#[tokio::test]
async fn a_years_end_says_what_changed_and_is_written_part_by_part() {
    in_the_world(async |bench| {
        a_year_in_the_tracker(bench).await;
        let mut ada = visitor(bench, "ada");
        let list = ada.get("/partnerships/alder/close-and-renew").await.text();
        assert!(list.contains("2021–22") && list.contains("2020–21") && list.contains("Not begun"), "{list}");
        let none = ada.get(YEAR).await.text();
        assert!(none.contains("Nobody has begun it yet") && none.contains("What must not be lost"), "{none}");
        assert_eq!(ada.get(&format!("{YEAR}/sections/keep")).await.status, 404, "nothing is written before it is begun");
        begun(bench).await;
        begun(bench).await;
        assert_eq!(count(bench, "select count(*) from close_and_renew").await, 1, "beginning twice is beginning once");
        let text = ada.get(YEAR).await.text();
        for said in [
            "Close and renew: our first year",
            "The school year ended on 31 July.",
            "From 1 to 3",
            "of 44 practices enacted, 30 November 2020 to 31 July",
            "42 practices stand where they were.",
            "Practices that grew",
            "Coach fewer people and finish.",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let rows = [
            ("routines.0.routine", "Student work, every second <Tuesday>"),
            ("routines.0.holder", "Pia Alvarez"),
            ("routines.0.sure", "Theirs"),
            ("routines.1.routine", "Talking with families before goals"),
            ("routines.1.sure", "Could be lost"),
            ("onward", "next"),
        ];
        let reply = write(bench, "ada", "keep", &rows).await;
        assert_eq!((reply.status.as_u16(), reply.location()), (303, &*format!("{YEAR}/sections/thanks")), "{}", reply.text());
        let page = ada.get(YEAR).await;
        assert!(page.body.contains("every second &#60;Tuesday&#62;"), "{}", page.body);
        assert!(page.text().contains("One of 2: could be lost."), "{}", page.text());
        let wrong = write(bench, "ada", "keep", &[("routines.0.routine", "One"), ("routines.0.sure", "Perhaps")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("Please choose one of the list."), "{}", wrong.text());
        let history = ada.get(&format!("{YEAR}/sections/keep")).await.text();
        assert!(history.contains("How it was worded") && history.contains("Ada Byrne, today at"), "{history}");
    })
    .await;
}

#[tokio::test]
async fn two_who_write_at_once_lose_nothing() {
    in_the_world(async |bench| {
        begun(bench).await;
        let path = format!("{YEAR}/sections/look_back");
        let mut sofia = visitor(bench, "sofia");
        let seen = hidden(&sofia.get(&path).await, "version");
        assert_eq!(write(bench, "ada", "look_back", &[("can_say", "Teachers talk more.")]).await.status, 303);
        let stale = sofia.post(&path, &[("version", &seen), ("can_say", "Students talk more.")]).await;
        assert_eq!(stale.status, 422);
        let text = stale.text();
        assert!(text.contains("What stands now") && text.contains("Teachers talk more."), "{text}");
        assert!(stale.body.contains("Students talk more."), "what was typed stays: {}", stale.body);
        let sure = hidden(&stale, "version");
        assert_eq!(sofia.post(&path, &[("version", &sure), ("can_say", "Both talk more.")]).await.status, 303);
        assert!(sofia.get(YEAR).await.text().contains("Both talk more."));
        assert_eq!(count(bench, "select count(*) from close_and_renew_section").await, 2, "no wording is written over");
    })
    .await;
}

#[tokio::test]
async fn the_partner_reads_what_is_theirs_and_nobody_elsewhere_anything() {
    in_the_world(async |bench| {
        begun(bench).await;
        write(bench, "ada", "thanks", &[("thanked.0.to", "Tom Reyes"), ("thanked.0.for", "For the long pause.")]).await;
        write(bench, "ada", "hand_over", &[("know", "Who will be quiet.")]).await;
        let pia = visitor(bench, "pia").get(YEAR).await.text();
        assert!(pia.contains("For the long pause.") && pia.contains("Everybody here, and staff."), "{pia}");
        assert!(!pia.contains("Who will be quiet.") && !pia.contains("Hand over"), "{pia}");
        assert!(!pia.contains("Write: ") && !pia.contains("It is done"), "no button that would say no: {pia}");
        let ben = visitor(bench, "ben").get(YEAR).await.text();
        assert!(ben.contains("Who will be quiet.") && !ben.contains("Write: "), "staff read one another’s work: {ben}");
        for (who, status) in [("ben", 403), ("pia", 403), ("quin", 404), ("lena", 404)] {
            let mut who = visitor(bench, who);
            assert_eq!(who.get(&format!("{YEAR}/sections/hand_over")).await.status, status);
            assert_eq!(who.post(&format!("{YEAR}/points/story"), &[]).await.status, status);
        }
        assert_eq!(visitor(bench, "ada").get("/partnerships/alder/close-and-renew/2019-20").await.status, 404, "before we came");
        assert_eq!(visitor(bench, "ada").get("/partnerships/alder/close-and-renew/2022-23").await.status, 404, "still to come");
    })
    .await;
}

#[tokio::test]
async fn a_point_is_ticked_by_somebody_on_a_day() {
    in_the_world(async |bench| {
        begun(bench).await;
        let mut ada = visitor(bench, "ada");
        let point = format!("{YEAR}/points/looked_back");
        for _ in 0..2 {
            assert_eq!(ada.post(&point, &[]).await.location(), format!("{YEAR}#points"));
        }
        let text = visitor(bench, "pia").get(YEAR).await.text();
        assert!(text.contains("1 of 12 ticked.") && text.contains("Ada Byrne, 6 October"), "{text}");
        assert_eq!(count(bench, "select count(*) from audit_event where action = 'point ticked'").await, 1);
        assert_eq!(visitor(bench, "sofia").post(&format!("{point}/removal"), &[]).await.status, 303);
        assert!(ada.get(YEAR).await.text().contains("0 of 12 ticked."));
        assert_eq!(ada.post(&format!("{YEAR}/points/nothing"), &[]).await.status, 404);
    })
    .await;
}

/// Decides by a form of the year's page, as it stands.
async fn decide(bench: &Bench, who: &str, year: &str, way: &str, fields: &[(&str, &str)]) -> Reply {
    let mut who = visitor(bench, who);
    let page = who.get(year).await;
    let version = hidden(&page, "version");
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    who.post(&format!("{year}/{way}"), &all).await
}

const NOW: &str = "/partnerships/alder/close-and-renew/2021-22";
const RENEWED: [(&str, &str); 4] = [
    ("until", "2023-07-31"),
    ("model", "transformation-network"),
    ("days", "1.5"),
    ("vision", "Students ask one another first."),
];

/// What is agreed with Alder: model and days.
async fn agreed(bench: &Bench) -> (String, f64) {
    let on = bench.app.db.read();
    let model = db::scalar::<String>(on, "select model_id from partnership where slug = 'alder'", vec![]).await;
    let days = db::scalar::<f64>(on, "select planned_days_per_week from partnership where slug = 'alder'", vec![]).await;
    (model.expect("a query").expect("a model"), days.expect("a query").expect("days"))
}

#[tokio::test]
async fn a_year_is_renewed_and_what_was_agreed_holds_from_the_next_one_on() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        assert_eq!(ada.post(NOW, &[]).await.status, 303);
        assert!(!ada.get(NOW).await.text().contains("Renew the partnership"), "who may not decide sees no form");
        assert_eq!(decide(bench, "ada", NOW, "renewal", &RENEWED).await.status, 403);
        assert_eq!(decide(bench, "pia", NOW, "renewal", &RENEWED).await.status, 403);
        let mut wrong = RENEWED;
        wrong[0].1 = "2022-07-31";
        wrong[3].1 = " ";
        let refused = decide(bench, "sofia", NOW, "renewal", &wrong).await;
        assert_eq!(refused.status, 422);
        let text = refused.text();
        assert!(text.contains("lies before the next school year") && text.contains("A sentence is enough"), "{text}");
        let done = decide(bench, "sofia", NOW, "renewal", &RENEWED).await;
        assert_eq!((done.status.as_u16(), done.location()), (303, &*format!("{NOW}#decision")), "{}", done.text());
        let again = decide(bench, "sofia", NOW, "renewal", &RENEWED).await;
        assert_eq!(again.status, 422, "nobody decides twice");
        let text = visitor(bench, "pia").get(NOW).await.text();
        for said in ["We renew", "31 July 2023", "Students ask one another first.", "carried over as a draft"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert_eq!(agreed(bench).await, ("intensive".to_owned(), 3.5), "this year stays as it was agreed");
        let drafts = "select count(*) from theory_version where published_at is null and origin = 'carried over into 2022–23'";
        assert_eq!(count(bench, drafts).await, 1);
        assert!(ada.get("/partnerships/alder").await.text().contains("until 31 July 2023"), "the partnership says so");

        bench.app.clock.advance(chrono::TimeDelta::days(297));
        platform::jobs::drain(&bench.app).await.expect("jobs");
        assert_eq!(agreed(bench).await.0, "intensive", "a day before");
        bench.app.clock.advance(chrono::TimeDelta::days(2));
        for _ in 0..2 {
            platform::jobs::drain(&bench.app).await.expect("jobs");
        }
        assert_eq!(agreed(bench).await, ("transformation-network".to_owned(), 1.5));
        assert_eq!(count(bench, "select count(*) from audit_event where action = 'partnership changed'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_renewal_is_undone_until_something_was_done_in_the_new_year() {
    in_the_world(async |bench| {
        begun(bench).await;
        let early = visitor(bench, "dora").get(YEAR).await.text();
        assert!(early.contains("Renew the partnership"), "{early}");
        // The next year has begun: a cycle, tracker entries and visits stand in it.
        assert_eq!(decide(bench, "dora", YEAR, "renewal", &RENEWED).await.status, 303);
        assert_eq!(agreed(bench).await, ("transformation-network".to_owned(), 1.5), "a year that has begun is agreed on at once");
        // The page offers it no more; who had it open still has the form.
        let version = "select cast(version as bigint) from close_and_renew where school_year = 2020";
        let version = count(bench, version).await.to_string();
        let late = visitor(bench, "dora").post(&format!("{YEAR}/renewal/removal"), &[("version", &version)]).await;
        assert_eq!(late.status, 422);
        assert!(late.text().contains("What was agreed can be changed on the partnership’s page."), "{}", late.text());
        assert!(visitor(bench, "dora").get(YEAR).await.text().contains("It can’t be undone any more."));

        assert_eq!(visitor(bench, "ada").post(NOW, &[]).await.status, 303);
        assert_eq!(decide(bench, "dora", NOW, "renewal", &RENEWED).await.status, 303);
        let drafts = "select count(*) from theory_version where published_at is null";
        assert_eq!(count(bench, drafts).await, 1, "the draft that was begun already stays");
        assert_eq!(decide(bench, "ada", NOW, "renewal/removal", &[]).await.status, 403);
        assert_eq!(decide(bench, "dora", NOW, "renewal/removal", &[]).await.status, 303);
        assert_eq!(count(bench, "select count(*) from renewal").await, 1);
        assert!(visitor(bench, "dora").get(NOW).await.text().contains("Renew the partnership"));
    })
    .await;
}

const CLOSED: [(&str, &str); 4] = [
    ("date", "2021-10-05"),
    ("reason", "The district chose another way."),
    ("destroy_on", "2022-10-05"),
    ("why", "A year is enough."),
];

/// Closes Alder with care, though points are open.
async fn close(bench: &Bench) {
    assert_eq!(visitor(bench, "ada").post(NOW, &[]).await.status, 303);
    let silent = decide(bench, "dora", NOW, "closure", &CLOSED).await;
    assert_eq!(silent.status, 422);
    assert!(silent.text().contains("Points are open."), "{}", silent.text());
    let done = decide(bench, "dora", NOW, "closure", &[&CLOSED[..], &[("anyway", "yes")]].concat()).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, &*format!("{NOW}#decision")), "{}", done.text());
}

#[tokio::test]
async fn a_closed_partnership_is_read_and_no_more() {
    in_the_world(async |bench| {
        let wrong = [("date", "2021-10-07"), ("reason", " "), ("destroy_on", "2021-10-06"), ("why", ""), ("anyway", "yes")];
        assert_eq!(visitor(bench, "ada").post(NOW, &[]).await.status, 303);
        let refused = decide(bench, "dora", NOW, "closure", &wrong).await;
        assert_eq!(refused.status, 422);
        for said in ["still to come", "what would we like to remember", "a day after today", "Why then?"] {
            assert!(refused.text().contains(said), "{said}: {}", refused.text());
        }
        for (who, status) in [("ada", 403), ("ben", 403), ("pia", 403), ("quin", 404)] {
            assert_eq!(decide(bench, who, NOW, "closure", &CLOSED).await.status, status, "{who}");
        }
        close(bench).await;
        let mut ada = visitor(bench, "ada");
        let page = ada.get("/partnerships/alder").await.text();
        assert!(page.contains("Closed on 5 October.") && page.contains("The district chose another way."), "{page}");
        assert!(page.contains("Closed with care on 6 October."), "{page}");
        for path in ["edit", "visits/new", "tracker/bulk", "theory/draft", "cycles/new", "staff/new", "coachees/new"] {
            for who in ["ada", "dora", "chi"] {
                let status = visitor(bench, who).get(&format!("/partnerships/alder/{path}")).await.status;
                assert_eq!(status, 403, "{path} as {who}");
            }
        }
        assert_eq!(
            ada.post("/cycles/alder.21.c1/log-entries", &[]).await.status,
            403,
            "also for those who are named in the cycle"
        );
        assert_eq!(ada.get(&format!("{NOW}/sections/keep")).await.status, 403);
        assert_eq!(ada.post(&format!("{NOW}/points/visit"), &[]).await.status, 303, "points are ticked to the end");
        let people = ada.get("/partnerships/alder/people").await;
        assert!(people.text().contains("one thing to try") && !people.body.contains("/coachees/"), "{}", people.text());
        for path in ["/", "/due", "/overview", "/partnerships"] {
            assert!(!visitor(bench, "dora").get(path).await.text().contains("Alder Elementary"), "{path}");
        }
        assert!(!ada.get("/").await.text().contains("Alder"), "nothing waits there for anybody");
        assert!(visitor(bench, "dora").get("/partnerships?status=closed").await.text().contains("Alder Elementary"));
    })
    .await;
}

#[tokio::test]
async fn their_people_become_alumni_and_partners_again_when_it_goes_on() {
    in_the_world(async |bench| {
        close(bench).await;
        let mut pia = visitor(bench, "pia");
        for path in ["/partnerships/alder", NOW, "/cycles/alder.21.c1"] {
            assert_eq!(pia.get(path).await.status, 404, "{path}");
        }
        let own = pia.get("/people/pia-alvarez").await.text();
        assert!(own.contains("Alumnus") && own.contains("Alumnus of our work with Alder Elementary, since 5 October"), "{own}");
        assert_eq!(pia.get("/practices").await.status, 200);
        let text = visitor(bench, "ada").get(NOW).await.text();
        assert!(text.contains("2 people of theirs are alumni now"), "{text}");
        let version = count(bench, "select cast(version as bigint) from partnership where slug = 'alder'").await.to_string();
        let reopen = "/partnerships/alder/reopening";
        assert_eq!(visitor(bench, "ada").post(reopen, &[("version", &version), ("reason", "x")]).await.status, 403);
        let mut dora = visitor(bench, "dora");
        assert_eq!(dora.post(reopen, &[("version", &version), ("reason", " ")]).await.status, 422);
        assert_eq!(dora.post(reopen, &[("version", "1"), ("reason", "A slip.")]).await.status, 409, "somebody was faster");
        assert_eq!(dora.post(reopen, &[("version", &version), ("reason", "A slip.")]).await.status, 303);
        assert_eq!(dora.post(reopen, &[("version", &version), ("reason", "A slip.")]).await.status, 422, "it goes on already");
        assert_eq!(pia.get("/partnerships/alder").await.status, 200);
        assert_eq!(count(bench, "select count(*) from person where kind = 'alumnus'").await, 1, "Lena alone");
        assert_eq!(count(bench, "select count(*) from destruction").await, 0);
        assert!(dora.get(NOW).await.text().contains("Close the partnership"));
    })
    .await;
}

/// What is left of confidences: coachees, wordings of our own, all wordings.
async fn left(bench: &Bench) -> (i64, i64, i64) {
    (
        count(bench, "select count(*) from coachee").await,
        count(bench, "select count(*) from close_and_renew_section where section = 'hand_over'").await,
        count(bench, "select count(*) from close_and_renew_section").await,
    )
}

#[tokio::test]
async fn confidences_are_destroyed_on_their_day_and_nothing_else() {
    in_the_world(async |bench| {
        begun(bench).await;
        write(bench, "ada", "hand_over", &[("know", "Who will be quiet.")]).await;
        write(bench, "ada", "hand_over", &[("know", "Who is quiet.")]).await;
        write(bench, "ada", "look_back", &[("can_say", "Teachers talk more.")]).await;
        close(bench).await;
        let put_off = "/partnerships/alder/destruction";
        let later = [("version", "1"), ("due_on", "2022-11-05"), ("why", "The district asked a question.")];
        assert_eq!(visitor(bench, "ada").post(put_off, &later).await.status, 403);
        let mut dora = visitor(bench, "dora");
        for wrong in [[later[0], ("due_on", "2021-10-06"), later[2]], [later[0], later[1], ("why", "")]] {
            assert_eq!(dora.post(put_off, &wrong).await.status, 422);
        }
        assert_eq!(dora.post(put_off, &later).await.status, 303);
        assert_eq!(dora.post(put_off, &later).await.status, 409, "somebody was faster");
        assert!(dora.get(NOW).await.text().contains("On 5 November 2022. The district asked a question."));

        bench.app.clock.advance(chrono::TimeDelta::days(394));
        platform::jobs::drain(&bench.app).await.expect("jobs");
        assert_eq!(left(bench).await, (1, 2, 3), "on the day before");
        bench.app.clock.advance(chrono::TimeDelta::days(1));
        let entries = "select count(*) from tracker_entry";
        let before = (count(bench, entries).await, count(bench, "select count(*) from visit").await);
        platform::jobs::drain(&bench.app).await.expect("jobs");
        assert_eq!(left(bench).await, (0, 0, 1));
        assert_eq!((count(bench, entries).await, count(bench, "select count(*) from visit").await), before, "the work stays");
        let events = "select count(*) from audit_event where action = 'confidences destroyed'
            and detail = 'records of coaching: 1; wordings of what we wrote for ourselves: 2'";
        assert_eq!(count(bench, events).await, 1);
        // Once more changes nothing.
        bench.app.clock.advance(chrono::TimeDelta::days(1));
        platform::jobs::drain(&bench.app).await.expect("jobs");
        assert_eq!(count(bench, "select count(*) from audit_event where action = 'confidences destroyed'").await, 1);
        assert_eq!(left(bench).await, (0, 0, 1));
        assert!(platform::audit::verify(&bench.app.db).await.expect("the log").is_ok());
    })
    .await;
}

/// The last step of a destruction fails, as if the program had been ended there.
async fn break_the_log(bench: &Bench, breaks: bool) {
    let sql: &[&str] = match (bench.app.db.engine(), breaks) {
        (db::Engine::Sqlite, true) => &["create trigger broken before insert on audit_event
            when new.action = 'confidences destroyed' begin select raise(abort, 'ended'); end"],
        (db::Engine::Sqlite, false) => &["drop trigger broken"],
        (db::Engine::Postgres, true) => &[
            "create function broken() returns trigger language plpgsql as $$ begin raise exception 'ended'; end $$",
            "create trigger broken before insert on audit_event for each row when (new.action = 'confidences destroyed')
             execute function broken()",
        ],
        (db::Engine::Postgres, false) => &["drop trigger broken on audit_event"],
    };
    let run = async |tx: &db::Tx| {
        for sql in sql {
            db::exec(&**tx, sql, vec![]).await?;
        }
        Ok::<_, db::DbErr>(())
    };
    bench.app.db.write(run).await.expect("a trigger");
}

#[tokio::test]
async fn a_destruction_that_is_cut_short_leaves_all_and_is_done_later() {
    in_the_world(async |bench| {
        begun(bench).await;
        write(bench, "ada", "hand_over", &[("know", "Who will be quiet.")]).await;
        close(bench).await;
        bench.app.clock.advance(chrono::TimeDelta::days(365));
        break_the_log(bench, true).await;
        platform::jobs::drain(&bench.app).await.expect("jobs");
        assert_eq!(left(bench).await, (1, 1, 1), "all of it is there");
        assert_eq!(count(bench, "select count(*) from destruction where destroyed_at is null").await, 1);
        break_the_log(bench, false).await;
        bench.app.clock.advance(chrono::TimeDelta::hours(1));
        platform::jobs::drain(&bench.app).await.expect("jobs");
        assert_eq!(left(bench).await, (0, 0, 0));
        let done = "select count(*) from destruction where destroyed_at is not null and coachees = 1";
        assert_eq!(count(bench, done).await, 1);
    })
    .await;
}

/// The files of an archive, by name.
fn unpacked(reply: &Reply) -> std::collections::BTreeMap<String, String> {
    use std::io::Read;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(reply.bytes.clone())).expect("a zip");
    let mut files = std::collections::BTreeMap::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).expect("a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("a text");
        files.insert(file.name().expect("a name").into_owned(), text);
    }
    files
}

#[tokio::test]
async fn the_partner_takes_along_what_is_theirs_and_no_confidence() {
    in_the_world(async |bench| {
        begun(bench).await;
        write(bench, "ada", "keep", &[("routines.0.routine", "=Student work; on Tuesdays")]).await;
        write(bench, "ada", "hand_over", &[("know", "Who will be quiet.")]).await;
        let draft = "/partnerships/alder/theory/draft";
        assert_eq!(visitor(bench, "ada").post(draft, &[("from", "standing")]).await.status, 303);
        let aim = [("kind", "aim"), ("text", "An aim that is only a draft.")];
        assert_eq!(visitor(bench, "ada").post(&format!("{draft}/nodes"), &aim).await.status, 303);
        let visits = "insert into visit (id, key, partnership_id, on_day, hours, person_id, mode, note, logged_on, version)
             select $1, $2, v.partnership_id, v.on_day, 1, v.person_id, 'phone', 'One of many.', v.logged_on, 1
             from visit v join partnership p on p.id = v.partnership_id where p.slug = 'alder' order by v.key limit 1";
        let now = bench.app.clock.now();
        let many = async |tx: &db::Tx| {
            for _ in 0..1_001 {
                let id = platform::clock::new_id(now);
                db::exec(&**tx, visits, vec![id.into(), id.to_string().into()]).await?;
            }
            Ok::<_, db::DbErr>(())
        };
        bench.app.db.write(many).await.expect("visits");
        let archive = "/partnerships/alder/archive";
        for (who, status) in [("quin", 404), ("lena", 404)] {
            assert_eq!(visitor(bench, who).get(archive).await.status, status, "{who}");
        }
        let goal = "/cycles/alder.21.c1/goals/alder.21.c1.g1/files";
        for (name, text) in [("What teachers say?.csv", "room,says\n4,More of it\n"), ("Not this one.csv", "room\n1\n")] {
            let key = crate::world::new_key();
            let fields = [("key", key.as_str()), ("caption", "Week 5")];
            assert_eq!(visitor(bench, "pia").attach(goal, &fields, "files", &[(name, text.as_bytes())]).await.status, 303);
            if name.starts_with("Not") {
                let removal = format!("/cycles/alder.21.c1/files/{key}.1/removal");
                assert_eq!(visitor(bench, "pia").post(&removal, &[]).await.status, 303);
            }
        }
        let reply = visitor(bench, "pia").get(archive).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], "application/zip");
        assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"alder-2021-10-06.zip\"");
        let files = unpacked(&reply);
        let (attached, names): (Vec<&str>, Vec<&str>) =
            files.keys().map(String::as_str).partition(|name| name.starts_with("files/"));
        let [attached] = attached[..] else { panic!("one file is attached: {attached:?}") };
        assert!(attached.ends_with("-What teachers say-.csv"), "{attached}");
        assert_eq!(files[attached], "room,says\n4,More of it\n");
        let told = format!(
            "2021-22,1,goal,,Eight in ten visits are debriefed within two days.,{attached},What teachers say?.csv,Week 5,Pia"
        );
        assert!(files["files.csv"].contains(&told), "{}", files["files.csv"]);
        let expected = [
            "actions.csv",
            "close-and-renew.csv",
            "cycles.csv",
            "files.csv",
            "goals.csv",
            "learnings.csv",
            "log.csv",
            "plans.csv",
            "read-me-first.html",
            "theory-of-action.csv",
            "tracker.csv",
            "visits.csv",
        ];
        assert_eq!(names, expected);
        let lines = |name: &str| files[name].lines().count() - 1;
        let alder = |table: &str| {
            format!("select count(*) from {table} x join partnership p on p.id = x.partnership_id where p.slug = 'alder'")
        };
        assert_eq!(i64::try_from(lines("visits.csv")).expect("a count"), count(bench, &alder("visit")).await, "all of them");
        assert_eq!(lines("tracker.csv"), 4);
        assert!(files["tracker.csv"].contains("2021-22,1,1.1.1,"), "{}", files["tracker.csv"]);
        assert!(files["goals.csv"].contains("Eight in ten visits"), "{}", files["goals.csv"]);
        assert!(files["close-and-renew.csv"].contains("=Student work; on Tuesdays"), "{}", files["close-and-renew.csv"]);
        let page = &files["read-me-first.html"];
        assert!(page.contains("Alder Elementary and Riverside Partners") || page.contains("Alder Elementary and"), "{page}");
        for (name, text) in &files {
            for secret in ["one thing to try", "Who will be quiet.", "only a draft", "pia@example.org"] {
                assert!(!text.contains(secret), "{name} tells: {secret}");
            }
        }
    })
    .await;
}

/// What somebody's Today says, so many days later; sessions are over by then, tokens are not.
async fn today_of(bench: &Bench, name: &str) -> String {
    let token = format!("{name}'s token");
    platform::testing::Visitor::with_token(bench, &token).get("/").await.text()
}

#[tokio::test]
async fn today_says_in_time_what_comes_to_an_end() {
    in_the_world(async |bench| {
        for name in ["ada", "dora", "ben"] {
            crate::world::give_token(bench, &format!("{name}@example.org"), &format!("{name}'s token")).await;
        }
        let ending = "Close and renew with Alder Elementary";
        // The year ends on 31 July; it is spoken of from 75 days before on.
        bench.app.clock.advance(chrono::TimeDelta::days(222));
        assert!(!today_of(bench, "ada").await.contains(ending), "76 days before");
        bench.app.clock.advance(chrono::TimeDelta::days(1));
        let ada = today_of(bench, "ada").await;
        assert!(ada.contains(ending) && ada.contains("By 31 July. Nobody has begun it."), "{ada}");
        assert!(!ada.contains("Close and renew with Cedar"), "she helps there, and does not lead: {ada}");
        assert!(!today_of(bench, "ben").await.contains(ending));
        let mut lead = platform::testing::Visitor::with_token(bench, "ada's token");
        assert_eq!(lead.post(NOW, &[]).await.status, 303);
        assert!(today_of(bench, "ada").await.contains("By 31 July. It is being written."));

        let mut dora = platform::testing::Visitor::with_token(bench, "dora's token");
        let version = hidden(&dora.get(NOW).await, "version");
        let closing = [
            ("version", version.as_str()),
            ("date", "2022-05-17"),
            ("reason", "The district chose another way."),
            ("destroy_on", "2022-10-05"),
            ("why", "Summer is enough."),
            ("anyway", "yes"),
        ];
        let closed = dora.post(&format!("{NOW}/closure"), &closing).await;
        assert_eq!(closed.status, 303, "{}", closed.text());
        assert!(!today_of(bench, "ada").await.contains(ending), "it is decided");
        let warning = "Confidences of Alder Elementary are destroyed";
        bench.app.clock.advance(chrono::TimeDelta::days(110));
        assert!(!today_of(bench, "dora").await.contains(warning), "31 days before");
        bench.app.clock.advance(chrono::TimeDelta::days(1));
        let soon = today_of(bench, "dora").await;
        assert!(soon.contains(warning) && soon.contains("On 5 October. Summer is enough."), "{soon}");
        assert!(!today_of(bench, "ada").await.contains(warning), "she can’t put it off");
    })
    .await;
}
