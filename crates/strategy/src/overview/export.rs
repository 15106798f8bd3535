//! The overview's tables as files.

use axum::extract::RawQuery;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    sheet::{Cell, Sheet},
    web::Answered,
};

use super::{choice::Choice, data::Data, heat::heat, lanes::by_model, policy::Overview};

/// Answers the table that the address names.
pub(super) async fn download(may: May<See, Overview>, cx: Cx, RawQuery(query): RawQuery) -> Answered {
    let data = Data::read(&cx, may.who(), Choice::read(query.as_deref())).await?.ok_or(Error::NotFound)?;
    let sheet = match may.ids().get("table")? {
        "partnerships" => partnerships(&data),
        "practices" => practices(&data),
        "models" => models(&data),
        _ => return Err(Error::NotFound),
    };
    sheet.download(may.ids().get("ending")?)
}

fn partnerships(data: &Data) -> Sheet {
    let rows = data.chosen().map(|work| {
        let (partnership, assessment) = (&work.partnership, &work.assessment);
        let waiting = assessment.waiting.iter().map(|waiting| waiting.code.as_str()).collect::<Vec<_>>().join("; ");
        vec![
            partnership.name.as_str().into(),
            partnership.team_name.as_str().into(),
            partnership.model_name.as_str().into(),
            partnership.network.clone().into(),
            data.year.key().into(),
            assessment.state.key().into(),
            assessment.all.due.into(),
            assessment.all.enacted.into(),
            assessment.all.not_applicable.into(),
            assessment.vip_state.key().into(),
            assessment.vips.due.into(),
            assessment.vips.enacted.into(),
            waiting.into(),
            rounded(work.dose.planned_days),
            rounded(work.dose.delivered_days),
        ]
    });
    Sheet {
        name: format!("partnerships-{}", data.year.key()),
        header: vec![
            "partnership",
            "team",
            "model",
            "network",
            "school_year",
            "state",
            "due",
            "enacted",
            "not_applicable",
            "vip_state",
            "vips_due",
            "vips_enacted",
            "waiting",
            "planned_days",
            "delivered_days",
        ],
        rows: rows.collect(),
    }
}

fn practices(data: &Data) -> Sheet {
    let heat = heat(data);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for row in &heat.rows {
        for (column, cell) in heat.columns.iter().zip(&row.cells).filter(|(_, cell)| cell.applies) {
            rows.push(vec![
                row.code.as_str().into(),
                row.title.as_str().into(),
                if row.vip { "yes" } else { "no" }.into(),
                column.team.as_str().into(),
                column.model.as_str().into(),
                data.year.key().into(),
                cell.uptake.of.into(),
                cell.uptake.enacted.into(),
                cell.uptake.well().into(),
                cell.uptake.under_way.into(),
                cell.uptake.not_applicable.into(),
            ]);
        }
    }
    Sheet {
        name: format!("practices-{}", data.year.key()),
        header: vec![
            "code",
            "title",
            "vip",
            "team",
            "model",
            "school_year",
            "partnerships",
            "enacted",
            "enacted_well",
            "under_way",
            "not_applicable",
        ],
        rows,
    }
}

fn models(data: &Data) -> Sheet {
    let count = |count: usize| Cell::from(i64::try_from(count).unwrap_or_default());
    let rows = by_model(data).into_iter().map(|row| {
        let [on_track, wobbling, off_track, nothing_due, all] = row.counts;
        vec![row.name.into(), count(on_track), count(wobbling), count(off_track), count(nothing_due), count(all)]
    });
    Sheet {
        name: format!("models-{}", data.year.key()),
        header: vec!["model", "on_track", "wobbling", "off_track", "nothing_due", "in_all"],
        rows: rows.collect(),
    }
}

fn rounded(days: f64) -> Cell {
    ((days * 10.0).round() / 10.0).into()
}
