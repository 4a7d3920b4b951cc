//! The full-screen explorer: state, message, update, view, and a thin loop around them.
//!
//! ```text
//! keys, mouse ──keymap, pointer──▶ Message ──update──▶ State ──view──▶ frame + Hits
//!                                     ▲          └──▶ Effect ──▶ workers, files
//!                                     └───────────────────────────────┘
//! ```
//!
//! The loop sleeps in one channel until something happens, applies everything that has happened, and draws once. An
//! idle screen costs no bytes and no wake-ups.

pub mod headless;
pub mod keymap;
pub mod layout;
pub mod message;
pub mod open;
pub mod pointer;
pub mod selection;
pub mod shelf;
pub mod slider;
pub mod state;
pub mod table;
pub mod terminal;
pub mod update;
pub mod view;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event as Input, MouseEventKind};

use keymap::key_action;
use message::{Action, Effect, Message, Overwrite, Scope};
use pointer::{Held, Hits, pointer_action};
use shelf::{LawChoice, Shelf};
use state::{Question, State};
use terminal::Screen;
use view::theme::{Palette, Theme};
use worker::{ExportJob, FitJob, PriceJob, Workers};

/// What the loop waits for.
enum Event {
    Input(Input),
    Message(Message),
    /// The terminal's input ended, with the reason if it was an error.
    InputEnded(Option<io::Error>),
}

impl From<Message> for Event {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

/// Runs the explorer until the user leaves it. The terminal is given back on every way out.
pub fn run(shelf: Shelf, question: Question) -> io::Result<()> {
    let theme = Theme { palette: Palette::of_environment(|name| std::env::var(name).ok()) };
    let (events, inbox) = channel();
    let mut screen = Screen::take()?;
    let mut session = Session {
        state: State::new(shelf, question, screen.size()?),
        workers: Workers::start(events.clone()),
        hits: Hits::default(),
        held: None,
    };
    let effects = update::start(&mut session.state);
    session.perform(effects);
    read_input(events.clone());
    quit_on_signals(events);
    session.explore(&mut screen, &inbox, theme)
}

struct Session {
    state: State,
    workers: Workers<Event>,
    hits: Hits,
    held: Option<Held>,
}

/// Whether to go on.
#[derive(PartialEq, Eq)]
enum Flow {
    Continue,
    Quit,
}

impl Session {
    fn explore(&mut self, screen: &mut Screen, inbox: &Receiver<Event>, theme: Theme) -> io::Result<()> {
        // The first picture usually has its landscape within milliseconds: an empty one would only flash.
        let first = inbox.recv_timeout(Duration::from_millis(60)).ok();
        let mut pending: Vec<Event> = first.into_iter().collect();
        loop {
            for event in coalesce(pending) {
                if self.apply(event)? == Flow::Quit {
                    return Ok(());
                }
            }
            screen.draw(|frame| self.hits = view::render(&self.state, theme, frame.buffer_mut()))?;
            pending = self.wait(inbox);
        }
    }

    /// Sleeps until something happens that can change the picture, then takes everything that has happened.
    fn wait(&self, inbox: &Receiver<Event>) -> Vec<Event> {
        loop {
            let Ok(first) = inbox.recv() else { return vec![Event::InputEnded(None)] };
            let events: Vec<Event> = std::iter::once(first).chain(inbox.try_iter()).collect();
            if events.iter().any(|event| self.matters(event)) {
                return events;
            }
        }
    }

    /// Whether an event can change anything: a key without a binding or a release that holds nothing does not.
    fn matters(&self, event: &Event) -> bool {
        match event {
            Event::Input(Input::Key(key)) => key_action(*key, &self.state).is_some(),
            Event::Input(Input::Mouse(mouse)) => {
                let mut held = self.held;
                pointer_action(*mouse, &self.hits, &mut held).is_some() || held != self.held
            }
            Event::Input(Input::Resize(..)) | Event::Message(_) | Event::InputEnded(_) => true,
            Event::Input(_) => false,
        }
    }

    fn apply(&mut self, event: Event) -> io::Result<Flow> {
        let message = match event {
            Event::Message(message) => Some(message),
            Event::Input(Input::Key(key)) => key_action(key, &self.state).map(Message::Act),
            Event::Input(Input::Mouse(mouse)) => pointer_action(mouse, &self.hits, &mut self.held).map(Message::Act),
            Event::Input(Input::Resize(columns, rows)) => Some(Message::Resized(columns, rows)),
            Event::Input(_) => None,
            Event::InputEnded(None) => return Ok(Flow::Quit),
            Event::InputEnded(Some(error)) => return Err(error),
        };
        let Some(message) = message else { return Ok(Flow::Continue) };
        let effects = update::update(&mut self.state, message);
        Ok(self.perform(effects))
    }

    fn perform(&self, effects: Vec<Effect>) -> Flow {
        for effect in effects {
            match effect {
                Effect::Quit => return Flow::Quit,
                Effect::Price => self.price(),
                Effect::Fit(place) => {
                    if let LawChoice::FromRuns(dataset) = &self.state.shelf.laws[place] {
                        self.workers.fit(FitJob { place, dataset: Arc::clone(dataset) });
                    }
                }
                Effect::Export { scope, path, overwrite } => self.export(scope, path, overwrite),
            }
        }
        Flow::Continue
    }

    /// Writes what the picture shows, even if a newer question is still being priced.
    fn export(&self, scope: Scope, path: PathBuf, overwrite: Overwrite) {
        let state = &self.state;
        let Some(landscape) = state.landscape.clone() else { return };
        let indices = match scope {
            Scope::Picked => state.picked().map(|index| index as u32).into_iter().collect(),
            Scope::Feasible => state.selection.feasible.clone(),
        };
        self.workers.export(ExportJob {
            scope,
            path,
            overwrite,
            indices,
            landscape,
            board: (state.shelf.boards[state.shown.board].profile.clone(), state.shown.mode),
            space: state.shelf.space.name.clone(),
            objective: state.objective,
            budgets: state.budgets(),
        });
    }

    fn price(&self) {
        // Update has made sure of both: the law is ready, and the board has the number format.
        if let (Some(law), Ok(estimator)) = (self.state.law(), self.state.estimator()) {
            self.workers.price(PriceJob {
                number: self.state.asked,
                space: Arc::clone(&self.state.shelf.space),
                law: Arc::clone(law),
                estimator,
            });
        }
    }
}

/// Of a run of drags only the last counts.
fn coalesce(events: Vec<Event>) -> Vec<Event> {
    let is_drag = |event: &Event| matches!(event, Event::Input(Input::Mouse(mouse)) if matches!(mouse.kind, MouseEventKind::Drag(_)));
    let mut kept: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        if is_drag(&event) && kept.last().is_some_and(is_drag) {
            kept.pop();
        }
        kept.push(event);
    }
    kept
}

/// A thread that waits for the terminal.
fn read_input(events: Sender<Event>) {
    thread::spawn(move || {
        loop {
            let event = match event::read() {
                Ok(input) => Event::Input(input),
                Err(error) => Event::InputEnded(Some(error)),
            };
            let ended = matches!(event, Event::InputEnded(_));
            if events.send(event).is_err() || ended {
                return;
            }
        }
    });
}

#[cfg(unix)]
fn quit_on_signals(events: Sender<Event>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // Without the handler the program still works; it only leaves the terminal raw when it is killed.
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT]) {
        thread::spawn(move || {
            for _ in signals.forever() {
                if events.send(Event::Message(Message::Act(Action::Quit))).is_err() {
                    return;
                }
            }
        });
    }
}

#[cfg(not(unix))]
fn quit_on_signals(_events: Sender<Event>) {}
