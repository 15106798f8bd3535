//! `everbetter backup`.

use std::{path::Path, process::ExitCode};

use platform::{config::Config, db};

use crate::{
    backups::{self, Cause},
    start,
};

pub(super) async fn run(config: Config, file: &Path, verify: bool) -> anyhow::Result<ExitCode> {
    let app = start::start_as_it_is(config).await?;
    let (steps, _) = start::schema();
    let is_current = db::applied_steps(app.db.read()).await?.len() == steps.len();
    // A database from before this version is backed up as it is; it has no table for what became of it.
    let bytes = if is_current {
        backups::back_up(&app, Cause::CommandLine, file, verify).await?
    } else {
        let bytes = backups::make(&app, file).await?;
        if verify {
            backups::try_out(file, app.clock.now()).await?;
        }
        bytes
    };
    let tried = if verify { " It was restored into a place of its own, and all is well in it." } else { "" };
    println!("{} is written, {bytes} bytes.{tried}", file.display());
    Ok(ExitCode::SUCCESS)
}
