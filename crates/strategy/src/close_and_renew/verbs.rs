//! The only place where the end of a year changes.

use partnerships::partnerships::{Finish, Record};
use platform::{
    Cx, Error,
    access::{May, Standing},
    audit::{self, Actor},
    db::{self, DbErr, Tx},
    search::{self, Audience},
};

use super::{
    YearThere,
    store::SECTIONS,
    template::{Part, Point, Template},
};
use crate::{
    CloseAndRenewId,
    plans::{answers::Answers, sections::Writing},
};

pub(super) async fn told(tx: &Tx, cx: &Cx, who: &Standing, there: &YearThere, action: &str, detail: &str) -> Result<(), DbErr> {
    audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), action, &there.subject(), detail).await
}

/// Begins the end of a year. Beginning twice is beginning once.
///
/// # Errors
/// Refused while there is no template.
pub(super) async fn begin(may: &May<Record, YearThere>, cx: &Cx) -> Result<(), Error> {
    let there = may.thing();
    let id = CloseAndRenewId(cx.new_id());
    cx.db()
        .write(async |tx| {
            let Some(template) = Template::latest(&**tx).await? else {
                let words = "There is no template of close and renew on this server yet. Whoever runs it takes one in.";
                return Err(Error::Refused(words.to_owned()));
            };
            let touched = db::exec(
                &**tx,
                "insert into close_and_renew (id, partnership_id, school_year, template_key, begun_by, begun_at, outcome, version)
                 values ($1, $2, $3, $4, $5, $6, '', 1) on conflict (partnership_id, school_year) do nothing",
                vec![
                    id.into(),
                    there.partnership.id.into(),
                    there.year.0.into(),
                    template.key.as_str().into(),
                    may.who().person.into(),
                    cx.now.into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Ok(());
            }
            let audience = Audience::Site(there.partnership.site_slug.clone());
            search::put(tx, cx.db().engine(), &there.subject(), "The end of a year", "", &audience).await?;
            Ok(told(tx, cx, may.who(), there, "close and renew begun", "").await?)
        })
        .await
}

/// Keeps what was written in a section.
///
/// # Errors
/// Stale when somebody else wrote there since it was opened.
pub(super) async fn write(
    may: &May<Record, YearThere>,
    cx: &Cx,
    part: &Part,
    seen: i32,
    answers: &Answers,
    said: &str,
) -> Result<(), Error> {
    let there = may.thing();
    let id = there.begun()?.id;
    cx.db()
        .write(async |tx| {
            let (section, author, at) = (part.section.id.as_str(), Some(may.who().person), cx.now);
            let writing = Writing { section, seen, answers, said, author, at };
            SECTIONS.put(tx, id, &writing, &[("is_ours", part.is_ours.into())]).await?;
            Ok(told(tx, cx, may.who(), there, "close and renew changed", &part.section.title).await?)
        })
        .await
}

/// Ticks a point; doing so twice is doing it once.
pub(super) async fn tick(may: &May<Finish, YearThere>, cx: &Cx, point: &Point) -> Result<(), Error> {
    let there = may.thing();
    let id = there.begun()?.id;
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "insert into close_and_renew_tick (close_and_renew_id, point, ticked_by, ticked_at) values ($1, $2, $3, $4)
                 on conflict (close_and_renew_id, point) do nothing",
                vec![id.into(), point.id.as_str().into(), may.who().person.into(), cx.now.into()],
            )
            .await?;
            if touched == 0 { Ok(()) } else { Ok(told(tx, cx, may.who(), there, "point ticked", &point.text).await?) }
        })
        .await
}

/// Takes a tick away; doing so twice is doing it once.
pub(super) async fn untick(may: &May<Finish, YearThere>, cx: &Cx, point: &Point) -> Result<(), Error> {
    let there = may.thing();
    let id = there.begun()?.id;
    cx.db()
        .write(async |tx| {
            let sql = "delete from close_and_renew_tick where close_and_renew_id = $1 and point = $2";
            let touched = db::exec(&**tx, sql, vec![id.into(), point.id.as_str().into()]).await?;
            if touched == 0 { Ok(()) } else { Ok(told(tx, cx, may.who(), there, "tick taken away", &point.text).await?) }
        })
        .await
}
