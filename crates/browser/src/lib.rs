//! What a visitor's browser checks by itself: that a statement is under a signed checkpoint, and that the log still holds
//! everything that it held when this browser last looked.
//!
//! It is built for `wasm32-unknown-unknown` into a module that imports nothing: it sees the bytes that the page's script
//! hands it and gives back a text. What to remember, what to fetch and what to show is for the script (`web/js/log.mjs`).
//! The same code runs natively in tests, and any bytes must get an answer: it never panics.
//!
//! What it refuses to do: to take a server's word. Whether the log has only grown is computed from the tiles, which any
//! web host serves as files, and these are themselves held against the signed root.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;

mod check;
#[cfg(target_arch = "wasm32")]
mod module;
mod request;
mod words;

pub use check::{Found, Since, Wrong, check};
pub use request::{NotARequest, Now, Request, Statement};

/// Answers a request in the encoding of [`Request::parse`], in lines. The first is one of four words, and what follows
/// depends on it:
///
/// | first | then |
/// |---|---|
/// | `holds` | a sentence about what the key signed; one about what was remembered; their numbers: the size now, the statement or nothing, the remembered size or nothing |
/// | `need` | the paths of files of the log that must be handed in before anything can be said |
/// | `alarm` | something does not hold: a code; its sentence; the sentence's numbers |
/// | `unclear` | nothing could be checked: the same |
///
/// In a sentence `{0}` stands for the first number. Numbers have a line each.
pub fn answer(request: &[u8]) -> String {
    let mut lines = Lines(String::new());
    match Request::parse(request).map_err(Wrong::from).and_then(|request| check(&request)) {
        Ok(Found::Need(paths)) => {
            lines.add("need");
            paths.iter().for_each(|path| lines.add(path));
        }
        Ok(Found::Holds { statement, size, since }) => {
            lines.add("holds");
            lines.add(words::signed(statement));
            lines.add(since.words());
            lines.add(&words::decimal(size));
            lines.add(&statement.map(words::decimal).unwrap_or_default());
            lines.add(&since.remembered().map(words::decimal).unwrap_or_default());
        }
        Err(wrong) => {
            lines.add(if wrong.is_alarm() { "alarm" } else { "unclear" });
            lines.add(wrong.code());
            lines.add(wrong.words());
            wrong.numbers().iter().for_each(|number| lines.add(&words::decimal(*number)));
        }
    }
    lines.0
}

struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }
}
