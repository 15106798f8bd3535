//! Taking a framework in from a content pack.

use platform::{
    Error,
    access::roles,
    db::{self, Db},
    import::{Export, Form, Kind, Source, Taking, Tally},
    room::Answer,
};

use super::{
    draft::is_reworded,
    lineage::{self, Fate, Passage},
    pack::{self, Pack, Practice, refusal},
    publish::{self, Moment, publish},
    store,
};
use crate::FrameworkId;

/// The kind of file that holds a framework.
pub(crate) fn kind() -> Kind {
    Kind {
        name: "framework",
        about: "A version of the practices, with steps, cycles, support models and the words of the tracker, as TOML.",
        columns: &[],
        form: Form::Text,
        may: |who| who.holds(&[roles::OPERATOR]),
        opens_doors: false,
        run: |taking, sources| Box::pin(run(taking, sources)) as Answer<'_, Tally>,
        export: |db| Box::pin(export(db)),
    }
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    for source in sources {
        if let Source::Text(file, text) = source {
            tally.and(one(taking, file, text).await?);
        }
    }
    Ok(tally)
}

/// The version that counts today, as the content pack that it came from.
async fn export(db: &Db) -> Result<Export, Error> {
    let sql = "select source from framework where source <> '' order by effective_from desc, version desc limit 1";
    db::scalar::<String>(db.read(), sql, vec![]).await?.map(Export::Text).ok_or_else(|| {
        Error::Refused(
            "The framework was published before its source was kept: import its content pack again as a new version.".to_owned(),
        )
    })
}

async fn one(taking: &Taking<'_>, file: &str, text: &str) -> Result<Tally, Error> {
    let pack = match pack::read(file, text) {
        Ok(pack) => pack,
        Err(refused) => return Ok(Tally { refused, ..Tally::default() }),
    };
    let fingerprint = pack.fingerprint()?;
    let practices = pack.practices.len() as u64;
    let versions = store::versions(&**taking.tx).await?;
    let known = versions.iter().find(|version| version.key == pack.meta.id && version.version == pack.meta.version);
    let Some(known) = known else {
        let moment = Moment { tx: taking.tx, engine: taking.app.db.engine(), now: taking.now };
        let before = versions.iter().rev().find(|version| version.key == pack.meta.id).map(|version| version.id);
        let passages = match before {
            Some(before) => by_code(&moment, before, &pack).await?,
            None => None,
        };
        publish(&moment, &pack, &fingerprint, passages.as_ref().map(|(before, passages)| (*before, passages.as_slice()))).await?;
        publish::begins(&moment, pack.meta.effective_from).await?;
        return Ok(Tally { new: practices, ..Tally::default() });
    };
    if known.source_hash == fingerprint {
        return Ok(Tally { same: practices, ..Tally::default() });
    }
    let next =
        versions.iter().filter(|version| version.key == pack.meta.id).map(|version| version.version).max().unwrap_or(0) + 1;
    let refused = vec![refusal(
        file,
        "meta, version",
        Some(pack.meta.version.to_string()),
        "This version is published already and says something else. Published versions never change, because entries were made by their words.",
        &format!("Write version = {next}, and the day from which it counts in effective_from."),
    )];
    Ok(Tally { refused, ..Tally::default() })
}

/// A file says nothing about what becomes of practices, so those of one code are taken for one.
async fn by_code(moment: &Moment<'_>, before: FrameworkId, pack: &Pack) -> Result<Option<(FrameworkId, Vec<Passage>)>, Error> {
    let source = store::source(&**moment.tx, before).await?;
    let Ok(old) = pack::read("", &source) else { return Ok(None) };
    let passage = |from: Option<&Practice>, to: Option<&Practice>, fate: Fate| Passage {
        from: from.map(|practice| practice.code.clone()),
        to: to.map(|practice| practice.code.clone()),
        fate,
        reason: String::new(),
        decided_by: None,
    };
    let now = pack.practices.iter().map(|now| {
        let was = old.practices.iter().find(|was| was.code == now.code);
        let fate = was.map_or(Fate::New, |was| lineage::fate_of(1, 1, is_reworded(was, now)));
        passage(was, Some(now), fate)
    });
    let ended = old.practices.iter().filter(|was| !pack.practices.iter().any(|now| now.code == was.code));
    Ok(Some((before, now.chain(ended.map(|was| passage(Some(was), None, Fate::Retired))).collect())))
}
