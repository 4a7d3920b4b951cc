//! The full-screen explorer: state, message, update, view, and a thin loop around them.
//!
//! ```text
//! keys, mouse ───keys, pointer───▶ Message ──update──▶ State ──view──▶ frame + Hits
//!                                     ▲          └──▶ Effect ──▶ workers, files
//!                                     └───────────────────────────────┘
//! ```
//!
//! Words that recur:
//!
//! | word | means |
//! |---|---|
//! | shelf | what can be chosen: laws, boards, the space, known models |
//! | landmark | a known model on the chart |
//! | question, answer | what is priced; the priced landscape that came back |
//! | revision, edition | count changes of a law; a worker's answer to an older one is dropped |
//! | lane | one kind of background work, of which only the newest request counts |
//! | trial, finding | a fit that is judged; what was found |
//! | inquiry, verdict | frontiers of resampled laws that are asked for; what they say |
//! | standing | the law that prices the picture until a newer one is fitted |
//!
//! Of three files of one stem, the noun holds data (`judged`), `-ing` changes the state (`judging`), the verb is the job of
//! a worker (`judge`).
//!
//! The loop waits on one channel until something happens. Then it applies everything that has happened and draws once.
//! An idle screen costs no bytes and no wake-ups.

pub mod binding;
pub mod change;
pub mod draw;
pub mod frame;
pub mod headless;
pub mod judged;
pub mod keys;
pub mod live;
pub mod message;
pub mod news;
pub mod open;
pub mod parts;
pub mod plot;
pub mod pointer;
pub mod recipe;
pub mod resampled;
pub mod screen;
pub mod screens;
pub mod searched;
pub mod selection;
pub mod shelf;
pub mod slider;
pub mod sources;
pub mod standing;
pub mod state;
pub mod table;
pub mod terminal;
pub mod update;
pub mod view;
pub mod vocabulary;
mod worker;

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event as Input, MouseEventKind};

use draw::theme::{Palette, Theme};
use keys::key_action;
use message::{Action, Effect, ExportOutcome, Message};
use open::Opening;
use pointer::{Held, Hits, pointer_action};
use state::State;
use terminal::Screen;
use worker::{WatchJob, Workers};

/// What the loop waits for.
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and a question is copied whole")]
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

/// Runs the explorer until the user leaves it; exports that are still being written are waited for. The terminal is
/// given back on every way out.
pub fn run(opening: Opening) -> io::Result<()> {
    let theme = Theme { palette: Palette::of_environment(|name| std::env::var(name).ok()) };
    let (events, inbox) = channel();
    let mut screen = Screen::take()?;
    let mut session = Session {
        state: opening.into_state(screen.size()?),
        workers: Workers::new(events.clone()),
        exports_under_way: 0,
        hits: Hits::default(),
        held: None,
    };
    let effects = update::start(&mut session.state);
    session.perform(effects);
    read_input(events.clone());
    quit_on_signals(events);
    let outcome = session.explore(&mut screen, &inbox, theme);
    drop(screen);
    session.finish_exports(&inbox)?;
    outcome
}

struct Session {
    state: State,
    workers: Workers<Event>,
    exports_under_way: usize,
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
        // The first landscape is usually there within milliseconds. An empty picture before it would only flash.
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
            Event::Input(Input::Resize(..) | Input::Paste(_)) | Event::Message(_) | Event::InputEnded(_) => true,
            Event::Input(_) => false,
        }
    }

    fn apply(&mut self, event: Event) -> io::Result<Flow> {
        let message = match event {
            Event::Message(message) => Some(message),
            Event::Input(Input::Key(key)) => key_action(key, &self.state).map(Message::Act),
            Event::Input(Input::Mouse(mouse)) => pointer_action(mouse, &self.hits, &mut self.held).map(Message::Act),
            Event::Input(Input::Resize(columns, rows)) => Some(Message::Resized(columns, rows)),
            Event::Input(Input::Paste(text)) => Some(Message::Pasted(text)),
            Event::Input(_) => None,
            Event::InputEnded(None) => return Ok(Flow::Quit),
            Event::InputEnded(Some(error)) => return Err(error),
        };
        let Some(message) = message else { return Ok(Flow::Continue) };
        if matches!(message, Message::Exported(_)) {
            self.exports_under_way = self.exports_under_way.saturating_sub(1);
        }
        let effects = update::update(&mut self.state, message);
        Ok(self.perform(effects))
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Flow {
        for effect in effects {
            match effect {
                Effect::Quit => return Flow::Quit,
                Effect::Watch(place) => {
                    if let Some(job) = WatchJob::of(&self.state, place) {
                        self.workers.watch(job);
                    }
                }
                Effect::Export(request) => {
                    self.exports_under_way += 1;
                    self.workers.export(*request);
                }
                work => self.workers.ask(&self.state, work),
            }
        }
        Flow::Continue
    }

    /// After the screen is given back: waits for what is being written, and says how each of it ended.
    fn finish_exports(&mut self, inbox: &Receiver<Event>) -> io::Result<()> {
        let mut report = io::stderr();
        while self.exports_under_way > 0 {
            let Ok(event) = inbox.recv() else { return Ok(()) };
            let Event::Message(Message::Exported(outcome)) = event else { continue };
            self.exports_under_way -= 1;
            match outcome {
                ExportOutcome::Written(path, _) => writeln!(report, "roofscape: wrote {}", path.display())?,
                ExportOutcome::Exists(request) => {
                    writeln!(report, "roofscape: {} exists already and was left as it is", request.path.display())?;
                }
                ExportOutcome::Failed(error) => writeln!(report, "roofscape: {error}")?,
            }
        }
        Ok(())
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

/// How long the loop has to leave by itself after a signal; exports may be under way.
#[cfg(unix)]
const GRACE: Duration = Duration::from_secs(3);

#[cfg(unix)]
fn quit_on_signals(events: Sender<Event>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // Without the handler the program still works. It only leaves the terminal raw when it is killed.
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT]) {
        thread::spawn(move || {
            for signal in signals.forever() {
                let listening = events.send(Event::Message(Message::Act(Action::Quit))).is_ok();
                // A loop that does not answer must not make the program immortal.
                thread::sleep(if listening { GRACE } else { Duration::ZERO });
                terminal::restore();
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
    }
}

#[cfg(not(unix))]
fn quit_on_signals(_events: Sender<Event>) {}
