//! Draws the README's pictures from real frames: the same state, update and view as in a terminal.
//!
//! `cargo run --release --example screenshots --features screenshots [FOLDER]` writes one PNG per scene into
//! `screenshots/`. Braille is drawn as dots, block and line characters as shapes, so that only letters need a
//! font (`DejaVu Sans Mono`).

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use crossterm::event::{KeyCode, KeyModifiers};
use engine::budget::Limit;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use resvg::{tiny_skia, usvg};
use roofscape::explorer::headless::Headless;
use roofscape::explorer::message::Action;
use roofscape::explorer::open::Choices;
use roofscape::explorer::screen::Screen;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Name of the picture, size in cells, and what is done before it is taken.
type Scene = (&'static str, (u16, u16), fn(&mut Headless));

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "screenshots".into());
    std::fs::create_dir_all(&folder)?;
    let scenes: [Scene; 20] = [
        ("opening", (120, 40), |_| ()),
        ("dragging", (120, 40), |session| drag(session, Limit::Memory, 0.34)),
        ("nothing-feasible", (120, 40), |session| session.tell(Action::SetBudget(Limit::Total, 0.012))),
        ("fitted-law", (120, 40), |session| session.keys("l")),
        ("fit", (120, 40), |session| session.keys("lv")),
        ("fit-excluded", (120, 40), |session| {
            session.keys("lvx");
            session.key(KeyCode::Down, KeyModifiers::NONE);
        }),
        ("fit-small", (80, 24), |session| session.keys("lv")),
        ("fit-large", (200, 60), |session| session.keys("lv")),
        ("hardware", (120, 40), |session| session.tell(Action::Show(Screen::Hardware))),
        ("hardware-small", (80, 24), |session| session.tell(Action::Show(Screen::Hardware))),
        ("hardware-compared", (200, 60), |session| {
            session.tell(Action::Show(Screen::Hardware));
            session.keys("c");
        }),
        ("evolution", (120, 40), |session| {
            session.tell(Action::Show(Screen::Evolution));
            session.keys("4");
        }),
        ("evolution-small", (80, 24), |session| session.tell(Action::Show(Screen::Evolution))),
        ("theory", (120, 40), |session| session.tell(Action::Show(Screen::Theory))),
        ("theory-small", (80, 24), |session| session.tell(Action::Show(Screen::Theory))),
        ("theory-memory", (200, 60), |session| {
            session.tell(Action::Show(Screen::Theory));
            session.tell(Action::LiftBudgets);
            session.keys("x");
            session.tell(Action::SetBudget(Limit::Tpot, 0.005));
            session.tell(Action::SetBudget(Limit::Memory, 4e9));
        }),
        ("sources", (120, 40), |session| session.keys("i")),
        ("small", (80, 24), |_| ()),
        ("large", (200, 60), |_| ()),
        ("help", (120, 40), |session| session.tell(Action::Help)),
    ];
    for (name, size, play) in scenes {
        let mut session = Headless::open(&Choices::default(), size)?;
        play(&mut session);
        session.settle();
        let svg = svg(&session.frame());
        png(&svg, &Path::new(&folder).join(name).with_extension("png"))?;
    }
    Ok(())
}

/// Drags a budget's knob to a share of its track, as the mouse does.
fn drag(session: &mut Headless, limit: Limit, share: f64) {
    if let Some(track) = session.track(limit) {
        let to = track.x + (share * f64::from(track.width)) as u16;
        session.drag((track.x, track.y), (to, track.y));
    }
}

const CELL: (f64, f64) = (9.0, 19.0);
const BACKGROUND: &str = "#161a22";
const FOREGROUND: &str = "#d5dae3";

fn svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) = (f64::from(area.width) * CELL.0 + 16.0, f64::from(area.height) * CELL.1 + 16.0);
    let mut out = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-family='DejaVu Sans Mono, monospace' font-size='14.6'><rect width='100%' height='100%' rx='8' fill='{BACKGROUND}'/>"
    );
    for y in 0..area.height {
        for x in 0..area.width {
            draw_cell(&mut out, &buffer[(x, y)], (8.0 + f64::from(x) * CELL.0, 8.0 + f64::from(y) * CELL.1));
        }
    }
    out + "</svg>\n"
}

fn draw_cell(out: &mut String, cell: &Cell, (x, y): (f64, f64)) {
    let (cw, ch) = CELL;
    let fill = colour(cell.fg);
    if cell.bg != Color::Reset {
        let _ = write!(out, "<rect x='{x}' y='{y}' width='{cw}' height='{ch}' fill='{}'/>", colour(cell.bg));
    }
    let glyph = cell.symbol().chars().next().unwrap_or(' ');
    let (mx, my) = (x + cw / 2.0, y + ch / 2.0);
    let mut rect = |x: f64, y: f64, w: f64, h: f64| {
        let _ = write!(out, "<rect x='{x:.1}' y='{y:.1}' width='{w:.1}' height='{h:.1}' fill='{fill}'/>");
    };
    match glyph {
        ' ' => {}
        '\u{2800}'..='\u{28ff}' => {
            const PLACES: [(f64, f64); 8] =
                [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 0.0), (1.0, 1.0), (1.0, 2.0), (0.0, 3.0), (1.0, 3.0)];
            let bits = glyph as u32 - 0x2800;
            for (_, (dx, dy)) in PLACES.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1) {
                let (dot_x, dot_y) = (x + cw * (0.25 + 0.5 * dx), y + ch * (0.125 + 0.25 * dy));
                let _ = write!(out, "<circle cx='{dot_x:.1}' cy='{dot_y:.1}' r='1.35' fill='{fill}'/>");
            }
        }
        '░' => {
            for (dx, dy) in [(0.25, 0.15), (0.75, 0.4), (0.25, 0.65), (0.75, 0.9)] {
                rect(x + cw * dx - 0.9, y + ch * dy - 0.9, 1.8, 1.8);
            }
        }
        '─' => rect(x, my - 0.6, cw, 1.2),
        '━' => rect(x, my - 1.4, cw, 2.8),
        '│' => rect(mx - 0.6, y, 1.2, ch),
        '┊' => (0..4).for_each(|i| rect(mx - 0.7, y + ch * (f64::from(i) + 0.2) / 4.0, 1.4, ch / 7.0)),
        '┤' => {
            rect(mx - 0.6, y, 1.2, ch);
            rect(x, my - 0.6, cw / 2.0, 1.2);
        }
        '├' => {
            rect(mx - 0.6, y, 1.2, ch);
            rect(mx, my - 0.6, cw / 2.0, 1.2);
        }
        '┬' => {
            rect(x, my - 0.6, cw, 1.2);
            rect(mx - 0.6, my, 1.2, ch / 2.0);
        }
        '└' => {
            rect(mx - 0.6, y, 1.2, ch / 2.0);
            rect(mx - 0.6, my - 0.6, cw / 2.0 + 0.6, 1.2);
        }
        '╭' | '╮' | '╰' | '╯' => {
            let (end_x, end_y) = match glyph {
                '╭' => (x + cw, y + ch),
                '╮' => (x, y + ch),
                '╰' => (x + cw, y),
                _ => (x, y),
            };
            let _ = write!(
                out,
                "<path d='M {mx} {end_y} Q {mx} {my} {end_x} {my}' fill='none' stroke='{fill}' stroke-width='1.2'/>"
            );
        }
        '▇' => rect(x, y + ch * 0.2, cw - 1.0, ch * 0.62),
        '▁' => rect(x, y + ch * 0.74, cw - 1.0, ch * 0.08),
        _ => {
            let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight='bold'" } else { "" };
            let text = match glyph {
                '&' => "&amp;".to_owned(),
                '<' => "&lt;".to_owned(),
                other => other.to_string(),
            };
            let _ = write!(out, "<text x='{x:.1}' y='{:.1}' fill='{fill}'{weight}>{text}</text>", y + ch * 0.74);
        }
    }
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => FOREGROUND.into(),
    }
}

fn png(svg: &str, path: &Path) -> Result<()> {
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size();
    let mut pixels =
        tiny_skia::Pixmap::new(size.width() * 3 / 2, size.height() * 3 / 2).ok_or("no room for the picture")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(1.5, 1.5), &mut pixels.as_mut());
    pixels.save_png(path)?;
    Ok(())
}
