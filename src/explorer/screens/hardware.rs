//! The Hardware screen: what the board makes of the pick.

pub(crate) mod keys;
pub mod layout;
pub mod model;
pub(crate) mod update;
pub(crate) mod view;
