//! Reads a file that somebody found: Parquet, or text such as CSV, either compressed with zstd or not. It may be cut, have
//! another program's header or none, and is never taken at its word.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::TraceError;
use super::letters::Letters;

/// Hands over everything in a file that may be a pseudonym.
pub(super) fn read(path: &Path, column: Option<&str>, each: &mut dyn FnMut(&[u8])) -> Result<(), TraceError> {
    let fault = |source| TraceError::File { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(fault)?;
    let mut magic = Vec::new();
    (&mut file).take(4).read_to_end(&mut magic).map_err(fault)?;
    file.rewind().map_err(fault)?;
    match magic.as_slice() {
        b"PAR1" => parquet(path, file, column, each),
        [0x28, 0xb5, 0x2f, 0xfd] => text(path, zstd::Decoder::new(file).map_err(fault)?, column, each),
        [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4] | [0xd0, 0xcf, 0x11, 0xe0] | [b'B', b'Z', b'h', _] => Err(form(
            path,
            "text, CSV (also compressed with zstd) or Parquet: unpack this file, or save the spreadsheet as CSV, first",
        )),
        _ => text(path, file, column, each),
    }
}

fn form(path: &Path, expected: impl Into<String>) -> TraceError {
    TraceError::Form { path: path.to_owned(), expected: expected.into() }
}

fn text(path: &Path, file: impl Read, column: Option<&str>, each: &mut dyn FnMut(&[u8])) -> Result<(), TraceError> {
    let mut input = BufReader::with_capacity(1 << 17, file);
    let fault = |source| TraceError::File { path: path.to_owned(), source };
    let mut letters = Letters::default();
    let Some(column) = column else {
        loop {
            let bytes = input.fill_buf().map_err(fault)?;
            if bytes.is_empty() {
                letters.end(each);
                return Ok(());
            }
            letters.feed(bytes, each);
            let read = bytes.len();
            input.consume(read);
        }
    };
    let first = input.fill_buf().map_err(fault)?;
    let delimiter = delimiter(first.split(|&byte| byte == b'\n').next().unwrap_or_default());
    let mut rows = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(input);
    let malformed = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(source) => fault(source),
        _ => form(path, "rows of CSV"),
    };
    let header = rows.byte_headers().map_err(malformed)?;
    let named = |name: &[u8]| name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name) == column.as_bytes();
    // The names that are there are not shown: a file without a header has values in its first line.
    let place = header.iter().position(named);
    let place = place.ok_or_else(|| form(path, format!("a column {column:?} in its first line")))?;
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(malformed)? {
        letters.feed(row.get(place).unwrap_or_default(), each);
        letters.end(each);
    }
    Ok(())
}

/// What separates columns: whichever of the usual three stands most often in the first line.
fn delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
    *[b'\t', b';', b','].iter().max_by_key(|delimiter| count(delimiter)).unwrap_or(&b',')
}

fn parquet(path: &Path, file: File, column: Option<&str>, each: &mut dyn FnMut(&[u8])) -> Result<(), TraceError> {
    let whole = |_| form(path, "a whole Parquet file: this one is cut or damaged");
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(whole)?;
    if let Some(column) = column {
        let place = builder.schema().fields().iter().position(|field| field.name() == column);
        let place = place.ok_or_else(|| form(path, format!("a column {column:?}")))?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), [place]);
        builder = builder.with_projection(mask);
    }
    let mut letters = Letters::default();
    for batch in builder.build().map_err(whole)? {
        // The reader's words could repeat a value.
        let batch = batch.map_err(|_| form(path, "a whole Parquet file: this one is cut or damaged"))?;
        for column in batch.columns() {
            values(path, column, &mut |value| {
                letters.feed(value, each);
                letters.end(each);
            })?;
        }
    }
    Ok(())
}

/// Every value of a column that can hold text.
fn values(path: &Path, column: &dyn Array, each: &mut dyn FnMut(&[u8])) -> Result<(), TraceError> {
    let mut all = |value: Option<&[u8]>| value.map_or((), &mut *each);
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().for_each(|value| all(value.map(str::as_bytes))),
        DataType::LargeUtf8 => column.as_string::<i64>().iter().for_each(|value| all(value.map(str::as_bytes))),
        DataType::Utf8View => column.as_string_view().iter().for_each(|value| all(value.map(str::as_bytes))),
        DataType::Binary => column.as_binary::<i32>().iter().for_each(&mut all),
        DataType::LargeBinary => column.as_binary::<i64>().iter().for_each(&mut all),
        DataType::BinaryView => column.as_binary_view().iter().for_each(&mut all),
        kind if kind.is_primitive() || matches!(kind, DataType::Boolean | DataType::Null) => {}
        // Lists, structures and dictionaries, as they are written out.
        _ => {
            let formed = FormatOptions::default();
            let unknown = |_| form(path, "columns that can be written as text");
            let formatter = ArrayFormatter::try_new(column, &formed).map_err(unknown)?;
            for row in 0..column.len() {
                let mut text = String::new();
                formatter.value(row).write(&mut text).map_err(unknown)?;
                all(Some(text.as_bytes()));
            }
        }
    }
    Ok(())
}
