//! The program as people and scripts run it: arguments in, streams and exit code out.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod calibrate;
mod columns;
mod deployed;
mod detect;
mod energy;
mod explore_options;
mod export;
mod fit;
mod formats;
mod frontier;
mod models;
mod plan;
mod predict;
mod profiles;
mod program;
mod reproduce;
mod schema;
mod search;
mod synthesize;
mod theory;
mod trust;
mod uncertainty;
mod what_if;
