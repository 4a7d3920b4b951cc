//! How single values are read.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use engine::error::Error;
use engine::law::form::Form;
use engine::law::forms;
use engine::precision::{Precision, Storage};
use engine::roofline::Attention;
use engine::space::Space;
use engine::units::count;
use engine::what_if::Factor;
use engine::workload::Objective;
use report::Selection;

pub(super) fn precisions() -> impl TypedValueParser<Value = Precision> {
    let values = Precision::ALL.map(|precision| PossibleValue::new(precision.name).help(precision.description));
    PossibleValuesParser::new(values)
        .try_map(|name| Precision::named(&name).ok_or_else(|| Error::new(format!("'{name}' is no number format"))))
}

pub(super) fn stored_as<const N: usize>(all: [Storage; N]) -> impl TypedValueParser<Value = Storage> {
    PossibleValuesParser::new(all.map(|storage| storage.name)).try_map(move |typed| {
        all.into_iter()
            .find(|storage| storage.name.eq_ignore_ascii_case(&typed))
            .ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

pub(super) fn attentions() -> impl TypedValueParser<Value = Attention> {
    let values = Attention::ALL.map(|attention| PossibleValue::new(attention.name()).help(attention.description()));
    PossibleValuesParser::new(values).try_map(|typed| {
        Attention::ALL
            .into_iter()
            .find(|attention| attention.name().eq_ignore_ascii_case(&typed))
            .ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

pub(super) fn known_forms() -> impl TypedValueParser<Value = &'static Form> {
    let values = forms::ALL.map(|form| PossibleValue::new(form.name).help(form.formula));
    PossibleValuesParser::new(values).try_map(|typed| {
        forms::named(&typed.to_lowercase()).ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

/// `20B`, `1.1e10`.
pub(super) fn parse_tokens(typed: &str) -> Result<f64, Error> {
    const SUFFIXES: [(&str, f64); 3] = [("M", 1e6), ("B", 1e9), ("T", 1e12)];
    let typed = typed.trim();
    let (digits, scale) = SUFFIXES
        .into_iter()
        .find_map(|(suffix, scale)| Some((typed.strip_suffix(suffix)?, scale)))
        .unwrap_or((typed, 1.0));
    let tokens = digits.trim().parse::<f64>().map(|value| value * scale);
    tokens
        .ok()
        .filter(|tokens| tokens.is_finite() && *tokens >= 1.0)
        .ok_or_else(|| Error::new(format!("'{typed}' is no number of tokens")).expected("such as 20B or 1.1e10"))
}

/// `1e-5`.
pub(super) fn parse_tolerance(typed: &str) -> Result<f64, Error> {
    typed
        .trim()
        .parse()
        .ok()
        .filter(|share| (0.0..1.0).contains(share))
        .ok_or_else(|| Error::new(format!("'{typed}' is no tolerance")).expected("from 0 to below 1, such as 1e-5"))
}

/// `200000`, `1e6`.
pub(super) fn parse_evaluations(typed: &str) -> Result<usize, Error> {
    typed
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.fract() == 0.0 && (1.0..=Space::MAX_CANDIDATES as f64).contains(number))
        .map(|number| number as usize)
        .ok_or_else(|| {
            let most = count(Space::MAX_CANDIDATES);
            Error::new(format!("'{typed}' is no number of candidates to price"))
                .expected(format!("a whole number from 1 to {most}, such as 200000 or 1e6"))
        })
}

pub(super) fn objectives() -> impl TypedValueParser<Value = Objective> {
    one_of(Objective::ALL, Objective::name)
}

pub(super) fn selections() -> impl TypedValueParser<Value = Selection> {
    one_of([Selection::Best, Selection::Frontier, Selection::Feasible], Selection::name)
}

/// The one of `all` whose name is typed.
pub(super) fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name)).try_map(move |typed| {
        all.into_iter()
            .find(|value| name(*value).eq_ignore_ascii_case(&typed))
            .ok_or_else(|| Error::new(format!("'{typed}' is not known here")))
    })
}

/// `2`, `2x`, `0.5`.
pub(super) fn parse_factor(typed: &str) -> Result<Factor, Error> {
    let number = typed.trim().trim_start_matches('×').trim_end_matches(['x', 'X', '×']);
    number.trim().parse().ok().and_then(Factor::new).ok_or_else(|| {
        Error::new(format!("'{typed}' is no factor that can be imagined")).expected("from 0.25 to 4, such as 2")
    })
}
