//! The boards whose profiles have a name here, for detection and for measurements.

use super::{Library, of_embedded};
use crate::boards::{Board, Boards, Broken, Owner};
use crate::catalog::Kind;
use crate::profile::{Overlay, Profile};

impl Library {
    /// Every board that can be recognised. A file of the user in place of a built-in one has the identity of that one,
    /// unless it has its own. So a copy that is older than this table is still recognised.
    pub fn boards(&self) -> Boards {
        let mut boards = Boards::default();
        let user = self.user_names(Kind::Profile).unwrap_or_default();
        let mut own: Vec<&String> = user.iter().collect();
        own.sort_unstable();
        for name in own {
            let replaced = self.built_in_board(name);
            match self.own_board(name) {
                Ok(Some((board, has_identity))) => boards.add(match replaced {
                    Some(Board { identity, .. }) if !has_identity => Board { identity, ..board },
                    _ => board,
                }),
                Ok(None) => {}
                // Errors are reported when the profile is read. Here it counts as the board of that name.
                Err(broken) => match replaced {
                    Some(board) => boards.add(Board { owner: Owner::User, ..board }),
                    None => boards.broken.push(broken),
                },
            }
        }
        let built_in = self.built_in.profiles.iter().filter(|file| !user.iter().any(|name| name == file.name));
        built_in.filter_map(|file| self.built_in_board(file.name)).for_each(|board| boards.add(board));
        boards
    }

    /// A board of the user's, and whether its file has an identity; none for a calibration.
    fn own_board(&self, name: &str) -> Result<Option<(Board, bool)>, Broken> {
        let broken = |source: String, error| Broken { source, error };
        let path = self.user_file(Kind::Profile, name).unwrap_or_default().display().to_string();
        let file = self.resolve(Kind::Profile, name).map_err(|error| broken(path, error))?;
        if Overlay::is(&file.text) {
            return Ok(None);
        }
        let profile = Profile::parse(&file.source, &file.text).map_err(|error| broken(file.source.clone(), error))?;
        Ok(Some((Board::new(name, &file.source, Owner::User, &profile), profile.identity.is_some())))
    }

    fn built_in_board(&self, name: &str) -> Option<Board> {
        let file = of_embedded(Kind::Profile, self.built_in.named(Kind::Profile, name)?);
        if Overlay::is(&file.text) {
            return None;
        }
        let profile = Profile::parse(&file.source, &file.text).ok()?;
        Some(Board::new(name, &file.source, Owner::BuiltIn, &profile))
    }
}
