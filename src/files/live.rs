//! A file of runs that is read again and again while a training job writes to it.
//!
//! A line is complete when its end is there. Until then the last line of a growing file may be the beginning of one,
//! and the beginning of a number is a number: `3.4` of `3.472` would parse, and lie. So it waits. The one exception
//! is the line with which the file ended when it was opened: whoever opens a file says that it is one, and many
//! writers never end the last line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::catalog::Kind;
use super::resolve::{Library, Origin, read_path, runs_of};
use super::runs::Loaded;
use crate::engine::runs::Dataset;
use crate::error::Result;

/// A file of runs, and how it ended when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRuns {
    path: PathBuf,
    /// The last line, if it had no end.
    accepted: String,
}

/// What a file of runs holds by now.
#[derive(Debug, Clone, PartialEq)]
pub struct Reread {
    /// The runs of its complete lines.
    pub dataset: Arc<Dataset>,
    /// Whether that is all of it.
    pub last_line: LastLine,
}

/// How a growing file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastLine {
    /// All lines were read.
    Complete,
    /// The last one has no end yet and was not read.
    Waits,
}

impl Library {
    /// The runs of that name or path as [`Library::data`] reads them, and how to read them again if they came from a
    /// file. Pipes can be read once, and what is built in never changes.
    pub fn live_data(&self, typed: &str) -> Result<(Loaded, Option<LiveRuns>)> {
        let resolved = self.resolve(Kind::Data, typed)?;
        let live = match &resolved.origin {
            Origin::Path(path) | Origin::User { path, .. } if path.is_file() => {
                Some(LiveRuns { path: path.clone(), accepted: unended_line(&resolved.text).to_owned() })
            }
            _ => None,
        };
        Ok((runs_of(resolved)?, live))
    }
}

impl LiveRuns {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file again.
    pub fn reread(&self) -> Result<Reread> {
        let mut resolved = read_path(Kind::Data, &self.path)?;
        let unended = unended_line(&resolved.text);
        let last_line =
            if unended.trim().is_empty() || unended == self.accepted { LastLine::Complete } else { LastLine::Waits };
        if last_line == LastLine::Waits {
            resolved.text.truncate(resolved.text.len() - unended.len());
        }
        Ok(Reread { dataset: Arc::new(runs_of(resolved)?.dataset), last_line })
    }
}

/// What follows the last line end.
fn unended_line(text: &str) -> &str {
    text.rsplit(['\n', '\r']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HEADER: &str = "layers,width,heads,ffn_ratio,loss";

    /// Losses and how the file ends, after it was opened as `opened` and then became `now`.
    fn after(file: &str, opened: &str, now: &str) -> Result<(Vec<f64>, LastLine)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        fs::write(&path, opened).unwrap();
        let (_, live) = Library::default().live_data(&path.display().to_string()).unwrap();
        fs::write(&path, now).unwrap();
        let Reread { dataset, last_line } = live.unwrap().reread()?;
        Ok((dataset.runs.iter().map(|run| run.loss).collect(), last_line))
    }

    fn csv(lines: &str) -> String {
        format!("{HEADER}\n{lines}")
    }

    #[test]
    fn half_a_line_waits_for_its_end() {
        let opened = csv("4,256,4,4,3.5\n");
        for half in ["8,2", "8,256,4,4,3.4", "8,256,4,4,3.472"] {
            let now = after("runs.csv", &opened, &csv(&format!("4,256,4,4,3.5\n{half}"))).unwrap();
            assert_eq!(now, (vec![3.5], LastLine::Waits), "{half}");
        }
        for end in ["\n", "\r\n", "\r"] {
            let now = after("runs.csv", &opened, &csv(&format!("4,256,4,4,3.5\n8,256,4,4,3.472{end}"))).unwrap();
            assert_eq!(now, (vec![3.5, 3.472], LastLine::Complete), "{end:?}");
        }
        assert_eq!(after("runs.csv", &opened, &csv("4,256,4,4,3.5\n  ")).unwrap(), (vec![3.5], LastLine::Complete));
    }

    #[test]
    fn json_lines_wait_too() {
        let line = |loss: f64| format!(r#"{{"layers":4,"width":256,"heads":4,"ffn_ratio":4,"loss":{loss}}}"#);
        let opened = line(3.5) + "\n";
        let half = opened.clone() + r#"{"layers":4,"wid"#;
        assert_eq!(after("runs.jsonl", &opened, &half).unwrap(), (vec![3.5], LastLine::Waits));
        // A whole object is a whole object, but nobody can know that it is the whole line.
        let whole = opened.clone() + &line(3.25);
        assert_eq!(after("runs.jsonl", &opened, &whole).unwrap(), (vec![3.5], LastLine::Waits));
        assert_eq!(after("runs.jsonl", &opened, &(whole + "\n")).unwrap(), (vec![3.5, 3.25], LastLine::Complete));
    }

    #[test]
    fn the_line_that_the_file_was_opened_with_is_a_line() {
        let opened = csv("4,256,4,4,3.5\n8,256,4,4,3.4");
        assert_eq!(after("runs.csv", &opened, &opened).unwrap(), (vec![3.5, 3.4], LastLine::Complete));
        let grown = opened.clone() + "72\n4,512,8,4,3.";
        assert_eq!(after("runs.csv", &opened, &grown).unwrap(), (vec![3.5, 3.472], LastLine::Waits));
        let longer = opened.clone() + "7";
        assert_eq!(after("runs.csv", &opened, &longer).unwrap(), (vec![3.5], LastLine::Waits));
    }

    #[test]
    fn a_file_that_is_none_any_more_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let named = path.display().to_string();
        fs::write(&path, csv("4,256,4,4,3.5\n")).unwrap();
        let (_, live) = Library::default().live_data(&named).unwrap();
        let live = live.unwrap();
        assert_eq!(live.path(), path);
        let refusal = |live: &LiveRuns| live.reread().unwrap_err().to_string();
        fs::write(&path, csv("4,256,4,4,3.5\nfour,256,4,4,3.5\n")).unwrap();
        assert!(refusal(&live).starts_with(&format!("{named}:3, 'layers': 'four'")), "{}", refusal(&live));
        fs::write(&path, "").unwrap();
        assert!(refusal(&live).starts_with(&format!("{named}: the file is empty")), "{}", refusal(&live));
        fs::remove_file(&path).unwrap();
        assert_eq!(refusal(&live), format!("{named}: there is no such file"));
    }

    #[test]
    fn what_is_built_in_never_changes() {
        assert!(Library::default().live_data("tiny").unwrap().1.is_none());
    }
}
