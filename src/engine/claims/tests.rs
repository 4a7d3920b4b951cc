//! Every number of a claim against a twin that prices each candidate by itself and finds the frontier by its definition.

use std::sync::LazyLock;

use super::*;
use crate::architecture::Architecture;
use crate::fixtures::{TABLE_6, agx_orin, paper_law, paper_space};
use crate::hardware::Hardware;
use crate::law::LossLaw;
use crate::law::forms::Eq2;
use crate::precision::Precision;
use crate::reference::QWEN2_5_0_5B;
use crate::roofline::{Attention, Estimator};
use crate::workload::Workload;

const PRICING: Pricing = Pricing { configurations: 50_160, elapsed_s: 0.05 };

fn findings_under(law: &LossLaw) -> Vec<Finding> {
    findings(&Evidence::new(&paper_space(), law, &agx_orin()).unwrap(), &PRICING)
}

static FINDINGS: LazyLock<Vec<Finding>> = LazyLock::new(|| findings_under(&paper_law()));

/// One candidate: latency in seconds, loss in nats.
type Point = (f64, f64, Architecture);

/// One regime, found the slow way.
struct Twin {
    precision: Precision,
    objective: Objective,
    /// By rising latency.
    members: Vec<Point>,
}

fn price(precision: Precision, objective: Objective, shape: &Architecture) -> Point {
    let estimator =
        Estimator::new(&agx_orin(), precision, Workload::default()).unwrap().with_attention(Attention::PAPER);
    (estimator.latency(shape).of(objective), paper_law().coefficients.loss(&shape.features()), *shape)
}

/// Eq. 5 word for word, or with `strict` Eq. 6.
fn undominated(candidates: &[Point], dominates: impl Fn(&Point, &Point) -> bool) -> Vec<Point> {
    let mut members: Vec<Point> =
        candidates.iter().filter(|one| !candidates.iter().any(|other| dominates(other, one))).copied().collect();
    members.sort_by(|a, b| a.0.total_cmp(&b.0));
    members
}

fn by_eq_5(other: &Point, one: &Point) -> bool {
    other.0 <= one.0 && other.1 <= one.1 && (other.0 < one.0 || other.1 < one.1)
}

fn candidates(precision: Precision, objective: Objective) -> Vec<Point> {
    let law = paper_law();
    let estimator =
        Estimator::new(&agx_orin(), precision, Workload::default()).unwrap().with_attention(Attention::PAPER);
    let price = |shape: Architecture| {
        (estimator.latency(&shape).of(objective), law.coefficients.loss(&shape.features()), shape)
    };
    paper_space().candidates().into_iter().map(price).collect()
}

static TWINS: LazyLock<Vec<Twin>> = LazyLock::new(|| {
    let regimes = [Precision::FP16, Precision::W8A8]
        .into_iter()
        .flat_map(|precision| Objective::ALL.map(|objective| (precision, objective)));
    regimes
        .map(|(precision, objective)| {
            let members = undominated(&candidates(precision, objective), by_eq_5);
            Twin { precision, objective, members }
        })
        .collect()
});

/// The figures of that name in the order of the regimes, from whichever check has them.
fn figures(findings: &[Finding], id: &str, name: &str) -> Vec<f64> {
    let finding = findings.iter().find(|finding| finding.id == id).unwrap();
    let all = finding.checks.iter().flat_map(|check| &check.figures);
    let found: Vec<f64> = all.filter(|figure| figure.name == name).map(|figure| figure.value).collect();
    assert!(!found.is_empty(), "{id} has no '{name}'");
    found
}

fn assert_twin(id: &str, name: &str, of: impl Fn(&Twin) -> f64) {
    let found = figures(&FINDINGS, id, name);
    assert_eq!(found.len(), TWINS.len());
    for (value, twin) in found.into_iter().zip(TWINS.iter()) {
        let expected = of(twin);
        let regime = (twin.precision.name, twin.objective.name());
        assert!((value - expected).abs() <= 1e-9 * expected.abs(), "{id} {name} {regime:?}: {value}, twin {expected}");
    }
}

fn percent(twin: &Twin, counts: impl Fn(&Architecture) -> bool) -> f64 {
    100.0 * twin.members.iter().filter(|(.., shape)| counts(shape)).count() as f64 / twin.members.len() as f64
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    f64::midpoint(values[last / 2], values[last.div_ceil(2)])
}

#[test]
fn shares_of_experts_are_the_twins() {
    assert_twin("C1", "members that are MoE, %", |twin| percent(twin, |shape| shape.experts > 1));
    assert_twin("C1", "slowest dense member over the fastest member", |twin| {
        let dense = twin.members.iter().filter(|(.., shape)| shape.experts == 1).map(|member| member.0);
        dense.fold(0.0, f64::max) / twin.members[0].0
    });
    assert_twin("C3", "members with 8 experts, %", |twin| percent(twin, |shape| shape.experts == 8));
    assert_twin("C3", "members with 16 experts, %", |twin| percent(twin, |shape| shape.experts == 16));
    assert_twin("C3", "experts per member, mean", |twin| {
        twin.members.iter().map(|(.., shape)| f64::from(shape.experts)).sum::<f64>() / twin.members.len() as f64
    });
    assert_twin("C4", "MoE members with top-1 routing, %", |twin| {
        let mixtures: Vec<_> = twin.members.iter().filter(|(.., shape)| shape.experts > 1).collect();
        100.0 * mixtures.iter().filter(|(.., shape)| shape.top_k == 1).count() as f64 / mixtures.len() as f64
    });
}

#[test]
fn depth_width_and_ratio_are_the_twins() {
    assert_twin("C2", "members with fewer than 20 layers, %", |twin| percent(twin, |shape| shape.layers < 20));
    assert_twin("C2", "layers, median", |twin| {
        middle(twin.members.iter().map(|(.., shape)| f64::from(shape.layers)).collect())
    });
    assert_twin("C2", "layers of the deepest member before the largest width", |twin| {
        let before = twin.members.iter().take_while(|(.., shape)| shape.width < 3072);
        f64::from(before.map(|(.., shape)| shape.layers).max().unwrap())
    });
    for twin in TWINS.iter() {
        let place = |is: &dyn Fn(&Architecture) -> bool| twin.members.iter().position(|(.., shape)| is(shape)).unwrap();
        assert!(place(&|shape| shape.width == 3072) <= place(&|shape| shape.layers == 32));
    }
    assert_twin("C5", "members with r below 4, %", |twin| percent(twin, |shape| shape.ffn_ratio() < 4.0));
    assert_twin("C5", "members with r below 1, %", |twin| percent(twin, |shape| shape.ffn_ratio() < 1.0));
    assert_twin("C5", "r, median", |twin| middle(twin.members.iter().map(|(.., shape)| shape.ffn_ratio()).collect()));
}

#[test]
fn without_a_head_depth_is_what_the_paper_says() {
    let law = paper_law();
    for (place, precision) in [Precision::FP16, Precision::W8A8].into_iter().enumerate() {
        let estimator =
            Estimator::new(&agx_orin(), precision, Workload::default()).unwrap().with_attention(Attention::PAPER);
        let headless: Vec<Point> = paper_space()
            .candidates()
            .into_iter()
            .map(|shape| Architecture { vocab: 1, ..shape })
            .map(|shape| (estimator.latency(&shape).decode_s, law.coefficients.loss(&shape.features()), shape))
            .collect();
        let twin = Twin { precision, objective: Objective::Decode, members: undominated(&headless, by_eq_5) };
        let found = figures(&FINDINGS, "C2", "the same without an LM head, %")[place];
        assert!((found - percent(&twin, |shape| shape.layers < 20)).abs() < 1e-9 && found > 50.0, "{found}");
    }
}

#[test]
fn the_gain_of_int8_is_the_twins() {
    let (fp16, int8) = TWINS.split_at(Objective::COUNT);
    let names = ["INT8 gain at equal loss, least", "INT8 gain at equal loss, median", "INT8 gain at equal loss, most"];
    let [least, medians, most] = names.map(|name| figures(&FINDINGS, "C6", name));
    for (place, (fp16, int8)) in fp16.iter().zip(int8).enumerate() {
        let fastest = |loss: f64| {
            int8.members.iter().filter(|member| member.1 <= loss).map(|member| member.0).fold(f64::INFINITY, f64::min)
        };
        let gains: Vec<f64> = fp16.members.iter().map(|member| member.0 / fastest(member.1)).collect();
        let ends = gains.iter().fold([f64::INFINITY, 0.0_f64], |[low, high], gain| [low.min(*gain), high.max(*gain)]);
        for (value, expected) in [(least[place], ends[0]), (medians[place], middle(gains)), (most[place], ends[1])] {
            assert!((value / expected - 1.0).abs() < 1e-12, "{value} {expected}");
        }
    }
}

/// Where INT8 computes at most twice as fast, halves the weights and leaves the rest, no latency is halved.
#[test]
fn what_cannot_fail_is_said_to() {
    let remark_on = |int8_over_fp16: f64| {
        let board = agx_orin();
        let int8_flops_per_s = Some(int8_over_fp16 * board.fp16_flops_per_s);
        let evidence = Evidence::new(&paper_space(), &paper_law(), &Hardware { int8_flops_per_s, ..board }).unwrap();
        findings(&evidence, &PRICING)[5].remark.clone().unwrap()
    };
    assert!(remark_on(2.0).contains("No operator is more than 2 times as fast in INT8 here"));
    assert!(remark_on(1.0).contains("cannot reach 2"), "the weights are halved still");
    assert!(!remark_on(2.5).contains("cannot reach"));
}

#[test]
fn the_gain_over_the_baseline_is_the_twins() {
    assert_twin("C7", "perplexity over the baseline's, by the law", |twin| {
        let (latency_s, loss, _) = price(twin.precision, twin.objective, &QWEN2_5_0_5B);
        let within = twin.members.iter().filter(|member| member.0 <= latency_s).map(|member| member.1);
        (within.fold(f64::INFINITY, f64::min) - loss).exp()
    });
    let narrower = Architecture { expert_hidden: 4 * 896, ..QWEN2_5_0_5B };
    let (latency_s, loss, _) = price(Precision::FP16, Objective::Total, &narrower);
    let total = &TWINS[Objective::Total.index()];
    let best = total.members.iter().filter(|member| member.0 <= latency_s).map(|member| member.1);
    let expected = (best.fold(f64::INFINITY, f64::min) - loss).exp();
    let found = figures(&FINDINGS, "C7", "perplexity over that of the baseline with r in the law's range")[0];
    assert!((found / expected - 1.0).abs() < 1e-12);
}

#[test]
fn dominance_by_eq_6_is_counted_as_it_is_defined() {
    let evidence = Evidence::new(&paper_space(), &paper_law(), &agx_orin()).unwrap();
    let all = candidates(Precision::FP16, Objective::Prefill);
    let strictly = undominated(&all, |other, one| other.0 < one.0 && other.1 < one.1);
    let words = format!("{} members by Eq. 5, {} by Eq. 6", TWINS[0].members.len(), strictly.len());
    let errata = errata(&evidence);
    assert!(errata[4].evidence.contains(&words), "{} {words}", errata[4].evidence);
    assert!(errata.iter().all(|erratum| erratum.confirmed == Some(true)), "{errata:#?}");
    assert_eq!(errata.iter().map(|erratum| erratum.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn from_the_published_law_everything_is_as_it_is_known() {
    for finding in FINDINGS.iter() {
        assert_eq!(finding.verdict(), finding.expected(), "{finding:#?}");
        assert_eq!((finding.failures().count(), finding.surprises().count()), (0, 0), "{finding:#?}");
        for check in &finding.checks {
            assert_eq!(check.reason.is_some(), check.expected != Outcome::Holds, "{check:?}");
        }
    }
    let ids: Vec<&str> = FINDINGS.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"]);
    let verdicts: Vec<&str> = FINDINGS.iter().map(|finding| finding.verdict().name()).collect();
    let part = "holds in part";
    assert_eq!(verdicts, ["differs", part, part, "holds", "holds", "holds", "not testable", part, part]);
}

#[test]
fn a_law_without_a_reward_for_sparsity_has_no_mixtures() {
    let law = LossLaw { coefficients: Eq2 { alpha_rho: 0.0, ..TABLE_6 }.into(), ..paper_law() };
    let findings = findings_under(&law);
    assert_eq!(findings[0].verdict(), Verdict::Differs, "{:#?}", findings[0]);
    assert!(findings[0].failures().any(|check| check.statement.contains("at least 90 %")));
    assert_eq!(findings[0].judgement(), "differs, by more than it should: 2 of 2 expected statements fail");
    assert!(figures(&findings, "C1", "members that are MoE, %").iter().all(|share| *share == 0.0));
}

#[test]
fn a_verdict_is_what_the_checks_say_together() {
    use Outcome::{Fails, Holds, NotTestable};
    let of = |outcomes: &[Outcome]| Verdict::of(outcomes.iter().copied());
    assert_eq!(of(&[Holds, Holds]), Verdict::Holds);
    assert_eq!(of(&[Holds, Fails]), Verdict::HoldsInPart);
    assert_eq!(of(&[Holds, NotTestable]), Verdict::HoldsInPart);
    assert_eq!(of(&[Fails, NotTestable]), Verdict::Differs);
    assert_eq!(of(&[NotTestable]), Verdict::NotTestable);
}

/// C1 says 100 %. That most members are near it is our statement and does not make the claim hold in part.
#[test]
fn a_statement_of_ours_does_not_count_for_the_verdict() {
    let statement = |outcome| Check { outcome, ..Check::known_to_fail("as the paper has it", false, "") };
    let ours = || Check::should_hold("nearly so", true, "").measured_here();
    let finding = |checks| Finding { id: "C0", paper: "", setting: "", measured: String::new(), checks, remark: None };
    assert_eq!(finding(vec![statement(Outcome::Fails), ours()]).verdict(), Verdict::Differs);
    assert_eq!(finding(vec![statement(Outcome::Holds), ours()]).verdict(), Verdict::Holds);
    let failing = finding(vec![statement(Outcome::Fails), Check { outcome: Outcome::Fails, ..ours() }]);
    assert_eq!(failing.failures().map(Check::attributed).collect::<Vec<_>>(), ["(ours) nearly so"]);
    let remark = FINDINGS[0].remark.as_deref().unwrap();
    assert!(remark.starts_with("Nearly so: 92 to 99 % are."), "{remark}");
}

#[test]
fn slow_pricing_is_a_failure() {
    let evidence = Evidence::new(&paper_space(), &paper_law(), &agx_orin()).unwrap();
    let slow = findings(&evidence, &Pricing { configurations: 50_000, elapsed_s: 1201.0 });
    assert_eq!(slow[8].failures().count(), 1);
    let ground = Pricing::ground(&paper_space());
    assert!(ground.shapes().len() * ground.layers.len() >= 50_000);
}
