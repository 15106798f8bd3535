//! How a theory does as time goes: the answers of the cycles, and readings of its measures. Both are only added.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{
    calendar::SchoolYear,
    partnerships::{Partnership, Record},
};
use platform::{
    Cx, Error,
    access::{May, PathIds, Routes, actions::See},
    api::{Call, Field, Fields, Item, Listing, Made, New},
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    super::{
        kept::{self, ANSWERS, SignedAnswer, SignedReading, WHY_MOST},
        rules::{FIGURE_MOST, MEASURE_MOST},
        web::progress::{cycle, read_answer, read_reading, theory},
    },
    Paged,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/partnerships/{partnership}/theory-answers",
            "List a partnership's answers to “Are we on track with our theory of action?”, the newest first",
            answers,
        )
        .api_get("/api/v1/partnerships/{partnership}/theory-answers/{answer}", "Read an answer", one_answer)
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-answers",
            "Answer “Are we on track with our theory of action?”\n\nIt is said about the version that counts, in the cycle that today lies in or that comes next.",
            answer,
        )
        .api_get(
            "/api/v1/partnerships/{partnership}/theory-readings",
            "List the readings of the measures of a partnership's theory of action, measure by measure, the newest first\n\nThose who record there read them; the newest of each stands on the theory of action.",
            readings,
        )
        .api_get("/api/v1/partnerships/{partnership}/theory-readings/{reading}", "Read a reading of a measure", one_reading)
        .api_post(
            "/api/v1/partnerships/{partnership}/theory-readings",
            "Write down what a measure of a partnership's theory of action showed on a day",
            record_reading,
        )
}

/// An answer to “Are we on track with our theory of action?”.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryAnswer")]
struct ToldAnswer {
    /// The key.
    key: Uuid,
    /// The partnership's key.
    partnership: String,
    /// The number of the version that it is about.
    version: i32,
    /// The school year.
    school_year: String,
    /// The number of the cycle.
    cycle: i32,
    /// `yes`, `partly` or `no`.
    answer: String,
    /// Why.
    why: String,
    /// What that rests on.
    rests_on: String,
    /// The author's key.
    author: String,
    /// The author's name.
    author_name: String,
    /// When.
    answered_at: DateTime<Utc>,
}

fn tell_answer(partnership: &Partnership, row: SignedAnswer) -> ToldAnswer {
    let SignedAnswer { id, answer, author_slug } = row;
    ToldAnswer {
        key: id,
        partnership: partnership.slug.clone(),
        version: answer.number,
        school_year: SchoolYear(answer.school_year).key(),
        cycle: answer.cycle,
        answer: answer.answer,
        why: answer.why,
        rests_on: answer.rests_on,
        author: author_slug,
        author_name: answer.author,
        answered_at: answer.answered_at,
    }
}

/// What a measure showed on a day.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TheoryReading")]
struct ToldReading {
    /// The key.
    key: Uuid,
    /// The partnership's key.
    partnership: String,
    /// What is counted: the name of the measure.
    measure: String,
    /// The day on which it was read.
    date: NaiveDate,
    /// What it showed.
    value: f64,
    /// Where the figure is from, or what else there is to know about it.
    note: String,
    /// The author's key.
    author: String,
    /// The author's name.
    author_name: String,
    /// When it was written down.
    entered_at: DateTime<Utc>,
}

fn tell_reading(partnership: &Partnership, row: SignedReading) -> ToldReading {
    ToldReading {
        key: row.id,
        partnership: partnership.slug.clone(),
        measure: row.reading.measure,
        date: row.reading.on_day,
        value: row.reading.value,
        note: row.note,
        author: row.author_slug,
        author_name: row.author,
        entered_at: row.entered_at,
    }
}

fn id_of(ids: &PathIds, name: &str) -> Result<Uuid, Error> {
    ids.get(name)?.parse().map_err(|_| Error::NotFound)
}

async fn answers(may: May<See, Partnership>, call: Call<Paged>) -> Result<Listing<ToldAnswer>, Error> {
    let all = kept::all_answers(call.db().read(), may.thing().id).await?;
    let page = call.window().page_of_all(all, |row: &SignedAnswer| row.id.to_string());
    Ok(Listing::of(&call, page, |row| tell_answer(may.thing(), row)))
}

async fn told_answer(cx: &Cx, partnership: &Partnership, id: Uuid) -> Result<ToldAnswer, Error> {
    let row = kept::one_answer(cx.db().read(), partnership.id, id).await?.ok_or(Error::NotFound)?;
    Ok(tell_answer(partnership, row))
}

async fn one_answer(may: May<See, Partnership>, call: Call) -> Result<Item<ToldAnswer>, Error> {
    Ok(Item::fixed(told_answer(&call, may.thing(), id_of(may.ids(), "answer")?).await?))
}

const ANSWER_WORDS: [&str; ANSWERS.len()] = {
    let mut keys = [""; ANSWERS.len()];
    let mut place = 0;
    while place < keys.len() {
        keys[place] = ANSWERS[place].0;
        place += 1;
    }
    keys
};

struct Answered;

impl Fields for Answered {
    const NAME: &'static str = "TheoryAnswer";
    const FIELDS: &'static [Field] = &[
        Field::choice("answer", &ANSWER_WORDS, "Whether you are on track.").required(),
        Field::text("why", WHY_MOST, "What makes you say so.").required(),
        Field::text("rests_on", WHY_MOST, "What that rests on."),
    ];
}

async fn answer(may: May<Record, Partnership>, call: Call, new: New<Answered>) -> Result<Made<ToldAnswer>, Error> {
    new.make(&call, may.who(), async |cx| {
        let partnership = may.thing();
        let theory = theory(cx, partnership).await?;
        let cycle = cycle(cx, may.thing().id).await?.ok_or(Error::NotFound)?;
        let mut form = new.form();
        let Some(said) = read_answer(&mut form, &theory) else { return Err(New::<Answered>::refused(&form)) };
        let id = kept::answer(&may, cx, &cycle, &said).await?;
        let at = format!("/api/v1/partnerships/{}/theory-answers/{id}", partnership.slug);
        Ok(Made::at(at, None, told_answer(cx, partnership, id).await?))
    })
    .await
}

async fn readings(may: May<Record, Partnership>, call: Call<Paged>) -> Result<Listing<ToldReading>, Error> {
    let all = kept::all_readings(call.db().read(), may.thing().id).await?;
    let page = call.window().page_of_all(all, |row: &SignedReading| row.id.to_string());
    Ok(Listing::of(&call, page, |row| tell_reading(may.thing(), row)))
}

async fn told_reading(cx: &Cx, partnership: &Partnership, id: Uuid) -> Result<ToldReading, Error> {
    let row = kept::one_reading(cx.db().read(), partnership.id, id).await?.ok_or(Error::NotFound)?;
    Ok(tell_reading(partnership, row))
}

async fn one_reading(may: May<Record, Partnership>, call: Call) -> Result<Item<ToldReading>, Error> {
    Ok(Item::fixed(told_reading(&call, may.thing(), id_of(may.ids(), "reading")?).await?))
}

struct Read;

impl Fields for Read {
    const NAME: &'static str = "TheoryReading";
    const FIELDS: &'static [Field] = &[
        Field::text("measure", MEASURE_MOST, "The name of a measure of the version that counts.").required(),
        Field::date("date", "The day on which it was read; no later one than today.").required().in_form("on_day"),
        Field::number("value", -FIGURE_MOST, FIGURE_MOST, "What it showed.").required(),
        Field::text("note", WHY_MOST, "Where the figure is from, or what else there is to know about it."),
    ];
}

async fn record_reading(may: May<Record, Partnership>, call: Call, new: New<Read>) -> Result<Made<ToldReading>, Error> {
    new.make(&call, may.who(), async |cx| {
        let partnership = may.thing();
        let theory = theory(cx, partnership).await?;
        let mut form = new.form();
        let Some(read) = read_reading(&mut form, &theory, cx.today()) else { return Err(New::<Read>::refused(&form)) };
        let id = kept::read(&may, cx, &read).await?;
        let at = format!("/api/v1/partnerships/{}/theory-readings/{id}", partnership.slug);
        Ok(Made::at(at, None, told_reading(cx, partnership, id).await?))
    })
    .await
}
