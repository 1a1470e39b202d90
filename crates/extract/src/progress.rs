//! How far the work is, on the terminal of whoever waits: rows, their rate, and the time that is left.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar; clones are the same one.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar on the standard error, or none where nobody wants it. It hides itself where that is no terminal.
    pub fn new(quiet: bool) -> Self {
        Self { bar: if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) } }
    }

    /// Begins a part of the work with about so many rows to read; 0 where nobody knows.
    pub fn begin(&self, what: &str, rows: u64) {
        let shape = if rows == 0 {
            "{spinner} {msg} {elapsed}"
        } else {
            "{msg} {wide_bar} {human_pos} of {human_len} rows read, {per_sec}, {eta} left"
        };
        if let Ok(style) = ProgressStyle::with_template(shape) {
            self.bar.set_style(style);
        }
        self.bar.set_message(what.to_owned());
        self.bar.set_length(rows);
        self.bar.reset();
        self.bar.enable_steady_tick(Duration::from_millis(250));
    }

    /// Says how many rows were read in all.
    pub fn read(&self, read: u64) {
        if self.bar.length().is_some_and(|length| length < read) {
            // The number of rows of CSV files was guessed.
            self.bar.set_length(read);
        }
        self.bar.set_position(read);
    }

    /// Ends, and leaves nothing on the terminal.
    pub fn end(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }
}
