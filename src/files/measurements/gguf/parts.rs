//! Which files a model is in: one, the parts of a split one, the only one of a directory.

use std::fs;
use std::path::{Path, PathBuf};

use engine::error::{Error, Result};

const EXTENSION: &str = "gguf";
/// What a vision part is called beside the language model.
const VISION: &str = "mmproj";
/// Parts that are believed.
const MOST_PARTS: usize = 1000;

/// Whether a path looks like that of a GGUF file.
pub(crate) fn is_named_so(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// The model's file in a directory; none where there is no such file, an error where there are several models.
pub(crate) fn in_directory(directory: &Path) -> Result<Option<PathBuf>> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(None) };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_named_so(path) && path.is_file() && is_first_of_language_model(path))
        .collect();
    files.sort();
    if files.len() > 1 {
        let names: Vec<String> = files.iter().map(|path| engine::text::escaped(&name(path))).collect();
        return Err(Error::new(format!("{} models are in this directory", files.len()))
            .in_source(directory.display().to_string())
            .expected(format!("the path of one: {}", names.join(", "))));
    }
    Ok(files.pop())
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_first_of_language_model(path: &Path) -> bool {
    let is_vision = name(path).to_lowercase().contains(VISION);
    !is_vision && split(path).is_none_or(|split| split.part == 1)
}

/// The name of one part: `model-00001-of-00003.gguf`.
struct Split {
    stem: String,
    part: usize,
    of: usize,
}

fn split(path: &Path) -> Option<Split> {
    let stem = path.file_stem()?.to_str()?;
    let (rest, of) = stem.rsplit_once("-of-")?;
    let (stem, part) = rest.rsplit_once('-')?;
    let number = |digits: &str| (digits.len() == 5).then(|| digits.parse().ok()).flatten();
    let (part, of) = (number(part)?, number(of)?);
    (part >= 1 && part <= of && of <= MOST_PARTS).then(|| Split { stem: stem.to_owned(), part, of })
}

/// All parts of the model that one file belongs to, in their order.
pub(super) fn parts(path: &Path) -> Vec<PathBuf> {
    let Some(Split { stem, of, .. }) = split(path).filter(|split| split.of > 1) else { return vec![path.to_owned()] };
    let extension = path.extension().map_or_else(|| EXTENSION.to_owned(), |text| text.to_string_lossy().into_owned());
    (1..=of).map(|part| path.with_file_name(format!("{stem}-{part:05}-of-{of:05}.{extension}"))).collect()
}

/// The name of a model by that of its file, without the number of a part.
pub(crate) fn model_name(path: &Path) -> Option<String> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    split(path).map(|split| split.stem).or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_leads_to_all_of_them() {
        let names = |path: &str| parts(Path::new(path)).iter().map(|path| name(path)).collect::<Vec<_>>();
        assert_eq!(
            names("a/m-00002-of-00003.gguf"),
            ["m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"]
        );
        for whole in ["m.gguf", "m-00001-of-00001.gguf", "m-2-of-3.gguf", "m-00004-of-00003.gguf"] {
            assert_eq!(names(whole), [whole]);
        }
        assert_eq!(model_name(Path::new("m-00002-of-00003.gguf")).as_deref(), Some("m"));
        assert_eq!(model_name(Path::new("Qwen3-0.6B-Q8_0.gguf")).as_deref(), Some("Qwen3-0.6B-Q8_0"));
    }
}
