//! A session without a terminal: the same state, keys, pointer, update and view, with effects carried out on the spot.
//!
//! Tests, benches and the pictures of the documents use it, so that they show what a terminal would show.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw::theme::{Palette, Theme};
use super::keys::key_action;
use super::message::{Effect, ExportRequest, Message};
use super::open::{Choices, open};
use super::pointer::{Held, Hits, pointer_action};
use super::state::State;
use super::update::{start, update};
use super::view::render;
use super::worker::{Patient, job_of};
use crate::built_in;
use engine::budget::Limit;
use engine::error::Result;
use engine::what_if::Resource;
use files::resolve::Library;

/// A session under remote control.
pub struct Headless {
    /// The session's state.
    pub state: State,
    /// What the session asked to be written, instead of writing it.
    pub exports: Vec<ExportRequest>,
    /// Whether pricing and fitting wait until [`Self::work`]; a test of what happens meanwhile sets it.
    pub pace: Pace,
    /// What has been asked of the workers and not been done.
    pub waiting: Vec<Effect>,
    /// What has been asked behind the picture and waits until [`Self::settle`]: the newest of each kind.
    pub backstage: Vec<Effect>,
    /// Whether the session has asked to be left.
    pub has_quit: bool,
    palette: Palette,
    hits: Hits,
    held: Option<Held>,
}

impl Headless {
    /// Opens on built-in files at a size in cells.
    pub fn open(choices: &Choices, size: (u16, u16)) -> Result<Self> {
        Self::open_in(&built_in::library(), choices, size)
    }

    /// Opens on the files of a library.
    pub fn open_in(library: &Library, choices: &Choices, size: (u16, u16)) -> Result<Self> {
        let mut session = Self {
            state: open(library, choices)?.into_state(size),
            exports: Vec::new(),
            pace: Pace::AtOnce,
            waiting: Vec::new(),
            backstage: Vec::new(),
            has_quit: false,
            palette: Palette::True,
            hits: Hits::default(),
            held: None,
        };
        let effects = start(&mut session.state);
        session.perform(effects);
        session.frame();
        Ok(session)
    }

    /// The same with other colours.
    #[must_use]
    pub fn with_palette(self, palette: Palette) -> Self {
        Self { palette, ..self }
    }

    /// Applies a message and what follows from it.
    pub fn tell(&mut self, message: impl Into<Message>) {
        let effects = update(&mut self.state, message.into());
        self.perform(effects);
        self.frame();
    }

    /// Presses a key.
    pub fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        if let Some(action) = key_action(KeyEvent::new(code, modifiers), &self.state) {
            self.tell(action);
        }
    }

    /// Presses plain keys, one per character.
    pub fn keys(&mut self, typed: &str) {
        for character in typed.chars() {
            self.key(KeyCode::Char(character), KeyModifiers::NONE);
        }
    }

    /// A mouse event at a cell.
    pub fn mouse(&mut self, kind: MouseEventKind, (column, row): (u16, u16)) {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        if let Some(action) = pointer_action(event, &self.hits, &mut self.held) {
            self.tell(action);
        }
    }

    /// Presses the left button at one cell, moves to another, and releases.
    pub fn drag(&mut self, from: (u16, u16), to: (u16, u16)) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), from);
        self.mouse(MouseEventKind::Drag(MouseButton::Left), to);
        self.mouse(MouseEventKind::Up(MouseButton::Left), to);
    }

    /// Presses and releases the left button.
    pub fn click(&mut self, at: (u16, u16)) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), at);
        self.mouse(MouseEventKind::Up(MouseButton::Left), at);
    }

    /// Where a budget's track was drawn last.
    pub fn track(&self, limit: Limit) -> Option<Rect> {
        self.hits.slider(limit)
    }

    /// Where the track of a resource was drawn last.
    pub fn resource_track(&self, resource: Resource) -> Option<Rect> {
        self.hits.resource(resource)
    }

    /// Draws the screen as it is now.
    pub fn frame(&mut self) -> Buffer {
        let (width, height) = self.state.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        self.hits = render(&self.state, Theme { palette: self.palette }, &mut buffer);
        buffer
    }

    /// Does what waits.
    pub fn work(&mut self) {
        self.pace = Pace::AtOnce;
        let waiting = std::mem::take(&mut self.waiting);
        self.perform(waiting);
        self.frame();
    }

    /// Does the job that has waited longest. Jobs that follow from it wait in their turn.
    pub fn work_once(&mut self) {
        if !self.waiting.is_empty() {
            let effect = self.waiting.remove(0);
            self.pace = Pace::Later;
            self.carry_out(effect);
            self.frame();
        }
    }

    /// Does all that is asked for behind the picture, which nobody at a terminal would wait for.
    pub fn settle(&mut self) {
        while !self.backstage.is_empty() {
            self.settle_once();
        }
    }

    /// Does what has been asked behind the picture for longest.
    pub fn settle_once(&mut self) {
        if !self.backstage.is_empty() {
            let effect = self.backstage.remove(0);
            self.carry_out(effect);
            self.frame();
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit => self.has_quit = true,
                Effect::Export(request) => self.exports.push(*request),
                effect if effect.is_backstage() => {
                    let kind = std::mem::discriminant(&effect);
                    // Each law that is resampled counts; of everything else the newest.
                    if !matches!(effect, Effect::Resample(_)) {
                        self.backstage.retain(|waiting| std::mem::discriminant(waiting) != kind);
                    }
                    self.backstage.push(effect);
                }
                work if self.pace == Pace::Later => self.waiting.push(work),
                work => self.carry_out(work),
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        // Nothing changes here by itself: a test says what a file has become.
        let answer = job_of(&self.state, effect).and_then(|job| job.run(&Patient));
        if let Some(answer) = answer {
            let effects = update(&mut self.state, answer);
            self.perform(effects);
        }
    }
}

/// When the work that a session asks for is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Before anything else happens.
    AtOnce,
    /// When the test says so.
    Later,
}

/// The frame's text, line by line, without trailing blanks.
pub fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let line = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..area.height).map(line).collect::<Vec<_>>().join("\n")
}

/// One line per run of equal style: `row:from..to colour weight`, for snapshots that must notice colours.
pub fn styles(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut lines = Vec::new();
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let style = buffer[(x, y)].style();
            let from = x;
            while x < area.width && buffer[(x, y)].style() == style {
                x += 1;
            }
            let colour = style.fg.unwrap_or_default();
            if colour != ratatui::style::Color::Reset || !style.add_modifier.is_empty() {
                lines.push(format!("{y}:{from}..{x} {colour} {:?}", style.add_modifier));
            }
        }
    }
    lines.join("\n")
}
