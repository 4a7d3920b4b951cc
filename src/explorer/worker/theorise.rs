//! The theory, asked in the background.

use std::sync::Arc;

use crate::explorer::message::Message;
use crate::explorer::screens::theory::model::answer;
use crate::explorer::screens::theory::model::answer::Inquiry;
use engine::law::fit::Watch;

/// Asks the theory; nothing if `watch` stops it.
pub(in crate::explorer) fn theorise(inquiry: &Inquiry, watch: &dyn Watch) -> Option<Message> {
    answer::theorise(inquiry, watch).map(|answered| Message::Theorised(Arc::new(answered)))
}
