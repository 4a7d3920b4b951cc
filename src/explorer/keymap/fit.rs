//! The Fit screen's keys.

use super::{Binding, Hint, explained};

/// Its own bindings, in the order of the help.
pub(super) const BINDINGS: &[Binding] = &[explained("↑ ↓", Hint::Always("scroll"), "scroll the coefficients")];
