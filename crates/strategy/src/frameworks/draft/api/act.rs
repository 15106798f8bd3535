//! What can be done to a practice of a draft beside changing it: split, merge, retire, bring back, move. Each is a step.

use platform::{
    Error,
    access::{May, Routes, actions::Edit},
    api::{Call, Field, Fields, Flaw, Made, New, Problem, objects},
    web::Form,
};

use super::{
    super::{
        policy::OpenDraft,
        rules::{CODE_MOST, Direction, PARTS_MOST, REASON_MOST, TEXT_MOST, TITLE_MOST},
        verbs,
        web::act::{line_of, read_parts},
    },
    step::{self, Told},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_post(
            "/api/v1/framework-drafts/{draft}/practices/{line}/parts",
            "Split a practice of a draft\n\nThe first part stays where the practice is; the others follow it.",
            split,
        )
        .api_post(
            "/api/v1/framework-drafts/{draft}/practices/{line}/merger",
            "Let a practice of a draft take another one in, under one wording",
            merge,
        )
        .api_post("/api/v1/framework-drafts/{draft}/practices/{line}/retirement", "End a practice in a draft", retire)
        .api_post("/api/v1/framework-drafts/{draft}/practices/{line}/return", "Let a retired practice stand again", bring_back)
        .api_post(
            "/api/v1/framework-drafts/{draft}/practices/{line}/place",
            "Move a practice of a draft before or behind its neighbour",
            place,
        )
}

const VERSION: Field = Field::whole("version", 1, 1_000_000, "The version of the practice that it is meant for.").required();
const REASON: Field = Field::text("reason", REASON_MOST, "Why: those who come after us will ask.").required();
const TITLE: Field = Field::text("title", TITLE_MOST, "The wording.").required();
const GOOD: Field = Field::text("good", TEXT_MOST, "What good looks like.").required();

static PART: [Field; 3] = [Field::text("code", CODE_MOST, "The code.").required(), TITLE, GOOD];

struct Split;

impl Fields for Split {
    const NAME: &'static str = "DraftSplit";
    const FIELDS: &'static [Field] =
        &[VERSION, Field::objects("parts", PARTS_MOST, &PART, "What it is split into: two parts at least.").required(), REASON];
}

/// The answer for parts that need another look.
fn refused(form: &Form) -> Error {
    let flaws = form.errors().iter().map(|(field, word)| match field.split_once('-') {
        Some((member, place)) => Flaw::of("parts", format!("In {place}: {member}: {word}")),
        None => Flaw::of(field, word),
    });
    Problem::unfit(flaws.collect()).into()
}

async fn split(may: May<Edit, OpenDraft>, call: Call, new: New<Split>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        for (place, part) in (1..).zip(objects(&form, "parts")) {
            for (member, value) in part {
                form.put(&format!("{member}-{place}"), vec![value]);
            }
        }
        let parts = read_parts(&mut form);
        let reason = form.required("reason", "Why? A sentence is enough.", REASON_MOST);
        let (Some(reason), false) = (reason, form.has_errors()) else { return Err(refused(&form)) };
        let step = verbs::split(&may, cx, (line_of(&may)?, form.version()), &parts, &reason).await?;
        step::made(cx, &may.draft, step).await
    })
    .await
}

struct Merged;

impl Fields for Merged {
    const NAME: &'static str = "DraftMerger";
    const FIELDS: &'static [Field] = &[
        VERSION,
        Field::whole("with", 1, 1_000_000, "The number of the practice that it takes in.").required(),
        Field::whole("with_version", 1, 1_000_000, "The version of that practice.").required(),
        TITLE,
        GOOD,
        REASON,
    ];
}

async fn merge(may: May<Edit, OpenDraft>, call: Call, new: New<Merged>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let number = |form: &Form, name: &str| form.value(name).parse::<i32>().unwrap_or(0);
        let other = (number(&form, "with"), number(&form, "with_version"));
        let title = form.required("title", "What do we do, in one sentence for both?", TITLE_MOST);
        let good = form.required("good", "What does good look like, for both?", TEXT_MOST);
        let reason = form.required("reason", "Why? A sentence is enough.", REASON_MOST);
        let (Some(title), Some(good), Some(reason)) = (title, good, reason) else { return Err(New::<Merged>::refused(&form)) };
        let line = (line_of(&may)?, form.version());
        let step = verbs::merge(&may, cx, line, &[other], (&title, &good), &reason).await?;
        step::made(cx, &may.draft, step).await
    })
    .await
}

struct Retired;

impl Fields for Retired {
    const NAME: &'static str = "DraftRetirement";
    const FIELDS: &'static [Field] = &[VERSION, REASON];
}

async fn retire(may: May<Edit, OpenDraft>, call: Call, new: New<Retired>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let reason = form.required("reason", "Why? A sentence is enough.", REASON_MOST);
        let Some(reason) = reason else { return Err(New::<Retired>::refused(&form)) };
        let step = verbs::retire(&may, cx, (line_of(&may)?, form.version()), &reason).await?;
        step::made(cx, &may.draft, step).await
    })
    .await
}

struct Returned;

impl Fields for Returned {
    const NAME: &'static str = "DraftReturn";
    const FIELDS: &'static [Field] =
        &[VERSION, Field::text("reason", REASON_MOST, "Why it differs from what is published; empty where it does not.")];
}

async fn bring_back(may: May<Edit, OpenDraft>, call: Call, new: New<Returned>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let mut form = new.form();
        let Some(reason) = form.optional("reason", REASON_MOST) else { return Err(New::<Returned>::refused(&form)) };
        let step = verbs::bring_back(&may, cx, (line_of(&may)?, form.version()), &reason).await?;
        step::made(cx, &may.draft, step).await
    })
    .await
}

struct Moved;

impl Fields for Moved {
    const NAME: &'static str = "DraftMove";
    const FIELDS: &'static [Field] = &[Field::choice("direction", &["up", "down"], "Where it goes.").required()];
}

async fn place(may: May<Edit, OpenDraft>, call: Call, new: New<Moved>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let direction = if new.form().value("direction") == "up" { Direction::Up } else { Direction::Down };
        let step = verbs::place(&may, cx, line_of(&may)?, direction).await?;
        step::made(cx, &may.draft, step).await
    })
    .await
}
