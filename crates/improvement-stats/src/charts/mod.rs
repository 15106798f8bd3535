//! Charts over time: is it changing, or is this the ordinary up and down?
//!
//! Start with [`run_chart`]: it needs a dozen points and no assumption. [`control_chart`] adds limits for one value a
//! period, shares, counts, rates and rare events; [`subgroup_chart`] takes several values a period;
//! [`making_data_count`] gives the icons of NHS England; [`ewma`] and [`cusum`] find small drifts sooner and are for
//! analysts. Choose one set of rules before looking: each further rule cries wolf more often.

mod assemble;
mod attributes;
mod control;
mod drift;
mod false_alarms;
mod individuals;
mod layout;
mod nhs;
mod nhs_patterns;
mod options;
mod rules;
mod run_chart;
mod runs;
mod scale;
mod signal;
mod subgroups;

pub use control::{ChartKind, ChartPhase, ChartPoint, ControlChart, RuleSet, control_chart};
pub use drift::{CusumChart, CusumPoint, EwmaChart, EwmaPoint, cusum, ewma};
pub use false_alarms::expected_false_alarms;
pub use nhs::{Assurance, Direction, NhsChart, NhsPoint, PointType, making_data_count};
pub use nhs_patterns::SpecialCause;
pub use options::{ChartOptions, Standard, phase_starts};
pub use rules::{NelsonSignals, WesternElectricSignals, nelson, western_electric};
pub use run_chart::{RunChart, RunChartOptions, RunPhase, run_chart};
pub use runs::{Runs, anhoej_limits, runs_analysis};
pub use signal::{Rule, Side, Signal};
pub use subgroups::{SubgroupKind, subgroup_chart};
