//! `everbetter serve`.

use std::{process::ExitCode, sync::Arc};

use platform::config::Config;

use crate::{backups, start};

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let listener = listen(&config).await?;
    let started = start(config, Vec::new()).await?;
    tracing::info!(address = %listener.local_addr()?, schema_steps = started.schema_steps, "answering");
    tokio::spawn(backups::keep_schedule(Arc::clone(&started.app)));
    platform::web::serve(started.app, listener).await?;
    Ok(ExitCode::SUCCESS)
}

/// Takes the address, or says who has it.
pub(super) async fn listen(config: &Config) -> anyhow::Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(config.listen).await.map_err(|error| {
        anyhow::anyhow!(
            "Nothing can answer on {}: {error}. If another program uses that port, choose one with --listen 127.0.0.1:8001.",
            config.listen
        )
    })
}
