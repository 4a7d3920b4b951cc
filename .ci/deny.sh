#!/usr/bin/env bash
# Licences, duplicates and sources of all dependencies, by deny.toml; known vulnerabilities where their list can be fetched.
set -euo pipefail

if ! command -v cargo-deny > /dev/null; then
  # It is not built here: that takes many minutes.
  echo "SKIPPED, cargo-deny is not installed: licences, duplicates and sources are not checked (cargo install cargo-deny --locked)"
  exit 0
fi
cargo deny --locked check licenses bans sources
if cargo deny --locked fetch db > /dev/null 2>&1; then
  cargo deny --locked check --disable-fetch advisories
else
  echo "SKIPPED, the list of vulnerabilities cannot be reached: advisories are not checked"
fi
