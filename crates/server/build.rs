//! Says what to do when the pages' stylesheet and script have not been built, and puts a digest of the sources into the
//! program: what it answers depends on them, so they are a part of every entity tag.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    for name in [
        "main.css",
        "main.mjs",
        "govuk-frontend.min.js",
        "icon.svg",
        "check.mjs",
        "check.wasm",
        "check.wasm.br",
        "documents.mjs",
        "log-check.mjs",
        "memory.mjs",
    ] {
        let file = built.join(name);
        println!("cargo::rerun-if-changed={}", file.display());
        if !file.is_file() {
            println!("cargo::error=web/dist/{name} is not there: run `make assets` first");
        }
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut digest = DefaultHasher::new();
    for folder in ["templates", "src", "../register/src"] {
        println!("cargo::rerun-if-changed={folder}");
        hash(&manifest.join(folder), &mut digest);
    }
    println!("cargo::rustc-env=ROLLCALL_SOURCES={:016x}", digest.finish());
}

/// Hashes every file of a folder, in the order of their names.
fn hash(folder: &Path, digest: &mut DefaultHasher) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        path.file_name().hash(digest);
        match path.is_dir() {
            true => hash(&path, digest),
            false => fs::read(&path).ok().hash(digest),
        }
    }
}
