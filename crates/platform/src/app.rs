//! What every request can reach: the app as a whole, and the one request's context.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{extract::FromRequestParts, http::request::Parts};
use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    access::{Identify, Kind, Standing, Via},
    api::Mark,
    clock::{self, Clock},
    config::Config,
    db::Db,
    error::Error,
    files::Files,
    kept::Kept,
    room::House,
    settings::Settings,
    web::Shell,
};

/// The running program.
pub struct App {
    /// The database.
    pub db: Db,
    /// Where the time comes from.
    pub clock: Clock,
    /// When this process began.
    pub started: DateTime<Utc>,
    /// How it was set up.
    pub config: Config,
    /// The rooms.
    pub house: House,
    /// Who stands behind a token.
    pub identify: Arc<dyn Identify>,
    /// Where files are kept.
    pub files: Files,
    /// The demo's people for one-click sign-in; empty anywhere else.
    pub personas: Vec<Persona>,
    /// What was worked out from the data and still holds.
    pub kept: Kept,
}

/// One of the demo's people.
#[derive(Clone, Debug)]
pub struct Persona {
    /// `implementer`, `director` …
    pub name: String,
    /// The person's key.
    pub slug: String,
    /// The person's name.
    pub person: String,
    /// One sentence about what this person opens the program for.
    pub about: &'static str,
}

/// One request: who asks, when, and in what manner.
#[derive(Clone)]
pub struct Cx {
    /// The running program.
    pub app: Arc<App>,
    /// Who asks, when somebody signed in.
    pub who: Option<Arc<Standing>>,
    /// The time at which the request came in; everything in it happens then.
    pub now: DateTime<Utc>,
    /// The organisation's own settings.
    pub settings: Settings,
    /// Whether htmx asks for a part of the page.
    pub htmx: bool,
    /// Whether a page is asked for, rather than something sent.
    pub(crate) is_get: bool,
    /// The address, with what follows its question mark.
    pub address: String,
    /// The database with the key of the request, which goes along with its writes.
    pub(crate) marked_db: Option<Db>,
    /// What the browser brought that pages need.
    pub(crate) browser: Browser,
    /// What was read already, for a request that only looks.
    pub(crate) remembered: Option<Remembered>,
}

/// What was read for one request, by its type and a name.
#[derive(Clone, Default)]
pub(crate) struct Remembered(Arc<Mutex<Answers>>);

/// Answers by their type and a name.
type Answers = HashMap<(TypeId, String), Box<dyn Any + Send>>;

/// What the browser brought along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub csrf: String,
    pub theme: Option<&'static str>,
    pub toast: Option<crate::web::Toast>,
    pub client: Option<std::net::IpAddr>,
}

/// How long a proof of who somebody is counts for what asks for a fresh one.
pub const FRESH_FOR: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

impl Cx {
    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.marked_db.as_ref().unwrap_or(&self.app.db)
    }

    /// The same request, whose writes mark its key as used.
    pub(crate) fn marked(&self, mark: Mark) -> Self {
        Self { marked_db: Some(self.app.db.marked(mark)), ..self.clone() }
    }

    /// What `read` answers, asked once in a request that only looks: the parts of a page ask for the same things. `name` says
    /// which one of its type it is.
    ///
    /// # Errors
    /// What `read` answers with.
    pub async fn once<T: Clone + Send + 'static, E>(
        &self,
        name: String,
        read: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let Some(Remembered(remembered)) = &self.remembered else { return read.await };
        let key = (TypeId::of::<T>(), name);
        let known = || remembered.lock().unwrap_or_else(PoisonError::into_inner).get(&key)?.downcast_ref::<T>().cloned();
        if let Some(known) = known() {
            return Ok(known);
        }
        let found = read.await?;
        remembered.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Box::new(found.clone()));
        Ok(found)
    }

    /// Today where the organisation is.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.settings.local(self.now).date()
    }

    /// A new id.
    #[must_use]
    pub fn new_id(&self) -> uuid::Uuid {
        clock::new_id(self.now)
    }

    /// The address that the request came from, as far as we can know it: what a proxy says counts only from proxies that we
    /// trust, and a proxy on this machine that we don't know hides it.
    #[must_use]
    pub fn client(&self) -> Option<std::net::IpAddr> {
        self.browser.client
    }

    /// The same in words, for the log.
    #[must_use]
    pub fn place(&self) -> String {
        self.client().map_or_else(|| "an unknown place".to_owned(), |address| address.to_string())
    }

    /// Asks that whoever is signed in showed who it is within [`FRESH_FOR`].
    ///
    /// # Errors
    /// When nobody is signed in, when it was longer ago, and when a program asks in somebody's name.
    pub async fn must_be_fresh(&self) -> Result<(), Error> {
        let who = self.who.as_ref().ok_or(Error::NotSignedIn)?;
        let Via::Session(hash) = &who.via else { return Err(Error::NotByToken) };
        let proved = self.app.identify.proved_at(self.db(), hash.clone()).await?;
        if proved.is_some_and(|at| at + FRESH_FOR < self.now) { Err(Error::AsksAgain) } else { Ok(()) }
    }

    /// The frame of a page: its title, and which entry of the navigation it belongs to (`/partnerships`, or empty).
    #[must_use]
    pub fn shell(&self, title: impl Into<String>, section: &str) -> Shell {
        Shell::new(self, title.into(), section)
    }

    /// Whether the visitor is of this kind.
    #[must_use]
    pub fn is(&self, kind: Kind) -> bool {
        self.who.as_ref().is_some_and(|who| who.kind == kind)
    }
}

impl FromRequestParts<Arc<App>> for Cx {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        // The layer that identifies visitors puts it there; without that layer (health, metrics) nobody is known.
        Ok(parts.extensions.get::<Cx>().cloned().unwrap_or_else(|| Cx {
            app: Arc::clone(app),
            who: None,
            now: app.clock.now(),
            settings: Settings::default(),
            htmx: false,
            is_get: parts.method == axum::http::Method::GET,
            address: parts.uri.to_string(),
            marked_db: None,
            browser: Browser::default(),
            remembered: None,
        }))
    }
}
