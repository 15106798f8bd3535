//! From settings to a running app.

use std::sync::Arc;

use platform::{
    App,
    app::Persona,
    clock::Clock,
    config::Config,
    db::{self, Db, DbErr},
    files::Files,
    kept::Kept,
    room::House,
};

use crate::backups::restore::{MARK, sqlite_file};

/// An app whose schema is up to date.
pub struct Started {
    /// The app.
    pub app: Arc<App>,
    /// How many steps of the schema were new.
    pub schema_steps: usize,
}

/// The steps of the schema in their order, and the house of all rooms.
pub(crate) fn schema() -> (Vec<db::Migration>, House) {
    let mut steps = platform::migrations();
    let mut rooms = Vec::new();
    for mut room in crate::rooms() {
        steps.append(&mut room.migrations);
        rooms.push(room);
    }
    (steps, House::new(rooms))
}

/// Opens the database and the folder of files, and brings the schema up to date.
///
/// # Errors
/// In words for whoever runs the command.
pub async fn start(config: Config, personas: Vec<Persona>) -> anyhow::Result<Started> {
    open(config, personas, true).await
}

/// Opens what is there already, and leaves the schema as it is: for looking at it, and for a backup from before an upgrade.
pub(crate) async fn start_as_it_is(config: Config) -> anyhow::Result<Arc<App>> {
    if let Some(file) = sqlite_file(&config.database)
        && !file.is_file()
    {
        anyhow::bail!("There is no database {}. Say where it is with --data or --database.", file.display());
    }
    Ok(open(config, Vec::new(), false).await?.app)
}

async fn open(config: Config, personas: Vec<Persona>, up_to_date: bool) -> anyhow::Result<Started> {
    std::fs::create_dir_all(&config.data)
        .map_err(|error| anyhow::anyhow!("the data folder {} can't be made: {error}", config.data.display()))?;
    if config.data.join(MARK).exists() {
        anyhow::bail!("A restore into {} did not finish. Empty the folder, then restore again.", config.data.display());
    }
    let db = Db::connect(&config.database).await.map_err(|error| {
        if platform::error::is_full(&error) {
            anyhow::anyhow!("The disk is full, so the database can't be opened. Make room, then try again.")
        } else {
            anyhow::anyhow!("the database can't be opened: {error}")
        }
    })?;
    let clock = Clock::system();
    let (steps, house) = schema();
    let schema_steps = if up_to_date {
        db::migrate(&db, &steps, clock.now()).await.map_err(|error| match error {
            DbErr::Custom(sentence) => anyhow::anyhow!(sentence),
            other => other.into(),
        })?
    } else {
        0
    };
    let files = Files::in_folder(&config.data.join("files")).map_err(|error| anyhow::anyhow!("{error}"))?;
    let app = Arc::new(App {
        db,
        started: clock.now(),
        clock,
        config,
        house,
        identify: people::identity(),
        files,
        personas,
        kept: Kept::default(),
    });
    Ok(Started { app, schema_steps })
}
