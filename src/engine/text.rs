//! Text as people read it, the same on the screen and in printed reports: safe for a terminal, fitted into columns, listed,
//! wrapped.
//!
//! A terminal is a grid of cells. Most characters take one cell, those of Chinese, Japanese and Korean take two, accents
//! that follow their letter take none. So room is counted in cells ([`width`]), never in characters or bytes.

use std::fmt::Display;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` with blanks behind it, so that it takes so many cells; whole where it needs more.
pub fn left(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))))
}

/// `text` at the right end of so many cells; whole where it needs more.
pub fn right(text: &str, cells: usize) -> String {
    format!("{}{text}", " ".repeat(cells.saturating_sub(width(text))))
}

/// `text` cut to so many cells, with an ellipsis where it was cut.
pub fn fit(text: &str, cells: usize) -> String {
    if width(text) <= cells { text.to_owned() } else { format!("{}…", beginning(text, cells.saturating_sub(1))) }
}

/// `text` with `kept` behind it in so many cells: where both have no room, `text` is the one to be cut.
pub fn fit_before(text: &str, kept: &str, cells: usize) -> String {
    let room = cells.saturating_sub(width(kept));
    fit(&format!("{}{kept}", fit(text, room)), cells)
}

/// As much of a text from its beginning as takes no more than so many cells.
pub fn beginning(text: &str, cells: usize) -> &str {
    let fits = |end: &usize| width(&text[..*end]) <= cells;
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    &text[..ends.take_while(fits).last().unwrap_or(0)]
}

/// As much of a text before its end as takes no more than so many cells.
pub fn ending(text: &str, cells: usize) -> &str {
    let fits = |start: &usize| width(&text[*start..]) <= cells;
    &text[text.char_indices().rev().map(|(start, _)| start).take_while(fits).last().unwrap_or(text.len())..]
}

/// Text from a file, made safe for a message. Control characters are escaped, so that no file can control the terminal.
/// Long text is cut.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => escaped(&text[..end]) + "…",
        None => escaped(text),
    }
}

/// On one line, with nothing in it that could drive a terminal.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    escaped
}

/// `one of a, b, c`.
pub fn one_of(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        _ => format!("one of {}", names.join(", ")),
    }
}

/// `a, b and c`.
pub fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `a, b, c and 9 more`: on one line, and no longer than anybody reads.
pub fn some_of(items: &[impl Display]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = items.iter().take(MOST).map(ToString::to_string).collect();
    let more = items.len().saturating_sub(MOST);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// `text` broken at blanks into lines of at most `width` cells; a longer word is broken where the line ends.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    // A line break of the text is kept as one.
    for (number, paragraph) in text.lines().enumerate() {
        if number > 0 {
            lines.push(std::mem::take(&mut line));
        }
        wrap_into(&mut lines, &mut line, paragraph, width);
    }
    lines.push(line);
    lines
}

fn wrap_into(lines: &mut Vec<String>, line: &mut String, paragraph: &str, cells: usize) {
    for word in paragraph.split_whitespace() {
        let used = width(line);
        if used > 0 && used + 1 + width(word) <= cells {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(line));
        }
        for letter in word.chars() {
            if !line.is_empty() && width(line) + letter.width().unwrap_or(0) > cells {
                lines.push(std::mem::take(line));
            }
            line.push(letter);
        }
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
        assert_eq!(wrapped("one\n  two", 8), ["one", "two"]);
    }

    #[test]
    fn room_is_counted_in_cells() {
        // An accent that follows its letter takes no cell of its own.
        assert_eq!(["law", "训练律", "−0.5 ≤ ρ", "e\u{301}"].map(width), [3, 6, 8, 1]);
        assert_eq!((left("训", 4), right("训", 4), right("abcde", 4)), ("训  ".into(), "  训".into(), "abcde".into()));
        assert_eq!([fit("训练律", 6), fit("训练律", 5), fit("训练律", 4)], ["训练律", "训练…", "训…"]);
        assert_eq!((fit("abc", 3), fit("abcd", 3), fit("abc", 0)), ("abc".into(), "ab…".into(), "…".into()));
        assert_eq!((beginning("训练律", 5), ending("训练律", 5)), ("训练", "练律"));
        assert_eq!((beginning("abc", 0), ending("abc", 0), ending("abc", 9)), ("", "", "abc"));
        assert_eq!(fit_before("a long name", " (7)", 9), "a lo… (7)");
        assert_eq!(wrapped("训练律 ab", 4), ["训练", "律", "ab"]);
        assert_eq!(wrapped("训", 1), ["训"], "nothing is lost where it has no room");
    }

    #[test]
    fn names_are_listed() {
        assert_eq!([listed(&[]), listed(&["a"]), listed(&["a", "b", "c"])], ["", "a", "a, b and c"]);
        let many: Vec<u8> = (1..=14).collect();
        assert_eq!(
            (some_of(&many[..2]), some_of(&many)),
            ("1, 2".into(), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more".into())
        );
    }
}
