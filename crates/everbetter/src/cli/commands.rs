//! What can be said on the command line: the one definition behind the help.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::analyze;

/// The software that a learning organisation runs on.
#[derive(Parser)]
#[command(name = "everbetter", version, about = "The software that a learning organisation runs on", max_term_width = 100)]
pub struct Cli {
    /// How to run.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Settings; each can also stand in the settings file, or in a variable such as EVERBETTER_LISTEN.
#[derive(Args)]
#[command(next_help_heading = "Settings of the server")]
pub struct Settings {
    /// A settings file (TOML).
    #[arg(long, global = true, value_name = "FILE", env = "EVERBETTER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address and port to answer on [default: 127.0.0.1:8000].
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// How people reach it [default: <http://localhost:8000>].
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// sqlite://FILE or postgres://USER@HOST/NAME [default: everbetter.db in the data folder].
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Folder for the database, files and mail [default: everbetter-data; of the demo: demo-data].
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<String>,
    /// smtp://… or smtps://…, or 'folder' for .eml files in the data folder [default: folder].
    #[arg(long, global = true, value_name = "URL")]
    mail: Option<String>,
    /// What is logged: error, warn, info, debug, trace, or a filter [default: info].
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
    /// text or json [default: text].
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Settings {
    /// Those that were given, by the settings' names.
    #[must_use]
    pub fn given(&self) -> BTreeMap<String, String> {
        [
            ("listen", &self.listen),
            ("public_url", &self.public_url),
            ("database", &self.database),
            ("data", &self.data),
            ("mail", &self.mail),
            ("log", &self.log),
            ("log_format", &self.log_format),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
    }
}

/// The commands.
#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one is made for each run of the program")]
pub enum Command {
    /// Show a made-up organisation at work; starts afresh each time.
    Demo {
        /// Make it this many times larger.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
        scale: u16,
        /// Go on with the demo's data of last time.
        #[arg(long)]
        keep: bool,
    },
    /// Set up for your own organisation: database, practices, and you as the first person.
    Init {
        /// What your organisation calls itself.
        #[arg(long)]
        organisation: String,
        /// Your name.
        #[arg(long)]
        name: String,
        /// Your e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Answer requests and run jobs.
    Serve,
    /// Take files in: all or nothing.
    Import {
        /// people, teams, memberships, sites, partnerships, partnership-staff, coachees, visits, framework, tracker,
        /// theory-templates, theories, theory-answers, theory-readings, plan-templates, plans,
        /// close-and-renew-templates, road-map-templates or road-map-entries.
        kind: String,
        /// CSV files (also packed, .csv.gz) or workbooks (.xlsx); TOML for a framework or a template.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write all of a kind as a file that brings the same in again.
    Export {
        /// people, teams, memberships, sites, partnerships, partnership-staff, coachees, visits, framework, tracker,
        /// theory-templates, theories, theory-answers, theory-readings, plan-templates, plans,
        /// close-and-renew-templates, road-map-templates or road-map-entries.
        kind: String,
        /// csv or xlsx; toml for a framework or a template.
        #[arg(long, value_parser = ["csv", "xlsx", "toml"])]
        format: Option<String>,
        /// The file; without it, it is written to the standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// People who may sign in.
    #[command(subcommand)]
    User(UserCommand),
    /// Personal API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Write everything into one file while the program goes on: the rows of all tables, and the files.
    Backup {
        /// The file to write, such as monday.tar.gz; nothing is ever overwritten.
        file: PathBuf,
        /// Restore it into a place of its own afterwards, and check it there.
        #[arg(long)]
        verify: bool,
    },
    /// Bring a backup back, into an empty place: SQLite or PostgreSQL, whichever it was made from.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Check the database: its integrity, its references, the chain of the audit log, and the files that it names.
    Check,
    /// Compute with a file of numbers: charts, agreement, drivers, gaps, peers, disclosure control.
    #[command(subcommand, after_help = analyze::overview())]
    Analyze(analyze::Method),
}

/// About people who may sign in.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Add somebody as an operator, and print the link that lets them choose a password.
    Add {
        /// The name.
        #[arg(long)]
        name: String,
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Print a link that lets somebody choose a new password.
    Invite {
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
}

/// About personal API tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token for somebody, and print it: it is shown only now.
    Make {
        /// The person's e-mail address.
        #[arg(long)]
        email: String,
        /// What it is for.
        #[arg(long)]
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
