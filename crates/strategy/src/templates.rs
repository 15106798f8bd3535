//! Templates out of content packs, kept as the text that came in: taken in, found again, and taken along.

use platform::{
    Error,
    db::{self, ConnectionTrait, Db, DbErr, FromQueryResult},
    import::{Export, Refusal, Source, Taking, Tally},
};
use serde::{Deserialize, de::DeserializeOwned};

/// How a template names itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meta {
    /// The key under which it is kept.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Counted by whoever writes it.
    pub version: i32,
}

/// A template as its TOML says it.
pub(crate) trait TemplatePack: DeserializeOwned {
    /// Where such templates are kept: `key`, `title`, `source` and `imported_at`.
    const TABLE: &'static str;
    /// The file of the default one.
    const DEFAULT_FILE: &'static str;
    /// What it is a template of, in words.
    const OF: &'static str;

    fn meta(&self) -> &Meta;

    /// What it lacks.
    fn check(&self, file: &str) -> Vec<Refusal>;
}

#[derive(FromQueryResult)]
struct Kept {
    key: String,
    source: String,
}

impl Kept {
    fn read<T: TemplatePack>(self) -> Result<T, Error> {
        toml::from_str(&self.source).map_err(|error| Error::Ours(format!("the kept template {} of {}: {error}", self.key, T::OF)))
    }
}

async fn last<T: TemplatePack>(on: &impl ConnectionTrait) -> Result<Option<Kept>, DbErr> {
    let sql = format!("select key, source from {} order by imported_at desc, key limit 1", T::TABLE);
    db::one(on, &sql, vec![]).await
}

/// The template that came in last; nothing before the first.
pub(crate) async fn latest<T: TemplatePack>(on: &impl ConnectionTrait) -> Result<Option<T>, Error> {
    last::<T>(on).await?.map(Kept::read).transpose()
}

/// The template of that key.
pub(crate) async fn of_key<T: TemplatePack>(on: &impl ConnectionTrait, key: &str) -> Result<T, Error> {
    let sql = format!("select key, source from {} where key = $1", T::TABLE);
    let kept = db::one::<Kept>(on, &sql, vec![key.into()]).await?;
    kept.ok_or_else(|| Error::Ours(format!("the template {key} of {} is gone", T::OF)))?.read()
}

/// Takes templates in, each in place of the one of its key.
pub(crate) async fn take<T: TemplatePack>(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    let known = db::rows::<Kept>(&**taking.tx, &format!("select key, source from {}", T::TABLE), vec![]).await?;
    for source in sources {
        let Source::Text(file, text) = source else { continue };
        let pack: T = match toml::from_str(text) {
            Ok(pack) => pack,
            Err(error) => {
                let problem = format!("This can’t be read as a template: {}.", error.message().trim_end_matches('.'));
                let advice = format!("Compare it with the default one, {}.", T::DEFAULT_FILE);
                tally.refused.push(Refusal::whole(file, problem, advice));
                continue;
            }
        };
        let refused = pack.check(file);
        if !refused.is_empty() {
            tally.refused.extend(refused);
            continue;
        }
        let meta = pack.meta();
        let title = || format!("{}, version {}", meta.title, meta.version);
        match known.iter().find(|kept| kept.key == meta.id) {
            Some(kept) if kept.source == *text => {
                tally.add_same(1, title);
                continue;
            }
            Some(_) => tally.add_changed(1, title, Vec::new),
            None => tally.add_new(1, title),
        }
        put::<T>(taking, meta, text).await?;
    }
    Ok(tally)
}

async fn put<T: TemplatePack>(taking: &Taking<'_>, meta: &Meta, text: &str) -> Result<(), DbErr> {
    let sql = format!(
        "insert into {} (key, title, source, imported_at) values ($1, $2, $3, $4)
         on conflict (key) do update set title = excluded.title, source = excluded.source, imported_at = excluded.imported_at",
        T::TABLE
    );
    let params = vec![meta.id.as_str().into(), meta.title.as_str().into(), text.into(), taking.now.into()];
    db::exec(&**taking.tx, &sql, params).await?;
    Ok(())
}

/// The template that came in last, as it came in.
pub(crate) async fn export<T: TemplatePack>(db: &Db) -> Result<Export, Error> {
    let kept = last::<T>(db.read()).await?;
    kept.map(|kept| Export::Text(kept.source)).ok_or_else(|| Error::Refused(format!("There is no template of {} yet.", T::OF)))
}
