//! The server on one page.

use std::path::Path;

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    audit, db,
    jobs::{self, Load},
    text::{self, counted},
    web::{Answered, Shell, pace, page},
};

use super::{
    jobs::{Line, how},
    words,
};
use crate::operator::{CHECK, Restart, Run, Server, checks, store};

/// Events of the audit log that the page shows.
const EVENTS: u64 = 8;
/// Jobs that were given up and are shown here; all of them stand in the list.
const GIVEN_UP: u8 = 10;
/// A check older than this many hours means that checks no longer run by themselves.
const CHECK_HOURS: i64 = 48;
/// Fewer free bytes than these are few: the next backup or a large file may not fit.
const FEW: u64 = 1_000_000_000;

/// Something that needs the operator, with the way to it.
struct Need {
    title: String,
    words: String,
    href: &'static str,
    link: &'static str,
    /// Whether it is broken, rather than in need of a look.
    bad: bool,
}

impl Need {
    fn kind(&self) -> &'static str {
        if self.bad { "bad" } else { "" }
    }

    fn icon(&self) -> &'static str {
        if self.bad { "alert" } else { "clock" }
    }
}

/// A kind of job that runs by itself.
struct Recurring {
    kind: &'static str,
    title: String,
    every: String,
    last: String,
    how: String,
    icon: &'static str,
}

struct EventLine {
    when: String,
    actor: String,
    action: String,
    subject: String,
    href: String,
}

struct Mail {
    sent_today: i64,
    waiting: String,
    last: String,
    given_up: i64,
    way: &'static str,
}

struct SignIn {
    sessions: i64,
    refused: i64,
}

#[derive(Template)]
#[template(path = "operator/web/show.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    facts: Vec<(&'static str, String)>,
    needs: Vec<Need>,
    load: Load,
    done_today: i64,
    recurring: Vec<Recurring>,
    given_up: Vec<Line>,
    mail: Mail,
    sign_in: SignIn,
    events: Vec<EventLine>,
    chain: String,
    check: &'static str,
    places: Vec<(&'static str, String)>,
    may_restart: bool,
    may_run: bool,
}

pub(super) async fn show(may: May<See, Server>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let midnight = words::midnight(&cx);
    let load = jobs::load(on).await?;
    let done_today = store::done_since(on, midnight).await?;
    let door = store::door(on, cx.now, midnight).await?;
    let refused = store::refused_tries(on, cx.now).await?;
    let letters = store::letters(on, midnight).await?;
    let given_up = store::given_up(on, GIVEN_UP).await?;
    let check = checks::last(on).await?;
    let events = audit::page(on, &audit::Filter::default(), EVENTS).await?;
    let size = store::database_bytes(cx.db()).await?;
    let disk = disk(&cx.app.config.data);
    let sound = check.as_ref().map_or_else(String::new, |check| {
        format!(", {} {}", if check.findings.is_empty() { "sound" } else { "damaged" }, words::when(&cx, check.at))
    });
    let mut facts = Vec::new();
    if let Some(pace) = pace() {
        facts
            .push(("Pages answer in", format!("{}, mostly; 19 of 20 within {}", words::pace(pace.half), words::pace(pace.most))));
    }
    facts.extend([
        ("People today", format!("{}; {} have a password", door.people_today, door.can_sign_in)),
        ("Database", format!("{}{sound}", text::size(u64::try_from(size).unwrap_or(0)))),
    ]);
    if let Some((free, total)) = disk {
        facts.push(("Free on the disk", format!("{} of {}", text::size(free), text::size(total))));
    }
    facts.extend([("Up for", words::lasted(cx.now - cx.app.started)), ("Version", env!("CARGO_PKG_VERSION").to_owned())]);
    let needs = needs(&cx, &load, check.as_ref(), disk);
    let spoken = cx.settings.local(cx.now).format("%A %-d %B, %H:%M");
    let recurring = recurring(&cx).await?;
    page(&Page {
        title: match needs.len() {
            0 => "All is well".to_owned(),
            some => counted(i64::try_from(some).unwrap_or(i64::MAX), "thing needs you", "things need you"),
        },
        lede: format!("{spoken}. The database answers, and {}.", waiting(&load)),
        facts,
        needs,
        done_today,
        recurring,
        given_up: given_up.iter().map(|row| Line::of(&cx, row)).collect(),
        mail: Mail {
            sent_today: letters.sent_today,
            waiting: match letters.oldest {
                Some(oldest) => format!("{}, for {}", letters.waiting, words::lasted(cx.now - oldest)),
                None => "Nothing".to_owned(),
            },
            last: letters
                .last_sent
                .map_or_else(|| "None in the last 30 days".to_owned(), |at| words::capital(&words::when(&cx, at))),
            given_up: letters.given_up,
            way: if cx.app.config.smtp.is_some() { "Through your mail server" } else { "As files in the data folder" },
        },
        sign_in: SignIn { sessions: door.sessions, refused },
        events: events
            .into_iter()
            .map(|event| EventLine {
                when: words::capital(&words::when(&cx, event.at)),
                actor: event.actor,
                action: event.action,
                subject: event.subject,
                href: event.href,
            })
            .collect(),
        chain: chain(&cx, check.as_ref()),
        check: CHECK.name,
        places: places(&cx),
        may_restart: may.also::<Restart>(),
        may_run: may.also::<Run>(),
        load,
        shell: cx.shell("This server", "/operator"),
    })
}

fn waiting(load: &Load) -> String {
    match load.waiting {
        0 => "no job waits".to_owned(),
        some => counted(some, "job waits its turn", "jobs wait their turn"),
    }
}

/// Free and total bytes where the data lies; nothing where the machine does not tell.
fn disk(data: &Path) -> Option<(u64, u64)> {
    Some((fs4::available_space(data).ok()?, fs4::total_space(data).ok()?))
}

fn needs(cx: &Cx, load: &Load, check: Option<&checks::Check>, disk: Option<(u64, u64)>) -> Vec<Need> {
    let mut needs = Vec::new();
    if let Some(check) = check {
        if let Some(seq) = check.broken_at {
            needs.push(Need {
                title: format!("The audit log’s chain is broken at event {seq}."),
                words: "Somebody changed the log outside of this program. Compare it with a backup, and find out who can reach the database.".to_owned(),
                href: "/audit",
                link: "Look at the log",
                bad: true,
            });
        }
        if !check.findings.is_empty() {
            needs.push(Need {
                title: "The database’s file is damaged.".to_owned(),
                words: format!(
                    "{}. Stop the program and restore the last backup; a disk that does this once does it again.",
                    check.findings
                ),
                href: "#jobs",
                link: "See when we looked",
                bad: true,
            });
        }
        if (cx.now - check.at).num_hours() > CHECK_HOURS {
            needs.push(Need {
                title: format!("We last looked at the database {} ago.", words::lasted(cx.now - check.at)),
                words:
                    "That happens every day by itself, so jobs may no longer run here. Is the setting workers 0 on all instances?"
                        .to_owned(),
                href: "#jobs",
                link: "See the jobs",
                bad: false,
            });
        }
    }
    if load.given_up > 0 {
        needs.push(Need {
            title: format!("{} up.", counted(load.given_up, "job was given", "jobs were given")),
            words: "The reasons stand beside them. Try them again once the cause is mended, or dismiss them.".to_owned(),
            href: "/operator/jobs?state=given-up",
            link: "Look at them",
            bad: false,
        });
    }
    if let Some((free, _)) = disk
        && free < FEW
    {
        needs.push(Need {
            title: format!("Only {} are free on the disk.", text::size(free)),
            words: "When it is full, nothing can be saved any more. Could old backups or logs go elsewhere?".to_owned(),
            href: "#places",
            link: "See where things are",
            bad: false,
        });
    }
    needs
}

async fn recurring(cx: &Cx) -> Result<Vec<Recurring>, Error> {
    let kinds: Vec<_> =
        cx.app.house.rooms().iter().flat_map(|room| &room.jobs).filter_map(|kind| Some((kind.name, kind.every?))).collect();
    let names: Vec<_> = kinds.iter().map(|(name, _)| *name).collect();
    let rows = store::latest(cx.db().read(), &names).await?;
    let recurring = kinds.into_iter().map(|(kind, every)| {
        let of_kind = || rows.iter().filter(|row| row.kind == kind);
        let done = of_kind().filter_map(|row| row.done_at).max();
        let open = of_kind().find(|row| row.done_at.is_none());
        let (how, icon) = match open.or_else(|| of_kind().find(|row| row.done_at == done)) {
            Some(row) => how(cx, row),
            None => ("Has not run yet".to_owned(), "clock"),
        };
        Recurring {
            kind,
            title: words::capital(kind),
            every: words::often(every),
            last: done.map_or_else(|| "Not yet".to_owned(), |at| words::capital(&words::when(cx, at))),
            how,
            icon,
        }
    });
    Ok(recurring.collect())
}

fn chain(cx: &Cx, check: Option<&checks::Check>) -> String {
    match check {
        None => "Nobody has followed the chain yet; that happens every day by itself.".to_owned(),
        Some(check) if check.broken_at.is_none() => {
            format!("Chain unbroken {}: {}.", words::when(cx, check.at), counted(check.events, "event", "events"))
        }
        Some(check) => format!(
            "Chain broken {}: it holds for {}, then no longer.",
            words::when(cx, check.at),
            counted(check.events, "event", "events")
        ),
    }
}

fn places(cx: &Cx) -> Vec<(&'static str, String)> {
    let engine = match cx.db().engine() {
        db::Engine::Sqlite => "SQLite, inside this program",
        db::Engine::Postgres => "PostgreSQL",
    };
    vec![
        ("Database", engine.to_owned()),
        ("Data folder", cx.app.config.data.display().to_string()),
        ("Jobs at a time", cx.app.config.workers.to_string()),
        ("Up since", words::capital(&words::when(cx, cx.app.started))),
    ]
}
