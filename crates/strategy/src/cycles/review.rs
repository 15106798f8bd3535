//! The cycle review: where each partnership's cycle is, what waits there, and what was learned across partnerships.

use chrono::NaiveDate;
use platform::{
    access::{Policy, Standing, Whole, actions},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, Value},
    paging::{Page, Window},
};

/// The cycles of all partnerships.
#[derive(Default)]
pub(crate) struct Review;

impl Whole for Review {
    const NAME: &'static str = "cycle review";
}

impl Policy<actions::See> for Review {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

/// A partnership that is at work, with the cycle that is open there, if one is.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Place {
    pub slug: String,
    pub name: String,
    pub key: Option<String>,
    pub number: Option<i32>,
    pub title: Option<String>,
    pub template: Option<String>,
    pub step: Option<String>,
    pub step_position: Option<i32>,
    pub ends_on: Option<NaiveDate>,
    /// Goals without a prediction.
    pub unpredicted: i64,
    /// Goals of the cycle.
    pub goals: i64,
    /// Actions that were meant to be done by now.
    pub late: i64,
    /// The last entry of its log.
    pub last_noted: Option<NaiveDate>,
}

/// The partnerships of a team, or of all of them, that are at work today.
pub(super) async fn places(on: &impl ConnectionTrait, team: &str, today: NaiveDate) -> Result<Vec<Place>, DbErr> {
    let mut params: Params = vec![today.into()];
    let mut condition = "p.status = 'active'".to_owned();
    if !team.is_empty() {
        params.push(team.into());
        condition.push_str(" and t.slug = $2");
    }
    let sql = format!(
        "select p.slug, s.name, c.key, c.number, c.title, m.short as template, st.name as step, st.position as step_position,
           c.ends_on,
           (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null and g.confidence is null) as unpredicted,
           (select count(*) from goal g where g.cycle_id = c.id and g.removed_at is null) as goals,
           (select count(*) from plan_action a where a.cycle_id = c.id and a.removed_at is null and a.due_on < $1
             and a.status in ('not_started', 'under_way')) as late,
           (select max(l.on_day) from log_entry l where l.cycle_id = c.id and l.removed_at is null) as last_noted
         from partnership p join site s on s.id = p.site_id join team t on t.id = p.team_id
         left join cycle c on c.partnership_id = p.id and c.state = 'open'
         left join cycle_template m on m.key = c.template_key
         left join cycle_template_step st on st.template_key = c.template_key and st.key = c.step_key
         where {condition} order by s.folded, p.slug, c.number"
    );
    db::rows(on, &sql, params).await
}

/// What learnings are asked for; an empty text leaves its part open.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked<'a> {
    pub team: &'a str,
    pub kind: &'a str,
    pub practice: &'a str,
}

/// Something learned at a partnership.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Learned {
    pub key: String,
    pub kind: String,
    pub text: String,
    pub for_others: String,
    pub written_on: NaiveDate,
    pub author: String,
    pub cycle: String,
    pub number: i32,
    pub school_year: i32,
    pub partnership: String,
    pub place: String,
    pub codes: String,
}

/// What was learned at partnerships, the newest first.
pub(super) async fn learned(on: &impl ConnectionTrait, asked: &Asked<'_>, window: Window<'_>) -> Result<Page<Learned>, DbErr> {
    let mut params: Params = Vec::new();
    let mut condition = "l.removed_at is null and c.owner_kind = 'partnership'".to_owned();
    let mut and = |sql: &str, value: Value| {
        params.push(value);
        condition.push_str(&sql.replace("{}", &format!("${}", params.len())));
    };
    if !asked.team.is_empty() {
        and(" and t.slug = {}", asked.team.into());
    }
    if !asked.kind.is_empty() {
        and(" and l.kind = {}", asked.kind.into());
    }
    if !asked.practice.is_empty() {
        let sql = " and exists (select 1 from learning_practice x where x.learning_id = l.id and x.code = {})";
        and(sql, asked.practice.into());
    }
    let of_key = "select written_on, id from learning where key = {key}";
    let (bound, ending) = window.clause(&["l.written_on", "l.id"], of_key, true, &mut params);
    let sql = format!(
        "select l.key, l.kind, l.text, l.for_others, l.written_on, h.name as author, c.key as cycle, c.number, c.school_year,
           p.slug as partnership, s.name as place, '' as codes
         from learning l join cycle c on c.id = l.cycle_id join partnership p on p.id = c.partnership_id
         join site s on s.id = p.site_id join team t on t.id = p.team_id join person h on h.id = l.author_id
         where {condition}{bound}{ending}"
    );
    let mut page = window.page(db::rows::<Learned>(on, &sql, params).await?, |row: &Learned| row.key.clone());
    #[derive(FromQueryResult)]
    struct Code {
        key: String,
        code: String,
    }
    let keys: Vec<Value> = page.rows.iter().map(|row| row.key.clone().into()).collect();
    let sql = format!(
        "select l.key, x.code from learning_practice x join learning l on l.id = x.learning_id where l.key in ({})
         order by x.code",
        db::placeholders(1, keys.len())
    );
    let codes = db::rows::<Code>(on, &sql, keys).await?;
    for row in &mut page.rows {
        let own = codes.iter().filter(|code| code.key == row.key).map(|code| code.code.as_str());
        row.codes = own.collect::<Vec<_>>().join("; ");
    }
    Ok(page)
}
