use proptest::prelude::*;

use super::*;
use crate::frameworks::{lineage::Fate, pack, sample::DEFAULT_PACK};

fn base() -> Vec<Practice> {
    let mut practices = pack::read("vi-pit.toml", DEFAULT_PACK).expect("a sound pack").practices;
    practices.truncate(5);
    for (number, practice) in (1..).zip(&mut practices) {
        practice.code = format!("P{number}");
        practice.title = format!("Practice {number}");
    }
    practices
}

fn sheet() -> Sheet {
    Sheet::begin(base())
}

fn part(code: &str, title: &str) -> Part {
    Part { code: code.to_owned(), title: title.to_owned(), good: "It is done.".to_owned() }
}

fn fates(sheet: &Sheet) -> Vec<(String, Fate)> {
    sheet.standing().map(|line| (line.says.code.clone(), sheet.fate(line))).collect()
}

fn of(sheet: &Sheet, number: i32) -> (i32, i32, Practice) {
    let line = sheet.line(number).expect("a line");
    (line.number, line.version, line.says.clone())
}

#[test]
fn a_draft_begins_as_what_is_published() {
    let sheet = sheet();
    assert!(sheet.standing().all(|line| sheet.fate(line) == Fate::Kept && !sheet.differs(line)));
    assert_eq!(sheet.lineage().len(), 5);
}

#[test]
fn each_kind_of_change_has_its_fate_and_its_words() {
    let mut sheet = sheet();
    let (number, version, mut says) = of(&sheet, 1);
    says.title = "Practice one".to_owned();
    assert_eq!(sheet.change(number, version, says.clone(), "Clearer.").ok().as_deref(), Some("P1 “Practice 1” reworded"));
    assert!(matches!(sheet.change(number, version, says, "Again."), Err(Error::Stale)), "somebody was faster");

    let (number, version, mut says) = of(&sheet, 2);
    says.vip = !says.vip;
    says.due.truncate(1);
    says.due[0].end = says.due[0].start;
    assert!(matches!(sheet.change(number, version, says.clone(), " "), Err(Error::Refused(_))), "without a reason");
    assert!(sheet.change(number, version, says, "Goes with growth.").is_ok());
    assert_eq!(sheet.fate(sheet.line(2).expect("a line")), Fate::Kept, "its words stay");
    assert!(sheet.differs(sheet.line(2).expect("a line")));

    let parts = [part("P3", "A goal with each coachee"), part("P3b", "A goal with each team")];
    assert_eq!(sheet.split(3, 1, &parts, "Two in one coat.").ok().as_deref(), Some("P3 “Practice 3” split into P3 and P3b"));
    assert!(sheet.merge((4, 1), &[(5, 1)], ("Both", "Both are done."), "On the same day.").is_ok());
    assert!(sheet.add(Practice { code: "N1".to_owned(), ..base().remove(0) }, "It had no line.").is_ok());
    assert!(sheet.retire(2, 2, "Done everywhere, used nowhere.").is_ok());
    let word = |code: &str, fate: Fate| (code.to_owned(), fate);
    assert_eq!(
        fates(&sheet),
        [
            word("P1", Fate::Reworded),
            word("P3", Fate::Split),
            word("P3b", Fate::Split),
            word("P4", Fate::Merged),
            word("N1", Fate::New)
        ]
    );
    assert_eq!(sheet.ended("P2").map(|line| line.reason.as_str()), Some("Done everywhere, used nowhere."));
    assert!(sheet.ended("P5").is_none(), "it was taken in by P4");
    let drawn: Vec<(usize, usize)> = sheet.groups().iter().map(|group| (group.before.len(), group.after.len())).collect();
    assert_eq!(drawn, [(1, 1), (1, 0), (1, 2), (2, 1), (0, 1)]);
}

#[test]
fn a_code_stands_for_one_practice() {
    let mut sheet = sheet();
    let (number, version, mut says) = of(&sheet, 1);
    says.code = "P2".to_owned();
    assert!(sheet.change(number, version, says, "Why not.").is_err());
    assert!(sheet.split(1, 1, &[part("P1", "One"), part("P2", "Two")], "Two.").is_err());
    assert!(sheet.split(1, 1, &[part("P9", "One"), part("P9", "Two")], "Two.").is_err());
    assert!(sheet.split(1, 1, &[part("P1", "One")], "One.").is_err(), "one part is no split");
    // A retired practice leaves its code free, and can't come back while another one has it.
    assert!(sheet.retire(2, 1, "Gone.").is_ok());
    assert!(sheet.split(1, 1, &[part("P1", "One"), part("P2", "Two")], "Two.").is_ok());
    assert!(sheet.bring_back(2, 2, "").is_err());
}

#[test]
fn one_that_is_changed_back_is_kept_and_needs_no_reason() {
    let mut sheet = sheet();
    let (number, version, says) = of(&sheet, 1);
    let other = Practice { title: "Other".to_owned(), ..says.clone() };
    assert!(sheet.change(number, version, other, "Clearer.").is_ok());
    assert!(sheet.change(number, 2, says, "").is_ok());
    let line = sheet.line(1).expect("a line");
    assert_eq!((sheet.fate(line), line.reason.as_str()), (Fate::Kept, ""));
}

#[test]
fn a_step_can_be_taken_back_while_nobody_built_on_it() {
    let mut sheet = sheet();
    let start = sheet.lines.clone();
    assert!(sheet.split(3, 1, &[part("P3", "One"), part("P3b", "Two")], "Two.").is_ok());
    let split = kept(&start, &sheet.lines);
    assert_eq!(split.len(), 2);
    let middle = sheet.lines.clone();
    assert!(sheet.retire(3, 2, "Gone.").is_ok());
    let retired = kept(&middle, &sheet.lines);
    assert!(matches!(sheet.undo("split", &split), Err(Error::Refused(_))), "it was retired since");
    assert!(sheet.undo("retired", &retired).is_ok());
    assert!(sheet.undo("split", &split).is_ok(), "what was built on it is gone");
    assert_eq!(fates(&sheet).len(), 5);
    assert!(fates(&sheet).iter().all(|(_, fate)| *fate == Fate::Kept));
}

#[test]
fn practices_move_among_those_that_stand() {
    let mut sheet = sheet();
    assert!(sheet.retire(2, 1, "Gone.").is_ok());
    assert!(sheet.place(3, Direction::Up).is_ok());
    assert!(sheet.place(3, Direction::Up).is_ok(), "at the top it stays");
    let codes: Vec<String> = fates(&sheet).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["P3", "P1", "P4", "P5"]);
    assert!(fates(&sheet).iter().all(|(_, fate)| *fate == Fate::Kept), "an order is no change of words");
}

/// What somebody may try; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Edit {
    Add(usize),
    Change(usize, usize, bool),
    Split(usize, usize),
    Merge(usize, usize),
    Retire(usize),
    BringBack(usize),
    Place(usize, bool),
    Undo(usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let place = || 0_usize..12;
    let edit = prop_oneof![
        place().prop_map(Edit::Add),
        (place(), place(), any::<bool>()).prop_map(|(line, code, vip)| Edit::Change(line, code, vip)),
        (place(), place()).prop_map(|(line, code)| Edit::Split(line, code)),
        (place(), place()).prop_map(|(line, other)| Edit::Merge(line, other)),
        place().prop_map(Edit::Retire),
        place().prop_map(Edit::BringBack),
        (place(), any::<bool>()).prop_map(|(line, up)| Edit::Place(line, up)),
        (0_usize..40).prop_map(Edit::Undo),
    ];
    proptest::collection::vec(edit, 0..40)
}

fn nth(sheet: &Sheet, state: State, place: usize) -> Option<Line> {
    let lines: Vec<&Line> = sheet.lines.iter().filter(|line| line.state == state).collect();
    (!lines.is_empty()).then(|| lines[place % lines.len()].clone())
}

/// Tries an edit; what the rules refuse changes nothing.
fn try_one(sheet: &mut Sheet, steps: &[Vec<Kept>], edit: &Edit) -> Option<Result<String, Error>> {
    let standing = |sheet: &Sheet, place: usize| nth(sheet, State::Stands, place);
    Some(match edit {
        Edit::Add(code) => sheet.add(Practice { code: format!("C{code}"), ..base().remove(0) }, "New."),
        Edit::Change(place, code, vip) => {
            let line = standing(sheet, *place)?;
            let says = Practice { code: format!("C{code}"), vip: *vip, title: format!("Title {code}"), ..line.says.clone() };
            sheet.change(line.number, line.version, says, if code % 5 == 0 { "" } else { "Clearer." })
        }
        Edit::Split(place, code) => {
            let line = standing(sheet, *place)?;
            sheet.split(line.number, line.version, &[part(&line.says.code, "One"), part(&format!("C{code}"), "Two")], "Two.")
        }
        Edit::Merge(place, other) => {
            let (line, other) = (standing(sheet, *place)?, standing(sheet, *other)?);
            sheet.merge((line.number, line.version), &[(other.number, other.version)], ("Both", "Both."), "One.")
        }
        Edit::Retire(place) => {
            let line = standing(sheet, *place)?;
            sheet.retire(line.number, line.version, "Gone.")
        }
        Edit::BringBack(place) => {
            let line = nth(sheet, State::Retired, *place)?;
            sheet.bring_back(line.number, line.version, "Back.")
        }
        Edit::Place(place, up) => {
            let line = standing(sheet, *place)?;
            sheet.place(line.number, if *up { Direction::Up } else { Direction::Down })
        }
        Edit::Undo(step) => sheet.undo("a step", steps.get(*step)?),
    })
}

proptest! {
    /// The promise of the whole: nothing that was published gets lost, and nothing new comes from nowhere.
    #[test]
    fn whatever_is_edited_every_old_practice_has_a_fate_and_every_new_one_an_origin(edits in edits()) {
        let mut sheet = sheet();
        let mut steps: Vec<Vec<Kept>> = Vec::new();
        for edit in &edits {
            let before = sheet.lines.clone();
            match try_one(&mut sheet, &steps, edit) {
                Some(Ok(_)) => steps.push(kept(&before, &sheet.lines)),
                Some(Err(_)) => prop_assert_eq!(&before, &sheet.lines, "a refusal changes nothing"),
                None => {}
            }
            let codes: BTreeSet<&str> = sheet.standing().map(|line| line.says.code.as_str()).collect();
            prop_assert_eq!(codes.len(), sheet.standing().count(), "a code stands for one practice");
            for practice in &sheet.base {
                let onward = sheet.onward(&practice.code).count();
                let ended = sheet.ended(&practice.code);
                prop_assert_eq!(onward == 0, ended.is_some(), "{} leads somewhere or ends", &practice.code);
                prop_assert!(ended.is_none_or(|line| !line.reason.is_empty()), "an end has a reason");
            }
            for line in sheet.standing() {
                let fate = sheet.fate(line);
                prop_assert_eq!(fate == Fate::New, line.origins.is_empty(), "{} comes from somewhere or is new", line.number);
                prop_assert!(line.origins.iter().all(|code| sheet.published(code).is_some()));
                prop_assert!(fate != Fate::Retired);
                prop_assert!(!sheet.differs(line) || !line.reason.is_empty(), "{} differs for a reason", line.number);
            }
            let (groups, standing) = (sheet.groups(), sheet.standing().count());
            prop_assert_eq!(groups.iter().map(|group| group.before.len()).sum::<usize>(), sheet.base.len());
            prop_assert_eq!(groups.iter().map(|group| group.after.len()).sum::<usize>(), standing);
        }
    }
}
