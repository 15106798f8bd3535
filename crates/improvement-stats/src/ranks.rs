//! Ranks with ties.

/// Mid-ranks (ties share the mean of their places, counted from 1) and the sum of t³ − t over groups of t tied values.
pub(crate) fn mid_ranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_unstable_by(|a, b| values[*a as usize].total_cmp(&values[*b as usize]));
    let mut ranks = vec![0.0; values.len()];
    let mut ties = 0.0;
    let mut done = 0;
    for group in order.chunk_by(|a, b| values[*a as usize] == values[*b as usize]) {
        let size = group.len();
        let rank = done as f64 + (size as f64 + 1.0) / 2.0;
        for &index in group {
            ranks[index as usize] = rank;
        }
        ties += (size as f64).powi(3) - size as f64;
        done += size;
    }
    (ranks, ties)
}

#[cfg(test)]
mod tests {
    use super::mid_ranks;

    #[test]
    fn ties_share_their_mean_place() {
        assert_eq!(mid_ranks(&[3.0, 1.0, 3.0, 0.0]), (vec![3.5, 2.0, 3.5, 1.0], 6.0));
        assert_eq!(mid_ranks(&[0.0, -0.0]).1, 6.0);
    }
}
