//! A model by its name in the table that ships, by the `config.json` that describes it, or by its GGUF file.

use std::path::{Path, PathBuf};

use super::file::read;
use super::{Library, hub};
use crate::catalog::Kind;
use crate::hf_config::{HfConfig, Purpose};
use crate::measurements::gguf;
use crate::python_json;
use engine::error::{Error, Result};
use engine::reference::{OwnFormat, ReferenceModel};
use engine::text::escaped;

const CONFIG: &str = "config.json";
/// What NVIDIA's quantiser leaves beside it.
const QUANTISED: &str = "hf_quant_config.json";

impl Library {
    /// The model of that name or path. A path is a `config.json`, a `.gguf` file, or a directory with one of them. A known
    /// name is the known model, whatever is in the working directory; what was passed over is reported.
    pub fn model(&self, typed: &str) -> Result<ReferenceModel> {
        if let Some(downloaded) = self.downloaded(typed)? {
            return Ok(ReferenceModel { name: hub::name(typed), ..from_file(&downloaded)? });
        }
        let known = self.known_model(typed);
        match (file_of(typed, known.is_ok())?, known) {
            (Some(path), Ok(mut known)) if !typed.contains(std::path::is_separator) => {
                known.notes.push(passed_over(typed, &path));
                Ok(known)
            }
            (Some(path), _) => from_file(&path),
            (None, named) => named,
        }
    }
}

impl Library {
    /// The file of a model that Hugging Face's tools have downloaded: `OWNER/NAME`, or its folder in their cache.
    fn downloaded(&self, typed: &str) -> Result<Option<PathBuf>> {
        let path = Path::new(typed);
        if path.is_dir() && !path.join(CONFIG).is_file() && path.join("snapshots").is_dir() {
            let inside = hub::snapshot(path).ok_or_else(|| Error::new("this folder of a cache has no snapshot"));
            return Ok(Some(inside.map_err(|error| error.in_source(escaped(typed)))?.join(CONFIG)));
        }
        let Some(repository) = hub::repository(typed).filter(|_| !path.exists()) else { return Ok(None) };
        let cache = self.hub_cache.as_deref();
        let snapshot = cache.and_then(|cache| hub::snapshot(&hub::folder(cache, repository)));
        let snapshot = snapshot.ok_or_else(|| hub::not_cached(typed, cache))?;
        Ok(Some(file_of(&snapshot.display().to_string(), false)?.unwrap_or_else(|| snapshot.join(CONFIG))))
    }
}

/// The model in a file, with a note of the format that its weights have; whoever prices it in that one says so instead.
fn from_file(path: &Path) -> Result<ReferenceModel> {
    let is_gguf = gguf::is_named_so(path) || gguf::is_gguf_file(path);
    let mut model = if is_gguf { gguf::read(path) } else { from_config(path) }?;
    let note = model.format.as_ref().map(OwnFormat::passed_over);
    model.notes.extend(note);
    Ok(model)
}

/// The file that is meant; none where a name is.
fn file_of(typed: &str, is_known: bool) -> Result<Option<PathBuf>> {
    let path = Path::new(typed);
    let inside = path.join(CONFIG);
    if path.is_dir() && inside.is_file() {
        return Ok(Some(inside));
    }
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let is_path = typed.contains(std::path::is_separator) || is_json || gguf::is_named_so(path);
    if path.is_dir() && (is_path || !is_known) {
        if let Some(file) = gguf::in_directory(path)? {
            return Ok(Some(file));
        }
        return Err(Error::new(format!("there is no {CONFIG} in this directory, and no .gguf file"))
            .in_source(path.display().to_string())
            .expected(format!("a model as save_pretrained writes it, the path of its {CONFIG}, or a .gguf file")));
    }
    Ok((is_path || path.is_file()).then(|| path.to_owned()))
}

fn passed_over(typed: &str, path: &Path) -> String {
    let (typed, path) = (escaped(typed), escaped(&path.display().to_string()));
    format!("{typed} is the known model of that name here; {path} lies here too: --model ./{typed} takes that")
}

fn from_config(path: &Path) -> Result<ReferenceModel> {
    let source = path.display().to_string();
    let text = read(Kind::Model, path)?;
    let mut config = HfConfig::parse(&source, &text, Purpose::Price)?;
    let beside = path.with_file_name(QUANTISED);
    if beside.is_file() {
        let object = python_json::object(&beside.display().to_string(), &read(Kind::Model, &beside)?)?;
        config = config.with_quantised_beside(&object.into());
    }
    config.into_model(escaped(&name_of(path)), escaped(&source))
}

/// The name of the directory, which is the name of the model. In the cache of the Hugging Face hub it is the name of
/// the repository.
fn name_of(path: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let stem =
        || path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned());
    if name(path).is_none_or(|name| name != CONFIG) {
        return stem();
    }
    let folder = std::fs::canonicalize(path).ok();
    // The hub's cache links to blobs, so the typed path is looked at first.
    let typed = path.parent().filter(|folder| name(folder).is_some());
    let Some(folder) = typed.or_else(|| folder.as_deref().and_then(Path::parent)) else { return stem() };
    let snapshots = folder.parent().filter(|above| name(above).is_some_and(|name| name == "snapshots"));
    let repository = snapshots.and_then(Path::parent).and_then(name);
    let repository = repository.and_then(|name| Some(name.strip_prefix("models--")?.rsplit("--").next()?.to_owned()));
    repository.or_else(|| name(folder)).unwrap_or_else(stem)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::fixtures;

    const TINY: &str = r#"{"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "vocab_size": 100, "tie_word_embeddings": false}"#;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let dir = TempDir::new().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_model_is_called_as_its_directory() {
        const SNAPSHOT: &str = "models--acme--Tiny-1M/snapshots/0ab1";
        let in_cache = format!("{SNAPSHOT}/config.json");
        let dir = folder(&[("mine/config.json", TINY), ("other.json", TINY), (&in_cache, TINY)]);
        for (typed, name) in [
            ("mine", "mine"),
            ("mine/config.json", "mine"),
            ("other.json", "other"),
            (SNAPSHOT, "Tiny-1M"),
            (&in_cache, "Tiny-1M"),
        ] {
            let path = dir.path().join(typed).display().to_string();
            let model = fixtures::library().model(&path).unwrap();
            assert_eq!(model.name, name, "{typed}");
            assert_eq!(model.source, file_of(&path, false).unwrap().unwrap().display().to_string());
            // Embedding and head, two layers of four square projections and a feed-forward block, five norms.
            assert_eq!(model.parameters_total(), 2 * 100 * 64 + 2 * (4 * 64 * 64 + 3 * 64 * 128) + 5 * 64);
        }
    }

    #[test]
    fn what_lies_beside_it_is_said_once() {
        const SAID: &str = "its own weights are FP8, 8-bit float, inputs in 8-bit float, LM head in 16 bit; what is priced \
                            is the number format chosen";
        let beside = r#"{"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8",
            "exclude_modules": ["lm_head"]}}"#;
        let inside =
            r#"{"quantization_config": {"quant_method": "modelopt", "quant_algo": "FP8", "ignore": ["lm_head"]},"#;
        let unknown = r#"{"quantization_config": {"quant_method": "of tomorrow"},"#;
        for start in ["{", inside, unknown] {
            let config = TINY.replacen('{', start, 1);
            let dir = folder(&[("m/config.json", &config), ("m/hf_quant_config.json", beside)]);
            let model = fixtures::library().model(dir.path().join("m").to_str().unwrap()).unwrap();
            assert_eq!(model.notes, [SAID], "{start}");
            assert_eq!(model.format.unwrap().precision.name, "fp8", "{start}");
        }
    }

    #[test]
    fn names_need_no_files() {
        let model = fixtures::library().model("GEMMA-3-1b").unwrap();
        assert_eq!((model.parameters_total(), model.notes.len()), (999_885_952, 0));
    }

    #[test]
    fn what_is_no_model_is_said_plainly() {
        let dir = folder(&[
            ("empty/notes.txt", ""),
            ("novocab.json", &TINY.replace("\"vocab_size\": 100, ", "\"vocab_size\": null, ")),
            ("m/config.json", TINY),
            ("m/hf_quant_config.json", "{"),
        ]);
        let refusal = |name: &str| {
            let path = dir.path().join(name).display().to_string();
            let error = fixtures::library().model(&path).unwrap_err().to_string();
            error.replace(&dir.path().display().to_string(), "…")
        };
        assert!(
            refusal("empty")
                .starts_with("…/empty: there is no config.json in this directory, and no .gguf file\n  expected: ")
        );
        assert_eq!(refusal("gone.json"), "…/gone.json: there is no such file");
        assert!(refusal("novocab.json").starts_with("…/novocab.json, 'vocab_size': the key is missing, and embedding"));
        assert!(refusal("m").starts_with("…/m/hf_quant_config.json:1: not JSON at character 1"));
        let unknown = fixtures::library().model("qwen9").unwrap_err().to_string();
        assert!(unknown.starts_with("there is no model 'qwen9'"), "{unknown}");
    }
}
