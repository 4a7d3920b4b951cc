//! The latency–loss frontier by Eq. 5. A candidate is on it unless another one is at least as good in both and better
//! in one. Candidates that are equal in both do not dominate each other, so all of them stay.
//!
//! Sorting by latency costs O(n log n) and is done once per sweep. Every set of budgets then takes one linear scan over
//! the sorted order. So the frontier can follow a slider.

use rayon::prelude::*;

use crate::statistics::mean;

/// Candidate numbers by rising `primary`, and by rising `secondary` where that is equal.
pub fn order_by(primary: &[f64], secondary: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..primary.len() as u32).collect();
    order.par_sort_unstable_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        primary[a].total_cmp(&primary[b]).then(secondary[a].total_cmp(&secondary[b])).then(a.cmp(&b))
    });
    order
}

/// The non-dominated ones among the candidates that `admits` lets through, by rising latency and falling loss.
/// `order` is [`order_by`]'s, by latency and then by loss.
pub fn frontier(order: &[u32], latency_s: &[f64], loss: &[f64], admits: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut front: Vec<u32> = Vec::new();
    for &candidate in order {
        let index = candidate as usize;
        let beats = match front.last().map(|&last| last as usize) {
            None => true,
            Some(best) => {
                loss[index] < loss[best] || (loss[index] == loss[best] && latency_s[index] == latency_s[best])
            }
        };
        if beats && admits(index) {
            front.push(candidate);
        }
    }
    front
}

/// The frontier's best at no more than `latency_s`; `None` where even its fastest is slower.
pub fn best_within(front: &[u32], latencies_s: &[f64], latency_s: f64) -> Option<usize> {
    let reachable = front.partition_point(|&candidate| latencies_s[candidate as usize] <= latency_s);
    reachable.checked_sub(1).map(|last| front[last] as usize)
}

/// The frontier's fastest at no more than `loss`; `None` where even its best is worse.
pub fn fastest_within(front: &[u32], losses: &[f64], loss: f64) -> Option<usize> {
    let first = front.partition_point(|&candidate| losses[candidate as usize] > loss);
    front.get(first).map(|&candidate| candidate as usize)
}

/// By how much a frontier moved from `before` to `after`, both as (latency, loss) by rising latency. At each latency
/// where either of them has a step, take the relative change of the best perplexity within that latency; the result is
/// the mean of these. Below 0 is better. `None` where the two have no latency in common.
///
/// It is taken at equal latency, because a budget fixes the latency. It is taken over the steps and not over the axis,
/// because a frontier has no last latency, and because its steps are the choices that there are.
pub fn mean_change(before: &[(f64, f64)], after: &[(f64, f64)]) -> Option<f64> {
    let best = |front: &[(f64, f64)], latency_s: f64| {
        let reachable = front.partition_point(|point| point.0 <= latency_s);
        Some(front[reachable.checked_sub(1)?].1)
    };
    let mut latencies_s: Vec<f64> = before.iter().chain(after).map(|point| point.0).collect();
    latencies_s.sort_unstable_by(f64::total_cmp);
    latencies_s.dedup();
    let changes = latencies_s
        .into_iter()
        .filter_map(|latency_s| Some((best(after, latency_s)? - best(before, latency_s)?).exp_m1()))
        .filter(|change| change.is_finite());
    mean(changes)
}

/// The area that a frontier dominates, in (ln latency, loss), up to a reference point (latency in seconds, loss); the
/// frontier as (latency, loss) by rising latency.
///
/// The logarithm of latency is used, because a frontier spans decades of it. A member beyond the reference in either
/// direction dominates nothing. The strictest reference for comparing frontiers is the nadir of the better one: its
/// slowest latency and its highest loss.
pub fn hypervolume(front: &[(f64, f64)], reference: (f64, f64)) -> f64 {
    let (slowest_s, worst) = reference;
    let ends = front.iter().skip(1).map(|point| point.0.min(slowest_s)).chain([slowest_s]);
    front
        .iter()
        .zip(ends)
        .filter(|&(&(latency_s, loss), end_s)| latency_s < end_s && loss < worst)
        .map(|(&(latency_s, loss), end_s)| (end_s / latency_s).ln() * (worst - loss))
        // A sum of nothing is −0.
        .fold(0.0, |sum, area| sum + area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frontier_that_moves_as_a_whole_moves_by_that_much() {
        let front = [(1.0, 4.0), (2.0, 3.5), (5.0, 3.0)];
        let shifted = front.map(|(latency_s, loss)| (latency_s, loss + 0.97_f64.ln()));
        assert!((mean_change(&front, &shifted).unwrap() + 0.03).abs() < 1e-12, "3 % less perplexity everywhere");
        assert_eq!(mean_change(&front, &front), Some(0.0));
        assert_eq!(mean_change(&front, &[]), None);
    }

    #[test]
    fn a_frontier_is_compared_where_either_has_a_step_and_both_have_an_answer() {
        let before = [(1.0, 4.0), (4.0, 2.0)];
        let after = [(2.0, 3.0)];
        // At 1 only the earlier one has an answer; at 2 it is 4 → 3, at 4 it is 2 → 3.
        let expected = f64::midpoint((-1.0_f64).exp() - 1.0, 1.0_f64.exp() - 1.0);
        assert!((mean_change(&before, &after).unwrap() - expected).abs() < 1e-12);
        assert_eq!(mean_change(&[(1.0, f64::INFINITY)], &[(1.0, 3.0)]), Some(-1.0), "from nonsense to sense");
        assert_eq!(mean_change(&[(1.0, 3.0)], &[(1.0, f64::INFINITY)]), None, "no number for nonsense");
    }

    #[test]
    fn a_hypervolume_is_the_area_between_frontier_and_reference() {
        let e = std::f64::consts::E;
        // From 1 to e seconds 1 nat below the reference, from e to e² seconds 3 nats.
        let front = [(1.0, 4.0), (e, 2.0)];
        assert!((hypervolume(&front, (e * e, 5.0)) - 4.0).abs() < 1e-12);
        assert!((hypervolume(&front, (e, 5.0)) - 1.0).abs() < 1e-12, "the slowest has no width at its own latency");
        assert!((hypervolume(&front, (e.sqrt(), 5.0)) - 0.5).abs() < 1e-12);
        assert!((hypervolume(&front, (e * e, 3.0)) - 1.0).abs() < 1e-12, "the worst has no height below its own loss");
        assert_eq!(hypervolume(&front, (1.0, 5.0)), 0.0);
        assert!(hypervolume(&[], (1.0, 5.0)) == 0.0 && hypervolume(&[], (1.0, 5.0)).is_sign_positive());
    }

    /// Eq. 5 word for word, in O(n²).
    fn by_definition(latency_s: &[f64], loss: &[f64]) -> Vec<u32> {
        let dominated = |i: usize| {
            (0..loss.len()).any(|j| {
                latency_s[j] <= latency_s[i] && loss[j] <= loss[i] && (latency_s[j] < latency_s[i] || loss[j] < loss[i])
            })
        };
        (0..loss.len() as u32).filter(|&i| !dominated(i as usize)).collect()
    }

    /// The frontier as places, latencies as exponents.
    fn pareto_points(order: &[u32], latency_s: &[f64], loss: &[f64]) -> Vec<(f64, f64)> {
        let front = frontier(order, latency_s, loss, |_| true);
        front.into_iter().map(|i| (latency_s[i as usize].exp(), loss[i as usize])).collect()
    }

    proptest! {
        #[test]
        fn equals_the_definition(
            // A coarse grid, so that ties and exact duplicates are frequent.
            points in prop::collection::vec((0u8..12, 0u8..12), 0..80),
            limit in 0u8..12,
        ) {
            let latency_s: Vec<f64> = points.iter().map(|p| f64::from(p.0)).collect();
            let loss: Vec<f64> = points.iter().map(|p| f64::from(p.1)).collect();
            let order = order_by(&latency_s, &loss);
            let mut fast = frontier(&order, &latency_s, &loss, |_| true);
            fast.sort_unstable();
            prop_assert_eq!(&fast, &by_definition(&latency_s, &loss));

            // Latency e^i: the area is that of the unit squares right of and above some point.
            let front = pareto_points(&order, &latency_s, &loss);
            let beyond = |x: u8, y: u8| points.iter().any(|p| p.0 <= x && p.1 <= y);
            let squares = (0..12).flat_map(|x| (0..12).map(move |y| (x, y))).filter(|&(x, y)| beyond(x, y)).count();
            let area = hypervolume(&front, (12.0_f64.exp(), 12.0));
            prop_assert!((area - squares as f64).abs() < 1e-9, "{} {}", area, squares);

            // With a filter: the frontier of what passes.
            let passing: Vec<u32> = (0..loss.len() as u32).filter(|&i| loss[i as usize] >= f64::from(limit)).collect();
            let pick = |column: &[f64]| passing.iter().map(|&i| column[i as usize]).collect::<Vec<_>>();
            let expected: Vec<u32> =
                by_definition(&pick(&latency_s), &pick(&loss)).into_iter().map(|i| passing[i as usize]).collect();
            let mut filtered = frontier(&order, &latency_s, &loss, |i| loss[i] >= f64::from(limit));
            filtered.sort_unstable();
            prop_assert_eq!(filtered, expected);
        }
    }

    #[test]
    fn neighbours_on_the_frontier() {
        let (latency_s, loss) = ([1.0, 2.0, 3.0], [9.0, 5.0, 4.0]);
        let front = [0, 1, 2];
        assert_eq!(best_within(&front, &latency_s, 2.5), Some(1));
        assert_eq!(best_within(&front, &latency_s, 0.5), None);
        assert_eq!(fastest_within(&front, &loss, 5.0), Some(1));
        assert_eq!(fastest_within(&front, &loss, 4.5), Some(2));
        assert_eq!(fastest_within(&front, &loss, 1.0), None);
    }
}
