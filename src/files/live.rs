//! Runs that are read again and again while a training job writes to them.
//!
//! A line is complete when its end is there. Until then the last line of a growing file may be only the beginning of a
//! line. The beginning of a number is a number too: `3.4` of `3.472` would parse and be wrong. So such a line waits.
//! The one exception is the last line at the moment when the file was opened: the user says that the file is complete,
//! and many writers never end the last line. Directories of runs, and files that are written anew as a whole (packed
//! ones, JSON documents, Parquet), need no such rule. They are read whole, and a half-written one cannot be read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::catalog::Kind;
use super::resolve::data::directory;
use super::resolve::{Found, Library, Origin, find_path};
use super::runs::{ColumnChoice, Loaded, Reading, TableFile};
use engine::error::Result;
use engine::runs::Dataset;

/// A file of runs and how it ended when it was opened, or a directory of runs.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveRuns {
    path: PathBuf,
    /// What is remembered of columns; nothing where they were told when it was opened.
    library: Library,
    reading: Reading,
    /// The last line, if it had no end.
    accepted: Vec<u8>,
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
    /// The runs of that name or path as [`Library::data_as`] reads them, and how to read them again if they came from a
    /// file or a directory. Pipes can be read once, and what is built in never changes.
    pub fn live_data(&self, typed: &str, reading: &Reading) -> Result<(Loaded, Option<LiveRuns>)> {
        let live = |path: &Path, loaded: &Loaded, accepted: &[u8]| {
            // What was told is remembered once, not with every line that is added.
            let (library, columns) = match &reading.columns {
                ColumnChoice::AsRemembered => (self.clone(), ColumnChoice::AsRemembered),
                _ if loaded.mapping.is_empty() => (Self::of(self.built_in), ColumnChoice::ByName),
                _ => (Self::of(self.built_in), ColumnChoice::AsTold(loaded.mapping.clone())),
            };
            let reading = Reading { columns, best_of: reading.best_of.clone() };
            LiveRuns { path: path.to_owned(), library, reading, accepted: accepted.to_owned() }
        };
        if let Some(path) = self.run_directory_at(typed) {
            let loaded = directory(path, reading)?;
            let live = live(path, &loaded, b"");
            return Ok((loaded, Some(live)));
        }
        let found = self.find(Kind::Data, typed)?;
        let loaded = self.runs_of(&found, reading)?;
        let live = match &found.origin {
            Origin::Path(path) | Origin::User { path, .. } if path.is_file() => {
                Some(live(path, &loaded, unended_line(&found)))
            }
            _ => None,
        };
        Ok((loaded, live))
    }
}

impl LiveRuns {
    /// The file or directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it again.
    pub fn reread(&self) -> Result<Reread> {
        if self.path.is_dir() {
            let dataset = Arc::new(directory(&self.path, &self.reading)?.dataset);
            return Ok(Reread { dataset, last_line: LastLine::Complete });
        }
        let mut found = find_path(Kind::Data, &self.path)?;
        let unended = unended_line(&found);
        let is_complete = unended.trim_ascii().is_empty() || unended == self.accepted;
        let last_line = if is_complete { LastLine::Complete } else { LastLine::Waits };
        if last_line == LastLine::Waits {
            let ended = found.bytes.len() - unended.len();
            found.bytes.truncate(ended);
        }
        let dataset = Arc::new(self.library.runs_of(&found, &self.reading)?.dataset);
        Ok(Reread { dataset, last_line })
    }
}

/// What follows the last line end, in a file that grows by lines.
fn unended_line(found: &Found) -> &[u8] {
    let bytes = found.bytes.as_slice();
    if !TableFile::grows_by_lines(&found.source, bytes) {
        return b"";
    }
    bytes.rsplit(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fixtures;

    const HEADER: &str = "layers,width,heads,ffn_ratio,loss";

    /// Losses and how the file ends, after it was opened as `opened` and then became `now`.
    fn after(file: &str, opened: &str, now: &str) -> Result<(Vec<f64>, LastLine)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file);
        fs::write(&path, opened).unwrap();
        let (_, live) = fixtures::library().live_data(&path.display().to_string(), &Reading::default()).unwrap();
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
        // The text may be a whole object and still not the whole line.
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
        let (_, live) = fixtures::library().live_data(&named, &Reading::default()).unwrap();
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
    fn a_directory_shows_the_runs_that_finished_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let finish = |name: &str, layers: u32, loss: f64| {
            let run = folder.path().join(name);
            fs::create_dir(&run).unwrap();
            let config = format!(
                r#"{{"model_type":"llama","hidden_size":256,"intermediate_size":1024,"num_hidden_layers":{layers},
                     "num_attention_heads":4,"num_key_value_heads":4,"vocab_size":1000}}"#
            );
            fs::write(run.join("config.json"), config).unwrap();
            let state = format!(r#"{{"global_step":10,"log_history":[{{"eval_loss":{loss},"step":10}}]}}"#);
            fs::write(run.join("trainer_state.json"), state).unwrap();
        };
        finish("a", 4, 3.5);
        let (loaded, live) =
            fixtures::library().live_data(&folder.path().display().to_string(), &Reading::default()).unwrap();
        assert_eq!(loaded.dataset.runs.len(), 1);
        finish("b", 8, 3.25);
        let Reread { dataset, last_line } = live.unwrap().reread().unwrap();
        let seen: Vec<(&str, f64, f64)> =
            dataset.runs.iter().map(|run| (run.name.as_str(), run.features.layers, run.loss)).collect();
        assert_eq!((seen, last_line), (vec![("a", 4.0, 3.5), ("b", 8.0, 3.25)], LastLine::Complete));
    }

    #[test]
    fn what_told_columns_were_holds_for_what_comes_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let line = "layers,width,heads,ffn_ratio,final\n4,256,4,4,3.5\n";
        fs::write(&path, line).unwrap();
        let told = Reading::from(ColumnChoice::parse("loss=final").unwrap());
        let (_, source) = fixtures::library().live_data(&path.display().to_string(), &told).unwrap();
        fs::write(&path, format!("{line}8,256,4,4,3.25\n")).unwrap();
        assert_eq!(source.unwrap().reread().unwrap().dataset.runs[1].loss, 3.25);
    }

    #[test]
    fn what_is_built_in_never_changes() {
        assert!(fixtures::library().live_data("tiny", &Reading::default()).unwrap().1.is_none());
    }
}
