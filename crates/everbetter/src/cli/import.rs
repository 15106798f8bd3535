//! `everbetter import`.

use std::{path::PathBuf, process::ExitCode};

use platform::{
    audit::Actor,
    config::Config,
    import::{self, Mode},
};

use crate::start;

/// Problems that are printed one by one; further ones are counted.
const SHOWN: usize = 50;

pub(super) async fn run(config: Config, kind: &str, files: &[PathBuf], dry_run: bool) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    let Some(kind) = app.house.import_kind(kind) else {
        let known: Vec<_> = app.house.rooms().iter().flat_map(|room| &room.imports).collect();
        eprintln!("There are no files of kind \"{kind}\". These kinds can be imported:");
        for kind in known {
            eprintln!("  {:<18} {}", kind.name, kind.about);
        }
        return Ok(ExitCode::from(super::MISTAKE));
    };
    let mut sources = Vec::new();
    let mut refused = Vec::new();
    for file in files {
        match import::read_file(kind, file) {
            Ok(source) => sources.push(source),
            Err(problems) => refused.extend(problems),
        }
    }
    if !refused.is_empty() {
        return Ok(tell(&refused));
    }
    let mode = if dry_run { Mode::DryRun } else { Mode::Take };
    let tally = import::take(&app, kind, &sources, &Actor::Process("the command line"), mode)
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    for notice in &tally.notices {
        eprintln!("{notice}");
    }
    if !tally.is_clean() {
        return Ok(tell(&tally.refused));
    }
    let said = format!("{} new, {} changed, {} the same", tally.new, tally.changed, tally.same);
    println!(
        "{}",
        if dry_run { format!("This would be taken in: {said}. Nothing was changed.") } else { format!("Taken in: {said}.") }
    );
    Ok(ExitCode::SUCCESS)
}

fn tell(refused: &[import::Refusal]) -> ExitCode {
    for refusal in refused.iter().take(SHOWN) {
        eprintln!("{refusal}");
    }
    if refused.len() > SHOWN {
        eprintln!("… and {} more.", refused.len() - SHOWN);
    }
    eprintln!("Nothing was changed.");
    ExitCode::from(super::MISTAKE)
}
