//! What holds of the whole program: published values, and the order of its layers.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod layers;
mod values;
