//! Charts over time.

use clap::{Args, ValueEnum};
use improvement_stats::charts::{
    self, ChartKind, ChartOptions, Direction, RuleSet, RunChartOptions, Standard, SubgroupKind, phase_starts,
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    column::codes,
    input::Table,
    mistake::{Found, Mistake},
    signals,
};

/// Help after the options of the run chart.
pub(super) const RUN_CHART: &str = "\
Reads a row a period, in time order: period, value (empty when missing), and if there are denominator (value is then
divided by it) and phase (a new name begins a new phase). The estimate is the median of the last phase.

Examples:
  everbetter analyze run-chart months.csv
  everbetter analyze run-chart --baseline 12 --exclude 2026-08 --shift 8 --trend 6 months.csv
  everbetter analyze run-chart --period month --value absences --denominator pupils --phase plan months.csv";

/// Help after the options of the control chart.
pub(super) const CONTROL_CHART: &str = "\
Reads a row a period, in time order: period, value (empty when missing), denominator for p, p-prime, u and u-prime, and
if there is phase. For p and u charts value is the count, denominator what it is out of; for xbar-s each period has
several rows, one a value. The estimate is the centre of the last phase.

Types: i single values, xbar-s means and spreads of several values, p shares, u rates, p-prime and u-prime the same with
large or uneven denominators, c counts of equal areas, g cases between rare events, t time between rare events, ewma and
cusum small lasting shifts, mr moving ranges, i-prime values weighted by denominator.

Examples:
  everbetter analyze control-chart --type p --rules anhoej months.csv
  everbetter analyze control-chart --type u-prime --period month --value events --denominator days --phase plan months.csv
  everbetter analyze control-chart --type i --unscreened --baseline 12 --exclude 2026-08,2026-09 months.csv
  everbetter analyze control-chart --type i --rules nhs --direction increase --target 80 months.csv
  everbetter analyze control-chart --type i --rules nelson --centre 50 --sigma 4 months.csv
  everbetter analyze control-chart --type ewma --lambda 0.2 --sigmas 3 months.csv
  everbetter analyze control-chart --type cusum --shift 1 --limit 5 months.csv";

/// Columns and phases of a chart.
#[derive(Args)]
struct Series {
    /// The column with the periods.
    #[arg(long, default_value = "period", value_name = "COLUMN")]
    period: String,
    /// The column with the values.
    #[arg(long, default_value = "value", value_name = "COLUMN")]
    value: String,
    /// The column with the denominators.
    #[arg(long, default_value = "denominator", value_name = "COLUMN")]
    denominator: String,
    /// The column with the phases.
    #[arg(long, default_value = "phase", value_name = "COLUMN")]
    phase: String,
    /// Take centre and limits from this many first points of each phase.
    #[arg(long, value_name = "NUMBER")]
    baseline: Option<usize>,
    /// Draw these periods, but leave them out of centre, limits and runs.
    #[arg(long, value_delimiter = ',', value_name = "PERIOD,…")]
    exclude: Vec<String>,
}

/// What the columns of a chart hold.
struct Points {
    periods: Vec<String>,
    values: Vec<Option<f64>>,
    denominators: Option<Vec<Option<f64>>>,
    phases: Option<Vec<String>>,
}

impl Series {
    fn read(&self, table: &Table) -> Found<Points> {
        let periods = table.column(&self.period, "--period")?.texts()?;
        let values = table.column(&self.value, "--value")?.numbers_if_any()?;
        let denominators = table.column_if_any(&self.denominator)?.map(|column| column.numbers_if_any()).transpose()?;
        let phases = table.column_if_any(&self.phase)?.map(|column| column.texts()).transpose()?;
        Ok(Points { periods, values, denominators, phases })
    }

    /// The options for points with these periods and phases.
    fn options(&self, periods: &[String], phases: Option<&[String]>, screen: bool) -> Found<ChartOptions> {
        let place = |name: &String| {
            periods.iter().position(|period| period == name).ok_or_else(|| {
                Mistake::new(format!(
                    "--exclude names \"{name}\", but no row has it in column \"{}\". Name a period of the file.",
                    self.period
                ))
            })
        };
        Ok(ChartOptions {
            phase_starts: phases.map(phase_starts).unwrap_or_default(),
            baseline: self.baseline,
            excluded: self.exclude.iter().map(place).collect::<Found<_>>()?,
            screen_moving_ranges: screen,
            standard: None,
            labels: periods.to_vec(),
        })
    }
}

/// Asks for a run chart.
#[derive(Args)]
pub struct RunChart {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    series: Series,
    /// Also signal this many points in a row on one side; more false alarms.
    #[arg(long, value_name = "NUMBER")]
    shift: Option<usize>,
    /// Also signal this many points in a row rising or falling; more false alarms.
    #[arg(long, value_name = "NUMBER")]
    trend: Option<usize>,
}

impl Ask for RunChart {
    const NAME: &'static str = "run-chart";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let points = self.series.read(table)?;
        let options = self.series.options(&points.periods, points.phases.as_deref(), true)?;
        let values = match &points.denominators {
            None => points.values,
            Some(sizes) => {
                points.values.iter().zip(sizes).map(|(value, size)| Some((*value)? / size.filter(|s| *s > 0.0)?)).collect()
            }
        };
        let extra = RunChartOptions { shift: self.shift, trend: self.trend };
        let chart = charts::run_chart(&values, &options, extra).map_err(table.explain(&self.series.value))?;
        let mut chart = fields(chart);
        signals::run_points(&mut chart);
        Ok(Answer::new(Self::NAME, signals::with_periods(chart, &points.periods)))
    }
}

/// Asks for a control chart.
#[derive(Args)]
pub struct ControlChart {
    #[command(flatten)]
    common: Common,
    /// Which chart.
    #[arg(long = "type", value_enum, default_value_t = Kind::I)]
    kind: Kind,
    /// Which patterns count as signals: choose before looking.
    #[arg(long, value_enum, default_value_t = Rules::Anhoej)]
    rules: Rules,
    #[command(flatten)]
    series: Series,
    /// Keep wild moving ranges when estimating sigma.
    #[arg(long)]
    unscreened: bool,
    /// The centre that is known from elsewhere, for type i with --sigma.
    #[arg(long, requires = "sigma", value_name = "NUMBER", allow_negative_numbers = true)]
    centre: Option<f64>,
    /// The sigma that is known from elsewhere, for type i with --centre.
    #[arg(long, requires = "centre", value_name = "NUMBER")]
    sigma: Option<f64>,
    /// Which way is better, for the icons of --rules nhs.
    #[arg(long, value_enum, default_value_t = Better::Neutral)]
    direction: Better,
    /// The target, for the assurance icon of --rules nhs.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    target: Option<f64>,
    /// Weight of the newest value in ewma.
    #[arg(long, default_value_t = 0.2, value_name = "SHARE")]
    lambda: f64,
    /// Width of the limits of ewma, in sigmas.
    #[arg(long, default_value_t = 3.0, value_name = "NUMBER")]
    sigmas: f64,
    /// The shift that cusum looks for, in sigmas.
    #[arg(long, default_value_t = 1.0, value_name = "NUMBER")]
    shift: f64,
    /// The limit of cusum, in sigmas.
    #[arg(long, default_value_t = 5.0, value_name = "NUMBER")]
    limit: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    I,
    XbarS,
    P,
    U,
    C,
    PPrime,
    UPrime,
    G,
    T,
    Ewma,
    Cusum,
    Mr,
    IPrime,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rules {
    Anhoej,
    WesternElectric,
    Nelson,
    Nhs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Better {
    Increase,
    Decrease,
    Neutral,
}

impl Ask for ControlChart {
    const NAME: &'static str = "control-chart";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let points = self.series.read(table)?;
        if self.centre.is_some() && matches!(self.kind, Kind::XbarS | Kind::Ewma | Kind::Cusum) {
            return Err(Mistake::new("--centre and --sigma belong to --type i. Leave them out."));
        }
        let answer = match self.kind {
            Kind::XbarS => self.subgroups(table, &points)?,
            Kind::Ewma | Kind::Cusum => self.drift(table, &points)?,
            _ => self.shewhart(table, points)?,
        };
        let kind = self.kind.to_possible_value().map(|value| value.get_name().to_owned());
        Ok(answer.without("kind").with("type", kind))
    }
}

impl ControlChart {
    fn rule_set(&self) -> RuleSet {
        match self.rules {
            Rules::Anhoej => RuleSet::Anhoej,
            Rules::WesternElectric => RuleSet::WesternElectric,
            Rules::Nelson => RuleSet::Nelson,
            Rules::Nhs => RuleSet::Nhs,
        }
    }

    fn shewhart(&self, table: &Table, points: Points) -> Found<Answer> {
        let kind = match self.kind {
            Kind::P => ChartKind::P,
            Kind::PPrime => ChartKind::PPrime,
            Kind::U => ChartKind::U,
            Kind::UPrime => ChartKind::UPrime,
            Kind::C => ChartKind::C,
            Kind::G => ChartKind::G,
            Kind::T => ChartKind::T,
            Kind::Mr => ChartKind::MovingRange,
            Kind::IPrime => ChartKind::IPrime,
            Kind::I | Kind::XbarS | Kind::Ewma | Kind::Cusum => ChartKind::Individuals,
        };
        let needs = matches!(self.kind, Kind::P | Kind::PPrime | Kind::U | Kind::UPrime | Kind::IPrime);
        if needs {
            table.column(&self.series.denominator, "--denominator")?;
        }
        let sizes = points.denominators.as_deref().filter(|_| needs);
        let mut values = points.values;
        if let (Kind::I, Some(sizes)) = (self.kind, &points.denominators) {
            values = values.iter().zip(sizes).map(|(value, size)| Some((*value)? / size.filter(|s| *s > 0.0)?)).collect();
        }
        let mut options = self.series.options(&points.periods, points.phases.as_deref(), !self.unscreened)?;
        if let (Some(centre), Some(sigma)) = (self.centre, self.sigma) {
            if self.kind != Kind::I || self.rules == Rules::Nhs {
                return Err(Mistake::new("--centre and --sigma belong to --type i with rules other than nhs. Leave them out."));
            }
            options.standard = Some(Standard { centre, sigma });
        }
        let explain = table.explain(&self.series.value);
        let chart = charts::control_chart(kind, &values, sizes, self.rule_set(), &options).map_err(&explain)?;
        let mut answer = Answer::new(Self::NAME, signals::with_periods(fields(chart), &points.periods));
        if self.kind == Kind::I && self.rules == Rules::Nhs {
            let direction = match self.direction {
                Better::Increase => Direction::Increase,
                Better::Decrease => Direction::Decrease,
                Better::Neutral => Direction::Neutral,
            };
            let nhs = charts::making_data_count(&values, direction, self.target, &options).map_err(&explain)?;
            let mut nhs = signals::with_periods(fields(nhs), &points.periods);
            for name in ["signals", "summary"] {
                answer = answer.with(name, nhs.remove(name));
            }
            let icons: Map<String, Value> = ["variation", "assurance", "points"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), nhs.remove(name)?)))
                .collect();
            answer = answer.with("making_data_count", icons);
        }
        if self.kind == Kind::I {
            let options = ChartOptions { standard: None, ..options };
            let ranges = charts::control_chart(ChartKind::MovingRange, &values, None, self.rule_set(), &options);
            answer = with_second(answer, "moving_range_chart", ranges.map(fields).ok(), &points.periods);
        }
        Ok(answer)
    }

    /// Several values a period: the mean, and beside it the spread.
    fn subgroups(&self, table: &Table, points: &Points) -> Found<Answer> {
        let (places, periods) = codes(&points.periods);
        let mut groups = vec![Vec::new(); periods.len()];
        let mut phases = vec![String::new(); periods.len()];
        for (row, place) in places.iter().enumerate() {
            groups[*place].extend(points.values[row]);
            if let Some(all) = &points.phases {
                phases[*place].clone_from(&all[row]);
            }
        }
        let options = self.series.options(&periods, points.phases.is_some().then_some(&phases), !self.unscreened)?;
        let chart = |kind| charts::subgroup_chart(kind, &groups, self.rule_set(), &options).map(fields);
        let means = chart(SubgroupKind::Mean).map_err(table.explain_whole())?;
        let answer = Answer::new(Self::NAME, signals::with_periods(means, &periods));
        Ok(with_second(answer, "standard_deviation_chart", chart(SubgroupKind::StandardDeviation).ok(), &periods))
    }

    fn drift(&self, table: &Table, points: &Points) -> Found<Answer> {
        let options = self.series.options(&points.periods, points.phases.as_deref(), false)?;
        let chart = if self.kind == Kind::Ewma {
            charts::ewma(&points.values, self.lambda, self.sigmas, &options).map(fields)
        } else {
            charts::cusum(&points.values, self.shift, self.limit, &options).map(fields)
        };
        let chart = chart.map_err(table.explain(&self.series.value))?;
        Ok(Answer::new(Self::NAME, signals::with_periods(chart, &points.periods)))
    }
}

/// With the chart that belongs beside the first one.
fn with_second(answer: Answer, name: &str, chart: Option<Map<String, Value>>, periods: &[String]) -> Answer {
    let wanted = ["estimate", "points", "phases", "signals", "summary"];
    let chart = chart.map(|chart| signals::with_periods(chart, periods));
    let chart = chart.map(|chart| chart.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect::<Map<_, _>>());
    answer.with(name, json!(chart))
}
