//! The program as people and scripts run it: arguments in, streams and exit code out.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "cli/program.rs"]
mod program;

#[path = "cli/calibrate.rs"]
mod calibrate;
#[path = "cli/columns.rs"]
mod columns;
#[path = "cli/detect.rs"]
mod detect;
#[path = "cli/energy.rs"]
mod energy;
#[path = "cli/explore_options.rs"]
mod explore_options;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/fit.rs"]
mod fit;
#[path = "cli/frontier.rs"]
mod frontier;
#[path = "cli/models.rs"]
mod models;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/predict.rs"]
mod predict;
#[path = "cli/profiles.rs"]
mod profiles;
#[path = "cli/reproduce.rs"]
mod reproduce;
#[path = "cli/schema.rs"]
mod schema;
#[path = "cli/search.rs"]
mod search;
#[path = "cli/synthesize.rs"]
mod synthesize;
#[path = "cli/theory.rs"]
mod theory;
#[path = "cli/uncertainty.rs"]
mod uncertainty;
#[path = "cli/what_if.rs"]
mod what_if;
