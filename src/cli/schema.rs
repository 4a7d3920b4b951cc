//! `roofscape schema`: what every JSON document keeps to, for whoever writes a program that reads them.

use super::streams::{Failure, Outcome, Streams};
use report::write_json;

pub(super) fn run(streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    write_json(&report::schema(), &mut *streams.out)?;
    Ok(Outcome::Found)
}
