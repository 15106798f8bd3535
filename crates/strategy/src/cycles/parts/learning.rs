//! Something learned, from success or failure, with what becomes of it and who else should know.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    db::{FromQueryResult, PersonId, Value},
    web::Form,
};

use super::{Kept, World, choice, line, lines};
use crate::cycles::{LEARNINGS, SHORT_MOST, TEXT_MOST, words};

#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::cycles) struct Learning {
    pub kind: String,
    pub text: String,
    pub for_others: String,
    pub author_id: PersonId,
    pub written_on: NaiveDate,
    #[row(skip)]
    pub codes: BTreeSet<String>,
}

impl Kept for Learning {
    const TABLE: &'static str = "learning";
    const PATH: &'static str = "learnings";
    const ID: &'static str = "learning";
    const WORD: &'static str = "learning";
    const PLACE: &'static str = "assessment";
    const COLUMNS: &'static str = "x.kind, x.text, x.for_others, x.author_id, x.written_on";
    const IS_ORDERED: bool = true;
    const HAS_PRACTICES: bool = true;
    const STAY: &'static [&'static str] = &["author_id", "written_on"];
    const IS_ITS_AUTHORS: bool = false;

    fn read(form: &mut Form, world: &World) -> Option<Self> {
        let kind = choice(form, "kind", &LEARNINGS, "What is it about? Choose what comes closest.");
        let text = form.required("text", "What did you learn?", TEXT_MOST);
        let for_others = form.optional("for_others", SHORT_MOST);
        let codes = world.codes(form, "practices");
        let learning = Self {
            kind: kind?,
            text: text?,
            for_others: for_others?,
            author_id: world.who,
            written_on: world.today,
            codes: codes?,
        };
        (!form.has_errors()).then_some(learning)
    }

    fn blank(_: &World) -> Form {
        Form::default()
    }

    fn form(&self, _: &World) -> Form {
        Form::with([
            ("kind", self.kind.clone()),
            ("text", self.text.clone()),
            ("for_others", self.for_others.clone()),
            ("practices", self.codes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        ])
    }

    fn said(&self, _: &World) -> String {
        lines([
            line(words::of(&LEARNINGS, &self.kind), &*self.text),
            line("For others", &*self.for_others),
            line("Practices", self.codes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        ])
    }

    fn values(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("kind", self.kind.clone().into()),
            ("text", self.text.clone().into()),
            ("for_others", self.for_others.clone().into()),
            ("author_id", self.author_id.into()),
            ("written_on", self.written_on.into()),
        ]
    }

    fn practices(&self) -> Option<&BTreeSet<String>> {
        Some(&self.codes)
    }

    fn with_practices(self, codes: BTreeSet<String>) -> Self {
        Self { codes, ..self }
    }
}
