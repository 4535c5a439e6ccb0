//! The table of routes: each with its method and who may pass its door. The router is made of it, and
//! so is the authorisation matrix in the tests; what is not in it does not exist.

use axum::{
    Router,
    http::Method,
    routing::{MethodFilter, MethodRouter},
};

use super::Shared;

/// Who may pass the door of a route. What happens behind it is another matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anybody, unsigned.
    Anyone,
    /// Whoever holds a key that stands in the body; whose it is, is looked at behind the door.
    Bearer,
    /// The device of an enrolled person.
    Device,
    /// Who works at the desk.
    Operator,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path; `{id}` stands for one segment.
    pub path: &'static str,
    /// Who may ask.
    pub door: Door,
}

/// The methods of one path.
pub(super) struct Methods {
    names: Vec<Method>,
    handlers: MethodRouter<Shared>,
}

impl Methods {
    pub(super) fn new(method: MethodFilter, handlers: MethodRouter<Shared>) -> Self {
        let known = [
            (MethodFilter::GET, Method::GET),
            (MethodFilter::PUT, Method::PUT),
            (MethodFilter::POST, Method::POST),
            (MethodFilter::DELETE, Method::DELETE),
        ];
        let names = known.into_iter().filter(|(filter, _)| *filter == method);
        Self { names: names.map(|(_, name)| name).collect(), handlers }
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.names.extend(other.names);
        Self { names: self.names, handlers: self.handlers.merge(other.handlers) }
    }
}

/// Routes behind one door.
pub(super) struct Routes {
    door: Door,
    pub(super) rows: Vec<Route>,
    pub(super) router: Router<Shared>,
}

impl Routes {
    pub(super) fn behind(door: Door) -> Self {
        Self { door, rows: Vec::new(), router: Router::new() }
    }

    pub(super) fn route(mut self, path: &'static str, methods: Methods) -> Self {
        let row = |method| Route { method, path, door: self.door };
        self.rows.extend(methods.names.into_iter().map(row));
        self.router = self.router.route(path, methods.handlers);
        self
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self.router = self.router.merge(other.router);
        self
    }
}
