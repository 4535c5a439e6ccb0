//! HTTP types, problem types and the client shared by relay, authority and app.

pub mod authority;
