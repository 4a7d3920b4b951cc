//! What can be named: laws, spaces and, for `roofscape profiles`, boards.

use super::args::{ListArgs, RowFormat};
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_csv};
use files::catalog::Kind;
use files::resolve::{Library, Listed};
use files::space;
use report::body::{Item, Laws, Spaces};
use report::{Body, Document, write_json};

fn item(listed: Listed) -> Item {
    let origin = listed.origin.to_string();
    let (title, error) = match listed.title {
        Ok(title) => (Some(title), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Item { name: listed.name, title, origin, error }
}

pub(super) fn laws(args: ListArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    print(library.laws(), (args.format, |laws| Laws { laws }), streams)
}

pub(super) fn spaces(args: ListArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let listed =
        library.list(Kind::Space, |file| space::parse(&file.source, &file.text).map(|space| space.description));
    print(listed, (args.format, |spaces| Spaces { spaces }), streams)
}

/// A file that cannot be used is reported beside the others, and does not hide them.
pub(super) fn print<B: Body>(
    listed: Vec<Listed>,
    (format, body): (RowFormat, fn(Vec<Item>) -> B),
    streams: &mut Streams<'_>,
) -> Result<Outcome, Failure> {
    let items: Vec<Item> = listed.into_iter().map(item).collect();
    for error in items.iter().filter_map(|item| item.error.as_ref()) {
        let _ = writeln!(streams.err, "roofscape: warning: {error}");
    }
    match format {
        RowFormat::Json => write_json(&Document::plain(body(items)), &mut *streams.out)?,
        RowFormat::Csv => write_csv(&["name", "title", "origin", "error"], &items, streams.out)?,
        RowFormat::Table => {
            let mut table = Table::new(&["name", "what", "where"], &[0, 1, 2]);
            for item in items {
                table.row([item.name, item.title.unwrap_or_else(|| "cannot be used".to_owned()), item.origin]);
            }
            table.write(streams.out)?;
        }
    }
    Ok(Outcome::Found)
}
