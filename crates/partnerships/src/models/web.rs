//! The page of the support models.

use askama::Template;
use platform::{
    Cx,
    access::{Kind, May, Policy, Routes, Standing, Whole, actions::See},
    db::{self, FromQueryResult},
    web::{Answered, Shell, page},
};

use super::SupportModel;

#[derive(Default)]
pub(crate) struct SupportModels;

impl Whole for SupportModels {
    const NAME: &'static str = "support models";
}

impl Policy<See> for SupportModels {
    fn permits(who: &Standing, _: &Self) -> bool {
        match who.kind {
            Kind::Staff | Kind::Partner => true,
            Kind::Alumnus => false,
        }
    }
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/support-models", show)
}

#[derive(Template)]
#[template(path = "models/show.html")]
struct Show {
    shell: Shell,
    models: Vec<(SupportModel, i64)>,
    for_staff: bool,
}

#[derive(FromQueryResult)]
struct Count {
    model_id: String,
    partnerships: i64,
}

async fn show(may: May<See, SupportModels>, cx: Cx) -> Answered {
    let models = super::all(cx.db().read()).await?;
    let counts = db::rows::<Count>(
        cx.db().read(),
        "select model_id, count(*) as partnerships from partnership where status = 'active' group by model_id",
        vec![],
    )
    .await?;
    let models = models
        .into_iter()
        .map(|model| {
            let count = counts.iter().find(|count| count.model_id == model.id).map_or(0, |count| count.partnerships);
            (model, count)
        })
        .collect();
    page(&Show { shell: cx.shell("Support models", "/partnerships"), models, for_staff: may.who().is_staff() })
}
