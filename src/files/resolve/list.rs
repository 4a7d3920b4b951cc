//! Everything of a kind that can be named.

use super::file::read;
use super::{Library, Origin, Resolved, of_embedded};
use crate::catalog::Kind;
use crate::law;
use engine::error::Result;

/// A line of `roofscape profiles list`.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// As to be typed.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// What it is, or why it cannot be used: a broken file must not hide the others.
    pub title: Result<String>,
}

impl Library {
    /// Every profile that can be named, sorted by name.
    pub fn profiles(&self) -> Vec<Listed> {
        self.list(Kind::Profile, |file| self.read_profile(file).map(|profile| profile.title))
    }

    /// Every law that can be named, sorted by name.
    pub fn laws(&self) -> Vec<Listed> {
        self.list(Kind::Law, |file| law::parse(&file.source, &file.text).map(|law| law.source))
    }

    /// Everything of a kind that can be named, sorted by name; `title` reads a file for its one-line description.
    pub fn list(&self, kind: Kind, title: impl Fn(&Resolved) -> Result<String>) -> Vec<Listed> {
        let user = self.user_names(kind);
        let mut listed = Vec::new();
        if let Err(error) = &user {
            let path = self.user_folder(kind).unwrap_or_default();
            let name = path.display().to_string();
            listed.push(Listed { name, origin: Origin::User { path, replaces: false }, title: Err(error.clone()) });
        }
        let user = user.unwrap_or_default();
        for file in self.built_in.of(kind).iter().filter(|file| !user.iter().any(|name| name == file.name)) {
            let title = title(&of_embedded(kind, file));
            listed.push(Listed { name: file.name.to_owned(), origin: Origin::Embedded, title });
        }
        for name in user {
            let Some(path) = self.user_file(kind, &name) else { continue };
            let replaces = self.built_in.named(kind, &name).is_some();
            let origin = Origin::User { path: path.clone(), replaces };
            let source = path.display().to_string();
            let title = read(kind, &path)
                .and_then(|text| title(&Resolved { name: name.clone(), origin: origin.clone(), source, text }));
            listed.push(Listed { name, origin, title });
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        listed
    }
}
