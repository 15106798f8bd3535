//! `everbetter import` and `everbetter export`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use platform::{
    audit::Actor,
    config::Config,
    import::{self, Export, Mapping, Mode},
    sheet::{Sheet, workbook},
};

use crate::start;

/// Problems that are printed one by one; further ones are counted.
const SHOWN: usize = 50;

pub(super) async fn run(config: Config, kind: &str, files: &[PathBuf], dry_run: bool) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    let Some(kind) = app.house.import_kind(kind) else {
        return Ok(unknown(&app, kind));
    };
    let mut sources = Vec::new();
    let mut refused = Vec::new();
    for file in files {
        match import::read_file(kind, file, &Mapping::default()) {
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

/// The kinds that there are, in the place of one that there is not.
fn unknown(app: &platform::App, kind: &str) -> ExitCode {
    eprintln!("There are no files of kind \"{kind}\". There are these:");
    for kind in app.house.rooms().iter().flat_map(|room| &room.imports) {
        eprintln!("  {:<18} {}", kind.name, kind.about);
    }
    ExitCode::from(super::MISTAKE)
}

/// Writes all of a kind as a file that brings the same in again.
pub(super) async fn export(config: Config, kind: &str, format: Option<&str>, out: Option<&Path>) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    let Some(kind) = app.house.import_kind(kind) else { return Ok(unknown(&app, kind)) };
    let leaving = (kind.export)(&app.db).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    let bytes = match (leaving, format) {
        (Export::Table(sheet), None | Some("csv")) => written(&sheet, Sheet::csv)?.into_bytes(),
        (Export::Table(sheet), Some("xlsx")) => written(&sheet, Sheet::xlsx)?,
        (Export::Text(text) | Export::Either(text, _), None | Some("toml")) => text.into_bytes(),
        (Export::Either(_, sheets), Some("xlsx")) => workbook(&sheets).map_err(|error| anyhow::anyhow!("{error}"))?,
        (leaving, Some(format)) => {
            let can = match leaving {
                Export::Table(_) => "csv and xlsx",
                Export::Text(_) => "toml",
                Export::Either(..) => "toml and xlsx",
            };
            eprintln!("{} can't be written as {format}; it can be {can}.", kind.name);
            return Ok(ExitCode::from(super::MISTAKE));
        }
    };
    match out {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|error| anyhow::anyhow!("{} can't be written: {error}", path.display()))?
        }
        None => std::io::stdout().write_all(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn written<T>(sheet: &Sheet, write: fn(&Sheet) -> Result<T, platform::Error>) -> anyhow::Result<T> {
    write(sheet).map_err(|error| anyhow::anyhow!("{error}"))
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
