//! ODS (OpenDocument 1.3 part 3, chapter 9), read in one pass over `content.xml`.
//!
//! Its repeat counts are where a small file asks for a large rectangle: one empty cell may stand for a whole sheet. Empty
//! cells and rows are counted and never laid out, and repeated values are laid out only within the limits.

use std::io::Cursor;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::archive::member;
use super::{Cell, Collector, FileError, Limits, Sheet, Wanted, Workbook};

const MIMETYPES: [&[u8]; 2] =
    [b"application/vnd.oasis.opendocument.spreadsheet", b"application/vnd.oasis.opendocument.spreadsheet-template"];

/// Reads the wanted sheets of an archive that has been inspected.
pub(super) fn open(
    file: &str,
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    wanted: &Wanted,
    limits: &Limits,
) -> Result<Workbook, FileError> {
    let mimetype = member(file, zip, "mimetype", "ODS")?;
    if !MIMETYPES.contains(&mimetype.trim_ascii()) {
        return Err(FileError::WrongType { file: file.to_owned(), found: "an OpenDocument file of another kind" });
    }
    if let Ok(manifest) = member(file, zip, "META-INF/manifest.xml", "ODS") {
        let word = b"encryption-data";
        if manifest.windows(word.len()).any(|window| window == word) {
            return Err(FileError::Password { file: file.to_owned() });
        }
    }
    let content = member(file, zip, "content.xml", "ODS")?;
    let damaged = |detail: String| FileError::Damaged { file: file.to_owned(), kind: "ODS", detail };
    let text = std::str::from_utf8(&content).map_err(|error| damaged(format!("content.xml: {error}")))?;
    let mut parser = Parser {
        reader: Reader::from_str(text),
        collector: Collector::new(file, limits),
        book: Workbook { names: Vec::new(), sheets: Vec::new() },
        file,
    };
    parser.read(wanted)?;
    Ok(parser.book)
}

struct Parser<'a> {
    reader: Reader<&'a [u8]>,
    collector: Collector<'a>,
    book: Workbook,
    file: &'a str,
}

/// A cell as its element describes it.
struct Described {
    repeated: u32,
    cell: Option<Cell>,
    merged: Option<(u32, u32)>,
}

impl<'a> Parser<'a> {
    fn damaged(&self, detail: impl std::fmt::Display) -> FileError {
        FileError::Damaged { file: self.file.to_owned(), kind: "ODS", detail: format!("content.xml: {detail}") }
    }

    fn next(&mut self) -> Result<Event<'a>, FileError> {
        match self.reader.read_event() {
            Ok(Event::Eof) => Err(self.damaged("it breaks off")),
            Ok(event) => Ok(event),
            Err(error) => Err(self.damaged(error)),
        }
    }

    fn attribute(&self, element: &BytesStart<'_>, name: &str) -> Result<Option<String>, FileError> {
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| self.damaged(error))?;
            if attribute.key.as_ref() == name {
                let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                return value.map(|value| Some(value.into_owned())).map_err(|error| self.damaged(error));
            }
        }
        Ok(None)
    }

    fn count(&self, element: &BytesStart<'_>, name: &str) -> Result<u32, FileError> {
        match self.attribute(element, name)? {
            None => Ok(1),
            Some(text) => text.parse().ok().filter(|count| *count > 0).ok_or_else(|| {
                self.damaged(format!("{name}=\"{}\" cannot be", crate::import::problem::shortened(&text)))
            }),
        }
    }

    fn read(&mut self, wanted: &Wanted) -> Result<(), FileError> {
        loop {
            match self.reader.read_event() {
                Ok(Event::Start(element)) if element.name().as_ref() == "table:table" => {
                    let name = self.attribute(&element, "table:name")?.unwrap_or_default();
                    let number = self.book.names.len();
                    self.book.names.push(name.clone());
                    if wanted.takes(number, &name) {
                        let mut sheet = Sheet::new(Some(name));
                        self.sheet(&mut sheet)?;
                        self.book.sheets.push(sheet);
                    } else {
                        self.skip(&element)?;
                    }
                }
                Ok(Event::Eof) if self.book.names.is_empty() => return Err(self.damaged("it holds no sheet")),
                Ok(Event::Eof) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.damaged(error)),
            }
        }
    }

    fn skip(&mut self, element: &BytesStart<'_>) -> Result<(), FileError> {
        let end = element.to_end().into_owned();
        self.reader.read_to_end(end.name()).map(|_| ()).map_err(|error| self.damaged(error))
    }

    fn sheet(&mut self, sheet: &mut Sheet) -> Result<(), FileError> {
        let mut row = 1_u32;
        loop {
            match self.next()? {
                Event::Start(element) if element.name().as_ref() == "table:table-row" => {
                    let repeated = self.count(&element, "table:number-rows-repeated")?;
                    self.row(sheet, row, repeated)?;
                    row = row.saturating_add(repeated);
                }
                Event::Empty(element) if element.name().as_ref() == "table:table-row" => {
                    row = row.saturating_add(self.count(&element, "table:number-rows-repeated")?);
                }
                // Pictures and notes may hold tables of their own.
                Event::Start(element) if element.name().as_ref() == "table:shapes" => self.skip(&element)?,
                Event::End(element) if element.name().as_ref() == "table:table" => return Ok(()),
                _ => {}
            }
        }
    }

    fn row(&mut self, sheet: &mut Sheet, row: u32, repeated: u32) -> Result<(), FileError> {
        let mut cells: Vec<(u32, Cell)> = Vec::new();
        let mut column = 0_u32;
        loop {
            let described = match self.next()? {
                Event::Start(element) if is_cell(&element) => self.cell(&element, true)?,
                Event::Empty(element) if is_cell(&element) => self.cell(&element, false)?,
                Event::End(element) if element.name().as_ref() == "table:table-row" => break,
                _ => continue,
            };
            if let Some((rows, columns)) = described.merged {
                sheet.merged.push((row..row.saturating_add(rows), column..column.saturating_add(columns)));
            }
            if let Some(cell) = described.cell {
                let last = self.collector.limits.columns;
                for place in 0..described.repeated.min(last.saturating_sub(column).saturating_add(1)) {
                    self.collector.add(sheet, row, column + place, cell.clone())?;
                    if repeated > 1 {
                        cells.push((column + place, cell.clone()));
                    }
                }
            }
            column = column.saturating_add(described.repeated);
        }
        if !cells.is_empty() {
            for copy in 1..repeated {
                for (column, cell) in &cells {
                    self.collector.add(sheet, row.saturating_add(copy), *column, cell.clone())?;
                }
            }
        }
        Ok(())
    }

    fn cell(&mut self, element: &BytesStart<'_>, has_content: bool) -> Result<Described, FileError> {
        let repeated = self.count(element, "table:number-columns-repeated")?;
        let (rows, columns) =
            (self.count(element, "table:number-rows-spanned")?, self.count(element, "table:number-columns-spanned")?);
        let merged = (rows > 1 || columns > 1).then_some((rows, columns));
        let formula = self.attribute(element, "table:formula")?.is_some();
        let kind = self.attribute(element, "office:value-type")?;
        let error = self.attribute(element, "calcext:value-type")?.as_deref() == Some("error");
        let given = match kind.as_deref() {
            Some("float" | "percentage" | "currency") => self.attribute(element, "office:value")?.map(number),
            Some("date") => self.attribute(element, "office:date-value")?.map(date),
            Some("boolean") => self.attribute(element, "office:boolean-value")?.map(|value| value.to_uppercase()),
            Some("time") => self.attribute(element, "office:time-value")?,
            Some("string") => self.attribute(element, "office:string-value")?,
            _ => None,
        };
        let written = if has_content { self.paragraphs(element)? } else { String::new() };
        let covered = element.name().as_ref() == "table:covered-table-cell";
        let cell = if covered {
            None
        } else if error {
            Some(Cell::Error(written.into()))
        } else if formula {
            Some(Cell::Formula(Some(given.unwrap_or(written)).filter(|shown| !shown.is_empty()).map(Into::into)))
        } else {
            Some(given.unwrap_or(written)).filter(|text| !text.trim().is_empty()).map(|text| Cell::Text(text.into()))
        };
        Ok(Described { repeated, cell, merged })
    }

    /// The text of a cell: its paragraphs on a line each. White space inside a paragraph counts once (OpenDocument 1.3
    /// part 3, section 6.1.2); spaces, tabs and line breaks that count have elements of their own.
    fn paragraphs(&mut self, cell: &BytesStart<'_>) -> Result<String, FileError> {
        let mut text = String::new();
        let mut paragraphs = 0;
        let mut inside = false;
        loop {
            match self.next()? {
                Event::Start(element) => match element.name().as_ref() {
                    "text:p" | "text:h" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                        inside = true;
                    }
                    // A comment on the cell is not the cell's text.
                    "office:annotation" | "draw:frame" | "table:table" => self.skip(&element)?,
                    _ => self.space(&element, &mut text)?,
                },
                Event::Empty(element) => match element.name().as_ref() {
                    "text:p" | "text:h" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                    }
                    _ => self.space(&element, &mut text)?,
                },
                Event::Text(written) if inside => {
                    for letter in written.xml10_content().chars() {
                        let space = matches!(letter, ' ' | '\t' | '\n' | '\r');
                        if !space {
                            text.push(letter);
                        } else if !text.is_empty() && !text.ends_with([' ', '\n', '\t']) {
                            text.push(' ');
                        }
                    }
                }
                Event::GeneralRef(reference) if inside => {
                    let letter = match reference.resolve_char_ref().map_err(|error| self.damaged(error))? {
                        Some(letter) => Some(letter.to_string()),
                        None => quick_xml::escape::resolve_xml_entity(reference.as_ref()).map(str::to_owned),
                    };
                    text.push_str(&letter.ok_or_else(|| self.damaged("an entity that is not known"))?);
                }
                Event::CData(written) if inside => text.push_str(&written.xml10_content()),
                Event::End(element) if element.name() == cell.name() => return Ok(text),
                Event::End(element) if matches!(element.name().as_ref(), "text:p" | "text:h") => inside = false,
                _ => {}
            }
            if text.len() > self.collector.limits.text {
                let limit = format!("{} MB of text", self.collector.limits.text >> 20);
                return Err(self.collector.too_large(format!("a cell holds more than {limit}"), limit));
            }
        }
    }

    fn space(&self, element: &BytesStart<'_>, text: &mut String) -> Result<(), FileError> {
        match element.name().as_ref() {
            "text:s" => {
                let spaces = self.count(element, "text:c")?.min(super::FULL_CELL as u32);
                text.extend(std::iter::repeat_n(' ', spaces as usize));
            }
            "text:tab" => text.push('\t'),
            "text:line-break" => text.push('\n'),
            _ => {}
        }
        Ok(())
    }
}

fn is_cell(element: &BytesStart<'_>) -> bool {
    matches!(element.name().as_ref(), "table:table-cell" | "table:covered-table-cell")
}

/// The shortest text of the same number, as XLSX cells have it.
fn number(text: String) -> String {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => value.to_string(),
        _ => text,
    }
}

/// A date without a time that says nothing.
fn date(text: String) -> String {
    match text.strip_suffix("T00:00:00") {
        Some(day) => day.to_owned(),
        None => text,
    }
}
