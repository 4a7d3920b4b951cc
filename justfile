# A contributor's loop, for https://just.systems. Each recipe is a line or two that can be typed without it.

# What there is
default:
    @just --list

# Types and lints of everything
check:
    cargo clippy --workspace --all-targets -- -D warnings

# The tests whose names contain NAME
one NAME:
    cargo test --workspace -- {{NAME}}

# Whole screens against their snapshots
frames:
    cargo test --test screen

# Snapshots written anew; every line of the difference is then yours to judge
frames-accept:
    INSTA_UPDATE=always cargo test --test screen
    git diff tests/screen/snapshots

# What the commands say, against the frozen record
frozen:
    cargo build
    python3 tests/frozen/freeze.py compare --program target/debug/roofscape

# The key tables of docs/explorer.md, written from the bindings
keys:
    ROOFSCAPE_REWRITE_DOCUMENTS=1 cargo test --test check documents

# The schema of the JSON documents, written from the types
schema:
    cargo run -- schema > docs/json.schema.json.new
    mv docs/json.schema.json.new docs/json.schema.json

# The pictures of the documents
pictures:
    cargo run --release --example screenshots --features screenshots

# All that must pass before a change lands
gate:
    bash .ci/run
