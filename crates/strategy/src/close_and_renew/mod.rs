//! Close and renew: how a school year with a partner ends.
//!
//! It has a page for each partnership and school year, by a template of a content pack ([`template`]): what changed, worked out from
//! tracker, goals and learnings ([`changed`]), what must not be lost, thanks, a proposal, the hand-over, and points to tick. What is
//! written is only added to, section by section ([`store`]).

mod archive;
mod changed;
mod closing;
mod contributions;
mod destruction;
mod renewal;
mod schema;
mod store;
mod template;
mod verbs;
mod web;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::{Finish, Partnership, Record, Settle},
};
use platform::{
    Cx, Error,
    access::{PathIds, Policy, Standing, Thing, actions},
    db::FromQueryResult,
    import::Kind,
    jobs::JobKind,
    room::Subject,
};

pub(crate) use contributions::{TAB, href_of, panels, today};
pub(crate) use schema::migrations;
pub(crate) use web::routes;

use crate::CloseAndRenewId;

/// The kind of subject that the end of a partnership's year is.
pub const SUBJECT: &str = "close-and-renew";

/// Its jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![renewal::BEGINS, destruction::JOB]
}

/// The kinds of files that this slice takes in.
pub(crate) fn imports() -> Vec<Kind> {
    vec![template::KIND]
}

/// How a year with a partner ends, without what was written about it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct CloseAndRenew {
    pub id: CloseAndRenewId,
    pub template_key: String,
    /// Empty before it was decided, then `renewed` or `closed`.
    pub outcome: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub version: i32,
}

/// The end of one school year with one partner, as somebody may see it; begun or not.
pub(crate) struct YearThere {
    pub partnership: Partnership,
    pub year: SchoolYear,
    pub begun: Option<CloseAndRenew>,
}

impl YearThere {
    /// Where its page is.
    fn href(&self) -> String {
        href_of(&self.partnership, self.year)
    }

    /// How other rooms name it.
    fn subject(&self) -> Subject {
        Subject {
            kind: SUBJECT,
            key: format!("{}.{}", self.partnership.slug, self.year.key()),
            title: format!("Close and renew {}, {}", self.year, self.partnership.name),
            href: self.href(),
        }
    }

    /// What was begun; not found before.
    fn begun(&self) -> Result<&CloseAndRenew, Error> {
        self.begun.as_ref().ok_or(Error::NotFound)
    }
}

/// The school years that can end with a partner: from the first one to the present one, or to the one in which the work ended.
pub(crate) fn years(calendar: &Calendar, partnership: &Partnership, today: NaiveDate) -> std::ops::RangeInclusive<i32> {
    let last = partnership.closed_on.map_or(today, |closed| closed.min(today));
    partnership.first_school_year..=calendar.year_of(last).0
}

impl Thing for YearThere {
    const NAME: &'static str = "close-and-renew";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(partnership) = Partnership::find(cx, who, ids).await? else { return Ok(None) };
        let Ok(year) = ids.get("school_year")?.parse::<SchoolYear>() else { return Ok(None) };
        if !years(&Calendar::of(&cx.settings), &partnership, cx.today()).contains(&year.0) {
            return Ok(None);
        }
        let begun = store::of_year(cx.db().read(), partnership.id, year).await?;
        Ok(Some(Self { partnership, year, begun }))
    }
}

impl Policy<actions::See> for YearThere {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

impl Policy<Record> for YearThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        <Partnership as Policy<Record>>::permits(who, &there.partnership)
    }
}

impl Policy<Finish> for YearThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        <Partnership as Policy<Finish>>::permits(who, &there.partnership)
    }
}

impl Policy<Settle> for YearThere {
    fn permits(who: &Standing, there: &Self) -> bool {
        <Partnership as Policy<Settle>>::permits(who, &there.partnership)
    }
}
