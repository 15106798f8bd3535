//! Pages find what they show through an index, however long a table has grown.

use platform::{
    db::{self, Db, Engine, FromQueryResult, Params, Value},
    testing::{Visitor, something_changes},
};

use crate::{statements::PAGES, world::demo};

/// Tables that are as long after ten years as after one.
const SHORT: [&str; 23] = [
    "close_and_renew_template",
    "framework",
    "framework_cycle",
    "framework_draft",
    "framework_part",
    "framework_prompt",
    "framework_quality",
    "framework_status",
    "practice",
    "practice_due",
    "practice_evidence",
    "practice_indicator",
    "practice_lineage",
    "practice_model",
    "plan_template",
    "cycle_template",
    "cycle_template_step",
    "road_map_template",
    "schema_step",
    "second_factor",
    "setting",
    "support_model",
    "team",
];

/// Pages that are about all of a table, so that reading it from end to end is what they are for.
const ABOUT_ALL: [(&str, &str); 8] = [
    // Each region is a choice.
    ("/sites", "site"),
    // Each team with the number of those who are in it.
    ("/teams", "membership"),
    // Each supervisor and each network is a choice.
    ("/partnerships", "partnership"),
    // Where each partnership's cycle is.
    ("/cycles", "partnership"),
    // Who has done this practice, in all partnerships.
    ("/practices/2.2.3", "partnership"),
    // Each partnership with its lead and its last visit.
    ("/overview", "partnership"),
    ("/overview", "partnership_staff"),
    ("/due", "partnership"),
];

/// How the statements begin that read something of every partnership for whatever page needs it first, to be kept in memory until
/// it changes.
const OF_EVERYBODY: [&str; 3] = [
    "select p.id, p.started_on, p.closed_on, p.planned_days_per_week",
    "select c.partnership_id, c.practice_id, c.cycle",
    "select p.id, p.team_id, p.supervisor_id from partnership",
];

/// A line of SQLite's account of how it answers a statement.
#[derive(FromQueryResult)]
struct Step {
    detail: String,
}

/// The table behind a name in a statement.
fn table_of<'a>(sql: &'a str, name: &str) -> Option<&'a str> {
    let mut words: Vec<&str> = sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    words.retain(|word| !word.is_empty());
    words.extend(["", ""]);
    let tables = words.windows(3).filter(|three| matches!(three[0], "from" | "join"));
    tables.filter(|three| three[1] == name || three[2] == name).map(|three| three[1]).next()
}

/// The tables that a statement reads from end to end; not those of which an index gives the first rows of a page.
async fn read_whole(db: &Db, sql: &str) -> Vec<String> {
    let nothing: Params = (0..1000).map(|_| Value::from(None::<String>)).collect();
    let steps = db::rows::<Step>(db.read(), &format!("explain query plan {sql}"), nothing).await.expect("an account");
    let is_page = sql.contains(" limit ");
    let of_a_few = of_a_few(db).await;
    let scanned = steps.iter().filter_map(|step| step.detail.strip_prefix("SCAN "));
    let scanned = scanned.filter(|rest| !(is_page && rest.contains(" USING INDEX ")));
    let scanned = scanned.filter(|rest| !of_a_few.iter().any(|index| rest.ends_with(index)));
    scanned.filter_map(|rest| table_of(sql, rest.split(' ').next()?)).map(str::to_owned).collect()
}

/// The indexes that hold some rows of their table only.
async fn of_a_few(db: &Db) -> Vec<String> {
    #[derive(FromQueryResult)]
    struct Index {
        name: String,
    }
    let sql = "select name from sqlite_master where type = 'index' and lower(sql) like '% where %'";
    let indexes = db::rows::<Index>(db.read(), sql, vec![]).await.expect("the indexes");
    indexes.into_iter().map(|index| format!(" {}", index.name)).collect()
}

#[tokio::test]
async fn no_page_reads_a_long_table_from_end_to_end() {
    let bench = demo(Engine::Sqlite, 1).await;
    let db = &bench.app.db;
    let mut found = Vec::new();
    let mut stale: Vec<(&str, &str)> = ABOUT_ALL.to_vec();
    for (persona, path) in PAGES {
        let mut who = Visitor::with_token(&bench, &format!("demo-{persona}"));
        // The first look is at what was worked out before, and holds no more.
        something_changes(db).await;
        assert_eq!(who.get(path).await.status, 200, "{path}");
        for sql in db.take_asked() {
            for table in read_whole(db, &sql).await {
                stale.retain(|known| *known != (path, table.as_str()));
                let of_everybody = table == "partnership" && OF_EVERYBODY.iter().any(|begin| sql.starts_with(begin));
                let is_known = of_everybody || SHORT.contains(&table.as_str()) || ABOUT_ALL.contains(&(path, table.as_str()));
                if !is_known {
                    found.push(format!("{path} as {persona} reads all of {table}: {sql}"));
                }
            }
        }
        drop(db.take_asked());
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
    assert!(stale.is_empty(), "these are read by an index by now: {stale:?}");
}
