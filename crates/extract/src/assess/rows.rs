//! Class sizes over the rows of files as they stand, one row a person: no selection, no treatment. This is the question that
//! other programs can be asked as well, and what is measured.
//!
//! Each thread decodes row groups and gives values numbers of its own; the numbers are brought together as keys are packed.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::RecordBatch;

use super::AssessError;
use super::classes::{Packed, Sizes, class_sizes, packed_sizes};
use super::coded::{Coded, Table};
use super::encode::{Encoder, Uncountable};
use super::keys::Key;
use super::partition::joined;
use super::scan::{Opened, each_batch, files, is_parquet};

/// A batch's codes, by column, in its thread's numbers.
type Chunk = Vec<Vec<u32>>;

/// What a thread has read.
struct Part {
    encoders: Vec<Encoder>,
    chunks: Vec<Chunk>,
}

/// Some row groups of a Parquet file, or a whole CSV file.
enum Work {
    Group(usize, usize),
    File(usize),
}

/// What all threads have read: chunks with the number of their part, each part's codes as those of all, and how many codes
/// each column has.
struct Whole {
    chunks: Vec<(usize, Chunk)>,
    maps: Vec<Vec<Vec<u32>>>,
    values: Vec<u32>,
    records: usize,
}

/// The sizes of the classes of rows that have the same values in these columns.
///
/// # Errors
/// If a file cannot be read, lacks a column, or has one that cannot be counted.
pub fn row_class_sizes(path: &Path, columns: &[String], threads: usize) -> Result<Sizes, AssessError> {
    let whole = Whole::read(path, columns, threads)?;
    let none: Vec<Coded> = whole.values.iter().map(|values| Coded { codes: Vec::new(), values: *values }).collect();
    let records = whole.records;
    match Table::of_people(records, none.iter().collect()).cells() {
        Some(cells) if cells <= 1 << 64 => Ok(packed_sizes(&Rows::new(whole), records, cells, threads)),
        _ => {
            // Wider keys are rare enough to put the columns together first.
            let columns = whole.columns();
            Ok(class_sizes(&Table::of_people(records, columns.iter().collect()), threads))
        }
    }
}

/// The rows' columns as codes, in an order of rows that depends on the threads.
///
/// # Errors
/// If a file cannot be read, lacks a column, or has one that cannot be counted.
pub fn row_columns(path: &Path, columns: &[String], threads: usize) -> Result<Vec<Coded>, AssessError> {
    Ok(Whole::read(path, columns, threads)?.columns())
}

impl Whole {
    fn read(path: &Path, columns: &[String], threads: usize) -> Result<Self, AssessError> {
        let mut encoders: Vec<Encoder> = columns.iter().map(|_| Encoder::default()).collect();
        let (mut maps, mut chunks) = (Vec::new(), Vec::new());
        for part in read(path, columns, threads)? {
            let own = part.encoders.into_iter().zip(&mut encoders);
            let of_part: Vec<Vec<u32>> = own.map(|(own, encoder)| encoder.absorb(own)).collect();
            chunks.extend(part.chunks.into_iter().map(|chunk| (maps.len(), chunk)));
            maps.push(of_part);
        }
        let values = encoders.iter().map(|encoder| encoder.values().len() as u32).collect();
        let records = chunks.iter().map(|(_, chunk): &(usize, Chunk)| chunk.first().map_or(0, Vec::len)).sum();
        Ok(Self { chunks, maps, values, records })
    }

    fn columns(&self) -> Vec<Coded> {
        let codes = |place: usize| {
            let of_chunk = |(part, chunk): &(usize, Chunk)| {
                let map = &self.maps[*part][place];
                chunk[place].iter().map(|code| map[*code as usize]).collect::<Vec<_>>()
            };
            self.chunks.iter().flat_map(of_chunk).collect()
        };
        let column = |(place, values): (usize, &u32)| Coded { codes: codes(place), values: *values };
        self.values.iter().enumerate().map(column).collect()
    }
}

/// Chunks, and for each thread's numbers what they add to a key.
struct Rows {
    chunks: Vec<(usize, Chunk)>,
    /// The first row of each chunk.
    firsts: Vec<usize>,
    worth: Vec<Vec<Vec<u64>>>,
}

impl Rows {
    fn new(whole: Whole) -> Self {
        let mut places = Vec::new();
        let mut place = 1_u128;
        for values in &whole.values {
            places.push(u64::of(place));
            place = place.wrapping_mul(u128::from((*values).max(1)));
        }
        let worth = |map: &Vec<u32>, place: u64| map.iter().map(|code| 0_u64.plus(*code, place)).collect();
        let of_part = |maps: &Vec<Vec<u32>>| maps.iter().zip(&places).map(|(map, at)| worth(map, *at)).collect();
        let mut firsts = Vec::new();
        let mut first = 0;
        for (_, chunk) in &whole.chunks {
            firsts.push(first);
            first += chunk.first().map_or(0, Vec::len);
        }
        Self { worth: whole.maps.iter().map(of_part).collect(), chunks: whole.chunks, firsts }
    }
}

impl Packed for Rows {
    type Key = u64;

    fn pack(&self, records: std::ops::Range<usize>, keys: &mut [u64]) {
        keys.fill(0);
        let mut number = self.firsts.partition_point(|first| *first <= records.start).saturating_sub(1);
        let mut row = records.start;
        while row < records.end {
            let (part, chunk) = &self.chunks[number];
            let from = row - self.firsts[number];
            let length = (chunk[0].len() - from).min(records.end - row);
            let keys = &mut keys[row - records.start..][..length];
            for (codes, worth) in chunk.iter().zip(&self.worth[*part]) {
                for (key, code) in keys.iter_mut().zip(&codes[from..from + length]) {
                    *key = key.wrapping_add(worth[*code as usize]);
                }
            }
            row += length;
            number += 1;
        }
    }
}

fn read(path: &Path, columns: &[String], threads: usize) -> Result<Vec<Part>, AssessError> {
    let files = files(path)?;
    let mut opened = Vec::new();
    let mut work = Vec::new();
    for (number, file) in files.iter().enumerate() {
        opened.push(is_parquet(file).then(|| Opened::new(file, columns, columns)).transpose()?);
        match opened.last().and_then(Option::as_ref) {
            Some(opened) => work.extend((0..opened.groups()).map(|group| Work::Group(number, group))),
            None => work.push(Work::File(number)),
        }
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (next, work, opened, files) = (&next, &work, &opened, &files);
        let run = move || {
            let encoders = columns.iter().map(|_| Encoder::default()).collect();
            let mut part = Part { encoders, chunks: Vec::new() };
            while let Some(one) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                match one {
                    Work::File(number) => {
                        each_batch(&files[*number], columns, |batch| part.add(batch, columns, path))?;
                    }
                    Work::Group(number, group) => {
                        let Some(opened) = &opened[*number] else { continue };
                        for batch in opened.rows_of(vec![*group])? {
                            let message = |error: &dyn std::fmt::Display| AssessError::Data {
                                path: files[*number].clone(),
                                message: format!("expected a Parquet file: {error}"),
                            };
                            part.add(&batch.map_err(|error| message(&error))?, columns, path)?;
                        }
                    }
                }
            }
            Ok(part)
        };
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(joined).collect()
    })
}

impl Part {
    fn add(&mut self, batch: &RecordBatch, columns: &[String], path: &Path) -> Result<(), AssessError> {
        let mut chunk = Vec::with_capacity(columns.len());
        for (name, encoder) in columns.iter().zip(&mut self.encoders) {
            let mut codes = Vec::with_capacity(batch.num_rows());
            let array = batch.column_by_name(name).ok_or_else(|| AssessError::Data {
                path: path.to_owned(),
                message: format!("expected a column {name:?}"),
            })?;
            encoder.encode(array, &mut codes).map_err(|error| AssessError::Uncountable {
                columns: vec![match error {
                    Uncountable::Type(found) => format!("{name:?} has values of the type {found}"),
                    Uncountable::TooMany => format!("{name:?} has more distinct values than 32 bits can number"),
                }],
            })?;
            chunk.push(codes);
        }
        if batch.num_rows() > 0 {
            self.chunks.push(chunk);
        }
        Ok(())
    }
}
