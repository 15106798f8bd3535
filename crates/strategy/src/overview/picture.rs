//! What the overview's page draws of a choice: one for all who choose the same, kept until something changes.

use std::sync::Arc;

use platform::{Cx, Error, kept::Before, text::counted};

use super::{
    data::Data,
    days::{Days, days},
    heat::{Heat, heat},
    lanes::{Call, Lane, ModelRow, by_model, calls, lanes},
};

/// How many calls stand on the page before the rest is folded away.
const CALLS: usize = 6;
/// How many more are folded away; a longer list is for nobody's morning.
const MORE_CALLS: usize = 30;

pub(super) struct Picture {
    /// How many partnerships it is of, in words.
    pub count: String,
    pub lanes: [Lane; 3],
    /// Where nothing has been due there is nothing to compare: those stand below the three lanes.
    pub nothing_due: Lane,
    pub calls: Vec<Call>,
    pub more_calls: Vec<Call>,
    pub all_calls: usize,
    pub days: Option<Days>,
    pub heat: Heat,
    pub models: Vec<ModelRow>,
}

impl Picture {
    /// The picture of what was asked for.
    pub(super) async fn of(cx: &Cx, data: &Data) -> Result<Arc<Self>, Error> {
        let name = format!("{} by {}: {}", cx.today(), data.framework.id.0, data.choice.query());
        cx.kept(name, |before: Option<Before<Self>>| async move {
            let kept = before.and_then(|before| before.unless_beyond(&[]));
            Ok(kept.unwrap_or_else(|| Arc::new(Self::draw(data))))
        })
        .await
    }

    fn draw(data: &Data) -> Self {
        let mut calls = calls(data);
        let all_calls = calls.len();
        calls.truncate(CALLS + MORE_CALLS);
        let more_calls = if calls.len() > CALLS { calls.split_off(CALLS) } else { Vec::new() };
        let [on_track, wobbling, off_track, nothing_due] = lanes(data);
        Self {
            count: counted(i64::try_from(data.chosen().count()).unwrap_or_default(), "partnership", "partnerships"),
            lanes: [on_track, wobbling, off_track],
            nothing_due,
            calls,
            more_calls,
            all_calls,
            days: days(data),
            heat: heat(data),
            models: by_model(data),
        }
    }
}
