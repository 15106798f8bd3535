//! Theories of action in the small world of the tracker's neighbours: Linden Grove, where Ines works, and three others.

mod comparing;
mod editing;
mod importing;
mod keeping;
mod looking;

use platform::{
    audit::Actor,
    import::{self, Mode, Tally},
    testing::Bench,
};

pub(super) const HEADER: &str = "partnership,version,effective_from,why_changed,node,parent,kind,text,students,because,practices,\
    str_indicators,measure,measure_kind,baseline,target\n";

/// Linden Grove's two versions, the second from 13 September 2021.
pub(super) const LINDEN: &[&str] = &[
    "linden,1,2020-09-22,First version.,A,,aim,Half of our students read at benchmark.,,,,,At benchmark,lagging,30,37",
    "linden,1,2020-09-22,,C1,A,change,The team looks at student work every two weeks.,,,1.1.1;1.1.2,STR-B1,,,,",
    "linden,1,2020-09-22,,C2,A,change,Every student meets a grade-level text.,,,3.2.4,,,,,",
    "linden,2,2021-09-13,Redrawn with Pat.,K,,context,Half of the staff is new.,,,,,,,,",
    "linden,2,2021-09-13,,S,,sentence,If leaders look then teachers see.,,,,,,,,",
    "linden,2,2021-09-13,,A,,aim,Half of our multilingual learners read at benchmark.,Multilingual learners,,,,At benchmark,lagging,30,51",
    "linden,2,2021-09-13,,C1,A,change,The team looks at student work every two weeks and moves support.,,what is seen can be helped,1.1.1;1.1.2,STR-B1,Meetings held,process,20,90",
    "linden,2,2021-09-13,,C1a,C1,condition,An hour that nothing may take.,,,1.1.3,,,,,",
    "linden,2,2021-09-13,,C1b,C1a,action,Guard the hour.,,,2.2.3,,,,,",
    "linden,2,2021-09-13,,C3,A,change,Every coachee has a goal of their own.,,,2.2.3,,,,,",
    "linden,2,2021-09-13,,X,C3,assumption,Coachees want one. If two in five do not we ask why.,,,,,,,,",
    "linden,2,2021-09-13,,M,A,measure,Pace is workable,,,,,Pace is workable,balancing,70,70",
];

pub(super) fn file(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}

/// Takes a file in.
pub(super) async fn take(bench: &Bench, kind: &str, name: &str, bytes: &[u8]) -> Tally {
    let kind = bench.app.house.import_kind(kind).expect("a kind of file");
    let source = import::read(kind, name, bytes).expect("a file that can be read");
    import::take(&bench.app, kind, &[source], &Actor::Process("test"), Mode::Take).await.expect("an answer")
}

pub(super) async fn take_linden(bench: &Bench) {
    let tally = take(bench, "theories", "theories.csv", file(LINDEN).as_bytes()).await;
    assert_eq!((tally.new, tally.refused.as_slice()), (12, [].as_slice()));
}

pub(super) async fn take_template(bench: &Bench) -> Tally {
    let pack = include_bytes!("../../../../../content/theory-of-action.toml");
    take(bench, "theory-templates", "theory-of-action.toml", pack).await
}
