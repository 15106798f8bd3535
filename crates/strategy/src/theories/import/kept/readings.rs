//! `theory-readings`: what measures of theories of action showed, day by day.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::PartnershipId;
use platform::{
    Error,
    access::Standing,
    db::{self, Db, FromQueryResult, PersonId, Value},
    import::{Column, Export, Form, Holds, Kind, Row},
    sheet::Sheet,
};

use super::{super::figure, Added, World, instant, run, text};
use crate::theories::{kept::WHY_MOST, rules::FIGURE_MOST};

const COLUMNS: &[Column] = &[
    Column::needed("partnership", Holds::Text, "the partnership's key").or(&["school", "site", "network"]),
    Column::needed("measure", Holds::Text, "the measure, as the theory of action names it"),
    Column::needed("date", Holds::Date, "the day on which it was read").or(&["day", "on_day"]),
    Column::needed("value", Holds::Number, "what it showed").or(&["reading", "figure"]),
    Column::optional("note", Holds::Text, "a note").prose(),
    Column::optional("author", Holds::Text, "the author's e-mail address; on a page, whoever brings the file in"),
    Column::optional("entered_at", Holds::Instant, "when it was written down; of two of a day the later one shows").or(&["when"]),
];

pub(in crate::theories) const KIND: Kind = Kind {
    name: "theory-readings",
    about: "Readings of the measures of theories of action, day by day. They are only added.",
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
    measure: String,
    on_day: NaiveDate,
    value: f64,
    note: String,
    author_id: PersonId,
    entered_at: DateTime<Utc>,
}

impl Added for Said {
    const TABLE: &'static str = "theory_reading";
    const COLUMNS: &'static str = "partnership_id, measure, on_day, value, note, author_id, entered_at";
    const WHEN: &'static str = "entered_at";

    fn of_row(row: &mut Row<'_>, world: &World<'_>, by: Option<PersonId>, at: Option<DateTime<Utc>>) -> Option<Self> {
        let partnership = row.filled("partnership").and_then(|_| world.places.find(row));
        let measure = row.required("measure");
        if let Some(named) = partnership.zip(measure.clone())
            && !world.measures.contains(&named)
        {
            let advice = "Write it as its theory of action does, to the letter.";
            row.refuse("measure", "No theory of action of this partnership has such a measure.", advice);
        }
        let day = row.filled("date").and_then(|_| row.date("date"));
        if day.is_some_and(|day| day > world.today) {
            row.refuse("date", "This day is still to come.", "Write the day on which it was read.");
        }
        let value = row.filled("value").and_then(|_| figure(row, "value"));
        if value.is_some_and(|value| value.abs() > FIGURE_MOST) {
            row.refuse(
                "value",
                "No measure of ours shows so much.",
                "Count in thousands or millions, and say so in the measure.",
            );
        }
        let note = text(row, "note", WHY_MOST);
        Some(Self {
            partnership_id: partnership?,
            measure: measure?,
            on_day: day?,
            value: value?,
            note,
            author_id: by?,
            entered_at: at?,
        })
    }

    fn at(&self) -> DateTime<Utc> {
        self.entered_at
    }

    fn says(&self) -> Vec<String> {
        vec![
            self.partnership_id.to_string(),
            self.measure.clone(),
            self.on_day.to_string(),
            self.value.to_string(),
            self.note.clone(),
            self.author_id.to_string(),
        ]
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.partnership_id.into(),
            self.measure.clone().into(),
            self.on_day.into(),
            self.value.into(),
            self.note.clone().into(),
            self.author_id.into(),
            self.entered_at.into(),
        ]
    }

    fn title(row: &Row<'_>) -> String {
        let cell = |column: &str| row.cell(column).unwrap_or_default();
        format!("{}, {}: {} on {}", cell("partnership"), cell("measure"), cell("value"), cell("date"))
    }
}

async fn export(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Told {
        partnership: String,
        measure: String,
        on_day: NaiveDate,
        value: f64,
        note: String,
        author: String,
        entered_at: DateTime<Utc>,
    }
    let sql = "select p.slug as partnership, r.measure, r.on_day, r.value, r.note, a.email as author, r.entered_at
         from theory_reading r join partnership p on p.id = r.partnership_id join person a on a.id = r.author_id
         where a.email is not null order by p.slug, r.measure, r.on_day, r.entered_at, r.id";
    let rows = db::rows::<Told>(db.read(), sql, vec![]).await?.into_iter().map(|told| {
        vec![
            told.partnership.into(),
            told.measure.into(),
            told.on_day.into(),
            told.value.into(),
            told.note.into(),
            told.author.into(),
            instant(told.entered_at).into(),
        ]
    });
    let header = COLUMNS.iter().map(|column| column.name).collect();
    Ok(Export::Table(Sheet { name: "theory-readings".to_owned(), header, rows: rows.collect() }))
}
