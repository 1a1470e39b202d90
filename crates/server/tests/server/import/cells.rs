//! Every kind of problem that a cell can have, with its message; and what cells become when they are right.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use server::import::{Edition, ImportError, Mapping};

use super::support::{Published, csv, edition, ods, ods_with, rows, said, two_sheets, xlsx};

const SHARES: &str = "Reference | Organisation | Decision | Start | Purpose | Applicants | Basis";
const RELEASES: &str = "Share | Release | Date | Dataset | Tier | People";

fn both(shares: &str, releases: &str) -> Vec<u8> {
    let (shares, releases) = (format!("{SHARES}\n{shares}"), format!("{RELEASES}\n{releases}"));
    xlsx(&[("Shares", rows(&shares)), ("Releases", rows(&releases))])
}

fn message(bytes: &[u8]) -> String {
    edition(bytes, &two_sheets(), "2021-02").unwrap_err().to_string()
}

/// The one problem of a file, without the line that names the file.
fn problem(bytes: &[u8]) -> String {
    let text = message(bytes);
    let (first, rest) = text.split_once("\n  ").unwrap();
    assert_eq!(first, "example: 1 problem; nothing was imported", "{text}");
    rest.to_owned()
}

#[test]
fn each_wrong_cell_is_named_with_sheet_row_column_value_and_what_was_expected() {
    let share = "A1 | Org | Yes | 01/02/2021 | p | x |";
    let long = format!("A1 | {} | Yes | | p | |", "o".repeat(301));
    let cases = [
        (
            "A1 | Org | Maybe | | p | |",
            "",
            "sheet \"Shares\", row 2, column C \"Decision\": found \"Maybe\", expected one of \"No\", \"Yes\"",
        ),
        (
            "A1 | | Yes | | p | |",
            "",
            "sheet \"Shares\", row 2, column B \"Organisation\": expected a value; the cell is empty",
        ),
        (
            "| Org | Yes | | p | |",
            "",
            "sheet \"Shares\", row 2, column A \"Reference\": expected a value; the cell is empty",
        ),
        (
            "A1 | Org | Yes | 31/02/2021 | p | |",
            "",
            "sheet \"Shares\", row 2, column D \"Start\": found \"31/02/2021\", expected a date such as 2021-02-28, \
             2021-02, 28/02/2021",
        ),
        (
            long.as_str(),
            "",
            "sheet \"Shares\", row 2, column B \"Organisation\": found \
             \"oooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo…\", expected a short text of at most 300 \
             bytes; what is longer is free text, for a column to = \"text\"",
        ),
        (
            share,
            "A1 | R1 | | | | ten",
            "sheet \"Releases\", row 2, column F \"People\": found \"ten\", expected a whole number such as 1234 or \
             1,234, or a band such as <10",
        ),
        (
            share,
            "A1 | | | | | 5",
            "sheet \"Releases\", row 2, column B \"Release\": expected a value; the cell is empty",
        ),
        (
            share,
            "A9 | R1 | | | |",
            "sheet \"Releases\", row 2: found \"A9\", expected the reference of a share; no share of the file has this one",
        ),
        (
            share,
            "A1 | R1 | | | |\nA1 | R1 | | | |",
            "sheet \"Releases\", row 3: found \"R1\", expected a reference that the share uses once; it stands at sheet \
             \"Releases\", row 2 as well",
        ),
        (
            "A1 | Org | Yes | | p | |\nA1 | Other | | | | |",
            "",
            "sheet \"Shares\", row 3, column B \"Organisation\": found \"Other\", expected the same value of this share \
             as at sheet \"Shares\", row 2, column B \"Organisation\"",
        ),
        (
            "A1 | Org | No | | p | |",
            "A1 | R1 | | | |",
            "sheet \"Shares\", row 2: found \"A1\", expected no release of a share that is refused; it has 1",
        ),
    ];
    for (shares, releases, expected) in cases {
        let text = message(&both(shares, releases));
        let lines: Vec<&str> = text.lines().skip(1).map(str::trim_start).collect();
        assert!(lines.contains(&expected), "{text}\nshould have\n  {expected}");
    }
}

#[test]
fn a_withheld_value_never_stands_in_a_message() {
    let shares = "A1 | Org | Yes | | p | canary one |\nA1 | Org | Yes | | p | canary two |";
    let text = message(&both(shares, ""));
    assert!(text.contains("column F \"Applicants\": expected the same value"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn missing_doubled_and_unknown_headers_and_sheets_are_named() {
    let shares = rows("Reference | Organisation | Organisation | Start | Purpose | Applicants | Basis\nA|B|C|||||");
    let text = message(&xlsx(&[("Shares", shares), ("Notes", rows("a"))]));
    let expected = [
        "sheet \"Shares\", row 1, column C \"Organisation\": expected one column of this header; there are several",
        "sheet \"Shares\", row 1: expected a header \"Decision\"; there is none",
        "sheet \"Releases\": expected a sheet of this name; the file has \"Shares\", \"Notes\"",
    ];
    for line in expected {
        assert!(text.contains(line), "{text}");
    }
    let headers = "  reference | ORGANISATION | Decision | Start | Pur  pose | Applicants | Basis | Extra";
    let spaced = headers.replace("Pur  pose", "Purpose ");
    let wider = rows(&format!("{spaced}\nA1 | Org | yes | | p | | | e"));
    let read = edition(&xlsx(&[("SHARES ", wider), ("Releases", rows(RELEASES))]), &two_sheets(), "2021").unwrap();
    assert_eq!(
        read.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["sheet \"SHARES \", row 1, column H \"Extra\": the mapping does not name this column, so it was left out"]
    );
}

#[test]
fn formulas_errors_and_merged_headers_are_problems_in_both_formats() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Shares").unwrap();
    for (column, header) in SHARES.split(" | ").enumerate() {
        sheet.write_string(0, column as u16, header).unwrap();
    }
    sheet.write_string(1, 0, "A1").unwrap();
    sheet.write_formula(1, 1, Formula::new("=\"Or\"&\"g\"").set_result("Org")).unwrap();
    sheet.merge_range(0, 8, 0, 9, "Merged", &Format::new()).unwrap();
    book.add_worksheet().set_name("Releases").unwrap().write_row(0, 0, RELEASES.split(" | ")).unwrap();
    let text = message(&book.save_to_buffer().unwrap());
    let merged = "sheet \"Shares\", row 1, column I: found \"merged cells I1:J1\", expected headers in cells of their own; \
                  unmerge these";
    assert!(text.contains(merged), "{text}");

    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let headers: String = SHARES.split(" | ").map(cell).collect();
    let table = |first: &str, second: &str| {
        let releases: String = RELEASES.split(" | ").map(cell).collect();
        ods_with(&format!(
            "<table:table table:name=\"Shares\"><table:table-row>{headers}{first}</table:table-row><table:table-row>{}\
             {second}</table:table-row></table:table><table:table table:name=\"Releases\"><table:table-row>{releases}\
             </table:table-row></table:table>",
            cell("A1")
        ))
    };
    let spanned = "<table:table-cell table:number-columns-spanned=\"2\" office:value-type=\"string\"><text:p>M</text:p>\
                   </table:table-cell><table:covered-table-cell/>";
    let expected = "sheet \"Shares\", row 1, column H: found \"merged cells H1:I1\", expected headers in cells of their \
                    own; unmerge these";
    assert_eq!(problem(&table(spanned, &cell("Org"))), expected);
    let formula = "<table:table-cell table:formula=\"of:=1\" office:value-type=\"float\" office:value=\"1\"/>";
    let expected = "sheet \"Shares\", row 2, column B \"Organisation\": found \"a formula\", expected the value itself; \
                    copy it over the formula as a value";
    assert_eq!(problem(&table("", formula)), expected);
    let error = "<table:table-cell table:formula=\"of:=A0\" office:value-type=\"string\" calcext:value-type=\"error\">\
                 <text:p>#REF!</text:p></table:table-cell>";
    let expected = "sheet \"Shares\", row 2, column B \"Organisation\": found \"#REF!\", expected a value; the cell shows \
                    an error";
    assert_eq!(problem(&table("", error)), expected);
}

#[test]
fn a_formula_in_a_column_that_is_read_is_a_problem_in_xlsx() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Shares").unwrap().write_row(0, 0, SHARES.split(" | ")).unwrap();
    sheet.write_string(1, 0, "A1").unwrap();
    sheet.write_formula(1, 1, Formula::new("=\"Or\"&\"g\"").set_result("Org")).unwrap();
    book.add_worksheet().set_name("Releases").unwrap().write_row(0, 0, RELEASES.split(" | ")).unwrap();
    let expected = "sheet \"Shares\", row 2, column B \"Organisation\": found \"a formula\", expected the value itself; \
                    copy it over the formula as a value";
    assert_eq!(problem(&book.save_to_buffer().unwrap()), expected);
}

#[test]
fn numbers_dates_and_truth_values_become_the_same_text_in_xlsx_and_ods() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Shares").unwrap().write_row(0, 0, SHARES.split(" | ")).unwrap();
    sheet.write_number(1, 0, 1_001.0).unwrap().write_boolean(1, 1, true).unwrap();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_with_format(1, 3, ExcelDateTime::from_ymd(2021, 2, 3).unwrap(), &day).unwrap();
    sheet.write_number(1, 4, 0.1).unwrap();
    book.add_worksheet().set_name("Releases").unwrap().write_row(0, 0, RELEASES.split(" | ")).unwrap();
    let xlsx = book.save_to_buffer().unwrap();
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let (shares, releases): (String, String) =
        (SHARES.split(" | ").map(cell).collect(), RELEASES.split(" | ").map(cell).collect());
    let ods = ods_with(&format!(
        "<table:table table:name=\"Shares\"><table:table-row>{shares}</table:table-row><table:table-row>\
         <table:table-cell office:value-type=\"float\" office:value=\"1001\"/>\
         <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"/><table:table-cell/>\
         <table:table-cell office:value-type=\"date\" office:date-value=\"2021-02-03\"/>\
         <table:table-cell office:value-type=\"float\" office:value=\"0.1\"/></table:table-row></table:table>\
         <table:table table:name=\"Releases\"><table:table-row>{releases}</table:table-row></table:table>"
    ));
    let read = |bytes: &[u8]| edition(bytes, &two_sheets(), "2021-02").unwrap();
    let share = &read(&xlsx).shares[0];
    assert_eq!((share.reference.as_str(), share.body.access.recipient.name.as_str()), ("1001", "TRUE"));
    assert_eq!(share.body.start.unwrap().to_string(), "2021-02-03");
    assert_eq!(share.texts[0].value, "0.1");
    assert_eq!(read(&ods).shares, read(&xlsx).shares);
}

#[test]
fn a_cell_that_looks_like_a_formula_is_text() {
    let text = "=cmd|' /C calc'!A0";
    let mut shares = rows(SHARES);
    shares.push(["@A1", "+Org", "Yes", "", text, "", "-1; =2"].map(str::to_owned).to_vec());
    let book = xlsx(&[("Shares", shares), ("Releases", rows(RELEASES))]);
    let read = edition(&book, &two_sheets(), "2021-02").unwrap();
    let share = &read.shares[0];
    assert_eq!((share.reference.as_str(), share.body.access.recipient.name.as_str()), ("@A1", "+Org"));
    assert_eq!(share.body.access.bases, ["-1", "=2"]);
    assert_eq!(share.texts[0].value, text);
}

#[test]
fn a_full_cell_is_reported_and_imported() {
    let full = "x".repeat(32_767);
    let mut shares = rows(SHARES);
    shares.push(["A1", "Org", "Yes", "", &full, "", ""].map(str::to_owned).to_vec());
    let read = edition(&xlsx(&[("Shares", shares), ("Releases", rows(RELEASES))]), &two_sheets(), "2021-02").unwrap();
    assert_eq!(
        read.warnings[0].to_string(),
        "sheet \"Shares\", row 2, column E \"Purpose\": the cell holds 32767 characters, as many as a cell can, and was \
         probably cut off"
    );
    assert_eq!(read.shares[0].texts[0].value, full);
}

#[test]
fn details_that_no_share_claims_are_a_warning_and_a_share_without_its_details_is_a_problem() {
    let mapping = Mapping::named("nhs-digital").unwrap();
    let headers: Vec<&str> = mapping.tables[0].columns.iter().map(|column| column.header.shown()).collect();
    let mut distinct: Vec<String> = Vec::new();
    for header in headers {
        if !distinct.iter().any(|known| known == header) {
            distinct.push(header.to_owned());
        }
    }
    let releases = |reference: &str| {
        let row = [reference, "R1", "Org", "Set", "Identifiable", "Sensitive", "Law", "One-Off", "No", "None"];
        vec![distinct.clone(), row.map(str::to_owned).to_vec()]
    };
    let purposes = rows(
        "Reference Number | Organisation | Organisation Type | Objective for Processing | Processing Activities | \
         Expected Output | Expected Measurable Benefits | Yielded Benefits\nA1 | Org | Academic | Why | | | |\n\
         B1 | Org | Academic | Why | | | |",
    );
    let book = |reference| xlsx(&[("DataReleases", releases(reference)), ("PurposeStatements", purposes.clone())]);
    let read = edition(&book("A1"), &mapping, "2021-02").unwrap();
    assert_eq!(
        read.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["sheet \"PurposeStatements\", row 3: no share has the reference B1, so this row was left out"]
    );
    let text = edition(&book("C1"), &mapping, "2021-02").unwrap_err().to_string();
    let expected = "sheet \"DataReleases\", row 2: found \"C1\", expected a row of sheet \"PurposeStatements\" with this \
                    reference; there is none";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_file_of_the_hdr_uk_standard_becomes_shares_with_their_texts() {
    let mapping = Mapping::named("hdr-uk").unwrap();
    let given = [
        ("Organisation name", "University of Example"),
        ("Organisation ID", "grid.1"),
        ("Applicant name(s)", "A. Person"),
        ("Applicant ID", "0000-0000-0000-0001"),
        ("Project ID", "P1"),
        ("Project title", "A study"),
        ("Lay summary", "In plain words"),
        ("Public benefit statement", "Better care"),
        ("Latest approval date", "2021-03-01"),
        ("Dataset(s) name", "Births, Deaths"),
        ("Data sensitivity level", "De-Personalised"),
        ("Release/Access date", "02/04/2021"),
        ("Access type", "TRE"),
    ];
    let table =
        [given.map(|(header, _)| header.to_owned()).to_vec(), given.map(|(_, value)| value.to_owned()).to_vec()];
    let mut published = Published::new();
    let plan = published.import(&edition(&csv(&table), &mapping, "2021-05").unwrap());
    let lines = said(&plan);
    assert_eq!(
        lines[1],
        "share-imported P1 2021-05 {\"access\":{\"channel\":\"imported\",\"datasets\":[{\"classes\":[{\"scheme\":\"hdr-uk\",\
         \"value\":\"De-Personalised\"}],\"name\":\"Births\"},{\"classes\":[{\"scheme\":\"hdr-uk\",\"value\":\
         \"De-Personalised\"}],\"name\":\"Deaths\"}],\"recipient\":{\"ids\":{\"organisation-id\":\"grid.1\"},\"name\":\
         \"University of Example\"},\"route\":\"secure-environment\"},\"decided\":\"2021-03-01\",\"source\":\"hdr-uk\"} \
         applicants=A. Person public-benefit=Better care summary=In plain words title=A study applicant-ids=…"
    );
    assert!(lines[2].starts_with("release-registered P1 2021-04-02 "), "{}", lines[2]);
}

#[test]
fn a_csv_file_may_be_in_windows_1252_if_the_mapping_says_so() {
    let text = "source = \"s\"\ntitle = \"t\"\n[csv]\nencoding = \"windows-1252\"\ndelimiter = \";\"\n[[table]]\n\
                gives = \"shares\"\ncolumn = [{ header = \"Ref\", to = \"share\" }, { header = \"Org\", to = \"recipient\" }]";
    let mapping = Mapping::parse("m", text).unwrap();
    let read = edition(b"Ref;Org\nA1;Caf\xE9 \x80\n", &mapping, "2021").unwrap();
    assert_eq!(read.shares[0].body.access.recipient.name, "Café €");
}

#[test]
fn an_edition_without_a_date_says_where_one_can_be_given() {
    let file = xlsx(&[("Shares", rows(SHARES)), ("Releases", rows(RELEASES))]);
    let error = server::import::read("register.xlsx", &file, &two_sheets(), None).unwrap_err();
    assert!(matches!(error, ImportError::NoEdition { .. }));
    assert_eq!(
        error.to_string(),
        "register.xlsx: the edition's date is not known; expected --edition 2021-02, or edition = \"2021-02\" in the \
         mapping"
    );
}

#[test]
fn white_space_in_names_is_folded_and_case_variants_stay_apart_with_a_warning() {
    let shares = "A1 | Exam\u{a0}ple  Ltd | Yes | | | |\nA2 | EXAM PLE LTD | Yes | | | |";
    let read: Edition = edition(&both(shares, ""), &two_sheets(), "2021-02").unwrap();
    assert_eq!(read.recipients(), 2);
    assert_eq!(
        read.warnings[0].to_string(),
        "the file: \"Exam ple Ltd\" and \"EXAM PLE LTD\" may be the same organisation"
    );
}

#[test]
fn the_same_table_as_xlsx_ods_and_csv_gives_the_same_shares() {
    let mapping = Mapping::named("plain-csv").unwrap();
    let text = "share | recipient | purpose | datasets | release | released | people\n\
                A1 | Org & Co <x> | one  two | B; A | R1 | 2021-02-03 | <10\nA2 | Ünïted | | | | |";
    let mut table = rows(text);
    table[1][2] = "one\n  two\tthree \"four\"".to_owned();
    let read = |bytes: &[u8]| edition(bytes, &mapping, "2021-02").unwrap().shares;
    let expected = read(&csv(&table));
    assert_eq!(expected[0].texts[0].value, "one\n  two\tthree \"four\"");
    assert_eq!(read(&xlsx(&[("Any", table.clone())])), expected);
    assert_eq!(read(&ods(&[("Any", table)])), expected);
}
