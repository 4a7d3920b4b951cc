//! Text laid out in columns, the same on the screen and in printed reports.

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
