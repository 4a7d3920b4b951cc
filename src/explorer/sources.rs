//! Where the numbers come from, in full: the law with its coefficients, range and caveats, the board's figures with
//! kind, source and date. The status lines say the same in short. These are plain lines, so that scrolling knows their
//! number.

use super::live::Live;
use super::resampled::ResamplingProgress;
use super::shelf::LawEntry;
use super::state::State;
use engine::features::Axis;
use engine::law::{Evidence, LossLaw, Variable};
use engine::precision::{Precision, Storage};
use engine::text::wrapped;
use engine::units;
use files::profile::Source;
use report::{BootstrapPart, Warning};

/// Cells of the labels' column.
pub const LABEL_COLUMNS: usize = 27;

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Tone {
    Heading,
    Text,
    Aside,
    Warning,
}

/// One line of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// What it is about; empty where a text goes on.
    pub label: String,
    /// What is to be said.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// Everything there is to say, wrapped to a window of `columns` cells.
pub fn lines(state: &State, columns: usize) -> Vec<SourceLine> {
    let mut page = Page { columns: columns.saturating_sub(LABEL_COLUMNS), lines: Vec::new() };
    match state.landscape() {
        Some(landscape) => {
            let entry = &state.shelf.laws[state.shown().law];
            law(&mut page, &landscape.law, entry.live.as_ref());
            form(&mut page, entry, state.shown().edition);
            runs(&mut page, entry);
            resampled(&mut page, state, entry);
            compared(&mut page, state, &landscape.law);
        }
        None => no_law(&mut page, state),
    }
    board(&mut page, state);
    cautions(&mut page, state);
    page.lines
}

struct Page {
    columns: usize,
    lines: Vec<SourceLine>,
}

impl Page {
    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(SourceLine { label: String::new(), text: String::new(), tone: Tone::Text });
        }
        self.lines.push(SourceLine { label: text.to_owned(), text: String::new(), tone: Tone::Heading });
    }

    fn entry(&mut self, label: &str, text: &str, tone: Tone) {
        for (i, text) in wrapped(text, self.columns).into_iter().enumerate() {
            let label = if i == 0 { label.to_owned() } else { String::new() };
            self.lines.push(SourceLine { label, text, tone });
        }
    }
}

fn law(page: &mut Page, law: &LossLaw, live: Option<&Live>) {
    page.heading(&format!("Law {}", law.name));
    page.entry("source", &law.source, Tone::Text);
    if let Some(origin) = &law.origin {
        page.entry("file", origin, Tone::Text);
    }
    if let Some(reading) = &law.reading {
        page.entry("read as", reading, Tone::Text);
    }
    if law.synthetic {
        page.entry("", "The runs behind it are synthetic: drawn from a law, not trained.", Tone::Warning);
    }
    if let Some(dataset) = &law.dataset {
        let watched = match live.map(|live| &live.unwatched) {
            None => String::new(),
            Some(None) => ", watched".to_owned(),
            Some(Some(reason)) => format!("; {}", reason.headline()),
        };
        page.entry("dataset", &format!("{}, sha256 {}{watched}", dataset.name, dataset.sha256), Tone::Text);
    }
    let coefficients: Vec<String> =
        law.coefficients.named().iter().map(|(name, value)| format!("{name} {}", units::ratio(*value))).collect();
    page.entry("coefficients", &coefficients.join(" · "), Tone::Text);
    let ends = |[low, high]: [f64; 2]| format!("{}–{}", units::ratio(low), units::ratio(high));
    let of_axis = |(variable, [low, high]): (Variable, [f64; 2])| match variable {
        Variable::Feature(Axis::FfnRatio) => format!("r {}", ends([low, high])),
        Variable::Feature(axis) => format!("{axis} {}", ends([low, high])),
        size => {
            let [low, high] = [low, high].map(|size| units::parameters(size.round() as u64));
            format!("{low} to {high} {size}")
        }
    };
    let known: Vec<String> = law.range.axes().map(of_axis).collect();
    page.entry("fitted on", &known.join(" · "), Tone::Text);
    for note in &law.notes {
        page.entry("note", note, Tone::Text);
    }
}

/// How the law of an edition was fitted, and what was found about it since.
fn form(page: &mut Page, entry: &LawEntry, edition: u32) {
    let Some(standing) = entry.standing.as_ref().filter(|standing| standing.edition == edition) else { return };
    if standing.fit.is_some() {
        let formula = standing.recipe.options.form.formula;
        page.entry("fitted as", &format!("{}: {formula}", standing.recipe.in_words()), Tone::Text);
    }
    for finding in entry.findings() {
        page.entry("note", finding, Tone::Text);
    }
}

/// What has become of the runs since.
fn runs(page: &mut Page, entry: &LawEntry) {
    if let Some(dataset) = &entry.dataset {
        let excluded: Vec<&str> =
            entry.excluded.iter().filter_map(|&run| Some(dataset.runs.get(run)?.name.as_str())).collect();
        if !excluded.is_empty() {
            page.entry("excluded", &excluded.join(", "), Tone::Warning);
        }
    }
    if let Some(error) = entry.trouble() {
        page.entry("last good fit", &format!("the runs as they are now give no law: {error}"), Tone::Warning);
    }
    let Some(live) = &entry.live else { return };
    if live.has_half_a_line() {
        page.entry("", "The file's last line has no end yet; it is read when it has.", Tone::Text);
    }
    let absent: Vec<&str> = live.absent.iter().map(|run| run.name.as_str()).collect();
    if !absent.is_empty() {
        let words = format!("{} (gone from the file; excluded if it comes back)", absent.join(", "));
        page.entry("excluded", &words, Tone::Text);
    }
}

/// How the intervals were found, or why there are none.
fn resampled(page: &mut Page, state: &State, entry: &LawEntry) {
    let words = match (state.evidence(), &entry.resampled.progress) {
        (Some(evidence), _) => {
            let part = BootstrapPart::new(&evidence.ensemble, Evidence::LEVEL);
            let percent = 100.0 * part.level;
            format!(
                "{}; intervals are what {percent:.0} % of the laws fitted to them say. An architecture that is on the \
                 frontier under more than half of these laws is called robust.",
                part.sentence()
            )
        }
        (None, ResamplingProgress::Impossible(error)) => format!("nothing is said of how sure the law is: {error}"),
        (None, _) if entry.fit().is_none() => {
            "nothing is said of how sure the law is: the runs behind it are not at hand".to_owned()
        }
        (None, ResamplingProgress::UnderWay { .. }) => "under way".to_owned(),
        (None, ResamplingProgress::Due | ResamplingProgress::Done) => "not yet for this law".to_owned(),
    };
    page.entry("resampled", &words, Tone::Text);
}

/// Why there is no picture yet.
fn no_law(page: &mut Page, state: &State) {
    page.heading("Law");
    let entry = state.law_entry();
    match entry.trouble() {
        Some(error) => page.entry(&entry.label, &error.to_string(), Tone::Warning),
        None => page.entry(&entry.label, "not there yet", Tone::Text),
    }
}

/// The model that the pick is compared with.
fn compared(page: &mut Page, state: &State, law: &LossLaw) {
    let Some(model) = state.compared() else { return };
    page.heading(&format!("Compared with {}", model.name));
    page.entry("shape", &model.architecture.to_string(), Tone::Text);
    let parameters = [model.parameters_total(), model.parameters_active()].map(|count| units::count(count as usize));
    page.entry("parameters", &format!("{}, {} active", parameters[0], parameters[1]), Tone::Text);
    page.entry("source", &model.source, Tone::Text);
    for note in &model.notes {
        page.entry("note", note, Tone::Text);
    }
    for warning in Warning::of_model(model, law) {
        page.entry("", &warning.short(), Tone::Warning);
    }
}

/// Every caution of the status line as a whole sentence.
fn cautions(page: &mut Page, state: &State) {
    page.heading("Cautions");
    for warning in &state.warnings {
        page.entry("", &warning.to_string(), Tone::Warning);
    }
}

/// Figures refer to sources by number. The sources are listed below, each once.
fn board(page: &mut Page, state: &State) {
    let profile = &state.board(state.shown()).profile;
    let mode = state.power_mode(state.shown());
    page.heading(&format!("{} · {}", profile.title, mode.name));
    if let Some(origin) = &profile.origin {
        page.entry("file", origin, Tone::Text);
    }
    page.entry("number format", &number_format(&state.precision(state.shown())), Tone::Text);
    let scaling = state.shown().scaling;
    if !scaling.is_none() {
        page.entry(
            "what if",
            &format!("{scaling}; the figures below are the real board's, and energy is at its power budget"),
            Tone::Warning,
        );
    }
    let mut sources: Vec<&Source> = Vec::new();
    for figure in profile.figures(mode) {
        let number = figure.source.as_ref().map(|source| {
            let known = sources.iter().position(|known| *known == source);
            known.unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            })
        });
        let number = number.map_or_else(String::new, |number| format!(" [{}]", number + 1));
        let words = format!("{:<14} {}, {}{number}", figure.to_string(), figure.kind, figure.date);
        page.entry(figure.label, &words, Tone::Text);
        if let Some(note) = &figure.note {
            page.entry("", note, Tone::Aside);
        }
    }
    for note in profile.notes.iter().chain(&mode.notes) {
        page.entry("note", note, Tone::Text);
    }
    for (number, source) in sources.iter().enumerate() {
        page.entry(&format!("[{}]", number + 1), &format!("{} {}", source.title, source.url), Tone::Aside);
    }
}

/// What each part is stored in, and what that is said to cost.
fn number_format(precision: &Precision) -> String {
    let Precision { name, description, weights, head, kv_cache, loss_penalty_nats, .. } = precision;
    let cost = match loss_penalty_nats {
        0.0 => String::new(),
        nats => format!("; {} nats per token are added to every loss, as given", units::ratio(*nats)),
    };
    let bytes = |storage: &Storage| units::ratio(storage.bytes);
    let matrices = precision.nominal_matrices();
    let named = [
        ("query", matrices.query),
        ("key", matrices.key),
        ("value", matrices.value),
        ("output", matrices.output),
        ("gate and up", matrices.gate_up),
        ("down", matrices.down),
    ];
    let others: Vec<String> = named
        .iter()
        .filter(|(_, storage)| storage != weights)
        .map(|(matrix, storage)| format!("{} in {matrix}", bytes(storage)))
        .collect();
    let mixed = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    let rows = if weights.minds_rows() || head.minds_rows() { "; more in rows that 256 does not divide" } else { "" };
    format!(
        "{name}: {description}; {} bytes per weight{mixed}, head in {} ({}), KV cache in {} ({}){rows}{cost}",
        bytes(weights),
        head.name,
        bytes(head),
        kv_cache.name,
        bytes(kv_cache)
    )
}
