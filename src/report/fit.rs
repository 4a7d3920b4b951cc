//! What a fitted law rests on, and what is said of it: which runs it was fitted to, how it predicts those that it has not seen,
//! which coefficients the runs tell.
//!
//! ```text
//! runs ──▶ Fitting ──▶ Assessment ──┬──▶ notes of the law
//!                                   └──▶ body::Fit ──▶ JSON, the command's tables
//! Fit, Validation, LossLaw ──▶ words ──▶ the command's pairs, the Fit screen's head
//! ```

mod assessment;
mod body;
mod fitting;
mod identified;
pub mod words;

pub use assessment::{Assessment, Validation};
pub use body::body;
pub use fitting::{Choice, Fitting};
