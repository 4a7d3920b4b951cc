//! Ordering the candidates for the table.

use std::sync::Arc;

use super::job::{Job, Listener};
use crate::explorer::message::Message;
use crate::explorer::screens::frontier::model::order;
use crate::explorer::table::SortOrder;
use engine::landscape::Landscape;
use engine::quantity::Quantity;

/// Candidates to be ordered for the table.
pub(in crate::explorer) struct OrderJob {
    pub(in crate::explorer) landscape: Arc<Landscape>,
    pub(in crate::explorer) sort: (Quantity, SortOrder),
}

impl Job for OrderJob {
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        if listener.is_overtaken() {
            return None;
        }
        let (column, direction) = self.sort;
        let order = order(&self.landscape, column, direction);
        Some(Message::Ordered(Arc::clone(&self.landscape), self.sort, order))
    }

    fn crashed(&self) -> Option<Message> {
        None
    }
}
