//! What programs print through a logger.

/// A line without what loggers put before it: `[INFO] `, `[11/22/2026-19:13:49] [I] `.
pub(super) fn without_prefix(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some((_, after)) = rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
        rest = after.trim_start();
    }
    rest
}
