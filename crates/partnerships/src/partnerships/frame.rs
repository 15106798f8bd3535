//! The frame that all pages about one partnership share, whichever room they belong to.

use platform::{Cx, access::Standing};

use super::Partnership;

/// The way back, the title and the tabs of a page about a partnership.
///
/// A page shows it by `{% import "partnerships/frame.html" as frames %}` and
/// `{% call frames::head(frame, "One sentence.") %}…buttons…{% endcall %}`; the room's `askama.toml` lists
/// `../partnerships/src` among its folders.
#[derive(Clone, Debug)]
pub struct PartnershipFrame {
    /// The way back: words and addresses.
    pub crumbs: Vec<(String, String)>,
    /// The page's title: the tab's word, or the partnership's name on its first tab.
    pub title: String,
    /// The partnership's name.
    pub name: String,
    /// The tabs: word, address, and whether this page is it.
    pub tabs: Vec<(String, String, bool)>,
}

impl PartnershipFrame {
    /// The frame for these eyes; `current_tab` is what follows the partnership's address (`/tracker`; empty for the first).
    #[must_use]
    pub fn of(cx: &Cx, who: &Standing, partnership: &Partnership, current_tab: &str) -> Self {
        let subject = partnership.subject();
        let current = format!("{}{current_tab}", subject.href);
        let tabs: Vec<_> = cx
            .app
            .house
            .tabs(who, &subject)
            .into_iter()
            .map(|(words, href)| {
                let is_current = href == current;
                (words.to_owned(), href, is_current)
            })
            .collect();
        let mut crumbs = Vec::new();
        // The partner side has one partnership, so a list to go back to would only lead here again.
        if who.is_staff() {
            crumbs.push(("Partnerships".to_owned(), "/partnerships".to_owned()));
        }
        let mut title = partnership.name.clone();
        if !current_tab.is_empty() {
            crumbs.push((partnership.name.clone(), subject.href.clone()));
            if let Some((words, ..)) = tabs.iter().find(|(.., is_current)| *is_current) {
                title.clone_from(words);
            }
        }
        Self { crumbs, title, name: partnership.name.clone(), tabs }
    }
}
