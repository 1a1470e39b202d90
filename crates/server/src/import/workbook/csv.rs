//! CSV after RFC 4180: one sheet without a name.

use encoding_rs::WINDOWS_1252;

use super::{Cell, Collector, FileError, Limits, Sheet, Workbook};
use crate::import::mapping::{CsvOptions, Encoding};

/// Reads the file.
pub(super) fn open(file: &str, bytes: &[u8], options: CsvOptions, limits: &Limits) -> Result<Workbook, FileError> {
    let (without_mark, skipped) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, 3),
        None => (bytes, 0),
    };
    let decoded;
    let text = match options.encoding {
        Encoding::Utf8 => std::str::from_utf8(without_mark)
            .map_err(|error| not_utf8(file, without_mark, error.valid_up_to(), skipped))?,
        Encoding::Windows1252 => {
            decoded = WINDOWS_1252.decode_without_bom_handling(without_mark).0;
            &decoded
        }
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(options.delimiter as u8)
        .from_reader(text.as_bytes());
    let damaged = |detail: String| FileError::Damaged { file: file.to_owned(), kind: "CSV", detail };
    let mut collector = Collector::new(file, limits);
    let mut sheet = Sheet::new(None);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| damaged(error.to_string()))? {
        let line = record.position().map_or(0, csv::Position::line);
        let row = u32::try_from(line).unwrap_or(u32::MAX);
        for (column, field) in record.iter().enumerate() {
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            collector.add(&mut sheet, row, column, Cell::Text(field.into()))?;
        }
    }
    if ends_inside_quotes(text, options.delimiter as u8) {
        return Err(damaged("the last quoted field is never closed".to_owned()));
    }
    Ok(Workbook { names: Vec::new(), sheets: vec![sheet] })
}

/// Whether the text ends inside a quoted field, which the reader takes for a field that just ends.
fn ends_inside_quotes(text: &str, delimiter: u8) -> bool {
    let mut inside = false;
    let mut starts = true;
    for byte in text.bytes() {
        if byte == b'"' && (inside || starts) {
            inside = !inside;
            // A doubled quote closes the field and opens it again.
            starts = !inside;
        } else {
            starts = !inside && (byte == delimiter || byte == b'\n' || byte == b'\r');
        }
    }
    inside
}

fn not_utf8(file: &str, bytes: &[u8], at: usize, skipped: u64) -> FileError {
    let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() as u64 + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    FileError::NotUtf8 { file: file.to_owned(), line, byte, position: at as u64 + skipped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclosed_quote_is_seen_and_doubled_ones_are_not_mistaken_for_it() {
        for open in ["\"", "a,\"b", "a\n\"b\"\"", "\"a\"\"\nb"] {
            assert!(ends_inside_quotes(open, b','), "{open:?}");
        }
        for closed in ["", "\"\"", "\"a\"\"b\"\n", "a\"b,c", "a,\"b\"", "\"a;b\";c\""] {
            assert!(!ends_inside_quotes(closed, b','), "{closed:?}");
        }
    }
}
