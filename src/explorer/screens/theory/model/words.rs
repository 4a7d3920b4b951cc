//! What the theory says, in sentences: which budgets bind, what one step more of each buys, why there is no closed
//! form.

use super::answer::Answered;
use super::curves::gaps;
use super::table::{Way, outcome};
use engine::budget::Limit;
use engine::text;
use engine::theory::closed_forms::Verdict;
use engine::theory::{EndSensitivity, NoClosedForm, NoOptimum, PrintedD3, Simplified, Solved, deviations, regime};
use engine::units;
use report::Warning;

/// Which budgets bind in both models: over the pane of budgets.
pub fn verdict(answered: &Answered) -> String {
    if answered.limits().next().is_none() {
        return "no budget is on: space switches one on".to_owned();
    }
    let said = |solved: &Result<Solved, NoOptimum>| match solved {
        Ok(_) => regime(solved).to_string(),
        Err(error) => failure(error).to_owned(),
    };
    let (operators, simplified) = (said(&answered.operators), said(&answered.simplified));
    let name = regime(&answered.simplified).paper_name().map(|name| format!(" ({name})")).unwrap_or_default();
    if operators == simplified {
        let holds = answered.operators.is_ok() && regime(&answered.operators).limits().next().is_some();
        format!("{operators}{name} in {}", if holds { "both models" } else { "either model" })
    } else {
        format!("operators: {operators} · simplified: {simplified}{name}")
    }
}

/// The text where an optimum is missing. "There is none" is said only where nothing keeps the budgets.
pub const fn failure(error: &NoOptimum) -> &'static str {
    if matches!(error, NoOptimum::Infeasible { .. }) { "no optimum" } else { "not solved" }
}

/// What a budget would have to be at least, beside its slider. `None` where another budget already excludes everything.
pub fn need(error: &NoOptimum, limit: Limit) -> Option<String> {
    match *error {
        NoOptimum::Infeasible { limit: missed, least, .. } if missed == limit => {
            Some(format!("needs {}", limit.text(units::rounded_up(least, 3))))
        }
        _ => None,
    }
}

/// What one step more of a budget buys, beside its slider: `10 ms more: −2.4 % ppl`; none where it is off.
pub fn worth(solved: &Solved, limit: Limit) -> Option<(f64, String)> {
    let worth = solved.worths.iter().find(|worth| worth.limit == limit)?;
    let words = format!("{} more: {}", worth.step_in_words(), in_short(worth.bought()));
    Some((solved.optimum.multiplier(limit), words))
}

/// `−0.26 % ppl`, as there is room for.
fn in_short(bought: Option<String>) -> String {
    bought.map_or_else(|| "nothing".to_owned(), |percent| format!("{percent} ppl"))
}

/// What of the space holds the operator model's optimum back, the hardest first, in so many cells; the notes have all of it.
pub fn ends(answered: &Answered, room: usize) -> Option<String> {
    let solved = answered.operators.as_ref().ok()?;
    if solved.ends.is_empty() {
        return Some("the optimum lies inside the space".to_owned());
    }
    let said: Vec<String> = solved.ends.iter().map(end).collect();
    let first = |count: usize| {
        let more = said.len() - count;
        let more = if more > 0 { format!(" · {more} more in the notes") } else { String::new() };
        format!("held back by the space: {}{more}", said[..count].join(" · "))
    };
    (1..=said.len()).rev().map(first).find(|words| text::width(words) <= room).or_else(|| Some(first(1)))
}

/// `width beyond 3072 by a tenth: −1.2 % ppl`.
fn end(end: &EndSensitivity) -> String {
    let step = || format!("{}: {}", end.step_in_words(), in_short(end.bought()));
    end.physical().map_or_else(step, str::to_owned)
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

/// What the numbers rest on, the most important first: what fails, what the law says of shapes that it has not seen,
/// other reservations, what holds.
pub fn notes(answered: &Answered) -> Vec<(Mark, String)> {
    let mut notes = Vec::new();
    for (model, optimum) in [("operators", &answered.operators), ("simplified", &answered.simplified)] {
        if let Err(error) = optimum {
            notes.push((Mark::Fails, format!("{model}: {error}{}", instead(answered, error))));
        }
    }
    let gaps = [("operators", gaps(answered, |at| &at.operators)), ("simplified", gaps(answered, |at| &at.simplified))];
    let with_gaps = gaps.into_iter().filter_map(|(model, gaps)| Some(format!("{model}: {}", gaps?)));
    notes.extend(with_gaps.map(|words| (Mark::Caution, words)));
    for (model, solved) in [("operators", &answered.operators), ("simplified", &answered.simplified)] {
        let open = solved.as_ref().ok().and_then(|solved| solved.optimum.undetermined_in_words());
        notes.extend(open.map(|words| (Mark::Caution, format!("{model}: {words}"))));
    }
    closed_form(answered, &mut notes);
    if let Some(Err(error)) = &answered.rounded {
        notes.push((Mark::Fails, format!("rounded: {error}")));
    }
    notes.extend(about_the_law(answered).into_iter().map(|words| (Mark::Caution, words)));
    let regime = regime(&answered.simplified);
    notes.extend(deviations(regime).into_iter().map(|deviation| (Mark::Caution, deviation.to_owned())));
    if let Some(Ok(rounded)) = &answered.rounded {
        let (shape, cost) = (&rounded.architecture, units::nats(rounded.loss_cost_nats));
        notes.push((Mark::Plain, format!("rounded: {shape}; rounding costs {cost}")));
    }
    let ends = answered.operators.iter().flat_map(|solved| &solved.ends);
    notes.extend(ends.map(|end| (Mark::Plain, format!("the space: {end}"))));
    notes.push((Mark::Plain, format!("simplified: the paper's costs (Eq. 29, 39, 42) have {}", Simplified::LEFT_OUT)));
    // Failures first, wherever they were found. Among equals, the order above.
    notes.sort_by_key(|(mark, _)| match mark {
        Mark::Fails => 0,
        Mark::Caution => 1,
        Mark::Plain | Mark::Holds => 2,
    });
    notes
}

/// Beside what was not solved for: the sweep's answer, which asks no solver.
fn instead(answered: &Answered, error: &NoOptimum) -> String {
    match outcome(answered, Way::Swept) {
        Some(best) if !matches!(error, NoOptimum::Infeasible { .. }) => {
            format!("; the best swept has a perplexity of {}", units::significant(best.loss.exp(), 4))
        }
        _ => String::new(),
    }
}

/// What is to be known of the law before the loss of what is to be built is believed.
fn about_the_law(answered: &Answered) -> Vec<String> {
    let law = &answered.inquiry.law;
    let rounded = answered.rounded.as_ref().and_then(|rounded| rounded.as_ref().ok()).map(|found| found.architecture);
    let swept = answered.swept.as_ref().and_then(|swept| swept.best.as_ref()).map(|(shape, _)| *shape);
    let shape = rounded.or(swept);
    let warnings = shape.map_or_else(|| Warning::of_law(law), |shape| Warning::of_loss(&shape, law));
    warnings.iter().map(ToString::to_string).collect()
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
