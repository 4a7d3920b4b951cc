//! Lists the profiles that are built into the program, so that a board is one file in `profiles/` and nothing else.
//!
//! By name, which is the order in which lists and screens show them: where a file system happens to keep a file must
//! change nothing.

use std::path::Path;
use std::{env, fs, io};

/// Boards, and calibrations of engines on them.
const FOLDERS: [&str; 2] = ["profiles", "profiles/calibrations"];

fn main() -> io::Result<()> {
    let mut files: Vec<(String, String)> = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".toml")) else { continue };
            files.push((stem.to_owned(), format!("/{folder}/{stem}.toml")));
        }
    }
    files.sort_unstable();
    if let Some(twice) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(io::Error::other(format!("{} and {} have one name", twice[0].1, twice[1].1)));
    }
    let row = |(name, path): &(String, String)| {
        format!(
            "    Embedded {{ name: {name:?}, text: include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?})) }},\n"
        )
    };
    let table = format!("&[\n{}]\n", files.iter().map(row).collect::<String>());
    let folder = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&folder).join("profiles.rs"), table)
}
