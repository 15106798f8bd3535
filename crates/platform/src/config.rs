//! How the program is set up: flags before `EVERBETTER_*` variables before one TOML file before defaults.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use crate::secrets::{Hidden, Secrets};

const MEGABYTE: usize = 1024 * 1024;

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
        about: "smtp://USER:PASSWORD@HOST:PORT (STARTTLS) or smtps://…; 'folder' writes .eml files into the data folder.",
    },
    Known { name: "mail_from", default: "Everbetter <everbetter@localhost>", about: "The sender of our mail." },
    Known { name: "log", default: "info", about: "What is logged: error, warn, info, debug, trace, or a filter." },
    Known { name: "log_format", default: "text", about: "text or json." },
    Known { name: "session_idle_hours", default: "72", about: "Hours without a visit after which one signs in again." },
    Known { name: "session_days", default: "30", about: "Days after which one signs in again in any case." },
    Known {
        name: "require_second_factor",
        default: "operators",
        about: "Who must have a second factor beside the password: operators, staff or nobody.",
    },
    Known {
        name: "secret_key",
        default: "",
        about: "32 random bytes in base64, to encrypt secrets in the database; without it, the file secret.key in the data folder.",
    },
    Known {
        name: "trusted_proxies",
        default: "",
        about: "Addresses or networks (10.0.0.0/8), parted by commas, whose X-Forwarded-For we believe.",
    },
    Known {
        name: "token_requests_a_minute",
        default: "600",
        about: "How many requests an API token may send within a minute, to all instances together; 0 for no limit.",
    },
    Known { name: "oidc_issuer", default: "", about: "The address of an OpenID Connect provider, to sign in with." },
    Known { name: "oidc_client_id", default: "", about: "The name by which the provider knows us." },
    Known { name: "oidc_client_secret", default: "", about: "The secret that the provider gave us." },
    Known { name: "oidc_client_secret_file", default: "", about: "A file that holds this secret, in its place." },
    Known {
        name: "oidc_name",
        default: "your organisation’s account",
        about: "What people call it; the button says Sign in with, and this.",
    },
    Known { name: "workers", default: "1", about: "How many jobs run at a time; 0 leaves them to other instances." },
    Known {
        name: "import_limit_mb",
        default: "25",
        about: "The largest file, in MB, that can be brought in on a page; the command line has no such limit.",
    },
    Known { name: "backup_folder", default: "", about: "Folder for backups on schedule; without it none are made." },
    Known { name: "backup_every_hours", default: "24", about: "Hours between two backups on schedule." },
    Known { name: "backup_keep_days", default: "7", about: "Of how many days the newest backup is kept." },
    Known { name: "backup_keep_weeks", default: "5", about: "Of how many weeks the newest backup is kept." },
];

/// Who must have a second factor beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorFor {
    /// Those who run the machine.
    Operators,
    /// Everybody who works for the organisation.
    Staff,
    /// It is left to each.
    Nobody,
}

impl FactorFor {
    /// The word in the settings and in a session's row.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Operators => "operators",
            Self::Staff => "staff",
            Self::Nobody => "nobody",
        }
    }

    /// Who it is for, of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Operators, Self::Staff, Self::Nobody].into_iter().find(|who| who.word() == word)
    }
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

/// Some addresses of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.trim().parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    /// Whether the address is one of them.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let shift = |most: u8| u32::from(most - self.bits);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(shift(32)).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(shift(128)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// The provider whose accounts people can sign in with.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its address, as it names itself.
    pub issuer: String,
    /// The name by which it knows us.
    pub client_id: String,
    /// The secret that it gave us, if it did.
    pub client_secret: Option<Hidden>,
    /// What people call it.
    pub name: String,
}

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
    /// Who must have a second factor.
    pub factor_for: FactorFor,
    /// What encrypts secrets in the database.
    pub secrets: Secrets,
    /// The proxies whose word on where a request comes from we believe.
    pub trusted_proxies: Vec<Network>,
    /// How many requests a token may send within a minute; 0 for no limit.
    pub token_requests: u32,
    /// The provider to sign in with, if there is one.
    pub provider: Option<Provider>,
    /// The largest file that a page takes, in bytes.
    pub import_limit: usize,
    /// Backups on schedule; `None` makes none.
    pub backups: Option<Backups>,
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
            url if url.starts_with("smtp://") || url.starts_with("smtps://") => Some(over_tls(url)),
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
        let token_requests = u32::try_from(whole("token_requests_a_minute", 0)).unwrap_or(u32::MAX);
        let workers = usize::try_from(whole("workers", 0)).unwrap_or(1);
        let import_limit = usize::try_from(whole("import_limit_mb", 1)).unwrap_or(1).saturating_mul(MEGABYTE);
        let backups = Backups {
            folder: PathBuf::from(take("backup_folder")),
            every: Duration::from_secs(whole("backup_every_hours", 1) * 3600),
            keep_days: whole("backup_keep_days", 1),
            keep_weeks: whole("backup_keep_weeks", 0),
        };
        let backups = (!backups.folder.as_os_str().is_empty()).then_some(backups);
        let factor_for = FactorFor::from_word(&take("require_second_factor")).unwrap_or_else(|| {
            let given = take("require_second_factor");
            problems.push(format!("require_second_factor is \"{given}\"; it can be operators, staff or nobody."));
            FactorFor::Operators
        });
        let secrets = Secrets::new(&take("secret_key"), &data).unwrap_or_else(|problem| {
            problems.push(problem);
            Secrets::in_file(&data)
        });
        let mut trusted_proxies = Vec::new();
        for text in take("trusted_proxies").split(',').map(str::trim).filter(|text| !text.is_empty()) {
            match Network::read(text) {
                Some(network) => trusted_proxies.push(network),
                None => {
                    problems.push(format!("trusted_proxies names \"{text}\"; write an address, or a network such as 10.0.0.0/8."))
                }
            }
        }
        let provider = provider(&take, &mut problems);
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
                factor_for,
                secrets,
                trusted_proxies,
                token_requests,
                provider,
                import_limit,
                backups,
            }),
            _ => Err(problems),
        }
    }

    /// The largest file that a page takes, in MB.
    #[must_use]
    pub fn import_limit_mb(&self) -> usize {
        self.import_limit / MEGABYTE
    }

    /// Whether people reach it over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The address of a mail server with TLS required, unless it says itself what it wants or is on this machine.
fn over_tls(url: String) -> String {
    let host = url.split_once("://").map_or("", |(_, rest)| rest).rsplit('@').next().unwrap_or_default();
    if url.starts_with("smtps://") || url.contains("tls=") || is_here(host) {
        return url;
    }
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}tls=required")
}

/// Whether a host with its port is this machine.
fn is_here(host: &str) -> bool {
    let host = host.split(['/', '?']).next().unwrap_or_default();
    host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.0.0.1") || host.starts_with("[::1]")
}

fn provider(take: &impl Fn(&str) -> String, problems: &mut Vec<String>) -> Option<Provider> {
    let (issuer, client_id) = (take("oidc_issuer"), take("oidc_client_id"));
    if issuer.is_empty() && client_id.is_empty() {
        return None;
    }
    if issuer.is_empty() || client_id.is_empty() {
        problems.push("oidc_issuer and oidc_client_id belong together; one of them is missing.".to_owned());
        return None;
    }
    let host = issuer.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default();
    let is_safe = issuer.starts_with("https://") || issuer.starts_with("http://") && is_here(host);
    if !is_safe || host.contains('@') {
        problems.push(format!("oidc_issuer is \"{issuer}\"; it must begin with https://."));
    }
    let file = take("oidc_client_secret_file");
    let secret = if file.is_empty() {
        take("oidc_client_secret")
    } else {
        std::fs::read_to_string(&file).map(|text| text.trim().to_owned()).unwrap_or_else(|error| {
            problems.push(format!("oidc_client_secret_file is \"{file}\", which can't be read: {error}"));
            String::new()
        })
    };
    let client_secret = (!secret.is_empty()).then_some(Hidden(secret));
    Some(Provider { issuer, client_id, client_secret, name: take("oidc_name") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_own_addresses() {
        let holds =
            |network: &str, address: &str| Network::read(network).expect("a network").holds(address.parse().expect("one"));
        assert!(holds("10.0.0.0/8", "10.9.8.7") && !holds("10.0.0.0/8", "11.0.0.1") && holds("0.0.0.0/0", "8.8.8.8"));
        assert!(holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2") && holds("127.0.0.1", "::ffff:127.0.0.1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe00::1") && !holds("::/0", "1.1.1.1"));
        assert!(Network::read("10.0.0.0/33").is_none() && Network::read("home").is_none());
    }

    #[test]
    fn a_provider_is_told_whole_and_over_tls() {
        let load = |file: &str| Config::load(&BTreeMap::new(), |_| None, Some(file));
        assert!(load("oidc_issuer = \"https://id.example.org\"").is_err(), "half of it");
        assert!(load("oidc_issuer = \"http://id.example.org\"\noidc_client_id = \"we\"").is_err(), "in the clear");
        assert!(load("oidc_issuer = \"http://localhost.example.org\"\noidc_client_id = \"we\"").is_err());
        let near = load("oidc_issuer = \"http://127.0.0.1:9\"\noidc_client_id = \"we\"\noidc_client_secret = \"hush\"");
        let near = near.expect("a provider on this machine");
        assert!(near.provider.is_some() && !format!("{near:?}").contains("hush"), "a secret is never printed");
        assert!(
            load("secret_key = \"short\"\nrequire_second_factor = \"all\"\ntrusted_proxies = \"home\"")
                .is_err_and(|all| all.len() == 3)
        );
    }

    #[test]
    fn mail_leaves_this_machine_over_tls_alone() {
        let smtp = |mail: &str| {
            let config = Config::load(&BTreeMap::new(), |_| None, Some(&format!("mail = \"{mail}\""))).expect("sound settings");
            config.smtp.expect("a mail server")
        };
        assert_eq!(smtp("smtp://we:hush@mail.example.org:587"), "smtp://we:hush@mail.example.org:587?tls=required");
        assert_eq!(smtp("smtps://we:hush@mail.example.org"), "smtps://we:hush@mail.example.org");
        assert_eq!(smtp("smtp://localhost:2525"), "smtp://localhost:2525");
        assert_eq!(smtp("smtp://mail.example.org?tls=opportunistic"), "smtp://mail.example.org?tls=opportunistic");
        assert_eq!(smtp("smtp://localhost@mail.example.org"), "smtp://localhost@mail.example.org?tls=required");
    }

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
