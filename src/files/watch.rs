//! Waiting for a file to change, without looking at it again and again.
//!
//! The directory is watched and not the file. A file that is replaced by renaming another over it, or deleted and
//! written anew, is another file under the same name, and a watch on the old one would stay with the old one. If the
//! directory goes, the nearest existing directory above it is watched until the way down to the file is there again. A
//! file that is a symbolic link has two directories: its own, and that of the file it leads to. A directory is watched
//! with everything in it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, Event, EventKind};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use engine::error::{Error, Result};

/// A file is read when nothing has been written for so long …
const REST: Duration = Duration::from_millis(100);
/// … or when it has been written to without rest for so long.
const PATIENCE: Duration = Duration::from_millis(400);

/// A watch on one file, or on a directory with its files.
pub struct FileWatch {
    path: PathBuf,
    /// The file by its own name and by that of what it leads to.
    names: Arc<Mutex<Vec<PathBuf>>>,
    /// What is watched.
    directories: Vec<PathBuf>,
    changes: Receiver<()>,
    notifier: RecommendedWatcher,
}

impl FileWatch {
    /// Begins to watch a file, which need not be there.
    pub fn on(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path)
            .map_err(|error| Error::new(format!("this cannot be watched: {error}")).in_source(shown(path)))?;
        let names = Arc::new(Mutex::new(Vec::new()));
        let (signals, changes) = channel();
        let watched = Arc::clone(&names);
        let handler = move |event: notify::Result<Event>| {
            let names = watched.lock().unwrap_or_else(PoisonError::into_inner);
            // After an error nobody knows what was missed.
            if event.map_or(true, |event| concerns(&event, &names)) {
                let _ = signals.send(());
            }
        };
        let notifier = notify::recommended_watcher(handler).map_err(|error| refusal(&path, &error))?;
        let mut watch = Self { path, names, directories: Vec::new(), changes, notifier };
        watch.aim()?;
        Ok(watch)
    }

    /// Sleeps until the file may have changed and nothing happens to it any more. Everything that happened before it
    /// returns can be read then.
    pub fn wait(&mut self) -> Result<()> {
        // The watcher holds the other end, so there is always one.
        let _ = self.changes.recv();
        let patience = Instant::now() + PATIENCE;
        while Instant::now() < patience && self.changes.recv_timeout(REST).is_ok() {}
        self.aim()
    }

    /// Watches the directories that the file is in by now.
    fn aim(&mut self) -> Result<()> {
        let mut names = vec![self.path.clone()];
        names.extend(self.path.canonicalize().ok().filter(|leads_to| *leads_to != self.path));
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&names);
        let nearest = |name: &PathBuf| name.ancestors().skip(1).find(|above| above.is_dir()).map(Path::to_owned);
        let directories: Vec<PathBuf> = names.iter().filter_map(nearest).collect();
        // Again, even if it is watched already, because another directory may have taken its name.
        let mut watch = |directory: &Path, depth| {
            self.notifier.watch(directory, depth).map_err(|error| refusal(&self.path, &error))
        };
        directories.iter().try_for_each(|directory| watch(directory, RecursiveMode::NonRecursive))?;
        if self.path.is_dir() {
            watch(&self.path, RecursiveMode::Recursive)?;
        }
        for left in self.directories.iter().filter(|known| !directories.contains(known)) {
            // One that is gone is not watched any more anyway.
            let _ = self.notifier.unwatch(left);
        }
        self.directories = directories;
        Ok(())
    }
}

/// Whether something was done to one of the names, on the way to it, or below it. Reading does not count.
fn concerns(event: &Event, names: &[PathBuf]) -> bool {
    let is_change = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    let on_one_line = |path: &PathBuf| names.iter().any(|name| name.starts_with(path) || path.starts_with(name));
    event.need_rescan() || (is_change && event.paths.iter().any(on_one_line))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn refusal(path: &Path, error: &notify::Error) -> Error {
    let refused = |why: &str| Error::new(format!("this cannot be watched: {why}")).in_source(shown(path));
    match &error.kind {
        ErrorKind::MaxFilesWatch => {
            refused("the system's limit of watches is reached").hint("a higher fs.inotify.max_user_watches")
        }
        ErrorKind::Io(error) if error.raw_os_error() == Some(TOO_MANY_OPEN_FILES) => {
            refused("the system's limit of watchers is reached").hint("a higher fs.inotify.max_user_instances")
        }
        ErrorKind::Io(error) => refused(&error.to_string()),
        _ => refused(&error.to_string()),
    }
}

/// EMFILE, which is also what inotify says when a user has too many instances.
const TOO_MANY_OPEN_FILES: i32 = 24;

/// The kind of network file system that a file is on, where the system tells: what other machines write there is not
/// noticed here.
pub fn network_file_system(path: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    kind_of_network(&mounts, &path.canonicalize().ok()?)
}

/// The type of the mount that `path` is on, if it is one over a network.
fn kind_of_network(mounts: &str, path: &Path) -> Option<String> {
    const KINDS: [&str; 12] =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "glusterfs", "fuse.sshfs", "fuse.s3fs"];
    let mount = |line: &str| {
        let (place, rest) = line.split_once(" - ")?;
        let place = place.split(' ').nth(4)?.replace("\\040", " ");
        path.starts_with(&place).then_some((place.len(), rest.split(' ').next()?.to_owned()))
    };
    // Of mounts at one place the last one lies on top.
    let (_, kind) = mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length)?;
    KINDS.contains(&kind.as_str()).then_some(kind)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::thread;

    use super::*;

    /// A watch that notices nothing waits for ever. The test does not wait that long.
    fn within_patience(test: impl FnOnce() + Send + 'static) {
        let (done, ended) = channel();
        thread::spawn(move || {
            test();
            let _ = done.send(());
        });
        ended.recv_timeout(Duration::from_mins(1)).expect("every change is noticed");
    }

    /// Looks at `path` whenever told to, until it holds this: a change may be noticed in two steps.
    fn until(watch: &mut FileWatch, path: &Path, expected: Option<&str>) {
        loop {
            watch.wait().unwrap();
            if fs::read_to_string(path).ok().as_deref() == expected {
                return;
            }
        }
    }

    #[test]
    fn writing_appending_replacing_deleting_and_coming_back_are_noticed() {
        within_patience(|| {
            let folder = tempfile::tempdir().unwrap();
            let directory = folder.path().join("out");
            let path = directory.join("runs.csv");
            fs::create_dir(&directory).unwrap();
            fs::write(&path, "a").unwrap();
            let mut watch = FileWatch::on(&path).unwrap();
            fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"b").unwrap();
            until(&mut watch, &path, Some("ab"));
            fs::write(&path, "").unwrap();
            until(&mut watch, &path, Some(""));
            fs::write(directory.join("next"), "c").unwrap();
            fs::rename(directory.join("next"), &path).unwrap();
            until(&mut watch, &path, Some("c"));
            fs::remove_file(&path).unwrap();
            until(&mut watch, &path, None);
            fs::write(&path, "d").unwrap();
            until(&mut watch, &path, Some("d"));
            fs::remove_dir_all(&directory).unwrap();
            until(&mut watch, &path, None);
            fs::create_dir(&directory).unwrap();
            watch.wait().unwrap();
            fs::write(&path, "e").unwrap();
            until(&mut watch, &path, Some("e"));
        });
    }

    #[test]
    fn whatever_happens_in_a_directory_is_noticed() {
        within_patience(|| {
            let folder = tempfile::tempdir().unwrap();
            let runs = folder.path().join("runs");
            fs::create_dir_all(runs.join("first")).unwrap();
            let mut watch = FileWatch::on(&runs).unwrap();
            let first = runs.join("first").join("state.json");
            fs::write(&first, "a").unwrap();
            until(&mut watch, &first, Some("a"));
            let second = runs.join("second").join("state.json");
            fs::create_dir(runs.join("second")).unwrap();
            watch.wait().unwrap();
            fs::write(&second, "b").unwrap();
            until(&mut watch, &second, Some("b"));
            fs::remove_dir_all(&runs).unwrap();
            until(&mut watch, &first, None);
            fs::create_dir_all(runs.join("first")).unwrap();
            watch.wait().unwrap();
            fs::write(&first, "c").unwrap();
            until(&mut watch, &first, Some("c"));
        });
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_watched_wherever_it_leads() {
        within_patience(|| {
            let folder = tempfile::tempdir().unwrap();
            let [first, second] = ["first", "second"].map(|name| folder.path().join(name).join("runs.csv"));
            for path in [&first, &second] {
                fs::create_dir(path.parent().unwrap()).unwrap();
                fs::write(path, "a").unwrap();
            }
            let link = folder.path().join("link.csv");
            std::os::unix::fs::symlink(&first, &link).unwrap();
            let mut watch = FileWatch::on(&link).unwrap();
            fs::write(&first, "b").unwrap();
            until(&mut watch, &link, Some("b"));
            fs::remove_file(&link).unwrap();
            std::os::unix::fs::symlink(&second, &link).unwrap();
            until(&mut watch, &link, Some("a"));
            fs::write(&second, "c").unwrap();
            until(&mut watch, &link, Some("c"));
        });
    }

    #[test]
    fn other_files_and_readers_are_nothing() {
        let concerns = |kind, path: &str| {
            let names = ["/out/runs.csv", "/real/runs-7.csv"].map(PathBuf::from);
            super::concerns(&Event::new(kind).add_path(path.into()), &names)
        };
        let any = EventKind::Any;
        assert!(concerns(any, "/out/runs.csv") && concerns(any, "/real/runs-7.csv") && concerns(any, "/out"));
        assert!(concerns(any, "/out/runs.csv/below"));
        assert!(!concerns(any, "/out/log.txt") && !concerns(any, "/out/runs.csv.tmp") && !concerns(any, "/other"));
        let access = |kind| concerns(EventKind::Access(kind), "/out/runs.csv");
        assert!(access(AccessKind::Close(AccessMode::Write)));
        assert!(!access(AccessKind::Open(AccessMode::Any)) && !access(AccessKind::Close(AccessMode::Read)));
    }

    #[test]
    fn a_network_file_system_is_known_by_its_mount() {
        let mounts = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
                      40 22 0:45 / /home rw,relatime shared:3 - nfs4 server:/home rw\n\
                      41 40 0:46 / /home/me/my\\040disk rw - xfs /dev/sdb1 rw\n";
        let kind = |path: &str| kind_of_network(mounts, Path::new(path));
        assert_eq!(kind("/home/me/runs.csv").as_deref(), Some("nfs4"));
        assert_eq!(kind("/home/me/my disk/runs.csv"), None);
        assert_eq!(kind("/homework/runs.csv"), None);
        assert_eq!(kind("/data/runs.csv"), None);
    }
}
