//! `everbetter check`.

use std::process::ExitCode;

use platform::{audit, config::Config, db};
use sea_orm::FromQueryResult;

use crate::start;

#[derive(FromQueryResult)]
struct Finding {
    finding: String,
}

pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let app = start(config, Vec::new()).await?.app;
    let mut well = true;
    if app.db.engine() == db::Engine::Sqlite {
        for (what, sql) in [
            ("The file's integrity", "select integrity_check as finding from pragma_integrity_check where integrity_check <> 'ok'"),
            (
                "References between tables",
                "select \"table\" || ' row ' || coalesce(cast(rowid as text), '?') || ' refers to a missing ' || \"parent\" as finding
                 from pragma_foreign_key_check",
            ),
        ] {
            let findings = db::rows::<Finding>(app.db.read(), sql, vec![]).await?;
            println!("{what}: {}", if findings.is_empty() { "well" } else { "broken" });
            for finding in &findings {
                println!("  {}", finding.finding);
            }
            well &= findings.is_empty();
        }
    } else {
        println!("Integrity and references: PostgreSQL keeps them itself");
    }
    match audit::verify(&app.db).await? {
        Ok(events) => println!("The audit log's chain: well, {events} events"),
        Err(seq) => {
            println!("The audit log's chain: broken at event {seq}. Somebody changed the log outside of this program.");
            well = false;
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
