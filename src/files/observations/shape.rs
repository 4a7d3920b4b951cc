//! The shape of a model that was measured: by name, by its `config.json`, or by the very file that ran.

use super::Library;
use crate::measurements::Model;
use engine::error::Result;

/// The model that is meant: a name of the table, a `config.json` or its directory, a `.gguf` file or its metadata as JSON.
///
/// A GGUF file's model is called as the file, because benchmarks call it so.
pub fn shape(typed: &str, library: &Library) -> Result<Model> {
    library.model(typed).map(Model::of)
}
