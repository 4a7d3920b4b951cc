//! Training runs by name or path: a directory of runs, or a table, read with what the user said about its columns.

use std::path::Path;

use super::{Found, Library, Origin, looks_like_a_path, run_directory};
use crate::catalog::Kind;
use crate::column_memory::ColumnMemory;
use crate::runs::{ColumnChoice, Loaded, Mapping, Reading, TableFile, Told};
use engine::error::{Error, Result};
use engine::text::escaped;

impl Library {
    /// The runs of that name or path, columns as remembered; the dataset is called by the name.
    pub fn data(&self, typed: &str) -> Result<Loaded> {
        self.data_as(typed, &Reading::default())
    }

    /// The runs of that name or path. Columns told now are remembered once the runs have loaded.
    pub fn data_as(&self, typed: &str, reading: &Reading) -> Result<Loaded> {
        if let Some(path) = self.run_directory_at(typed) {
            return directory(path, reading);
        }
        let path = Path::new(typed);
        if let Some(refused) = run_directory::other::refusal(path) {
            return Err(refused.in_source(escaped(typed)));
        }
        let file = self.find(Kind::Data, typed)?;
        if path.file_name().is_some_and(|name| name == run_directory::STATE) {
            let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or_else(|| Path::new("."));
            return Err(Error::new("this is one run's log, which lacks the model's shape")
                .in_source(file.source)
                .hint(format!("--data {}, the directory that has config.json too", folder.display())));
        }
        self.runs_of(&file, reading)
    }

    /// The directory that was typed, unless it has the name of built-in runs and does not look like a path.
    pub(crate) fn run_directory_at<'t>(&self, typed: &'t str) -> Option<&'t Path> {
        let path = Path::new(typed);
        let is_name = !looks_like_a_path(typed) && self.built_in.named(Kind::Data, typed).is_some();
        (path.is_dir() && !is_name).then_some(path)
    }

    /// The runs in a file that has been read.
    pub(crate) fn runs_of(&self, file: &Found, reading: &Reading) -> Result<Loaded> {
        let mut loaded = self.table(file, reading)?;
        loaded.dataset.origin = Some(file.origin_in_words());
        loaded.dataset.name.clone_from(&file.name);
        Ok(loaded)
    }

    fn table(&self, file: &Found, reading: &Reading) -> Result<Loaded> {
        let table = TableFile::open(&file.source, &file.bytes)?;
        let header = table.header().unwrap_or_default();
        // The columns of built-in runs are known. What the user said about a file with the same header does not apply
        // to them.
        let memory = self.user_dir.as_deref().filter(|_| file.origin != Origin::Embedded).map(ColumnMemory::in_dir);
        let with_best = |mapping: Mapping| mapping.taking(reading.best_of.clone());
        let recalled = || memory.as_ref().map_or(Ok(None), |memory| memory.recall(&header));
        match &reading.columns {
            ColumnChoice::AsTold(told) => {
                // Told in several goes, each adds to the one before. A memory that cannot be read is said below.
                let told = told.clone().over(&recalled().unwrap_or_default().unwrap_or_default());
                let kept = memory.as_ref().map_or(Ok(()), |memory| {
                    if told.has_place_in(&header) { memory.remember(&header, &told) } else { Ok(()) }
                });
                let mut loaded = table.read(&with_best(told))?;
                if let Err(error) = kept {
                    loaded.remark(format!("columns are not remembered: {}", error.headline()));
                }
                Ok(loaded)
            }
            ColumnChoice::ByName => {
                memory.map_or(Ok(()), |memory| memory.forget(&header))?;
                table.read(&with_best(Mapping::default()))
            }
            ColumnChoice::AsRemembered => match recalled()? {
                None => table.read(&with_best(Mapping::default())),
                Some(told) => {
                    let hint = format!("--columns none, if what was told earlier is wrong: {told}");
                    let mut loaded = table.read(&with_best(told)).map_err(|error| error.or_hint(hint))?;
                    loaded.tell(Told::Earlier);
                    Ok(loaded)
                }
            },
        }
    }
}

pub(crate) fn directory(path: &Path, reading: &Reading) -> Result<Loaded> {
    let nothing = Mapping::default();
    let told = if let ColumnChoice::AsTold(told) = &reading.columns { told } else { &nothing };
    let mut loaded = run_directory::read_dataset(path, told)?;
    loaded.dataset.origin = Some(escaped(&path.display().to_string()));
    Ok(loaded)
}

#[cfg(test)]
mod tests;
