//! What can be named: laws, spaces and, for `roofscape profiles`, boards.

use serde::Serialize;

use super::args::{ListArgs, RowFormat};
use super::streams::{Failure, Outcome, Streams};
use super::table::{Table, write_csv};
use files::catalog::Kind;
use files::resolve::{Library, Listed};
use files::space;
use report::write_json;

#[derive(Debug, Serialize)]
struct Item {
    name: String,
    title: Option<String>,
    origin: String,
    error: Option<String>,
}

impl From<Listed> for Item {
    fn from(listed: Listed) -> Self {
        let origin = listed.origin.to_string();
        let (title, error) = match listed.title {
            Ok(title) => (Some(title), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self { name: listed.name, title, origin, error }
    }
}

pub(super) fn laws(args: ListArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    print(library.laws(), args.format, streams)
}

pub(super) fn spaces(args: ListArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let listed =
        library.list(Kind::Space, |file| space::parse(&file.source, &file.text).map(|space| space.description));
    print(listed, args.format, streams)
}

/// A file that cannot be used is reported beside the others, and does not hide them.
pub(super) fn print(listed: Vec<Listed>, format: RowFormat, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let items: Vec<Item> = listed.into_iter().map(Item::from).collect();
    for error in items.iter().filter_map(|item| item.error.as_ref()) {
        let _ = writeln!(streams.err, "roofscape: warning: {error}");
    }
    match format {
        RowFormat::Json => write_json(&items, &mut *streams.out)?,
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
