//! `roofscape export`: architectures to a file.

use super::args::ExportArgs;
use super::frontier::Priced;
use super::streams::{Failure, Outcome, Streams};
use engine::units;
use files::resolve::Library;
use report::to_json;

pub(super) fn run(args: &ExportArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let priced = Priced::new(&args.sweep, library)?;
    let view = priced.view();
    priced.warn(&view.warnings(), streams);
    let indices = args.select.indices(&view);
    if indices.is_empty() {
        return Ok(priced.outcome(0, streams));
    }
    let json = to_json(&report::export(&view, args.select, &indices, priced.uncertainty()))?;
    if streams.deliver(&args.out, args.force, &json)? {
        let many = if indices.len() == 1 { "architecture" } else { "architectures" };
        writeln!(streams.out, "wrote {} {many} to {}", units::count(indices.len()), args.out.display())?;
    }
    Ok(Outcome::Found)
}
