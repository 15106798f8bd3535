//! From settings to a running app.

use std::sync::Arc;

use platform::{
    App,
    app::Persona,
    clock::Clock,
    config::Config,
    db::{self, Db},
    files::Files,
};

/// An app whose schema is up to date.
pub struct Started {
    /// The app.
    pub app: Arc<App>,
    /// How many steps of the schema were new.
    pub schema_steps: usize,
}

/// Opens the database and the folder of files, and brings the schema up to date.
///
/// # Errors
/// In words for whoever runs the command.
pub async fn start(config: Config, personas: Vec<Persona>) -> anyhow::Result<Started> {
    std::fs::create_dir_all(&config.data)
        .map_err(|error| anyhow::anyhow!("the data folder {} can't be made: {error}", config.data.display()))?;
    let db = Db::connect(&config.database).await.map_err(|error| anyhow::anyhow!("the database can't be opened: {error}"))?;
    let clock = Clock::system();
    let rooms = crate::rooms();
    let mut steps = platform::migrations();
    let mut house = Vec::new();
    for mut room in rooms {
        steps.append(&mut room.migrations);
        house.push(room);
    }
    let schema_steps = db::migrate(&db, &steps, clock.now()).await?;
    let files = Files::in_folder(&config.data.join("files")).map_err(|error| anyhow::anyhow!("{error}"))?;
    let app = Arc::new(App {
        db,
        started: clock.now(),
        clock,
        config,
        house: platform::room::House::new(house),
        identify: people::identity(),
        files,
        personas,
    });
    Ok(Started { app, schema_steps })
}
