//! The cache that Hugging Face's tools keep of the models that they have downloaded.
//!
//! People type `Qwen/Qwen3-4B`, because that is the model's name there. Its files lie in
//! `models--Qwen--Qwen3-4B/snapshots/COMMIT`, where nobody looks. Nothing is downloaded here: a name that is not in the
//! cache is told with what would put it there.

use std::path::{Path, PathBuf};

use engine::error::Error;
use engine::text::escaped;

/// Where the cache lies by these variables of the environment, in the order in which `huggingface_hub` asks for them.
pub(super) fn cache_dir(variable: impl Fn(&str) -> Option<PathBuf>, home: Option<&Path>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|path| !path.as_os_str().is_empty());
    set("HF_HUB_CACHE")
        .or_else(|| set("HF_HOME").map(|home| home.join("hub")))
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("huggingface").join("hub")))
        .or_else(|| home.map(|home| home.join(".cache").join("huggingface").join("hub")))
}

/// Owner and name, where what is typed can be a model of the hub: one slash, and the letters that the hub allows.
pub(super) fn repository(typed: &str) -> Option<(&str, &str)> {
    let (owner, name) = typed.split_once('/')?;
    let allowed = |part: &str| {
        let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        part.starts_with(|first: char| first.is_ascii_alphanumeric()) && part.chars().all(is_allowed)
    };
    let is_file = [".json", ".gguf", ".toml", ".csv"].iter().any(|ending| name.ends_with(ending));
    (allowed(owner) && allowed(name) && !is_file).then_some((owner, name))
}

/// The folder of a model in the cache.
pub(super) fn folder(cache: &Path, (owner, name): (&str, &str)) -> PathBuf {
    cache.join(format!("models--{owner}--{name}"))
}

/// `Qwen/Qwen3-4B`, whether that or its folder in the cache was typed.
pub(super) fn name(typed: &str) -> String {
    let last = Path::new(typed).file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = last.as_deref().and_then(|last| last.strip_prefix("models--"));
    escaped(&folder.map_or_else(|| typed.to_owned(), |folder| folder.replacen("--", "/", 1)))
}

/// The files of a model's folder: those of the branch `main`, or of the newest snapshot. `None` where it has none.
pub(super) fn snapshot(folder: &Path) -> Option<PathBuf> {
    let snapshots = folder.join("snapshots");
    let main = std::fs::read_to_string(folder.join("refs").join("main")).ok();
    let of_main = main.map(|commit| snapshots.join(commit.trim())).filter(|path| path.is_dir());
    of_main.or_else(|| {
        let entries = std::fs::read_dir(&snapshots).ok()?.filter_map(Result::ok);
        let directories = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
        directories.max_by_key(|path| path.metadata().and_then(|about| about.modified()).ok())
    })
}

/// A model of the hub that is not here.
pub(super) fn not_cached(typed: &str, cache: Option<&Path>) -> Error {
    let place = cache.map_or_else(String::new, |cache| format!(" in {}", escaped(&cache.display().to_string())));
    Error::new(format!("'{typed}' is no path here, and no model of that name was downloaded{place}"))
        .expected("a path, a name of `roofscape models`, or a downloaded model as OWNER/NAME")
        .hint(format!("hf download {typed} config.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_lies_where_the_variables_say() {
        let home = Path::new("/home/me");
        let with = |set: &'static [(&str, &str)]| {
            let variable =
                move |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, at)| PathBuf::from(at));
            cache_dir(variable, Some(home)).unwrap()
        };
        assert_eq!(with(&[]), Path::new("/home/me/.cache/huggingface/hub"));
        assert_eq!(with(&[("XDG_CACHE_HOME", "/x")]), Path::new("/x/huggingface/hub"));
        assert_eq!(with(&[("HF_HOME", "/h"), ("XDG_CACHE_HOME", "/x")]), Path::new("/h/hub"));
        assert_eq!(with(&[("HF_HUB_CACHE", "/c"), ("HF_HOME", "/h")]), Path::new("/c"));
        assert_eq!(cache_dir(|_| None, None), None);
    }

    #[test]
    fn names_of_the_hub_are_told_from_paths() {
        assert_eq!(repository("Qwen/Qwen3-4B"), Some(("Qwen", "Qwen3-4B")));
        for path in ["Qwen3-4B", "./model", "../a", "a/b/c", "model/config.json", "/etc", "a/", "m/x.gguf", "a b/c"] {
            assert_eq!(repository(path), None, "{path}");
        }
    }

    #[test]
    fn the_main_branch_counts_and_else_the_newest() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path(), ("Qwen", "Qwen3-4B"));
        assert_eq!(snapshot(&folder), None);
        for commit in ["aaa", "bbb"] {
            std::fs::create_dir_all(folder.join("snapshots").join(commit)).unwrap();
        }
        assert!(snapshot(&folder).is_some());
        std::fs::create_dir_all(folder.join("refs")).unwrap();
        std::fs::write(folder.join("refs").join("main"), "aaa\n").unwrap();
        assert_eq!(snapshot(&folder), Some(folder.join("snapshots").join("aaa")));
    }
}
