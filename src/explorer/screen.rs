//! The full screens that one can step through. Windows that lie over a screen belong to [`super::state::Mode`].
//!
//! Everything else about a screen is in its folder, see [`super::screens`].

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
