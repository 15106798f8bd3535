//! All teams, each below the one it belongs to.

use askama::Template;
use axum::extract::Path;
use platform::{
    Cx,
    access::{
        May,
        actions::{Create, See},
    },
    db::TeamId,
    text::counted,
    web::{Answered, Shell, page},
};

use crate::teams::{Team, kind_words, policy::Teams, store};

struct Row {
    team: Team,
    kind: String,
    people: String,
    depth: usize,
}

#[derive(Template)]
#[template(path = "teams/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    may_create: bool,
}

pub(super) async fn list(may: May<See, Teams>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let teams = store::all(on).await?;
    let sizes = store::sizes(on, cx.today()).await?;
    let rows = in_tree(teams)
        .into_iter()
        .map(|(depth, team)| {
            let people = sizes.iter().find(|size| size.team_id == team.id).map_or(0, |size| size.people);
            let people = if people == 0 { "Nobody today".to_owned() } else { counted(people, "person", "people") };
            Row { kind: kind_words(&team.kind), people, depth: depth.min(3), team }
        })
        .collect();
    page(&List { shell: cx.shell("Teams", "/people"), rows, may_create: may.also::<Create>() })
}

/// `GET /teams/export/{ending}`: the file that brings the same teams in.
pub(super) async fn export(_: May<See, Teams>, cx: Cx, Path(ending): Path<String>) -> Answered {
    crate::teams::import::sheet(cx.db().read()).await?.download(&ending)
}

/// The teams in the order of a tree, each with its depth; those of one parent stay in the order they came.
fn in_tree(teams: Vec<Team>) -> Vec<(usize, Team)> {
    fn add(of: Option<TeamId>, depth: usize, left: &mut Vec<Team>, sorted: &mut Vec<(usize, Team)>) {
        let (here, others): (Vec<Team>, Vec<Team>) = left.drain(..).partition(|team| team.parent_id == of);
        *left = others;
        for team in here {
            let id = team.id;
            sorted.push((depth, team));
            add(Some(id), depth + 1, left, sorted);
        }
    }
    let mut left = teams;
    let mut sorted = Vec::with_capacity(left.len());
    add(None, 0, &mut left, &mut sorted);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(number: u128, parent: Option<u128>) -> Team {
        Team {
            id: TeamId(uuid::Uuid::from_u128(number)),
            slug: number.to_string(),
            name: String::new(),
            kind: String::new(),
            parent_id: parent.map(|id| TeamId(uuid::Uuid::from_u128(id))),
            purpose: String::new(),
            version: 1,
        }
    }

    #[test]
    fn each_team_stands_below_its_own() {
        let sorted = in_tree(vec![team(3, Some(1)), team(1, None), team(4, Some(3)), team(2, None)]);
        let order: Vec<(usize, String)> = sorted.into_iter().map(|(depth, team)| (depth, team.slug)).collect();
        let expected = [(0, "1"), (1, "3"), (2, "4"), (0, "2")].map(|(depth, slug)| (depth, slug.to_owned()));
        assert_eq!(order, expected);
    }
}
