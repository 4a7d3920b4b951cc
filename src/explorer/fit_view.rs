//! What the Fit screen shows, as plain data: computed here, drawn in `view/fit`, moved in `update/fit`.

pub mod coefficients;

/// What the Fit screen looks at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FitView {
    /// First line of the coefficients that is shown.
    pub coefficients_top: usize,
}
