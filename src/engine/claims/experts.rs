//! Mixtures of experts: how much of the frontier they are (C1), how many experts they have (C3), how many are used (C4).

use super::evidence::{Evidence, Routing, by_regime, of_objective, whole_percent};
use super::{Check, Figure, Finding};
use crate::architecture::Architecture;
use crate::statistics::mean;
use crate::units::ratio;
use crate::workload::Objective;

/// What counts as nearly all. A tenth is left for the grid of r and for the head sizes, which the paper does not give.
const NEARLY_ALL_PERCENT: f64 = 90.0;
/// Beyond this much of the fastest latency a frontier is no longer at its fast end; it spans more than a hundredfold.
const FAST_END: f64 = 2.0;
/// More than half: the weakest reading of "prefers".
const MOST_PERCENT: f64 = 50.0;
/// Shares that lie closer than this show no preference, percent.
const INDIFFERENT_PERCENT: f64 = 20.0;
/// Why nothing can be said of their routing.
const NO_MIXTURES: &str = "no member is MoE";

/// C1.
pub(super) fn mixtures_make_up_the_frontier(evidence: &Evidence) -> Finding {
    let share = evidence.figures("members that are MoE, %", |front| front.percent(|shape| !shape.is_dense()));
    let reach = evidence.figures("slowest dense member over the fastest member", |front| {
        let fastest_s = front.latencies_s().next().unwrap_or(f64::NAN);
        let dense = front.shapes().zip(front.latencies_s()).filter(|(shape, _)| shape.is_dense());
        dense.map(|(_, latency_s)| latency_s).fold(fastest_s, f64::max) / fastest_s
    });
    let nearly_all = share.iter().all(|figure| figure.value >= NEARLY_ALL_PERCENT);
    let all = share.iter().all(|figure| figure.value == 100.0);
    let shares = format!("{} %", by_regime(&share, whole_percent));
    let ends = share
        .iter()
        .fold([f64::INFINITY, 0.0_f64], |[least, most], figure| [least.min(figure.value), most.max(figure.value)]);
    let nearly = if nearly_all && !all {
        format!("Nearly so: {} to {} % are. ", whole_percent(ends[0]), whole_percent(ends[1]))
    } else {
        String::new()
    };
    let farthest = reach.iter().map(|figure| figure.value).fold(1.0, f64::max);
    Finding {
        id: "C1",
        paper: "MoE makes up 100 % of the Pareto-optimal set in every regime",
        setting: "share of the members of each frontier",
        measured: format!("MoE: {} %", by_regime(&share, whole_percent)),
        remark: Some(format!("{nearly}Dense members take at most {} times the fastest member's latency.", ratio(farthest))),
        checks: vec![
            Check::known_to_fail(
                "all members are MoE on every frontier",
                all,
                shares.as_str(),
            )
            .because(
                nearly_all && evidence.fronts().all(|front| front.shapes().next().is_some_and(|shape| shape.is_dense())),
                "the fastest shape is always dense here, because experts add a router to it and, in prefill, their weights",
            )
            .with(share.clone()),
            Check::should_hold("at least 90 % of the members are MoE on every frontier", nearly_all, shares).measured_here(),
            Check::should_hold(
                "every dense member is within twice the fastest latency",
                farthest < FAST_END,
                format!("the slowest is at {} times", ratio(farthest)),
            )
            .measured_here()
            .with(reach),
        ],
    }
}

/// C3.
pub(super) fn number_of_experts(evidence: &Evidence) -> Finding {
    let share = |experts: u32, name| evidence.figures(name, |front| front.percent(|shape| shape.experts == experts));
    let (few, many) = (share(8, "members with 8 experts, %"), share(16, "members with 16 experts, %"));
    let means = evidence.figures("experts per member, mean", |front| {
        mean(front.values(|shape| f64::from(shape.experts))).unwrap_or(f64::NAN)
    });
    let most = |shares: &[Figure], objective| {
        shares.iter().filter(|figure| figure.objective == Some(objective)).all(|figure| figure.value > MOST_PERCENT)
    };
    let total_lies_between = means.chunks_exact(Objective::COUNT).all(|format| {
        let [prefill, decode, total] =
            [Objective::Prefill, Objective::Decode, Objective::Total].map(|objective| format[objective.index()].value);
        prefill < total && total < decode
    });
    let shown =
        |shares: &[Figure], objective| format!("{} %", by_regime(&of_objective(shares, objective), whole_percent));
    let [few_in_total, many_in_total] = [&few, &many].map(|shares| of_objective(shares, Objective::Total));
    let indifferent =
        few_in_total.iter().zip(&many_in_total).all(|(few, many)| (few.value - many.value).abs() < INDIFFERENT_PERCENT);
    let Routing { experts, tokens_per_expert, flops_per_byte } = evidence.routing;
    let (no_wait, waits_not) = evidence.experts_do_not_wait();
    Finding {
        id: "C3",
        paper: "prefill prefers few experts, decode the most, total a moderate number, about 8",
        setting: "shares of 8 and of 16 experts on each frontier; the space has no other MoE",
        measured: format!("8 experts: {} %; 16: {} %", by_regime(&few, whole_percent), by_regime(&many, whole_percent)),
        remark: Some(format!(
            "Prefers is read as: more than half of the members. Mean experts: {}. The prompt brings {} tokens to each of \
             {experts} experts, which makes {} FLOP per byte of their FP16 weights, so on a board with a ridge above that \
             they wait for memory in prefill; here the ridge is at {}.",
            by_regime(&means, ratio),
            ratio(tokens_per_expert),
            ratio(flops_per_byte),
            ratio(evidence.ridge())
        )),
        checks: vec![
            Check::should_hold(
                "in prefill most members have 8 experts",
                most(&few, Objective::Prefill),
                shown(&few, Objective::Prefill),
            )
            .because(no_wait, waits_not.as_str())
            .with(few.clone()),
            Check::should_hold(
                "in decode most members have 16 experts",
                most(&many, Objective::Decode),
                shown(&many, Objective::Decode),
            )
            .with(many.clone()),
            Check::should_hold(
                "total latency's mean number lies between the other two",
                total_lies_between,
                by_regime(&means, ratio),
            )
            .because(no_wait, waits_not.as_str())
            .with(means),
            Check::known_to_fail(
                "for total latency most members have 8 experts, in both formats",
                most(&few, Objective::Total),
                shown(&few, Objective::Total),
            )
            .because(
                indifferent,
                "total latency is nearly indifferent between 8 and 16, and there is nothing between them to choose",
            )
            .because(no_wait, waits_not),
        ],
    }
}

/// C4.
pub(super) fn top_1_routing(evidence: &Evidence) -> Finding {
    let is_top_1 = |shape: &Architecture| !shape.is_dense() && shape.top_k == 1;
    let share = evidence.figures("MoE members with top-1 routing, %", |front| {
        let (mixtures, top_1) = (front.percent(|shape| !shape.is_dense()), front.percent(is_top_1));
        if mixtures > 0.0 { 100.0 * top_1 / mixtures } else { f64::NAN }
    });
    let mut known = share.iter().map(|figure| figure.value).filter(|value| !value.is_nan()).peekable();
    let nothing_to_count = known.peek().is_none();
    let shown = format!("{} %", by_regime(&share, percent_or_dash));
    let check = Check::should_hold(
        "most MoE members are top-1 on every frontier",
        known.all(|value| value > MOST_PERCENT),
        shown.as_str(),
    );
    let (measured, check) = if nothing_to_count {
        (NO_MIXTURES.to_owned(), check.undecided_here(NO_MIXTURES))
    } else {
        (format!("top-1: {shown}"), check)
    };
    Finding {
        id: "C4",
        paper: "top-1 routing is preferred",
        setting: "share among the MoE members of each frontier",
        measured,
        remark: Some("Preferred is read as: more than half of them.".to_owned()),
        checks: vec![check.with(share)],
    }
}

/// Of a frontier without mixtures there is no share.
fn percent_or_dash(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { whole_percent(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frontier_without_mixtures_shows_a_dash() {
        assert_eq!([f64::NAN, 0.0, 99.9].map(percent_or_dash), ["–", "0", "99"]);
    }
}
