//! What is sent to make something or to change it. It becomes the page's own form, so that both obey one rule.

use std::{marker::PhantomData, sync::Arc};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use sha2::{Digest, Sha256};

use super::{
    Field, Flaw, Problem,
    etag::Matching,
    once::{Key, key_of},
    reader::{self, Sent},
};
use crate::{app::App, error::Error, web::Form};

/// The members of a body.
pub trait Fields: Send + Sync + 'static {
    /// The name of its schema.
    const NAME: &'static str;
    /// The members.
    const FIELDS: &'static [Field];
}

/// Something new.
pub struct New<F> {
    sent: Sent,
    pub(super) key: Option<Key>,
    fields: PhantomData<fn() -> F>,
}

/// A change of some members; what is not sent stays.
pub struct Edit<F> {
    sent: Sent,
    matching: Matching,
    fields: PhantomData<fn() -> F>,
}

/// Something is taken out, in the version that was read.
pub struct Removal {
    matching: Matching,
}

impl Removal {
    /// The version that it is meant for, when it is the one that stands.
    ///
    /// # Errors
    /// Stale when it is another one.
    pub fn on(&self, version: i32) -> Result<i32, Error> {
        self.matching.check(version)
    }
}

impl FromRequestParts<Arc<App>> for Removal {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Error> {
        Ok(Self { matching: Matching::read(&parts.headers)? })
    }
}

impl<F: Fields> New<F> {
    /// It as the page's form.
    #[must_use]
    pub fn form(&self) -> Form {
        filled(Form::default(), &self.sent)
    }

    /// The answer for a form that needs another look.
    #[must_use]
    pub fn refused(form: &Form) -> Error {
        refused::<F>(form)
    }
}

impl<F: Fields> Edit<F> {
    /// The version that the change is meant for, when it is the one that stands.
    ///
    /// # Errors
    /// Stale when it is another one.
    pub fn on(&self, version: i32) -> Result<i32, Error> {
        self.matching.check(version)
    }

    /// What stands, with what was sent in its place, as the page's form.
    #[must_use]
    pub fn over(&self, standing: Form) -> Form {
        filled(standing, &self.sent)
    }

    /// The answer for a form that needs another look.
    #[must_use]
    pub fn refused(form: &Form) -> Error {
        refused::<F>(form)
    }
}

fn filled(mut form: Form, sent: &Sent) -> Form {
    for (name, values) in sent {
        form.put(name, values.clone());
    }
    form
}

fn refused<F: Fields>(form: &Form) -> Error {
    let name_of = |field: &str| F::FIELDS.iter().find(|one| one.form == field).map_or("", |one| one.name);
    Problem::unfit(form.errors().iter().map(|(field, word)| Flaw::of(name_of(field), word)).collect()).into()
}

impl<F: Fields> FromRequest<Arc<App>> for New<F> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Error> {
        let key = key_of(request.headers())?;
        let address = request.uri().path().to_owned();
        let bytes = reader::bytes(request).await?;
        let sent = reader::object(&bytes, F::FIELDS, true)?;
        let mut hasher = Sha256::new();
        hasher.update(address.as_bytes());
        hasher.update([0]);
        hasher.update(&bytes);
        let key = key.map(|key| Key { key, fingerprint: hasher.finalize().to_vec() });
        Ok(Self { sent, key, fields: PhantomData })
    }
}

impl<F: Fields> FromRequest<Arc<App>> for Edit<F> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Error> {
        let matching = Matching::read(request.headers())?;
        let bytes = reader::bytes(request).await?;
        let sent = reader::object(&bytes, F::FIELDS, false)?;
        Ok(Self { sent, matching, fields: PhantomData })
    }
}
