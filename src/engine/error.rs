//! Errors that people cause and can mend: what is wrong, where, what would be accepted, what to try.
//!
//! One type serves all loaders and commands, because a person needs the same four answers from each of them.
//! House style: lower case, the offending value in single quotes, units printed, no full stop.

use std::fmt;

/// Something the user can mend. Boxed, so that a `Result` stays small on the path without an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Details {
    what: String,
    source: Option<String>,
    line: Option<u64>,
    row: Option<u64>,
    column: Option<String>,
    expected: Option<String>,
    hint: Option<String>,
}

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// What is wrong, with the value.
    pub fn new(what: impl Into<String>) -> Self {
        Self(Box::new(Details { what: what.into(), ..Details::default() }))
    }

    /// The file (or embedded name, or command-line option) in which it is wrong.
    #[must_use]
    pub fn in_source(mut self, source: impl Into<String>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The file in which it is wrong, where nothing closer is known.
    #[must_use]
    pub fn or_source(mut self, source: impl Into<String>) -> Self {
        self.0.source.get_or_insert_with(|| source.into());
        self
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    /// The row of a table that has no lines, counted from 1.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.0.row = Some(row);
        self
    }

    /// The column's name or the key.
    #[must_use]
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.0.column = Some(column.into());
        self
    }

    /// What would be accepted.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// What to try next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// What to try next, where nothing better is known.
    #[must_use]
    pub fn or_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert_with(|| hint.into());
        self
    }

    /// Of a whole of which this was the first part that failed: what is wrong with the whole, and what helps the part.
    #[must_use]
    pub fn of_whole(mut self, what: impl Into<String>) -> Self {
        self.0.what = what.into();
        (self.0.source, self.0.line, self.0.row, self.0.column) = (None, None, None, None);
        self
    }

    /// Without the place and on one line, for a status line.
    pub fn headline(&self) -> &str {
        &self.0.what
    }
}

/// `runs.csv:17, column 'loss': 'abc' is not a number`, then one indented line each for what is accepted and a hint.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.0.source {
            f.write_str(source)?;
            if let Some(line) = self.0.line {
                write!(f, ":{line}")?;
            }
            if let Some(row) = self.0.row {
                write!(f, ", row {row}")?;
            }
        }
        if let Some(column) = &self.0.column {
            if self.0.source.is_some() {
                f.write_str(", ")?;
            }
            write!(f, "'{column}'")?;
        }
        if self.0.source.is_some() || self.0.column.is_some() {
            f.write_str(": ")?;
        }
        f.write_str(&self.0.what)?;
        if let Some(expected) = &self.0.expected {
            write!(f, "\n  expected: {expected}")?;
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\n  try: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The known name nearest to a mistyped one, if one is near enough to be meant.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.75;
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&typed, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_what_and_what_to_do() {
        let error = Error::new("'abc' is not a number")
            .in_source("runs.csv")
            .at_line(17)
            .at_column("loss")
            .expected("a loss in nats per token")
            .hint("remove the row if the run diverged");
        assert_eq!(
            error.to_string(),
            "runs.csv:17, 'loss': 'abc' is not a number\n  expected: a loss in nats per token\n  try: remove the row if the run diverged"
        );
    }

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["agx-orin-64gb", "orin-nx-16gb"];
        assert_eq!(did_you_mean("agx-orin", known), Some("agx-orin-64gb"));
        assert_eq!(did_you_mean("zzz", known), None);
    }
}
