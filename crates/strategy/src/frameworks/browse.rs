//! Narrowing the practices down: by step, strand, month, support model, VIP and words, each with its count.

use partnerships::calendar::Calendar;
use platform::text::folded;

use super::{Framework, Practice, timeline::index};

/// By what the practices are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum By {
    #[default]
    Step,
    Month,
    Strand,
}

/// What an address asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub steps: Vec<String>,
    pub strands: Vec<String>,
    pub months: Vec<String>,
    pub models: Vec<String>,
    pub vip: bool,
    pub words: String,
    pub by: By,
}

/// The parts of a choice, each of which can be left aside to count what it would give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facet {
    Step,
    Strand,
    Month,
    Model,
    Vip,
}

/// One box: its value, its words, how many practices it stands for, whether it is ticked.
pub(super) struct Box {
    pub value: String,
    pub words: String,
    pub count: usize,
    pub on: bool,
}

/// All boxes, by facet.
pub(super) struct Boxes {
    pub steps: Vec<Box>,
    pub strands: Vec<Box>,
    pub months: Vec<Box>,
    pub models: Vec<Box>,
    pub vip: Box,
}

impl By {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Month => "month",
            Self::Strand => "strand",
        }
    }
}

impl Choice {
    /// Reads the part of an address after its question mark; what nobody knows is passed over.
    pub(super) fn read(query: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> = serde_html_form::from_str(query.unwrap_or_default()).unwrap_or_default();
        let mut choice = Self::default();
        for (name, value) in pairs {
            match (name.as_str(), value.as_str()) {
                (_, "") => {}
                ("step", _) => choice.steps.push(value),
                ("strand", _) => choice.strands.push(value),
                ("month", _) => choice.months.push(value),
                ("model", _) => choice.models.push(value),
                ("vip", _) => choice.vip = true,
                ("q", _) => choice.words = value.trim().to_owned(),
                ("by", "month") => choice.by = By::Month,
                ("by", "strand") => choice.by = By::Strand,
                _ => {}
            }
        }
        choice
    }

    /// The address' part after the question mark that says the same.
    pub(super) fn query(&self) -> String {
        let lists = [("step", &self.steps), ("strand", &self.strands), ("month", &self.months), ("model", &self.models)];
        let mut pairs: Vec<(&str, &str)> =
            lists.iter().flat_map(|(name, values)| values.iter().map(|value| (*name, value.as_str()))).collect();
        if self.vip {
            pairs.push(("vip", "1"));
        }
        if !self.words.is_empty() {
            pairs.push(("q", &self.words));
        }
        if self.by != By::Step {
            pairs.push(("by", self.by.key()));
        }
        serde_html_form::to_string(pairs).unwrap_or_default()
    }

    /// Whether it leaves anything out.
    pub(super) fn narrows(&self) -> bool {
        let lists = [&self.steps, &self.strands, &self.months, &self.models];
        lists.iter().any(|list| !list.is_empty()) || self.vip || !self.words.is_empty()
    }

    /// The practices that fit.
    pub(super) fn of<'a>(&self, framework: &'a Framework) -> Vec<&'a Practice> {
        framework.practices.iter().filter(|practice| self.fits(practice, framework, None)).collect()
    }

    fn fits(&self, practice: &Practice, framework: &Framework, aside: Option<Facet>) -> bool {
        let on = |facet: Facet| aside != Some(facet);
        let any = |chosen: &[String], has: &dyn Fn(&str) -> bool| chosen.is_empty() || chosen.iter().any(|one| has(one));
        (!on(Facet::Step) || any(&self.steps, &|step| practice.step == step))
            && (!on(Facet::Strand) || any(&self.strands, &|strand| practice.strand == strand))
            && (!on(Facet::Month) || any(&self.months, &|month| month.parse().is_ok_and(|month| is_due_in(practice, month))))
            && (!on(Facet::Model) || any(&self.models, &|model| practice.models.contains_key(model)))
            && (!on(Facet::Vip) || !self.vip || practice.vip)
            && self.says(practice, framework)
    }

    fn says(&self, practice: &Practice, framework: &Framework) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let text = folded(&format!(
            "{} {} {} {} {}",
            practice.code,
            practice.title,
            practice.good,
            framework.step_name(&practice.step),
            practice.evidence.join(" ")
        ));
        folded(&self.words).split_whitespace().all(|word| text.contains(word))
    }

    /// The boxes; each count says how many practices the box would show beside what the other facets ask for. `models` are
    /// ids and names in their order.
    pub(super) fn boxes(&self, framework: &Framework, calendar: &Calendar, models: &[(String, String)]) -> Boxes {
        let count = |facet: Facet, has: &dyn Fn(&Practice) -> bool| {
            framework.practices.iter().filter(|practice| self.fits(practice, framework, Some(facet)) && has(practice)).count()
        };
        let step = framework.steps.iter().map(|part| Box {
            value: part.key.clone(),
            words: part.name.clone(),
            count: count(Facet::Step, &|practice| practice.step == part.key),
            on: self.steps.contains(&part.key),
        });
        let strand = framework.strands.iter().map(|part| Box {
            value: part.key.clone(),
            words: part.name.clone(),
            count: count(Facet::Strand, &|practice| practice.strand == part.key),
            on: self.strands.contains(&part.key),
        });
        let model = models.iter().map(|(id, name)| Box {
            value: id.clone(),
            words: name.clone(),
            count: count(Facet::Model, &|practice| practice.models.contains_key(id)),
            on: self.models.contains(id),
        });
        let months = due_months(framework, calendar).into_iter().map(|month| Box {
            value: month.to_string(),
            words: calendar.month_name(month),
            count: count(Facet::Month, &|practice| is_due_in(practice, month)),
            on: self.months.contains(&month.to_string()),
        });
        Boxes {
            steps: step.collect(),
            strands: strand.collect(),
            months: months.collect(),
            models: model.collect(),
            vip: Box {
                value: "1".to_owned(),
                words: "Very important (VIP)".to_owned(),
                count: count(Facet::Vip, &|practice| practice.vip),
                on: self.vip,
            },
        }
    }

    /// The practices in groups: a heading and what stands under it.
    pub(super) fn groups<'a>(&self, framework: &'a Framework, calendar: &Calendar) -> Vec<(String, Vec<&'a Practice>)> {
        let chosen = self.of(framework);
        let under = |has: &dyn Fn(&Practice) -> bool| chosen.iter().copied().filter(|practice| has(practice)).collect();
        let groups: Vec<(String, Vec<&Practice>)> = match self.by {
            By::Step => framework.steps.iter().map(|part| (part.name.clone(), under(&|one| one.step == part.key))).collect(),
            By::Strand => {
                framework.strands.iter().map(|part| (part.name.clone(), under(&|one| one.strand == part.key))).collect()
            }
            By::Month => due_months(framework, calendar)
                .into_iter()
                .map(|month| {
                    (calendar.month_name(month), under(&|one| one.due.first().is_some_and(|due| due.start_month == month)))
                })
                .collect(),
        };
        groups.into_iter().filter(|(_, practices)| !practices.is_empty()).collect()
    }
}

/// The months in which anything is due, in the order of the school year.
fn due_months(framework: &Framework, calendar: &Calendar) -> Vec<u32> {
    let mut months: Vec<u32> =
        (1..=12).filter(|month| framework.practices.iter().any(|practice| is_due_in(practice, *month))).collect();
    months.sort_by_key(|month| index(calendar, *month));
    months
}

fn is_due_in(practice: &Practice, month: u32) -> bool {
    practice.due.iter().any(|due| {
        // Months are counted from the window's first, so that a window over the turn of the year is one stretch.
        let length = (due.end_month + 12 - due.start_month) % 12;
        (month + 12 - due.start_month) % 12 <= length
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::sample::default_framework;

    fn codes(query: &str) -> Vec<String> {
        Choice::read(Some(query)).of(&default_framework()).iter().map(|practice| practice.code.clone()).collect()
    }

    #[test]
    fn facets_narrow_together_and_values_of_one_widen() {
        let all = codes("").len();
        assert_eq!(all, 46);
        let (act, plan) = (codes("step=act").len(), codes("step=plan").len());
        assert_eq!(codes("step=act&step=plan").len(), act + plan);
        assert!(codes("step=act&vip=1&model=practice-network").len() < act);
        assert_eq!(codes("q=principal%20WEEKLY"), ["1.2.2"]);
        assert!(codes("q=nothing+of+the+kind").is_empty());
    }

    #[test]
    fn months_lie_within_windows_also_over_the_turn_of_the_year() {
        let january = codes("month=1");
        assert!(january.contains(&"1.2.1".to_owned()), "due from December to February");
        assert!(!january.contains(&"1.1.1".to_owned()), "due in August and September");
        assert!(codes("month=7").is_empty());
    }

    #[test]
    fn a_box_says_what_it_would_show() {
        let framework = default_framework();
        let models = [("intensive".to_owned(), "Intensive".to_owned())];
        let boxes = Choice::read(Some("vip=1")).boxes(&framework, &Calendar::default(), &models);
        for one in &boxes.steps {
            assert_eq!(one.count, codes(&format!("vip=1&step={}", one.value)).len(), "{}", one.words);
        }
        assert_eq!(boxes.vip.count, 14, "its own facet is left aside");
        assert_eq!(boxes.months[0].words, "August");
    }

    #[test]
    fn an_address_says_what_it_reads() {
        let query = "step=act&strand=learning&month=10&model=intensive&vip=1&q=two+words&by=month";
        assert_eq!(Choice::read(Some(query)).query(), query);
        assert!(!Choice::read(Some("by=strand&step=")).narrows());
    }
}
