//! Files as pages show them. `cycles/files/lines.html` draws them: `files(shell, list)`, and `chooser(…)` takes more.

use platform::attachments::Facts;

use super::CycleFile;

/// A file in a list.
#[derive(Clone, Debug)]
pub(in crate::cycles) struct FileLine {
    /// Where its page is.
    pub href: String,
    /// The address of its content.
    pub content: String,
    /// The address of the small picture of a photo; empty for documents.
    pub small: String,
    pub width: i32,
    pub height: i32,
    pub name: String,
    pub caption: String,
    /// What a photo shows, for those who don't see it.
    pub alt: String,
    /// Kind and size.
    pub note: String,
    /// Whether whoever looks may change it.
    pub may_change: bool,
}

impl FileLine {
    /// A file of the cycle at that address; `of` says where it hangs, where nobody said what it shows.
    pub(in crate::cycles) fn of(cycle: &str, file: &CycleFile, of: &str, may_change: bool) -> Self {
        let href = super::href(cycle, &file.key);
        let facts: &Facts = &file.facts;
        let (width, height) = facts.small_size().unwrap_or_default();
        let small = if facts.kind().is_photo() { format!("{href}/small") } else { String::new() };
        let alt = if file.caption.is_empty() { format!("Photo {of}, without a caption") } else { file.caption.clone() };
        Self {
            content: format!("{href}/content"),
            href,
            small,
            width,
            height,
            name: file.name.clone(),
            caption: file.caption.clone(),
            alt,
            note: format!("{}, {}", facts.kind().words(), facts.size_in_words()),
            may_change,
        }
    }
}
