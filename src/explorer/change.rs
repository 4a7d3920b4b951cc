//! Changes of the state that every screen may ask for: the question, budgets, the pick, formats, the law.

pub(crate) mod asking;
pub(crate) mod budgets;
pub(crate) mod format;
pub(crate) mod judging;
pub(crate) mod live;
pub(crate) mod pick;
pub(crate) mod picture;
pub(crate) mod prompt;
pub(crate) mod question;
pub(crate) mod recipe;
pub mod resampling;
pub(crate) mod sort;
pub(crate) mod what_if;
