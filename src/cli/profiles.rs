//! `roofscape profiles`: which boards there are, and how every figure of one is known.

mod new;
mod rank;

use super::args::{Format, ListArgs, ProfilesArgs, ProfilesCommand, ShowArgs};
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_pairs};
use super::{detect, lists};
use files::profile::{EfficiencyFigures, Figure, MemoryFigures, PowerMode, Profile, Source};
use files::resolve::{Library, Resolved};
use report::{Document, body, write_json};

pub(super) fn run(args: &ProfilesArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    match &args.command {
        Some(ProfilesCommand::Show(args)) => show(args, library, streams),
        Some(ProfilesCommand::Rank(args)) => rank::run(args, library, streams),
        Some(ProfilesCommand::Detect(args)) => detect::run(args.format, library, streams),
        Some(ProfilesCommand::New(args)) => new::run(args, library, streams),
        Some(ProfilesCommand::List(args)) => list(*args, library, streams),
        None => list(args.list, library, streams),
    }
}

fn list(args: ListArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    lists::print(library.profiles(), (args.format, |profiles| body::Profiles { profiles }), streams)
}

fn show(args: &ShowArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let (found, mut profile) = library.profile(&args.profile)?;
    let default_mode = profile.default_mode().name.clone();
    if let Some(name) = &args.mode {
        profile.modes = vec![profile.mode(name)?.clone()];
    }
    match args.format {
        Format::Json => {
            let origin = found.origin.to_string();
            let body = body::ShowProfile { origin, default_mode: &default_mode, profile: &profile };
            write_json(&Document::plain(body), &mut *streams.out)?;
        }
        Format::Table => print(&found, &profile, &default_mode, streams)?,
    }
    Ok(Outcome::Found)
}

fn print(found: &Resolved, profile: &Profile, default_mode: &str, streams: &mut Streams<'_>) -> std::io::Result<()> {
    let mut pairs = vec![
        ("profile", profile.name.clone()),
        ("board", profile.title.clone()),
        ("from", profile.origin.clone().unwrap_or_else(|| found.origin.to_string())),
        ("default mode", default_mode.to_owned()),
    ];
    pairs.extend(profile.compute_capability.iter().map(|capability| ("compute", capability.clone())));
    pairs.extend(profile.notes.iter().map(|note| ("note", note.clone())));
    write_pairs(streams.out, &pairs)?;

    let mut sources = Sources::default();
    let of_board = board_figures(profile);
    section("memory and efficiency", &[], &of_board, &mut sources, streams)?;
    for figures in profile.calibration.iter().flat_map(|calibration| &calibration.formats) {
        let head = figures.head.iter().map(|head| format!("with the LM head in {head}"));
        let notes: Vec<String> =
            [figures.accuracy(), format!("measured in {}", figures.modes.join(", "))].into_iter().chain(head).collect();
        let title = format!("calibration of {}", figures.formats.join(", "));
        section(&title, &notes, &figures.figures().collect::<Vec<_>>(), &mut sources, streams)?;
    }
    for mode in &profile.modes {
        let PowerMode { name, notes, .. } = mode;
        let figures = profile.figures(mode).into_iter();
        let figures: Vec<&Figure> =
            figures.filter(|f| !of_board.iter().any(|known| std::ptr::eq(*known, *f))).collect();
        section(&format!("mode {name}"), notes, &figures, &mut sources, streams)?;
    }
    sources.write(streams)
}

/// What holds in every mode.
fn board_figures(profile: &Profile) -> Vec<&Figure> {
    let MemoryFigures { capacity, usable, reserved, bus } = &profile.memory;
    let EfficiencyFigures { compute, bandwidth, overhead } = &profile.efficiency;
    [usable, reserved, bus, compute, bandwidth, overhead]
        .into_iter()
        .fold(vec![capacity], |figures, figure| figures.into_iter().chain(figure).collect())
}

fn section(
    title: &str,
    notes: &[String],
    figures: &[&Figure],
    sources: &mut Sources,
    streams: &mut Streams<'_>,
) -> std::io::Result<()> {
    writeln!(streams.out, "\n{title}")?;
    for note in notes {
        writeln!(streams.out, "  {note}")?;
    }
    let mut table = Table::new(&["  figure", "value", "known", "date", "source", "note"], &[0, 2, 3, 4, 5]);
    for figure in figures {
        table.row([
            format!("  {}", figure.label),
            figure.to_string(),
            figure.kind.to_string(),
            figure.date.clone(),
            figure.source.as_ref().map_or_else(|| "none".to_owned(), |source| sources.number(source)),
            figure.note.clone().unwrap_or_default(),
        ]);
    }
    table.write(streams.out)
}

/// Sources are long and few: figures name them by number.
#[derive(Debug, Default)]
struct Sources(Vec<Source>);

impl Sources {
    fn number(&mut self, source: &Source) -> String {
        let position = self.0.iter().position(|known| known == source).unwrap_or_else(|| {
            self.0.push(source.clone());
            self.0.len() - 1
        });
        format!("[{}]", position + 1)
    }

    fn write(&self, streams: &mut Streams<'_>) -> std::io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(streams.out, "\nsources")?;
        self.0
            .iter()
            .enumerate()
            .try_for_each(|(i, source)| writeln!(streams.out, "  [{}] {}\n      {}", i + 1, source.title, source.url))
    }
}
