//! Where the numbers come from, in full: the law with its coefficients, range and caveats, the board's figures with
//! kind, source and date. The status lines say the same in short.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Canvas;
use super::theme::Role;
use super::window::window;
use crate::engine::law::LossLaw;
use crate::explorer::state::State;
use crate::files::profile::Source;
use crate::units;

/// Cells of the labels' column.
const LABEL: usize = 25;

/// Draws the window over the screen; `top` lines are scrolled away.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, top: u16, screen: Rect) {
    let size = (screen.width.min(110), screen.height - 2);
    let inner = window(canvas, screen, size, "Sources: ↑ ↓ scroll, any other key closes");
    let body = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut page = Page { canvas, width: usize::from(body.width), lines: Vec::new() };
    match &state.landscape {
        Some(landscape) => law(&mut page, &landscape.law),
        None => page.heading("no law is fitted yet"),
    }
    board(&mut page, state);
    let lines: Vec<Line<'static>> = page.lines.into_iter().skip(usize::from(top)).collect();
    for (y, line) in (body.top()..body.bottom()).zip(lines) {
        canvas.line(Rect { y, height: 1, ..body }, line.spans);
    }
}

/// Lines with a column of labels; long texts go on below themselves.
struct Page<'a, 'b> {
    canvas: &'a Canvas<'b>,
    width: usize,
    lines: Vec<Line<'static>>,
}

impl Page<'_, '_> {
    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::from(self.canvas.span(text, Role::Title)));
    }

    fn entry(&mut self, label: &str, text: &str, role: Role) {
        for (i, part) in wrapped(text, self.width.saturating_sub(LABEL)).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            let label = self.canvas.span(format!("{label:<LABEL$}"), Role::Label);
            self.lines.push(Line::from(vec![label, self.canvas.span(part, role)]));
        }
    }
}

/// `text` broken at blanks into lines of at most `width` cells; a longer word is broken where the line ends.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let used = line.chars().count();
        if used > 0 && used + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            if line.chars().count() == width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    lines
}

fn law(page: &mut Page<'_, '_>, law: &LossLaw) {
    page.heading(&format!("Law {}", law.name));
    page.entry("source", &law.source, Role::Text);
    if law.synthetic {
        page.entry("", "The runs behind it are synthetic: drawn from a law, not trained.", Role::Warning);
    }
    if let Some(dataset) = &law.dataset {
        page.entry("dataset", &format!("{}, sha256 {}", dataset.name, dataset.sha256), Role::Text);
    }
    let coefficients: Vec<String> =
        law.coefficients.named().iter().map(|(name, value)| format!("{name} {}", units::ratio(*value))).collect();
    page.entry("coefficients", &coefficients.join(" · "), Role::Text);
    let ends = |[low, high]: [f64; 2]| format!("{}–{}", units::ratio(low), units::ratio(high));
    let range = &law.range;
    let shapes = format!(
        "layers {} · width {} · r {} · KV dimension {} · activation rate {}",
        ends(range.layers),
        ends(range.width),
        ends(range.ffn_ratio),
        ends(range.kv_dim),
        ends(range.activation_rate)
    );
    page.entry("fitted on", &shapes, Role::Text);
    for note in &law.notes {
        page.entry("note", note, Role::Text);
    }
}

/// Figures refer to sources by number; the sources stand below, each once.
fn board(page: &mut Page<'_, '_>, state: &State) {
    let profile = &state.board().profile;
    let mode = state.power_mode();
    page.heading(&format!("{} · {}", profile.title, mode.name));
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
        page.entry(figure.label, &words, Role::Text);
        if let Some(note) = &figure.note {
            page.entry("", note, Role::Label);
        }
    }
    for note in profile.notes.iter().chain(&mode.notes) {
        page.entry("note", note, Role::Text);
    }
    for (number, source) in sources.iter().enumerate() {
        page.entry(&format!("[{}]", number + 1), &format!("{} {}", source.title, source.url), Role::Label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_blanks_and_breaks_long_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
