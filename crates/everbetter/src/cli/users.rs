//! `everbetter user` and `everbetter token`: for whoever has the server's command line.

use std::process::ExitCode;

use people::setup;
use platform::{App, config::Config};

use super::commands::{TokenCommand, UserCommand};
use crate::start;

pub(super) async fn user(config: Config, command: UserCommand) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    match command {
        UserCommand::Add { name, email } => {
            println!("Open this link within 14 days to choose a password:\n  {}", add_operator(&app, &name, &email).await?);
        }
        UserCommand::Invite { email } => {
            let link = setup::new_password_link(&app, &email).await.map_err(|error| in_words(&error))?;
            println!("Open this link within two hours to choose a password:\n  {link}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn add_operator(app: &App, name: &str, email: &str) -> anyhow::Result<String> {
    setup::add_operator(app, name, email).await.map_err(|error| in_words(&error))
}

pub(super) async fn token(config: Config, command: TokenCommand) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    let TokenCommand::Make { email, name } = command;
    println!("{}", setup::make_token(&app, &email, &name).await.map_err(|error| in_words(&error))?);
    Ok(ExitCode::SUCCESS)
}

fn in_words(error: &platform::Error) -> anyhow::Error {
    match error {
        platform::Error::NotFound => anyhow::anyhow!("Nobody here has that e-mail address."),
        other => anyhow::anyhow!("{other}"),
    }
}
