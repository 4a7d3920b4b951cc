#!/usr/bin/env bash
# Licences, duplicates and sources of all dependencies, by deny.toml; known vulnerabilities where their list can be fetched.
set -euo pipefail

# CI has nobody to install it: three minutes, once a machine.
if ! command -v cargo-deny > /dev/null && [ -n "${CI:-}" ]; then
  cargo install cargo-deny --version 0.20.2 --locked --quiet || echo "cargo-deny cannot be installed"
fi
if ! command -v cargo-deny > /dev/null; then
  echo "SKIPPED, cargo-deny is not installed: licences, duplicates and sources are not checked (cargo install cargo-deny --locked)"
  exit 0
fi
cargo deny --locked check licenses bans sources
if cargo deny --locked fetch db > /dev/null 2>&1; then
  cargo deny --locked check --disable-fetch advisories
else
  echo "SKIPPED, the list of vulnerabilities cannot be reached: advisories are not checked"
fi
