//! Training runs by name or path, read with what was told of their columns.

use super::{Library, Origin, Resolved};
use crate::error::Result;
use crate::files::catalog::Kind;
use crate::files::column_memory::ColumnMemory;
use crate::files::runs::{self, ColumnChoice, Format, Loaded, Mapping, Told};

impl Library {
    /// The runs of that name or path, columns as remembered; the dataset is called by the name.
    pub fn data(&self, typed: &str) -> Result<Loaded> {
        self.data_as(typed, &ColumnChoice::AsRemembered)
    }

    /// The runs of that name or path. Columns told now are remembered once the runs have loaded.
    pub fn data_as(&self, typed: &str, choice: &ColumnChoice) -> Result<Loaded> {
        let file = self.resolve(Kind::Data, typed)?;
        let mut loaded = self.table(&file, choice)?;
        loaded.dataset.origin = Some(file.origin_in_words());
        loaded.dataset.name = file.name;
        Ok(loaded)
    }

    fn table(&self, file: &Resolved, choice: &ColumnChoice) -> Result<Loaded> {
        let bytes = file.text.as_bytes();
        let format = Format::of(&file.source, bytes);
        let header = runs::header(format, bytes).unwrap_or_default();
        // The columns of built-in runs are known: what is told of a file like them is no business of theirs.
        let memory = self.user_dir.as_deref().filter(|_| file.origin != Origin::Embedded).map(ColumnMemory::in_dir);
        let parse = |told: &Mapping| runs::parse_as(&file.source, format, bytes, told);
        match choice {
            ColumnChoice::AsTold(told) => {
                let mut loaded = parse(told)?;
                if let Some(Err(error)) = memory.map(|memory| memory.remember(&header, told)) {
                    loaded.remark(format!("columns are not remembered: {}", error.headline()));
                }
                Ok(loaded)
            }
            ColumnChoice::ByName => {
                memory.map_or(Ok(()), |memory| memory.forget(&header))?;
                parse(&Mapping::default())
            }
            ColumnChoice::AsRemembered => match memory.map_or(Ok(None), |memory| memory.recall(&header))? {
                None => parse(&Mapping::default()),
                Some(told) => {
                    let hint = format!("--columns none, if what was told earlier is wrong: {told}");
                    let mut loaded = parse(&told).map_err(|error| error.or_hint(hint))?;
                    loaded.tell(Told::Earlier);
                    Ok(loaded)
                }
            },
        }
    }
}

#[cfg(test)]
mod tests;
