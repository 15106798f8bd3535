//! A place with an organisation in it, servers that can be killed, and clients that write down what was acknowledged.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use platform::{
    config::Config,
    db::{self, Db, Engine, Params},
};

/// Long enough for any machine: what takes longer hangs.
const HANG: Duration = Duration::from_secs(120);
const PARTNERSHIP: &str = "linden-grove";

pub fn rounds() -> usize {
    if std::env::var_os("EVERBETTER_LONG").is_some() { 100 } else { 10 }
}

pub fn wait_for<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime").block_on(future)
}

/// Chance with a seed that is printed, so that a failure can be looked at again.
pub struct Chance(u64);

impl Chance {
    pub fn new(what: &str) -> Self {
        let seed = std::env::var("EVERBETTER_SEED")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| u64::from_le_bytes(platform::clock::random_bytes()));
        println!("{what}: EVERBETTER_SEED={seed}");
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A backup of the demo organisation, made once for all tests.
pub fn demo_backup() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    &MADE
        .get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let data = folder.path().join("data");
            let flags = [("data".to_owned(), data.display().to_string())].into();
            wait_for(async {
                let config = Config::load(&flags, |_| None, None).expect("a sound configuration");
                let started = everbetter::start(config, Vec::new()).await.expect("an empty database");
                everbetter::load_demo(&started.app, 1).await.expect("the demo organisation");
            });
            let file = folder.path().join("demo.tar.gz");
            let made = program().arg("backup").arg(&file).arg("--data").arg(&data).output().expect("the program runs");
            assert!(made.status.success(), "{made:?}");
            (folder, file)
        })
        .1
}

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_everbetter"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("EVERBETTER_")) {
            command.env_remove(name);
        }
    }
    // What is tried here is how much holds, not how much is let through.
    command.env("EVERBETTER_TOKEN_REQUESTS_A_MINUTE", "0");
    command.stdin(Stdio::null());
    command
}

/// A new, empty database on the PostgreSQL for tests.
pub fn empty_postgres() -> String {
    let server = std::env::var("EVERBETTER_TEST_POSTGRES").expect("EVERBETTER_TEST_POSTGRES names a PostgreSQL for tests");
    let name = format!("crash_{}", u64::from_le_bytes(platform::clock::random_bytes()));
    wait_for(async {
        let root = Db::connect(&server).await.expect("the server for tests answers");
        db::exec(root.read(), &format!("create database {name}"), Params::new()).await.expect("a database");
        root.close().await;
    });
    format!("{}/{name}", server.rsplit_once('/').expect("an address with a name").0)
}

/// A data folder and a database.
pub struct Place {
    _folder: tempfile::TempDir,
    pub data: PathBuf,
    pub url: String,
}

impl Place {
    pub fn empty(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", data.join("everbetter.db").display()),
            Engine::Postgres => empty_postgres(),
        };
        Self { _folder: folder, data, url }
    }

    /// With the demo organisation.
    pub fn furnished(engine: Engine) -> Self {
        let place = Self::empty(engine);
        let restored = place.run(&["restore", demo_backup().to_str().expect("a path")]);
        assert!(restored.status.success(), "{restored:?}");
        place
    }

    pub fn command(&self) -> Command {
        let mut command = program();
        command.arg("--data").arg(&self.data).arg("--database").arg(&self.url);
        command
    }

    /// A backup of the place, as the command makes it, beside its data.
    pub fn backed_up(&self, name: &str) -> PathBuf {
        let file = self.data.with_file_name(name);
        let made = self.run(&["backup", file.to_str().expect("a path")]);
        assert!(made.status.success(), "{}", said(&made.stderr));
        file
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command().args(words).output().expect("the program runs")
    }

    /// `everbetter check` has nothing to say.
    pub fn check(&self) {
        let checked = self.run(&["check"]);
        assert!(checked.status.success(), "{}{}", said(&checked.stdout), said(&checked.stderr));
    }

    pub fn ask<T: db::FromColumn + Default + Send>(&self, sql: &str) -> T {
        wait_for(async {
            let db = Db::connect(&self.url).await.expect("the database opens");
            let found = db::scalar::<T>(db.read(), sql, Params::new()).await.expect("an answer").unwrap_or_default();
            db.close().await;
            found
        })
    }

    /// Changes rows behind the program's back.
    pub fn change(&self, sql: &str) {
        wait_for(async {
            let db = Db::connect(&self.url).await.expect("the database opens");
            db.write(async |tx| db::exec(&**tx, sql, Params::new()).await).await.expect("a change");
            db.close().await;
        });
    }

    /// The first column of all rows, as texts.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        self.try_texts(sql).expect("rows")
    }

    /// The same, of a database that may no longer read as one.
    pub fn try_texts(&self, sql: &str) -> Result<Vec<String>, platform::db::DbErr> {
        #[derive(platform::db::FromQueryResult)]
        struct Text {
            text: String,
        }
        wait_for(async {
            let db = Db::connect(&self.url).await?;
            let found = db::rows::<Text>(db.read(), sql, Params::new()).await;
            db.close().await;
            Ok(found?.into_iter().map(|row| row.text).collect())
        })
    }

    pub fn serve(&self) -> Server {
        self.serve_as(|_| {})
    }

    pub fn serve_as(&self, also: impl Fn(&mut Command)) -> Server {
        let began = Instant::now();
        for _ in 0..5 {
            let port = free_port();
            let mut command = self.command();
            command.args(["serve", "--log", "warn", "--listen", &format!("127.0.0.1:{port}")]);
            also(&mut command);
            let child = command.spawn().expect("the server starts");
            let mut server = Server { child, port, first_answer: Duration::ZERO };
            while began.elapsed() < HANG {
                if server.get("/readyz", "").is_ok_and(|reply| reply.status == 200) {
                    server.first_answer = began.elapsed();
                    return server;
                }
                if let Ok(Some(_)) = server.child.try_wait() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        panic!("the server does not answer");
    }
}

pub fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// A server that is killed without a warning when it is dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
}

pub struct Reply {
    pub status: u16,
    pub body: String,
    pub cookie: Option<String>,
}

impl Server {
    pub fn kill(&mut self) {
        self.child.kill().expect("the server is killed");
        self.child.wait().expect("the server has ended");
    }

    pub fn get(&self, path: &str, token: &str) -> Result<Reply, ureq::Error> {
        get(self.port, path, &format!("Bearer {token}"), "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(HANG))
        .build()
        .into()
}

pub fn get(port: u16, path: &str, authorization: &str, cookie: &str) -> Result<Reply, ureq::Error> {
    let mut request = agent().get(format!("http://127.0.0.1:{port}{path}")).header("accept", "text/html");
    if authorization != "Bearer " && !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    if !cookie.is_empty() {
        request = request.header("cookie", cookie);
    }
    read(request.call()?)
}

pub fn post(port: u16, path: &str, authorization: &str, cookie: &str, fields: &[(&str, &str)]) -> Result<Reply, ureq::Error> {
    let mut request = agent()
        .post(format!("http://127.0.0.1:{port}{path}"))
        .header("accept", "text/html")
        .header("origin", format!("http://127.0.0.1:{port}"));
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    if !cookie.is_empty() {
        request = request.header("cookie", cookie);
    }
    read(request.send_form(fields.iter().copied())?)
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let cookie = response.headers().get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let cookie = cookie.filter_map(|line| line.split(';').next()).find(|pair| pair.starts_with("everbetter=")).map(str::to_owned);
    Ok(Reply { status: response.status().as_u16(), cookie, body: response.body_mut().read_to_string()? })
}

/// One tracker entry, sent as a person's form; acknowledged by a 303.
pub fn record(port: u16, key: &str, note: &str) -> Result<Reply, ureq::Error> {
    let fields =
        [("key", key), ("practice", "2.2.3"), ("year", school_year()), ("cycle", "1"), ("status", "under_way"), ("note", note)];
    post(port, &format!("/partnerships/{PARTNERSHIP}/tracker/entries"), "Bearer demo-implementer", "", &fields)
}

/// A file on an entry of the log of a cycle, sent as a person's form.
pub fn attach(port: u16, cycle: &str, name: &str, content: &[u8]) -> Result<Reply, ureq::Error> {
    let field = |name: &str, value: &str| format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let mut body = [field("key", &new_key()), field("text", "With a file.")].concat().into_bytes();
    let head = format!("--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n");
    body.extend([head.as_bytes(), content, b"\r\n--edge--\r\n"].concat());
    let request = agent()
        .post(format!("http://127.0.0.1:{port}/cycles/{cycle}/log-entries"))
        .header("accept", "text/html")
        .header("authorization", "Bearer demo-implementer")
        .header("content-type", "multipart/form-data; boundary=edge");
    read(request.send(&body[..])?)
}

/// The same for a program: the key goes along as `Idempotency-Key`, and as the entry's note.
pub fn record_by_api(port: u16, key: &str) -> Result<Reply, ureq::Error> {
    let entry = format!(
        r#"{{"practice": "2.2.3", "school_year": "{}", "cycle": 1, "status": "under_way", "note": "{key}"}}"#,
        school_year()
    );
    let request = agent()
        .post(format!("http://127.0.0.1:{port}/api/v1/partnerships/{PARTNERSHIP}/tracker-entries"))
        .header("authorization", "Bearer demo-implementer")
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    read(request.send(entry)?)
}

pub fn new_key() -> String {
    let clock = platform::clock::Clock::system();
    platform::clock::new_id(clock.now()).to_string()
}

/// The demo's present school year.
pub fn school_year() -> &'static str {
    static YEAR: OnceLock<String> = OnceLock::new();
    YEAR.get_or_init(|| {
        let today = platform::clock::Clock::system().now().date_naive();
        let first = 2021 + everbetter::shift_for(today).years;
        format!("{first}-{:02}", (first + 1) % 100)
    })
}

/// A tracker file with entries of these keys.
pub fn tracker_file(keys: impl Iterator<Item = String>) -> String {
    let mut text = "entry,partnership,school_year,cycle,practice,status,quality,reason,note,author,entered_at\n".to_owned();
    let yesterday = platform::clock::Clock::system().now() - chrono::TimeDelta::days(1);
    for key in keys {
        text.push_str(&format!(
            "{key},{PARTNERSHIP},{},1,2.2.3,under_way,,,from a file,amara.osei@example.org,{}\n",
            school_year(),
            yesterday.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        ));
    }
    text
}
