//! Writing files so that nobody loses one: whole or not at all, and never over another file unless the user says so.
//!
//! Bytes go to a temporary file beside the target, then to the disk, and then into place in one step. A crash or a full
//! disk leaves the old file as it was, and a reader never sees half of the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use engine::error::Error;

/// Why a new file was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveError {
    /// A file of that name exists. Only the user can say whether it may be replaced.
    Exists(PathBuf),
    /// It cannot be written at all.
    Failed(Error),
}

impl From<Error> for SaveError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl std::fmt::Display for SaveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exists(path) => write!(f, "{}: the file exists already", path.display()),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SaveError {}

/// Writes a new file. The step that puts it in place also checks that no file is there, so a file that appears
/// meanwhile is safe too.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SaveError> {
    let folder = folder_of(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(SaveError::Exists(path.to_owned()));
    }
    let file = write_beside(path, folder, bytes)?;
    match file.persist_noclobber(path) {
        Ok(_) => {
            settle(folder);
            Ok(())
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(SaveError::Exists(path.to_owned())),
        Err(error) => Err(unwritable(path, &error.error).into()),
    }
}

/// Writes a file, over the old one if there is one, whose permissions it keeps. A link stays a link.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target)?;
    let old = refuse_devices(path, &target)?;
    let file = write_beside(path, folder, bytes)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions()).map_err(|error| unwritable(path, &error))?;
    }
    file.persist(&target).map_err(|error| unwritable(path, &error.error))?;
    settle(folder);
    Ok(())
}

/// What [`write_new`] would refuse now.
pub fn could_write(path: &Path) -> Result<(), SaveError> {
    let folder = folder_of(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(SaveError::Exists(path.to_owned()));
    }
    write_beside(path, folder, b"")?;
    Ok(())
}

/// What [`replace`] would refuse now.
pub fn could_replace(path: &Path) -> Result<(), Error> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target)?;
    refuse_devices(path, &target)?;
    write_beside(path, folder, b"")?;
    Ok(())
}

/// The file that is there; renaming over a device or a pipe would destroy it.
fn refuse_devices(path: &Path, target: &Path) -> Result<Option<fs::Metadata>, Error> {
    let old = fs::metadata(target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return Err(Error::new("this is not a regular file").in_source(path.display().to_string()));
    }
    Ok(old)
}

fn folder_of(path: &Path) -> Result<&Path, Error> {
    let place = || path.display().to_string();
    if path.is_dir() {
        return Err(Error::new("this is a directory").in_source(place()).expected("the name of a file"));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.file_name().is_none() {
        return Err(Error::new("this names no file").in_source(place()).expected("the name of a file"));
    }
    if folder.is_dir() {
        return Ok(folder);
    }
    let what = if folder.exists() { "is not a directory" } else { "does not exist" };
    Err(Error::new(format!("the directory '{}' {what}", folder.display()))
        .in_source(place())
        .expected("a file in a directory that is there"))
}

fn write_beside(path: &Path, folder: &Path, bytes: &[u8]) -> Result<NamedTempFile, Error> {
    let mut builder = Builder::new();
    builder.prefix(".roofscape-").suffix(".tmp");
    // Temporary files are private by default, but this one becomes an ordinary file. The umask is applied to it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let write = || {
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(|error: io::Error| unwritable(path, &error))
}

/// Makes the new name survive a power cut. The file is in place already, so a refusal is no failure.
fn settle(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::PermissionDenied => "this may not be written: permission denied".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "this cannot be written: the file system is read-only".to_owned(),
        io::ErrorKind::StorageFull => "this cannot be written: the disk is full".to_owned(),
        // The folder is there: it is one in which nothing can be created, such as /proc.
        io::ErrorKind::NotFound => "this cannot be written: no file can be created there".to_owned(),
        _ => format!("this cannot be written: {}", system_words(error)),
    };
    Error::new(what).in_source(path.display().to_string())
}

/// The system's own words, without the name of the temporary file that `tempfile` puts behind them.
fn system_words(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" at path \"").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_new_file_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_new(&path, b"first").unwrap();
        assert_eq!(write_new(&path, b"second"), Err(SaveError::Exists(path.clone())));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        replace(&path, b"third").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        assert_eq!(entries(folder.path()), 1, "nothing is left behind");
    }

    #[test]
    fn what_cannot_be_a_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let message = |path: &Path| replace(path, b"").unwrap_err().to_string();
        assert!(message(folder.path()).contains("this is a directory"));
        let missing = folder.path().join("no").join("a.json");
        assert!(message(&missing).contains("no' does not exist"), "{}", message(&missing));
        let Err(SaveError::Failed(error)) = write_new(&missing, b"") else { panic!("there is no such directory") };
        assert_eq!(error.to_string(), message(&missing));
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(message(&folder.path().join("file").join("a.json")).contains("file' is not a directory"));
        assert_eq!(entries(folder.path()), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn temporary_files_are_nobody_s_business() {
        let words = "/proc/x: this cannot be written: no file can be created there";
        assert_eq!(replace(Path::new("/proc/x"), b"").unwrap_err().to_string(), words);
        assert_eq!(write_new(Path::new("/proc/x"), b"").unwrap_err().to_string(), words);
        assert_eq!(could_write(Path::new("/proc/x")).unwrap_err().to_string(), words);
        let wrapped = tempfile::Builder::new().tempfile_in("/proc").unwrap_err();
        assert!(wrapped.to_string().contains("/proc/"), "{wrapped}");
        assert_eq!(system_words(&wrapped), "No such file or directory (os error 2)");
    }

    #[test]
    fn what_would_be_refused_is_known_before_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        assert_eq!(could_write(&path), Ok(()));
        assert_eq!(could_replace(&path), Ok(()));
        assert_eq!(entries(folder.path()), 0);
        fs::write(&path, "old").unwrap();
        assert_eq!(could_write(&path), Err(SaveError::Exists(path.clone())));
        assert_eq!(could_replace(&path), Ok(()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(entries(folder.path()), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_an_ordinary_file_or_of_the_old_one() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (ordinary, ours) = (folder.path().join("ordinary"), folder.path().join("ours"));
        fs::write(&ordinary, "").unwrap();
        write_new(&ours, b"").unwrap();
        assert_eq!(mode(&ours), mode(&ordinary));
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&ours, b"new").unwrap();
        assert_eq!(mode(&ours), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_are_not_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert_eq!(write_new(&link, b"new"), Err(SaveError::Exists(link.clone())));
        replace(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert!(replace(Path::new("/dev/null"), b"").unwrap_err().to_string().contains("not a regular file"));
    }
}
