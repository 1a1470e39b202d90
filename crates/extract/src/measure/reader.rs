//! Reads a file that was written, column by column, and counts.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, UInt64Type};
use package::instruction::Format;
use package::specification::Treatment;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::distinct::{Budget, Distinct};
use super::form::Form;
use super::token::Tokens;
use super::when::{Aside, Codes, Seen, code};
use super::{MeasureError, MeasuredColumn, at};
use crate::interrupt::Interrupt;
use crate::select;
use crate::treat::texts;

/// Rows that are read at once.
const BATCH: usize = 8_192;

/// Columns from which more is wanted than counts.
pub(super) struct Wanted {
    /// People, to be added to those of other files.
    pub person: Option<String>,
    /// The years.
    pub year: Option<String>,
    /// Dates of birth.
    pub cohort: Option<String>,
    /// The year of all rows, where no column says it.
    pub of_year: Option<i32>,
}

/// What a file holds.
pub(super) struct Counted {
    pub rows: u64,
    pub columns: Vec<MeasuredColumn>,
    pub years: BTreeSet<i32>,
    pub cohorts: BTreeSet<i32>,
}

/// How one file is counted.
pub(super) struct Counting<'a> {
    pub path: &'a Path,
    pub format: Format,
    pub tokens: &'a Tokens,
    pub spill: &'a Path,
    pub threads: usize,
    /// Tokens in memory, over all columns.
    pub limit: usize,
    /// What was to be done to each column.
    pub treatments: &'a [(String, Treatment)],
    /// Years and cohorts that the file does not say itself.
    pub beside: Option<&'a Aside>,
    pub interrupt: &'a Interrupt,
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, arrow::error::ArrowError>>>;

impl Counting<'_> {
    pub(super) fn columns(
        &self,
        wanted: &Wanted,
        mut everybody: Option<&mut Distinct>,
    ) -> Result<Counted, MeasureError> {
        let names = self.names()?;
        let budget = Budget::new(self.limit);
        let shares = self.shares(names.len())?;
        let mut parts = std::thread::scope(|scope| {
            // People of all files meet in one set, which one thread fills: the one that has their column.
            let mut everybody = everybody.take();
            let started: Vec<_> = shares
                .into_iter()
                .map(|columns| {
                    let has = |name: &String| columns.iter().any(|column| names[*column] == *name);
                    let everybody = if wanted.person.as_ref().is_some_and(has) { everybody.take() } else { None };
                    let budget = budget.clone();
                    scope.spawn(move || self.share(&columns, &budget, wanted, everybody))
                })
                .collect();
            let stopped = || at(self.path)(std::io::Error::other("measuring it stopped"));
            let joined = started.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(stopped())));
            joined.collect::<Result<Vec<_>, _>>()
        })?;
        let rows = parts.first().map_or(0, |part| part.rows);
        if parts.iter().any(|part| part.rows != rows) {
            return Err(self.written("its columns do not have the same number of rows".to_owned()));
        }
        let mut columns: Vec<Option<MeasuredColumn>> = vec![None; names.len()];
        let (mut years, mut cohorts) = (BTreeSet::new(), BTreeSet::new());
        for part in &mut parts {
            part.columns.drain(..).for_each(|(number, column)| columns[number] = Some(column));
            years.append(&mut part.years);
            cohorts.append(&mut part.cohorts);
        }
        Ok(Counted { rows, columns: columns.into_iter().flatten().collect(), years, cohorts })
    }

    /// Which thread counts which columns. CSV is parsed line by line whichever are wanted; columns of Parquet are read by
    /// themselves, the largest first to whoever has least.
    fn shares(&self, columns: usize) -> Result<Vec<Vec<usize>>, MeasureError> {
        if self.format == Format::Csv {
            return Ok(vec![(0..columns).collect()]);
        }
        let metadata = Arc::clone(self.parquet()?.metadata());
        let size = |column: usize| {
            let chunks = metadata.row_groups().iter().filter_map(|group| group.columns().get(column));
            // A row costs something also where its value is a bit.
            chunks.map(|chunk| chunk.uncompressed_size() + 4 * chunk.num_values()).sum::<i64>()
        };
        let mut sizes: Vec<(i64, usize)> = (0..columns).map(|column| (size(column), column)).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let mut shares = vec![(0, Vec::new()); self.threads.clamp(1, columns.max(1))];
        for (size, column) in sizes {
            if let Some(least) = shares.iter_mut().min_by_key(|(sum, _)| *sum) {
                least.0 += size;
                least.1.push(column);
            }
        }
        Ok(shares.into_iter().map(|(_, columns)| columns).collect())
    }

    /// Counts some of the columns.
    fn share(
        &self,
        columns: &[usize],
        budget: &Budget,
        wanted: &Wanted,
        mut everybody: Option<&mut Distinct>,
    ) -> Result<Share, MeasureError> {
        let mut share = Share::default();
        let mut sets: Vec<(u64, Distinct)> =
            columns.iter().map(|_| (0, Distinct::within(budget, self.spill))).collect();
        let mut when = vec![(Seen::default(), Seen::default()); columns.len()];
        let all = self.names()?;
        let place = |name: &Option<String>| name.as_ref().and_then(|name| all.iter().position(|other| other == name));
        // Whoever counts a column needs to know when its rows are; whoever counts no such column reads it besides.
        let timing = [place(&wanted.year), place(&wanted.cohort)];
        let read: BTreeSet<usize> = columns.iter().copied().chain(timing.into_iter().flatten()).collect();
        let read: Vec<usize> = read.into_iter().collect();
        let at_place = |column: usize| read.iter().position(|other| *other == column).unwrap_or_default();
        let own: Vec<usize> = columns.iter().map(|column| at_place(*column)).collect();
        let timing = timing.map(|column| column.map(at_place));
        let mut forms = HashMap::new();
        for batch in self.batches(&read)? {
            self.interrupt.check()?;
            let batch = batch.map_err(|_| self.written("a part of it cannot be read".to_owned()))?;
            let [years, cohorts] = self.times(&batch, &mut share, wanted, timing)?;
            share.rows += batch.num_rows() as u64;
            let arrays = own.iter().map(|place| batch.column(*place)).zip(columns);
            for (((nulls, set), seen), (array, column)) in sets.iter_mut().zip(&mut when).zip(arrays) {
                let name = &all[*column];
                *nulls += array.null_count() as u64;
                years.add_to(&mut seen.0, array);
                cohorts.add_to(&mut seen.1, array);
                let form = forms.entry(name).or_insert_with(|| self.form(name));
                if !self.insert(array, set, form).map_err(at(self.spill))? {
                    return Err(self.written(format!("column {name:?}: a value is not as its treatment leaves it")));
                }
                if let Some(everybody) = everybody.as_deref_mut().filter(|_| wanted.person.as_ref() == Some(name)) {
                    let people = texts(array);
                    let added =
                        people.iter().flatten().try_for_each(|one| everybody.insert(self.tokens.person(one)).map(drop));
                    added.map_err(at(self.spill))?;
                }
            }
        }
        for ((column, (nulls, set)), (years, cohorts)) in columns.iter().zip(sets).zip(when) {
            let distinct = set.count().map_err(at(self.spill))?;
            let (years, cohorts) = (years.years(), cohorts.years());
            let column_of = MeasuredColumn { name: all[*column].clone(), nulls, distinct, years, cohorts };
            share.columns.push((*column, column_of));
        }
        Ok(share)
    }

    /// The years and the cohorts of the next rows. Those that the file says itself are added to its share.
    fn times(
        &self,
        batch: &RecordBatch,
        share: &mut Share,
        wanted: &Wanted,
        [year, cohort]: [Option<usize>; 2],
    ) -> Result<[Codes; 2], MeasureError> {
        let rows = batch.num_rows();
        let (mut years, mut cohorts) = match self.beside {
            Some(beside) => beside.read(share.rows, rows).map_err(at(self.spill))?,
            None => (vec![0; rows], vec![0; rows]),
        };
        if wanted.of_year.is_some() {
            years.fill(code(wanted.of_year));
        }
        let unread = |place: usize| {
            let name = batch.schema().field(place).name().clone();
            move |fault: crate::treat::Fault| self.written(format!("column {name:?}: {}", fault.expected))
        };
        if let Some(place) = year {
            let read = select::years(batch.column(place)).map_err(unread(place))?;
            years = codes(&read, &mut share.years);
        }
        if let Some(place) = cohort {
            let read = select::cohorts(batch.column(place)).map_err(unread(place))?;
            cohorts = codes(&read, &mut share.cohorts);
        }
        Ok([Codes::of(years), Codes::of(cohorts)])
    }

    /// The form of a column's values. One that nobody planned is counted as it stands, and is beyond what was approved.
    fn form(&self, name: &str) -> Form {
        let treatment = self.treatments.iter().find(|(column, _)| column == name);
        treatment.map_or(Form::Any, |(_, treatment)| Form::of(treatment))
    }

    /// Adds the values of an array, and says whether all of them have the form.
    fn insert(&self, array: &ArrayRef, set: &mut Distinct, form: &Form) -> std::io::Result<bool> {
        let cast = |wanted: DataType| arrow::compute::cast(array, &wanted).map_err(std::io::Error::other);
        let mut all = true;
        match array.data_type() {
            DataType::Utf8 => {
                for text in array.as_string::<i32>().iter().flatten() {
                    all &= !set.insert(self.tokens.text(text))? || form.text(text);
                }
            }
            DataType::Dictionary(..) => {
                let array = array.as_any_dictionary();
                if array.values().is_empty() {
                    return Ok(true);
                }
                // A dictionary may have values that no row has.
                let mut used = vec![false; array.values().len()];
                let keys = array.normalized_keys();
                let valid = |row: &usize| array.is_valid(*row);
                (0..array.len()).filter(valid).for_each(|row| used[keys[row]] = true);
                let used = BooleanArray::from(used);
                let values = arrow::compute::filter(array.values(), &used).map_err(std::io::Error::other)?;
                all = self.insert(&values, set, form)?;
            }
            DataType::UInt64 => {
                for number in array.as_primitive::<UInt64Type>().iter().flatten() {
                    let whole = i64::try_from(number).unwrap_or(i64::MAX);
                    all &= !set.insert(Tokens::number(number))? || form.whole(whole);
                }
            }
            DataType::Float32 | DataType::Float64 => {
                for number in cast(DataType::Float64)?.as_primitive::<Float64Type>().iter().flatten() {
                    all &= !set.insert(Tokens::number(bits(number)))? || form.fraction(number);
                }
            }
            DataType::Boolean => {
                for value in array.as_boolean().iter().flatten() {
                    all &= !set.insert(Tokens::number(value.into()))? || *form == Form::Any;
                }
            }
            // Days and moments are numbers of days and of parts of seconds.
            DataType::Date32 => {
                let days = cast(DataType::Int32)?;
                all = self.insert(&days, set, form)? && (*form == Form::Any || array.null_count() == array.len());
            }
            other if other.is_integer() || matches!(other, DataType::Timestamp(..)) => {
                let moments = matches!(other, DataType::Timestamp(..)) && *form != Form::Any;
                for number in cast(DataType::Int64)?.as_primitive::<Int64Type>().iter().flatten() {
                    all &= !set.insert(Tokens::number(number as u64))? || (form.whole(number) && !moments);
                }
            }
            // Nothing else is written; a type that cannot be counted is an error, and never a count of none.
            other => return Err(std::io::Error::other(format!("a column of type {other} cannot be counted"))),
        }
        Ok(all)
    }

    fn names(&self) -> Result<Vec<String>, MeasureError> {
        let schema = match self.format {
            Format::Parquet => Arc::clone(self.parquet()?.schema()),
            Format::Csv => Arc::new(self.header()?),
        };
        Ok(schema.fields().iter().map(|field| field.name().clone()).collect())
    }

    fn batches(&self, columns: &[usize]) -> Result<Batches, MeasureError> {
        let cannot = |_| self.written("it cannot be read".to_owned());
        match self.format {
            Format::Parquet => {
                let builder = self.parquet()?;
                let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
                let reader = builder.with_projection(mask).with_batch_size(BATCH).build();
                Ok(Box::new(reader.map_err(|_| self.written("it cannot be read".to_owned()))?))
            }
            Format::Csv => {
                let schema = Arc::new(self.header()?);
                let reader = arrow::csv::ReaderBuilder::new(schema).with_header(true).with_batch_size(BATCH);
                Ok(Box::new(reader.build_buffered(BufReader::new(self.unpacked()?)).map_err(cannot)?))
            }
        }
    }

    /// The file, whose texts are read as the dictionaries in which it keeps them, so that each value of a page is looked at
    /// once.
    fn parquet(&self) -> Result<ParquetRecordBatchReaderBuilder<File>, MeasureError> {
        let unread = |error| self.written(format!("expected a Parquet file: {error}"));
        let file = File::open(self.path).map_err(at(self.path))?;
        let found = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(unread)?;
        let group = found.metadata().row_groups().first();
        let kept = |column: usize| group.is_some_and(|group| group.column(column).dictionary_page_offset().is_some());
        let fields = found.schema().fields().iter().enumerate().map(|(column, field)| match field.data_type() {
            DataType::Utf8 if kept(column) => {
                let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(keyed))
            }
            _ => Arc::clone(field),
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options).map_err(unread)?;
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata))
    }

    fn header(&self) -> Result<Schema, MeasureError> {
        let format = arrow::csv::reader::Format::default().with_header(true);
        let (schema, _) = format
            .infer_schema(self.unpacked()?, Some(0))
            .map_err(|_| self.written("expected a header in UTF-8".to_owned()))?;
        let fields: Vec<Field> =
            schema.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true)).collect();
        Ok(Schema::new(fields))
    }

    fn unpacked(&self) -> Result<impl Read + 'static, MeasureError> {
        let file = File::open(self.path).map_err(at(self.path))?;
        zstd::Decoder::new(file).map_err(at(self.path))
    }

    fn written(&self, message: String) -> MeasureError {
        MeasureError::Written { path: self.path.to_owned(), message }
    }
}

#[derive(Default)]
struct Share {
    rows: u64,
    columns: Vec<(usize, MeasuredColumn)>,
    years: BTreeSet<i32>,
    cohorts: BTreeSet<i32>,
}

/// The code of each year, all of which are added to those that were found.
fn codes(years: &[Option<i32>], found: &mut BTreeSet<i32>) -> Vec<u8> {
    let mut known = Seen::default();
    let each = years.iter().map(|year| {
        let code = code(*year);
        // Rows say the same again and again; only what has no code is looked up each time.
        if let Some(year) = year.filter(|_| code == 0 || !known.has(code)) {
            found.insert(year);
            known.add(code);
        }
        code
    });
    each.collect()
}

/// Equal numbers have equal bits: there is one zero, and one that is not a number.
fn bits(number: f64) -> u64 {
    if number == 0.0 {
        0
    } else if number.is_nan() {
        f64::NAN.to_bits()
    } else {
        number.to_bits()
    }
}

#[cfg(test)]
mod tests;
