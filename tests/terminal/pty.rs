//! A real terminal for a test: starts the program in a pseudo-terminal, keeps the screen it draws, waits on conditions.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Generous, because machines are shared; a condition that holds ends the wait at once.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    pub(crate) screen: vt100::Parser,
    child: Box<dyn Child + Send + Sync>,
    /// Bytes that the program has written so far.
    pub(crate) written: usize,
}

impl Pty {
    /// Starts the program, on a board that does not depend on the machine.
    pub(crate) fn start(arguments: &[&str], folder: &Path, size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_roofscape"));
        command.args(["--profile", "agx-orin-64gb"]);
        command.args(arguments);
        Self::start_command(command, folder, size)
    }

    /// Starts anything.
    pub(crate) fn start_command(mut command: CommandBuilder, folder: &Path, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", folder);
        command.env("HOME", folder);
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        let (bytes, output) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0_u8; 65_536];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || bytes.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(
            rows.try_into().expect("at least one row"),
            columns.try_into().expect("at least one column"),
            0,
        );
        Self { master: pair.master, keyboard, output, screen, child, written: 0 }
    }

    pub(crate) fn send(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the program listens");
        self.keyboard.flush().expect("the program listens");
    }

    /// An SGR mouse report; cells count from 0.
    pub(crate) fn mouse(&mut self, button: u8, (column, row): (u16, u16), release: Release) {
        let end = if release == Release::Yes { 'm' } else { 'M' };
        self.send(&format!("\x1b[<{button};{};{}{end}", column + 1, row + 1));
    }

    pub(crate) fn resize(&mut self, (columns, rows): (u16, u16)) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a new size");
        self.screen
            .screen_mut()
            .set_size(rows.try_into().expect("at least one row"), columns.try_into().expect("at least one column"));
    }

    /// Waits until the screen satisfies a condition.
    pub(crate) fn until(&mut self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition(self.screen.screen()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => {
                    let shown = self.screen.screen().contents();
                    panic!("waited in vain for {what} ({error}); the screen was\n{shown}");
                }
            }
        }
    }

    /// Bytes written during a silence of that length after the last output, that is: 0 once the program is at rest.
    pub(crate) fn settle(&mut self, silence: Duration) {
        while let Ok(bytes) = self.output.recv_timeout(silence) {
            self.take(&bytes);
        }
    }

    /// Waits for the end and takes the last output; the exit code.
    pub(crate) fn wait(&mut self) -> u32 {
        let status = self.child.wait().expect("an exit status");
        self.settle(Duration::from_millis(300));
        status.exit_code()
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Column and row of the first occurrence of a text.
    pub(crate) fn find(&self, text: &str) -> (u16, u16) {
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        for (row, line) in screen.rows(0, columns.into()).enumerate() {
            if let Some(at) = line.find(text) {
                return (line[..at].chars().count() as u16, row as u16);
            }
        }
        panic!("no '{text}' on the screen\n{}", screen.contents());
    }

    fn take(&mut self, bytes: &[u8]) {
        self.written += bytes.len();
        self.screen.process(bytes);
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // A test that failed half-way must not leave the program behind.
        let _ = self.child.kill();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    Yes,
    No,
}
