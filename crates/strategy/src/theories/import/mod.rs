//! Theories of action out of a file: a row a node. Versions are only added, since a version that is out never changes.

mod kept;
mod out;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    partnerships::{Partnership, all_on},
};
use platform::db::FromQueryResult;
use platform::{
    Error,
    access::Standing,
    clock::new_id,
    db,
    import::{Column, Form, Holds, Kind, Refusal, Row, Source, Table, Taking, Tally, tables},
    room::Answer,
    settings::Settings,
};

use super::{
    Measure, MeasureKind, Node, NodeKind, key_of,
    rules::{self, CODES_MOST, MEASURE_MOST, NODES_MOST, TEXT_MOST},
    store::{self, NewVersion},
    verbs,
};
use crate::{TheoryVersionId, bringing::Places};

pub(super) use kept::{ANSWERS, READINGS};

const KINDS: [&str; NodeKind::ALL.len()] = {
    let mut words = [""; NodeKind::ALL.len()];
    let mut place = 0;
    while place < words.len() {
        words[place] = NodeKind::ALL[place].key();
        place += 1;
    }
    words
};
const MEASURES: [&str; 4] = ["lagging", "leading", "process", "balancing"];

const COLUMNS: &[Column] = &[
    Column::optional("theory", Holds::Text, "a name for the rows of one version; partnership and version say which it is"),
    Column::needed("partnership", Holds::Text, "the partnership's key").or(&["school", "site", "network"]),
    Column::needed("version", Holds::Number, "the version's number, from 1"),
    Column::needed("effective_from", Holds::Date, "the day from which the version counts").or(&["from", "since"]),
    Column::optional("why_changed", Holds::Text, "why it differs from the version before; one row of the version may say it")
        .or(&["why"]),
    Column::needed("node", Holds::Text, "a name for the node within its version, such as C1a"),
    Column::optional("parent", Holds::Text, "the node that it serves").or(&["serves"]),
    Column::needed(
        "kind",
        Holds::Word(&KINDS),
        "context, sentence, aim, change, condition, action, assumption, measure, voices or equity",
    ),
    Column::optional("position", Holds::Number, "its place in the version; the order of the rows when empty"),
    Column::needed("text", Holds::Text, "what it says"),
    Column::optional("students", Holds::Text, "for which students first; an aim's"),
    Column::optional("because", Holds::Text, "why it should bring about what it serves"),
    Column::optional("practices", Holds::List, "codes of the practices that it rests on, parted by semicolons"),
    Column::optional("str_indicators", Holds::List, "codes of indicators that it should move, parted by semicolons")
        .or(&["indicators"]),
    Column::optional("measure", Holds::Text, "what is counted to see it"),
    Column::optional("measure_kind", Holds::Word(&MEASURES), "lagging, leading, process or balancing"),
    Column::optional("baseline", Holds::Number, "where the measure stood at the beginning"),
    Column::optional("target", Holds::Number, "where it should come to"),
];

/// Theories of action as a kind of file.
pub(super) const KIND: Kind = Kind {
    name: "theories",
    about: "Theories of action: what each partnership thinks leads to what, version by version, a row a node.",
    columns: COLUMNS,
    form: Form::Table,
    may: Standing::is_staff,
    opens_doors: false,
    run,
    export: |db| Box::pin(out::export(db)),
};

fn run<'a>(taking: &'a Taking<'a>, sources: &'a [Source]) -> Answer<'a, Tally> {
    Box::pin(async move {
        let on = &**taking.tx;
        let today = Settings::read(on).await?.local(taking.now).date();
        let partnerships = all_on(on, today).await?;
        let places = Places::of(&partnerships, taking.who);
        let mut tally = Tally::default();
        for table in tables(sources) {
            one(taking, table, &partnerships, &places, &mut tally).await?;
        }
        Ok(tally)
    })
}

/// A version as the rows of a file tell it.
#[derive(Default)]
struct Told {
    effective_from: Option<NaiveDate>,
    why_changed: String,
    /// The row's place in the table, the place that it names, and the node.
    nodes: Vec<(usize, i64, Node)>,
}

impl Told {
    fn nodes(&self) -> Vec<Node> {
        self.nodes.iter().map(|(.., node)| node.clone()).collect()
    }
}

type All = BTreeMap<(PartnershipId, i32), Told>;

async fn one(
    taking: &Taking<'_>,
    table: &Table,
    partnerships: &[Partnership],
    places: &Places,
    tally: &mut Tally,
) -> Result<(), Error> {
    let gathered = RefCell::new(Vec::new());
    let all = read(table, places, &gathered);
    let mut refused: Vec<Refusal> = gathered.into_inner();
    if refused.is_empty() {
        let gathered = RefCell::new(Vec::new());
        for told in all.values() {
            check(told, table, &gathered);
        }
        refused = gathered.into_inner();
    }
    let mut fresh = Vec::new();
    if refused.is_empty() {
        let known = known(taking, &all).await?;
        let gathered = RefCell::new(Vec::new());
        for (key, told) in &all {
            match standing(*key, told, &known, table, &gathered) {
                Fresh::New => fresh.push((*key, told)),
                Fresh::Same | Fresh::Refused => {}
            }
            for (place, _, node) in &told.nodes {
                let row = table.row(*place, &gathered);
                let title = || format!("{} version {}: {}", row.cell("partnership").unwrap_or_default(), key.1, node.text);
                if fresh.last().is_some_and(|(last, _)| last == key) {
                    tally.add_new(row.number, title);
                } else {
                    tally.add_same(row.number, title);
                }
            }
        }
        refused = gathered.into_inner();
    }
    let is_clean = refused.is_empty();
    tally.refused.append(&mut refused);
    if is_clean && tally.is_clean() {
        add(taking, partnerships, fresh).await?;
    }
    Ok(())
}

fn read(table: &Table, places: &Places, gathered: &RefCell<Vec<Refusal>>) -> All {
    let mut all = All::new();
    let mut keys: BTreeSet<(PartnershipId, i32, String)> = BTreeSet::new();
    for (place, mut row) in table.rows(gathered).enumerate() {
        let partnership = row.filled("partnership").and_then(|_| places.find(&mut row));
        let number = row.filled("version").and_then(|_| row.number::<i32>("version"));
        if number.is_some_and(|number| number < 1) {
            row.refuse("version", "Versions are counted from 1.", "Write 1 for the first.");
        }
        let from = row.filled("effective_from").and_then(|_| row.date("effective_from"));
        let node = node(&mut row);
        let position = row.number::<i64>("position");
        let (Some(partnership), Some(number), Some(from), Some(node)) = (partnership, number, from, node) else { continue };
        if row.is_refused() {
            continue;
        }
        if !keys.insert((partnership, number, node.key.clone())) {
            row.refuse("node", "This node stands twice in its version.", "Give each node of a version a name of its own.");
            continue;
        }
        let told = all.entry((partnership, number)).or_default();
        match told.effective_from {
            Some(other) if other != from => {
                row.refuse(
                    "effective_from",
                    "Another row of this version names another day.",
                    "A version counts from one day on.",
                );
                continue;
            }
            _ => told.effective_from = Some(from),
        }
        if told.why_changed.is_empty() {
            told.why_changed = row.text("why_changed").unwrap_or_default();
        }
        let position = position.unwrap_or_else(|| i64::try_from(told.nodes.len()).unwrap_or(i64::MAX) + 1);
        told.nodes.push((place, position, node));
    }
    for told in all.values_mut() {
        told.nodes.sort_by_key(|(place, position, _)| (*position, *place));
    }
    all
}

fn node(row: &mut Row<'_>) -> Option<Node> {
    let key = row.required("node");
    if key.as_deref().is_some_and(|key| !rules::is_key(key)) {
        row.refuse("node", "This can’t be a node’s name.", "Use up to 20 letters and digits, such as C1a.");
    }
    let kind = row.filled("kind").and_then(|_| row.choice("kind", &KINDS)).and_then(|word| NodeKind::from_key(&word));
    let text = row.required("text");
    let mut long = |column: &str, most: usize| {
        let text = row.text(column).unwrap_or_default();
        if text.chars().count() > most {
            row.refuse(column, &format!("This is longer than {most} characters."), "Shorten it, or make two nodes of it.");
        }
        text
    };
    long("text", TEXT_MOST);
    let (students, because) = (long("students", TEXT_MOST), long("because", TEXT_MOST));
    let name = long("measure", MEASURE_MOST);
    let practices = codes(row, "practices");
    let indicators = codes(row, "str_indicators");
    let measure_kind = row.choice("measure_kind", &MEASURES).and_then(|word| MeasureKind::from_key(&word));
    let (baseline, target) = (figure(row, "baseline"), figure(row, "target"));
    let measure = match (name.is_empty(), measure_kind) {
        (false, Some(kind)) => Some(Measure { name, kind, baseline, target }),
        (false, None) => {
            if row.cell("measure_kind").is_none() {
                row.refuse(
                    "measure_kind",
                    "This measure has no kind.",
                    "Say what it is for: lagging, leading, process or balancing.",
                );
            }
            None
        }
        (true, _) => {
            if measure_kind.is_some() || baseline.is_some() || target.is_some() {
                row.refuse(
                    "measure",
                    "A kind or a figure stands here without a measure.",
                    "Say what is counted, or leave them out.",
                );
            }
            if kind == Some(NodeKind::Measure) {
                row.refuse("measure", "A node of kind measure says what is counted.", "Fill the measure and its kind.");
            }
            None
        }
    };
    if row.is_refused() {
        return None;
    }
    let parent = row.text("parent");
    Some(Node { students, because, practices, indicators, measure, ..Node::new(&key?, kind?, parent.as_deref(), &text?) })
}

fn figure(row: &mut Row<'_>, column: &str) -> Option<f64> {
    let figure = row.number::<f64>(column)?;
    if !figure.is_finite() {
        row.refuse(column, "This is not a figure.", "Write digits, with a point before decimals.");
        return None;
    }
    Some(figure)
}

fn codes(row: &mut Row<'_>, column: &str) -> Vec<String> {
    let codes = row.list(column);
    if codes.len() > CODES_MOST || !codes.iter().all(|code| rules::is_code(code)) {
        row.refuse(column, "These are not codes.", "Codes are short, such as 2.2.3; part them by semicolons.");
    }
    codes
}

/// What only shows once a version is there as a whole.
fn check(told: &Told, table: &Table, gathered: &RefCell<Vec<Refusal>>) {
    let nodes = told.nodes();
    for (count, (place, _, node)) in told.nodes.iter().enumerate() {
        let mut row = table.row(*place, gathered);
        if let Some(problem) = rules::misplaced(node, &nodes) {
            row.refuse("parent", &problem, "Look at the column parent of this row, and at its kind.");
        }
        if count == NODES_MOST {
            row.refuse(
                "node",
                &format!("This version has more than {NODES_MOST} nodes."),
                "Nobody reads that many: leave some out.",
            );
        }
    }
}

/// A version that is there already.
#[derive(FromQueryResult)]
struct Known {
    id: TheoryVersionId,
    partnership_id: PartnershipId,
    number: i32,
    effective_from: Option<NaiveDate>,
    why_changed: String,
}

/// The versions of the partnerships that the file names, and the nodes of those that it tells again.
async fn known(taking: &Taking<'_>, all: &All) -> Result<Vec<(Known, Vec<Node>)>, Error> {
    let on = &**taking.tx;
    let sql =
        "select id, partnership_id, number, effective_from, why_changed from theory_version order by partnership_id, number";
    let rows = db::rows::<Known>(on, sql, vec![]).await?;
    let again: Vec<TheoryVersionId> =
        rows.iter().filter(|row| all.contains_key(&(row.partnership_id, row.number))).map(|row| row.id).collect();
    let mut nodes: BTreeMap<uuid::Uuid, Vec<Node>> = BTreeMap::new();
    for chunk in again.chunks(500) {
        for (version, node) in store::nodes_of_all(on, chunk).await? {
            nodes.entry(version.0).or_default().push(node);
        }
    }
    Ok(rows.into_iter().map(|row| (nodes.remove(&row.id.0).unwrap_or_default(), row)).map(|(nodes, row)| (row, nodes)).collect())
}

/// How a version of the file stands to what is there.
enum Fresh {
    New,
    Same,
    Refused,
}

fn standing(
    (partnership, number): (PartnershipId, i32),
    told: &Told,
    known: &[(Known, Vec<Node>)],
    table: &Table,
    gathered: &RefCell<Vec<Refusal>>,
) -> Fresh {
    let refuse = |place: Option<usize>, column: &str, problem: &str, advice: &str| {
        let first = told.nodes.first().map_or(0, |(place, ..)| *place);
        table.row(place.unwrap_or(first), gathered).refuse(column, problem, advice);
        Fresh::Refused
    };
    let mut others = known.iter().filter(|(row, _)| row.partnership_id == partnership);
    let next =
        known.iter().filter(|(row, _)| row.partnership_id == partnership).map(|(row, _)| row.number).max().unwrap_or(0) + 1;
    let Some((row, nodes)) = others.clone().find(|(row, _)| row.number == number) else {
        let disordered = others.any(|(row, _)| match (row.effective_from, told.effective_from) {
            (Some(from), Some(now)) => (row.number < number && from > now) || (row.number > number && from < now),
            _ => false,
        });
        if disordered {
            return refuse(
                None,
                "effective_from",
                "Another version would then count earlier or later than its number says.",
                "Later versions count from later days on.",
            );
        }
        return Fresh::New;
    };
    if row.effective_from.is_none() {
        let advice = format!("Put the draft out or drop it first, or write version {} here.", next);
        return refuse(None, "version", "A draft of this version is being written on the page.", &advice);
    }
    let advice = format!("A version that is out never changes. Write version {next} to say something new.");
    if row.effective_from != told.effective_from {
        return refuse(None, "effective_from", "This version is out already, and counts from another day.", &advice);
    }
    if row.why_changed != told.why_changed {
        return refuse(None, "why_changed", "This version is out already, and gives another reason.", &advice);
    }
    if nodes.len() != told.nodes.len() {
        let problem = format!("This version is out already, with {} nodes; here it has {}.", nodes.len(), told.nodes.len());
        return refuse(None, "version", &problem, &advice);
    }
    let differs = nodes.iter().zip(&told.nodes).find(|(before, (.., now))| !before.says_the_same(now));
    if let Some((_, (place, ..))) = differs {
        return refuse(Some(*place), "node", "This version is out already, and says something else here.", &advice);
    }
    Fresh::Same
}

async fn add(taking: &Taking<'_>, partnerships: &[Partnership], fresh: Vec<((PartnershipId, i32), &Told)>) -> Result<(), Error> {
    let on = &**taking.tx;
    let (mut versions, mut nodes) = (Vec::new(), Vec::new());
    let touched: BTreeSet<PartnershipId> = fresh.iter().map(|((partnership, _), _)| *partnership).collect();
    for ((partnership, number), told) in fresh {
        let id = TheoryVersionId(new_id(taking.now));
        nodes.push((id, told.nodes()));
        let place = partnerships.iter().find(|one| one.id == partnership).ok_or(Error::NotFound)?;
        versions.push(NewVersion {
            id,
            key: key_of(place, number),
            partnership,
            number,
            effective_from: told.effective_from,
            why_changed: told.why_changed.clone(),
            origin: String::new(),
            begun_at: taking.now,
            published_at: Some(taking.now),
            published_by: None,
        });
    }
    store::insert_versions(on, versions).await?;
    let nodes: Vec<(TheoryVersionId, &[Node])> = nodes.iter().map(|(id, nodes)| (*id, nodes.as_slice())).collect();
    store::insert_nodes(on, &nodes, || new_id(taking.now)).await?;
    let today = Settings::read(on).await?.local(taking.now).date();
    for partnership in partnerships.iter().filter(|one| touched.contains(&one.id)) {
        verbs::index(taking.tx, taking.app.db.engine(), partnership, today).await?;
    }
    Ok(())
}
