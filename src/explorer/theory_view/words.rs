//! What the theory says, in sentences: which budgets bind, what one step more of each buys, why a closed form is none.

use super::answer::{Answered, Solved, regime};
use crate::engine::budget::Limit;
use crate::engine::theory::closed_forms::Verdict;
use crate::engine::theory::{NoClosedForm, NoOptimum, PrintedD3, deviations};
use crate::units;

/// Which budgets bind in both models: over the pane of budgets.
pub fn verdict(answered: &Answered) -> String {
    if answered.limits().next().is_none() {
        return "no budget is on: space switches one on".to_owned();
    }
    let said = |solved: &Result<Solved, NoOptimum>| match solved {
        Ok(_) => regime(solved).to_string(),
        Err(_) => "no optimum".to_owned(),
    };
    let (operators, simplified) = (said(&answered.operators), said(&answered.simplified));
    let name = regime(&answered.simplified).paper_name().map(|name| format!(" ({name})")).unwrap_or_default();
    if answered.operators.is_err() && answered.simplified.is_err() {
        "no optimum in either model".to_owned()
    } else if operators == simplified {
        format!("{operators}{name} in both models")
    } else {
        format!("operators: {operators} · simplified: {simplified}{name}")
    }
}

/// What one step more of a budget buys, beside its slider: `10 ms more: −2.4 % ppl`; none where it is off.
pub fn worth(solved: &Solved, limit: Limit) -> Option<(f64, String)> {
    let worth = solved.worths.iter().find(|worth| worth.limit == limit)?;
    let bought = match percent(worth.perplexity_change) {
        Some(percent) => format!("{percent} ppl"),
        None => "nothing".to_owned(),
    };
    Some((solved.optimum.multiplier(limit), format!("{} more: {bought}", step_text(limit, worth.step))))
}

/// A power of ten without decimals.
fn step_text(limit: Limit, step: f64) -> String {
    let text = limit.text(step);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    format!("{} {unit}", number.split_once('.').map_or(number, |(whole, _)| whole))
}

/// `−0.26 %`; none for less than can be told from nothing.
fn percent(change: f64) -> Option<String> {
    const NOTHING: f64 = 5e-7;
    let sign = if change < 0.0 { "−" } else { "+" };
    (change.abs() >= NOTHING).then(|| format!("{sign}{} %", units::significant(100.0 * change.abs(), 2)))
}

/// What of the space holds the operator model's optimum back, the hardest first.
pub fn ends(answered: &Answered) -> Option<String> {
    let solved = answered.operators.as_ref().ok()?;
    if solved.ends.is_empty() {
        return Some("no end of the space holds the operator model's optimum back".to_owned());
    }
    let said: Vec<String> = solved.ends.iter().map(ToString::to_string).collect();
    Some(format!("the space holds it back: {}", said.join(" · ")))
}

/// How a note is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Mark {
    Fails,
    Caution,
    Holds,
    Plain,
}

/// What stands behind the numbers, what matters most first.
pub fn notes(answered: &Answered) -> Vec<(Mark, String)> {
    let mut notes = Vec::new();
    for (model, optimum) in [("operators", &answered.operators), ("simplified", &answered.simplified)] {
        if let Err(error) = optimum {
            notes.push((Mark::Fails, format!("{model}: {error}")));
        }
    }
    let blind = answered.inquiry.landscape.law.coefficients.blind_to();
    if !blind.is_empty() {
        let sentence = "what no budget decides there is one choice of many that are as good";
        notes.push((Mark::Caution, format!("the law is blind to {}: {sentence}", blind.join(", "))));
    }
    closed_form(answered, &mut notes);
    match &answered.rounded {
        Some(Err(error)) => notes.push((Mark::Fails, format!("rounded: {error}"))),
        Some(Ok(rounded)) => {
            let (shape, cost) = (&rounded.architecture, units::significant(rounded.loss_cost_nats, 2));
            notes.push((Mark::Plain, format!("rounded: {shape}; rounding costs {cost} nats")));
        }
        None => {}
    }
    let regime = regime(&answered.simplified);
    notes.extend(deviations(regime).into_iter().map(|deviation| (Mark::Caution, deviation.to_owned())));
    notes.push((
        Mark::Plain,
        "simplified: the paper's costs (Eq. 29, 39, 42), without LM head, router, softmax and cache in memory"
            .to_owned(),
    ));
    notes.push((
        Mark::Plain,
        "op.: what the sizes above would take by the operator model, which prices what the simplified one leaves out"
            .to_owned(),
    ));
    notes.push((
        Mark::Plain,
        "residual: what is left of the conditions of an optimum (KKT), or of the closed form's equations; 0 is exact, but \
         for kinks that the operator model rounds off by some millionths"
            .to_owned(),
    ));
    notes
}

/// Why there is no closed form, or which of its conditions fail; nothing where its model has no optimum at all.
fn closed_form(answered: &Answered, notes: &mut Vec<(Mark, String)>) {
    if answered.simplified.is_err() {
        return;
    }
    let form = match &answered.closed {
        Ok(form) => form,
        Err(error) => {
            notes.push((Mark::Fails, error.to_string()));
            if matches!(error, NoClosedForm::NoForm(_)) {
                let hint = "forms are for TTFT, TPOT, total, energy or memory alone, or memory and one of the others: switch \
                            budgets on or off";
                notes.push((Mark::Plain, hint.to_owned()));
            }
            return;
        }
    };
    let with = |verdict| form.conditions.iter().filter(move |condition| condition.verdict == verdict);
    notes.extend(with(Verdict::Fails).map(|condition| (Mark::Fails, format!("closed form: {}", condition.sentence))));
    notes.extend(with(Verdict::NeedsRounding).map(|condition| (Mark::Caution, condition.sentence.clone())));
    if let Some(printed) = &form.printed {
        notes.push((Mark::Fails, printed_in_words(printed)));
    }
    let mut holding: Vec<&str> = with(Verdict::Holds).map(|condition| condition.what).collect();
    // Of each of two multipliers the same is asked.
    holding.dedup();
    if !holding.is_empty() {
        notes.push((Mark::Holds, format!("closed form: {}", holding.join(" · "))));
    }
}

fn printed_in_words(printed: &PrintedD3) -> String {
    let PrintedD3 { printed_rho, rho, decode_excess, .. } = *printed;
    format!(
        "as the paper prints it, ρ* would be {} instead of {}, and decode {} % over its own budget",
        units::significant(printed_rho, 3),
        units::significant(rho, 3),
        units::significant(100.0 * decode_excess, 2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_no_decimals_and_a_change_two_digits() {
        assert_eq!(step_text(Limit::Total, 0.01), "10 ms");
        assert_eq!(step_text(Limit::Tpot, 1e-4), "100 µs");
        assert_eq!(step_text(Limit::Memory, 1e9), "1 GB");
        assert_eq!((percent(-0.0026), percent(-1e-7)), (Some("−0.26 %".to_owned()), None));
    }
}
