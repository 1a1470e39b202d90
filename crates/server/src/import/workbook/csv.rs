//! CSV after RFC 4180: one sheet without a name.

use encoding_rs::WINDOWS_1252;
use register::download::unguarded;

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
    let damaged = |detail: String| FileError::Damaged { file: file.to_owned(), kind: "CSV", detail };
    let delimiter = options.delimiter as u8;
    match scan(text, delimiter) {
        Scanned::Fine => {}
        Scanned::Open => return Err(damaged("the last quoted field is never closed".to_owned())),
        Scanned::Wide(line) => {
            let what = format!("line {line} has more than {MAX_FIELDS} fields");
            return Err(FileError::TooLarge {
                file: file.to_owned(),
                what,
                limit: format!("{} columns", limits.columns),
            });
        }
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut collector = Collector::new(file, limits);
    let mut sheet = Sheet::new(None);
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    while reader.read_record(&mut record).map_err(|error| damaged(error.to_string()))? {
        let row = lines.of(record.position().map_or(0, csv::Position::byte));
        for (column, field) in record.iter().enumerate() {
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            let field = if options.guarded { unguarded(field) } else { field };
            collector.add(&mut sheet, row, column, Cell::Text(field.into()))?;
        }
    }
    Ok(Workbook { names: Vec::new(), sheets: vec![sheet] })
}

/// Numbers lines. The reader's own count stands a line behind where lines end in CR and LF, since it takes the LF for a
/// part of the next record; then the first record below the headers would have the headers' number.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line, from 1, of the record that begins at this byte, or at the first that ends no line after it.
    fn of(&mut self, start: u64) -> u32 {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.at) {
            if self.at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            let ends = *byte == b'\n' || (*byte == b'\r' && self.text.get(self.at + 1) != Some(&b'\n'));
            self.line = self.line.saturating_add(u32::from(ends));
            self.at += 1;
        }
        self.line
    }
}

/// The most fields of a record, empty ones too: as many as the widest spreadsheet has columns.
const MAX_FIELDS: u32 = 16_384;

/// What can be said of a file before its records are taken apart.
#[derive(Debug, PartialEq, Eq)]
enum Scanned {
    Fine,
    /// It ends inside a quoted field, which the reader would take for a field that just ends.
    Open,
    /// The record on this line has more fields than the reader should keep places for.
    Wide(u64),
}

fn scan(text: &str, delimiter: u8) -> Scanned {
    let (mut inside, mut starts) = (false, true);
    let (mut line, mut fields) = (1, 1);
    for byte in text.bytes() {
        line += u64::from(byte == b'\n');
        if byte == b'"' && (inside || starts) {
            inside = !inside;
            // A doubled quote closes the field and opens it again.
            starts = !inside;
            continue;
        }
        let (ends_record, ends_field) = (matches!(byte, b'\n' | b'\r'), byte == delimiter);
        starts = !inside && (ends_field || ends_record);
        if starts {
            fields = if ends_record { 1 } else { fields + 1 };
            if fields > MAX_FIELDS {
                return Scanned::Wide(line);
            }
        }
    }
    if inside { Scanned::Open } else { Scanned::Fine }
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
    fn a_row_has_the_number_of_its_line_however_lines_end() {
        for end in ["\n", "\r\n", "\r"] {
            let lines = ["a,b", "1,2", "", "\"x\ny\",3", "4,5"];
            let text = lines.join(end);
            let workbook = open("t.csv", text.as_bytes(), CsvOptions::default(), &Limits::STANDARD).unwrap();
            let rows: Vec<u32> = workbook.sheets[0].rows.iter().map(|row| row.number).collect();
            assert_eq!(rows, [1, 2, 4, 6], "lines that end in {end:?}");
        }
    }

    #[test]
    fn an_unclosed_quote_is_seen_and_doubled_ones_are_not_mistaken_for_it() {
        for open in ["\"", "a,\"b", "a\n\"b\"\"", "\"a\"\"\nb"] {
            assert_eq!(scan(open, b','), Scanned::Open, "{open:?}");
        }
        for closed in ["", "\"\"", "\"a\"\"b\"\n", "a\"b,c", "a,\"b\"", "\"a;b\";c\""] {
            assert_eq!(scan(closed, b','), Scanned::Fine, "{closed:?}");
        }
        assert_eq!(scan(&format!("a\n{}", ",".repeat(16_383)), b','), Scanned::Fine);
        assert_eq!(scan(&format!("a\n{}", ",".repeat(16_384)), b','), Scanned::Wide(2));
    }
}
