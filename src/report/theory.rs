//! What the theory is asked, how its answers are priced, and what is said of them. The command and the Theory screen differ
//! in layout alone; where they say the same with other words, both wordings stand side by side in [`words`].
//!
//! ```text
//! law, board, budgets, space ──▶ Question ──┬──▶ Pricing ──▶ Outcome ──▶ the screen's columns
//!                                           └──▶ Answers ──▶ body::Theory ──▶ JSON, the command's table
//! ```

mod answer;
mod pricing;
mod question;
pub mod words;

pub use answer::{Answers, Remarks, curve, failure};
pub use pricing::{Outcome, Outcomes, Pricing};
pub use question::{Costs, Question};
