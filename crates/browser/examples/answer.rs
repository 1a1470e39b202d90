//! Answers the request on standard input as the module does, for tests/wasm to compare.

use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut request = Vec::new();
    io::stdin().read_to_end(&mut request)?;
    io::stdout().write_all(browser::answer(&request).as_bytes())
}
