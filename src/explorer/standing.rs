//! The law that stands: the picture is priced with it until a newer one is fitted.

use std::sync::Arc;

use super::recipe::Recipe;
use engine::law::LossLaw;
use engine::law::fit::Fit;

/// A law that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The law.
    pub law: Arc<LossLaw>,
    /// The fit that it came from, with places in the whole dataset; none for a law from a file.
    pub fit: Option<Arc<Fit>>,
    /// How it was fitted.
    pub recipe: Recipe,
    /// The revision that it was fitted to: what was priced with another edition is out of date.
    pub edition: u32,
}
