//! What a moment at the screen costs: one frame, one drag step.
//!
//! `cargo bench --bench explorer`.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use divan::Bencher;
use roofscape::engine::budget::Limit;
use roofscape::explorer::headless::Headless;
use roofscape::explorer::message::{Action, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::update::update;

fn main() {
    divan::main();
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[divan::bench(args = SIZES)]
fn draw_one_frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut session = Headless::open(&Choices::default(), size).unwrap();
    bencher.bench_local(|| session.frame());
}

/// Applies the budget to all 10,560 candidates, and redraws.
#[divan::bench]
fn drag_a_slider_by_one_step(bencher: Bencher<'_, '_>) {
    let mut session = Headless::open(&Choices::default(), (120, 40)).unwrap();
    let mut step = 0_u32;
    bencher.bench_local(|| {
        step += 1;
        let value = 0.05 + 0.001 * f64::from(step % 50);
        let effects = update(&mut session.state, Message::Act(Action::SetBudget(Limit::Total, value)));
        (effects, session.frame())
    });
}
