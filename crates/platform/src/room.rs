//! A room is a value: what it hands to the binary and what it contributes to the others' pages.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use crate::{
    access::{Routes, Standing},
    api::Reference,
    app::Cx,
    db::Migration,
    error::Error,
    import::Kind,
    jobs::JobKind,
};

/// A future that a room's contribution answers with.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// How any row is named across rooms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The kind: `person`, `partnership`, `practice` …
    pub kind: &'static str,
    /// The row's readable key (a slug, a code) or its id.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// Where its page is.
    pub href: String,
}

/// A part that a room shows on another room's page about the same subject. It answers finished HTML, or nothing.
pub struct Panel {
    /// The kind of subject whose page it belongs on.
    pub on: &'static str,
    /// Where on the page.
    pub place: Place,
    /// Its order among the panels there; lower comes first.
    pub order: u8,
    /// Draws it for the subject; asks the database a fixed number of times.
    pub draw: for<'a> fn(&'a Cx, &'a Subject) -> Answer<'a, Option<String>>,
}

/// Where on a page a panel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Short facts under the title.
    Head,
    /// The main column.
    Main,
    /// The rail beside it.
    Rail,
}

/// A sheet on Today, finished HTML or nothing: what matters to this person now.
pub struct TodaySheet {
    /// Where on the page.
    pub place: Place,
    /// Lower comes first.
    pub order: u8,
    /// Draws it for the signed-in person; asks the database a fixed number of times.
    pub draw: for<'a> fn(&'a Cx, &'a Standing) -> Answer<'a, Option<String>>,
}

/// An entry of the main navigation, and of the pages that the search knows.
pub struct NavEntry {
    /// The word.
    pub label: &'static str,
    /// The address.
    pub href: &'static str,
    /// The icon's name in the sprite.
    pub icon: &'static str,
    /// Lower comes first.
    pub order: u8,
    /// Whether it stands in the bar, or is found by search only.
    pub in_bar: bool,
    /// Whether the phone's bar leaves it out.
    pub wide: bool,
    /// Who sees it.
    pub shown_to: fn(&Standing) -> bool,
}

/// A tab of a page about a subject: partnerships show what later rooms keep about them.
pub struct Tab {
    /// The kind of subject.
    pub on: &'static str,
    /// The word.
    pub label: &'static str,
    /// What follows the subject's address.
    pub path: &'static str,
    /// Lower comes first.
    pub order: u8,
    /// Who sees it.
    pub shown_to: fn(&Standing) -> bool,
}

/// Rows that name files among those that people bring, for the check that each is there.
pub struct KeptFiles {
    /// What they are, in words: `files brought for an import`.
    pub what: &'static str,
    /// A statement that answers a column `name`: each file's name.
    pub names: &'static str,
}

/// What a room hands to the binary.
#[derive(Default)]
pub struct Room {
    /// Its name.
    pub name: &'static str,
    /// Makes its routes.
    pub routes: Option<fn() -> Routes>,
    /// Its steps of the schema, in order.
    pub migrations: Vec<Migration>,
    /// The kinds of files that it takes in.
    pub imports: Vec<Kind>,
    /// Its jobs.
    pub jobs: Vec<JobKind>,
    /// Its rows that name files.
    pub kept_files: Vec<KeptFiles>,
    /// Its tables whose column `hash` names what is attached.
    pub attaches: Vec<&'static str>,
    /// Kinds of subjects on whose changes nothing hangs that is kept in memory ([`Cx::kept`]): only pages that read them anew show
    /// them. A kind that something kept is worked out from must not stand here.
    pub apart: Vec<&'static str>,
    /// Its parts on other rooms' pages.
    pub panels: Vec<Panel>,
    /// Its tabs on other rooms' pages.
    pub tabs: Vec<Tab>,
    /// Its sheets on Today.
    pub today: Vec<TodaySheet>,
    /// Its entries in the navigation.
    pub nav: Vec<NavEntry>,
}

/// All rooms: the table of contents of the product.
#[derive(Clone)]
pub struct House(Arc<(Vec<Room>, OnceLock<Reference>)>);

impl House {
    /// The house of these rooms, in the order in which they depend on one another.
    #[must_use]
    pub fn new(rooms: Vec<Room>) -> Self {
        Self(Arc::new((rooms, OnceLock::new())))
    }

    /// The rooms.
    #[must_use]
    pub fn rooms(&self) -> &[Room] {
        &self.0.0
    }

    /// The routes of all rooms.
    pub(crate) fn routes(&self) -> Routes {
        self.rooms().iter().filter_map(|room| room.routes).fold(Routes::new(), |routes, of| routes.and(of()))
    }

    /// What the house says about itself to programs: its routes and its OpenAPI document, made once.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        self.0.1.get_or_init(|| self.routes().reference())
    }

    /// The panels for a subject's page at one place, drawn, in order.
    ///
    /// # Errors
    /// Whatever a panel could not read.
    pub async fn panels(&self, cx: &Cx, subject: &Subject, place: Place) -> Result<Vec<String>, Error> {
        let mut panels: Vec<&Panel> = self
            .rooms()
            .iter()
            .flat_map(|room| &room.panels)
            .filter(|panel| panel.on == subject.kind && panel.place == place)
            .collect();
        panels.sort_by_key(|panel| panel.order);
        let mut drawn = Vec::new();
        for panel in panels {
            drawn.extend((panel.draw)(cx, subject).await?);
        }
        Ok(drawn)
    }

    /// The tabs of a subject's pages for these eyes, in order: word and address.
    #[must_use]
    pub fn tabs(&self, who: &Standing, subject: &Subject) -> Vec<(&'static str, String)> {
        let mut tabs: Vec<&Tab> =
            self.rooms().iter().flat_map(|room| &room.tabs).filter(|tab| tab.on == subject.kind && (tab.shown_to)(who)).collect();
        tabs.sort_by_key(|tab| tab.order);
        tabs.into_iter().map(|tab| (tab.label, format!("{}{}", subject.href, tab.path))).collect()
    }

    /// Whether nothing that is kept in memory hangs on changes of this kind of subject.
    pub(crate) fn is_apart(&self, kind: &str) -> bool {
        self.rooms().iter().any(|room| room.apart.contains(&kind))
    }

    /// The kind of file of that name.
    #[must_use]
    pub fn import_kind(&self, name: &str) -> Option<&Kind> {
        self.rooms().iter().flat_map(|room| &room.imports).find(|kind| kind.name == name)
    }
}
