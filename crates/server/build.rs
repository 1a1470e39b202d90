//! Says what to do when the pages' stylesheet and script have not been built.

use std::path::Path;

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
    println!("cargo::rerun-if-changed=templates");
}
