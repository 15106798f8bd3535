//! All that a partnership's people may take along: tables as CSV, a page to read, and what they attached to cycles, in a ZIP.
//!
//! It holds what the partner side reads on the pages, but for the road map, which is a file of its own there. Coachees, drafts of the theory of action and what we write for ourselves in
//! hand-overs are not in it. Everything in it is of one moment, and read in pieces.

mod pieces;

use askama::Template;
use partnerships::{
    calendar::{SchoolYear, spoken},
    partnerships::{Partnership, People, people_of},
};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    archive::Archive,
    attachments,
    db::{self, ConnectionTrait, DbErr, FromQueryResult},
    sheet::Cell,
    web::Answered,
};
use uuid::Uuid;

use pieces::{Action, Attached, Cycle, Ending, Entry, Goal, Learning, LogEntry, Node, Piece, PlanSection, Visit};

/// How many rows are read at a time.
const PIECE: usize = 500;

/// A file of the archive, for the page that tells what is in it.
struct File {
    name: &'static str,
    about: &'static str,
    rows: usize,
}

/// A cycle, as the page tells it.
#[derive(FromQueryResult)]
struct ToldCycle {
    school_year: i32,
    number: i32,
    title: String,
    goals: i64,
    met: i64,
}

/// Something learned, as the page tells it.
#[derive(FromQueryResult)]
struct ToldLearning {
    school_year: i32,
    text: String,
}

/// What was written at the end of a year, as the page tells it.
#[derive(FromQueryResult)]
struct ToldEnding {
    school_year: i32,
    said: String,
}

#[derive(Template)]
#[template(path = "close_and_renew/archive.html")]
struct Page {
    organisation: String,
    partnership: Partnership,
    people: People,
    since: String,
    until: String,
    today: String,
    cycles: Vec<ToldCycle>,
    learnings: Vec<ToldLearning>,
    endings: Vec<ToldEnding>,
    files: Vec<File>,
}

impl Page {
    fn year(&self, year: &i32) -> String {
        SchoolYear(*year).to_string()
    }
}

/// The most lines of each list on the page; the tables have all.
const LINES: usize = 200;

/// `GET /partnerships/{partnership}/archive`
pub(super) async fn download(may: May<See, Partnership>, cx: Cx) -> Answered {
    let partnership = may.thing();
    let snapshot = cx.db().snapshot().await?;
    let archive = written(&snapshot, &cx, partnership).await;
    snapshot.commit().await?;
    archive?.download(&format!("{}-{}", partnership.slug, cx.today()))
}

async fn written(on: &impl ConnectionTrait, cx: &Cx, partnership: &Partnership) -> Result<Archive, Error> {
    let mut archive = Archive::begin()?;
    let mut files = Vec::new();
    put::<Ending>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Cycle>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Goal>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Action>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<LogEntry>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Attached>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Learning>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<PlanSection>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Node>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Entry>(&mut archive, on, cx, partnership, &mut files).await?;
    put::<Visit>(&mut archive, on, cx, partnership, &mut files).await?;
    let page = told(on, cx, partnership, files).await?;
    archive.text("read-me-first.html", &page.render()?)?;
    put_attached(&mut archive, on, partnership).await?;
    Ok(archive)
}

/// Writes one table, piece by piece.
async fn put<P: Piece>(
    archive: &mut Archive,
    on: &impl ConnectionTrait,
    cx: &Cx,
    partnership: &Partnership,
    files: &mut Vec<File>,
) -> Result<(), Error> {
    let mut table = archive.table(P::FILE, P::HEADER)?;
    let sql = if P::IS_WHOLE { P::SQL.to_owned() } else { format!("{} order by 1 limit {PIECE}", P::SQL) };
    let (mut after, mut rows) = (Uuid::nil(), 0);
    loop {
        let piece = db::rows::<P>(on, &sql, vec![partnership.id.into(), after.into()]).await?;
        if piece.is_empty() {
            break;
        }
        rows += piece.len();
        for row in piece {
            after = row.id();
            let cells: Vec<Cell> = row.cells(&cx.settings);
            table.row(&cells)?;
        }
    }
    table.end()?;
    files.push(File { name: P::FILE, about: P::ABOUT, rows });
    Ok(())
}

/// Writes what people attached, one after the other: together they may be larger than the memory.
async fn put_attached(archive: &mut Archive, on: &impl ConnectionTrait, partnership: &Partnership) -> Result<(), Error> {
    let sql = format!("{} order by 1 limit {PIECE}", Attached::SQL);
    let mut after = Uuid::nil();
    loop {
        let piece = db::rows::<Attached>(on, &sql, vec![partnership.id.into(), after.into()]).await?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = last.id;
        for file in &piece {
            if let Some(content) = attachments::content(on, &file.hash).await? {
                archive.file(&file.path(), &content)?;
            }
        }
    }
}

async fn told(on: &impl ConnectionTrait, cx: &Cx, partnership: &Partnership, files: Vec<File>) -> Result<Page, DbErr> {
    let id = || vec![partnership.id.into()];
    let sql = format!(
        "select c.school_year, c.number, c.title,
           (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null) as goals,
           (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null and g.met = 'yes') as met
         from cycle c where c.partnership_id = $1 order by c.school_year, c.number, c.id limit {LINES}"
    );
    let cycles = db::rows(on, &sql, id()).await?;
    let sql = format!(
        "select c.school_year, l.text from cycle c join learning l on l.cycle_id = c.id
         where c.partnership_id = $1 and l.removed_at is null order by c.school_year, c.number, l.position, l.id limit {LINES}"
    );
    let learnings = db::rows(on, &sql, id()).await?;
    let sql = format!(
        "select y.school_year, s.said from close_and_renew y join close_and_renew_section s on s.close_and_renew_id = y.id
         where y.partnership_id = $1 and s.is_ours = $2 and s.said <> ''
           and s.version = (select max(o.version) from close_and_renew_section o
             where o.close_and_renew_id = y.id and o.section = s.section)
         order by y.school_year, s.section limit {LINES}"
    );
    let endings = db::rows(on, &sql, vec![partnership.id.into(), false.into()]).await?;
    let day = |day| spoken(day, chrono::NaiveDate::MIN);
    Ok(Page {
        organisation: cx.settings.organisation().to_owned(),
        people: people_of(on, partnership, cx.today()).await?,
        since: day(partnership.started_on),
        until: partnership.closed_on.map(day).unwrap_or_default(),
        today: day(cx.today()),
        partnership: partnership.clone(),
        cycles,
        learnings,
        endings,
        files,
    })
}
