//! Photos and files, as programs are told of them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::cycles::{files, files::CycleFile};

/// A photo or another file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CycleFile")]
pub(super) struct Answer {
    /// The key.
    key: String,
    /// What it is called.
    name: String,
    /// What it shows; empty where nobody said so.
    caption: String,
    /// Its kind, such as `image/jpeg` or `application/pdf`.
    media_type: String,
    /// How many bytes it has.
    size: i64,
    /// The address of its content: a GET with the same token answers it.
    href: String,
}

/// Tells of the files on a part of the cycle of that key.
pub(super) fn told(cycle: &str, files: Vec<CycleFile>) -> Vec<Answer> {
    let base = crate::cycles::href(cycle);
    let told = files.into_iter().map(|file| Answer {
        href: format!("{}/content", files::href(&base, &file.key)),
        media_type: file.facts.kind().media_type().to_owned(),
        size: file.facts.bytes(),
        key: file.key,
        name: file.name,
        caption: file.caption,
    });
    told.collect()
}
