//! The command line.

mod check;
mod commands;
mod demo;
mod import;
mod init;
mod serve;
mod users;

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use clap::Parser;
use platform::config::Config;

pub use commands::{Cli, Command};

use crate::analyze;

/// Wrong usage or wrong input.
const MISTAKE: u8 = 2;

/// Runs the command that the process was called with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Analyze(method) = &cli.command {
        return analyze::run(method);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The program can't start its workers: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(carry_out(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn carry_out(cli: Cli) -> anyhow::Result<ExitCode> {
    let mut flags = cli.settings.given();
    if let Command::Demo { .. } = cli.command {
        flags.entry("data".to_owned()).or_insert_with(|| "demo-data".to_owned());
    }
    let config = match load(&flags, cli.settings.config.as_ref()) {
        Ok(config) => config,
        Err(problems) => {
            eprintln!("These settings need another look:");
            for problem in problems {
                eprintln!("  {problem}");
            }
            return Ok(ExitCode::from(MISTAKE));
        }
    };
    log_as(&config);
    match cli.command {
        Command::Demo { scale, keep } => demo::run(config, scale, keep).await,
        Command::Init { organisation, name, email } => init::run(config, &organisation, &name, &email).await,
        Command::Serve => serve::run(config).await,
        Command::Import { kind, files, dry_run } => import::run(config, &kind, &files, dry_run).await,
        Command::Export { kind, format, out } => import::export(config, &kind, format.as_deref(), out.as_deref()).await,
        Command::User(command) => users::user(config, command).await,
        Command::Token(command) => users::token(config, command).await,
        Command::Check => check::run(config).await,
        Command::Analyze(method) => Ok(analyze::run(&method)),
    }
}

fn load(flags: &BTreeMap<String, String>, file: Option<&PathBuf>) -> Result<Config, Vec<String>> {
    let text = match file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .map_err(|error| vec![format!("The settings file {} can't be read: {error}", path.display())])?,
        ),
        None => None,
    };
    Config::load(flags, |name| std::env::var(name).ok(), text.as_deref())
}

fn log_as(config: &Config) {
    let filter =
        tracing_subscriber::EnvFilter::try_new(&config.log).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call in one process keeps the first one's log.
    let _ = if config.log_json { log.json().try_init() } else { log.compact().try_init() };
}
