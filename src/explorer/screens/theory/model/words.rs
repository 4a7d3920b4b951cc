//! Which sentences of the theory the screen shows, and in what order. The sentences are those of [`report::theory::words`].

use super::answer::Answered;
use super::curves::gaps;
use super::table::{Way, outcome};
use engine::budget::Limit;
use engine::text;
use engine::theory::closed_forms::Verdict;
use engine::theory::{NoClosedForm, NoOptimum, Solved, deviations, regime};
use report::Warning;
use report::theory::words;

/// Which budgets bind in both models: over the pane of budgets.
pub fn verdict(answered: &Answered) -> String {
    if answered.limits().next().is_none() {
        return "no budget is on: space switches one on".to_owned();
    }
    words::verdict_in_short(&answered.operators, &answered.simplified)
}

/// What one step more of a budget buys, beside its slider: `10 ms more: −2.4 % ppl`; none where it is off.
pub fn worth(solved: &Solved, limit: Limit) -> Option<(f64, String)> {
    let worth = solved.worths.iter().find(|worth| worth.limit == limit)?;
    Some((solved.optimum.multiplier(limit), words::worth_in_short(worth)))
}

/// What of the space holds the operator model's optimum back, the hardest first, in so many cells; the notes have all of it.
pub fn ends(answered: &Answered, room: usize) -> Option<String> {
    let solved = answered.operators.as_ref().ok()?;
    if solved.ends.is_empty() {
        return Some("the optimum lies inside the space".to_owned());
    }
    let said: Vec<String> = solved.ends.iter().map(words::end_in_short).collect();
    let first = |count: usize| {
        let more = said.len() - count;
        let more = if more > 0 { format!(" · {more} more in the notes") } else { String::new() };
        format!("held back by the space: {}{more}", said[..count].join(" · "))
    };
    (1..=said.len()).rev().map(first).find(|words| text::width(words) <= room).or_else(|| Some(first(1)))
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
        notes.push((Mark::Plain, words::rounded_in_short(rounded)));
    }
    let ends = answered.operators.iter().flat_map(|solved| &solved.ends);
    notes.extend(ends.map(|end| (Mark::Plain, format!("the space: {end}"))));
    notes.push((Mark::Plain, words::left_out_in_short()));
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
        Some(best) if !matches!(error, NoOptimum::Infeasible { .. }) => words::swept_instead(best.loss),
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
                notes.push((Mark::Plain, words::WHICH_HAVE_FORMS.to_owned()));
            }
            return;
        }
    };
    notes.extend(words::conditions_failed(&form.conditions).map(|failed| (Mark::Fails, failed)));
    let unrounded = words::conditions(&form.conditions, Verdict::NeedsRounding);
    notes.extend(unrounded.map(|condition| (Mark::Caution, condition.sentence.clone())));
    notes.extend(form.printed.as_ref().map(|printed| (Mark::Fails, words::printed_in_short(printed))));
    notes.extend(words::conditions_held(&form.conditions).map(|held| (Mark::Holds, held)));
}
