//! The Theory screen: what an optimal architecture looks like, before any space is searched.

pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;
