//! `everbetter restore`.

use std::{path::Path, process::ExitCode};

use platform::{clock::Clock, config::Config};

use crate::backups::restore;

pub(super) async fn run(config: Config, file: &Path) -> anyhow::Result<ExitCode> {
    let restored = restore::restore(&(&config).into(), file, Clock::system().now()).await?;
    let well = super::check::tell(&restored.looked);
    if well {
        println!(
            "Restored: {} rows and {} files, as they were at {} (version {}). Start it with `everbetter serve`.",
            restored.rows, restored.files, restored.made_at, restored.version
        );
        Ok(ExitCode::SUCCESS)
    } else {
        println!("Not all is well in this backup, so nothing was restored.");
        Ok(ExitCode::FAILURE)
    }
}
