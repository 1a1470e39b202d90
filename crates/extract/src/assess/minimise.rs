//! The greedy path from what was asked for towards less: at each step every column is tried one rung coarser and left out,
//! and what takes away the most uniques for its cost is done.
//!
//! Records that have become the same are drawn together with how many people they stand for, so that later steps count
//! fewer. This is exact: records that are the same stay the same, whatever else becomes coarser.

use super::classes::{Sizes, class_sizes, classes};
use super::coded::{Coded, Table};

/// A coarser form of a column: what each code of the rung before it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// For each code of the rung before, the coarser code.
    pub map: Vec<u32>,
    /// How many coarser codes there are.
    pub values: u32,
}

/// What a step costs, and when to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Making a column one rung coarser.
    pub coarsen: u64,
    /// Leaving a column out.
    pub leave_out: u64,
    /// At most so many uniques are wanted.
    pub enough: u64,
}

/// What is done in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A column becomes coarser, up to this rung from 0.
    Coarsen {
        /// Its place.
        column: usize,
        /// The rung.
        rung: usize,
    },
    /// A column is left out.
    LeaveOut {
        /// Its place.
        column: usize,
    },
}

/// One step, and the classes after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub done: Move,
    /// Classes afterwards.
    pub sizes: Sizes,
}

/// The path: classes as they are, and each step that helped. Of two moves that help alike the cheaper is taken, then the
/// earlier column, then coarsening before leaving out.
pub fn path(table: &Table<'_>, ladders: &[Vec<Rung>], bounds: Bounds, threads: usize) -> (Sizes, Vec<Step>) {
    let mut state = State::new(table, threads);
    let at_first = state.sizes.clone();
    let mut steps: Vec<Step> = Vec::new();
    while state.sizes.uniques() > bounds.enough {
        let moves = ladders.iter().enumerate().flat_map(|(column, ladder)| state.moves(column, ladder));
        let mut best: Option<(u64, u64, Move, Sizes)> = None;
        for to in moves {
            let cost = match to {
                Move::Coarsen { .. } => bounds.coarsen,
                Move::LeaveOut { .. } => bounds.leave_out,
            };
            let sizes = state.sizes_after(to, ladders, threads);
            let fall = state.sizes.uniques() - sizes.uniques();
            let better = best.as_ref().is_none_or(|(best_fall, best_cost, ..)| {
                let (this, that) =
                    (u128::from(fall) * u128::from(*best_cost), u128::from(*best_fall) * u128::from(cost));
                this > that || (this == that && cost < *best_cost)
            });
            if fall > 0 && better {
                best = Some((fall, cost, to, sizes));
            }
        }
        let Some((_, _, done, sizes)) = best else { break };
        state.go(done, ladders, threads);
        state.sizes.clone_from(&sizes);
        steps.push(Step { done, sizes });
    }
    (at_first, steps)
}

/// Distinct combinations as they are after some steps.
struct State {
    columns: Vec<Coded>,
    people: Vec<u32>,
    /// The rung that each column stands on: 0 as it was asked for, nothing where it is left out.
    rungs: Vec<Option<usize>>,
    sizes: Sizes,
}

impl State {
    fn new(table: &Table<'_>, threads: usize) -> Self {
        let rungs = vec![Some(0); table.columns.len()];
        let (columns, people, sizes) = drawn_together(table, threads);
        Self { columns, people, rungs, sizes }
    }

    fn moves(&self, column: usize, ladder: &[Rung]) -> impl Iterator<Item = Move> + use<> {
        let here = self.rungs[column];
        let coarser = here.filter(|rung| *rung < ladder.len()).map(|rung| Move::Coarsen { column, rung });
        coarser.into_iter().chain(here.map(|_| Move::LeaveOut { column }))
    }

    fn moved(&self, to: Move, ladders: &[Vec<Rung>]) -> (usize, Coded) {
        match to {
            Move::Coarsen { column, rung } => {
                let rung = &ladders[column][rung];
                (column, self.columns[column].mapped(&rung.map, rung.values))
            }
            Move::LeaveOut { column } => (column, Coded { codes: vec![0; self.people.len()], values: 1 }),
        }
    }

    fn sizes_after(&self, to: Move, ladders: &[Vec<Rung>], threads: usize) -> Sizes {
        let (column, moved) = match to {
            Move::LeaveOut { column } => (column, None),
            Move::Coarsen { .. } => {
                let (column, moved) = self.moved(to, ladders);
                (column, Some(moved))
            }
        };
        let mut columns: Vec<&Coded> = self.columns.iter().collect();
        match &moved {
            Some(moved) => columns[column] = moved,
            None => drop(columns.remove(column)),
        }
        class_sizes(&Table { records: self.people.len(), columns, weights: Some(&self.people) }, threads)
    }

    fn go(&mut self, to: Move, ladders: &[Vec<Rung>], threads: usize) {
        let (column, moved) = self.moved(to, ladders);
        self.columns[column] = moved;
        self.rungs[column] = match to {
            Move::Coarsen { rung, .. } => Some(rung + 1),
            Move::LeaveOut { .. } => None,
        };
        let columns = self.columns.iter().collect();
        let table = Table { records: self.people.len(), columns, weights: Some(&self.people) };
        (self.columns, self.people, self.sizes) = drawn_together(&table, threads);
    }
}

/// One record for each class, and how many people it stands for.
fn drawn_together(table: &Table<'_>, threads: usize) -> (Vec<Coded>, Vec<u32>, Sizes) {
    let classes = classes(table, threads);
    let mut seen = vec![false; classes.sizes.len()];
    let (mut firsts, mut people) = (Vec::new(), Vec::new());
    for (record, class) in classes.of_record.iter().enumerate() {
        if !std::mem::replace(&mut seen[*class as usize], true) {
            firsts.push(record);
            people.push(classes.sizes[*class as usize]);
        }
    }
    let one = |column: &&Coded| Coded {
        codes: firsts.iter().map(|record| column.codes[*record]).collect(),
        values: column.values,
    };
    (table.columns.iter().map(one).collect(), people, classes.sizes())
}
