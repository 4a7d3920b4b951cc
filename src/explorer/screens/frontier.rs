//! The Frontier screen: what the law and the roofline say about the space.

pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;
