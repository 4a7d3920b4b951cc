//! Orthonormal bases of a few columns, by Gram–Schmidt with a second pass where the first cancels digits.
//!
//! The search needs Q itself, because it projects with it. For that this is shorter than Householder's form, and with
//! the second pass it is as orthogonal. Columns that add nothing (zero, or a combination of those before) are skipped
//! and not refused: with an exponent at 0 a term *is* the floor.

/// Columns shrunk below this share of their length carry rounding only.
const DEPENDENT: f64 = 1e-12;
/// Columns shrunk below this share of their length are orthogonalised again.
const CANCELLED: f64 = 0.1;

/// A = Q·R for `K` columns of `rows` numbers. Memory is kept between factorisations.
#[derive(Debug, Clone)]
pub(crate) struct Basis<const K: usize> {
    rows: usize,
    /// A column after the other.
    q: Vec<f64>,
    /// Upper triangle, `r[row][column]`; the row of a skipped column is zero.
    pub(crate) r: [[f64; K]; K],
}

impl<const K: usize> Basis<K> {
    pub(crate) fn new(rows: usize) -> Self {
        Self { rows, q: vec![0.0; rows * K], r: [[0.0; K]; K] }
    }

    pub(crate) fn rank(&self) -> usize {
        (0..K).filter(|&column| self.r[column][column] > 0.0).count()
    }

    /// Factors the columns that are `used`; the others count as zero.
    pub(crate) fn factor(&mut self, columns: &[impl AsRef<[f64]>; K], used: [bool; K]) {
        self.r = [[0.0; K]; K];
        for column in (0..K).filter(|&column| used[column]) {
            let (before, rest) = self.q.split_at_mut(column * self.rows);
            let target = &mut rest[..self.rows];
            target.copy_from_slice(columns[column].as_ref());
            let length = dot(target, target).sqrt();
            let mut left = length;
            for _pass in 0..2 {
                for earlier in 0..column {
                    if self.r[earlier][earlier] > 0.0 {
                        let q = &before[earlier * self.rows..][..self.rows];
                        let along = dot(q, target);
                        self.r[earlier][column] += along;
                        add_scaled(target, -along, q);
                    }
                }
                left = dot(target, target).sqrt();
                if left > CANCELLED * length {
                    break;
                }
            }
            if left > DEPENDENT * length {
                self.r[column][column] = left;
                for value in target {
                    *value /= left;
                }
            }
        }
    }

    fn q(&self, column: usize) -> Option<&[f64]> {
        (self.r[column][column] > 0.0).then(|| &self.q[column * self.rows..][..self.rows])
    }

    /// Qᵀ·v.
    pub(crate) fn components(&self, v: &[f64]) -> [f64; K] {
        std::array::from_fn(|column| self.q(column).map_or(0.0, |q| dot(q, v)))
    }

    /// v + Q·w.
    pub(crate) fn add(&self, v: &mut [f64], w: &[f64; K]) {
        for (column, &factor) in w.iter().enumerate() {
            if let Some(q) = self.q(column) {
                add_scaled(v, factor, q);
            }
        }
    }

    /// x with R·x = z; 0 for skipped columns.
    pub(crate) fn solve(&self, z: &[f64; K]) -> [f64; K] {
        let mut x = [0.0; K];
        for row in (0..K).rev().filter(|&row| self.r[row][row] > 0.0) {
            let known: f64 = (row + 1..K).map(|column| self.r[row][column] * x[column]).sum();
            x[row] = (z[row] - known) / self.r[row][row];
        }
        x
    }

    /// t with Rᵀ·t = u; 0 for skipped columns.
    pub(crate) fn solve_transposed(&self, u: &[f64; K]) -> [f64; K] {
        let mut t = [0.0; K];
        for row in (0..K).filter(|&row| self.r[row][row] > 0.0) {
            let known: f64 = (0..row).map(|column| self.r[column][row] * t[column]).sum();
            t[row] = (u[row] - known) / self.r[row][row];
        }
        t
    }
}

/// Four sums side by side: the compiler may not reorder one, and one alone waits for every addition.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_blocks, a_rest) = a.as_chunks::<4>();
    let (b_blocks, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

fn add_scaled(target: &mut [f64], factor: f64, q: &[f64]) {
    for (target, q) in target.iter_mut().zip(q) {
        *target += factor * q;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_dependent_columns_stay_orthogonal() {
        let rows = 50;
        let t: Vec<f64> = (0..rows).map(|row| row as f64 / rows as f64 - 0.5).collect();
        let columns = [0.0, 1.0, 2.0].map(|power| t.iter().map(|t| (1e-4 * power * t).exp()).collect::<Vec<f64>>());
        let mut basis = Basis::<3>::new(rows);
        basis.factor(&columns, [true; 3]);
        assert_eq!(basis.rank(), 3);
        for a in 0..3 {
            for b in 0..3 {
                let expected = f64::from(u8::from(a == b));
                assert!((dot(basis.q(a).unwrap(), basis.q(b).unwrap()) - expected).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn a_repeated_column_is_skipped() {
        let columns = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 0.0]];
        let mut basis = Basis::<3>::new(3);
        basis.factor(&columns, [true; 3]);
        assert_eq!(basis.rank(), 2);
        let x = basis.solve(&basis.components(&[1.0, 5.0, 3.0]));
        assert!((x[0] - 1.0).abs() < 1e-14 && x[1] == 0.0 && (x[2] - 3.0).abs() < 1e-14, "{x:?}");
    }
}
