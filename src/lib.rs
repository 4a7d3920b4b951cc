//! roofscape explores on-device LLM architectures: a scaling law gives the loss, a per-operator roofline the latency,
//! and the frontier between the two shows what a budget can buy.
//!
//! Dependencies point downwards only. Each layer below the program is a crate of its own, so the compiler keeps it so:
//!
//! ```text
//! cli        arguments → commands → table, JSON, CSV          explorer   state + message → update → view
//!    └──────────────────────────┬───────────────────────────────────────────┘
//! report     what is said of numbers: warnings, sentences, JSON documents
//!                               │
//! files      training runs, laws, spaces, profiles in; names → files
//!                               │
//! engine     architecture · law (+ fit) · roofline · space → sweep → landscape → frontier, budgets
//!            error, text, units: what people read and type
//! ```
//!
//! Where to look: a formula is in [`engine`], a file format in [`files`], a screen with its keys and
//! panes in [`explorer::screens`], an option in [`cli::args`].

pub mod built_in;
pub mod cli;
pub mod explorer;
