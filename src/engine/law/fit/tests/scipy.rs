//! The optimum found by an independent program, `SciPy` 1.17.1: `scipy.optimize.least_squares` (trust-region reflective)
//! on all eleven parameters, features centred as here, the bounds of the form, `x_scale='jac'`, tolerances
//! 1e-15, best of 60 random starts, all of which came within 0.1 % of it. The runs below are a formula, so that any program can
//! have them.

use super::samples;
use crate::features::{Block, Features};
use crate::fixtures::table_6;
use crate::law::fit::{FitOptions, fit};
use crate::runs::Run;

/// Noise amplitude, nats per token, and the least squared error that `SciPy` found.
const SCIPY: [(f64, f64); 3] =
    [(0.003, 0.000_466_189_417_758_154_3), (0.03, 0.046_432_939_519_365_41), (0.1, 0.513_204_045_517_489_4)];

/// 120 shapes, and Table 6 plus noise · sin(i²).
fn fixed_runs(noise_nats: f64) -> Vec<Run> {
    const LAYERS: [f64; 8] = [4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0];
    const WIDTH: [f64; 9] = [768.0, 1024.0, 1280.0, 1536.0, 1792.0, 2048.0, 2304.0, 2560.0, 3072.0];
    const RATE: [f64; 5] = [1.0, 1.0 / 8.0, 1.0 / 4.0, 1.0 / 16.0, 1.0 / 8.0];
    const RATIO: [f64; 6] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0];
    let shape = |i: usize| {
        let width = WIDTH[(5 * i + i / 8) % 9];
        Features {
            layers: LAYERS[i % 8],
            width,
            ffn_ratio: RATIO[(11 * i + i / 5) % 6],
            kv_dim: [64.0, 128.0, 256.0, 512.0, width][(3 * i + i / 7) % 5],
            activation_rate: RATE[(7 * i + i / 9) % 5],
            block: Block::Gated,
        }
    };
    let shapes: Vec<Features> = (0..120).map(shape).collect();
    let loss = |(i, shape): (usize, &Features)| table_6().loss(shape) + noise_nats * ((i * i) as f64).sin();
    let losses: Vec<f64> = shapes.iter().enumerate().map(loss).collect();
    samples::with_losses(&shapes, &losses)
}

#[test]
fn no_worse_than_scipy() {
    let options = FitOptions { holdout: 0.0, ..FitOptions::default() };
    for (noise_nats, scipy) in SCIPY {
        let ours = fit(&fixed_runs(noise_nats), &options, &()).unwrap().squared_error;
        assert!(ours <= scipy * (1.0 + 1e-6), "noise {noise_nats}: {ours} > {scipy}");
        // Lower by more would mean that the two did not solve the same problem.
        assert!(ours >= scipy * (1.0 - 1e-6), "noise {noise_nats}: {ours} < {scipy}");
    }
}
