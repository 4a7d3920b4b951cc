//! The full screens that one can step through. Windows that lie over a screen belong to [`super::state::Mode`].
//!
//! A screen is a folder in `screens/`, and a variant here; the matches on it
//! lead from one to the other.

use super::vocabulary::Direction;

/// One full screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// What the law and the roofline say about the space: chart, budgets, table, pick.
    Frontier,
    /// What the runs say about the law: predictions, residuals, coefficients, runs.
    Fit,
    /// What the board makes of the pick: its roofs, and every operator under them.
    Hardware,
    /// What the frontier's members are like, from the fastest to the slowest.
    Evolution,
    /// What an optimal architecture looks like under the budgets, before any space is searched.
    Theory,
}

impl Screen {
    /// In the order of the tabs.
    pub const ALL: [Self; 5] = [Self::Frontier, Self::Fit, Self::Hardware, Self::Evolution, Self::Theory];

    /// On its tab.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Frontier => "Frontier",
            Self::Fit => "Fit",
            Self::Hardware => "Hardware",
            Self::Evolution => "Evolution",
            Self::Theory => "Theory",
        }
    }

    /// On its tab where there is little room and another screen is shown.
    pub const fn short_title(self) -> &'static str {
        match self {
            Self::Frontier => "Front",
            Self::Hardware => "HW",
            Self::Evolution => "Evol",
            Self::Fit | Self::Theory => self.title(),
        }
    }

    /// The next one or the one before, round and round.
    #[must_use]
    pub fn neighbour(self, direction: Direction) -> Self {
        direction.next_in(&Self::ALL, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stepping_goes_round() {
        for screen in Screen::ALL {
            assert_eq!(screen.neighbour(Direction::Up).neighbour(Direction::Down), screen);
        }
        assert_eq!(Screen::Theory.neighbour(Direction::Up), Screen::Frontier);
    }
}
