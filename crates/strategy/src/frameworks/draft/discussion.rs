//! What people say about a line of the draft, and the words that they propose.

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    db::{self, ConnectionTrait, DbErr, FromQueryResult},
};
use uuid::Uuid;

use super::{
    policy::{Discuss, OpenDraft},
    rules::State,
    store,
    verbs::{held, step, told},
};
use crate::FrameworkDraftId;

/// The longest comment, in characters.
pub(super) const COMMENT_MOST: usize = 3_000;

/// What somebody said about a line; a proposal when it comes with words.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Comment {
    pub id: Uuid,
    pub line: i32,
    pub text: String,
    pub title: Option<String>,
    pub good: Option<String>,
    pub author: String,
    pub said_at: DateTime<Utc>,
    pub adopted_at: Option<DateTime<Utc>>,
    pub adopted_by: Option<String>,
}

impl Comment {
    /// Whether it proposes words that nobody has taken in yet.
    pub(super) fn waits(&self) -> bool {
        self.title.is_some() && self.adopted_at.is_none()
    }
}

/// All that was said about a draft, in the order in which it was.
pub(super) async fn all(on: &impl ConnectionTrait, draft: FrameworkDraftId) -> Result<Vec<Comment>, DbErr> {
    db::rows(on, &format!("{COMMENT} order by c.said_at, c.id"), vec![draft.into()]).await
}

const COMMENT: &str =
    "select c.id, c.line, c.text, c.title, c.good, a.name as author, c.said_at, c.adopted_at, b.name as adopted_by
    from framework_draft_comment c join person a on a.id = c.author_id left join person b on b.id = c.adopted_by
    where c.draft_id = $1";

/// What was said under that id.
pub(super) async fn one(on: &impl ConnectionTrait, draft: FrameworkDraftId, id: Uuid) -> Result<Option<Comment>, DbErr> {
    db::one(on, &format!("{COMMENT} and c.id = $2"), vec![draft.into(), id.into()]).await
}

/// Says something about a line, with other words for it or without; answers its id.
pub(super) async fn say(
    may: &May<Discuss, OpenDraft>,
    cx: &Cx,
    line: i32,
    text: &str,
    proposal: Option<(&str, &str)>,
) -> Result<Uuid, Error> {
    let id = cx.new_id();
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            let lines = store::lines(&**tx, draft.id).await?;
            let one = lines.iter().find(|one| one.line.number == line && one.line.state != State::Undone);
            let says = &one.ok_or(Error::NotFound)?.line.says;
            let proposal = proposal.filter(|(title, good)| *title != says.title || *good != says.good);
            db::exec(
                &**tx,
                "insert into framework_draft_comment (id, draft_id, line, author_id, said_at, text, title, good)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
                vec![
                    id.into(),
                    draft.id.into(),
                    line.into(),
                    may.who().person.into(),
                    cx.now.into(),
                    text.into(),
                    proposal.map(|(title, _)| title.to_owned()).into(),
                    proposal.map(|(_, good)| good.to_owned()).into(),
                ],
            )
            .await?;
            let action = if proposal.is_some() { "wording proposed" } else { "draft of the practices discussed" };
            told(tx, cx, may.who().into(), &draft, action, &says.code).await?;
            Ok(id)
        })
        .await
}

/// Takes a proposal's words into the line as it was seen, with what was said as the reason; answers the step and the line.
///
/// # Errors
/// Stale when the line changed since; refused when the words were taken in before.
pub(super) async fn adopt(may: &May<Edit, OpenDraft>, cx: &Cx, comment: Uuid, version: i32) -> Result<(i32, i32), Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            let said = one(&**tx, draft.id, comment).await?.ok_or(Error::NotFound)?;
            let (Some(title), Some(good)) = (said.title.clone(), said.good.clone()) else { return Err(Error::NotFound) };
            if said.adopted_at.is_some() {
                return Err(Error::Refused("These words were taken in before.".to_owned()));
            }
            let reason = format!("{} ({})", said.text, said.author);
            let number = step(tx, cx, may.who(), &draft, &reason, async |_, sheet| {
                let line = sheet.line(said.line).ok_or(Error::NotFound)?;
                let says = super::super::pack::Practice { title, good, ..line.says.clone() };
                sheet.change(said.line, version, says, &reason)
            })
            .await?;
            let sql = "update framework_draft_comment set adopted_at = $2, adopted_by = $3 where id = $1";
            db::exec(&**tx, sql, vec![comment.into(), cx.now.into(), may.who().person.into()]).await?;
            Ok((number, said.line))
        })
        .await
}
