//! `everbetter check`.

use std::process::ExitCode;

use platform::config::Config;

use crate::{
    backups::check::{self, Looked},
    start,
};

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let app = start::start_as_it_is(config).await?;
    // Of one moment, since a server may be at work on it.
    let snapshot = app.db.snapshot().await?;
    let looked = check::look(&snapshot, app.db.engine(), &app.config.data, &app.house).await?;
    snapshot.commit().await?;
    Ok(if tell(&looked) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what was looked at; answers whether all is well.
pub(super) fn tell(looked: &[Looked]) -> bool {
    for one in looked {
        println!("{}", one.sentence);
        for finding in &one.findings {
            println!("  {finding}");
        }
    }
    looked.iter().all(|one| one.findings.is_empty())
}
