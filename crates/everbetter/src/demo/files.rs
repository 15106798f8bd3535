//! The files inside the program: the demo organisation and the default content pack.

use std::borrow::Cow;

use rust_embed::Embed;

/// The default framework's file.
pub(crate) const PACK: &str = "vi-pit.toml";
/// The default templates of cycles.
pub(crate) const CYCLE_TEMPLATES: &str = "cycle-templates.toml";
/// The default template of theories of action.
pub(crate) const THEORY_TEMPLATE: &str = "theory-of-action.toml";
/// The default template of plans.
pub(crate) const PLAN_TEMPLATE: &str = "learning-plan.toml";
/// The default template of close and renew.
pub(crate) const CLOSE_AND_RENEW_TEMPLATE: &str = "close-and-renew.toml";
/// The default template of road maps.
pub(crate) const ROAD_MAP_TEMPLATE: &str = "road-map.toml";

#[derive(Embed)]
#[folder = "../../demo"]
#[exclude = "*.md"]
struct Demo;

#[derive(Embed)]
#[folder = "../../content"]
struct Content;

/// A file's bytes.
pub(crate) fn read(name: &str) -> Option<Cow<'static, [u8]>> {
    Demo::get(name).or_else(|| Content::get(name)).map(|file| file.data)
}
