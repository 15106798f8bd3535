//! `everbetter init`.

use std::process::ExitCode;

use platform::{
    audit::Actor,
    config::Config,
    import::{self, Mode},
    settings::Settings,
};

use crate::{demo, start};

pub(super) async fn run(config: Config, organisation: &str, name: &str, email: &str) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    let settings = Settings::read(app.db.read()).await?;
    if settings.get("organisation").is_some() {
        eprintln!(
            "This is set up already, for {}. `everbetter serve` starts it; `everbetter user add` adds somebody.",
            settings.organisation()
        );
        return Ok(ExitCode::from(super::MISTAKE));
    }
    for (name, file) in demo::PACK {
        let kind = app.house.import_kind(name).ok_or_else(|| anyhow::anyhow!("no room takes in {name}"))?;
        let source = demo::pack(kind, file)?;
        let tally = import::take(&app, kind, &[source], &Actor::Process("everbetter init"), Mode::Take)
            .await
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        if let Some(refusal) = tally.refused.first() {
            anyhow::bail!("{refusal}");
        }
    }
    let link = super::users::add_operator(&app, name, email).await?;
    app.db.write(async |tx| Settings::set(&**tx, "organisation", organisation).await).await?;
    println!("{organisation} is set up, with the default practices and templates. Start it with `everbetter serve`,");
    println!("then open this link within 14 days to choose your password:\n  {link}");
    Ok(ExitCode::SUCCESS)
}
