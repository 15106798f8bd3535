//! The frame of a page: what the layout needs to know.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::assets;
use crate::{app::Cx, text};

/// What the layout shows around a page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The page's title.
    pub title: String,
    /// Who is signed in.
    pub who: Option<ShellPerson>,
    /// The main navigation.
    pub nav: Vec<NavPlace>,
    /// The organisation's name.
    pub org: String,
    /// This page's address.
    pub path: String,
    /// The word that forms bring back.
    pub csrf: String,
    /// `light` or `dark`, when the visitor chose one.
    pub theme: Option<&'static str>,
    /// A word about the change that led here.
    pub toast: Option<Toast>,
    bring: Vec<&'static str>,
}

/// Who is signed in, as the bar shows it.
#[derive(Clone, Debug)]
pub struct ShellPerson {
    /// The full name.
    pub name: String,
    /// Two letters.
    pub initials: String,
    /// One of twelve hues.
    pub hue: u8,
    /// The person's page.
    pub href: String,
}

/// An entry of the main navigation.
#[derive(Clone, Debug)]
pub struct NavPlace {
    /// The word.
    pub label: &'static str,
    /// The address.
    pub href: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// Whether this page belongs to it.
    pub current: bool,
    /// Whether the phone's bar leaves it out.
    pub wide: bool,
}

/// A word about a change, with the way to undo it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Toast {
    /// The word.
    pub text: String,
    /// Where a POST undoes it.
    pub undo: Option<String>,
}

impl Toast {
    /// A word without an undo.
    #[must_use]
    pub fn saying(text: impl Into<String>) -> Self {
        Self { text: text.into(), undo: None }
    }

    /// A word with the address that undoes what it tells.
    #[must_use]
    pub fn with_undo(text: impl Into<String>, undo: impl Into<String>) -> Self {
        Self { text: text.into(), undo: Some(undo.into()) }
    }

    /// It as the value of a cookie.
    pub(super) fn in_cookie(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn from_cookie(value: &str) -> Option<Self> {
        let toast: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
        toast.undo.as_deref().is_none_or(super::is_local).then_some(toast)
    }
}

impl Shell {
    pub(crate) fn new(cx: &Cx, title: String, section: &str) -> Self {
        let mut entries: Vec<_> = match &cx.who {
            Some(who) => cx
                .app
                .house
                .rooms()
                .iter()
                .flat_map(|room| &room.nav)
                .filter(|entry| entry.in_bar && (entry.shown_to)(who))
                .collect(),
            None => Vec::new(),
        };
        entries.sort_by_key(|entry| entry.order);
        let kinds = cx.app.house.rooms().iter().flat_map(|room| &room.imports);
        let bring = kinds.filter(|kind| cx.who.as_ref().is_some_and(|who| (kind.may)(who))).map(|kind| kind.name).collect();
        Self {
            title,
            who: cx.who.as_ref().map(|who| ShellPerson {
                name: who.name.clone(),
                initials: text::initials(&who.name),
                hue: text::hue(&who.name),
                href: format!("/people/{}", who.slug),
            }),
            nav: entries
                .into_iter()
                .map(|entry| NavPlace {
                    label: entry.label,
                    href: entry.href,
                    icon: entry.icon,
                    current: entry.href == section,
                    wide: entry.wide,
                })
                .collect(),
            org: cx.settings.organisation().to_owned(),
            path: cx.address.clone(),
            csrf: cx.browser.csrf.clone(),
            theme: cx.browser.theme,
            toast: cx.browser.toast.clone(),
            bring,
        }
    }

    /// Whether the visitor may bring a file of this kind in.
    #[must_use]
    pub fn may_bring(&self, kind: &str) -> bool {
        self.bring.contains(&kind)
    }

    /// The address of an asset, with the hash of its content.
    #[must_use]
    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }
}
