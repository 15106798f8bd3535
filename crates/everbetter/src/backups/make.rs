//! A backup is made: one state of the database, then the files that its rows name.

use std::path::Path;

use platform::{
    App,
    db::{self, Engine, portable},
};
use tokio::sync::mpsc;

use super::archive::{self, FORM, Item, Manifest, TableEntry};

/// The folder of files that rows name.
pub(super) const FILES: &str = "files";
/// The key that opens secrets in the database; without it a restored second factor would be of no use.
pub(super) const KEY: &str = "secret.key";

/// Makes a backup while the program goes on; answers the file's size.
pub(crate) async fn make(app: &App, to: &Path) -> anyhow::Result<u64> {
    let now = app.clock.now();
    let (items, taken) = mpsc::channel(8);
    let file = to.to_owned();
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let writer = tokio::task::spawn_blocking(move || archive::write(&file, taken, seconds));
    let read = read(app, now.to_rfc3339(), items).await;
    // When the writer has stopped early, its reason is the one that matters.
    let bytes = writer.await??;
    read?;
    Ok(bytes)
}

async fn read(app: &App, made_at: String, items: mpsc::Sender<Item>) -> anyhow::Result<()> {
    let snapshot = app.db.snapshot().await?;
    let engine = app.db.engine();
    let steps = db::applied_steps(&snapshot).await?.into_iter().collect();
    let mut tables = Vec::new();
    for table in portable::tables(&snapshot, engine).await? {
        let (pieces, mut made) = mpsc::channel(2);
        let reading = async {
            let rows = portable::read(&snapshot, &table, &pieces).await;
            drop(pieces);
            rows
        };
        let handing_on = async {
            let mut number = 0;
            while let Some(piece) = made.recv().await {
                number += 1;
                items.send(Item::Bytes(format!("tables/{}/{number:06}.jsonl", table.name), piece)).await?;
            }
            Ok::<_, mpsc::error::SendError<Item>>(())
        };
        let (rows, handed_on) = tokio::join!(reading, handing_on);
        handed_on.map_err(|_| anyhow::anyhow!("the file can't be written"))?;
        tables.push(TableEntry { name: table.name.clone(), columns: table.columns.clone(), rows: rows? });
    }
    snapshot.commit().await?;
    let data = &app.config.data;
    for item in [Item::Folder(FILES, data.join(FILES)), Item::File(KEY, data.join(KEY))] {
        items.send(item).await.map_err(|_| anyhow::anyhow!("the file can't be written"))?;
    }
    let manifest = Manifest {
        form: FORM,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        engine: match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
        .to_owned(),
        steps,
        tables,
        entries: Vec::new(),
    };
    items.send(Item::Last(Box::new(manifest))).await.map_err(|_| anyhow::anyhow!("the file can't be written"))?;
    Ok(())
}
