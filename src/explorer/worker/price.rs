//! Pricing a space. One that is too large is searched, and what has been found so far is told.

use std::sync::Arc;

use super::find::{Hunt, finish};
use super::job::{Job, Listener};
use crate::explorer::message::Message;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Answer, Question};
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::roofline::Estimator;
use engine::space::Space;

/// A space to be priced.
pub(in crate::explorer) struct PriceJob {
    question: Question,
    space: Arc<Space>,
    law: Arc<LossLaw>,
    estimator: Estimator,
    /// Of an imagined board: the same on the board as it is.
    before: Option<Before>,
    /// Where the space is too large to be priced as a whole.
    hunt: Option<Hunt>,
}

/// The board as it is, beside an imagined one.
enum Before {
    /// Priced already.
    Priced(Arc<Landscape>),
    /// To be priced by this.
    By(Box<Estimator>),
}

impl PriceJob {
    /// For a question of the state. `None` if its edition of the law is no longer the present one, or if its board
    /// lacks the number format. Update makes sure of both before it asks.
    pub(in crate::explorer) fn of(state: &State, question: Question) -> Option<Self> {
        let standing = state.shelf.laws[question.law].standing.as_ref()?;
        if standing.edition != question.edition {
            return None;
        }
        let (space, law) = state.shelf.space_under(&standing.law);
        let estimator = state.estimator(question).ok()?;
        let before = match state.unscaled_answer(question) {
            _ if question.scaling.is_none() => None,
            Some(landscape) => Some(Before::Priced(Arc::clone(landscape))),
            None => Some(Before::By(Box::new(state.estimator(question.unscaled()).ok()?))),
        };
        let hunt = Hunt::of(state, question);
        Some(Self { question, space, law, estimator, before, hunt })
    }
}

impl Job for PriceJob {
    fn run(&self, listener: &dyn Listener) -> Option<Message> {
        let (space, law) = (&self.space, &self.law);
        let outdated = &|| listener.is_overtaken();
        let whole = |estimator| Landscape::new_unless(space, LossLaw::clone(law), estimator, outdated);
        let before = match (&self.before, &self.hunt) {
            (None, _) => None,
            (Some(Before::Priced(before)), _) => Some(Arc::clone(before)),
            (Some(Before::By(estimator)), None) => Some(Arc::new(whole(**estimator)?)),
            (Some(Before::By(estimator)), Some(hunt)) => {
                let search = hunt.search_anew(space, law, **estimator);
                Some(Arc::new(finish(search, outdated, &|_| {})?))
            }
        };
        let answer = |landscape| {
            Message::Priced(Answer { question: self.question, landscape: Arc::new(landscape), before: before.clone() })
        };
        let landscape = match &self.hunt {
            None => whole(self.estimator)?,
            Some(hunt) => {
                let search = hunt.search(space, law, self.estimator);
                finish(search, outdated, &|so_far| listener.tell(answer(so_far)))?
            }
        };
        Some(answer(landscape))
    }

    fn crashed(&self) -> Option<Message> {
        Some(Message::PricingFailed(self.question))
    }
}
