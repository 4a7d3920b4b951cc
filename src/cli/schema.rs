//! `roofscape schema`: the schema of every JSON document, for people who write programs that read them.

use super::streams::{Failure, Outcome, Streams};
use report::write_json;

pub(super) fn run(streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    write_json(&report::schema(), &mut *streams.out)?;
    Ok(Outcome::Found)
}
