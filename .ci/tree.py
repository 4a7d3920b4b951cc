#!/usr/bin/env python3
"""Holds what is built for a user to two promises, on every platform:

- The stated Rust (`rust-version`) is true: no crate of the tree asks for a later one.
- It is Rust alone: no crate compiles C, looks for a C library or makes bindings of one. So building needs no C compiler,
  and a binary for another machine needs no more than `rustup target add`.

The tree is that of normal and build dependencies; what only tests use may ask for more.
"""

import json
import subprocess
import sys

# Who depends on one of these compiles C, or finds a C library.
BUILDS_C = {"autotools", "bindgen", "cc", "cmake", "meson", "nasm-rs", "pkg-config", "system-deps", "vcpkg"}
# Crates that state what they link to only so that there is one of them in a build. They link to nothing.
LINKS_NOTHING = {"rayon-core", "wasm-bindgen-shared"}


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


def in_tree():
    """Name and version of every crate that is built for a user."""
    lines = cargo(
        "tree", "--locked", "--workspace", "--edges", "normal,build", "--target", "all", "--prefix", "none", "--format", "{p}"
    )
    return {tuple(line.split()[:2]) for line in lines.splitlines() if line.strip()}


def as_numbers(version):
    return [int(part) for part in version.split(".")] + [0] * (2 - version.count("."))


def main():
    known = json.loads(cargo("metadata", "--locked", "--format-version", "1"))["packages"]
    tree = in_tree()
    packages = [package for package in known if (package["name"], "v" + package["version"]) in tree]
    stated = {package["rust_version"] for package in packages if package["source"] is None}
    if len(packages) < len(tree) or len(stated) != 1 or None in stated:
        sys.exit(f"{len(tree)} crates are built and {len(packages)} known; the workspace states {stated}: one rust-version is expected")
    [stated] = stated

    faults = []
    asking = [package for package in packages if package["rust_version"] is not None]
    for package in asking:
        if as_numbers(package["rust_version"]) > as_numbers(stated):
            faults.append(f"{package['name']} {package['version']} needs Rust {package['rust_version']}; {stated} is stated")
    for package in packages:
        if package["name"] in BUILDS_C:
            faults.append(f"{package['name']} is in the tree: something builds or finds C; see `cargo tree --invert {package['name']}`")
        if package["links"] and package["name"] not in LINKS_NOTHING:
            faults.append(f"{package['name']} links to {package['links']}, a library that is not Rust")
    if faults:
        sys.exit("\n".join(faults))

    others = [package for package in asking if package["source"] is not None]
    latest = max((package["rust_version"] for package in others), key=as_numbers)
    print(f"{len(packages)} crates are built for a user, none of them builds C or links to it.")
    print(f"{len(asking)} say which Rust they need: {latest} at most besides our own, and {stated} is stated.")


if __name__ == "__main__":
    main()
