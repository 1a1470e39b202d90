//! Item dictionaries from tables of variables: the department's own, where they are present, and hostile ones.

use std::path::{Path, PathBuf};

use register::dictionary::Dictionary;
use server::import::{
    DictionaryFile, ImportError, ItemMapping, MappingError, Problems, SheetDictionary, read_dictionaries,
    read_dictionary_file,
};

use super::support::{Sheet, csv, ods, rows, xlsx, xlsx_with};

fn real(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("ROLLCALL_REAL_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let file = folder.join("npd").join(name);
    if file.is_file() {
        return Some(file);
    }
    eprintln!("left out: {name} is not here, set ROLLCALL_REAL_DATA to the path of the real data");
    None
}

fn shipped(name: &str) -> ItemMapping {
    ItemMapping::named(name).unwrap()
}

fn told(file: &DictionaryFile) -> Vec<String> {
    file.warnings.iter().map(ToString::to_string).collect()
}

fn problems(result: Result<DictionaryFile, ImportError>) -> Problems {
    match result {
        Err(ImportError::Problems(problems)) => problems,
        other => panic!("expected problems: {other:?}"),
    }
}

fn only(file: &DictionaryFile) -> &SheetDictionary {
    let [one] = file.dictionaries.as_slice() else { panic!("{} dictionaries", file.dictionaries.len()) };
    one
}

#[test]
fn the_real_table_of_key_stage_4_gives_all_its_items_and_reports_the_names_that_repeat() {
    let Some(path) = real("ks4-variables.xlsx") else { return };
    let file = read_dictionary_file(&path, &shipped("npd-variables"), None).unwrap();
    let found = only(&file);
    assert_eq!((found.dataset.as_str(), found.dictionary.items.len()), ("Key Stage 4", 1_224));
    assert_eq!(found.recurring_headers, [121]);
    let repeated = found.repeated();
    let expected: [(&str, &[u32]); 9] = [
        ("KS4_UPN", &[7, 105]),
        ("KS4_CANDNO", &[9, 106]),
        ("KS4_LAESTAB", &[91, 110]),
        ("KS4_LEDFECN", &[93, 98]),
        ("KS4_LPDFECN", &[94, 99]),
        ("KS4_URN", &[95, 101, 111]),
        ("KS4_ACADYR", &[123, 1192]),
        ("KS4_PupilMatchingRefAnonymous", &[124, 1193]),
        ("KS4_VERSION", &[1189, 1243]),
    ];
    assert_eq!(repeated.iter().map(|(name, rows)| (*name, rows.as_slice())).collect::<Vec<_>>(), expected);
    assert_eq!(repeated.iter().map(|(_, rows)| rows.len() - 1).sum::<usize>(), 10, "rows that repeat a name");
    let warnings = told(&file);
    assert!(
        warnings.contains(&"sheet \"KS4\", row 121: the headers stand here again; the row was left out".to_owned())
    );
    let urn = "sheet \"KS4\", row 95: the name \"KS4_URN\" stands in 3 rows, 95, 101, 111; all are kept";
    assert!(warnings.contains(&urn.to_owned()), "{warnings:?}");

    let items = &found.dictionary.items;
    let classed = |scheme: &str| items.iter().filter(|item| item.class(scheme).is_some()).count();
    assert_eq!(
        [classed("npd-tier"), classed("dfe-identification-risk"), classed("dfe-sensitivity")],
        [1_223, 1_224, 1_224]
    );
    let of = |scheme: &str, value: &str| items.iter().filter(|item| item.class(scheme) == Some(value)).count();
    assert_eq!(["1", "2", "4"].map(|tier| of("npd-tier", tier)), [50, 56, 1_117]);
    assert_eq!(["1", "2", "3", "4", "5"].map(|risk| of("dfe-identification-risk", risk)), [3, 7, 3, 25, 1_186]);
    assert_eq!(["A", "B", "C", "D", "E"].map(|level| of("dfe-sensitivity", level)), [0, 9, 4, 52, 1_159]);
    assert!(items.iter().all(|item| item.first_year.is_some()), "every one of the real years can be read");
    let first = &items[0];
    assert_eq!((first.first_year, first.last_year, first.years.as_deref()), (Some(2002), None, Some("2002/03 -")));
    assert_eq!(
        (first.section.as_deref(), first.former_names.as_slice()),
        (Some("KS4 Pupil Table"), &["k4_upn".to_owned()][..])
    );
    let bytes = found.dictionary.to_bytes().unwrap();
    assert_eq!(Dictionary::parse(&bytes).unwrap(), found.dictionary);
}

#[test]
fn the_real_table_as_csv_gives_the_same_items_without_its_headings() {
    let (Some(path), Some(book)) = (real("ks4-variables.csv"), real("ks4-variables.xlsx")) else { return };
    let unnamed = problems(read_dictionary_file(&path, &shipped("npd-variables"), None));
    assert!(unnamed.to_string().contains("give it with --dataset NAME"), "{unnamed}");
    let file = read_dictionary_file(&path, &shipped("npd-variables"), Some("Key Stage 4")).unwrap();
    let book = read_dictionary_file(&book, &shipped("npd-variables"), None).unwrap();
    let names = |file: &DictionaryFile| -> Vec<String> {
        only(file).dictionary.items.iter().map(|item| item.alias.clone()).collect()
    };
    assert_eq!(names(&file), names(&book));
    assert_eq!(only(&file).repeated().len(), 9);
}

#[test]
fn the_real_workbook_of_all_datasets_gives_a_dictionary_a_sheet_and_names_what_it_leaves_out() {
    let Some(path) = real("all-datasets-excerpt.xlsx") else { return };
    let file = read_dictionary_file(&path, &shipped("npd-all-datasets"), None).unwrap();
    assert_eq!((file.dictionaries.len(), file.left_out.len()), (24, 24));
    assert_eq!(file.dictionaries.iter().map(|found| found.dictionary.items.len()).sum::<usize>(), 320);
    assert_eq!(file.dictionaries.iter().map(|found| found.recurring_headers.len()).sum::<usize>(), 19);
    let of = |name: &str| file.dictionaries.iter().find(|found| found.dataset == name).unwrap();
    assert_eq!(of("School Census").recurring_headers, [16]);
    assert_eq!(of("Children in Need").repeated().len(), 4);
    assert_eq!(of("Phonics").dictionary.items[0].alias, "PHONICS_UPN");
    for name in ["Front_Cover", "Overview", "SLD_-_Absence", "Codesets_(Characteristics)"] {
        assert!(file.left_out.iter().any(|sheet| sheet == name), "{name}");
    }
    let warnings = told(&file);
    assert!(warnings.iter().any(|told| told.starts_with(
        "sheet \"Phonics_11-12_to_17-18\", row 6, column A \"NPDAlias\": from here on 5 cells are formulas"
    )));
    let refused = problems(read_dictionary_file(&path, &shipped("npd-variables"), None)).to_string();
    assert!(
        refused.contains("sheet \"Front_Cover\": expected a row with the headers \"NPD Alias\", \"Years Populated\"")
    );
}

const HEAD: &str = "NPD Alias | Years Populated | Description | Identification Risk | Sensitivity | Old Alias";

fn table(body: &str) -> Vec<Vec<String>> {
    rows(&format!("Example set\n{HEAD}\n{body}"))
}

fn read_in(format: &str, body: &str) -> Result<DictionaryFile, ImportError> {
    let rows = table(body);
    let sheets: [Sheet<'_>; 1] = [("Example", rows.clone())];
    let bytes = match format {
        "xlsx" => xlsx(&sheets),
        "ods" => ods(&sheets),
        _ => csv(&rows),
    };
    read_dictionaries(&format!("variables.{format}"), &bytes, &shipped("npd-variables"), None)
}

#[test]
fn every_format_gives_the_same_dictionary() {
    let body = "Part one\nA_1 | 2001/02 - | First. | 2 | E | a1\nA_2 | 2003/04 only | =Second | 5 | A | n/a\nPart two\nA_1 | | Again. | 1 | B |";
    let read: Vec<SheetDictionary> =
        ["xlsx", "ods", "csv"].map(|format| only(&read_in(format, body).unwrap()).clone()).to_vec();
    for found in &read {
        assert_eq!(found.dictionary, read[0].dictionary);
        assert_eq!((found.dataset.as_str(), found.headings, found.rows.as_slice()), ("Example set", 2, &[4, 5, 7][..]));
        assert_eq!(found.repeated(), [("A_1", vec![4, 7])]);
    }
    let sections: Vec<_> = read[0].dictionary.items.iter().map(|item| item.section.as_deref()).collect();
    assert_eq!(sections, [Some("Part one"), Some("Part one"), Some("Part two")]);
    assert_eq!(read[0].dictionary.items[1].former_names, [""; 0]);
}

#[test]
fn values_that_a_scheme_does_not_know_and_years_that_cannot_be_read_are_kept_and_reported() {
    let file = read_in("xlsx", "A | since the war | First. | 7 | F |").unwrap();
    let item = &only(&file).dictionary.items[0];
    assert_eq!((item.class("dfe-identification-risk"), item.class("dfe-sensitivity")), (Some("7"), Some("F")));
    assert_eq!((item.years.as_deref(), item.first_year), (Some("since the war"), None));
    let warnings = told(&file).join("\n");
    for said in [
        "sheet \"Example\", row 3, column D \"Identification Risk\": \"7\" is no value of Identification risk (DfE), which knows 1, 2, 3, 4, 5; it is kept as given",
        "sheet \"Example\", row 3, column E \"Sensitivity\": \"F\" is no value",
        "sheet \"Example\", row 3, column B \"Years Populated\": the years \"since the war\" could not be read",
    ] {
        assert!(warnings.contains(said), "{said}: {warnings}");
    }
}

#[test]
fn every_problem_of_a_table_is_collected_with_its_cell() {
    let long = "x".repeat(301);
    let body = format!(
        "A | | First. | 2 | E |\n | 2001/02 - | Nameless. | 2 | E |\n{long} | | Long. | 2 | E |\nB | | Odd\u{7}. | 2 | {long} |\nNPD Alias | | Description | | |"
    );
    let text = problems(read_in("xlsx", &body)).to_string();
    for said in [
        "variables.xlsx: 5 problems; nothing was imported",
        "sheet \"Example\", row 4, column A \"NPD Alias\": expected the item's name; the cell is empty",
        "sheet \"Example\", row 5, column A \"NPD Alias\": found \"xxx",
        "sheet \"Example\", row 6, column C \"Description\": found \"Odd .\", expected a text without control characters",
        "sheet \"Example\", row 6, column E \"Sensitivity\": found \"xxx",
        "sheet \"Example\", row 7: expected all headers where they stand again; \"Years Populated\", \"Identification Risk\", \"Sensitivity\" is missing",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn formulas_errors_doubled_headers_and_empty_tables_are_problems() {
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let headers = ["NPD Alias", "Years Populated", "Description", "Identification Risk", "Sensitivity"];
    let head: String =
        ["A", "B", "C", "D", "E"].iter().zip(headers).map(|(at, text)| cell(&format!("{at}2"), text)).collect();
    let formula = "<c r=\"A3\" t=\"str\"><f>\"A_\"&amp;B3</f><v>A_1</v></c>";
    let sheet = format!(
        "<sheetData><row r=\"1\">{}</row><row r=\"2\">{head}</row><row r=\"3\">{formula}{}</row>\
         <row r=\"4\">{}<c r=\"C4\" t=\"e\"><v>#REF!</v></c></row></sheetData>",
        cell("A1", "Set"),
        cell("C3", "First."),
        cell("A4", "B")
    );
    let bytes = xlsx_with(&sheet, "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>");
    let refused = problems(read_dictionaries("f.xlsx", &bytes, &shipped("npd-variables"), None)).to_string();
    assert!(refused.contains("row 3, column A \"NPD Alias\": found \"a formula\""), "{refused}");
    assert!(refused.contains("row 4, column C \"Description\": found \"#REF!\""), "{refused}");

    let doubled = rows(&format!("Set\n{HEAD} | Description\nA | | First. | 2 | E | | Second."));
    let text = problems(read_dictionaries("d.csv", &csv(&doubled), &shipped("npd-variables"), None)).to_string();
    assert!(text.contains("row 2, column G \"Description\": expected one column of this header"), "{text}");
    let empty = problems(read_in("csv", "")).to_string();
    assert!(empty.contains("row 2: expected items below these headers; there are none"), "{empty}");
}

#[test]
fn two_sheets_of_one_dataset_and_a_file_without_any_are_problems() {
    let sheets: [Sheet<'_>; 2] = [("One", table("A | | First. | 2 | E |")), ("Two", table("B | | Second. | 2 | E |"))];
    let text = problems(read_dictionaries("b.xlsx", &xlsx(&sheets), &shipped("npd-all-datasets"), None)).to_string();
    assert!(
        text.contains("sheet \"Two\": found \"Example set\", expected a dataset of its own; sheet \"One\""),
        "{text}"
    );
    let none = rows("Some | thing\nelse | here");
    let text = problems(read_dictionaries("n.csv", &csv(&none), &shipped("npd-all-datasets"), None)).to_string();
    assert!(text.contains("expected a sheet with the header \"NPD Alias\""), "{text}");
    assert!(matches!(read_dictionaries("e.csv", b"", &shipped("npd-variables"), None), Err(ImportError::File(_))));
}

#[test]
fn a_text_too_long_for_a_dictionary_s_line_is_a_problem_of_its_row() {
    let rows = table(&format!("A | | {} | 2 | E |", "x".repeat(300_000)));
    let text = problems(read_dictionaries("l.csv", &csv(&rows), &shipped("npd-variables"), None)).to_string();
    assert!(text.contains("row 3: expected at most 262144 bytes"), "{text}");
}

#[test]
fn a_mapping_of_items_is_checked_before_any_file_is_read() {
    let wrong = |text: &str| ItemMapping::parse("m", text).unwrap_err().to_string();
    let column = "{ header = \"N\", to = \"alias\" }";
    for (columns, said) in [
        ("{ header = \"D\", to = \"description\" }", "expected one column to = \"alias\""),
        (&*format!("{column}, {{ header = \"n \", to = \"field\" }}"), "two columns have this header"),
        (&*format!("{column}, {{ header = \"C\", to = \"class\" }}"), "needs a scheme"),
        (&*format!("{column}, {{ header = \"C\", to = \"fact\", name = \"Not a code\" }}"), "expected a code"),
        (&*format!("{column}, {{ header = \"C\", to = \"nonsense\" }}"), "unknown variant `nonsense`"),
        (&*format!("{column}, {{ header = \"A\", to = \"alias\" }}"), "another column gives the same"),
    ] {
        let text = wrong(&format!("title = \"T\"\ncolumn = [{columns}]"));
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(matches!(ItemMapping::named("no-such"), Err(MappingError::UnknownItems(..))));
    for name in ["npd-variables", "npd-all-datasets", "plain-items"] {
        shipped(name);
    }
}
