//! Files made to harm, and files that are no spreadsheets. Each is read by a child process of its own, which reports how
//! much processor time it took and how much memory it had at most.

use std::process::Command;
use std::time::Duration;

use rust_xlsxwriter::Workbook;
use server::import::{Mapping, read_file};

use super::support::{csv, date, ods_with, rows, xlsx, xlsx_with, zipped};

/// What an import may cost at most. Code that is not optimised is some twenty times slower, the parsers most of all.
const MAX_TIME: Duration = if cfg!(debug_assertions) { Duration::from_secs(40) } else { Duration::from_secs(2) };
const MAX_KILOBYTES: u64 = 512 * 1_024;

const FILE: &str = "ROLLCALL_TEST_HOSTILE_FILE";

/// Not a test of its own: what the child process does.
#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn child_reads_the_file() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let mapping = Mapping::named("plain-csv").unwrap();
    let started = processor_time();
    let read = read_file(path.as_ref(), &mapping, Some(date("2021-02")));
    let taken = (processor_time() - started).as_millis();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let peak = peak.trim().trim_end_matches(" kB");
    let message = match read {
        Ok(edition) => format!("read {} shares", edition.shares.len()),
        Err(error) => error.to_string(),
    };
    println!("\n\u{1}{taken}\u{1}{peak}\u{1}{message}\u{1}");
}

/// The time that the processor has spent on this process: the reader has one thread, and a busy machine does not count.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15 of proc_pid_stat(5), in hundredths of a second; the second field may hold spaces.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |field: usize| fields.get(field - 3).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(14) + ticks(15)))
}

/// What the child says about a file of this name and these bytes, having kept the limits.
fn read_in_child(name: &str, bytes: &[u8]) -> String {
    let folder = std::env::temp_dir().join(format!("rollcall-hostile-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "import::hostile::child_reads_the_file", "--ignored", "--nocapture"])
        .env(FILE, &path)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let parts: Vec<&str> = text.split('\u{1}').collect();
    let [_, taken, peak, message, _] = parts.as_slice() else {
        panic!("the child ended without a report: {text}{}", String::from_utf8_lossy(&output.stderr));
    };
    let (taken, peak) = (Duration::from_millis(taken.parse().unwrap()), peak.parse::<u64>().unwrap());
    println!("{name}: {taken:?}, {} MB: {}", peak / 1_024, message.lines().next().unwrap_or_default());
    assert!(taken <= MAX_TIME, "{name} took {taken:?}: {message}");
    assert!(peak <= MAX_KILOBYTES, "{name} took {peak} kB: {message}");
    (*message).to_owned()
}

/// A zip archive put together by hand, with ready-made deflate streams and whatever sizes are to be declared.
fn raw_zip(members: &[(&str, u16, Vec<u8>, u32)], flags: u16) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, method, data, declared) in members {
        let offset = file.len() as u32;
        let mut header = Vec::new();
        for part in [20, flags, *method, 0, 0x21] {
            header.extend(part.to_le_bytes());
        }
        for part in [0, data.len() as u32, *declared] {
            header.extend(part.to_le_bytes());
        }
        header.extend((name.len() as u16).to_le_bytes());
        header.extend(0_u16.to_le_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&header);
        file.extend(name.as_bytes());
        file.extend(data);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&header);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size, count) = (file.len() as u32, directory.len() as u32, members.len() as u16);
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(size.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

/// A deflate stream (RFC 1951) of this many times 258 spaces, in 13 bits each: one literal, then copies of it.
fn spaces(repeats: u32) -> Vec<u8> {
    let (mut bytes, mut hold, mut held) = (Vec::new(), 0_u32, 0_u32);
    let mut put = |bits: u32, count: u32| {
        hold |= bits << held;
        held += count;
        while held >= 8 {
            bytes.push(hold as u8);
            hold >>= 8;
            held -= 8;
        }
    };
    // The last block, with fixed codes; a space is 0x30 + 32, bits from the top.
    put(0b011, 3);
    put((0x30_u32 + 32).reverse_bits() >> 24, 8);
    for _ in 0..repeats {
        // Length 258 is code 285, 0xC5 in 8 bits; distance 1 is code 0 in 5 bits.
        put(0xC5_u32.reverse_bits() >> 24, 8);
        put(0, 5);
    }
    put(0, 7);
    put(0, 7);
    bytes
}

#[test]
fn a_zip_bomb_is_stopped_at_the_limit_whatever_size_it_declares() {
    // 4,200,000 times 258 bytes: 1 GB in 6.8 MB.
    let bomb = spaces(4_200_000);
    for declared in [1_083_600_001, 1_000] {
        let file = raw_zip(
            &[
                ("[Content_Types].xml", 0, Vec::new(), 0),
                ("xl/workbook.xml", 0, Vec::new(), 0),
                ("xl/worksheets/sheet1.xml", 8, bomb.clone(), declared),
            ],
            0,
        );
        let text = read_in_child("bomb.xlsx", &file);
        let expected = match declared {
            1_000 => "(xl/worksheets/sheet1.xml: File is larger than its declared uncompressed size)",
            _ => "bomb.xlsx: the zip archive unpacks to more than 64 MB; expected at most 64 MB",
        };
        assert!(text.contains(expected), "{text}");
    }
    let file = raw_zip(&[("mimetype", 0, Vec::new(), 0), ("content.xml", 8, bomb, 7)], 0);
    let text = read_in_child("bomb.ods", &file);
    assert!(text.contains("(content.xml: File is larger than its declared uncompressed size)"), "{text}");
}

#[test]
fn an_archive_of_very_many_files_is_refused_by_its_count() {
    let members: Vec<(String, u16, Vec<u8>, u32)> =
        (0..60_000).map(|number| (format!("f{number}"), 0, Vec::new(), 0)).collect();
    let members: Vec<(&str, u16, Vec<u8>, u32)> =
        members.iter().map(|(name, method, data, size)| (name.as_str(), *method, data.clone(), *size)).collect();
    let text = read_in_child("many.xlsx", &raw_zip(&members, 0));
    assert_eq!(text, "many.xlsx: the zip archive holds more than 1000 files; expected at most 1000 files");
}

#[test]
fn a_sheet_that_declares_a_million_columns_lays_nothing_out() {
    let row = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>share</t></is></c></row></sheetData>";
    let declared = format!("<dimension ref=\"A1:BDWGN1048576\"/>{row}");
    assert_eq!(
        read_in_child("declared.xlsx", &xlsx_with(&declared, "<sst/>")),
        "declared.xlsx: the file is damaged or cut off (xl/worksheets/sheet1.xml: dimension ref=\"A1:BDWGN1048576\" \
         cannot be); expected a whole XLSX file"
    );
    // The largest sheet that there can be is declared by some programs without being meant.
    let whole = format!("<dimension ref=\"A1:XFD1048576\"/>{row}");
    let text = read_in_child("whole.xlsx", &xlsx_with(&whole, "<sst/>"));
    assert!(text.contains("expected a header \"recipient\"; there is none"), "{text}");
}

#[test]
fn a_sheet_that_really_is_too_wide_names_the_column() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for column in 0..16_384 {
        sheet.write_string(0, column, "h").unwrap();
    }
    let text = read_in_child("wide.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(text, "wide.xlsx: sheet \"Sheet1\" has a cell in column AMK; expected at most 1024 columns");

    let million = csv(&[vec!["h".to_owned(); 1_000_000]]);
    let text = read_in_child("wide.csv", &million);
    assert_eq!(text, "wide.csv: line 1 has more than 16384 fields; expected at most 1024 columns");
    let text = read_in_child("commas.csv", &[b','].repeat(60 << 20));
    assert_eq!(text, "commas.csv: line 1 has more than 16384 fields; expected at most 1024 columns");

    let cell = "<table:table-cell table:number-columns-repeated=\"1000000\" office:value-type=\"string\"><text:p>h\
                </text:p></table:table-cell>";
    let table = format!("<table:table table:name=\"T\"><table:table-row>{cell}</table:table-row></table:table>");
    let text = read_in_child("wide.ods", &ods_with(&table));
    assert_eq!(text, "wide.ods: sheet \"T\" has a cell in column AMK; expected at most 1024 columns");
}

#[test]
fn repeated_rows_of_an_ods_sheet_are_counted_before_they_are_laid_out() {
    let cell = "<table:table-cell table:number-columns-repeated=\"1000\" office:value-type=\"string\"><text:p>h</text:p>\
                </table:table-cell>";
    let row = format!("<table:table-row table:number-rows-repeated=\"1000000\">{cell}</table:table-row>");
    let text = read_in_child("tall.ods", &ods_with(&format!("<table:table table:name=\"T\">{row}</table:table>")));
    assert_eq!(text, "tall.ods: the sheets have more than 1000000 cells; expected at most 1000000 cells");
    let long = format!("<text:p>{}</text:p>", "<text:s text:c=\"4000000000\"/>".repeat(10_000));
    let cell = format!("<table:table-cell office:value-type=\"string\">{long}</table:table-cell>");
    let table = format!("<table:table table:name=\"T\"><table:table-row>{cell}</table:table-row></table:table>");
    let text = read_in_child("spaces.ods", &ods_with(&table));
    assert_eq!(text, "spaces.ods: a cell holds more than 64 MB of text; expected at most 64 MB of text");
}

#[test]
fn one_long_shared_string_in_very_many_cells_is_counted_each_time() {
    let string = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(32_000));
    let row = |row: u32| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>");
    let sheet: String = (1..=100_000).map(row).collect();
    let file = xlsx_with(&format!("<sheetData>{sheet}</sheetData>"), &string);
    let text = read_in_child("shared.xlsx", &file);
    assert_eq!(text, "shared.xlsx: the cells hold more than 64 MB of text; expected at most 64 MB");
}

#[test]
fn counts_that_a_part_declares_are_not_believed() {
    let row = "<sheetData><row r=\"1\"><c r=\"A1\"><f t=\"shared\" si=\"4000000000\" ref=\"A1\">1</f><v>1</v></c></row></sheetData>";
    let text = read_in_child("formula.xlsx", &xlsx_with(row, "<sst/>"));
    assert!(text.contains("(xl/worksheets/sheet1.xml: f si=\"4000000000\" cannot be)"), "{text}");
    let row = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>";
    let strings = "<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>";
    let text = read_in_child("strings.xlsx", &xlsx_with(row, strings));
    assert!(text.contains("(xl/sharedStrings.xml: sst uniqueCount=\"99999999999\" cannot be)"), "{text}");
    let row = "<sheetData><row r=\"1\"><c r=\"ZZZZZZZZZZ1\"><v>1</v></c></row></sheetData>";
    let text = read_in_child("far.xlsx", &xlsx_with(row, "<sst/>"));
    assert!(text.contains("(xl/worksheets/sheet1.xml: c r=\"ZZZZZZZZZZ1\" cannot be)"), "{text}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes unless optimised; run with --release")]
fn the_most_that_the_limits_let_through_is_still_read_within_them() {
    let row = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>";
    let strings = |count: usize, text: &str| format!("<sst>{}</sst>", format!("<si><t>{text}</t></si>").repeat(count));
    let text = read_in_child("strings-full.xlsx", &xlsx_with(row, &strings(1_490_000, "a text of twenty-four b.")));
    assert!(text.contains("expected a header \"share\"; there is none"), "{text}");
    let text = read_in_child("strings-over.xlsx", &xlsx_with(row, &strings(1_600_000, "a")));
    assert_eq!(
        text,
        "strings-over.xlsx: the spreadsheet has more than 6 million tags; expected at most 6 million tags"
    );
    let columns: String = (0..1_000).map(|_| "<c><v>1</v></c>").collect();
    let rows: String = (1..=999).map(|row| format!("<row r=\"{row}\">{columns}</row>")).collect();
    let text = read_in_child("cells-full.xlsx", &xlsx_with(&format!("<sheetData>{rows}</sheetData>"), "<sst/>"));
    assert!(text.contains("expected a header \"share\"; there is none"), "{text}");
    // As many rows as are read, each a share.
    let rows: String = (0..149_999).map(|row| format!("R{row},Organisation {row},,,x\n")).collect();
    let text = read_in_child("rows-full.csv", format!("share,recipient,release,released,purpose\n{rows}").as_bytes());
    assert_eq!(text, "read 149999 shares");
    let text = read_in_child("rows-over.csv", format!("share,recipient\n{rows}\na,b\n").as_bytes());
    assert_eq!(text, "rows-over.csv: the sheets have more than 150000 rows; expected at most 150000 rows");
}

#[test]
fn very_many_styles_are_refused() {
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(5_000_000));
    let mut file = zip::ZipWriter::new_append(std::io::Cursor::new(xlsx(&[("Any", rows("a"))]))).unwrap();
    file.start_file("xl/more/styles.xml", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut file, styles.as_bytes()).unwrap();
    let text = read_in_child("styles.xlsx", &file.finish().unwrap().into_inner());
    assert!(text.contains("(xl/more/styles.xml: more than 100000 styles cannot be)"), "{text}");
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let cell = "<table:table-cell office:value-type=\"string\"><text:p>&b;</text:p></table:table-cell>";
    let table = format!("{bomb}<table:table table:name=\"T\"><table:table-row>{cell}</table:table-row></table:table>");
    let text = read_in_child("entity.ods", &ods_with(&table));
    assert_eq!(
        text,
        "entity.ods: the file is damaged or cut off (content.xml: an entity that is not known); expected a whole ODS file"
    );
}

#[test]
fn a_file_with_a_password_is_said_to_have_one() {
    let mut ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    ole.extend([0; 1_024]);
    let text = read_in_child("old.xlsx", &ole);
    assert_eq!(
        text,
        "old.xlsx: this is a document of Office 97 to 2003, such as XLS; expected a spreadsheet as XLSX, ODS or CSV"
    );
    ole.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    ole.extend([0; 1_024]);
    let expected = "the file is protected with a password; expected one without, save it again unprotected";
    assert_eq!(read_in_child("locked.xlsx", &ole), format!("locked.xlsx: {expected}"));
    let zip = raw_zip(&[("[Content_Types].xml", 0, vec![0; 20], 8), ("xl/workbook.xml", 0, vec![0; 20], 8)], 1);
    assert_eq!(read_in_child("zip.xlsx", &zip), format!("zip.xlsx: {expected}"));
    let ods = zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", b"\x01\x02"),
        ("META-INF/manifest.xml", b"<manifest:encryption-data/>"),
    ]);
    assert_eq!(read_in_child("locked.ods", &ods), format!("locked.ods: {expected}"));
}

#[test]
fn a_file_that_breaks_off_is_said_to_be_damaged() {
    let whole = xlsx(&[("Any", rows("share | recipient\nA1 | Org"))]);
    for length in [10, whole.len() / 2, whole.len() - 1] {
        let text = read_in_child("cut.xlsx", &whole[..length]);
        assert!(text.starts_with("cut.xlsx: the file is damaged or cut off ("), "{text}");
    }
    let mut flipped = whole.clone();
    let middle = flipped.windows(18).position(|window| window == b"xl/worksheets/shee").unwrap() + 40;
    flipped[middle] ^= 0xFF;
    let text = read_in_child("flipped.xlsx", &flipped);
    assert!(text.starts_with("flipped.xlsx: the file is damaged or cut off ("), "{text}");
    let text = read_in_child("open.csv", b"share,recipient\nA1,\"Org\n");
    assert_eq!(
        text,
        "open.csv: the file is damaged or cut off (the last quoted field is never closed); expected a whole CSV file"
    );
    let text = read_in_child(
        "open.ods",
        &zipped(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", b"<a><table:table table:name=\"T\"><table:table-row>"),
        ]),
    );
    assert!(text.contains("(content.xml: it breaks off)"), "{text}");
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    for (name, bytes) in [("none.csv", &b""[..]), ("mark.csv", b"\xEF\xBB\xBF"), ("blank.csv", b" \r\n\r\n")] {
        let expected = format!("{name}: the file is empty; expected a spreadsheet with a row of headers");
        assert_eq!(read_in_child(name, bytes), expected);
    }
    let text = read_in_child("blank.xlsx", &xlsx(&[("Any", Vec::new())]));
    assert_eq!(text, "blank.xlsx: the file is empty; expected a spreadsheet with a row of headers");
    let text = read_in_child("headers.csv", b"share,recipient\n");
    assert_eq!(
        text,
        "headers.csv: 1 problem; nothing was imported\n  the file: expected a row below the headers; there is none"
    );
}

#[test]
fn a_file_of_another_kind_is_named_by_its_content_and_not_by_its_name() {
    let cases: [(&[u8], &str); 8] = [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1A\n\0\0", "a PNG picture"),
        (b"<!DOCTYPE HTML><html>", "a web page"),
        (b"\xFF\xFEs\0h\0", "UTF-16 text"),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "an empty zip archive"),
        (&zipped(&[("word/document.xml", b"<w/>")]), "a Word document"),
        (&zipped(&[("a.txt", b"a")]), "a zip archive without a spreadsheet"),
        (b"abc\0\0\0\x01", "a binary file of a kind that is not known here"),
    ];
    for (bytes, kind) in cases {
        let text = read_in_child("any.xlsx", bytes);
        assert_eq!(text, format!("any.xlsx: this is {kind}; expected a spreadsheet as XLSX, ODS or CSV"));
    }
    let text = read_in_child("really-csv.xlsx", b"share,recipient\nA1,Org\n");
    assert_eq!(text, "read 1 shares");
}

#[test]
fn a_byte_that_is_not_utf_8_is_named_with_its_line() {
    let text = read_in_child("old.csv", b"share,recipient\nA1,Caf\xE9\n");
    assert_eq!(
        text,
        "old.csv, line 2: byte 0xE9 at position 22 is not UTF-8; expected UTF-8 throughout, or encoding = \
         \"windows-1252\" under [csv] in the mapping if an older Windows program wrote the file"
    );
}
