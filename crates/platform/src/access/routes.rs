//! The table of routes: method, path and permission, taken from the handler's own first parameter.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodRouter, get, post},
};

use super::Permission;
use crate::app::App;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// GET or POST: all that a form without scripts can say.
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
}

macro_rules! declares {
    ($($rest:ident),*) => {
        impl<M, P: Permission, $($rest),*> Declares for (M, P, $($rest),*) {
            fn words() -> (&'static str, &'static str) {
                P::words()
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
        self.add("GET", path, T::words(), get(handler))
    }

    /// A change.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: Declares + 'static,
    {
        self.add("POST", path, T::words(), post(handler))
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        (action, thing): (&'static str, &'static str),
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        self.router = self.router.route(path, handler);
        self.table.push(Route { method, path, action, thing });
        self
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.table.extend(others.table);
        self
    }

    /// The lines of the table.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    pub(crate) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}
