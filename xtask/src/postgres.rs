//! A PostgreSQL cluster that lives as long as we do: on a free port, with nothing kept.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    run::{Outcome, find, is_root, output, run},
    tools,
};

/// Keeps the server and sweeps up behind it, also when Ctrl-C or a kill has ended us. A Ctrl-C reaches the server itself, which then
/// shuts down; our death reaches this as TERM.
const KEEPER: &str = r#"
trap '' INT
folder=$1; shift
"$@" & server=$!
trap 'kill -INT $server' TERM
while kill -0 $server 2>/dev/null; do wait $server; done
rm -rf "$folder"
"#;

/// A running cluster. Dropping it stops the server and removes its folder.
pub struct Cluster {
    keeper: Child,
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes a cluster and starts it; takes about three seconds.
    pub fn start() -> Result<Self, String> {
        let bin = tools::postgres_folder().ok_or("PostgreSQL's server is missing; `cargo ci tools` says what to install.")?;
        let folder = std::env::temp_dir().join(format!("everbetter-postgres-{}", std::process::id()));
        let port = free_port()?;
        let data = folder.join("data");
        run(
            as_server_user(&bin.join("initdb"))
                .arg("--pgdata")
                .arg(&data)
                // Words are sorted as people sort them, as on a real server: what leans on the order of bytes shows here.
                .args(["--username=app", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
                .args(["--locale-provider=icu", "--icu-locale=en-US"])
                .stdout(Stdio::null()),
            "The folder of the PostgreSQL for tests could not be made.",
        )?;
        let mut keeper = as_server_user(Path::new("sh"));
        keeper.args(["-c", KEEPER, "sh"]).arg(&folder).arg(bin.join("postgres")).arg("-D").arg(&data).stdin(Stdio::null());
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={}", folder.display()),
            "max_connections=300".to_owned(),
            "log_min_messages=fatal".to_owned(),
            "fsync=off".to_owned(),
            "synchronous_commit=off".to_owned(),
            "full_page_writes=off".to_owned(),
        ];
        for setting in settings {
            keeper.args(["-c", &setting]);
        }
        let keeper = keeper.spawn().map_err(|error| format!("PostgreSQL does not start: {error}"))?;
        let mut cluster = Self { keeper, bin, folder, port };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Its address, as the tests want it.
    pub fn url(&self) -> String {
        format!("postgres://app@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self) -> Outcome {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Ok(Some(status)) = self.keeper.try_wait() {
                return Err(format!("PostgreSQL for the tests ended at once, with {status}; its words are above."));
            }
            let port = self.port.to_string();
            if output(Command::new(self.bin.join("pg_isready")).args(["--host=127.0.0.1", "--username=app", "--port", &port]))
                .is_some()
            {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        Err("PostgreSQL for the tests does not answer after 30 seconds.".to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = output(
            as_server_user(&self.bin.join("pg_ctl"))
                .args(["stop", "--mode=immediate", "--wait", "--pgdata"])
                .arg(self.folder.join("data")),
        );
        if stopped.is_none() {
            let _ = self.keeper.kill();
        }
        let _ = self.keeper.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A command as somebody whom PostgreSQL accepts, that ends when we do, however we end.
fn as_server_user(program: &Path) -> Command {
    let mut command = if find("setpriv").is_some() {
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        }
        command.args(["--pdeathsig=TERM", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(std::env::temp_dir());
    command
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("No free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("No free port: {error}"))
}

/// Starts a cluster for tests run by hand and keeps it until Ctrl-C, which reaches the server as well.
pub fn until_interrupted() -> Outcome {
    let mut cluster = Cluster::start()?;
    println!("export EVERBETTER_TEST_POSTGRES={}", cluster.url());
    println!("Runs until Ctrl-C; nothing in it is kept.");
    let ended = cluster.keeper.wait().map_err(|error| error.to_string())?;
    println!("PostgreSQL ended with {ended}.");
    Ok(())
}
