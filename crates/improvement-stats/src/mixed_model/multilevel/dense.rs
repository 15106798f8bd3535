//! Small matrices as row-major slices: one evaluation factorises thousands of them, so none is allocated.

/// Replaces the lower triangle of a symmetric matrix by its Cholesky factor; false when it is not positive definite.
pub(super) fn cholesky(matrix: &mut [f64], size: usize) -> bool {
    for i in 0..size {
        let (above, below) = matrix.split_at_mut(i * size);
        let row = &mut below[..=i];
        for j in 0..=i {
            let other = if j < i { &above[j * size..=j * size + j] } else { &[][..] };
            let sum: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            if j < i {
                row[j] = (row[j] - sum) / other[j];
            } else {
                let rest = row[i] - row[..i].iter().map(|a| a * a).sum::<f64>();
                if rest.is_nan() || rest <= 0.0 {
                    return false;
                }
                row[i] = rest.sqrt();
            }
        }
    }
    true
}

/// Twice the sum of the logarithms of a factor's diagonal: the logarithm of the determinant.
pub(super) fn log_determinant(factor: &[f64], size: usize) -> f64 {
    2.0 * (0..size).map(|i| factor[i * size + i].ln()).sum::<f64>()
}

/// Solves L x = b in place for each of the `width` columns of b.
pub(super) fn forward(factor: &[f64], size: usize, b: &mut [f64], width: usize) {
    for i in 0..size {
        let (solved, rest) = b.split_at_mut(i * width);
        let row = &mut rest[..width];
        for (j, done) in solved.chunks(width).enumerate() {
            let weight = factor[i * size + j];
            row.iter_mut().zip(done).for_each(|(slot, value)| *slot -= weight * value);
        }
        row.iter_mut().for_each(|slot| *slot /= factor[i * size + i]);
    }
}

/// Solves L' x = b in place for each of the `width` columns of b.
pub(super) fn backward(factor: &[f64], size: usize, b: &mut [f64], width: usize) {
    for i in (0..size).rev() {
        let (head, solved) = b.split_at_mut((i + 1) * width);
        let row = &mut head[i * width..];
        for (step, done) in solved.chunks(width).take(size - i - 1).enumerate() {
            let weight = factor[(i + 1 + step) * size + i];
            row.iter_mut().zip(done).for_each(|(slot, value)| *slot -= weight * value);
        }
        row.iter_mut().for_each(|slot| *slot /= factor[i * size + i]);
    }
}

/// `left'` · `right`, for a square `left` of this size and a `right` of this width.
pub(super) fn transposed_product(left: &[f64], size: usize, right: &[f64], width: usize, out: &mut [f64]) {
    out.fill(0.0);
    for (row, values) in right.chunks(width).enumerate() {
        for column in 0..size {
            let weight = left[row * size + column];
            out[column * width..(column + 1) * width].iter_mut().zip(values).for_each(|(slot, value)| *slot += weight * value);
        }
    }
}

/// `left` · `right`, for a `left` with `rows` rows and a square `right` of this size.
pub(super) fn product(left: &[f64], rows: usize, right: &[f64], size: usize, out: &mut [f64]) {
    out.fill(0.0);
    for row in 0..rows {
        for (inner, values) in right.chunks(size).enumerate() {
            let weight = left[row * size + inner];
            out[row * size..(row + 1) * size].iter_mut().zip(values).for_each(|(slot, value)| *slot += weight * value);
        }
    }
}

/// Takes `left'` · `right` away from `out`; both have `rows` rows.
pub(super) fn subtract_products(
    left: &[f64],
    left_width: usize,
    right: &[f64],
    right_width: usize,
    out: &mut [f64],
    stride: usize,
) {
    for (a, b) in left.chunks(left_width).zip(right.chunks(right_width)) {
        for (i, weight) in a.iter().enumerate() {
            out[i * stride..i * stride + right_width].iter_mut().zip(b).for_each(|(slot, value)| *slot -= weight * value);
        }
    }
}

/// Takes `left` · `right'` away from `out`; both have this many columns.
pub(super) fn subtract_outer(left: &[f64], right: &[f64], columns: usize, out: &mut [f64], stride: usize) {
    for (i, a) in left.chunks(columns).enumerate() {
        for (j, b) in right.chunks(columns).enumerate() {
            out[i * stride + j] -= a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_solves_what_it_is_a_factor_of() {
        let matrix = [4.0, 2.0, 0.4, 2.0, 5.0, 1.0, 0.4, 1.0, 3.0];
        let mut factor = matrix;
        assert!(cholesky(&mut factor, 3));
        let mut x = [1.0, 2.0, 3.0];
        forward(&factor, 3, &mut x, 1);
        backward(&factor, 3, &mut x, 1);
        for (row, expected) in matrix.chunks(3).zip([1.0, 2.0, 3.0]) {
            let found: f64 = row.iter().zip(&x).map(|(a, b)| a * b).sum();
            assert!((found - expected).abs() < 1e-12);
        }
        // 4 · (5 · 3 - 1 · 1) - 2 · (2 · 3 - 1 · 0.4) + 0.4 · (2 · 1 - 5 · 0.4)
        assert!((log_determinant(&factor, 3).exp() - 44.8).abs() < 1e-10);
        assert!(!cholesky(&mut [1.0, 2.0, 2.0, 1.0], 2));
    }
}
