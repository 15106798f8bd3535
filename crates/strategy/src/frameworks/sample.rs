//! The default pack as a framework, for tests of rules that need no database.

use platform::clock::{Clock, new_id};

use super::{CycleMonths, Due, Framework, Part, Practice, Quality, StatusWord, pack};
use crate::{FrameworkId, PracticeId};

pub(crate) const DEFAULT_PACK: &str = include_str!("../../../../content/vi-pit.toml");

pub(crate) fn default_framework() -> Framework {
    let now = Clock::system().now();
    let pack = pack::read("vi-pit.toml", DEFAULT_PACK).expect("a sound pack");
    let part =
        |key: &str, name: &str| Part { key: key.to_owned(), name: name.to_owned(), about: String::new(), prompts: Vec::new() };
    Framework {
        id: FrameworkId(new_id(now)),
        key: pack.meta.id.clone(),
        version: pack.meta.version,
        title: pack.meta.title.clone(),
        before: None,
        effective_from: pack.meta.effective_from,
        rule: pack.on_track.rule.clone(),
        on_track_from: pack.on_track.on_track_from,
        watch_from: pack.on_track.watch_from,
        vip_days_to_watch: pack.on_track.vip_overdue_days_to_watch.into(),
        steps: pack.steps.iter().map(|step| part(&step.id, &step.name)).collect(),
        strands: pack.strands.iter().map(|strand| part(&strand.id, &strand.name)).collect(),
        phases: pack.phases.iter().map(|phase| part(&phase.id, &phase.name)).collect(),
        cycles: pack
            .cycles
            .iter()
            .map(|cycle| CycleMonths {
                number: cycle.number,
                name: cycle.name.clone(),
                start_month: cycle.start,
                end_month: cycle.end,
            })
            .collect(),
        statuses: pack
            .statuses
            .iter()
            .map(|status| StatusWord {
                key: status.id.clone(),
                name: status.name.clone(),
                counts_as_enacted: status.counts_as_enacted,
                needs_reason: status.needs_reason,
                reasons: status.reasons.clone(),
            })
            .collect(),
        qualities: pack
            .qualities
            .iter()
            .map(|quality| Quality { level: quality.level, name: quality.name.clone(), meaning: quality.meaning.clone() })
            .collect(),
        practices: pack
            .practices
            .iter()
            .map(|practice| Practice {
                id: PracticeId(new_id(now)),
                was: None,
                since: None,
                code: practice.code.clone(),
                strand: pack.strands.iter().find(|strand| strand.number == practice.strand).expect("a strand").id.clone(),
                phase: pack.phases.iter().find(|phase| phase.number == practice.phase).expect("a phase").id.clone(),
                step: practice.step.clone(),
                title: practice.title.clone(),
                good: practice.good.clone(),
                vip: practice.vip,
                vip_reason: practice.vip_reason.clone(),
                first_year_only: practice.first_year_only,
                recurs: practice.recurs.clone(),
                essential: practice.essential.clone(),
                due: practice
                    .due
                    .iter()
                    .map(|due| Due { cycle: due.cycle, start_month: due.start, end_month: due.end })
                    .collect(),
                models: practice
                    .models
                    .iter()
                    .map(|model| (model.clone(), practice.adapt.get(model).cloned().unwrap_or_default()))
                    .collect(),
                evidence: practice.evidence.clone(),
                indicators: Vec::new(),
            })
            .collect(),
    }
}
