//! Every operation of the API, tried by schemathesis from its own document, as several kinds of people.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::browser;
use crate::run::{Outcome, command, find, output, root, run};

/// The personas of the demo as which everything is tried.
const PERSONAS: [&str; 3] = ["operator", "implementer", "partner"];
/// How many requests each operation gets at most; `EVERBETTER_API_EXAMPLES` asks for more.
const EXAMPLES: &str = "30";
const SEED: &str = "20261124";
/// An unoptimised build takes its time to load three years of work.
const PATIENCE: Duration = Duration::from_secs(180);

fn folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("api")
}

fn tool() -> PathBuf {
    folder().join("venv/bin/schemathesis")
}

/// Sees to schemathesis, in a folder of its own.
pub fn install() -> Outcome {
    let wanted = fs::read_to_string(root().join("xtask/api/requirements.txt")).map_err(|error| error.to_string())?;
    let version = wanted.lines().find_map(|line| line.strip_prefix("schemathesis==")).unwrap_or_default();
    if output(&mut command(tool(), &["--version"])).is_some_and(|said| said.trim().ends_with(version)) {
        return Ok(());
    }
    let python = find("python3").ok_or("The API is tried with schemathesis, which needs Python 3.10 or newer.")?;
    let venv = folder().join("venv");
    run(command(python, &["-m", "venv"]).arg(&venv), "Python could not make a folder for schemathesis (Debian: python3-venv).")?;
    run(
        &mut command(
            venv.join("bin/pip"),
            &["install", "--quiet", "--disable-pip-version-check", "-r", "xtask/api/requirements.txt"],
        ),
        "schemathesis could not be installed.",
    )
}

/// Tries the API of a demo on a free port as each persona; each finds the demo afresh.
pub fn tests() -> Outcome {
    install()?;
    let binary = browser::build()?;
    let examples = std::env::var("EVERBETTER_API_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    for persona in PERSONAS {
        let server = Server::start(&binary, persona)?;
        run(
            command(tool(), &["--config-file", "xtask/api/schemathesis.toml", "run"])
                .arg(format!("{}/api/openapi.json", server.url))
                .args(["--checks", "all", "--seed", SEED, "--max-examples", &examples, "--generation-database", ":memory:"])
                .env("EVERBETTER_URL", &server.url)
                .env("EVERBETTER_TOKEN", format!("demo-{persona}")),
            &format!("As {persona}, the API did something that its document does not promise; the words are above."),
        )?;
    }
    Ok(())
}

/// A demo that lives as long as we do.
struct Server {
    child: Child,
    data: PathBuf,
    url: String,
}

impl Server {
    fn start(binary: &Path, persona: &str) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("No free port: {error}"))?;
        let port = listener.local_addr().map_err(|error| format!("No free port: {error}"))?.port();
        drop(listener);
        let data = std::env::temp_dir().join(format!("everbetter-api-{}-{persona}", std::process::id()));
        let url = format!("http://127.0.0.1:{port}");
        let child = Command::new(binary)
            .args(["demo", "--listen", &format!("127.0.0.1:{port}"), "--public-url", &url, "--data"])
            .arg(&data)
            .env("EVERBETTER_LOG", "error")
            .env("EVERBETTER_TOKEN_REQUESTS_A_MINUTE", "0")
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("The demo does not start: {error}"))?;
        let mut server = Self { child, data, url };
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("The demo ended at once, with {status}; its words are above."));
            }
            if is_ready(port) {
                return Ok(server);
            }
            sleep(Duration::from_millis(200));
        }
        Err("The demo does not answer in time.".to_owned())
    }
}

fn is_ready(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = String::new();
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

impl Drop for Server {
    fn drop(&mut self) {
        // What is tried here may be cut off at any time: the folder goes with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}
