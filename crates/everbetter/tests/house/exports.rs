//! What leaves comes in again: every kind, on both engines, in both formats.

use platform::{
    audit::Actor,
    db::{self, FromQueryResult},
    import::{self, Export, Kind, Mode, Source, Tally},
    testing::Bench,
};

use crate::world::{FILES, in_the_world, visitor};

async fn written(bench: &Bench, kind: &Kind, workbook: bool) -> (String, Vec<u8>) {
    match (kind.export)(&bench.app.db).await.expect("an export") {
        Export::Either(_, sheets) if workbook => {
            (format!("{}.xlsx", kind.name), platform::sheet::workbook(&sheets).expect("a workbook"))
        }
        Export::Text(text) | Export::Either(text, _) => (format!("{}.toml", kind.name), text.into_bytes()),
        Export::Table(sheet) if workbook => (format!("{}.xlsx", kind.name), sheet.xlsx().expect("a workbook")),
        Export::Table(sheet) => (format!("{}.csv", kind.name), sheet.csv().expect("a text").into_bytes()),
    }
}

fn read(kind: &Kind, name: &str, bytes: &[u8]) -> Source {
    import::read(kind, name, bytes).unwrap_or_else(|refused| panic!("{name}: {}", refused[0]))
}

async fn take(bench: &Bench, kind: &Kind, source: Source) -> Tally {
    let tally = import::take(&bench.app, kind, &[source], &Actor::Process("a test"), Mode::Take).await.expect("an import");
    assert!(tally.is_clean(), "{}: {}", kind.name, tally.refused[0]);
    tally
}

#[derive(FromQueryResult)]
struct Goal {
    text: String,
    happened: String,
    decision: String,
}

/// Texts that files get wrong most easily.
async fn make_texts_difficult(bench: &Bench) {
    let difficult = "=1+1, \"quoted\"; it’s\nÅsa – 学校\n'=x";
    bench
        .app
        .db
        .write(async |tx| {
            db::exec(&**tx, "update visit set note = $1", vec![difficult.into()]).await?;
            db::exec(&**tx, "update log_entry set text = $1", vec![difficult.into()]).await?;
            db::exec(&**tx, "update goal set text = $1, happened = $1", vec![difficult.into()]).await?;
            db::exec(&**tx, "update theory_node set text = $1, because = $1", vec![format!("={difficult}").into()]).await?;
            db::exec(&**tx, "update theory_answer set why = $1", vec![difficult.into()]).await?;
            db::exec(&**tx, "update theory_reading set note = $1", vec![difficult.into()]).await?;
            db::exec(&**tx, "update tracker_entry set note = $1", vec![format!("'{difficult}").into()]).await?;
            db::exec(&**tx, "update person set about = $1", vec![format!("-{difficult}").into()]).await
        })
        .await
        .expect("a change");
}

#[tokio::test]
async fn what_leaves_comes_in_again() {
    in_the_world(async |bench| {
        make_texts_difficult(bench).await;
        let empty = crate::world::empty(bench.app.db.engine()).await;
        for (name, ..) in FILES {
            let kind = bench.app.house.import_kind(name).expect("a kind of file");
            let (file, bytes) = written(bench, kind, false).await;
            let (workbook, packed) = written(bench, kind, true).await;
            for (file, bytes) in [(&file, &bytes), (&workbook, &packed)] {
                let again = take(bench, kind, read(kind, file, bytes)).await;
                assert_eq!((again.new, again.changed), (0, 0), "{file} changes nothing where it came from: {:?}", again.rows);
            }
            let tally = take(&empty, kind, read(kind, &workbook, &packed)).await;
            assert!(tally.new > 0 && tally.changed == 0 && tally.same == 0, "{workbook}: {tally:?}");
            let (_, same) = written(&empty, kind, false).await;
            assert_eq!(String::from_utf8_lossy(&same), String::from_utf8_lossy(&bytes), "{name}");
        }
        let sql = "select text, happened, decision from goal where decision <> ''";
        let goal = db::one::<Goal>(empty.app.db.read(), sql, vec![]).await.expect("an answer").expect("a goal that was decided");
        assert_eq!((goal.happened, goal.decision.as_str()), (goal.text, "adapt"), "what came of it comes along");
    })
    .await;
}

#[tokio::test]
async fn the_practices_leave_as_a_content_pack_and_as_a_workbook() {
    in_the_world(async |bench| {
        let mut otto = visitor(bench, "otto");
        let list = otto.get("/imports").await.body;
        for ending in ["toml", "xlsx"] {
            let path = format!("/imports/kinds/framework/export/{ending}");
            assert!(list.contains(&path), "{path}");
            assert_eq!(otto.get(&path).await.status, 200, "{path}");
        }
        let bytes = otto.get("/imports/kinds/framework/export/xlsx").await.bytes;
        let kind = bench.app.house.import_kind("framework").expect("a kind of file");
        let again = take(bench, kind, read(kind, "framework.xlsx", &bytes)).await;
        assert_eq!((again.new, again.same), (0, 46));
        assert_eq!(otto.get("/imports/kinds/framework/export/csv").await.status, 404);
        assert!(!list.contains("/imports/kinds/cycle-templates/export/xlsx"));
        assert_eq!(otto.get("/imports/kinds/cycle-templates/export/xlsx").await.status, 404);
        assert_eq!(visitor(bench, "ada").get("/imports/kinds/framework/export/xlsx").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn whoever_brings_a_file_in_writes_only_where_the_page_would_let_them() {
    use platform::{
        access::{Kind as PersonKind, Standing, Via},
        db::PersonId,
    };
    in_the_world(async |bench| {
        let id = db::scalar::<uuid::Uuid>(bench.app.db.read(), "select id from person where email = 'ben@example.org'", vec![])
            .await
            .expect("a person")
            .expect("ben");
        let who = Standing {
            person: PersonId(id),
            slug: "ben".to_owned(),
            name: "Ben".to_owned(),
            kind: PersonKind::Staff,
            seats: Vec::new(),
            works_at: None,
            via: Via::Token,
        };
        let files = [
            ("tracker", "partnership,practice,status,when\nalder,1.1.1,Under way,2021-10-04\n"),
            ("visits", "visit,partnership,date,hours,person,mode\nnew,alder,2021-10-04,3,ben@example.org,Remote\n"),
        ];
        for (name, text) in files {
            let kind = bench.app.house.import_kind(name).expect("a kind of file");
            let take = async |text: &str| {
                let source = read(kind, "file.csv", text.as_bytes());
                import::take_as(&bench.app, kind, &[source], &who, Mode::DryRun).await.expect("an answer")
            };
            let elsewhere = take(text).await;
            assert_eq!(elsewhere.refused.len(), 1, "{name}: {:?}", elsewhere.refused);
            assert!(elsewhere.refused[0].problem.ends_with("You can read it, but not write there."), "{}", elsewhere.refused[0]);
            let own = take(&text.replace("alder", "birch")).await;
            assert_eq!((own.new, own.refused.len()), (1, 0), "{name}: {:?}", own.refused);
        }
        let people = bench.app.house.import_kind("people").expect("a kind of file");
        let source = read(people, "people.csv", b"person,name,kind\nx@example.org,X,staff\n");
        assert!(
            import::take_as(&bench.app, people, &[source], &who, Mode::DryRun).await.is_err(),
            "the registers are the operator's"
        );
    })
    .await;
}
