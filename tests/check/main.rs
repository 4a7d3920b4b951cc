//! What holds of the whole program: its documents, published values, the order of its layers.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod documents;
mod layers;
mod values;
