//! The explorer without a terminal: what keys and the mouse do, and what is drawn.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod detect;
mod energy;
mod evolution;
mod fit;
mod frames;
mod hardware;
mod live;
mod models;
mod refit;
mod search;
mod story;
mod theory;
mod trust;
mod uncertainty;
mod what_if;
