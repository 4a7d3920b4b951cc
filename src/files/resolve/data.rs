//! Training runs by name or path: a directory of runs, or a table, read with what the user said about its columns.

use std::path::Path;

use super::{Found, Library, Origin, looks_like_a_path, run_directory};
use crate::catalog::Kind;
use crate::column_memory::ColumnMemory;
use crate::runs::{ColumnChoice, Loaded, Mapping, TableFile, Told};
use engine::error::{Error, Result};
use engine::text::escaped;

impl Library {
    /// The runs of that name or path, columns as remembered; the dataset is called by the name.
    pub fn data(&self, typed: &str) -> Result<Loaded> {
        self.data_as(typed, &ColumnChoice::AsRemembered)
    }

    /// The runs of that name or path. Columns told now are remembered once the runs have loaded.
    pub fn data_as(&self, typed: &str, choice: &ColumnChoice) -> Result<Loaded> {
        if let Some(path) = self.run_directory_at(typed) {
            return directory(path, choice);
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
        self.runs_of(&file, choice)
    }

    /// The directory that was typed, unless it has the name of built-in runs and does not look like a path.
    pub(crate) fn run_directory_at<'t>(&self, typed: &'t str) -> Option<&'t Path> {
        let path = Path::new(typed);
        let is_name = !looks_like_a_path(typed) && self.built_in.named(Kind::Data, typed).is_some();
        (path.is_dir() && !is_name).then_some(path)
    }

    /// The runs in a file that has been read.
    pub(crate) fn runs_of(&self, file: &Found, choice: &ColumnChoice) -> Result<Loaded> {
        let mut loaded = self.table(file, choice)?;
        loaded.dataset.origin = Some(file.origin_in_words());
        loaded.dataset.name.clone_from(&file.name);
        Ok(loaded)
    }

    fn table(&self, file: &Found, choice: &ColumnChoice) -> Result<Loaded> {
        let table = TableFile::open(&file.source, &file.bytes)?;
        let header = table.header().unwrap_or_default();
        // The columns of built-in runs are known. What the user said about a file with the same header does not apply
        // to them.
        let memory = self.user_dir.as_deref().filter(|_| file.origin != Origin::Embedded).map(ColumnMemory::in_dir);
        match choice {
            ColumnChoice::AsTold(told) => {
                let mut loaded = table.read(told)?;
                if let Some(Err(error)) = memory.map(|memory| memory.remember(&header, told)) {
                    loaded.remark(format!("columns are not remembered: {}", error.headline()));
                }
                Ok(loaded)
            }
            ColumnChoice::ByName => {
                memory.map_or(Ok(()), |memory| memory.forget(&header))?;
                table.read(&Mapping::default())
            }
            ColumnChoice::AsRemembered => match memory.map_or(Ok(None), |memory| memory.recall(&header))? {
                None => table.read(&Mapping::default()),
                Some(told) => {
                    let hint = format!("--columns none, if what was told earlier is wrong: {told}");
                    let mut loaded = table.read(&told).map_err(|error| error.or_hint(hint))?;
                    loaded.tell(Told::Earlier);
                    Ok(loaded)
                }
            },
        }
    }
}

pub(crate) fn directory(path: &Path, choice: &ColumnChoice) -> Result<Loaded> {
    let nothing = Mapping::default();
    let told = if let ColumnChoice::AsTold(told) = choice { told } else { &nothing };
    let mut loaded = run_directory::read_dataset(path, told)?;
    loaded.dataset.origin = Some(escaped(&path.display().to_string()));
    Ok(loaded)
}

#[cfg(test)]
mod tests;
