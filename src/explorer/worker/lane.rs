//! A thread for one kind of work, where the newest job is the one that counts.
//!
//! Every job is handed to the work function, even one that a newer job has overtaken. Only that function knows whether
//! such a job can be dropped silently, or must be answered because something waits for it. The ticket of the job says
//! at any time whether it is overtaken.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::job::Listener;
use crate::explorer::message::Message;

/// The end of a lane at which jobs are put in.
pub(super) struct Lane<J> {
    jobs: Sender<(u64, J)>,
    newest: Arc<AtomicU64>,
}

impl<J: Send + 'static> Lane<J> {
    /// Starts the thread. `work` may answer a job. If it panics, `crashed` answers instead, and the lane goes on.
    pub(super) fn start<M: From<Message> + Send + 'static>(
        answers: Sender<M>,
        work: impl Fn(&J, &Ticket<M>) -> Option<Message> + Send + 'static,
        crashed: impl Fn(&J) -> Option<Message> + Send + 'static,
    ) -> Self {
        let (jobs, queue) = channel::<(u64, J)>();
        let newest = Arc::new(AtomicU64::new(0));
        let asked = Arc::clone(&newest);
        thread::spawn(move || {
            while let Ok((number, job)) = queue.recv() {
                let ticket = Ticket { number, newest: Arc::clone(&asked), answers: answers.clone() };
                let Some(answer) = or_on_panic(|| work(&job, &ticket), || crashed(&job)) else { continue };
                if answers.send(answer.into()).is_err() {
                    return;
                }
            }
        });
        Self { jobs, newest }
    }

    /// Puts a job in; all earlier ones are overtaken, also one that is being worked on.
    pub(super) fn ask(&self, job: J) {
        let number = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
        // The thread survives panics in its work, so its end of the channel lives as long as the session.
        let _ = self.jobs.send((number, job));
    }
}

impl<J> Lane<J> {
    /// All jobs are overtaken, by none: what they would answer is not wanted any more, or not now.
    pub(super) fn clear(&self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a job knows of its standing.
pub(super) struct Ticket<M> {
    number: u64,
    newest: Arc<AtomicU64>,
    answers: Sender<M>,
}

impl<M: From<Message> + Send> Listener for Ticket<M> {
    fn is_overtaken(&self) -> bool {
        self.newest.load(Ordering::Relaxed) != self.number
    }

    fn tell(&self, message: Message) {
        if !self.is_overtaken() {
            let _ = self.answers.send(message.into());
        }
    }
}

/// The result of `work`; if it panics, what `otherwise` says.
pub(super) fn or_on_panic<T>(work: impl FnOnce() -> T, otherwise: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| otherwise())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Receiver;

    use super::*;

    /// A lane whose jobs say how they found their ticket, the first of them once it is overtaken.
    fn lane() -> (Lane<u16>, Receiver<Message>) {
        let (answers, inbox) = channel();
        let work = |&job: &u16, ticket: &Ticket<Message>| {
            while job == 0 && !ticket.is_overtaken() {
                thread::yield_now();
            }
            assert_ne!(job, 13, "on purpose");
            Some(Message::Resized(job, u16::from(ticket.is_overtaken())))
        };
        let lane = Lane::start(answers, work, |&job| Some(Message::Resized(job, 99)));
        (lane, inbox)
    }

    fn next(inbox: &Receiver<Message>) -> (u16, u16) {
        match inbox.recv() {
            Ok(Message::Resized(job, found)) => (job, found),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_newer_job_overtakes_those_before_it_and_all_are_answered() {
        let (lane, inbox) = lane();
        lane.ask(0);
        lane.ask(1);
        assert_eq!((next(&inbox), next(&inbox)), ((0, 1), (1, 0)));
    }

    #[test]
    fn a_panic_is_answered_for_and_the_lane_goes_on() {
        let (lane, inbox) = lane();
        lane.ask(13);
        assert_eq!(next(&inbox), (13, 99));
        lane.ask(2);
        assert_eq!(next(&inbox), (2, 0));
    }
}
