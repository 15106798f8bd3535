use super::answers::{Answers, answers};
use crate::{Result, check_level};

/// One group's answers, if they may be shown.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupAnswers {
    /// Name of the group.
    pub group: String,
    /// The answers; absent when hidden.
    pub answers: Option<Answers>,
    /// Why they are hidden; absent when shown.
    pub hidden: Option<&'static str>,
}

/// What did each group answer, without giving small groups away?
///
/// Groups with fewer than `floor` answers (5 is common for staff) are hidden, with no figure of theirs. When the hidden
/// groups together have fewer than `floor` answers, total minus the shown groups would give them away, so the smallest
/// shown group is hidden too. This guards one table; for tables that share totals use the crate's disclosure control.
/// Free text needs the same floor.
///
/// # Errors
/// As [`answers`], except that a group without answers is hidden.
///
/// ```
/// use improvement_stats::surveys::answers_by_group;
/// let group = |name: &str, n: usize| (name.to_string(), vec![Some(4); n]);
/// let shown = answers_by_group(&[group("A", 3), group("B", 9), group("C", 20)], 1, 5, 5, 0.95)?;
/// assert_eq!(shown.iter().map(|g| g.hidden.is_some()).collect::<Vec<_>>(), vec![true, true, false]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn answers_by_group(
    groups: &[(String, Vec<Option<i32>>)],
    lowest: i32,
    highest: i32,
    floor: u64,
    level: f64,
) -> Result<Vec<GroupAnswers>> {
    check_level(level)?;
    let sizes: Vec<u64> = groups.iter().map(|(_, values)| values.iter().flatten().count() as u64).collect();
    let mut shown: Vec<bool> = sizes.iter().map(|&n| n >= floor.max(1)).collect();
    let small = shown.clone();
    loop {
        let hidden: u64 = sizes.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(n, _)| n).sum();
        let next = (0..sizes.len()).filter(|&i| shown[i]).min_by_key(|&i| sizes[i]);
        match next {
            // Groups without any answer give nothing away.
            Some(smallest) if hidden > 0 && hidden < floor => shown[smallest] = false,
            _ => break,
        }
    }
    let mut found = Vec::with_capacity(groups.len());
    for (i, (name, values)) in groups.iter().enumerate() {
        let hidden = match (shown[i], small[i]) {
            (true, _) => None,
            (false, false) => Some("fewer answers than may be shown"),
            (false, true) => Some("hidden so that another group cannot be worked out"),
        };
        let answers = if shown[i] { Some(answers(values, lowest, highest, level)?) } else { None };
        found.push(GroupAnswers { group: name.clone(), answers, hidden });
    }
    Ok(found)
}
