//! `everbetter demo`.

use std::{path::Path, process::ExitCode, sync::Arc, time::Instant};

use platform::config::Config;

use crate::{demo, start};

/// Written into a demo's folder, so that nothing else is ever taken for one and wiped.
const MARK: &str = "this-is-a-demo.txt";

pub(super) async fn run(config: Config, scale: u16, keep: bool) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    // The address first: a demo that can't be reached should not wipe anything.
    let listener = super::serve::listen(&config).await?;
    let fresh = !(keep && config.data.join(MARK).exists());
    if fresh {
        clear(&config.data)?;
    }
    let started = start(config, Vec::new()).await?;
    let app = started.app;
    let personas = if fresh {
        eprintln!("Loading Lanternfield Partners, a made-up organisation:");
        demo::load(&app, usize::from(scale), |line| eprintln!("{line}")).await?
    } else {
        demo::personas(&app).await?
    };
    let mut app = Arc::try_unwrap(app).map_err(|_| anyhow::anyhow!("the demo's app is in use already"))?;
    app.personas = personas;
    let address = listener.local_addr()?;
    eprintln!(
        "Ready after {:.1} s. Open http://localhost:{} and choose who you are.",
        began.elapsed().as_secs_f32(),
        address.port()
    );
    platform::web::serve(Arc::new(app), listener).await?;
    Ok(ExitCode::SUCCESS)
}

fn clear(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        let is_empty = std::fs::read_dir(folder)?.next().is_none();
        if !is_empty && !folder.join(MARK).exists() {
            anyhow::bail!("The folder {} holds something that is not a demo. Choose another one with --data.", folder.display());
        }
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(MARK), "This folder is emptied each time the demo starts.\n")?;
    Ok(())
}
