//! What the theory says, in sentences: which budgets bind, what one step more of each buys, why there is no closed form,
//! what rounding costs.
//!
//! The command has whole lines, and the screen has panes. Where they say the same in other words, the two stand side by side
//! as `…_in_full` and `…_in_short`.

use super::answer::{Answers, failure};
use crate::body::{BuiltPart, FormPart, TheoryAnswer};
use crate::entry::ArchitecturePart;
use engine::architecture::experts_in_words;
use engine::budget::Limit;
use engine::theory::closed_forms::{Condition, Verdict};
use engine::theory::{EndSensitivity, NoOptimum, PrintedD3, Regime, Rounded, Sensitivity, Simplified, Solved, regime};
use engine::units::{self, nats, significant};

/// `decode latency binds (D1); KKT residual 3e-11`.
pub fn verdict_in_full(answer: &TheoryAnswer) -> String {
    let text = format!("{}{}", answer.regime_in_words, named(answer.paper_regime));
    match (&answer.no_optimum, answer.kkt_residual) {
        (Some(reason), _) => format!("{text}: {reason}"),
        (None, Some(residual)) => format!("{text}; KKT residual {}", units::residual(residual)),
        (None, None) => text,
    }
}

/// Which budgets bind in both models: `decode latency binds (D1) in both models`.
pub fn verdict_in_short(operators: &Result<Solved, NoOptimum>, simplified: &Result<Solved, NoOptimum>) -> String {
    let said = |solved: &Result<Solved, NoOptimum>| match solved {
        Ok(_) => regime(solved).to_string(),
        Err(error) => failure(error).to_owned(),
    };
    let (by_operators, in_theory) = (said(operators), said(simplified));
    let name = named(regime(simplified).paper_name());
    if by_operators == in_theory {
        let holds = operators.is_ok() && regime(operators).limits().next().is_some();
        format!("{by_operators}{name} in {}", if holds { "both models" } else { "either model" })
    } else {
        format!("operators: {by_operators} · simplified: {in_theory}{name}")
    }
}

/// The paper's name of a regime, where it has one.
fn named(paper_regime: Option<&str>) -> String {
    paper_regime.map_or_else(String::new, |name| format!(" ({name})"))
}

/// What a budget would have to be at least. `None` where another budget already excludes everything.
pub fn need(error: &NoOptimum, limit: Limit) -> Option<String> {
    match *error {
        NoOptimum::Infeasible { limit: missed, least, .. } if missed == limit => {
            Some(format!("needs {}", limit.text(units::rounded_up(least, 3))))
        }
        _ => None,
    }
}

/// What one step more of a budget buys: `10 ms more: −2.4 % ppl`. In full it is the `Display` of what is worth it.
pub fn worth_in_short(worth: &Sensitivity) -> String {
    format!("{} more: {}", worth.step_in_words(), bought_in_short(worth.bought()))
}

/// `width beyond 3072 by a tenth: −1.2 % ppl`. In full it is the `Display` of the end.
pub fn end_in_short(end: &EndSensitivity) -> String {
    let step = || format!("{}: {}", end.step_in_words(), bought_in_short(end.bought()));
    end.physical().map_or_else(step, str::to_owned)
}

/// `−0.26 % ppl`.
fn bought_in_short(bought: Option<String>) -> String {
    bought.map_or_else(|| "nothing".to_owned(), |percent| format!("{percent} ppl"))
}

/// What can be built next to an optimum; none where nothing was rounded.
pub fn rounded_in_full(built: &BuiltPart) -> Option<String> {
    let ArchitecturePart { heads, head_dim, kv_heads, intermediate, experts, top_k, .. } = &built.entry.architecture;
    Some(format!(
        "rounded: {heads} heads of {head_dim}, {}, {} of {intermediate}; {}",
        units::counted(*kv_heads, "KV head"),
        experts_in_words(*experts, *top_k),
        rounding_costs(built.loss_cost_nats?)
    ))
}

/// The same with the sizes that a table would show.
pub fn rounded_in_short(rounded: &Rounded) -> String {
    format!("rounded: {}; {}", rounded.architecture, rounding_costs(rounded.loss_cost_nats))
}

fn rounding_costs(loss_nats: f64) -> String {
    format!("rounding costs {}", nats(loss_nats))
}

/// What the simplified costs have not, below rows of both.
pub fn left_out_in_full() -> String {
    format!("each row is priced by its own costs; the simplified ones (Eq. 29, 39, 42) have {}", Simplified::LEFT_OUT)
}

/// The same beside columns with headings.
pub fn left_out_in_short() -> String {
    format!("simplified: the paper's costs (Eq. 29, 39, 42) have {}", Simplified::LEFT_OUT)
}

/// What the paper prints for ρ*, below a row that shows the right one.
pub fn printed_in_full(printed: &PrintedD3) -> String {
    format!(
        "closed form: as the paper prints it ρ* would be {}, and decode {} % over its limit",
        significant(printed.printed_rho, 3),
        significant(100.0 * printed.decode_excess, 2)
    )
}

/// The same beside the right one.
pub fn printed_in_short(printed: &PrintedD3) -> String {
    let PrintedD3 { printed_rho, rho, decode_excess, .. } = *printed;
    format!(
        "as the paper prints it, ρ* would be {} instead of {}, and decode {} % over its own budget",
        significant(printed_rho, 3),
        significant(rho, 3),
        significant(100.0 * decode_excess, 2),
    )
}

/// Those conditions of a closed form that came out so.
pub fn conditions(conditions: &[Condition], verdict: Verdict) -> impl Iterator<Item = &Condition> {
    conditions.iter().filter(move |condition| condition.verdict == verdict)
}

/// Which conditions of a closed form fail.
pub fn conditions_failed(of: &[Condition]) -> impl Iterator<Item = String> {
    conditions(of, Verdict::Fails).map(|condition| format!("closed form: {}", condition.sentence))
}

/// Which hold; none where none does.
pub fn conditions_held(of: &[Condition]) -> Option<String> {
    let mut holding: Vec<&str> = conditions(of, Verdict::Holds).map(|condition| condition.what).collect();
    // Of each of two multipliers the same is asked.
    holding.dedup();
    (!holding.is_empty()).then(|| format!("closed form: {}", holding.join(" · ")))
}

/// Which budgets have closed forms, where those that are on have none.
pub const WHICH_HAVE_FORMS: &str = "forms are for TTFT, TPOT, total, energy or memory alone, or memory and one of the \
                                    others: switch budgets on or off";

/// `not solved at 3 of 29 widths`: where a curve has gaps. None where it has none.
pub fn gaps(gaps: usize, widths: usize) -> Option<String> {
    (gaps > 0).then(|| format!("not solved at {gaps} of {widths} widths"))
}

/// Beside what was not solved for: the best of the sweep, which asks no solver.
pub fn swept_instead(loss_nats: f64) -> String {
    format!("; the best swept has a perplexity of {}", significant(loss_nats.exp(), 4))
}

/// That there is a form, though not in the paper.
fn derived_here(regime: Regime) -> String {
    format!("closed form: the paper has none where {regime}; derived here as it derives the others")
}

/// All that the command says below its table.
pub fn sentences(answers: &Answers) -> Vec<String> {
    let Answers { body, asked } = answers;
    let answer = &body.answer;
    let over = asked.over_by_operators.iter().map(|(limit, takes)| format!("{} {}", limit.label(), limit.text(*takes)));
    let over: Vec<String> = over.collect();
    let mut lines = Vec::new();
    if !over.is_empty() {
        lines.push(format!(
            "rounded: over its limits by the operator model, which prices all else: {}",
            over.join(", ")
        ));
    }
    lines.extend(asked.undetermined_in_words.clone());
    lines.extend(answer.sensitivities.iter().map(|known| known.words.clone()));
    lines.extend(answer.ends.iter().map(|known| known.words.clone()));
    lines.extend(answer.rounded.as_ref().and_then(rounded_in_full));
    lines.extend(answer.not_rounded.clone());
    lines.extend(body.no_closed_form.clone());
    if let Some(form) = &body.closed_form {
        let FormPart { regime, paper_regime, conditions: of, printed, .. } = &form.free;
        if paper_regime.is_none() {
            lines.push(derived_here(*regime));
        }
        lines.extend(conditions_failed(of));
        if let Some(kept) = &form.ends_kept {
            let held = kept.held.join(", ");
            lines.push(format!("with {held} kept: the closed form with {held} on an end of the space"));
            let failed = conditions(&kept.conditions, Verdict::Fails);
            lines.extend(failed.map(|condition| format!("with {held} kept: {}", condition.sentence)));
        }
        lines.extend(printed.as_ref().map(printed_in_full));
        lines.extend(form.deviations.iter().map(|deviation| format!("paper: {deviation}")));
    }
    lines.extend(body.no_sweep_best.clone());
    lines.push(left_out_in_full());
    lines
}
