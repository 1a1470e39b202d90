//! ODS (OpenDocument 1.3 part 3, chapters 3 and 9; part 2 for the package). A cell has no longest text.

use std::fmt::Write as _;
use std::io::{self, Seek, Write};

use register::tables::Cell;

use super::archive::Archive;
use super::text::{escape, with_line_feeds};
use super::{Form, Holds, Limits, Sheet, Typed, sheet_name, width};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMES: &str = "urn:oasis:names:tc:opendocument:xmlns";

/// A letter of the default font, about, in millimetres.
const LETTER: u32 = 2;

/// What stands below the last row of a list that is larger than a file of this form can be.
const UNFINISHED: &str = "The list goes on: a file of this kind holds no more. The CSV file has all of it.";

/// Fills an archive with the members of such a file.
pub(super) fn fill<W: Write + Seek>(
    archive: &mut Archive<W>,
    sheet: &Sheet<'_>,
    rows: impl Iterator<Item = io::Result<Vec<Cell>>>,
    limits: Limits,
) -> io::Result<()> {
    archive.plain_member("mimetype", Form::Ods.content_type())?;
    archive.begin("content.xml")?;
    archive.put(&head())?;
    let mut rows = rows.peekable();
    let mut sheets = Vec::new();
    let mut xml = String::new();
    while sheets.is_empty() || (rows.peek().is_some() && archive.length() <= limits.bytes) {
        let name = sheet_name(sheet, sheets.len());
        begin(sheet, &name, &mut xml);
        row(&sheet.headers(), " table:style-name=\"bold\"", &mut xml);
        archive.put(&xml)?;
        for _ in 2..=limits.rows {
            let Some(cells) = rows.next() else { break };
            xml.clear();
            row(&sheet.typed(&cells?), "", &mut xml);
            archive.put(&xml)?;
            if archive.length() > limits.bytes && rows.peek().is_some() {
                // All sheets are in one member, so that a further sheet would hold no more.
                xml.clear();
                row(&[Typed::Text(UNFINISHED.into())], " table:style-name=\"bold\"", &mut xml);
                archive.put(&xml)?;
                break;
            }
        }
        archive.put("</table:table>")?;
        xml.clear();
        sheets.push(name);
    }
    archive.put("</office:spreadsheet></office:body></office:document-content>")?;
    archive.member("styles.xml", &styles())?;
    archive.member("settings.xml", &settings(&sheets))?;
    archive.member("meta.xml", &meta(sheet))?;
    archive.member("META-INF/manifest.xml", &manifest())
}

fn head() -> String {
    let mut xml = format!(
        "{DECLARATION}<office:document-content xmlns:office=\"{NAMES}:office:1.0\" xmlns:table=\"{NAMES}:table:1.0\" \
         xmlns:text=\"{NAMES}:text:1.0\" xmlns:style=\"{NAMES}:style:1.0\" xmlns:number=\"{NAMES}:datastyle:1.0\" \
         xmlns:fo=\"{NAMES}:xsl-fo-compatible:1.0\" office:version=\"1.3\"><office:automatic-styles>\
         <number:date-style style:name=\"ymd\"><number:year number:style=\"long\"/><number:text>-</number:text>\
         <number:month number:style=\"long\"/><number:text>-</number:text><number:day number:style=\"long\"/>\
         </number:date-style>\
         <style:style style:name=\"day\" style:family=\"table-cell\" style:data-style-name=\"ymd\"/>\
         <style:style style:name=\"bold\" style:family=\"table-cell\"><style:text-properties fo:font-weight=\"bold\"/>\
         </style:style>"
    );
    for holds in [Holds::Words, Holds::Sentences, Holds::Date] {
        _ = write!(
            xml,
            "<style:style style:name=\"{}\" style:family=\"table-column\"><style:table-column-properties \
             style:column-width=\"{}mm\"/></style:style>",
            column_style(holds),
            width(holds) * LETTER
        );
    }
    xml.push_str("</office:automatic-styles><office:body><office:spreadsheet>");
    xml
}

fn column_style(holds: Holds) -> &'static str {
    match holds {
        Holds::Words => "words",
        Holds::Sentences => "sentences",
        Holds::Date => "date",
    }
}

fn begin(sheet: &Sheet<'_>, name: &str, xml: &mut String) {
    xml.push_str("<table:table table:name=\"");
    escape(name, xml);
    xml.push_str("\">");
    for column in sheet.columns {
        _ = write!(xml, "<table:table-column table:style-name=\"{}\"/>", column_style(column.holds));
    }
}

fn row(cells: &[Typed<'_>], style: &str, xml: &mut String) {
    xml.push_str("<table:table-row>");
    let mut empty = 0;
    for cell in cells {
        if matches!(cell, Typed::Empty) {
            empty += 1;
            continue;
        }
        if empty > 0 {
            _ = write!(xml, "<table:table-cell table:number-columns-repeated=\"{empty}\"/>");
            empty = 0;
        }
        match cell {
            Typed::Empty => {}
            Typed::Number(value) => {
                _ = write!(
                    xml,
                    "<table:table-cell{style} office:value-type=\"float\" office:value=\"{value}\"><text:p>{value}</text:p>"
                );
            }
            Typed::Day(day) => {
                _ = write!(
                    xml,
                    "<table:table-cell table:style-name=\"day\" office:value-type=\"date\" office:date-value=\"{day}\">\
                     <text:p>{day}</text:p>"
                );
            }
            Typed::Text(text) => {
                _ = write!(xml, "<table:table-cell{style} office:value-type=\"string\">");
                for line in with_line_feeds(text).split('\n') {
                    paragraph(line, xml);
                }
            }
        }
        xml.push_str("</table:table-cell>");
    }
    if cells.len() == empty {
        xml.push_str("<table:table-cell/>");
    }
    xml.push_str("</table:table-row>");
}

/// A line of a text. Only single spaces between other letters stand as they are; all other white space has elements of its
/// own, because a reader folds it (section 6.1.2).
fn paragraph(line: &str, xml: &mut String) {
    xml.push_str("<text:p>");
    let mut letters = line.chars().peekable();
    let mut after_letter = false;
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        if !matches!(letter, ' ' | '\t') {
            plain.push(letter);
            after_letter = true;
            continue;
        }
        let before_letter = letters.peek().is_some_and(|next| !matches!(next, ' ' | '\t'));
        if letter == ' ' && after_letter && before_letter {
            plain.push(' ');
            after_letter = false;
            continue;
        }
        escape(&plain, xml);
        plain.clear();
        if letter == '\t' {
            xml.push_str("<text:tab/>");
        } else {
            let mut spaces = 1;
            while letters.next_if_eq(&' ').is_some() {
                spaces += 1;
            }
            _ = write!(xml, "<text:s text:c=\"{spaces}\"/>");
        }
        after_letter = false;
    }
    escape(&plain, xml);
    xml.push_str("</text:p>");
}

fn styles() -> String {
    format!(
        "{DECLARATION}<office:document-styles xmlns:office=\"{NAMES}:office:1.0\" xmlns:style=\"{NAMES}:style:1.0\" \
         office:version=\"1.3\"><office:styles><style:style style:name=\"Default\" style:family=\"table-cell\"/>\
         </office:styles></office:document-styles>"
    )
}

/// Freezes the first row of each sheet, in the way of LibreOffice: OpenDocument leaves views to the program.
fn settings(sheets: &[String]) -> String {
    let mut xml = format!(
        "{DECLARATION}<office:document-settings xmlns:office=\"{NAMES}:office:1.0\" xmlns:config=\"{NAMES}:config:1.0\" \
         xmlns:ooo=\"http://openoffice.org/2004/office\" office:version=\"1.3\"><office:settings>\
         <config:config-item-set config:name=\"ooo:view-settings\"><config:config-item-map-indexed config:name=\"Views\">\
         <config:config-item-map-entry><config:config-item config:name=\"ViewId\" config:type=\"string\">view1\
         </config:config-item><config:config-item-map-named config:name=\"Tables\">"
    );
    for name in sheets {
        xml.push_str("<config:config-item-map-entry config:name=\"");
        escape(name, &mut xml);
        xml.push_str("\">");
        for (item, kind, value) in [
            ("VerticalSplitMode", "short", 2),
            ("VerticalSplitPosition", "int", 1),
            ("ActiveSplitRange", "short", 2),
            ("PositionTop", "int", 0),
            ("PositionBottom", "int", 1),
        ] {
            _ = write!(
                xml,
                "<config:config-item config:name=\"{item}\" config:type=\"{kind}\">{value}</config:config-item>"
            );
        }
        xml.push_str("</config:config-item-map-entry>");
    }
    xml.push_str(
        "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>\
         </config:config-item-set></office:settings></office:document-settings>",
    );
    xml
}

fn meta(sheet: &Sheet<'_>) -> String {
    let mut xml = format!(
        "{DECLARATION}<office:document-meta xmlns:office=\"{NAMES}:office:1.0\" xmlns:meta=\"{NAMES}:meta:1.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.3\"><office:meta><dc:title>"
    );
    escape(sheet.name, &mut xml);
    xml.push_str("</dc:title>");
    if let Some(moment) = sheet.as_at {
        _ = write!(xml, "<meta:creation-date>{moment}</meta:creation-date>");
    }
    xml.push_str("</office:meta></office:document-meta>");
    xml
}

fn manifest() -> String {
    let mut xml = format!(
        "{DECLARATION}<manifest:manifest xmlns:manifest=\"{NAMES}:manifest:1.0\" manifest:version=\"1.3\">\
         <manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.3\" manifest:media-type=\"{}\"/>",
        Form::Ods.content_type()
    );
    for part in ["content.xml", "styles.xml", "settings.xml", "meta.xml"] {
        _ = write!(xml, "<manifest:file-entry manifest:full-path=\"{part}\" manifest:media-type=\"text/xml\"/>");
    }
    xml.push_str("</manifest:manifest>");
    xml
}
