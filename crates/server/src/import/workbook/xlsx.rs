//! XLSX, read by `calamine` cell by cell, so that no rectangle is ever laid out.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::{Cell, Collector, FileError, Limits, Sheet, Wanted, Workbook};

/// Reads the wanted sheets of an archive that has been inspected.
pub(super) fn open(
    file: &str,
    bytes: &[u8],
    wanted: &Wanted,
    merged: bool,
    limits: &Limits,
) -> Result<Workbook, FileError> {
    // The parser is someone else's: should it panic, the file is at fault and not the program.
    let read = catch_unwind(AssertUnwindSafe(|| sheets(file, bytes, wanted, merged, limits)));
    read.unwrap_or_else(|_| Err(damaged(file, "the XLSX parser gave up".to_owned())))
}

fn damaged(file: &str, detail: String) -> FileError {
    FileError::Damaged { file: file.to_owned(), kind: "XLSX", detail }
}

fn sheets(file: &str, bytes: &[u8], wanted: &Wanted, merged: bool, limits: &Limits) -> Result<Workbook, FileError> {
    let broken = |error: XlsxError| match error {
        XlsxError::Password => FileError::Password { file: file.to_owned() },
        error => damaged(file, error.to_string()),
    };
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = xlsx.sheet_names();
    let mut collector = Collector::new(file, limits);
    let mut sheets = Vec::new();
    for (_, name) in names.iter().enumerate().filter(|(number, name)| wanted.takes(*number, name)) {
        let mut sheet = Sheet::new(Some(name.clone()));
        if merged {
            sheet.merged = xlsx.merge_cells_by_sheet_name(name).map_err(broken)?.iter().map(area).collect();
        }
        let mut cells = xlsx.worksheet_cells_reader(name).map_err(broken)?;
        while let Some(record) = cells.next_cell_with_formula_metadata().map_err(broken)? {
            let (row, column) = record.pos;
            let cell = match record.formula {
                Some(_) => match cell(record.value) {
                    Some(Cell::Text(shown)) => Cell::Formula(Some(shown)),
                    _ => Cell::Formula(None),
                },
                None => match cell(record.value) {
                    Some(cell) => cell,
                    None => continue,
                },
            };
            collector.add(&mut sheet, row + 1, column, cell)?;
        }
        sheets.push(sheet);
    }
    Ok(Workbook { names, sheets })
}

fn area(merged: &Dimensions) -> (std::ops::Range<u32>, std::ops::Range<u32>) {
    (merged.start.0 + 1..merged.end.0 + 2, merged.start.1..merged.end.1 + 1)
}

fn cell(value: DataRef<'_>) -> Option<Cell> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::Error(error) => return Some(Cell::Error(error.to_string().into())),
        DataRef::SharedString(text) => text.into(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.into_boxed_str(),
        DataRef::Int(number) => number.to_string().into(),
        // The shortest text that reads back as the same number: 1 for 1.0.
        DataRef::Float(number) => number.to_string().into(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(serial) => date(serial).into(),
    };
    Some(Cell::Text(text))
}

/// An ISO date, with a time only where the cell holds one. A serial number in either of the two systems, of 1900 or of
/// 1904, that is before its first day or after 9999 stays a number.
fn date(serial: ExcelDateTime) -> String {
    let value = serial.as_f64();
    if serial.is_duration() || !(1.0..2_958_466.0).contains(&value) {
        return value.to_string();
    }
    let (year, month, day, hour, minute, second, _) = serial.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date}T{hour:02}:{minute:02}:{second:02}") }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::DateTime;

    use super::*;

    #[test]
    fn serial_dates_of_both_systems_become_iso_dates() {
        assert_eq!(date(ExcelDateTime::new(44_228.0, DateTime, false)), "2021-02-01");
        assert_eq!(date(ExcelDateTime::new(42_766.0, DateTime, true)), "2021-02-01");
        assert_eq!(date(ExcelDateTime::new(44_228.5, DateTime, false)), "2021-02-01T12:00:00");
        assert_eq!(date(ExcelDateTime::new(-1.0, DateTime, false)), "-1");
        assert_eq!(date(ExcelDateTime::new(f64::NAN, DateTime, false)), "NaN");
    }

    #[test]
    fn numbers_become_their_shortest_text() {
        let text = |value| match cell(DataRef::Float(value)) {
            Some(Cell::Text(text)) => text.into_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!([1.0, 0.1, 12_345_678.0, -2.5].map(text), ["1", "0.1", "12345678", "-2.5"]);
    }
}
