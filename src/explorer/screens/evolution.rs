//! The Evolution screen: what the frontier's members are like.

pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;
