//! What a moment at the screen costs: one frame, one drag step.
//!
//! `cargo bench --bench explorer`.

#![expect(clippy::unwrap_used, reason = "a bench on built-in files")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use divan::Bencher;
use engine::budget::Limit;
use engine::confidence::{Confidence, Question};
use engine::law::Evidence;
use rayon::ThreadPoolBuilder;
use roofscape::explorer::headless::Headless;
use roofscape::explorer::message::{Action, Message};
use roofscape::explorer::open::Choices;
use roofscape::explorer::resampled::Inquiry;
use roofscape::explorer::update::update;

fn main() {
    divan::main();
}

/// Every depth to 48, every width by 64 to 4096, quarters of r.
const LARGE: &str = r#"
name = "large"
layers = { from = 1, to = 48, step = 1 }
width = { from = 256, to = 4096, step = 64 }
head_dim = 64
kv_heads = [1, 2, 4, 8, "heads"]
ffn_ratio = { from = 0.25, to = 8, step = 0.25 }
experts = ["1/1", "4/1", "8/1", "8/2", "16/1", "16/2"]
vocab = 151936
tied = true
"#;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[divan::bench(args = SIZES)]
fn draw_one_frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut session = Headless::open(&Choices::default(), size).unwrap();
    bencher.bench_local(|| session.frame());
}

/// Applies the budget to all candidates, and redraws: the paper's 10,560, and 1.3 million.
#[divan::bench(args = ["paper", "large"], sample_count = 40)]
fn drag_a_slider_by_one_step(bencher: Bencher<'_, '_>, space: &str) {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.toml");
    std::fs::write(&large, LARGE).unwrap();
    let space = if space == "large" { large.display().to_string() } else { space.to_owned() };
    let mut session = Headless::open(&Choices { space, ..Choices::default() }, (120, 40)).unwrap();
    let mut step = 0_u32;
    bencher.bench_local(|| {
        step += 1;
        let value = 0.05 + 0.001 * f64::from(step % 50);
        let effects = update(&mut session.state, Message::Act(Action::SetBudget(Limit::Total, value)));
        (effects, session.frame())
    });
}

/// The same on a fitted law, while an ensemble is asked about the frontier behind the picture again and again.
#[divan::bench(args = ["idle", "assessing"], sample_count = 100)]
fn drag_a_slider_before_the_ensemble(bencher: Bencher<'_, '_>, behind: &str) {
    let choices = Choices { data: Some("synthetic-170".into()), ..Choices::default() };
    let mut session = Headless::open(&choices, (120, 40)).unwrap();
    session.settle();
    let over = Arc::new(AtomicBool::new(behind == "idle"));
    let (inquiry, ended) = (session.state.inquiry.clone().unwrap(), Arc::clone(&over));
    let assessing = thread::spawn(move || {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = ThreadPoolBuilder::new().num_threads((cores - 1).max(1)).build().unwrap();
        let Inquiry { landscape, evidence, objective, budgets, .. } = inquiry;
        let question = Question { objective, budgets: &budgets, level: Evidence::LEVEL };
        while !ended.load(Ordering::Relaxed) {
            threads.install(|| Confidence::of(&landscape, &evidence, question, &()));
        }
    });
    let mut step = 0_u32;
    bencher.bench_local(|| {
        step += 1;
        let value = 1e9 + 1e8 * f64::from(step % 50);
        let effects = update(&mut session.state, Message::Act(Action::SetBudget(Limit::Memory, value)));
        (effects, session.frame())
    });
    over.store(true, Ordering::Relaxed);
    assessing.join().unwrap();
}
