use platform::{
    db,
    jobs::drain,
    testing::{Bench, Reply, Visitor},
};

use crate::world::{give_token, in_the_world, visitor};

const TRACKER: &str = "entry,partnership,school_year,cycle,practice,status,quality,reason,note,author,entered_at
a1,alder,2021-22,1,2.1.1,enacted,2,,We agreed on two,ada@example.org,2021-10-05T10:00:00Z
a2,alder,2021-22,1,9.9.9,enacted,2,,Which one was it,ada@example.org,2021-10-05T10:01:00Z
";

/// Chooses a file, and answers where that leads.
pub async fn choose(who: &mut Visitor, kind: &str, file: &str, text: &str) -> String {
    let reply = who.upload(&format!("/imports/kinds/{kind}"), &[], file, text.as_bytes()).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let (draft, step) = reply.location().rsplit_once('/').expect("a step");
    assert!(["columns", "trial"].contains(&step));
    draft.to_owned()
}

/// The word by which the page's button names the outcome that was looked at.
pub fn seen(page: &Reply) -> String {
    let after = page.body.split("name=\"seen\" value=\"").nth(1).unwrap_or_else(|| panic!("no outcome in {}", page.text()));
    after.split('"').next().expect("a value").to_owned()
}

/// Notes a proof of who it is, as the page that asks for a password would.
async fn prove(bench: &Bench, session: &str) {
    let params = vec![bench.app.clock.now().into(), platform::secret::token_hash(session).into()];
    let sql = "update session set proved_at = $1 where token_hash = $2";
    bench.app.db.write(async |tx| db::exec(&**tx, sql, params).await).await.expect("a proof");
}

pub async fn count(bench: &Bench, sql: &str) -> i64 {
    db::scalar::<i64>(bench.app.db.read(), sql, vec![]).await.expect("a query").expect("a count")
}

pub async fn bring_in_a_row_of_ada(bench: &Bench) {
    let mut ada = visitor(bench, "ada");
    let draft = choose(&mut ada, "tracker", "tracker.csv", TRACKER).await;
    let seen = seen(&ada.get(&format!("{draft}/trial")).await);
    let taken = ada.post(&format!("{draft}/taking"), &[("seen", &seen), ("leave_out", "yes")]).await;
    assert_eq!((taken.status.as_u16(), taken.location()), (303, draft.as_str()));
}

#[tokio::test]
async fn a_file_with_columns_of_its_own_is_matched_looked_at_and_brought_in_once() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let text =
            "Mail;Who;Type;Does\nnew@example.org;Nia New;staff;Coach\nada@example.org;Ada Byrne;staff;Implementer at large\n";
        let draft = choose(&mut otto, "people", "people.csv", text).await;
        let page = otto.get(&format!("{draft}/columns")).await;
        assert!(page.text().contains("people.csv, 2 rows"), "{}", page.text());
        let fields = [
            ("heading-0", "Mail"),
            ("column-0", "person"),
            ("heading-1", "Who"),
            ("column-1", "-"),
            ("heading-2", "Type"),
            ("column-2", "kind"),
            ("heading-3", "Does"),
            ("column-3", "title"),
        ];
        let missing = otto.post(&format!("{draft}/columns"), &fields).await;
        assert_eq!(missing.status, 422);
        assert!(missing.text().contains("Which column holds name"), "{}", missing.text());
        let fields = fields.map(|(name, value)| if name == "column-1" { (name, "name") } else { (name, value) });
        let matched = otto.post(&format!("{draft}/columns"), &fields).await;
        assert_eq!(matched.location(), format!("{draft}/trial"));

        let before = count(bench, "select count(*) from person").await;
        let trial = otto.get(&format!("{draft}/trial")).await;
        let told = trial.text();
        assert!(told.contains("New 1") && told.contains("Changed 1") && told.contains("The same 0"), "{told}");
        assert!(told.contains("Implementer at large") && told.contains("Nia New"), "{told}");
        assert_eq!(count(bench, "select count(*) from person").await, before, "a trial saves nothing");

        let seen = seen(&trial);
        for _ in 0..2 {
            let taken = otto.post(&format!("{draft}/taking"), &[("seen", &seen)]).await;
            assert_eq!((taken.status.as_u16(), taken.location()), (303, draft.as_str()));
        }
        assert_eq!(count(bench, "select count(*) from person").await, before + 1);
        let events =
            "select count(*) from audit_event where action = 'files imported' and subject like '%people from people.csv%'";
        assert_eq!(count(bench, events).await, 2, "the world's own, and one of the two clicks");
        let done = otto.get(&draft).await.text();
        assert!(done.contains("2 rows are in") && done.contains("The line in the audit log"), "{done}");
        assert!(otto.get("/imports").await.text().contains("1 new row, 1 changed, 0 the same"));
    })
    .await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_answered_or_left_out() {
    in_the_world(async |bench| {
        let mut ada = visitor(bench, "ada");
        let draft = choose(&mut ada, "tracker", "tracker.csv", TRACKER).await;
        let trial = ada.get(&format!("{draft}/trial")).await;
        let told = trial.text();
        assert!(told.contains("1 row needs you") && told.contains("Row 3, practice") && told.contains("9.9.9"), "{told}");
        let entries = "select count(*) from tracker_entry where key in ('a1', 'a2')";
        let forgotten = ada.post(&format!("{draft}/taking"), &[("seen", &seen(&trial))]).await;
        assert_eq!(forgotten.status, 422, "the row is neither answered nor left out");
        assert_eq!(count(bench, entries).await, 0);

        let answered = ada.post(&format!("{draft}/trial"), &[("fix-3-practice", "2.2.3")]).await;
        assert_eq!(answered.location(), format!("{draft}/trial"));
        let told = ada.get(&format!("{draft}/trial")).await.text();
        assert!(told.contains("New 2") && told.contains("Not readable yet 0"), "{told}");

        let other = choose(&mut ada, "tracker", "tracker.csv", TRACKER).await;
        let seen = seen(&ada.get(&format!("{other}/trial")).await);
        let taken = ada.post(&format!("{other}/taking"), &[("seen", &seen), ("leave_out", "yes")]).await;
        assert_eq!(taken.status, 303);
        assert_eq!(count(bench, entries).await, 1);
        let file = ada.get(&format!("{other}/left-out")).await;
        assert!(file.body.contains("a2,alder") && !file.body.contains("a1,alder"), "{}", file.body);

        // The first draft was looked at before the second one came in.
        let stale = ada.post(&format!("{draft}/taking"), &[("seen", "2 0 0 0")]).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text().contains("The outcome has changed."), "{}", stale.text());
        assert_eq!(count(bench, entries).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_told_in_words() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
        let page = otto.upload("/imports/kinds/people", &[], "people.xls", &old).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains("We could not open this file") && page.text().contains("your file is untouched"));
        let page = otto.upload("/imports/kinds/people", &[], "people.csv", &vec![b'x'; 25 * 1024 * 1024 + 1]).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains("It is larger than 25 MB."), "{}", page.text());
        let none = otto.upload("/imports/kinds/people", &[], "", b"").await;
        assert!(none.status == 422 && none.text().contains("Please choose a file first."));
        assert_eq!(count(bench, "select count(*) from import_draft").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_for_whoever_chose_it_and_kept_for_a_day() {
    in_the_world(async |bench| {
        assert_eq!(visitor(bench, "ada").get("/imports/kinds/people").await.status, 403);
        assert_eq!(visitor(bench, "pia").get("/imports").await.status, 403);
        let mut ada = visitor(bench, "ada");
        let draft = choose(&mut ada, "tracker", "tracker.csv", TRACKER).await;
        assert_eq!(visitor(bench, "otto").get(&format!("{draft}/trial")).await.status, 404);
        assert!(ada.get("/imports").await.text().contains("On their way"));
        bench.app.clock.advance(chrono::TimeDelta::hours(23));
        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(count(bench, "select count(*) from import_draft").await, 1);
        bench.app.clock.advance(chrono::TimeDelta::hours(2));
        drain(&bench.app).await.expect("the jobs run");
        assert_eq!(count(bench, "select count(*) from import_draft").await, 0);
        let kept = std::fs::read_dir(bench.app.config.data.join("files/imports")).expect("a folder").count();
        assert_eq!(kept, 0, "the file is gone with its row");
    })
    .await;
}

#[tokio::test]
async fn an_empty_template_has_the_headings_that_we_know() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let file = otto.get("/imports/kinds/people/template/csv").await;
        assert!(file.body.starts_with("person,name,kind,"), "{}", file.body);
        let out = otto.get("/imports/kinds/people/export/csv").await;
        assert!(out.body.contains("ada@example.org"), "{}", out.body);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_opens_doors_waits_for_a_fresh_proof() {
    in_the_world(async |bench| {
        for kind in bench.app.house.rooms().iter().flat_map(|room| &room.imports) {
            let gives = ["people", "memberships", "partnerships", "partnership-staff"].contains(&kind.name);
            assert_eq!(kind.opens_doors, gives, "{}", kind.name);
        }
        let mut otto = visitor(bench, "otto");
        let text = "person,name,kind\nnew@example.org,Nia New,staff\n";
        let draft = choose(&mut otto, "people", "people.csv", text).await;
        let taking = format!("{draft}/taking");
        let seen = seen(&otto.get(&format!("{draft}/trial")).await);
        bench.app.clock.advance(chrono::TimeDelta::minutes(11));
        let asked = otto.post(&taking, &[("seen", &seen)]).await;
        let kept = asked.location().strip_prefix("/sign-in/again?kept=").unwrap_or_else(|| panic!("{}", asked.text())).to_owned();
        let newcomers = "select count(*) from person where email = 'new@example.org'";
        assert_eq!(count(bench, newcomers).await, 0);

        prove(bench, "otto").await;
        let page = otto.get(&format!("/sign-in/again/{kept}")).await;
        assert!(page.body.contains(&format!("action=\"{taking}\"")), "{}", page.body);
        assert!(page.body.contains(&format!("name=\"seen\" value=\"{seen}\"")), "{}", page.body);
        assert_eq!(otto.post(&taking, &[("seen", &seen)]).await.location(), draft);
        assert_eq!(count(bench, newcomers).await, 1, "the file went on its way");

        bench.app.clock.advance(chrono::TimeDelta::minutes(11));
        let draft = choose(&mut otto, "teams", "teams.csv", "team,name,kind\nnew,New,subteam\n").await;
        let seen = self::seen(&otto.get(&format!("{draft}/trial")).await);
        assert_eq!(otto.post(&format!("{draft}/taking"), &[("seen", &seen)]).await.location(), draft, "no doors, no question");
    })
    .await;
}

#[tokio::test]
async fn no_token_brings_in_a_file_that_opens_doors() {
    in_the_world(async |bench| {
        give_token(bench, "otto@example.org", "a script").await;
        let mut script = Visitor::with_token(bench, "a script");
        let draft = choose(&mut script, "people", "people.csv", "person,name,kind\nnew@example.org,Nia New,staff\n").await;
        let seen = seen(&script.get(&format!("{draft}/trial")).await);
        let refused = script.post(&format!("{draft}/taking"), &[("seen", &seen)]).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        assert_eq!(count(bench, "select count(*) from person where email = 'new@example.org'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_offered_where_nothing_is_new() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let sound = crate::world::FILES.iter().find(|(kind, ..)| *kind == "teams").expect("the world's teams").2;
        let draft = choose(&mut otto, "teams", "teams.csv", sound).await;
        let trial = otto.get(&format!("{draft}/trial")).await;
        let told = trial.text();
        assert!(told.contains("There is nothing new in it. Everything that it says is here already."), "{told}");
        assert!(!told.contains("Bring in 0 rows") && !trial.body.contains("/taking\""), "{told}");
    })
    .await;
}

#[tokio::test]
async fn lists_lead_to_their_kind_of_file_for_those_who_may_bring_it_in() {
    in_the_world(async |bench| {
        for (page, kind, only_beside) in [
            ("/people", "people", ""),
            ("/teams", "teams", ""),
            ("/sites", "sites", ""),
            ("/partnerships", "partnerships", ""),
            ("/partnerships/alder/visits", "visits", "/partnerships/alder/visits/new"),
            ("/partnerships/alder/tracker", "tracker", "/partnerships/alder/tracker/bulk"),
        ] {
            let mut may = Vec::new();
            for name in ["ada", "ben", "dora", "chi", "otto", "pia"] {
                let mut who = visitor(bench, name);
                let list = who.get(page).await;
                let way = format!("/imports/kinds/{kind}");
                let offered = list.body.contains(&format!("href=\"{way}\""));
                let opens = who.get(&way).await.status == 200;
                assert_eq!(offered, opens && list.body.contains(only_beside) && list.status == 200, "{page} as {name}");
                if offered {
                    may.push(name);
                }
            }
            let expected: &[&str] = if only_beside.is_empty() { &["otto"] } else { &["ada", "dora", "chi"] };
            assert_eq!(may, expected, "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_of_teams_leaves_as_the_file_that_brings_them_in() {
    in_the_world(async |bench| {
        let list = visitor(bench, "ada").get("/teams").await;
        assert!(list.body.contains("/teams/export/csv") && list.body.contains("/teams/export/xlsx"));
        let out = visitor(bench, "ada").get("/teams/export/csv").await;
        assert!(out.body.contains("lakes,Lakes team,region,riverside"), "{}", out.body);
        let tally = crate::world::take(bench, "teams", "teams.csv", &out.body).await;
        assert_eq!((tally.new, tally.changed, tally.same), (0, 0, 4));
        assert_eq!(visitor(bench, "pia").get("/teams/export/csv").await.status, 403);
    })
    .await;
}
