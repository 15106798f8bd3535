//! What leaves comes in again: every kind, on both engines, in both formats.

use platform::{
    audit::Actor,
    db,
    import::{self, Export, Kind, Mode, Source, Tally},
    testing::Bench,
};

use crate::world::{FILES, in_the_world};

async fn written(bench: &Bench, kind: &Kind, workbook: bool) -> (String, Vec<u8>) {
    match (kind.export)(&bench.app.db).await.expect("an export") {
        Export::Text(text) => (format!("{}.toml", kind.name), text.into_bytes()),
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

/// Texts that files get wrong most easily.
async fn make_texts_difficult(bench: &Bench) {
    let difficult = "=1+1, \"quoted\"; it’s\nÅsa – 学校\n'=x";
    bench
        .app
        .db
        .write(async |tx| {
            db::exec(&**tx, "update visit set note = $1", vec![difficult.into()]).await?;
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
    })
    .await;
}
