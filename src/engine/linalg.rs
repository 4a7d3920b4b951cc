//! Small dense linear algebra: what the fit, the calibration and the theory share.
//!
//! | of what size | what holds it | why |
//! |---|---|---|
//! | known when compiled: five logarithms, a law's terms | `[f64; N]`, `[[f64; N]; N]` | an inner loop that allocates nothing |
//! | a run or a shape per row | `ndarray::Array2` | its size comes with the data |
//! | columns of runs that are factored again and again | [`Basis`] | keeps its memory, and keeps Q |
//!
//! Decompositions are those of `linfa-linalg`, in pure Rust. They are iterative and would never end on a value that is
//! not finite. So such values are refused before.

mod basis;

use std::array;

use linfa_linalg::eigh::EighInto;
use linfa_linalg::svd::{SVDInto, SvdSort};
use ndarray::Array2;

pub(crate) use basis::{Basis, dot};

/// The matrix with these values, by row and column.
pub(crate) fn matrix<const N: usize>(mut of: impl FnMut(usize, usize) -> f64) -> [[f64; N]; N] {
    let mut matrix = [[0.0; N]; N];
    for (row, values) in matrix.iter_mut().enumerate() {
        for (column, value) in values.iter_mut().enumerate() {
            *value = of(row, column);
        }
    }
    matrix
}

/// `a + b·factor`.
pub(crate) fn plus<const N: usize>(a: &[f64; N], b: &[f64; N], factor: f64) -> [f64; N] {
    array::from_fn(|place| a[place] + b[place] * factor)
}

/// `v·factor`.
pub(crate) fn scaled<const N: usize>(v: &[f64; N], factor: f64) -> [f64; N] {
    v.map(|value| value * factor)
}

/// `a·b`.
pub(crate) fn inner<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The largest component without its sign.
pub(crate) fn largest<const N: usize>(v: &[f64; N]) -> f64 {
    v.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

/// `v` at length 1.
pub(crate) fn normalised<const N: usize>(v: &[f64; N]) -> [f64; N] {
    let length = inner(v, v).sqrt();
    v.map(|value| value / length)
}

/// `a·b` of two matrices.
pub(crate) fn product<const N: usize>(a: &[[f64; N]; N], b: &[[f64; N]; N]) -> [[f64; N]; N] {
    matrix(|row, column| (0..N).map(|place| a[row][place] * b[place][column]).sum())
}

/// x with `matrix·x = target`, for a symmetric matrix; `None` where it does not bend upwards everywhere (Cholesky).
pub(crate) fn solve_definite<const N: usize>(matrix: &[[f64; N]; N], target: &[f64; N]) -> Option<[f64; N]> {
    let lower = cholesky(matrix)?;
    let mut x = *target;
    for row in 0..N {
        for before in 0..row {
            x[row] -= lower[row][before] * x[before];
        }
        x[row] /= lower[row][row];
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|later| lower[later][row] * x[later]).sum();
        x[row] = (x[row] - known) / lower[row][row];
    }
    Some(x)
}

/// L with L·Lᵀ = the matrix, of which the lower triangle is read.
fn cholesky<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut lower = [[0.0; N]; N];
    for column in 0..N {
        for row in column..N {
            let mut left = matrix[row][column];
            for (a, b) in lower[column].iter().zip(&lower[row]).take(column) {
                left -= a * b;
            }
            lower[row][column] = if row == column { left.sqrt() } else { left / lower[column][column] };
        }
        // Written so that NaN, the root of a negative number, is refused.
        let definite = lower[column][column] > 0.0;
        if !definite {
            return None;
        }
    }
    Some(lower)
}

/// Eigenvalues of a symmetric matrix, each with its vector of length 1; `None` where a value is not finite.
pub(crate) fn eigen<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[(f64, [f64; N]); N]> {
    let matrix = Array2::from_shape_fn((N, N), |(row, column)| matrix[row][column]);
    if !is_finite(&matrix) {
        return None;
    }
    let (values, vectors) = matrix.eigh_into().ok()?;
    Some(array::from_fn(|place| (values[place], array::from_fn(|row| vectors[(row, place)]))))
}

/// Singular values, the largest first, and the combinations of columns that they belong to.
#[derive(Debug, Clone)]
pub(crate) struct Singular {
    pub(crate) values: Vec<f64>,
    /// A row per singular value.
    pub(crate) vectors: Array2<f64>,
}

/// `None` where there are no values, or one is not finite.
pub(crate) fn singular(matrix: Array2<f64>) -> Option<Singular> {
    if !is_finite(&matrix) {
        return None;
    }
    let (_, values, vectors) = matrix.svd_into(false, true).ok()?.sort_svd_desc();
    Some(Singular { values: values.to_vec(), vectors: vectors? })
}

fn is_finite(matrix: &Array2<f64>) -> bool {
    matrix.iter().all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// L times its transpose, for L = [2 0; 1 3].
    const DEFINITE: [[f64; 2]; 2] = [[4.0, 2.0], [2.0, 10.0]];

    #[test]
    fn a_definite_system_is_solved() {
        assert_eq!(cholesky(&DEFINITE), Some([[2.0, 0.0], [1.0, 3.0]]));
        // 4·1 + 2·2 = 8, 2·1 + 10·2 = 22.
        assert_eq!(solve_definite(&DEFINITE, &[8.0, 22.0]), Some([1.0, 2.0]));
    }

    #[test]
    fn what_is_not_definite_is_refused() {
        for matrix in [[[1.0, 2.0], [2.0, 1.0]], [[0.0; 2]; 2], [[f64::NAN, 0.0], [0.0, 1.0]]] {
            assert_eq!(solve_definite(&matrix, &[1.0, 1.0]), None, "{matrix:?}");
        }
    }

    #[test]
    fn eigenvectors_belong_to_their_values() {
        // Values 1 and 3 along (1, −1) and (1, 1).
        let found = eigen(&[[2.0, 1.0], [1.0, 2.0]]).unwrap();
        for (value, [x, y]) in found {
            let sign = if value > 2.0 { 1.0 } else { -1.0 };
            assert!((value - (2.0 + sign)).abs() < 1e-14, "{value}");
            assert!((x - sign * y).abs() < 1e-14 && (x.hypot(y) - 1.0).abs() < 1e-14, "{x} {y}");
        }
        assert_eq!(eigen(&[[f64::NAN, 1.0], [1.0, 2.0]]), None);
    }

    #[test]
    fn singular_values_come_in_order() {
        // AᵀA = diag(9, 25).
        let found = singular(array![[0.0, 5.0], [3.0, 0.0], [0.0, 0.0]]).unwrap();
        assert!((found.values[0] - 5.0).abs() < 1e-14 && (found.values[1] - 3.0).abs() < 1e-14, "{found:?}");
        assert!((found.vectors[(0, 1)].abs() - 1.0).abs() < 1e-14 && found.vectors[(0, 0)].abs() < 1e-14, "{found:?}");
        for matrix in [Array2::zeros((0, 2)), array![[f64::INFINITY, 1.0]]] {
            assert!(singular(matrix).is_none());
        }
    }

    #[test]
    fn a_product_goes_by_rows_and_columns() {
        assert_eq!(product(&[[1.0, 2.0], [3.0, 4.0]], &[[0.0, 1.0], [1.0, 1.0]]), [[2.0, 3.0], [4.0, 7.0]]);
        assert_eq!(plus(&[1.0, 2.0], &[3.0, -4.0], 0.5), [2.5, 0.0]);
        assert_eq!((inner(&[1.0, 2.0], &[3.0, 4.0]), largest(&[1.0, -2.0])), (11.0, 2.0));
        assert_eq!(normalised(&[3.0, 4.0]), [0.6, 0.8]);
    }
}
