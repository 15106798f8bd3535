//! What an overview looks at; all of it stands in the address.

use partnerships::{
    calendar::SchoolYear,
    partnerships::{Partnership, WorkingTeam},
};
use platform::access::Standing;

/// What an address asks for; an empty text leaves its part open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// A team's key; `None` when the address says nothing about teams, which is the visitor's own.
    pub team: Option<String>,
    /// A support model's id.
    pub model: String,
    /// A network's key.
    pub network: String,
    /// A school year; `None` for the present one.
    pub year: Option<SchoolYear>,
    /// One cycle alone, for the map of practices.
    pub cycle: Option<i32>,
    /// Only very important practices.
    pub vips: bool,
    /// A practice's code, for the partnerships behind a cell.
    pub practice: String,
}

/// The word in the address for all teams.
pub(super) const ALL_TEAMS: &str = "all";

impl Choice {
    /// Reads the part of an address after its question mark; what nobody knows is passed over.
    pub(super) fn read(query: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> = serde_html_form::from_str(query.unwrap_or_default()).unwrap_or_default();
        let mut choice = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "team" => choice.team = (!value.is_empty()).then_some(value),
                "model" => choice.model = value,
                "network" => choice.network = value,
                "year" => choice.year = value.parse().ok(),
                "cycle" => choice.cycle = value.parse().ok(),
                "practices" => choice.vips = value == "vips",
                "practice" => choice.practice = value,
                _ => {}
            }
        }
        choice
    }

    /// The same with a team: the visitor's own where the address names none, all where there is no such team.
    pub(super) fn settled(mut self, who: &Standing, teams: &[WorkingTeam]) -> Self {
        let own = || teams.iter().find(|team| who.sits_in(team.id)).map(|team| team.slug.clone());
        let team = self.team.take().or_else(own).filter(|slug| teams.iter().any(|team| team.slug == *slug));
        self.team = Some(team.unwrap_or_else(|| ALL_TEAMS.to_owned()));
        self
    }

    /// The team, when it is one.
    pub(super) fn team<'a>(&self, teams: &'a [WorkingTeam]) -> Option<&'a WorkingTeam> {
        teams.iter().find(|team| self.team.as_ref() == Some(&team.slug))
    }

    /// The address' part after the question mark that says the same.
    pub(super) fn query(&self) -> String {
        let year = self.year.map(SchoolYear::key).unwrap_or_default();
        let cycle = self.cycle.map(|cycle| cycle.to_string()).unwrap_or_default();
        let pairs = [
            ("practice", self.practice.as_str()),
            ("team", self.team.as_deref().unwrap_or_default()),
            ("model", &self.model),
            ("network", &self.network),
            ("year", &year),
            ("cycle", &cycle),
            ("practices", if self.vips { "vips" } else { "" }),
        ];
        serde_html_form::to_string(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>())
            .unwrap_or_default()
    }

    /// Whether it looks at this partnership.
    pub(super) fn holds(&self, partnership: &Partnership, teams: &[WorkingTeam]) -> bool {
        self.team(teams).is_none_or(|team| team.id == partnership.team_id)
            && (self.model.is_empty() || self.model == partnership.model_id)
            && (self.network.is_empty() || partnership.network.as_ref() == Some(&self.network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_reads() {
        let query = "practice=2.2.3&team=lakes&model=intensive&network=tidewater&year=2021-22&cycle=1&practices=vips";
        assert_eq!(Choice::read(Some(query)).query(), query);
        assert_eq!(Choice::read(Some("year=soon&cycle=first&practices=all")), Choice::default());
    }
}
