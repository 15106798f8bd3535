//! How the program is set up: flags before `EVERBETTER_*` variables before one TOML file before defaults.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

/// One thing that can be set.
pub struct Known {
    /// Its name in the file; as a flag with dashes, as a variable in capitals after `EVERBETTER_`.
    pub name: &'static str,
    /// What it is when nobody sets it.
    pub default: &'static str,
    /// What it does.
    pub about: &'static str,
}

/// Everything that can be set, in the order of the documentation.
pub const KNOWN: &[Known] = &[
    Known { name: "listen", default: "127.0.0.1:8000", about: "Address and port to answer on." },
    Known {
        name: "public_url",
        default: "http://localhost:8000",
        about: "How people reach it; with https the session's cookie is bound to this host.",
    },
    Known {
        name: "database",
        default: "",
        about: "sqlite://FILE or postgres://USER@HOST/NAME; without it, everbetter.db in the data folder.",
    },
    Known { name: "data", default: "everbetter-data", about: "Folder for the database, files and mail." },
    Known {
        name: "mail",
        default: "folder",
        about: "smtp://USER:PASSWORD@HOST:PORT or smtps://…; 'folder' writes .eml files into the data folder.",
    },
    Known { name: "mail_from", default: "Everbetter <everbetter@localhost>", about: "The sender of our mail." },
    Known { name: "log", default: "info", about: "What is logged: error, warn, info, debug, trace, or a filter." },
    Known { name: "log_format", default: "text", about: "text or json." },
    Known { name: "session_idle_hours", default: "72", about: "Hours without a visit after which one signs in again." },
    Known { name: "session_days", default: "30", about: "Days after which one signs in again in any case." },
    Known { name: "workers", default: "1", about: "How many jobs run at a time; 0 leaves them to other instances." },
    Known { name: "backup_folder", default: "", about: "Folder for backups on schedule; without it none are made." },
    Known { name: "backup_every_hours", default: "24", about: "Hours between two backups on schedule." },
    Known { name: "backup_keep_days", default: "7", about: "Of how many days the newest backup is kept." },
    Known { name: "backup_keep_weeks", default: "5", about: "Of how many weeks the newest backup is kept." },
];

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port to answer on.
    pub listen: SocketAddr,
    /// How people reach it, without a slash at the end.
    pub public_url: String,
    /// The database's address.
    pub database: String,
    /// Folder for the database, files and mail.
    pub data: PathBuf,
    /// SMTP address; `None` writes mail into a folder.
    pub smtp: Option<String>,
    /// The sender of mail.
    pub mail_from: String,
    /// What is logged.
    pub log: String,
    /// Whether the log is JSON.
    pub log_json: bool,
    /// A session ends after this long without a visit.
    pub session_idle: Duration,
    /// A session ends after this long in any case.
    pub session_limit: Duration,
    /// Jobs at a time.
    pub workers: usize,
    /// Backups on schedule; `None` makes none.
    pub backups: Option<Backups>,
}

/// Backups on schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backups {
    /// Where they are written.
    pub folder: PathBuf,
    /// The time between two.
    pub every: Duration,
    /// Of how many days the newest is kept.
    pub keep_days: u64,
    /// Of how many weeks the newest is kept.
    pub keep_weeks: u64,
}

impl Config {
    /// Puts the sources together and checks all of them.
    ///
    /// `flags` are those given on the command line by name; `variable` reads the environment; `file` is the TOML text.
    ///
    /// # Errors
    /// Every problem at once, a sentence each.
    pub fn load(
        flags: &BTreeMap<String, String>,
        variable: impl Fn(&str) -> Option<String>,
        file: Option<&str>,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let table = file.and_then(|text| match text.parse::<toml::Table>() {
            Ok(table) => Some(table),
            Err(error) => {
                problems.push(format!("The settings file is not TOML: {error}"));
                None
            }
        });
        for name in table.iter().flatten().map(|(name, _)| name) {
            if !KNOWN.iter().any(|known| known.name == name) {
                let all = KNOWN.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
                problems.push(format!("The settings file sets \"{name}\", which does not exist. There are: {all}."));
            }
        }
        let mut value = BTreeMap::new();
        for known in KNOWN {
            let from_file = table.as_ref().and_then(|table| table.get(known.name)).map(|given| match given {
                toml::Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let given = flags
                .get(known.name)
                .cloned()
                .or_else(|| variable(&format!("EVERBETTER_{}", known.name.to_uppercase())))
                .or(from_file)
                .unwrap_or_else(|| known.default.to_owned());
            value.insert(known.name, given);
        }
        let take = |name: &str| value.get(name).cloned().unwrap_or_default();

        let listen = take("listen").parse::<SocketAddr>().map_err(|_| {
            problems.push(format!("listen is \"{}\"; write an address and a port such as 127.0.0.1:8000.", take("listen")));
        });
        let public_url = take("public_url").trim_end_matches('/').to_owned();
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            problems.push(format!("public_url is \"{public_url}\"; it must begin with http:// or https://."));
        }
        let data = PathBuf::from(take("data"));
        let database = match take("database") {
            empty if empty.is_empty() => format!("sqlite://{}", data.join("everbetter.db").display()),
            given => given,
        };
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|kind| database.starts_with(kind)) {
            problems.push("database must begin with sqlite: or postgres:.".to_owned());
        }
        let smtp = match take("mail") {
            folder if folder == "folder" => None,
            url if url.starts_with("smtp://") || url.starts_with("smtps://") => Some(url),
            _ => {
                problems.push("mail must be 'folder', or begin with smtp:// or smtps://.".to_owned());
                None
            }
        };
        let mail_from = take("mail_from");
        if mail_from.parse::<lettre::message::Mailbox>().is_err() {
            problems.push(format!("mail_from is \"{mail_from}\"; write it as Name <name@example.org>."));
        }
        let log_json = match take("log_format").as_str() {
            "text" => false,
            "json" => true,
            other => {
                problems.push(format!("log_format is \"{other}\"; it can be text or json."));
                false
            }
        };
        let mut whole = |name: &str, least: u64| match take(name).parse::<u64>() {
            Ok(number) if number >= least => number,
            _ => {
                problems.push(format!("{name} is \"{}\"; it must be a whole number from {least}.", take(name)));
                least
            }
        };
        let session_idle = Duration::from_secs(whole("session_idle_hours", 1) * 3600);
        let session_limit = Duration::from_secs(whole("session_days", 1) * 86_400);
        let workers = usize::try_from(whole("workers", 0)).unwrap_or(1);
        let backups = Backups {
            folder: PathBuf::from(take("backup_folder")),
            every: Duration::from_secs(whole("backup_every_hours", 1) * 3600),
            keep_days: whole("backup_keep_days", 1),
            keep_weeks: whole("backup_keep_weeks", 0),
        };
        let backups = (!backups.folder.as_os_str().is_empty()).then_some(backups);
        match listen {
            Ok(listen) if problems.is_empty() => Ok(Self {
                listen,
                public_url,
                database,
                data,
                smtp,
                mail_from,
                log: take("log"),
                log_json,
                session_idle,
                session_limit,
                workers,
                backups,
            }),
            _ => Err(problems),
        }
    }

    /// Whether people reach it over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_variables_over_the_file() {
        let flags = BTreeMap::from([("log".to_owned(), "warn".to_owned())]);
        let variable = |name: &str| (name == "EVERBETTER_LISTEN" || name == "EVERBETTER_LOG").then(|| "127.0.0.1:9".to_owned());
        let config = Config::load(&flags, variable, Some("listen = \"1.1.1.1:1\"\nsession_days = 7")).expect("all is well");
        assert_eq!(config.log, "warn");
        assert_eq!(config.listen.to_string(), "127.0.0.1:9");
        assert_eq!(config.session_limit.as_secs(), 7 * 86_400);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let file = "listen = \"nowhere\"\npublic_url = \"ftp://x\"\nsession_days = 0\nmail_form = \"x\"";
        let problems = Config::load(&BTreeMap::new(), |_| None, Some(file)).expect_err("four problems");
        assert_eq!(problems.len(), 4, "{problems:#?}");
    }
}
