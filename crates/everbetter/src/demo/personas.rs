//! The demo's people for one-click sign-in, each with an API token of a known text. Nothing of this exists outside the demo.

use platform::{
    App,
    app::Persona,
    db::{self, FromQueryResult, PersonId},
    secret,
};
use serde::Deserialize;

/// What each persona opens the program for.
const ABOUT: [(&str, &str); 9] = [
    ("implementer", "What is due at the school, and what took hold?"),
    ("supervisor", "Who could use a hand this week?"),
    ("director", "Where does the work stand, and where does practice drift?"),
    ("evaluator", "What do the records say, and how sure can we be?"),
    ("designer", "Which practices come up next?"),
    ("chief", "Is it working, and for whom not yet?"),
    ("partner", "Where does the work at my school stand?"),
    ("alumnus", "What are they up to now?"),
    ("operator", "Is the server well?"),
];

#[derive(Deserialize)]
struct Line {
    person: String,
    persona: String,
}

#[derive(FromQueryResult)]
struct Found {
    id: PersonId,
    slug: String,
    name: String,
}

/// The personas, in the order in which the sign-in page shows them.
pub(crate) async fn of(app: &App) -> anyhow::Result<Vec<Persona>> {
    Ok(found(app).await?.into_iter().map(|(_, persona)| persona).collect())
}

/// Gives each persona the token `demo-<persona>`.
pub(super) async fn make_tokens(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let personas = found(app).await?;
    app.db
        .write(async |tx| {
            for (id, persona) in &personas {
                db::exec(
                    &**tx,
                    "insert into api_token (id, person_id, name, token_hash, created_at, factor_for)
                     values ($1, $2, $3, $4, $5, 'nobody')",
                    vec![
                        platform::clock::new_id(now).into(),
                        (*id).into(),
                        "demo".into(),
                        secret::token_hash(&format!("demo-{}", persona.name)).into(),
                        now.into(),
                    ],
                )
                .await?;
            }
            Ok::<_, platform::db::DbErr>(())
        })
        .await?;
    Ok(())
}

async fn found(app: &App) -> anyhow::Result<Vec<(PersonId, Persona)>> {
    let bytes = super::files::read("people.csv").unwrap_or_default();
    let lines: Vec<Line> = csv::Reader::from_reader(&*bytes).deserialize().collect::<Result<_, _>>()?;
    let mut personas = Vec::new();
    for (name, about) in ABOUT {
        let Some(line) = lines.iter().find(|line| line.persona == name) else { continue };
        let found = db::one::<Found>(
            app.db.read(),
            "select id, slug, name from person where email = $1",
            vec![line.person.clone().into()],
        )
        .await?
        .ok_or_else(|| anyhow::anyhow!("{} was not imported", line.person))?;
        personas.push((found.id, Persona { name: name.to_owned(), slug: found.slug, person: found.name, about }));
    }
    Ok(personas)
}
