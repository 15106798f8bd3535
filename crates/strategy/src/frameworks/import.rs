//! Taking a framework in from a content pack, as TOML or as a workbook.

use std::collections::BTreeMap;

use platform::{
    Error,
    access::roles,
    db::{self, Db},
    import::{Book, Export, Form, Kind, Refusal, Source, Taking, Tally},
    room::Answer,
};

use super::{
    Framework,
    book::{self, Ended, Passing},
    draft::{self, is_reworded},
    lineage::{self, Fate, Passage},
    pack::{self, Pack, Practice, refusal},
    publish::{self, Moment, publish},
    store::{self, Version},
};
use crate::FrameworkId;

/// The kind of file that holds a framework.
pub(crate) fn kind() -> Kind {
    Kind {
        name: "framework",
        about: "A version of the practices, with steps, cycles, support models and the words of the tracker, as TOML or Excel.",
        columns: &[],
        form: Form::Book,
        may: |who| who.holds(&[roles::OPERATOR]),
        opens_doors: false,
        run: |taking, sources| Box::pin(run(taking, sources)) as Answer<'_, Tally>,
        export: |db| Box::pin(export(db)),
    }
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    for source in sources {
        match source {
            Source::Text(file, text) => tally.and(one(taking, file, text).await?),
            Source::Book(book) => tally.and(workbook(taking, book).await?),
            Source::Table(_) => {}
        }
    }
    Ok(tally)
}

/// The newest version, as the content pack that it came from and as its workbook.
async fn export(db: &Db) -> Result<Export, Error> {
    let on = db.read();
    let sql = "select id from framework where source <> '' order by effective_from desc, version desc limit 1";
    let newest = db::scalar::<FrameworkId>(on, sql, vec![]).await?.ok_or_else(|| {
        Error::Refused(
            "The framework was published before its source was kept: import its content pack again as a new version.".to_owned(),
        )
    })?;
    let source = store::source(on, newest).await?;
    let versions = Framework::all_versions(on).await?;
    let framework = versions.iter().find(|version| version.id == newest).ok_or(Error::NotFound)?;
    let passing = Passing::of(framework, &lineage::all(on).await?);
    let sheets = book::sheets(&draft::read_source(&source)?, passing.as_ref())?;
    Ok(Export::Either(source, sheets))
}

async fn one(taking: &Taking<'_>, file: &str, text: &str) -> Result<Tally, Error> {
    match pack::read(file, text) {
        Ok(pack) => take(taking, &Said { file, pack: &pack, book: None }).await,
        Err(refused) => Ok(refusing(refused)),
    }
}

async fn workbook(taking: &Taking<'_>, book: &Book) -> Result<Tally, Error> {
    match book::read(book) {
        Ok(read) => {
            let mut tally = take(taking, &Said { file: &book.file, pack: &read.pack, book: Some(&read) }).await?;
            tally.notices.extend(read.notices.iter().cloned());
            Ok(tally)
        }
        Err(refused) => Ok(refusing(refused)),
    }
}

fn refusing(refused: Vec<Refusal>) -> Tally {
    Tally { refused, ..Tally::default() }
}

/// A version as a file says it.
struct Said<'a> {
    file: &'a str,
    pack: &'a Pack,
    /// What a workbook says beyond a content pack.
    book: Option<&'a book::Read>,
}

impl Said<'_> {
    /// A refusal of what the file says about the version as a whole.
    fn refuse(&self, field: &str, value: &str, problem: &str, advice: &str) -> Refusal {
        match self.book {
            Some(read) => read.refuse_version(self.file, field, value, problem, advice),
            None => refusal(self.file, &format!("meta, {field}"), Some(value.to_owned()), problem, advice),
        }
    }

    /// What the workbook says about where practices come from, where it does.
    fn passing(&self) -> Option<(&book::Read, &Passing)> {
        self.book.and_then(|read| Some((read, read.passing.as_ref()?)))
    }
}

async fn take(taking: &Taking<'_>, said: &Said<'_>) -> Result<Tally, Error> {
    let meta = &said.pack.meta;
    let versions = store::versions(&**taking.tx).await?;
    match versions.iter().find(|version| version.key == meta.id && version.version == meta.version) {
        Some(known) => again(taking, said, &versions, known).await,
        None => first(taking, said, &versions).await,
    }
}

/// Publishes a version that is not there yet.
async fn first(taking: &Taking<'_>, said: &Said<'_>, versions: &[Version]) -> Result<Tally, Error> {
    let pack = said.pack;
    let (key, number, from) = (&pack.meta.id, pack.meta.version, pack.meta.effective_from);
    let mut refused = Vec::new();
    if draft::open(&**taking.tx).await?.is_some_and(|draft| draft.key == *key && draft.number == number) {
        let problem = format!("Version {number} is being written as a draft.");
        let advice = "Publish that draft, or drop it and then bring this file in.";
        refused.push(said.refuse("version", &number.to_string(), &problem, advice));
    }
    if let Some(other) = publish::not_before(versions, key, from) {
        let (problem, advice) = publish::too_early(other);
        refused.push(said.refuse("effective_from", &from.to_string(), &problem, &advice));
    }
    if !refused.is_empty() {
        return Ok(refusing(refused));
    }
    let moment = Moment { tx: taking.tx, engine: taking.app.db.engine(), now: taking.now };
    let before = versions.iter().rev().find(|version| version.key == *key).map(|version| version.id);
    let old = match before {
        Some(before) => pack::read("", &store::source(&**moment.tx, before).await?).ok(),
        None => None,
    };
    let passages = match (&old, said.passing()) {
        (None, _) => Vec::new(),
        (Some(old), None) => by_code(old, pack),
        (Some(old), Some((read, passing))) => match told(said, read, passing, old) {
            Ok(passages) => passages,
            Err(refused) => return Ok(refusing(refused)),
        },
    };
    let by = taking.who.map(|who| who.person);
    let passages: Vec<Passage> = passages.into_iter().map(|passage| Passage { decided_by: by, ..passage }).collect();
    let passages = before.filter(|_| old.is_some()).map(|before| (before, passages.as_slice()));
    publish(&moment, pack, &pack.fingerprint()?, passages).await?;
    publish::begins(&moment, from).await?;
    Ok(Tally { new: pack.practices.len() as u64, ..Tally::default() })
}

/// Compares a version with what is published under its number, which never changes.
async fn again(taking: &Taking<'_>, said: &Said<'_>, versions: &[Version], known: &Version) -> Result<Tally, Error> {
    let pack = said.pack;
    let next = versions.iter().filter(|version| version.key == known.key).map(|version| version.version).max().unwrap_or(0) + 1;
    let advice = format!("Make it version {next}, and write the day from which it counts in effective_from.");
    let is_same =
        known.source_hash == pack.fingerprint()? || said.book.is_some() && is_as_published(taking, known.id, pack).await?;
    if !is_same {
        return Ok(refusing(vec![said.refuse("version", &pack.meta.version.to_string(), PUBLISHED, &advice)]));
    }
    let otherwise = match said.passing() {
        Some((read, passing)) => match passed(taking, known.id).await? {
            Some(published) => told_otherwise(said, read, passing, &published, &advice),
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    if !otherwise.is_empty() {
        return Ok(refusing(otherwise));
    }
    Ok(Tally { same: pack.practices.len() as u64, ..Tally::default() })
}

const PUBLISHED: &str = "This version is published already and says something else. Published versions never change, because entries were made by their words.";

/// Whether a workbook says what is published: cells lose the blanks around their texts, which no reader would miss.
async fn is_as_published(taking: &Taking<'_>, framework: FrameworkId, pack: &Pack) -> Result<bool, Error> {
    let Ok(published) = pack::read("", &store::source(&**taking.tx, framework).await?) else { return Ok(false) };
    book::is_same(&published, pack)
}

/// What became of the practices of the version before a published one; nothing where nobody wrote it down.
async fn passed(taking: &Taking<'_>, framework: FrameworkId) -> Result<Option<Passing>, Error> {
    let all = lineage::all(&**taking.tx).await?;
    let versions = Framework::all_versions(&**taking.tx).await?;
    Ok(versions.iter().find(|version| version.id == framework).and_then(|version| Passing::of(version, &all)))
}

/// Where a workbook says something else about what became of practices than what is published.
fn told_otherwise(said: &Said<'_>, read: &book::Read, told: &Passing, published: &Passing, advice: &str) -> Vec<Refusal> {
    let origins = told.origins.iter().zip(&published.origins).enumerate().filter_map(|(place, (origin, was))| {
        let heading = origin.differs(was)?;
        let codes = origin.codes.join("; ");
        let value = if heading == book::PASSING[2] { origin.reason.as_str() } else { codes.as_str() };
        Some(read.refuse_origin(said.file, (place, heading), value, PUBLISHED, advice))
    });
    let lacks = |others: &[Ended], one: &Ended| !others.iter().any(|other| other.is_same(one));
    let mut ended: Vec<&str> = Vec::new();
    for (those, others) in [(&told.ended, &published.ended), (&published.ended, &told.ended)] {
        ended.extend(those.iter().filter(|one| lacks(others, one)).map(|one| one.code.as_str()));
    }
    ended.sort_unstable();
    ended.dedup();
    origins.chain(ended.into_iter().map(|code| read.refuse_ended(said.file, code, PUBLISHED, advice))).collect()
}

/// What becomes of practices as a workbook tells it; what it names must be there.
fn told(said: &Said<'_>, read: &book::Read, passing: &Passing, old: &Pack) -> Result<Vec<Passage>, Vec<Refusal>> {
    let pack = said.pack;
    let mut refused = Vec::new();
    let mut onward: BTreeMap<&str, usize> = BTreeMap::new();
    let comes_from = book::PASSING[1];
    for (place, origin) in passing.origins.iter().enumerate() {
        for (at, code) in origin.codes.iter().enumerate() {
            if origin.codes[..at].contains(code) {
                let problem = "This code stands there twice.";
                refused.push(read.refuse_origin(said.file, (place, comes_from), code, problem, "Write it once."));
                continue;
            }
            *onward.entry(code).or_default() += 1;
            if !old.practices.iter().any(|was| was.code == *code) {
                let problem = format!("Version {} has no practice of that code.", old.meta.version);
                let advice = "Write the code that it has there, or nothing for a practice that is new.";
                refused.push(read.refuse_origin(said.file, (place, comes_from), code, &problem, advice));
            }
        }
    }
    for ended in &passing.ended {
        let problem = if !old.practices.iter().any(|was| was.code == ended.code) {
            format!("Version {} has no practice of that code.", old.meta.version)
        } else if onward.contains_key(ended.code.as_str()) {
            "It ends here, and yet a practice comes from it.".to_owned()
        } else {
            continue;
        };
        refused.push(read.refuse_ended(
            said.file,
            &ended.code,
            &problem,
            "Take the row out, or mend comes_from of that practice.",
        ));
    }
    let is_ended = |code: &str| passing.ended.iter().any(|ended| ended.code == code);
    for was in old.practices.iter().filter(|was| !onward.contains_key(was.code.as_str()) && !is_ended(&was.code)) {
        let problem = format!("Version {} has this practice, and nothing says what becomes of it.", old.meta.version);
        let advice =
            "Name it in comes_from of the practice that goes on with it, or give it a row here with the reason why it ends.";
        refused.push(read.refuse_ended(said.file, &was.code, &problem, advice));
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let now = pack.practices.iter().zip(&passing.origins).flat_map(|(now, origin)| {
        let onward = &onward;
        let was = |code: &str| old.practices.iter().find(|was| was.code == code);
        let led = origin.codes.iter().map(move |code| {
            let is_changed = was(code).is_some_and(|was| is_reworded(was, now));
            let fate = lineage::fate_of(onward.get(code.as_str()).copied().unwrap_or(0), origin.codes.len(), is_changed);
            passage(Some(code), Some(&now.code), fate, &origin.reason)
        });
        let fresh = origin.codes.is_empty().then(|| passage(None, Some(&now.code), Fate::New, &origin.reason));
        led.chain(fresh)
    });
    let ended = old.practices.iter().filter(|was| !onward.contains_key(was.code.as_str())).map(|was| {
        let why = passing.ended.iter().find(|ended| ended.code == was.code).map(|ended| ended.reason.as_str());
        passage(Some(&was.code), None, Fate::Retired, why.unwrap_or_default())
    });
    Ok(now.chain(ended).collect())
}

fn passage(from: Option<&String>, to: Option<&String>, fate: Fate, reason: &str) -> Passage {
    Passage { from: from.cloned(), to: to.cloned(), fate, reason: reason.to_owned(), decided_by: None }
}

/// A content pack says nothing about what becomes of practices, so those of one code are taken for one.
fn by_code(old: &Pack, pack: &Pack) -> Vec<Passage> {
    let code = |practice: &&Practice| Some(practice.code.clone());
    let now = pack.practices.iter().map(|now| {
        let was = old.practices.iter().find(|was| was.code == now.code);
        let fate = was.map_or(Fate::New, |was| lineage::fate_of(1, 1, is_reworded(was, now)));
        passage(was.as_ref().and_then(code).as_ref(), Some(&now.code), fate, "")
    });
    let ended = old.practices.iter().filter(|was| !pack.practices.iter().any(|now| now.code == was.code));
    now.chain(ended.map(|was| passage(Some(&was.code), None, Fate::Retired, ""))).collect()
}
