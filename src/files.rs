//! From text to engine types and back: every file format that people bring or take away.

pub mod toml_source;
