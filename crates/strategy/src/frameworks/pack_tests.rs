use super::*;

const DEFAULT: &str = include_str!("../../../../content/vi-pit.toml");

fn refused(text: &str) -> Vec<String> {
    read("pack.toml", text).expect_err("something is wrong").iter().map(ToString::to_string).collect()
}

/// The default pack with some of its words changed; each must stand there.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(DEFAULT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the pack says {from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn the_default_pack_reads_well() {
    let pack = read("vi-pit.toml", DEFAULT).expect("a sound pack");
    assert_eq!((pack.practices.len(), pack.steps.len(), pack.models.len()), (46, 6, 3));
    assert_eq!(pack.meta.effective_from, "2021-08-01".parse().expect("a date"));
    let practice = pack.practices.iter().find(|practice| practice.code == "1.1.1").expect("1.1.1");
    assert_eq!((practice.due[0].start, practice.due[0].end), (8, 9));
    assert_eq!(practice.adapt["practice-network"], "One shared network goal, and a local target per school.");
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_its_place() {
    let text = changed(&[
        ("step = \"set_goals\"", "step = \"dream\""),
        ("models = [\"intensive\", \"transformation-network\", \"practice-network\"]", "models = [\"intensive\", \"remote\"]"),
        ("due = [{ cycle = 1, start = 8, end = 9 }]", "due = [{ cycle = 7, start = 13, end = 9 }]"),
        ("code = \"1.1.3\"", "code = \"1.1.2\""),
        ("code = \"1.1.4\"", "code = \"1-1-4\""),
        ("vip_reason = \"It is the body that keeps the cycle going between visits and after we leave.\"", ""),
        ("strand = 2", "strand = 9"),
        ("watch_from = 0.60", "watch_from = 6"),
        ("id = \"under_way\"", "id = \"busy\""),
    ]);
    let refused = refused(&text);
    for expected in [
        "pack.toml, column practice 1.1.1, step, \"dream\": There is no step of that id. Choose one of partner, set_goals,",
        "column practice 1.1.1, models, \"remote\": There is no support model of that id.",
        "column practice 1.1.1, adapt, \"practice-network\": It says how the practice is adapted to a model that it is not for.",
        "column practice 1.1.1, due in cycle 7, cycle, \"7\": There is no cycle of that number. Choose one of 1, 2, 3",
        "column practice 1.1.1, due in cycle 7, start, \"13\": A month is a number from 1 to 12.",
        "column practice 1.1.2, code, \"1.1.2\": Two of the practices have this code.",
        "column practice 1-1-4, code, \"1-1-4\": It does not fit the pattern",
        "column practice 1.1.6, vip_reason",
        "strand, \"9\": There is no strand of that number.",
        "column on_track, watch_from, \"6\"",
        "column status busy, id, \"busy\": The tracker does not know it.",
        "column status, \"under_way\": The tracker needs this status.",
    ] {
        assert!(refused.iter().any(|line| line.contains(expected)), "{expected} in {refused:#?}");
    }
}

#[test]
fn a_misspelt_field_hides_nothing_else() {
    let text =
        changed(&[("vip = true", "vip = \"yes\""), ("phase = 1\nitem = 2", "fase = 1\nitem = 2"), ("[[quality]]", "[[qualty]]")]);
    let refused = refused(&text);
    assert!(refused.iter().any(|line| line.contains("column practice 1.1.1: It can’t be read: invalid type")), "{refused:#?}");
    assert!(
        refused.iter().any(|line| line.contains("column practice 1.1.2: It can’t be read: unknown field `fase`")),
        "{refused:#?}"
    );
    assert!(refused.iter().any(|line| line.contains("column qualty: Nothing reads a part of that name.")), "{refused:#?}");
}

#[test]
fn a_window_stays_within_the_school_year() {
    let refused = refused(&changed(&[("start = 8, end = 9", "start = 6, end = 8")]));
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert!(refused[0].contains("runs past the end of the school year"), "{refused:#?}");
}

#[test]
fn what_is_no_toml_is_shown_by_its_line() {
    let refused = refused("[meta]\nid = \"a\nversion = 1\n");
    assert!(refused[0].starts_with("pack.toml, row 2: The file is no TOML"), "{refused:#?}");
}

#[test]
fn comments_and_spaces_change_nothing() {
    let same = read("a", &DEFAULT.replace("# ----", "# ####").replace("\n\n", "\n\n\n")).expect("sound").fingerprint();
    let first = read("b", DEFAULT).expect("sound").fingerprint();
    assert_eq!(same.expect("a print"), first.as_ref().expect("a print").clone());
    let other = read("c", &changed(&[("title = \"Agree the year's goals", "title = \"Settle the year's goals")]));
    assert_ne!(other.expect("sound").fingerprint().expect("a print"), first.expect("a print"));
}
