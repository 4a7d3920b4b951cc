//! The theory, asked behind the picture: a slider that is dragged asks at every step.

use std::sync::Arc;

use super::job::{Job, Listener, Quiet};
use crate::explorer::message::Message;
use crate::explorer::screens::theory::model::answer::{self, Inquiry};

/// What the theory is to be asked.
pub(in crate::explorer) struct TheoriseJob(pub(super) Inquiry);

impl Job for TheoriseJob {
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        if listener.is_overtaken() {
            return None;
        }
        answer::theorise(&self.0, &Quiet(listener)).map(|answered| Message::Theorised(Arc::new(answered)))
    }

    fn crashed(&self) -> Option<Message> {
        Some(Message::TheorisingFailed(Box::new(self.0.clone())))
    }
}
