//! Who wrote a table: a person for this program, or an experiment tracker that exports its runs.
//!
//! The two are read by different rules. A person who writes a table can mend a line of it, so every line stands for
//! itself and a run without a loss is an error. An export holds what the tracker had: crashed runs, runs that still
//! train, and cells with JSON in them that span lines.

use std::borrow::Cow;
use std::fmt;

use super::Skipped;
use super::columns::Columns;
use super::field::Field;
use super::rows::Place;

/// What trackers say of runs that have no result.
const UNFINISHED: [&str; 8] =
    ["running", "crashed", "failed", "killed", "preempted", "preempting", "pending", "scheduled"];

/// Who wrote the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// A person or a script.
    #[default]
    Plain,
    /// Weights & Biases, "Export" above the table of runs.
    Wandb,
    /// A script that asked a tracker: settings and results as dictionaries, or their entries as columns.
    Tracker,
    /// `mlflow experiments csv`.
    Mlflow,
    /// The Hugging Face Trainer, in directories; no table at all.
    TrainerDirectories,
    /// Weights & Biases, in the directories beside the training script.
    WandbDirectories,
    /// Lightning's CSV logger, in directories.
    LightningDirectories,
}

impl Dialect {
    /// The dialect of a table of text with this header: W&B quotes every cell and begins with `"Name"`.
    pub(super) fn of(line: &str, names: &[Cow<'_, str>]) -> Self {
        let line = line.trim();
        if line.starts_with("\"Name\"") && line.matches('"').count() == 2 * names.len() {
            return Self::Wandb;
        }
        Self::of_keys(names.iter().map(Cow::as_ref))
    }

    /// The dialect of a table with these columns, whatever its format: `MLflow` has its columns of identity. What a script
    /// got from a tracker has keys that the tracker adds to each run, or metrics named as only trackers name them, with a
    /// slash.
    pub(super) fn of_keys<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        /// With which a run's settings and results stand in a table from the API.
        const PARTS: [&str; 2] = ["config", "summary"];
        /// What W&B adds to the results of a run.
        const ADDED: [&str; 4] = ["_step", "_runtime", "_timestamp", "_wandb"];
        const MLFLOW: [&str; 3] = ["run_id", "experiment_id", "status"];
        let (mut mlflow, mut parts, mut added) = ([false; 3], [false; 2], false);
        for name in names {
            let part = name.split(['.', '/']).next().unwrap_or_default();
            mlflow.iter_mut().zip(MLFLOW).for_each(|(has, wanted)| *has |= name == wanted);
            parts.iter_mut().zip(PARTS).for_each(|(has, wanted)| *has |= part == wanted);
            added |= name.contains('/') || ADDED.contains(&name.strip_prefix("summary.").unwrap_or(name));
        }
        if mlflow == [true; 3] {
            Self::Mlflow
        } else if added || parts == [true; 2] {
            Self::Tracker
        } else {
            Self::Plain
        }
    }

    /// Whether the column says how far a run is. In a table of one's own it may mean something else.
    pub(super) fn is_status(self, column: &str) -> bool {
        match self {
            Self::Plain | Self::Tracker => ["state", "status"].iter().any(|name| column.eq_ignore_ascii_case(name)),
            Self::Wandb => column == "State",
            Self::Mlflow => column == "status",
            Self::TrainerDirectories | Self::WandbDirectories | Self::LightningDirectories => false,
        }
    }

    /// Columns that are read beside those that give a field.
    pub(super) fn reads(self, column: &str) -> bool {
        self != Self::Plain && self.is_status(column)
    }

    /// Why the row is no finished run; `None` if it is one, or if everything in the table is to be one. The cell in the
    /// i-th column is `text(i)`.
    pub(super) fn unfinished<'r>(
        self,
        columns: &Columns,
        text: &dyn Fn(usize) -> Cow<'r, str>,
        place: Place,
    ) -> Option<Skipped> {
        let given = |place: Option<usize>| place.map(text).filter(|text| !text.is_empty());
        let find = |field: Field| given(columns.place(field));
        let status = given(columns.names().position(|column| self.is_status(column))).map(|text| text.to_lowercase());
        let is_finished = status.as_deref() == Some("finished");
        let reason = match status {
            Some(status) if UNFINISHED.contains(&status.as_str()) => status,
            Some(status) if self != Self::Plain && !is_finished => status,
            // A table of one's own has a loss in each row.
            _ if self == Self::Plain && !is_finished => return None,
            _ => match find(Field::Loss) {
                None => "no loss".to_owned(),
                Some(loss) if loss.parse::<f64>().is_ok_and(|loss| !loss.is_finite()) => format!("loss is {loss}"),
                Some(_) => return None,
            },
        };
        let name = find(Field::Name).map(Cow::into_owned);
        Some(Skipped { name: name.unwrap_or_else(|| place.in_words()), reason })
    }

    /// The table's records with the number of their first line, without comments and blank lines.
    pub(super) const fn records(self, text: &str, first_line: u64) -> Records<'_> {
        Records { dialect: self, rest: text, line: first_line }
    }
}

/// `W&B run table`; a plain table needs no word.
impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "table",
            Self::Wandb => "W&B run table",
            Self::Tracker => "runs from a tracker",
            Self::Mlflow => "MLflow run table",
            Self::TrainerDirectories => "Hugging Face run directories",
            Self::WandbDirectories => "W&B run directories",
            Self::LightningDirectories => "Lightning run directories",
        })
    }
}

/// Where a record begins and its text; the text is the rest of the file where a quotation mark is never closed.
pub(super) struct Record<'a> {
    pub(super) line: u64,
    pub(super) text: &'a str,
    pub(super) closed: bool,
}

/// Lines of a plain table; of an export, as many lines as it takes to close the quotation marks.
pub(super) struct Records<'a> {
    dialect: Dialect,
    rest: &'a str,
    line: u64,
}

impl<'a> Records<'a> {
    /// What the iterator has not come to, and the number of its first line.
    pub(super) const fn rest(&self) -> (&'a str, u64) {
        (self.rest, self.line)
    }

    /// Takes one line, with its end.
    fn take_line(&mut self) -> &'a str {
        let end = self.rest.find('\n').map_or(self.rest.len(), |end| end + 1);
        let (line, rest) = self.rest.split_at(end);
        (self.rest, self.line) = (rest, self.line + 1);
        line
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while !self.rest.is_empty() {
            let (all, line) = (self.rest, self.line);
            let first = self.take_line();
            if first.trim().is_empty() || is_comment(first) {
                continue;
            }
            let (mut length, mut marks) = (first.len(), first.matches('"').count());
            let spans = self.dialect != Dialect::Plain;
            while spans && !marks.is_multiple_of(2) && !self.rest.is_empty() {
                let more = self.take_line();
                length += more.len();
                marks += more.matches('"').count();
            }
            let closed = !spans || marks.is_multiple_of(2);
            return Some(Record { line, text: all[..length].trim_end_matches('\n'), closed });
        }
        None
    }
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
