//! The `roofscape` program: dispatch and exit code; everything else is in the library.

fn main() {}
