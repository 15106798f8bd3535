//! Support models: the kinds of partnership that the organisation offers, each with its dose. They come from the content
//! pack, by way of the import of frameworks.

mod web;

use platform::db::{self, ConnectionTrait, DbErr, FromQueryResult, Tx};

pub(crate) use web::routes;

/// A kind of partnership.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct SupportModel {
    /// Its readable key: `intensive`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its dose: days a week at a site.
    pub days_per_week: f64,
    /// The upper end, where the dose is a range.
    pub days_per_week_most: Option<f64>,
    /// Hours a month in which sites meet.
    pub convening_hours_per_month: Option<f64>,
    /// How many sites work together.
    pub sites: String,
    /// Who does the work.
    pub staffing: String,
    /// How the work looks.
    pub shape: String,
    /// Its place among the models.
    pub position: i32,
}

/// What [`put`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The model was not there before.
    New,
    /// The model said something else before.
    Changed,
    /// The model was there already.
    Same,
}

impl SupportModel {
    /// The dose in words: `1½ to 2 days a week`.
    #[must_use]
    pub fn dose(&self) -> String {
        match self.days_per_week_most {
            Some(most) if most > self.days_per_week => {
                format!("{} to {}", crate::words::rate(self.days_per_week), crate::words::a_week(most))
            }
            _ => crate::words::a_week(self.days_per_week),
        }
    }

    /// The meetings of sites in words; empty without any.
    #[must_use]
    pub fn convening(&self) -> String {
        self.convening_hours_per_month.map(|hours| format!("{} hours a month", crate::words::hours(hours))).unwrap_or_default()
    }
}

/// All models, in their order.
///
/// # Errors
/// The database's own.
pub async fn all(on: &impl ConnectionTrait) -> Result<Vec<SupportModel>, DbErr> {
    db::rows(
        on,
        "select id, name, days_per_week, days_per_week_most, convening_hours_per_month, sites, staffing, shape, position
         from support_model order by position, id",
        vec![],
    )
    .await
}

/// Puts a model in place of what was there.
///
/// # Errors
/// The database's own.
pub async fn put(tx: &Tx, model: &SupportModel) -> Result<Put, DbErr> {
    let before = all(&**tx).await?.into_iter().find(|other| other.id == model.id);
    if before.as_ref() == Some(model) {
        return Ok(Put::Same);
    }
    db::exec(
        &**tx,
        "insert into support_model
           (id, name, days_per_week, days_per_week_most, convening_hours_per_month, sites, staffing, shape, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (id) do update set name = excluded.name, days_per_week = excluded.days_per_week,
           days_per_week_most = excluded.days_per_week_most,
           convening_hours_per_month = excluded.convening_hours_per_month, sites = excluded.sites,
           staffing = excluded.staffing, shape = excluded.shape, position = excluded.position",
        vec![
            model.id.clone().into(),
            model.name.clone().into(),
            model.days_per_week.into(),
            model.days_per_week_most.into(),
            model.convening_hours_per_month.into(),
            model.sites.clone().into(),
            model.staffing.clone().into(),
            model.shape.clone().into(),
            model.position.into(),
        ],
    )
    .await?;
    Ok(if before.is_none() { Put::New } else { Put::Changed })
}
