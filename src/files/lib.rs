//! From text to engine types and back: every file format that people bring or take away.
//!
//! Loaders take text and the name of its source, so each can be tested without a file system. [`resolve`] finds the
//! text that a name or a path stands for.

pub mod boards;
pub mod catalog;
pub mod choice;
pub mod column_memory;
pub mod detect;
pub mod encoding;
pub mod engines;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod foreign;
pub mod gzip;
pub mod hf_config;
pub mod law;
pub mod live;
pub mod measurements;
pub mod models;
pub mod observations;
pub mod parquet;
pub mod power_log;
pub mod profile;
pub mod python_json;
pub mod resolve;
pub mod runs;
pub mod save;
pub mod space;
pub mod toml_source;
pub mod watch;
