//! From text to engine types and back: every file format that people bring or take away.

pub mod runs;
pub mod catalog;
pub mod law;
pub mod profile;
pub mod resolve;
pub mod toml_source;
