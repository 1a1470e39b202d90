//! What was measured, line by line, and which targets are reached.

use super::process::{Done, median};

/// Several runs of the same work by one program.
pub struct Runs {
    /// Who ran.
    pub who: &'static str,
    /// The runs.
    pub done: Vec<Done>,
}

impl Runs {
    /// The median time from start to end, in seconds.
    pub fn wall(&self) -> f64 {
        median(self.done.iter().map(|done| done.wall))
    }

    /// The median time of all threads, in seconds.
    pub fn cpu(&self) -> f64 {
        median(self.done.iter().map(|done| done.cpu))
    }

    /// The median of the most memory, in megabytes.
    pub fn peak(&self) -> f64 {
        median(self.done.iter().map(|done| done.peak))
    }
}

/// All lines.
#[derive(Default)]
pub struct Table {
    lines: Vec<[String; 6]>,
    targets: Vec<(String, bool)>,
}

impl Table {
    /// What somebody's runs cost.
    pub fn runs(&mut self, work: &str, runs: &Runs) {
        self.line(work, runs.who, &seconds(runs.wall()), &seconds(runs.cpu()), &format!("{:.0} MB", runs.peak()), "");
    }

    /// A figure that no process cost by itself.
    pub fn figure(&mut self, work: &str, who: &str, figure: &str) {
        self.line(work, who, figure, "", "", "");
    }

    /// How many times as fast as a peer we are, and must be.
    pub fn times(&mut self, work: &str, peer: &str, times: f64, least: f64) {
        let reached = self.reached(format!("{work}: at least {least} times as fast as {peer}"), times >= least);
        self.line(
            work,
            &format!("us and {peer}"),
            &format!("{times:.2} times as fast"),
            "",
            "",
            &format!("{least}: {reached}"),
        );
    }

    /// A figure that must be at most so much.
    pub fn at_most(&mut self, work: &str, what: &str, found: f64, most: f64, unit: &str) {
        let reached = self.reached(format!("{work}: {what} at most {most} {unit}"), found <= most);
        self.line(work, what, &format!("{found:.2} {unit}"), "", "", &format!("at most {most}: {reached}"));
    }

    fn reached(&mut self, what: String, reached: bool) -> &'static str {
        self.targets.push((what, reached));
        if reached { "reached" } else { "NOT reached" }
    }

    fn line(&mut self, work: &str, who: &str, figure: &str, cpu: &str, peak: &str, target: &str) {
        let cells = [work, who, figure, cpu, peak, target].map(str::to_owned);
        eprintln!("{}", cells.join("  ").trim_end());
        self.lines.push(cells);
    }

    /// All of it; the last line says which targets are reached.
    pub fn text(&self) -> String {
        let heads = ["work", "who", "measured", "CPU", "memory", "target"].map(str::to_owned);
        let all: Vec<&[String; 6]> = std::iter::once(&heads).chain(&self.lines).collect();
        let width = |place: usize| all.iter().map(|line| line[place].chars().count()).max().unwrap_or_default();
        let widths: [usize; 6] = std::array::from_fn(width);
        let mut text = String::new();
        for line in all {
            let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            text += cells.collect::<Vec<_>>().join("  ").trim_end();
            text.push('\n');
        }
        let missed: Vec<&str> =
            self.targets.iter().filter(|(_, reached)| !reached).map(|(what, _)| what.as_str()).collect();
        let reached = self.targets.len() - missed.len();
        text += &match missed.as_slice() {
            [] => format!("\nreached: all {reached} targets\n"),
            missed => {
                format!("\nreached: {reached} of {} targets; NOT reached: {}\n", self.targets.len(), missed.join("; "))
            }
        };
        text
    }

    /// Whether all targets are reached.
    pub fn all_reached(&self) -> bool {
        self.targets.iter().all(|(_, reached)| *reached)
    }
}

fn seconds(number: f64) -> String {
    format!("{number:.3} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_names_what_is_not_reached() {
        let mut table = Table::default();
        table.times("classes", "DuckDB", 2.5, 2.0);
        assert!(table.all_reached() && table.text().ends_with("\nreached: all 1 targets\n"));
        table.at_most("subject", "time", 51.0, 50.0, "ms");
        let said = table.text();
        assert!(!table.all_reached());
        assert!(said.ends_with("reached: 1 of 2 targets; NOT reached: subject: time at most 50 ms\n"), "{said}");
    }
}
