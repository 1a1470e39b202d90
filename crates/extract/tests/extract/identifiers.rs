//! A direct identifier stands in no output unless it was approved as it is: not in what is opened, and never in a manifest, a
//! record, the membership index, an error or what the program says on the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use package::specification::{Keep, People, PostcodeTo, Treatment};

use crate::given::{Given, Pupil, SOURCES, batch, census, filter, item, part, pupil, specification, write_parquet};

/// Every identifier of these rows that may not stand somewhere.
pub fn of(pupils: &[Pupil], upns: bool, postcodes: bool) -> Vec<String> {
    let upns = pupils.iter().filter(|_| upns).filter_map(|pupil| pupil.upn.clone());
    let mut found: Vec<String> = upns.collect();
    found.extend(pupils.iter().filter(|_| postcodes).filter_map(|pupil| pupil.postcode.clone()));
    found.retain(|identifier| !identifier.is_empty());
    found.sort();
    found.dedup();
    found
}

/// The first of the identifiers that stands in a content.
pub fn standing<'a>(content: &[u8], identifiers: &'a [String]) -> Option<&'a String> {
    // All begin with a capital letter, which leaves few places to look at.
    let at = |place: usize| identifiers.iter().find(|identifier| content[place..].starts_with(identifier.as_bytes()));
    (0..content.len()).filter(|place| content[*place].is_ascii_uppercase()).find_map(at)
}

/// Every file below a folder.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(below(&path)) } else { found.push(path) }
    }
    found
}

/// The first file of a folder in which an identifier stands.
pub fn file_with(folder: &Path, identifiers: &[String]) -> Option<PathBuf> {
    below(folder).into_iter().find(|path| standing(&fs::read(path).unwrap(), identifiers).is_some())
}

#[test]
fn what_is_looked_for_would_be_found() {
    let identifiers = of(&census(), true, true);
    assert_eq!(identifiers.len(), 80 + 20);
    assert_eq!(standing(b"...A000007...", &identifiers).map(String::as_str), Some("A000007"));
    assert_eq!(standing(b"...A00007...AB1 CD", &identifiers), None);
    let given = Given::new();
    assert!(file_with(&given.records(), &identifiers).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_error_repeats_an_identifier() {
    let mut identifiers = of(&census(), true, true);
    // What an error gives as an example.
    identifiers.retain(|identifier| identifier != "AB1 2CD");
    let census_of = |items| specification(vec![part("Census", items, vec![])]);
    let mut said = Vec::new();
    let mut tried = async |given: &Given, asked: package::Specification| {
        let error = given.extract(&given.instruction(asked)).await.unwrap_err();
        said.push(format!("{error}\n{error:?}"));
        // What has failed leaves none behind either.
        assert_eq!(file_with(given.zone.folder(), &identifiers), None);
        assert_eq!(file_with(&given.out, &identifiers), None);
    };

    // Identifiers where a treatment expects something else.
    let mut rows = census();
    rows.iter_mut().for_each(|row| row.postcode.clone_from(&row.upn));
    let given = Given::with(&rows);
    for to in [PostcodeTo::District, PostcodeTo::Region] {
        tried(&given, census_of(vec![item("postcode", Treatment::Postcode { to })])).await;
    }
    let row = package::specification::Coarser { code: "X".to_owned(), to: "Y".to_owned() };
    tried(&given, census_of(vec![item("postcode", Treatment::Recode { other: None, table: vec![row] })])).await;

    // Where a year or a date of birth should stand.
    let mut given = Given::new();
    let as_year = SOURCES.replacen("year = \"year\"", "year = \"postcode\"", 1);
    given.sources = extract::Sources::parse(&as_year, &given.records()).unwrap();
    tried(&given, census_of(vec![item("days", Treatment::Keep {})])).await;
    let as_born = SOURCES.replacen("born = \"born\"", "born = \"postcode\"", 1);
    given.sources = extract::Sources::parse(&as_born, &given.records()).unwrap();
    let mut of_cohort = census_of(vec![item("days", Treatment::Keep {})]);
    of_cohort.cohorts = vec!["1999-2000".parse().unwrap()];
    tried(&given, of_cohort).await;

    // In a CSV file that is broken right there, and in one whose cells are no numbers.
    let absence = |item_| specification(vec![part("Absence", vec![item_], vec![])]);
    for text in [
        "pupil,year,sessions,reason\nA000001,2010\n",
        "pupil,year,sessions,reason\nA000001,2010,A000002,ill\n",
        "pupil,year,sessions,reason\nA000001,A000002,1,ill\n",
        "pupil,year,sessions,reason\n\"A000001,2010,1,ill\n",
        "pupil,year,sessions,reason\nA000001,2010,1,ill,AB1 1CD\n",
    ] {
        let given = Given::new();
        fs::write(given.records().join("absence.csv"), text).unwrap();
        tried(&given, absence(item("sessions", Treatment::Round { nearest: 5 }))).await;
    }
    let given = Given::new();
    let mut bytes = b"pupil,year,sessions,reason\nA000001,2010,1,".to_vec();
    bytes.extend([0xFF, b'\n']);
    fs::write(given.records().join("absence.csv"), bytes).unwrap();
    tried(&given, absence(item("reason", Treatment::Keep {}))).await;

    // In a list that is too long or no text, and in more people than were approved.
    let mut given = Given::new();
    let list = given.folder.path().join("list");
    given.people = Some(list.clone());
    let mut listed = census_of(vec![item("days", Treatment::Keep {})]);
    listed.people = People::Listed { up_to: 1 };
    fs::write(&list, "A000001\nA000002\n").unwrap();
    tried(&given, listed.clone()).await;
    fs::write(&list, b"A000001\nA0000\xFF\n").unwrap();
    tried(&given, listed).await;
    given.people = None;
    let mut few = given.instruction(census_of(vec![item("upn", Treatment::Keep {})]));
    few.people_at_most = Some(1);
    said.push(given.extract(&few).await.unwrap_err().to_string());

    for text in &said {
        assert_eq!(standing(text.as_bytes(), &identifiers), None, "{text}");
    }
    assert_eq!(said.len(), 14);
}

#[test]
fn the_program_says_no_identifier_on_its_way() {
    let identifiers = of(&census(), true, true);
    let given = Given::with(&(1..=80).map(|number| pupil(number, 2010)).collect::<Vec<_>>());
    let more: Vec<Pupil> = (1..=80).map(|number| Pupil { upn: None, ..pupil(number, 2011) }).collect();
    write_parquet(&given.records().join("census of schools/2011 [all].parquet"), &batch(&more));
    let items = vec![item("upn", Treatment::Pseudonymise {}), item("days", Treatment::Keep {})];
    let asked = specification(vec![part("Census", items, vec![filter("days", Keep::Between(0, 70))])]);
    let instruction = given.folder.path().join("instruction");
    fs::write(&instruction, given.signed(&given.instruction(asked))).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_rollcall-extract"));
    program.arg("extract").arg(&instruction).arg("--zone").arg(given.zone.folder()).arg("--out").arg(&given.out);
    let done = program.arg("--sources").arg(given.records().join("sources.toml")).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stderr).contains("rows name no person, and did not leave"));
    for said in [&done.stdout, &done.stderr] {
        assert_eq!(standing(said, &identifiers), None);
    }
    assert_eq!(file_with(given.zone.folder(), &identifiers), None);
    assert_eq!(file_with(&given.out, &identifiers), None);
}
