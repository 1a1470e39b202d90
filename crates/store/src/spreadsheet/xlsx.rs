//! XLSX (ECMA-376 part 1, chapter 18; part 2 for the package), with texts inside their cells: a table of shared texts would
//! have to be held until the end.

use std::fmt::Write as _;
use std::io::{self, Seek, Write};

use register::PartialDate;
use register::tables::Cell;

use super::archive::Archive;
use super::text::{cut, escape, with_line_feeds};
use super::{Limits, Sheet, Typed, sheet_name, width};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Places in the list of cell styles in [`STYLES`].
const BOLD: u8 = 1;
const DAY: u8 = 2;
/// A text that stays one when somebody edits the cell, although it begins as a formula does.
const QUOTED: u8 = 3;

const STYLES: &str = "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
    <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>\
    <font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts>\
    <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
    <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
    <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
    <cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
    <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
    <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" quotePrefix=\"1\"/></cellXfs>\
    <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>";

/// The sheet that lists what was cut.
const NOTES: &str = "Notes";

/// How many cuts are listed; the rest are counted.
const LISTED: usize = 10_000;

/// A cell that was cut.
struct Cut {
    sheet: usize,
    row: u32,
    column: usize,
    letters: usize,
}

/// Fills an archive with the members of such a file.
pub(super) fn fill<W: Write + Seek>(
    archive: &mut Archive<W>,
    sheet: &Sheet<'_>,
    rows: impl Iterator<Item = io::Result<Vec<Cell>>>,
    limits: Limits,
) -> io::Result<()> {
    let mut writer = Writer { archive, limits, xml: String::new(), cuts: Vec::new(), uncounted: 0 };
    let mut rows = rows.peekable();
    let mut names = Vec::new();
    let widths: Vec<u32> = sheet.columns.iter().map(|column| width(column.holds)).collect();
    while names.is_empty() || rows.peek().is_some() {
        names.push(sheet_name(sheet, names.len()));
        writer.begin(names.len(), &widths)?;
        writer.row(names.len(), 1, &sheet.headers(), BOLD)?;
        for number in 2..=limits.rows {
            let Some(row) = rows.next() else { break };
            writer.row(names.len(), number, &sheet.typed(&row?), 0)?;
            if writer.archive.length() > limits.bytes {
                break;
            }
        }
        writer.end()?;
    }
    writer.notes(&mut names)?;
    writer.finish(sheet, &names)
}

struct Writer<'a, W: Write + Seek> {
    archive: &'a mut Archive<W>,
    limits: Limits,
    /// The row that is being written.
    xml: String,
    cuts: Vec<Cut>,
    uncounted: u64,
}

impl<W: Write + Seek> Writer<'_, W> {
    /// Begins the sheet of this number, from 1, with its first row frozen.
    fn begin(&mut self, number: usize, widths: &[u32]) -> io::Result<()> {
        self.archive.begin(&format!("xl/worksheets/sheet{number}.xml"))?;
        let selected = if number == 1 { " tabSelected=\"1\"" } else { "" };
        let mut head = format!(
            "{DECLARATION}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView{selected} workbookViewId=\"0\">\
             <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
             <selection pane=\"bottomLeft\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>"
        );
        for (place, width) in (1..).zip(widths) {
            _ = write!(head, "<col min=\"{place}\" max=\"{place}\" width=\"{width}\" customWidth=\"1\"/>");
        }
        self.archive.put(&head)?;
        self.archive.put("</cols><sheetData>")
    }

    fn row(&mut self, sheet: usize, number: u32, cells: &[Typed<'_>], style: u8) -> io::Result<()> {
        let mut xml = std::mem::take(&mut self.xml);
        xml.clear();
        _ = write!(xml, "<row r=\"{number}\">");
        for (column, cell) in cells.iter().enumerate() {
            let begin = |xml: &mut String, style: u8| {
                xml.push_str("<c r=\"");
                letters(column, xml);
                _ = write!(xml, "{number}\"");
                if style > 0 {
                    _ = write!(xml, " s=\"{style}\"");
                }
            };
            match cell {
                Typed::Empty => {}
                Typed::Number(value) => {
                    begin(&mut xml, style);
                    _ = write!(xml, "><v>{value}</v></c>");
                }
                Typed::Day(day) => {
                    begin(&mut xml, DAY);
                    _ = write!(xml, "><v>{}</v></c>", serial(*day));
                }
                Typed::Text(text) => {
                    let text = with_line_feeds(text);
                    let shorter = cut(&text, self.limits.letters);
                    if shorter.is_some() {
                        self.note(Cut { sheet, row: number, column, letters: text.encode_utf16().count() });
                    }
                    let quoted = style == 0 && text.starts_with(['=', '+', '-', '@']);
                    begin(&mut xml, if quoted { QUOTED } else { style });
                    xml.push_str(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                    escape(&without_escapes(shorter.as_deref().unwrap_or(&text)), &mut xml);
                    xml.push_str("</t></is></c>");
                }
            }
        }
        xml.push_str("</row>");
        self.archive.put(&xml)?;
        self.xml = xml;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.archive.put("</sheetData></worksheet>")
    }

    fn note(&mut self, cut: Cut) {
        if self.cuts.len() < LISTED {
            self.cuts.push(cut);
        } else {
            self.uncounted += 1;
        }
    }

    /// A sheet of what was cut, if anything was.
    fn notes(&mut self, names: &mut Vec<String>) -> io::Result<()> {
        let cuts = std::mem::take(&mut self.cuts);
        if cuts.is_empty() {
            return Ok(());
        }
        let of = |place: usize| names.get(place - 1).cloned().unwrap_or_default();
        let number = names.len() + 1;
        let limit = self.limits.letters;
        self.begin(number, &[24, 12, 18, 90])?;
        let text = |text: &str| Typed::Text(text.to_owned().into());
        self.row(number, 1, &["Sheet", "Cell", "Characters", "Note"].map(text), BOLD)?;
        let why = format!(
            "A cell of this kind of file holds {limit} characters, so the text was cut. The CSV and ODS files of the same \
             list hold it whole."
        );
        for (row, cut) in (2..).zip(&cuts) {
            let mut cell = String::new();
            letters(cut.column, &mut cell);
            _ = write!(cell, "{}", cut.row);
            let length = Typed::Number(i64::try_from(cut.letters).unwrap_or(i64::MAX));
            self.row(number, row, &[text(&of(cut.sheet)), text(&cell), length, text(&why)], 0)?;
        }
        if self.uncounted > 0 {
            let more = format!("{} more cells were cut.", self.uncounted);
            let row = u32::try_from(cuts.len()).unwrap_or(u32::MAX).saturating_add(2);
            self.row(number, row, &[Typed::Empty, Typed::Empty, Typed::Empty, text(&more)], 0)?;
        }
        self.end()?;
        names.push(NOTES.to_owned());
        Ok(())
    }

    /// The parts that say which sheets there are.
    fn finish(self, sheet: &Sheet<'_>, names: &[String]) -> io::Result<()> {
        let mut sheets = String::new();
        let mut relations = String::new();
        let mut types = String::new();
        for (number, name) in (1..).zip(names) {
            sheets.push_str("<sheet name=\"");
            escape(name, &mut sheets);
            _ = write!(sheets, "\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
            _ = write!(
                relations,
                "<Relationship Id=\"rId{number}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
            _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{TYPES}.worksheet+xml\"/>"
            );
        }
        let styles = names.len() + 1;
        let archive = self.archive;
        archive.member("xl/styles.xml", &format!("{DECLARATION}<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>"))?;
        archive.member(
            "xl/workbook.xml",
            &format!(
                "{DECLARATION}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><bookViews><workbookView/></bookViews>\
                 <sheets>{sheets}</sheets></workbook>"
            ),
        )?;
        archive.member(
            "xl/_rels/workbook.xml.rels",
            &format!(
                "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}<Relationship Id=\"rId{styles}\" \
                 Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        )?;
        archive.member("docProps/core.xml", &core_properties(sheet))?;
        archive.member(
            "_rels/.rels",
            &format!(
                "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/><Relationship Id=\"rId2\" \
                 Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
            ),
        )?;
        archive.member(
            "[Content_Types].xml",
            &format!(
                "{DECLARATION}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
                 ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" \
                 ContentType=\"{TYPES}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" \
                 ContentType=\"{TYPES}.styles+xml\"/>{types}<Override PartName=\"/docProps/core.xml\" \
                 ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
            ),
        )
    }
}

fn core_properties(sheet: &Sheet<'_>) -> String {
    let mut xml = format!(
        "{DECLARATION}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>"
    );
    escape(sheet.name, &mut xml);
    xml.push_str("</dc:title>");
    if let Some(moment) = sheet.as_at {
        _ = write!(xml, "<dcterms:created xsi:type=\"dcterms:W3CDTF\">{moment}</dcterms:created>");
    }
    xml.push_str("</cp:coreProperties>");
    xml
}

/// Days since 30 December 1899, by which Excel counts from March 1900 on.
fn serial(day: PartialDate) -> i32 {
    PartialDate::day(1899, 12, 30).map_or(0, |epoch| epoch.days_until(day))
}

/// The letters by which a spreadsheet calls a column, from 0.
fn letters(column: usize, text: &mut String) {
    if column >= 26 {
        letters(column / 26 - 1, text);
    }
    text.push(char::from(b'A' + (column % 26) as u8));
}

/// A text in which nothing is taken for an escape: `_x0041_` would be read as A (ECMA-376 part 1, section 22.9.2.19), and
/// `_x005F_` stands for the underscore.
fn without_escapes(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(at) = rest.find("_x") {
        let (before, found) = rest.split_at(at);
        let digits = found.get(2..6).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        plain.push_str(before);
        plain.push_str(if digits && found.as_bytes().get(6) == Some(&b'_') { "_x005F_" } else { "_" });
        rest = &found[1..];
    }
    plain + rest
}
