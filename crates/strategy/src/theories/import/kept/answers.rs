//! `theory-answers`: whether a partnership was on track with its theory of action, cycle by cycle.

use chrono::{DateTime, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::{
    Error,
    access::Standing,
    db::{self, Db, FromQueryResult, PersonId, Value},
    import::{Column, Export, Form, Holds, Kind, Row},
    sheet::Sheet,
};

use super::{Added, World, instant, run, text};
use crate::theories::kept::WHY_MOST;

const WORDS: [&str; 3] = ["yes", "partly", "no"];

const COLUMNS: &[Column] = &[
    Column::needed("partnership", Holds::Text, "the partnership's key").or(&["school", "site", "network"]),
    Column::needed("version", Holds::Number, "the number of the version that it is about"),
    Column::needed("school_year", Holds::SchoolYear, "the school year, such as 2026-27").or(&["year"]),
    Column::needed("cycle", Holds::Number, "the cycle's number"),
    Column::needed("answer", Holds::Word(&WORDS), "yes, partly or no").or(&["on track"]),
    Column::needed("why", Holds::Text, "what makes the author say so").prose(),
    Column::optional("rests_on", Holds::Text, "what it rests on").prose(),
    Column::optional("author", Holds::Text, "the author's e-mail address; on a page, whoever brings the file in"),
    Column::optional("answered_at", Holds::Instant, "when it was answered; the newest answer of a cycle comes first")
        .or(&["when", "date"]),
];

pub(in crate::theories) const KIND: Kind = Kind {
    name: "theory-answers",
    about: "Answers to “Are we on track with our theory of action?”, cycle by cycle. They are only added.",
    columns: COLUMNS,
    form: Form::Table,
    may: Standing::is_staff,
    opens_doors: false,
    run: |taking, sources| Box::pin(run::<Said>(taking, sources)),
    export: |db| Box::pin(export(db)),
};

#[derive(FromQueryResult)]
struct Said {
    partnership_id: PartnershipId,
    number: i32,
    school_year: i32,
    cycle: i32,
    answer: String,
    why: String,
    rests_on: String,
    author_id: PersonId,
    answered_at: DateTime<Utc>,
}

impl Added for Said {
    const TABLE: &'static str = "theory_answer";
    const COLUMNS: &'static str = "partnership_id, number, school_year, cycle, answer, why, rests_on, author_id, answered_at";
    const WHEN: &'static str = "answered_at";

    fn of_row(row: &mut Row<'_>, world: &World<'_>, by: Option<PersonId>, at: Option<DateTime<Utc>>) -> Option<Self> {
        let partnership = row.filled("partnership").and_then(|_| world.places.find(row));
        let number = row.filled("version").and_then(|_| row.number::<i32>("version"));
        if let Some(version) = partnership.zip(number)
            && !world.versions.contains(&version)
        {
            row.refuse("version", "No version of that number is out there.", "Use the number that its theory of action shows.");
        }
        let year = match row.filled("school_year").map(str::parse::<SchoolYear>) {
            Some(Err(_)) => {
                row.refuse("school_year", "This is not a school year.", "Write it as 2026-27.");
                None
            }
            year => year.and_then(Result::ok),
        };
        let cycle = row.filled("cycle").and_then(|_| row.number::<i32>("cycle"));
        if cycle.is_some_and(|cycle| !world.cycles.contains(&cycle)) {
            row.refuse("cycle", "A school year has no such cycle.", "Use the number of a cycle of the framework.");
        }
        let answer = row.filled("answer").and_then(|_| row.choice("answer", &WORDS));
        row.filled("why");
        let (why, rests_on) = (text(row, "why", WHY_MOST), text(row, "rests_on", WHY_MOST));
        Some(Self {
            partnership_id: partnership?,
            number: number?,
            school_year: year?.0,
            cycle: cycle?,
            answer: answer?,
            why,
            rests_on,
            author_id: by?,
            answered_at: at?,
        })
    }

    fn at(&self) -> DateTime<Utc> {
        self.answered_at
    }

    fn says(&self) -> Vec<String> {
        vec![
            self.partnership_id.to_string(),
            self.number.to_string(),
            self.school_year.to_string(),
            self.cycle.to_string(),
            self.answer.clone(),
            self.why.clone(),
            self.rests_on.clone(),
            self.author_id.to_string(),
        ]
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.partnership_id.into(),
            self.number.into(),
            self.school_year.into(),
            self.cycle.into(),
            self.answer.clone().into(),
            self.why.clone().into(),
            self.rests_on.clone().into(),
            self.author_id.into(),
            self.answered_at.into(),
        ]
    }

    fn title(row: &Row<'_>) -> String {
        let cell = |column: &str| row.cell(column).unwrap_or_default();
        format!("{}, {} cycle {}: {}", cell("partnership"), cell("school_year"), cell("cycle"), cell("answer"))
    }
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Told {
        partnership: String,
        number: i32,
        school_year: i32,
        cycle: i32,
        answer: String,
        why: String,
        rests_on: String,
        author: String,
        answered_at: DateTime<Utc>,
    }
    let sql = "select p.slug as partnership, s.number, s.school_year, s.cycle, s.answer, s.why, s.rests_on, a.email as author,
           s.answered_at
         from theory_answer s join partnership p on p.id = s.partnership_id join person a on a.id = s.author_id
         where a.email is not null order by p.slug, s.school_year, s.cycle, s.answered_at, s.id";
    let rows = db::rows::<Told>(db.read(), sql, vec![]).await?.into_iter().map(|told| {
        vec![
            told.partnership.into(),
            told.number.into(),
            SchoolYear(told.school_year).key().into(),
            told.cycle.into(),
            told.answer.into(),
            told.why.into(),
            told.rests_on.into(),
            told.author.into(),
            instant(told.answered_at).into(),
        ]
    });
    let header = COLUMNS.iter().map(|column| column.name).collect();
    Ok(Export::Table(Sheet { name: "theory-answers".to_owned(), header, rows: rows.collect() }))
}
