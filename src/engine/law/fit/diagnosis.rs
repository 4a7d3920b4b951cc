//! What the fit found but the runs hardly support: coefficients at bounds, trade-offs, wide errors.

use super::model::{EXPONENTS, FLOOR, Misfit, TERMS};
use super::spread::{Parameter, Spread};
use super::starts::Optimum;
use crate::law::Coefficients;

/// Standard error, relative for factors and absolute for exponents near 0, from which on a value is named.
const WIDE: f64 = 0.5;
const WIDE_EXPONENT: f64 = 0.1;
/// A term whose exponents together are below this hardly falls at all.
const SLOW: f64 = 0.3;

/// Sentences about single coefficients and combinations.
pub(super) fn describe(misfit: &Misfit, optimum: &Optimum, spread: Option<&Spread<'_>>) -> Vec<String> {
    let mut notes = at_bounds(misfit, optimum);
    let (runs, free) = (misfit.runs(), misfit.model.parameters());
    if runs < 2 * free {
        notes.push(format!(
            "{runs} runs for {free} free parameters: R² on the training part says little, and single coefficients less"
        ));
    }
    notes.extend(spread.into_iter().flat_map(Spread::trade_offs));
    notes
}

fn at_bounds(misfit: &Misfit, optimum: &Optimum) -> Vec<String> {
    let model = &misfit.model;
    let mut notes = Vec::new();
    for term in (0..TERMS).filter(|&term| model.terms[term] && optimum.linear[term] <= 0.0) {
        let name = model.term_name(term);
        notes.push(if term == FLOOR {
            let stands_in = slowest(misfit, optimum)
                .map_or_else(String::new, |name| format!(", and slowly falling terms such as {name} stand in for it"));
            format!("L_inf is 0, its bound: these runs lie too far above the floor to show it{stands_in}")
        } else {
            format!(
                "{} is 0, its bound: at the best fit these runs show no {name} term, and its exponents are given as 0",
                model.factor_name(term).symbol
            )
        });
    }
    for exponent in (0..EXPONENTS).filter(|&exponent| model.is_free(exponent) && optimum.speaks(misfit, exponent)) {
        let value = optimum.exponents[exponent];
        if value <= model.lower[exponent] || value >= model.upper[exponent] {
            notes.push(format!(
                "{} is {value}, a bound of the search: its true value is not known",
                model.symbol(exponent)
            ));
        }
    }
    notes
}

/// The term that comes nearest to a constant.
fn slowest(misfit: &Misfit, optimum: &Optimum) -> Option<&'static str> {
    let power = |term: usize| -> f64 {
        misfit.model.exponents_of(term).iter().map(|&exponent| optimum.exponents[exponent].abs()).sum()
    };
    (0..FLOOR)
        .filter(|&term| optimum.linear[term] > 0.0)
        .map(|term| (power(term), misfit.model.term_name(term)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(power, _)| *power < SLOW)
        .map(|(_, name)| name)
}

/// One sentence with every coefficient whose standard error is wide.
pub(super) fn wide_errors(misfit: &Misfit, law: &Coefficients, spread: &Spread<'_>) -> Option<String> {
    let named: Vec<String> = spread
        .parameters
        .iter()
        .filter_map(|&parameter| {
            let error = spread.error_of(parameter)?;
            let symbol = misfit.model.form.name_of(parameter.slot()).symbol;
            let value = law.get(parameter.slot());
            match parameter {
                // Errors of factors are those of logarithms: a factor either way.
                Parameter::Factor(_) if error <= WIDE => None,
                Parameter::Factor(_) if error < 5.0 => Some(format!("{symbol} = {value:.3} (×÷ {:.1})", error.exp())),
                Parameter::Factor(_) => Some(format!("{symbol} = {value:.3} (any size)")),
                Parameter::Exponent(_) => (error > WIDE_EXPONENT.max(WIDE * value.abs()))
                    .then(|| format!("{symbol} = {value:.3} (± {error:.2})")),
            }
        })
        .collect();
    (!named.is_empty()).then(|| format!("wide standard errors: {}", named.join(", ")))
}
