//! Small text files of a machine, or of a recorded one under another root.
//!
//! Nothing is executed or written. Only regular files are opened, so that no pipe can make the program wait, and only
//! their beginning is read. Links are followed inside that root. `/etc/nvpmodel.conf` links to an absolute path, and
//! that must not lead out of a recorded tree into the machine that the program runs on.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

/// More than the largest honest one of these files, an `nvpmodel.conf` of 20 kB.
const LARGEST: u64 = 256_000;

/// As Linux has it.
const MOST_LINKS: usize = 40;

/// A file system to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
}

/// Why a file says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Silence {
    /// There is none.
    Missing,
    /// There is one, but it cannot be read.
    Unreadable(String),
}

impl Tree {
    /// Below a directory; `/` is the machine itself.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The beginning of a file as text. What is not UTF-8 is replaced. NUL, which ends strings of the device tree,
    /// becomes the end of a line.
    pub(super) fn text(&self, path: &str) -> Result<String, Silence> {
        let bytes = self.bytes(path)?;
        if bytes.len() as u64 > LARGEST {
            return Err(Silence::Unreadable(format!("larger than {} kB", LARGEST / 1000)));
        }
        Ok(as_text(&bytes))
    }

    /// The same of a file that may be longer, and whose beginning is enough.
    pub(super) fn beginning(&self, path: &str) -> Result<String, Silence> {
        self.bytes(path).map(|bytes| as_text(&bytes))
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, Silence> {
        let unreadable = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Silence::Missing,
            ErrorKind::PermissionDenied => Silence::Unreadable("permission denied".to_owned()),
            _ => Silence::Unreadable(error.to_string()),
        };
        let real = self.resolve(path)?;
        let about = fs::metadata(&real).map_err(unreadable)?;
        if !about.is_file() {
            return Err(Silence::Unreadable("not a regular file".to_owned()));
        }
        let mut bytes = Vec::new();
        File::open(&real).map_err(unreadable)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(bytes)
    }

    /// Names in a directory, sorted; none where there is no such directory.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let entries = self.resolve(path).ok().and_then(|real| fs::read_dir(real).ok());
        let names = entries.into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.take(64).collect();
        names.sort_unstable();
        names
    }

    /// Where a path leads, with every link taken as relative to the root.
    fn resolve(&self, path: &str) -> Result<PathBuf, Silence> {
        let mut left: Vec<String> = parts(Path::new(path));
        left.reverse();
        let mut inside: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            if part == ".." {
                inside.pop();
                continue;
            }
            inside.push(part);
            let Ok(target) = fs::read_link(self.outside(&inside)) else { continue };
            links += 1;
            if links > MOST_LINKS {
                return Err(Silence::Unreadable("links lead in a circle".to_owned()));
            }
            if target.is_absolute() {
                inside.clear();
            } else {
                inside.pop();
            }
            left.extend(parts(&target).into_iter().rev());
        }
        Ok(self.outside(&inside))
    }

    fn outside(&self, inside: &[String]) -> PathBuf {
        inside.iter().fold(self.root.clone(), |path, part| path.join(part))
    }
}

fn as_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "\n")
}

fn parts(path: &Path) -> Vec<String> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn tree() -> (tempfile::TempDir, Tree) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("etc/nvpmodel")).unwrap();
        let tree = Tree::new(dir.path());
        (dir, tree)
    }

    #[test]
    fn links_stay_below_the_root() {
        let (dir, tree) = tree();
        fs::write(dir.path().join("etc/nvpmodel/a.conf"), "inside").unwrap();
        symlink("/etc/nvpmodel/a.conf", dir.path().join("etc/absolute")).unwrap();
        symlink("../../../../etc/nvpmodel/a.conf", dir.path().join("etc/relative")).unwrap();
        symlink("/etc/nvpmodel", dir.path().join("folder")).unwrap();
        for path in ["/etc/absolute", "/etc/relative", "/folder/a.conf", "/folder/../nvpmodel/a.conf"] {
            assert_eq!(tree.text(path).as_deref(), Ok("inside"), "{path}");
        }
        symlink("/etc/passwd", dir.path().join("out")).unwrap();
        assert_eq!(tree.text("/out"), Err(Silence::Missing));
    }

    #[test]
    fn what_is_no_honest_file_is_left_alone() {
        let (dir, tree) = tree();
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        assert_eq!(tree.text("/a"), Err(Silence::Unreadable("links lead in a circle".to_owned())));
        assert_eq!(tree.text("/etc"), Err(Silence::Unreadable("not a regular file".to_owned())));
        assert_eq!(tree.text("/gone"), Err(Silence::Missing));
        fs::write(dir.path().join("big"), vec![b'x'; 256_001]).unwrap();
        assert_eq!(tree.text("/big"), Err(Silence::Unreadable("larger than 256 kB".to_owned())));
        fs::write(dir.path().join("odd"), b"a\0b\xff").unwrap();
        assert_eq!(tree.text("/odd").as_deref(), Ok("a\nb\u{fffd}"));
    }
}
