//! Whether everything is as it should be: the file, its references, the chain of the audit log, and the files that rows name.

use std::path::Path;

use platform::{
    attachments, audit,
    db::{self, ConnectionTrait, DbErr, Engine, FromQueryResult},
    room::House,
};

/// One thing that was looked at.
pub(crate) struct Looked {
    /// What it was, and how it is.
    pub sentence: String,
    /// What is wrong, a sentence each.
    pub findings: Vec<String>,
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

/// Looks at everything.
pub(crate) async fn look(on: &impl ConnectionTrait, engine: Engine, data: &Path, house: &House) -> Result<Vec<Looked>, DbErr> {
    let mut looked = Vec::new();
    if engine == Engine::Sqlite {
        for (what, sql) in [
            ("The file's integrity", "select integrity_check as name from pragma_integrity_check where integrity_check <> 'ok'"),
            (
                "References between tables",
                "select \"table\" || ' row ' || coalesce(cast(rowid as text), '?') || ' refers to a missing ' || \"parent\" as name
                 from pragma_foreign_key_check",
            ),
        ] {
            let findings: Vec<String> = db::rows::<Named>(on, sql, vec![]).await?.into_iter().map(|row| row.name).collect();
            let how = if findings.is_empty() { "well" } else { "broken. Restore the last backup that is well" };
            looked.push(Looked { sentence: format!("{what}: {how}"), findings });
        }
    } else {
        looked
            .push(Looked { sentence: "Integrity and references: PostgreSQL keeps them itself".to_owned(), findings: Vec::new() });
    }
    looked.push(match audit::verify_on(on).await? {
        Ok(events) => Looked { sentence: format!("The audit log's chain: well, {events} events"), findings: Vec::new() },
        Err(seq) => Looked {
            sentence: format!("The audit log's chain: broken at event {seq}"),
            findings: vec!["Somebody changed the log outside of this program.".to_owned()],
        },
    });
    let (count, broken) = attachments::broken(on).await?;
    let how = if broken.is_empty() { format!("well, {count} files") } else { format!("{} are not what they were", broken.len()) };
    let findings = broken.into_iter().map(|hash| format!("What is kept as {hash} was changed.")).collect();
    looked.push(Looked { sentence: format!("Photos and files that people attached: {how}"), findings });
    let mut count = 0;
    let mut findings = Vec::new();
    for kept in house.rooms().iter().flat_map(|room| &room.kept_files) {
        for Named { name } in db::rows::<Named>(on, kept.names, vec![]).await? {
            count += 1;
            if !data.join("files").join(&name).is_file() {
                findings.push(format!("{name} is missing ({}).", kept.what));
            }
        }
    }
    let how = if findings.is_empty() { format!("well, {count} files") } else { format!("{} are missing", findings.len()) };
    looked.push(Looked { sentence: format!("Files that rows name: {how}"), findings });
    Ok(looked)
}
