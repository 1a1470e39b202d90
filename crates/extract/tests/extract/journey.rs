//! What leaves when everything is as it should be.

use std::collections::BTreeSet;
use std::fs;

use extract::measure::From;
use package::instruction::Format;
use package::specification::{Coarser, Cohort, DateTo, Keep, People, PostcodeTo, Treatment};
use register::Count;
use register::vocabulary::Cover;

use crate::given::{Given, census, filter, item, part, pupil, specification};

fn everything() -> package::Specification {
    let row = |code: &str, to: &str| Coarser { code: code.to_owned(), to: to.to_owned() };
    let recode = Treatment::Recode { other: Some("other".to_owned()), table: vec![row("BAFR", "B"), row("WBRI", "W")] };
    let census = part(
        "Census",
        vec![
            item("upn", Treatment::Pseudonymise {}),
            item("year", Treatment::Keep {}),
            item("born", Treatment::Date { to: DateTo::Month }),
            item("postcode", Treatment::Postcode { to: PostcodeTo::Region }),
            item("ethnicity", recode),
            item("score", Treatment::Round { nearest: 5 }),
            item("days", Treatment::TopCode { limit: 40 }),
        ],
        Vec::new(),
    );
    specification(vec![census])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instruction_becomes_a_package_that_holds_what_was_approved_and_a_manifest_that_says_so() {
    let given = Given::new();
    let done = given.extract(&given.instruction(everything())).await.unwrap();
    let (manifest, tables) = given.open(&done);
    let table = &tables["Census"];
    assert_eq!(table.names, ["born", "days", "Ethnicity", "postcode", "score", "upn", "year"]);
    assert_eq!(table.rows.len(), 120);
    let mut found = table.rows.clone();
    let pseudonyms: BTreeSet<String> = table.column("upn").into_iter().flatten().collect();
    assert_eq!(pseudonyms.len(), 80);
    assert!(pseudonyms.iter().all(|pseudonym| pseudonym.len() >= 26 && !pseudonym.contains("A0")));
    found.iter_mut().for_each(|row| row[5] = None);
    let mut wanted: Vec<Vec<Option<String>>> = census()
        .into_iter()
        .map(|pupil| {
            let born = pupil.born.unwrap();
            let region = if ["AB1", "AB2"].contains(&&pupil.postcode.unwrap()[..3]) { "North" } else { "South" };
            let ethnicity = pupil.ethnicity.map(|code| match code.as_str() {
                "WBRI" => "W".to_owned(),
                "BAFR" => "B".to_owned(),
                _ => "other".to_owned(),
            });
            let score = (pupil.score.unwrap() / 5.0).round() as i64 * 5;
            vec![
                Some(format!("{}-{:02}", born.year, born.month)),
                Some(pupil.days.unwrap().min(40).to_string()),
                ethnicity,
                Some(region.to_owned()),
                Some(score.to_string()),
                None,
                Some(pupil.year.to_string()),
            ]
        })
        .collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);

    let file = &manifest.files[0];
    assert_eq!(
        (file.name.as_str(), file.rows, file.people),
        ("census.parquet", Count::Exactly(120), Count::Exactly(80))
    );
    assert_eq!(file.years, [2010, 2011]);
    let measured = &done.record.measured;
    assert_eq!((measured.people, measured.files[0].people_from), (80, From::File));
    // The date of birth leaves as a month, so the cohorts were counted beside.
    assert_eq!(measured.files[0].cohorts_from, From::Beside);
    let cohorts: Vec<String> = file.cohorts.iter().map(ToString::to_string).collect();
    assert_eq!(cohorts, ["1998-1999", "1999-2000", "2000-2001", "2001-2002"]);
    assert!(manifest.cohorts.iter().all(|cohort| cohort.cover == Cover::All));
    let nulls = table.column("Ethnicity").iter().filter(|cell| cell.is_none()).count() as u64;
    let ethnicity = &measured.files[0].columns[2];
    assert_eq!((ethnicity.nulls, ethnicity.distinct), (nulls, 3));
    assert!(fs::read_dir(given.zone.folder().join("partial")).unwrap().next().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_one_dataset_are_those_found_in_the_chosen_rows_of_another() {
    let given = Given::new();
    let census =
        part("Census", vec![item("upn", Treatment::Pseudonymise {})], vec![filter("days", Keep::Between(5, 10))]);
    let absence =
        part("Absence", vec![item("pupil", Treatment::Pseudonymise {}), item("sessions", Treatment::Keep {})], vec![]);
    let mut asked = specification(vec![census, absence]);
    asked.people = People::FoundIn { within: "Census".to_owned() };
    let mut instruction = given.instruction(asked);
    instruction.format = Format::Csv;
    let done = given.extract(&instruction).await.unwrap();
    let (manifest, tables) = given.open(&done);
    let mut sessions = tables["Absence"].column("sessions");
    sessions.sort_by_key(|cell| cell.clone().unwrap().parse::<i64>().unwrap());
    assert_eq!(sessions.into_iter().flatten().collect::<Vec<_>>(), ["5", "6", "7", "8", "9", "10"]);
    // The same person has the same pseudonym in both, and the people of both are counted once.
    let people = |dataset: &str, column: &str| tables[dataset].column(column).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(people("Census", "upn"), people("Absence", "pupil"));
    assert_eq!((done.record.measured.people, manifest.people), (6, Count::Under(10)));
    assert_eq!(manifest.files[0].name, "absence.csv.zst");
}

#[tokio::test(flavor = "multi_thread")]
async fn listed_people_are_matched_and_nobody_else_leaves() {
    let mut given = Given::new();
    let list = given.folder.path().join("list");
    fs::write(&list, "A000003\r\nA000003\n\nA000070\nZ999999\n").unwrap();
    given.people = Some(list.clone());
    let census = part("Census", vec![item("upn", Treatment::Keep {}), item("year", Treatment::Keep {})], vec![]);
    let mut asked = specification(vec![census]);
    asked.people = People::Listed { up_to: 3 };
    let done = given.extract(&given.instruction(asked.clone())).await.unwrap();
    let mut found = given.open(&done).1["Census"].column("upn");
    found.sort();
    assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), ["A000003", "A000070"]);

    asked.people = People::Listed { up_to: 2 };
    let mut instruction = given.instruction(asked);
    (instruction.sequence, instruction.release) = (2, "R2".to_owned());
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert_eq!(said, format!("{}: it names more than the 2 people who were approved", list.display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_missing_outside_of_its_own_years_and_cohorts() {
    let given = Given::new();
    let cohort = |text: &str| text.parse::<Cohort>().unwrap();
    let mut score = item("score", Treatment::Keep {});
    score.last_year = 2010;
    let mut days = item("days", Treatment::Keep {});
    days.cohorts = vec![cohort("1999-2000")];
    let mut asked = specification(vec![part("Census", vec![item("upn", Treatment::Keep {}), score, days], vec![])]);
    asked.cohorts = vec![cohort("1999-2000"), cohort("2000-2001")];
    let done = given.extract(&given.instruction(asked)).await.unwrap();
    let (manifest, tables) = given.open(&done);
    let table = &tables["Census"];
    let mut wanted: Vec<Vec<Option<String>>> = census()
        .into_iter()
        .filter(|pupil| [1999, 2000].contains(&pupil.born.unwrap().school_year()))
        .map(|pupil| {
            let days = pupil.days.filter(|_| pupil.born.unwrap().school_year() == 1999);
            let score = pupil.score.filter(|_| pupil.year == 2010);
            vec![days.map(|days| days.to_string()), score.map(|score| format!("{score:?}")), pupil.upn]
        })
        .collect();
    let mut found = table.rows.clone();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
    let cohorts: Vec<String> = manifest.files[0].cohorts.iter().map(ToString::to_string).collect();
    assert_eq!(cohorts, ["1999-2000", "2000-2001"]);
    assert_eq!(done.record.measured.files[0].years_from, From::Beside);
    assert_eq!(manifest.cohorts.len(), 2);
    let held = manifest.files[0].columns.iter().map(|column| {
        let cohorts: Vec<String> = column.cohorts.iter().map(ToString::to_string).collect();
        (column.item.as_str(), column.years.as_slice(), cohorts)
    });
    let both = || vec!["1999-2000".to_owned(), "2000-2001".to_owned()];
    assert_eq!(
        held.collect::<Vec<_>>(),
        [
            ("days", [2010, 2011].as_slice(), vec!["1999-2000".to_owned()]),
            ("score", [2010].as_slice(), both()),
            ("upn", [2010, 2011].as_slice(), both()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_does_not_hold_who_it_is_about_counts_people_beside_and_a_row_without_a_person_stays() {
    let mut rows = census();
    rows[3].upn = None;
    rows[4].upn = Some(String::new());
    let given = Given::with(&rows);
    let asked = specification(vec![part("Census", vec![item("year", Treatment::Keep {})], vec![])]);
    let done = given.extract(&given.instruction(asked)).await.unwrap();
    let (manifest, tables) = given.open(&done);
    assert_eq!(tables["Census"].rows.len(), 118);
    assert_eq!(done.record.rows_without_person, 2);
    assert_eq!((done.record.measured.people, done.record.measured.files[0].people_from), (78, From::Beside));
    assert_eq!(manifest.people, Count::Exactly(80));
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_sources_are_read_as_text_whatever_stands_in_their_cells() {
    let mut given = Given::new();
    let folder = given.records().join("absences, one file a term [%20]");
    fs::create_dir_all(&folder).unwrap();
    let header = "pupil,year,sessions,reason";
    fs::write(folder.join("a.CSV"), format!("\u{feff}{header}\r\n007,2010,1,\"a \"\"b\"\",\r\nc\"\r\n")).unwrap();
    fs::write(folder.join("b.csv"), format!("{header}\n7,2010,,NULL\n")).unwrap();
    fs::write(folder.join(".hidden"), "no table").unwrap();
    let toml = crate::given::SOURCES.replace("absence.csv", "absences, one file a term [%20]");
    given.sources = extract::Sources::parse(&toml, &given.records()).unwrap();
    let items = ["pupil", "sessions", "reason"].map(|name| item(name, Treatment::Keep {})).to_vec();
    let mut instruction = given.instruction(specification(vec![part("Absence", items, vec![])]));
    let done = given.extract(&instruction).await.unwrap();
    let mut rows = given.open(&done).1.remove("Absence").unwrap().rows;
    rows.sort();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [[text("007"), text("a \"b\",\r\nc"), text("1")], [text("7"), text("NULL"), None]]);
    assert_eq!(done.record.measured.people, 2);

    (instruction.sequence, instruction.release) = (2, "R2".to_owned());
    fs::write(folder.join("b.csv"), "pupil,sessions,year,reason\n7,1,2010,x\n").unwrap();
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert!(said.ends_with("b.csv: expected the same columns in the same order as in the files before it"), "{said}");
    fs::write(folder.join("b.csv"), format!("{header}\n7,ten,1,x\n")).unwrap();
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert!(said.contains("b.csv, row 1: expected the calendar year") && !said.contains("ten"), "{said}");
    fs::write(folder.join("b.csv"), format!("{header}\n7,2010\n")).unwrap();
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert!(said.starts_with("Absence: a CSV file:"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_release_shows_the_first_ones_counts_until_ten_have_changed() {
    let shown = async |given: &Given, sequence: u32| {
        let asked = specification(vec![part("Census", vec![item("upn", Treatment::Pseudonymise {})], vec![])]);
        let mut instruction = given.instruction(asked);
        (instruction.sequence, instruction.release) = (sequence, format!("R{sequence}"));
        let done = given.extract(&instruction).await.unwrap();
        (done.record.measured.people, given.open(&done).0.people)
    };
    let given = Given::with(&(1..=64).map(|number| pupil(number, 2010)).collect::<Vec<_>>());
    let grow = |people: i64| {
        let rows: Vec<_> = (1..=people).map(|number| pupil(number, 2010)).collect();
        let path = given.records().join("census of schools/2010 [all].parquet");
        crate::given::write_parquet(&path, &crate::given::batch(&rows));
    };
    assert_eq!(shown(&given, 1).await, (64, Count::Exactly(60)));
    grow(65);
    assert_eq!(shown(&given, 2).await, (65, Count::Exactly(60)));
    grow(73);
    assert_eq!(shown(&given, 3).await, (73, Count::Exactly(60)));
    grow(74);
    assert_eq!(shown(&given, 4).await, (74, Count::Exactly(70)));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_in_the_sources_is_counted_again_only_where_the_files_have_changed() {
    let given = Given::with(&(1..=30).map(|number| pupil(number, 2010)).collect::<Vec<_>>());
    let folder = given.zone.folder().join("population");
    let kept = || {
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.map(|path| (path.clone(), fs::metadata(path).unwrap().modified().unwrap())).collect();
        <[_; 1]>::try_from(files).unwrap()
    };
    let everybody = async |sequence: u32| {
        let asked = specification(vec![part("Census", vec![item("upn", Treatment::Pseudonymise {})], vec![])]);
        let mut instruction = given.instruction(asked);
        (instruction.sequence, instruction.release) = (sequence, format!("R{sequence}"));
        let done = given.extract(&instruction).await.unwrap();
        done.record.measured.cohorts.iter().map(|cohort| cohort.all).sum::<u64>()
    };
    assert_eq!(everybody(1).await, 30);
    let counted = kept();
    assert_eq!((everybody(2).await, kept()), (30, counted.clone()));
    let [(path, _)] = &counted;
    let mut damaged = fs::read(path).unwrap();
    damaged[40] ^= 1;
    fs::write(path, damaged).unwrap();
    assert_eq!(everybody(3).await, 30);
    assert_ne!(kept()[0].1, counted[0].1);
    let rows: Vec<_> = (1..=33).map(|number| pupil(number, 2010)).collect();
    let records = given.records().join("census of schools/2010 [all].parquet");
    crate::given::write_parquet(&records, &crate::given::batch(&rows));
    assert_eq!(everybody(4).await, 33);
    assert_ne!(kept()[0].0, counted[0].0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_does_not_depend_on_how_much_memory_there_is() {
    let mut given = Given::new();
    let rows: Vec<_> = (1..=200_000).map(|number| pupil(number, 2010)).collect();
    let path = given.records().join("census of schools/2010 [all].parquet");
    crate::given::write_parquet(&path, &crate::given::batch(&rows));
    let census = part("Census", vec![item("upn", Treatment::Keep {}), item("days", Treatment::Keep {})], vec![]);
    let mut asked = specification(vec![census, part("Absence", vec![item("pupil", Treatment::Keep {})], vec![])]);
    asked.people = People::FoundIn { within: "Census".to_owned() };
    let mut found = Vec::new();
    for (sequence, memory) in [(1, 256 << 20), (2, 16 << 20)] {
        given.memory = memory;
        let mut instruction = given.instruction(asked.clone());
        (instruction.sequence, instruction.release) = (sequence, format!("R{sequence}"));
        let done = given.extract(&instruction).await.unwrap();
        let (_, mut tables) = given.open(&done);
        tables.values_mut().for_each(|table| table.rows.sort());
        found.push((tables, done.record.measured.people));
    }
    assert_eq!(found[0].0["Absence"].rows.len(), 30);
    assert_eq!(found[0], found[1]);
}
