//! An action of the plan: who does what, by when, and where it stands.

use chrono::NaiveDate;
use partnerships::calendar::spoken;
use platform::{
    db::{FromQueryResult, PersonId, Value},
    web::Form,
};

use super::{Kept, World, choice, line, lines};
use crate::cycles::{ACTION_STATUSES, SHORT_MOST, TEXT_MOST, words};

#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::cycles) struct Action {
    pub text: String,
    pub owner_id: Option<PersonId>,
    pub due_on: Option<NaiveDate>,
    pub practice: String,
    pub evidence: String,
    pub resources: String,
    pub status: String,
    pub why_not: String,
}

impl Action {
    fn owner<'a>(&self, world: &'a World) -> Option<&'a super::Candidate> {
        world.people.iter().find(|person| Some(person.id) == self.owner_id)
    }
}

impl Kept for Action {
    const TABLE: &'static str = "plan_action";
    const PATH: &'static str = "plan-actions";
    const ID: &'static str = "action";
    const WORD: &'static str = "plan action";
    const PLACE: &'static str = "plan";
    const COLUMNS: &'static str = "x.text, x.owner_id, x.due_on, x.practice, x.evidence, x.resources, x.status, x.why_not";
    const IS_ORDERED: bool = true;
    const HAS_PRACTICES: bool = false;
    const IS_ITS_AUTHORS: bool = false;

    fn read(form: &mut Form, world: &World) -> Option<Self> {
        let text = form.required("text", "What will you do?", TEXT_MOST);
        let owner = form.value("owner").to_owned();
        let owner_id = world.people.iter().find(|person| person.slug == owner).map(|person| person.id);
        if owner_id.is_none() && !owner.is_empty() {
            form.refuse("owner", "Please choose somebody who is in this cycle or works there.");
        }
        let due_on = form.optional_date("due_on");
        let codes = world.codes(form, "practice");
        if codes.as_ref().is_some_and(|codes| codes.len() > 1) {
            form.refuse("practice", "One practice is enough here. Which one is it most about?");
        }
        let evidence = form.optional("evidence", SHORT_MOST);
        let resources = form.optional("resources", SHORT_MOST);
        let status = choice(form, "status", &ACTION_STATUSES, "Where does it stand?");
        let why_not = form.optional("why_not", SHORT_MOST);
        let action = Self {
            text: text?,
            owner_id,
            due_on: due_on?,
            practice: codes?.into_iter().next().unwrap_or_default(),
            evidence: evidence?,
            resources: resources?,
            status: status?,
            why_not: why_not?,
        };
        (!form.has_errors()).then_some(action)
    }

    fn blank(_: &World) -> Form {
        Form::with([("status", "not_started".to_owned())])
    }

    fn form(&self, world: &World) -> Form {
        Form::with([
            ("text", self.text.clone()),
            ("owner", self.owner(world).map(|person| person.slug.clone()).unwrap_or_default()),
            ("due_on", self.due_on.map(|day| day.to_string()).unwrap_or_default()),
            ("practice", self.practice.clone()),
            ("evidence", self.evidence.clone()),
            ("resources", self.resources.clone()),
            ("status", self.status.clone()),
            ("why_not", self.why_not.clone()),
        ])
    }

    fn said(&self, world: &World) -> String {
        lines([
            Some(self.text.clone()),
            line("Who", self.owner(world).map(|person| person.name.clone()).unwrap_or_default()),
            line("By", self.due_on.map(|day| spoken(day, world.today)).unwrap_or_default()),
            line("Practice", &*self.practice),
            line("Seen in", &*self.evidence),
            line("It takes", &*self.resources),
            line("Where it is", words::of(&ACTION_STATUSES, &self.status)),
            line("Why not", &*self.why_not),
        ])
    }

    fn values(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("text", self.text.clone().into()),
            ("owner_id", self.owner_id.into()),
            ("due_on", self.due_on.into()),
            ("practice", self.practice.clone().into()),
            ("evidence", self.evidence.clone().into()),
            ("resources", self.resources.clone().into()),
            ("status", self.status.clone().into()),
            ("why_not", self.why_not.clone().into()),
        ]
    }
}
