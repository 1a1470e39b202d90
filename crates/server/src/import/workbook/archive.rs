//! The zip archive around an XLSX or ODS file, checked before anything in it is parsed.
//!
//! Every file inside is inflated once, only to be counted and looked at: declared sizes may lie, entries may overlap, and
//! the libraries that parse the parts believe counts that the parts declare.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{FileError, Limits, Wanted, Workbook, ods, xlsx};

/// Reads the sheets of a spreadsheet in a zip archive.
pub(super) fn open(file: &str, bytes: &[u8], wanted: &Wanted, limits: &Limits) -> Result<Workbook, FileError> {
    // The directory itself could be the bomb: some hundred bytes of memory for each of a million entries.
    let entries = bytes.windows(4).filter(|window| *window == b"PK\x01\x02").take(limits.members + 1).count();
    if entries > limits.members {
        return Err(FileError::TooLarge {
            file: file.to_owned(),
            what: format!("the zip archive holds more than {} files", limits.members),
            limit: format!("{} files", limits.members),
        });
    }
    let damaged = |kind, detail: String| FileError::Damaged { file: file.to_owned(), kind, detail };
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged("zip", error.to_string()))?;
    if zip.is_empty() {
        return Err(FileError::WrongType { file: file.to_owned(), found: "an empty zip archive" });
    }
    let names: Vec<String> = zip.file_names().flatten().map(|name| name.to_ascii_lowercase()).collect();
    let has = |name: &str| names.iter().any(|member| member == name);
    let kind = if has("[content_types].xml") && has("xl/workbook.xml") {
        Kind::Xlsx
    } else if has("content.xml") && has("mimetype") {
        Kind::Ods
    } else {
        let found = if has("xl/workbook.bin") {
            "a binary workbook (XLSB)"
        } else if has("word/document.xml") {
            "a Word document"
        } else if has("ppt/presentation.xml") {
            "a PowerPoint presentation"
        } else {
            "a zip archive without a spreadsheet"
        };
        return Err(FileError::WrongType { file: file.to_owned(), found });
    };
    inspect(file, &mut zip, kind, limits)?;
    match kind {
        Kind::Xlsx => xlsx::open(file, bytes, wanted, limits),
        Kind::Ods => ods::open(file, &mut zip, wanted, limits),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Xlsx,
    Ods,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "XLSX",
            Self::Ods => "ODS",
        }
    }
}

/// Inflates every member against the limit.
fn inspect(file: &str, zip: &mut ZipArchive<Cursor<&[u8]>>, kind: Kind, limits: &Limits) -> Result<(), FileError> {
    let mut left = limits.inflated;
    for number in 0..zip.len() {
        let damaged = |detail: String| FileError::Damaged { file: file.to_owned(), kind: kind.name(), detail };
        let mut member = match zip.by_index(number) {
            Ok(member) => member,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(FileError::Password { file: file.to_owned() });
            }
            Err(error) => return Err(damaged(error.to_string())),
        };
        let name = member.name().map_err(|error| damaged(error.to_string()))?.into_owned();
        let parsed = kind == Kind::Xlsx && name.ends_with(".xml");
        let copied = if parsed {
            // The reader below keeps one event at a time, so a member costs its own largest element at most.
            let mut counted = std::io::BufReader::new(member.take(left + 1));
            check_xlsx_part(&name, &mut counted).map_err(damaged)?;
            let rest = std::io::copy(&mut counted, &mut std::io::sink());
            rest.map(|_| left + 1 - counted.get_ref().limit())
        } else {
            std::io::copy(&mut (&mut member).take(left + 1), &mut std::io::sink())
        };
        let size = copied.map_err(|error| damaged(format!("{name}: {error}")))?;
        if size > left {
            let limit = limits.inflated >> 20;
            return Err(FileError::TooLarge {
                file: file.to_owned(),
                what: format!("the zip archive unpacks to more than {limit} MB"),
                limit: format!("{limit} MB"),
            });
        }
        left -= size;
    }
    Ok(())
}

/// The most shared strings or formulas that a part may declare: the parser reserves memory for as many. 96 MB of
/// inflated XML hold at most five million of the shortest, `<si><t/></si>` with its index.
const MAX_DECLARED: u64 = 5_000_000;

/// Checks the attributes of an XLSX part that the parser believes: declared counts, and cell references, with which it
/// reckons.
fn check_xlsx_part(name: &str, part: &mut impl std::io::BufRead) -> Result<(), String> {
    let mut reader = Reader::from_reader(part);
    let mut buffer = Vec::with_capacity(1_024);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let local = element.local_name();
                let relevant = matches!(local.as_ref(), "sst" | "f" | "row" | "c" | "dimension" | "mergeCell");
                if !relevant {
                    continue;
                }
                for attribute in element.attributes().with_checks(false) {
                    let attribute = attribute.map_err(|error| format!("{name}: {error}"))?;
                    let (key, value) = (attribute.key.as_ref(), attribute.value.as_ref());
                    let right = match (local.as_ref(), key) {
                        ("sst", "uniqueCount" | "count") | ("f", "si") => {
                            value.parse().is_ok_and(|count: u64| count <= MAX_DECLARED)
                        }
                        ("row", "r") => is_row(value),
                        ("c", "r") => is_reference(value),
                        ("dimension" | "mergeCell" | "f", "ref") => is_area(value),
                        _ => true,
                    };
                    if !right {
                        let value = crate::import::problem::shortened(value);
                        return Err(format!("{name}: {} {key}=\"{value}\" cannot be", local.as_ref()));
                    }
                }
            }
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(format!("{name}: {error}")),
        }
    }
}

/// Whether the text is a row that a sheet has: 1 to 1048576.
fn is_row(text: &str) -> bool {
    text.len() <= 7 && text.parse().is_ok_and(|row: u32| (1..=1_048_576).contains(&row))
}

/// Whether the text is a cell that a sheet has: `A1` to `XFD1048576`.
fn is_reference(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = text.split_at(letters);
    let in_order = column.len() < 3 || column.to_ascii_uppercase().as_str() <= "XFD";
    (1..=3).contains(&letters) && in_order && is_row(row)
}

/// Whether the text is a cell, or two in order with a colon between.
fn is_area(text: &str) -> bool {
    match text.split_once(':') {
        None => is_reference(text),
        Some((from, to)) => is_reference(from) && is_reference(to) && key(from) <= key(to) && row(from) <= row(to),
    }
}

fn key(reference: &str) -> (usize, String) {
    let column: String = reference.chars().take_while(char::is_ascii_alphabetic).collect();
    (column.len(), column.to_ascii_uppercase())
}

fn row(reference: &str) -> u32 {
    reference.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).parse().unwrap_or(0)
}

/// Reads one member, which [`inspect`] has measured before.
pub(super) fn member(
    file: &str,
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    kind: &'static str,
) -> Result<Vec<u8>, FileError> {
    let damaged = |detail: String| FileError::Damaged { file: file.to_owned(), kind, detail };
    let mut member = zip.by_name(name).map_err(|error| damaged(format!("{name}: {error}")))?;
    let mut bytes = Vec::new();
    member.read_to_end(&mut bytes).map_err(|error| damaged(format!("{name}: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cells_that_a_sheet_has_are_references() {
        for right in ["A1", "XFD1048576", "a1"] {
            assert!(is_reference(right), "{right}");
        }
        for wrong in ["", "A", "1", "A0", "XFE1", "AAAA1", "A1048577", "A99999999999", "A-1", "A+1", "É1"] {
            assert!(!is_reference(wrong), "{wrong}");
        }
        assert!(is_area("A1:B2") && is_area("A1") && is_area("Z1:AA1"));
        assert!(!is_area("B2:A3") && !is_area("A2:A1") && !is_area("A1:") && !is_area("A1:BDWGN1"));
    }
}
