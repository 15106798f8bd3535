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
    /// Which one it is of those that would be told with the same words, such as `, 2 of 3`; else empty.
    pub which: String,
    /// Kind and size.
    pub note: String,
    /// Whether whoever looks may change it.
    pub may_change: bool,
}

impl FileLine {
    /// The files of the cycle at that address that hang in one place; `of` says where, where nobody said what they show.
    pub(in crate::cycles) fn list<'a>(
        cycle: &str,
        files: impl Iterator<Item = &'a CycleFile>,
        of: &str,
        may_change: bool,
    ) -> Vec<Self> {
        let mut lines: Vec<_> = files.map(|file| Self::of(cycle, file, of, may_change)).collect();
        // Photos of one form have the same words, and documents may have one name: each is told from the others by its number.
        let told: Vec<_> = lines.iter().map(|line| if line.small.is_empty() { &line.name } else { &line.alt }.clone()).collect();
        for (place, line) in lines.iter_mut().enumerate() {
            let among = |some: &[String]| some.iter().filter(|words| **words == told[place]).count();
            let all = among(&told);
            if all > 1 {
                line.which = format!(", {} of {all}", among(&told[..=place]));
            }
        }
        lines
    }

    fn of(cycle: &str, file: &CycleFile, of: &str, may_change: bool) -> Self {
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
            which: String::new(),
            note: format!("{}, {}", facts.kind().words(), facts.size_in_words()),
            may_change,
        }
    }
}
