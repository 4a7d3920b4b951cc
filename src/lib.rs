//! roofscape explores on-device LLM architectures: a scaling law gives the loss, a per-operator roofline the
//! latency, and the frontier between the two shows what a budget can buy.

pub mod cli;
pub mod engine;
pub mod error;
pub mod explorer;
pub mod files;
pub mod units;
