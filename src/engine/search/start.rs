//! The first sample: a Latin hypercube over the axes, and the two ends of the space.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::axes::{Axes, Direction};
use crate::architecture::Architecture;

const AXES: usize = Direction::ALL.len();

/// Candidates of a first sample: few, because every round after it knows more.
pub(super) fn size(candidates: u64) -> usize {
    (candidates as f64).cbrt().clamp(32.0, 512.0) as usize
}

/// So many candidates, or fewer where some parts of the space cannot be built. Every axis is cut into so many equal
/// parts, and each part is drawn from once. The smallest and the largest candidate come first, so that the first
/// picture already has the full extent.
pub(super) fn sample(axes: &Axes, size: usize, seed: u64) -> Vec<Architecture> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let strata: [Vec<usize>; AXES] = std::array::from_fn(|_| {
        let mut order: Vec<usize> = (0..size).collect();
        order.shuffle(&mut random);
        order
    });
    let drawn = (0..size)
        .map(|row| std::array::from_fn(|axis| (strata[axis][row] as f64 + random.random::<f64>()) / size as f64));
    ends(axes).into_iter().chain(drawn.filter_map(|point| axes.at(&point))).collect()
}

/// The smallest and the largest candidate.
pub(super) fn ends(axes: &Axes) -> Vec<Architecture> {
    /// How far from the corners of the unit cube the axes are walked where nothing can be built there.
    const STEPS: u32 = 64;
    // Within the last value of an axis of any length.
    let corners = [[0.0, 1.0], [1.0 - f64::EPSILON, -1.0]];
    let nearest = |[from, inwards]: [f64; 2]| {
        (0..STEPS).find_map(|step| axes.at(&[from + inwards * f64::from(step) / f64::from(STEPS); AXES]))
    };
    corners.into_iter().filter_map(nearest).collect()
}
