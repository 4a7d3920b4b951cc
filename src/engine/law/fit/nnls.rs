//! Least squares with factors that may not be negative, on the small triangle that QR leaves (Lawson–Hanson).

use super::model::{Linear, TERMS};
use crate::linalg::{self, Basis};

/// A gradient below this share of its natural size is rounding.
const FLAT: f64 = 1e-13;
/// Lawson–Hanson visits each active set at most once; rounding must not make it circle.
const MOST_ROUNDS: usize = 1 << TERMS;

/// Which factors are positive.
pub(super) type Passive = [bool; TERMS];

/// Minimises |R·c − z| over c ≥ 0. `r` is any square matrix, rows first.
pub(super) fn solve(r: &[[f64; TERMS]; TERMS], z: &Linear) -> Linear {
    Problem { r, z, columns: linalg::matrix(|column, row| r[row][column]), basis: Basis::new(TERMS) }.solve()
}

struct Problem<'a> {
    r: &'a [[f64; TERMS]; TERMS],
    z: &'a Linear,
    columns: [Linear; TERMS],
    basis: Basis<TERMS>,
}

impl Problem<'_> {
    fn solve(&mut self) -> Linear {
        let mut c = [0.0; TERMS];
        let mut passive = [false; TERMS];
        let mut refused = [false; TERMS];
        for _round in 0..MOST_ROUNDS {
            let Some(entering) = self.steepest(&c, passive, refused) else { break };
            passive[entering] = true;
            let mut free = self.unconstrained(passive);
            if free[entering] <= 0.0 {
                // Its gradient was rounding: the column lies in the span of the others.
                passive[entering] = false;
                refused[entering] = true;
                continue;
            }
            // Walk towards the unconstrained solution. A factor that would turn negative on the way becomes zero.
            while let Some((share, leaving)) = first_to_vanish(&c, &free, passive) {
                for term in 0..TERMS {
                    c[term] += share * (free[term] - c[term]);
                }
                c[leaving] = 0.0;
                passive[leaving] = false;
                free = self.unconstrained(passive);
            }
            c = free;
            refused = [false; TERMS];
        }
        c
    }

    /// The zero factor whose increase lowers the error fastest.
    fn steepest(&self, c: &Linear, passive: Passive, refused: Passive) -> Option<usize> {
        let residual: Linear =
            std::array::from_fn(|row| self.z[row] - (0..TERMS).map(|term| self.r[row][term] * c[term]).sum::<f64>());
        let size = norm(self.z);
        (0..TERMS)
            .filter(|&term| !passive[term] && !refused[term])
            .filter_map(|term| {
                let column: Linear = std::array::from_fn(|row| self.r[row][term]);
                let descent: f64 = column.iter().zip(&residual).map(|(a, b)| a * b).sum();
                (descent > FLAT * norm(&column) * size).then_some((descent / norm(&column), term))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, term)| term)
    }

    fn unconstrained(&mut self, passive: Passive) -> Linear {
        self.basis.factor(&self.columns, passive);
        self.basis.solve(&self.basis.components(self.z))
    }
}

/// How far to go from `c` to `free` until the first passive factor reaches zero, and which; `None` if none does.
fn first_to_vanish(c: &Linear, free: &Linear, passive: Passive) -> Option<(f64, usize)> {
    (0..TERMS)
        .filter(|&term| passive[term] && free[term] <= 0.0)
        .map(|term| (c[term] / (c[term] - free[term]), term))
        .map(|(share, term)| (if share.is_finite() { share } else { 0.0 }, term))
        .min_by(|a, b| a.0.total_cmp(&b.0))
}

fn norm(v: &Linear) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use linfa_linalg::qr::LeastSquaresQrInto;
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    fn error(r: &[[f64; TERMS]; TERMS], z: &Linear, c: &Linear) -> f64 {
        (0..TERMS).map(|row| (z[row] - (0..TERMS).map(|k| r[row][k] * c[k]).sum::<f64>()).powi(2)).sum()
    }

    /// Least error over all 64 sets of positive factors whose own optimum is feasible.
    fn brute_force(r: &[[f64; TERMS]; TERMS], z: &Linear) -> f64 {
        (0..1usize << TERMS)
            .filter_map(|set| {
                let kept: Vec<usize> = (0..TERMS).filter(|term| set >> term & 1 == 1).collect();
                let columns = Array2::from_shape_fn((TERMS, kept.len()), |(row, index)| r[row][kept[index]]);
                let mut c = [0.0; TERMS];
                if !kept.is_empty() {
                    let target = Array2::from_shape_fn((TERMS, 1), |(row, _)| z[row]);
                    let free = columns.least_squares_into(target).ok()?;
                    for (index, &term) in kept.iter().enumerate() {
                        c[term] = free[(index, 0)];
                    }
                }
                c.iter().all(|&x| x >= 0.0).then(|| error(r, z, &c))
            })
            .fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn no_active_set_does_better(
            r in prop::array::uniform6(prop::array::uniform6(-1.0..1.0f64)),
            z in prop::array::uniform6(-1.0..1.0f64),
        ) {
            let c = solve(&r, &z);
            prop_assert!(c.iter().all(|&x| x >= 0.0));
            prop_assert!(error(&r, &z, &c) <= brute_force(&r, &z) * (1.0 + 1e-9) + 1e-12);
        }

        #[test]
        fn equal_columns_are_no_trouble(
            r in prop::array::uniform6(prop::array::uniform6(0.1..1.0f64)),
            z in prop::array::uniform6(0.1..1.0f64),
        ) {
            let twins = r.map(|row| [row[0], row[1], row[0], row[3], row[1], row[5]]);
            let c = solve(&twins, &z);
            prop_assert!(c.iter().all(|&x| x >= 0.0));
            prop_assert!(error(&twins, &z, &c) <= brute_force(&twins, &z) * (1.0 + 1e-9) + 1e-12);
        }
    }
}
