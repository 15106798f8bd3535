//! An entry of the running log: a day and a few words, changed by nobody but its author.

use chrono::NaiveDate;
use partnerships::calendar::spoken;
use platform::{
    attachments::Attachment,
    db::{FromQueryResult, PersonId, Value},
    web::Form,
};

use super::{Kept, World, lines};
use crate::cycles::LONG_MOST;

#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::cycles) struct LogEntry {
    pub on_day: NaiveDate,
    pub text: String,
    pub author_id: PersonId,
}

impl LogEntry {
    /// What an entry says where somebody sent nothing but files: what they show, else what they are called.
    pub(in crate::cycles) fn words_for(files: &[Attachment], caption: &str) -> String {
        if caption.is_empty() {
            files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ")
        } else {
            caption.to_owned()
        }
    }
}

impl Kept for LogEntry {
    const TABLE: &'static str = "log_entry";
    const PATH: &'static str = "log-entries";
    const ID: &'static str = "log_entry";
    const WORD: &'static str = "log entry";
    const PLACE: &'static str = "log";
    const COLUMNS: &'static str = "x.on_day, x.text, x.author_id";
    const IS_ORDERED: bool = false;
    const HAS_PRACTICES: bool = false;
    const STAY: &'static [&'static str] = &["author_id"];
    const FILES: &'static str = "log_entry_id";
    const IS_ITS_AUTHORS: bool = true;

    fn read(form: &mut Form, world: &World) -> Option<Self> {
        let text = form.required("text", "What did you notice?", LONG_MOST);
        // A phone sends the words alone: it is then about today.
        let day = if form.value("on_day").trim().is_empty() { Some(world.today) } else { form.date("on_day", "") };
        if day.is_some_and(|day| day > world.today) {
            form.refuse("on_day", "That day is still to come. Which day is it about?");
        }
        let entry = Self { on_day: day?, text: text?, author_id: world.who };
        (!form.has_errors()).then_some(entry)
    }

    fn blank(world: &World) -> Form {
        Form::with([("on_day", world.today.to_string())])
    }

    fn form(&self, _: &World) -> Form {
        Form::with([("on_day", self.on_day.to_string()), ("text", self.text.clone())])
    }

    fn said(&self, world: &World) -> String {
        lines([Some(spoken(self.on_day, world.today)), Some(self.text.clone())])
    }

    fn values(&self) -> Vec<(&'static str, Value)> {
        vec![("on_day", self.on_day.into()), ("text", self.text.clone().into()), ("author_id", self.author_id.into())]
    }
}
