//! Spreadsheets made on the spot, in each format, and a register to import them into.

use std::collections::HashMap;
use std::io::{Cursor, Write};

use register::statement::RegisterOpened;
use register::{Digest, Disclosure, Draft, Moment, Organisation, PartialDate, Register, Salt, Statement};
use rust_xlsxwriter::Workbook;
use server::import::{Edition, ImportError, Mapping, Plan, plan, read};
use zip::write::SimpleFileOptions;

/// A sheet: its name and its rows.
pub type Sheet<'a> = (&'a str, Vec<Vec<String>>);

/// Rows from a text: a line each, cells separated by `|`, trimmed.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

pub fn csv(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

pub fn xlsx(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

pub fn ods(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut tables = String::new();
    for (name, rows) in sheets {
        tables.push_str(&format!("<table:table table:name=\"{}\">", escaped(name)));
        for row in rows {
            tables.push_str("<table:table-row>");
            for cell in row {
                match cell.is_empty() {
                    true => tables.push_str("<table:table-cell/>"),
                    false => tables.push_str(&ods_cell(cell)),
                }
            }
            tables.push_str("</table:table-row>");
        }
        // LibreOffice fills the sheet up like this.
        tables.push_str("<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell ");
        tables.push_str("table:number-columns-repeated=\"16384\"/></table:table-row></table:table>");
    }
    ods_with(&tables)
}

fn ods_cell(text: &str) -> String {
    let mut cell = "<table:table-cell office:value-type=\"string\">".to_owned();
    for line in text.split('\n') {
        let spaced = escaped(line).replace("  ", "<text:s text:c=\"2\"/>").replace('\t', "<text:tab/>");
        cell.push_str(&format!("<text:p>{spaced}</text:p>"));
    }
    cell + "</table:table-cell>"
}

/// An ODS file with these tables as XML.
pub fn ods_with(tables: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet>{tables}\
         </office:spreadsheet></office:body></office:document-content>"
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

/// An XLSX file whose only sheet, `Sheet1`, has this XML, and with these shared strings.
pub fn xlsx_with(sheet: &str, strings: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let types = format!(
        "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
    );
    let top = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let workbook = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" \
         r:id=\"r1\"/></sheets></workbook>"
    );
    let inner = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\">{sheet}</worksheet>");
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", top.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", inner.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub fn date(text: &str) -> PartialDate {
    text.parse().unwrap()
}

pub fn moment() -> Moment {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

/// A mapping of two sheets: shares, and releases that belong to them.
pub fn two_sheets() -> Mapping {
    let text = r#"
        source = "example"
        title = "An example"

        [[table]]
        sheet = "Shares"
        gives = "shares"
        column = [
          { header = "Reference", to = "share" },
          { header = "Organisation", to = "recipient", required = true },
          { header = "Decision", to = "outcome", values = { "Yes" = "approved", "No" = "refused" } },
          { header = "Start", to = "start", dates = ["day-month-year"] },
          { header = "Purpose", to = "text", name = "purpose" },
          { header = "Applicants", to = "text", name = "applicants", withhold = "personal-data" },
          { header = "Basis", to = "basis", separator = ";" },
        ]

        [[table]]
        sheet = "Releases"
        gives = "releases"
        column = [
          { header = "Share", to = "share" },
          { header = "Release", to = "release", required = true },
          { header = "Date", to = "released", dates = ["month-year"] },
          { header = "Dataset", to = "dataset" },
          { header = "Tier", to = "class", scheme = "npd-tier" },
          { header = "People", to = "people" },
        ]
    "#;
    Mapping::parse("example.toml", text).unwrap()
}

/// Reads a file as the edition of a month.
pub fn edition(bytes: &[u8], mapping: &Mapping, month: &str) -> Result<Edition, ImportError> {
    read("example", bytes, mapping, Some(date(month)))
}

/// A register with its private zone, as a publisher keeps them.
pub struct Published {
    pub register: Register,
    pub withheld: HashMap<Digest, Disclosure>,
    salts: u64,
}

impl Published {
    pub fn new() -> Self {
        let mut register = Register::new();
        let body = RegisterOpened {
            custodian: Organisation::named("Example custodian"),
            demonstration: true,
            name: "Example register".to_owned(),
            population: "pupils in Exampleland".to_owned(),
        };
        let statement = Statement::new("open", date("2020"), moment(), body.into());
        register.apply(&statement, &[]).unwrap();
        Self { register, withheld: HashMap::new(), salts: 0 }
    }

    /// What an edition would publish.
    pub fn plan(&mut self, edition: &Edition) -> Plan {
        let salts = &mut self.salts;
        let mut salt = || {
            *salts += 1;
            let mut salt = [0; 32];
            salt[..8].copy_from_slice(&salts.to_le_bytes());
            Salt(salt)
        };
        plan(edition, &self.register, &|digest| self.withheld.get(&digest).cloned(), moment(), &mut salt).unwrap()
    }

    /// Publishes drafts one after the other, as leaves.
    pub fn publish(&mut self, drafts: &[Draft]) {
        for draft in drafts {
            let leaf = draft.statement.to_leaf().unwrap();
            assert_eq!(Statement::from_leaf(&leaf).unwrap(), draft.statement);
            self.register.apply(&draft.statement, &draft.public).unwrap();
            self.withheld.extend(draft.withheld.iter().map(|kept| (kept.digest(), kept.clone())));
        }
        assert!(self.register.unaccounted().is_empty());
    }

    /// Plans and publishes; gives what was published.
    pub fn import(&mut self, edition: &Edition) -> Plan {
        let plan = self.plan(edition);
        self.publish(&plan.drafts);
        plan
    }
}

/// Drafts in a line each: kind, share, and what they say.
pub fn said(plan: &Plan) -> Vec<String> {
    plan.drafts
        .iter()
        .map(|draft| {
            let statement = &draft.statement;
            let body = serde_json::to_string(&statement.body).unwrap();
            let texts: Vec<String> =
                draft.public.iter().map(|text| format!("{}={}", text.name(), text.value())).collect();
            let kept: Vec<String> = draft.withheld.iter().map(|text| format!("{}=…", text.name())).collect();
            let share = statement.share.as_deref().unwrap_or("-");
            format!("{} {share} {} {body} {}", statement.kind().code(), statement.at, [texts, kept].concat().join(" "))
        })
        .collect()
}
