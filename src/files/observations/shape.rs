//! The shape of a model that was measured: by name, by its `config.json`, or by the very file that ran.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Library;
use crate::measurements::{Model, gguf};
use engine::error::Result;

/// The model that is meant: a name of the table, a `config.json` or its directory, a `.gguf` file or its metadata as JSON.
///
/// A GGUF file's model is called as the file, because benchmarks call it so.
pub fn shape(typed: &str, library: &Library) -> Result<Model> {
    let path = Path::new(typed);
    if let Some(header) = header_of(path) {
        let model = gguf::model(typed, &header)?;
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        return Ok(Model { name: stem.unwrap_or(model.name), ..model });
    }
    let model = library.model(typed)?;
    let parameters = model.parameters_total();
    Ok(Model { parameters, ..Model::new(model.name, model.architecture) })
}

/// What there is of a GGUF header. `None` for other files and for files that cannot be read; reading them reports why.
fn header_of(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok().filter(|_| path.is_file())?;
    file.take(gguf::HEADER_BYTES as u64).read_to_end(&mut bytes).ok()?;
    gguf::is_gguf(&bytes).then_some(bytes)
}
