use platform::import::{Book, Leaf};

use super::{super::pack, *};

fn default_pack() -> pack::Pack {
    pack::read("vi-pit.toml", include_str!("../../../../../content/vi-pit.toml")).expect("the default pack reads")
}

/// The workbook of a version as it is read again: a stand-in for the file, cell by cell.
fn book_of(pack: &pack::Pack, passing: Option<&Passing>) -> Book {
    let sheets = out::sheets(pack, passing).expect("sheets");
    let bytes = platform::sheet::workbook(&sheets).expect("a workbook");
    let kind = super::super::import::kind();
    match platform::import::read(&kind, "version.xlsx", &bytes).expect("a workbook that can be read") {
        platform::import::Source::Book(book) => book,
        _ => panic!("a workbook is read as one"),
    }
}

fn leaf<'a>(book: &'a mut Book, sheet: &str) -> &'a mut Leaf {
    book.sheets.iter_mut().find(|leaf| leaf.name == sheet).expect("a sheet")
}

fn put(book: &mut Book, sheet: &str, row: usize, column: &str, value: &str) {
    let leaf = leaf(book, sheet);
    let place = leaf.headings.1.iter().position(|name| name == column).expect("a column");
    value.clone_into(&mut leaf.rows[row].1[place]);
}

#[test]
fn a_version_comes_back_as_it_went_with_texts_of_every_shape() {
    let mut pack = default_pack();
    pack.practices[0].evidence = vec!["Two lines:\nthe second; with marks".to_owned(), "=1+1".to_owned()];
    pack.practices[0].adapt.insert("intensive".to_owned(), "In two halves:\nmorning; afternoon".to_owned());
    pack.practices[1].good = "Åsa – 学校, \"quoted\"\n\nand a third line".to_owned();
    pack.models[1].name = "Odd; name".to_owned();
    let passing = Passing {
        origins: pack
            .practices
            .iter()
            .map(|one| Origin { fate: "kept".to_owned(), codes: vec![one.code.clone()], reason: "As it was.".to_owned() })
            .collect(),
        ended: vec![Ended { code: "9.9.9".to_owned(), title: "Gone".to_owned(), reason: "Nobody did it.".to_owned() }],
    };
    let read = read(&book_of(&pack, Some(&passing))).expect("it reads");
    assert_eq!(read.pack.fingerprint().expect("a fingerprint"), pack.fingerprint().expect("a fingerprint"));
    assert_eq!((read.passing.as_ref(), read.notices.len()), (Some(&passing), 0));
    let alone = super::read(&book_of(&pack, None)).expect("it reads");
    assert_eq!(alone.passing, None, "a first version follows nothing");
    pack.practices[2].title.push('!');
    assert!(!is_same(&read.pack, &pack).expect("an answer"));
}

#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let changed: [(&str, usize, &str, &str, &str); 16] = [
        ("practices", 3, "step", "Dance", "There is no step of that name."),
        ("practices", 3, "strand", "", "This cell is empty."),
        ("practices", 3, "due", "1: Octember", "“1: Octember” is no window."),
        ("practices", 3, "due", "9: October", "There is no cycle of that number."),
        ("practices", 3, "due", "1: November to September", "runs past the end of the school year."),
        ("practices", 3, "models", "Intensive; Sparse", "There is no support model Sparse."),
        ("practices", 3, "models", "Intensive; Intensive", "have this id."),
        ("practices", 3, "adapt", "in two halves", "does not begin with a support model."),
        ("practices", 3, "code", "1.1.1", "Two of the practices have this code."),
        ("practices", 3, "title", "", "It is empty."),
        ("practices", 3, "item", "1.5", "This is not a whole number."),
        ("version", 0, "effective_from", "soon", "This is not a day."),
        ("on track", 0, "watch_from", "2", "A share lies between 0 and 1."),
        ("strands", 1, "number", "1", "have this number."),
        ("cycles", 1, "start", "13", "A month is a number from 1 to 12."),
        ("models", 1, "dose_days_per_week", "8", "A week has no such number of days."),
    ];
    for (sheet, row, column, value, problem) in changed {
        let mut book = book_of(&default_pack(), None);
        put(&mut book, sheet, row, column, value);
        let refused = read(&book).expect_err(problem);
        let first = &refused[0];
        assert_eq!(first.row, Some(row as u64 + 2), "{first}");
        assert_eq!(first.column.as_deref(), Some(format!("{sheet}: {column}").as_str()), "{first}");
        assert!(first.problem.contains(problem) && !first.advice.is_empty(), "{first}");
    }
}

#[test]
fn sheets_and_columns_are_missed_and_strange_ones_are_told() {
    let mut book = book_of(&default_pack(), None);
    book.sheets.retain(|leaf| leaf.name != "strands");
    let refused = read(&book).expect_err("no strands");
    assert!(refused[0].to_string().starts_with("version.xlsx: The workbook has no sheet \"strands\""), "{}", refused[0]);

    let mut book = book_of(&default_pack(), None);
    leaf(&mut book, "practices").headings.1[1] = "code".to_owned();
    let refused = read(&book).expect_err("two codes, no title");
    let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|line| line.starts_with("version.xlsx, row 1, column practices: code: Two columns")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("column practices: title: This column is missing.")), "{told:?}");

    let mut book = book_of(&default_pack(), None);
    leaf(&mut book, "cycles").headings.1.push("colour".to_owned());
    leaf(&mut book, "qualities").name = "Qualities ".to_owned();
    let notes = Leaf { name: "Notes".to_owned(), headings: (1, vec!["x".to_owned()]), rows: Vec::new(), refused: Vec::new() };
    book.sheets.push(notes);
    let read = read(&book).expect("it reads");
    assert_eq!(read.notices.len(), 2, "{:?}", read.notices);

    let mut book = book_of(&default_pack(), None);
    let again = leaf(&mut book, "version").rows[0].clone();
    leaf(&mut book, "version").rows.push((3, again.1));
    let refused = super::read(&book).expect_err("two versions");
    assert_eq!((refused[0].row, refused[0].problem.as_str()), (Some(3), "There is more than one row."));

    let mut book = book_of(&default_pack(), None);
    leaf(&mut book, "version").rows.clear();
    let refused = super::read(&book).expect_err("no version");
    let told = "version.xlsx, row 1, column version: There is no row below the headings. Fill one in.";
    assert_eq!((refused[0].to_string().as_str(), refused.len()), (told, 1));
    let mut book = book_of(&default_pack(), None);
    leaf(&mut book, "cycles").rows.clear();
    let refused = super::read(&book).expect_err("no cycles");
    assert_eq!(refused[0].to_string(), "version.xlsx, column cycles: There is no cycle. Write at least one.");
}

#[test]
fn where_practices_come_from_is_read_however_its_heading_is_written() {
    let pack = default_pack();
    let origin = |one: &pack::Practice| Origin { codes: vec![one.code.clone()], ..Origin::default() };
    let ended = vec![Ended { code: "9.9.9".to_owned(), title: "Gone".to_owned(), reason: "Nobody did it.".to_owned() }];
    let passing = Passing { origins: pack.practices.iter().map(origin).collect(), ended };
    for written in ["comes from", " Comes From ", "COMES_FROM"] {
        let mut book = book_of(&pack, Some(&passing));
        let names = &mut leaf(&mut book, "practices").headings.1;
        let place = names.iter().position(|name| name == "comes_from").expect("the column");
        written.clone_into(&mut names[place]);
        let read = super::read(&book).expect("it reads");
        assert_eq!((read.passing.as_ref(), read.notices.len()), (Some(&passing), 0), "{written}");
    }
    let mut book = book_of(&pack, Some(&passing));
    let names = &mut leaf(&mut book, "practices").headings.1;
    names.iter_mut().filter(|name| *name == "comes_from").for_each(String::clear);
    let refused = super::read(&book).expect_err("those that end follow nothing");
    assert!(refused[0].to_string().starts_with("version.xlsx, row 1, column ended: Practices end here"), "{}", refused[0]);
}
