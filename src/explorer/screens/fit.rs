//! The Fit screen: what the runs say about the law.

pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;
