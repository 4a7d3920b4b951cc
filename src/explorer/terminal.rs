//! The terminal: it is taken at the start, given back at the end whatever happens, and drawn to without tearing.

use std::io::{self, Stdout, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use crossterm::cursor::Show;
#[cfg(windows)]
use crossterm::event::EnableMouseCapture;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

/// Whether the terminal is ours; restoring twice would leave somebody else's alternate screen.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Presses, drags and the wheel, but no bare motion: an idle hand sends nothing over a slow line.
#[cfg(not(windows))]
const REPORT_BUTTONS_AND_DRAGS: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// The terminal while it is ours. Dropping it gives it back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal, and makes a panic on this thread give it back before the report is printed.
    pub fn take() -> io::Result<Self> {
        restore_on_panic_of(thread::current().id());
        TAKEN.store(true, Ordering::SeqCst);
        let screen = Self { terminal: Terminal::new(CrosstermBackend::new(stdout()))? };
        enable_raw_mode()?;
        #[cfg(not(windows))]
        execute!(stdout(), EnterAlternateScreen, Print(REPORT_BUTTONS_AND_DRAGS), EnableBracketedPaste)?;
        #[cfg(windows)]
        execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste)?;
        Ok(screen)
    }

    /// Draws one frame in one piece.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        execute!(stdout(), BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        execute!(stdout(), EndSynchronizedUpdate)
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back; does nothing if it is not ours.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Nothing sensible can be done if the terminal is gone.
        let _ = execute!(
            stdout(),
            EndSynchronizedUpdate,
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
        let _ = stdout().flush();
    }
}

/// A panic on the thread of the screen ends the program: the terminal is restored first, then the panic is reported. A
/// panic on a worker does not end it. Its report would only tear the picture, and the worker itself says that it
/// failed.
fn restore_on_panic_of(screen_thread: ThreadId) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == screen_thread {
            restore();
            report(panic);
        } else if !TAKEN.load(Ordering::SeqCst) {
            report(panic);
        }
    }));
}
