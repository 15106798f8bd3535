//! Files of kind `teams`.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use platform::{
    access::roles,
    clock,
    db::{self, ConnectionTrait, Db, DbErr, FromQueryResult, TeamId},
    import::{self, Column, Export, Form, Holds, Kind, Refusal, Source, Taking, Tally, changes},
    room::Answer,
    search::{self, Audience},
    sheet::Sheet,
    text::folded,
};

use super::{KINDS, subject};

pub(crate) const KIND: Kind = Kind {
    name: "teams",
    about: "Teams, subteams, regions and working groups.",
    columns: &[
        Column::needed("team", Holds::Text, "the team's key").or(&["key", "team key"]),
        Column::needed("name", Holds::Text, "the team's name").or(&["team name"]),
        Column::needed("kind", Holds::Word(&KIND_WORDS), "organisation, national, subteam, region or working-group")
            .or(&["type"]),
        Column::optional("parent", Holds::Text, "the key of the team it belongs to").or(&["part of", "belongs to"]),
        Column::optional("purpose", Holds::Text, "what it is for").prose().or(&["about"]),
    ],
    form: Form::Table,
    may: |who| who.holds(&[roles::OPERATOR]),
    opens_doors: false,
    run,
    export,
};

const KIND_WORDS: [&str; 5] = [KINDS[0].0, KINDS[1].0, KINDS[2].0, KINDS[3].0, KINDS[4].0];

fn export(db: &Db) -> Answer<'_, Export> {
    Box::pin(async move { Ok(Export::Table(sheet(db.read()).await?)) })
}

/// All teams, each below the one that it belongs to.
pub(super) async fn sheet(on: &impl ConnectionTrait) -> Result<Sheet, DbErr> {
    let sql = "select id, slug, name, kind, parent_id, purpose from team order by slug";
    let mut left: Vec<TeamRow> = db::rows(on, sql, vec![]).await?;
    let slugs: BTreeMap<TeamId, String> = left.iter().map(|team| (team.id, team.slug.clone())).collect();
    let mut written: BTreeSet<TeamId> = BTreeSet::new();
    let mut rows = Vec::new();
    while !left.is_empty() {
        let count = left.len();
        left.retain(|team| {
            if team.parent_id.is_some_and(|parent| !written.contains(&parent)) {
                return true;
            }
            written.insert(team.id);
            rows.push(vec![
                team.slug.clone().into(),
                team.name.clone().into(),
                team.kind.clone().into(),
                team.parent_id.and_then(|parent| slugs.get(&parent).cloned()).into(),
                team.purpose.clone().into(),
            ]);
            false
        });
        // No rule lets teams belong to themselves; if they did, going on would never end.
        if left.len() == count {
            break;
        }
    }
    let header = KIND.columns.iter().map(|column| column.name).collect();
    Ok(Sheet { name: "teams".to_owned(), header, rows })
}

#[derive(PartialEq, FromQueryResult)]
struct TeamRow {
    id: TeamId,
    slug: String,
    name: String,
    kind: String,
    parent_id: Option<TeamId>,
    purpose: String,
}

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let known: Vec<TeamRow> =
            db::rows(&**taking.tx, "select id, slug, name, kind, parent_id, purpose from team", vec![]).await?;
        let known: BTreeMap<String, TeamRow> = known.into_iter().map(|team| (team.slug.clone(), team)).collect();
        let (teams, refused) = read(taking, sources, &known);
        let mut tally = Tally { refused, ..Tally::default() };
        for (row, team) in teams {
            let title = || team.name.clone();
            let sql = match known.get(&team.slug) {
                Some(old) if *old == team => {
                    tally.add_same(row, title);
                    continue;
                }
                Some(old) => {
                    tally.add_changed(row, title, || {
                        changes(&[
                            ("name", old.name.clone(), team.name.clone()),
                            ("kind", old.kind.clone(), team.kind.clone()),
                            ("purpose", old.purpose.clone(), team.purpose.clone()),
                        ])
                    });
                    "update team set slug = $2, name = $3, folded = $4, kind = $5, parent_id = $6, purpose = $7, version = version + 1
                     where id = $1"
                }
                None => {
                    tally.add_new(row, title);
                    "insert into team (id, slug, name, folded, kind, parent_id, purpose, version) values ($1, $2, $3, $4, $5, $6, $7, 1)"
                }
            };
            let found = subject(&team.slug, &team.name);
            search::put(taking.tx, taking.app.db.engine(), &found, &team.purpose, "", &Audience::Staff).await?;
            db::exec(
                &**taking.tx,
                sql,
                vec![
                    team.id.into(),
                    team.slug.into(),
                    team.name.clone().into(),
                    folded(&team.name).into(),
                    team.kind.into(),
                    team.parent_id.into(),
                    team.purpose.into(),
                ],
            )
            .await?;
        }
        Ok(tally)
    })
}

fn read(taking: &Taking<'_>, sources: &[Source], known: &BTreeMap<String, TeamRow>) -> (Vec<(u64, TeamRow)>, Vec<Refusal>) {
    let mut ids: BTreeMap<String, TeamId> = known.values().map(|team| (team.slug.clone(), team.id)).collect();
    let refused = RefCell::new(Vec::new());
    let mut parents: BTreeMap<TeamId, TeamId> = known.values().filter_map(|team| Some((team.id, team.parent_id?))).collect();
    let kinds = KINDS.map(|(kind, _)| kind);
    let mut seen = BTreeMap::new();
    let mut teams = Vec::new();
    for table in import::tables(sources) {
        for mut row in table.rows(&refused) {
            let (slug, name) = (row.required("team"), row.required("name"));
            let kind = row.required("kind").and(row.choice("kind", &kinds));
            let old = slug.as_ref().and_then(|slug| known.get(slug));
            // A column that the file lacks leaves what is known.
            let kept = |column: &str| old.filter(|_| !table.has(column));
            let purpose = kept("purpose").map_or_else(|| row.text("purpose").unwrap_or_default(), |old| old.purpose.clone());
            let parent_name = row.text("parent");
            let parent_id = kept("parent")
                .map_or_else(|| parent_name.as_ref().and_then(|parent| ids.get(parent).copied()), |old| old.parent_id);
            if parent_name.is_some() && parent_id.is_none() {
                row.refuse("parent", "There is no team of that key yet.", "Put the team that others belong to above them.");
            }
            if slug.as_ref().is_some_and(|slug| *slug != db::slug_of(slug)) {
                row.refuse(
                    "team",
                    "This can't be part of an address.",
                    "Write the key in small letters and digits, parted by hyphens.",
                );
            }
            if let Some(before) = slug.as_ref().and_then(|slug| seen.insert(slug.clone(), row.number)) {
                row.refuse("team", &format!("Row {before} is about the same team."), "Keep one of the two.");
            }
            if let Some((child, parent)) = slug.as_ref().and_then(|slug| ids.get(slug).copied()).zip(parent_id) {
                parents.insert(child, parent);
                if goes_round(&parents, child) {
                    row.refuse(
                        "parent",
                        "The team would belong to itself.",
                        "Follow the parents upwards: they must end at a team that has none.",
                    );
                }
            }
            let (Some(slug), Some(name), Some(kind), false) = (slug, name, kind, row.is_refused()) else { continue };
            let id = ids.get(&slug).copied().unwrap_or_else(|| TeamId(clock::new_id(taking.now)));
            ids.insert(slug.clone(), id);
            teams.push((row.number, TeamRow { id, slug, name, kind, parent_id, purpose }));
        }
    }
    (teams, refused.into_inner())
}

/// Whether following the parents of a team leads back to one that was passed.
fn goes_round(parents: &BTreeMap<TeamId, TeamId>, from: TeamId) -> bool {
    let mut passed = BTreeSet::from([from]);
    let mut at = from;
    while let Some(parent) = parents.get(&at) {
        if !passed.insert(*parent) {
            return true;
        }
        at = *parent;
    }
    false
}
