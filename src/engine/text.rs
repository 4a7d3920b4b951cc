//! Text as people read it, the same on the screen and in printed reports: safe for a terminal, listed, wrapped.

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

fn wrap_into(lines: &mut Vec<String>, line: &mut String, paragraph: &str, width: usize) {
    for word in paragraph.split_whitespace() {
        let used = line.chars().count();
        if used > 0 && used + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(line));
        }
        for letter in word.chars() {
            if line.chars().count() == width {
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
}
