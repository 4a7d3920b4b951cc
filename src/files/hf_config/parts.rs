//! What has been read of a model so far: a family's own function changes it last.

use engine::architecture::Architecture;
use engine::extras::Extras;

/// Shape, norms and biases, and what a reader must know.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) shape: Architecture,
    pub(super) extras: Extras,
    pub(super) notes: Vec<String>,
}

impl Parts {
    pub(super) fn width(&self) -> u64 {
        u64::from(self.shape.width)
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}
