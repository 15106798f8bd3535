//! All versions that are out, as a file that brings the same in again.

use chrono::NaiveDate;
use platform::db::FromQueryResult;
use platform::{
    Error,
    db::{self, Db},
    import::Export,
    sheet::{Cell, Sheet},
};

use super::super::store;
use crate::TheoryVersionId;

#[derive(FromQueryResult)]
struct Row {
    id: TheoryVersionId,
    partnership: String,
    number: i32,
    effective_from: NaiveDate,
    why_changed: String,
}

pub(super) async fn export(db: &Db) -> Result<Export, Error> {
    let sql = "select v.id, p.slug as partnership, v.number, v.effective_from, v.why_changed
         from theory_version v join partnership p on p.id = v.partnership_id
         where v.published_at is not null order by p.slug, v.number";
    let mut rows = Vec::new();
    for version in db::rows::<Row>(db.read(), sql, vec![]).await? {
        let nodes = store::nodes_of(db.read(), version.id).await?;
        for (position, node) in (1_i32..).zip(nodes) {
            let measure = node.measure.as_ref();
            let first = position == 1;
            rows.push(vec![
                format!("{}.v{}", version.partnership, version.number).into(),
                version.partnership.as_str().into(),
                version.number.into(),
                version.effective_from.into(),
                if first { version.why_changed.as_str().into() } else { Cell::Empty },
                node.key.into(),
                Cell::from(node.parent),
                node.kind.key().into(),
                position.into(),
                node.text.into(),
                node.students.into(),
                node.because.into(),
                node.practices.join(";").into(),
                node.indicators.join(";").into(),
                Cell::from(measure.map(|measure| measure.name.clone())),
                Cell::from(measure.map(|measure| measure.kind.key())),
                Cell::from(measure.and_then(|measure| measure.baseline)),
                Cell::from(measure.and_then(|measure| measure.target)),
            ]);
        }
    }
    let header = super::COLUMNS.iter().map(|column| column.name).collect();
    Ok(Export::Table(Sheet { name: "theories".to_owned(), header, rows }))
}
