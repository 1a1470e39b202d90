//! Problems and warnings as they come up, and a short form of where they are.

use crate::import::problem::{Place, Problem, Problems, Warning};

/// A cell or a row of a table, in twelve bytes: one is kept for each value of each row, and few are ever shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    table: u16,
    /// The place of the column among those that the table reads; none for the row.
    column: Option<u16>,
    row: u32,
}

impl Spot {
    /// A row of the same table.
    pub fn row(self, row: u32) -> Self {
        Self { row, column: None, ..self }
    }

    /// A cell of the same row, by its column's place among those that the table reads.
    pub fn cell(self, column: usize) -> Self {
        Self { column: u16::try_from(column).ok(), ..self }
    }
}

/// A table that is read: its sheet, and its columns with their headers.
struct Seen {
    sheet: Option<String>,
    columns: Vec<(u32, String)>,
}

/// Problems and warnings.
pub(super) struct Notes {
    pub problems: Problems,
    pub warnings: Vec<Warning>,
    seen: Vec<Seen>,
}

impl Notes {
    pub fn new(problems: Problems) -> Self {
        Self { problems, warnings: Vec::new(), seen: Vec::new() }
    }

    /// Begins a table; its spot gives those of its rows.
    pub fn see(&mut self, sheet: Option<&str>, columns: Vec<(u32, String)>) -> Spot {
        self.seen.push(Seen { sheet: sheet.map(str::to_owned), columns });
        Spot { table: u16::try_from(self.seen.len() - 1).unwrap_or(u16::MAX), column: None, row: 0 }
    }

    /// The place that a spot stands for.
    pub fn place(&self, spot: Spot) -> Place {
        let Some(seen) = self.seen.get(usize::from(spot.table)) else { return Place::default() };
        let sheet = seen.sheet.as_deref();
        match spot.column.and_then(|column| seen.columns.get(usize::from(column))) {
            Some((column, header)) => Place::cell(sheet, spot.row, *column, header),
            None => Place::row(sheet, spot.row),
        }
    }

    /// Adds a problem, with what was found unless that may not be shown.
    pub fn problem(&mut self, spot: Spot, expected: impl Into<String>, found: Option<&str>) {
        let problem = Problem::new(self.place(spot), expected);
        self.problems.add(match found {
            Some(found) => problem.finding(found),
            None => problem,
        });
    }

    pub fn warn(&mut self, place: Place, message: impl Into<String>) {
        self.warnings.push(Warning { place, message: message.into() });
    }
}
