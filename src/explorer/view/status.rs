//! The last three lines: where the numbers come from, how far they may be trusted, what the keys do.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::explorer::binding::Occasion;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::frame::Frame;
use crate::explorer::keys::hinted;
use crate::explorer::live::Live;
use crate::explorer::pointer::Target;
use crate::explorer::resampled::ResamplingProgress;
use crate::explorer::screen::Screen;
use crate::explorer::screens::parts;
use crate::explorer::shelf::{FitProgress, LawEntry};
use crate::explorer::state::State;
use crate::explorer::vocabulary::Notice;
use engine::law::LossLaw;
use engine::search::Searched;
use engine::text::{self, fit};
use engine::units;
use report::{Warning, latency_basis, latency_basis_in_short};

/// Draws all three. What just happened stands in the place of the key hints: the truth always stays.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, frame: &Frame) {
    source(canvas, state, frame.status);
    truth(canvas, state, frame.truth);
    match &state.notice {
        Some(notice) => say(canvas, notice, frame.keys),
        None => keys(canvas, state, frame),
    }
}

/// What is being worked on; else law, its R², its runs, its source.
fn source(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let mut spans = vec![canvas.span(" ", Role::Label)];
    let asked = state.law_entry();
    if let FitProgress::UnderWay { percent } = asked.progress {
        let so_far = if percent == 0 { String::new() } else { format!("{percent} % ") };
        spans.push(canvas.span(format!("{} … {so_far}· ", asked.label), Role::Focus));
    } else if asked.standing.is_some() && state.is_stale() {
        spans.push(canvas.span("pricing … · ", Role::Focus));
    } else if let Some(searched) = state.searched().filter(|searched| searched.stopped_because.is_none()) {
        spans.push(canvas.span(format!("{} · ", searching(searched)), Role::Focus));
    } else if let ResamplingProgress::UnderWay { done, of } = asked.resampled.progress {
        spans.push(canvas.span(format!("resampling {done:>3}/{of} · "), Role::Focus));
    }
    let words = match (state.screen, state.landscape()) {
        // The headline of that screen already says how well it fits and which warning comes first.
        (Screen::Fit, _) => asked.law().map(|law| provenance(law)),
        (_, Some(landscape)) => {
            let shown = state.shown();
            let (law, entry) = (&landscape.law, &state.shelf.laws[shown.law]);
            if law.synthetic {
                spans.push(canvas.span("SYNTHETIC RUNS ", Role::Warning));
            }
            if entry.trouble().is_some() {
                spans.push(canvas.span("LAST GOOD FIT ", Role::Warning));
            }
            Some(in_short(law, entry, shown.edition))
        }
        (_, None) => None,
    };
    let room = usize::from(area.width).saturating_sub(spans.iter().map(Span::width).sum::<usize>());
    spans.extend(words.map(|words| canvas.span(fit(&words, room), Role::Label)));
    canvas.line(area, spans);
}

/// How far a search is, and what its last quarter brought.
fn searching(searched: &Searched) -> String {
    format!(
        "searching: {} of {}, frontier +{:.1} %",
        units::count(searched.evaluations),
        units::many(searched.of),
        100.0 * searched.growth
    )
}

/// The law by which the picture was drawn, with its figures.
fn in_short(law: &LossLaw, entry: &LawEntry, edition: u32) -> String {
    // The form of a law from a file is part of its name. A fitted law may have any form.
    let standing = entry.standing.as_ref().filter(|standing| standing.fit.is_some() && standing.edition == edition);
    let form = standing.map_or_else(String::new, |standing| format!(" · {}", standing.recipe.in_words()));
    // The source of a law fitted here is its runs, which stand there already.
    let source = if law.dataset.is_none() { format!(" · {}", law.source) } else { String::new() };
    let excluded = match entry.excluded.len() {
        0 => String::new(),
        count => format!(", {} excluded", units::count(count)),
    };
    let waits = if entry.live.as_ref().is_some_and(Live::has_half_a_line) { ", last line waits" } else { "" };
    format!("law {}{form} · {} · {}{excluded}{waits}{source}", law.name, quality(law), runs(law))
}

/// Which file the law or its runs were read from, and what was made of it.
fn provenance(law: &LossLaw) -> String {
    let sha256 = law.dataset.as_ref().and_then(|dataset| dataset.sha256.get(..8));
    let parts = [law.origin.clone(), sha256.map(|sha256| format!("sha256 {sha256}")), law.reading.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn quality(law: &LossLaw) -> String {
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    format!("R² {}, held out {}", figure(law.quality.r2_train), figure(law.quality.r2_holdout))
}

/// Which runs stand behind a law.
fn runs(law: &LossLaw) -> String {
    let count = law.quality.runs.map_or_else(String::new, |runs| format!("{} ", units::count(runs)));
    match &law.dataset {
        Some(dataset) => {
            let fingerprint = dataset.sha256.get(..8).unwrap_or_default();
            format!("{count}runs of {} {fingerprint}", dataset.name)
        }
        None => format!("{count}runs not at hand"),
    }
}

/// What a reader must know before believing the picture, the gravest first. What does not fit is behind `i`. That runs
/// are synthetic is not repeated here, because it stands before the law.
fn truth(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let question = state.shown();
    let (profile, mode) = (&state.profile(question), state.power_mode(question));
    let basis = latency_basis(profile, mode, &state.precision(question));
    let cautions: Vec<String> =
        state.warnings.iter().rev().filter(|warning| is_caution(warning)).map(Warning::short).collect();
    let latency = if cautions.is_empty() { basis } else { latency_basis_in_short(&basis) };
    let mut spans = vec![canvas.span(format!(" {latency}"), Role::Label)];
    if !cautions.is_empty() {
        const MORE: &str = " … i";
        let words = format!(" · ⚠ {}", cautions.join(" · "));
        let room = usize::from(area.width).saturating_sub(text::width(&latency) + 2);
        let words = if text::width(&words) <= room {
            words
        } else {
            text::beginning(&words, room.saturating_sub(text::width(MORE))).to_owned() + MORE
        };
        spans.push(canvas.span(words, Role::Warning));
    }
    canvas.line(area, spans);
}

/// Whether it belongs on the truth line: what is said elsewhere on the screen does not.
const fn is_caution(warning: &Warning) -> bool {
    !warning.is_general() && !matches!(warning, Warning::Synthetic { .. })
}

fn say(canvas: &mut Canvas<'_>, notice: &Notice, area: Rect) {
    let (glyph, words, role) = match notice {
        Notice::Done(words) => ("✓", words, Role::Good),
        Notice::Trouble(words) => ("✗", words, Role::Over),
    };
    let parts: Vec<&str> = words.lines().map(str::trim).collect();
    let text = fit(&format!(" {glyph} {}", parts.join("; ")), usize::from(area.width));
    let spans = vec![canvas.span(text, role)];
    canvas.line(area, spans);
}

/// The bindings that have a hint, each of them a button.
fn keys(canvas: &mut Canvas<'_>, state: &State, frame: &Frame) {
    let area = frame.keys;
    let occasions = Occasion::now(state, (parts(state.screen).room)(frame.body));
    let mut x = area.x + 1;
    for binding in hinted(state.screen, &occasions, area.width) {
        canvas.buffer.set_string(x, area.y, binding.keys, canvas.style(Role::Text));
        let hint_x = x + text::width(binding.keys) as u16 + 1;
        canvas.buffer.set_string(hint_x, area.y, binding.hint_words(), canvas.style(Role::Label));
        if let Some(action) = binding.click() {
            canvas.hits.push(Rect::new(x, area.y, binding.hint_columns(), 1), Target::Press(action));
        }
        x += binding.hint_columns() + 2;
    }
}
