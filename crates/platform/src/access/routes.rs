//! The table of routes: method, path and permission, taken from the handler's own first parameter.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodRouter, delete, get, patch, post},
};

use super::{Permission, Standing};
use crate::{
    api::{self, Described, Endpoint, Reference, Right},
    app::App,
};

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// GET or POST, all that a form without scripts can say; for programs also PATCH and DELETE.
    pub method: &'static str,
    /// The address with its named parts in braces.
    pub path: &'static str,
    /// What is done.
    pub action: &'static str,
    /// To what.
    pub thing: &'static str,
}

/// Proof that a handler's first parameter is a permission. Only [`Routes`] asks for it.
#[diagnostic::on_unimplemented(
    message = "this handler declares no permission",
    note = "its first parameter must be `Open`, `SignedIn` or `May<Action, Thing>`"
)]
pub trait Declares {
    /// The words of the permission.
    fn words() -> (&'static str, &'static str);

    /// Whether somebody has the permission, where that hangs on no single thing.
    fn on_the_whole(who: &Standing) -> Option<bool>;
}

macro_rules! declares {
    ($($rest:ident),*) => {
        impl<M, P: Permission, $($rest),*> Declares for (M, P, $($rest),*) {
            fn words() -> (&'static str, &'static str) {
                P::words()
            }

            fn on_the_whole(who: &Standing) -> Option<bool> {
                P::on_the_whole(who)
            }
        }
    };
}
declares!();
declares!(A);
declares!(A, B);
declares!(A, B, C);
declares!(A, B, C, D);

/// Routes in the making.
#[derive(Default)]
pub struct Routes {
    router: Router<Arc<App>>,
    table: Vec<Route>,
    wholes: Vec<fn(&Standing) -> Option<bool>>,
    operations: Vec<Described>,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page, a fragment or a file.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Declares + 'static,
    {
        self.add("GET", path, T::words(), T::on_the_whole, get(handler))
    }

    /// A change.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Declares + 'static,
    {
        self.add("POST", path, T::words(), T::on_the_whole, post(handler))
    }

    /// Something that programs read. `about` is a line, and after an empty line what else there is to say.
    #[must_use]
    pub fn api_get<H: Endpoint<T>, T: Declares + 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        self.describe::<H, T>("GET", path, about).add("GET", path, T::words(), T::on_the_whole, get(handler))
    }

    /// Something that programs make.
    #[must_use]
    pub fn api_post<H: Endpoint<T>, T: Declares + 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        self.describe::<H, T>("POST", path, about).add("POST", path, T::words(), T::on_the_whole, post(handler))
    }

    /// Something that programs change.
    #[must_use]
    pub fn api_patch<H: Endpoint<T>, T: Declares + 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        self.describe::<H, T>("PATCH", path, about).add("PATCH", path, T::words(), T::on_the_whole, patch(handler))
    }

    /// Something that programs take out.
    #[must_use]
    pub fn api_delete<H: Endpoint<T>, T: Declares + 'static>(self, path: &'static str, about: &'static str, handler: H) -> Self {
        self.describe::<H, T>("DELETE", path, about).add("DELETE", path, T::words(), T::on_the_whole, delete(handler))
    }

    fn describe<H: Endpoint<T>, T>(mut self, method: &'static str, path: &'static str, about: &'static str) -> Self {
        self.operations.push(Described::new::<H, T>(method, path, about));
        self
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        (action, thing): (&'static str, &'static str),
        whole: fn(&Standing) -> Option<bool>,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        self.router = self.router.route(path, handler);
        self.table.push(Route { method, path, action, thing });
        self.wholes.push(whole);
        self
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.table.extend(others.table);
        self.wholes.extend(others.wholes);
        self.operations.extend(others.operations);
        self
    }

    /// The lines of the table.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// What these routes say about themselves.
    pub(crate) fn reference(self) -> Reference {
        let rights = self.table.iter().zip(&self.wholes);
        let rights =
            rights.map(|(route, whole)| Right { action: route.action, thing: route.thing, on_the_whole: *whole }).collect();
        Reference { document: api::document(&self.operations), rights, table: self.table }
    }

    pub(crate) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}
