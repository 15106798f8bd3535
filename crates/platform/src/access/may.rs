//! Permissions as values.

use std::{collections::HashMap, future::Future, marker::PhantomData, ops::Deref, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{Method, request::Parts},
};

use super::Standing;
use crate::{
    app::{App, Cx},
    error::Error,
};

/// Something that can be done to a thing.
pub trait Action: Send + Sync + 'static {
    /// The word in the table of access.
    const NAME: &'static str;
}

/// Declares actions as types.
#[macro_export]
macro_rules! actions {
    ($($(#[$about:meta])* $name:ident = $word:literal),+ $(,)?) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl $crate::access::Action for $name {
            const NAME: &'static str = $word;
        }
    )+};
}

/// The actions that most things know.
pub mod actions {
    crate::actions! {
        /// Look at it.
        See = "see",
        /// Make one.
        Create = "create",
        /// Change it.
        Edit = "edit",
    }
}

/// The parts of an address that stand in braces in its route: `/partnerships/{partnership}`.
#[derive(Clone, Debug, Default)]
pub struct PathIds(HashMap<String, String>);

impl PathIds {
    /// The part of that name.
    ///
    /// # Errors
    /// Not found, when the route has no such part.
    pub fn get(&self, name: &str) -> Result<&str, Error> {
        self.0.get(name).map(String::as_str).ok_or(Error::NotFound)
    }
}

/// What a permission is about.
pub trait Thing: Sized + Send + Sync + 'static {
    /// The word in the table of access.
    const NAME: &'static str;

    /// The thing that the address names, as `who` may see it; `None` when there is none or it is not for these eyes.
    ///
    /// # Errors
    /// The database's own.
    fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> impl Future<Output = Result<Option<Self>, Error>> + Send;

    /// It, when it is the organisation as a whole and needs no address to be found.
    #[must_use]
    fn whole() -> Option<Self> {
        None
    }
}

/// Who may do `A` to the thing. One match, no database.
pub trait Policy<A: Action>: Thing {
    /// Whether doing it asks for a fresh proof of who it is ([`Cx::must_be_fresh`]): what opens doors or closes them.
    /// Looking at the page where it can be done asks for nothing.
    const ASKS_AGAIN: bool = false;

    /// Whether `who` may.
    fn permits(who: &Standing, thing: &Self) -> bool;
}

/// The organisation as a whole, for what is about no single thing: a list, an overview, a first entry.
///
/// Rooms give the whole a name of their own (`struct Partnerships;`) so that the policy says what it is about.
pub trait Whole: Default + Send + Sync + 'static {
    /// The word in the table of access.
    const NAME: &'static str;
}

impl<W: Whole> Thing for W {
    const NAME: &'static str = <W as Whole>::NAME;

    async fn find(_: &Cx, _: &Standing, _: &PathIds) -> Result<Option<Self>, Error> {
        Ok(Some(W::default()))
    }

    fn whole() -> Option<Self> {
        Some(W::default())
    }
}

/// What a handler's first parameter can be.
pub trait Permission: FromRequestParts<Arc<App>> {
    /// The words in the table of access: action and thing.
    fn words() -> (&'static str, &'static str);

    /// Whether `who` has it, where that hangs on no single thing.
    #[must_use]
    fn on_the_whole(_who: &Standing) -> Option<bool> {
        None
    }

    /// Whether it is about a single thing, which some may not even see.
    #[must_use]
    fn can_be_hidden() -> bool {
        false
    }
}

/// Anybody, signed in or not.
pub struct Open(());

/// Whoever signed in.
pub struct SignedIn(Arc<Standing>);

/// The right to do `A` to this `T`, and the `T` itself.
pub struct May<A, T> {
    who: Arc<Standing>,
    thing: T,
    ids: PathIds,
    action: PhantomData<fn() -> A>,
}

impl SignedIn {
    /// Who it is.
    #[must_use]
    pub fn who(&self) -> &Arc<Standing> {
        &self.0
    }
}

impl<A, T> May<A, T> {
    /// Who was permitted.
    #[must_use]
    pub fn who(&self) -> &Arc<Standing> {
        &self.who
    }

    /// The thing.
    #[must_use]
    pub fn thing(&self) -> &T {
        &self.thing
    }

    /// The other named parts of the address, for what hangs below the thing.
    #[must_use]
    pub fn ids(&self) -> &PathIds {
        &self.ids
    }

    /// Whether the same person may also do `B`: the answer that decides if a button is shown.
    #[must_use]
    pub fn also<B: Action>(&self) -> bool
    where
        T: Policy<B>,
    {
        T::permits(&self.who, &self.thing)
    }
}

impl<A, T> Deref for May<A, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.thing
    }
}

impl FromRequestParts<Arc<App>> for Open {
    type Rejection = Error;
    async fn from_request_parts(_: &mut Parts, _: &Arc<App>) -> Result<Self, Error> {
        Ok(Self(()))
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Ok(cx) = Cx::from_request_parts(parts, app).await;
        cx.who.map(Self).ok_or(Error::NotSignedIn)
    }
}

impl<A: Action, T: Policy<A>> FromRequestParts<Arc<App>> for May<A, T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Ok(cx) = Cx::from_request_parts(parts, app).await;
        let who = cx.who.clone().ok_or(Error::NotSignedIn)?;
        let ids = match RawPathParams::from_request_parts(parts, app).await {
            Ok(named) => PathIds(named.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
            Err(_) => return Err(Error::NotFound),
        };
        let thing = T::find(&cx, &who, &ids).await?.ok_or(Error::NotFound)?;
        if !T::permits(&who, &thing) {
            return Err(Error::NotAllowed);
        }
        if <T as Policy<A>>::ASKS_AGAIN && !matches!(parts.method, Method::GET | Method::HEAD) {
            cx.must_be_fresh().await?;
        }
        Ok(Self { who, thing, ids, action: PhantomData })
    }
}

impl Permission for Open {
    fn words() -> (&'static str, &'static str) {
        ("open", "")
    }
}

impl Permission for SignedIn {
    fn words() -> (&'static str, &'static str) {
        ("signed in", "")
    }
}

impl<A: Action, T: Policy<A>> Permission for May<A, T> {
    fn words() -> (&'static str, &'static str) {
        (A::NAME, T::NAME)
    }

    fn on_the_whole(who: &Standing) -> Option<bool> {
        T::whole().map(|whole| T::permits(who, &whole))
    }

    fn can_be_hidden() -> bool {
        T::whole().is_none()
    }
}
