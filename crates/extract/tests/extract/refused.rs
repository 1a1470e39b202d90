//! What does not fit is refused before a row is read, by its name, and nothing is left behind.

use extract::extract::ExtractError;
use extract::plan::{PlanError, Refusal};
use package::Instruction;
use package::specification::{Coarser, DateTo, Keep, People, PostcodeTo, Treatment};

use crate::given::{Given, class, filter, item, part, pupil, specification};

/// A census with one item and one filter.
fn asked(items: Vec<package::specification::SpecifiedItem>) -> package::Specification {
    specification(vec![part("Census", items, vec![])])
}

async fn refusals(given: &Given, instruction: &Instruction) -> Vec<Refusal> {
    let found = match given.extract(instruction).await {
        Err(ExtractError::Plan(PlanError::Refused(refused))) => refused,
        other => panic!("expected refusals, found {other:?}"),
    };
    assert_eq!(given.left(), Vec::<std::path::PathBuf>::new());
    found
}

async fn words(given: &Given, specification: package::Specification) -> Vec<String> {
    let found = refusals(given, &given.instruction(specification)).await;
    found.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_the_zone_does_not_know_are_refused_all_at_once() {
    let given = Given::new();
    let mut specification = asked(vec![item("upn", Treatment::Keep {}), item("shoe-size", Treatment::Keep {})]);
    specification.datasets.push(part("Nobody's data", vec![item("upn", Treatment::Keep {})], vec![]));
    specification.datasets[0].filters.push(filter("hat-size", Keep::Between(1, 2)));
    assert_eq!(
        words(&given, specification).await,
        [
            "Census: the sources have no column for the item \"shoe-size\"",
            "Census: the sources have no column for the item \"hat-size\"",
            "the sources have no dataset \"Nobody's data\"",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_the_files_do_not_have_is_refused() {
    let given = Given::new();
    let toml = crate::given::SOURCES.replace("name = \"days\"\nitem = \"days\"", "name = \"tage\"\nitem = \"days\"");
    let mut given = given;
    given.sources = extract::Sources::parse(&toml, &given.records()).unwrap();
    let found = words(&given, asked(vec![item("days", Treatment::Keep {})])).await;
    assert_eq!(found, ["Census: its files have no column \"tage\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_without_a_class_or_with_another_one_is_refused_also_where_it_only_filters() {
    let given = Given::new();
    let mut secret = item("secret", Treatment::Keep {});
    secret.classes = Vec::new();
    let mut days = item("days", Treatment::Keep {});
    days.classes = class("2");
    let mut specification = asked(vec![secret, days]);
    let mut by_score = filter("score", Keep::Between(1, 2));
    by_score.classes = Vec::new();
    specification.datasets[0].filters.push(by_score);
    assert_eq!(
        words(&given, specification).await,
        [
            "Census: the item \"days\" was approved with npd-tier 2, and the sources give it npd-tier 4",
            "Census: the column \"secret\" of the item \"secret\" has no class, and such a column is never released",
            "Census: the item \"score\" was approved with no class, and the sources give it npd-tier 4",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn treatments_and_filters_that_do_not_fit_a_columns_type_are_refused() {
    let given = Given::new();
    let table = vec![Coarser { code: "A".to_owned(), to: "B".to_owned() }];
    let mut specification = asked(vec![
        item("days", Treatment::Date { to: DateTo::Month }),
        item("score", Treatment::Postcode { to: PostcodeTo::Sector }),
        item("born", Treatment::Round { nearest: 5 }),
        item("year", Treatment::Recode { other: None, table }),
    ]);
    specification.datasets[0].filters.push(filter("born", Keep::Between(1, 2)));
    specification.datasets[0].filters.push(filter("days", Keep::OneOf(vec!["007".to_owned()])));
    assert_eq!(
        words(&given, specification).await,
        [
            "Census: the item \"born\" was approved \"rounded to 5\", which takes numbers, and its column is Date32",
            "Census: the item \"days\" was approved \"date as month only\", which takes dates, and its column is Int64",
            "Census: the item \"score\" was approved \"postcode as sector only\", which takes texts, and its column is Float64",
            "Census: the filter on \"born\" keeps numbers, and its column is Date32",
            "Census: the filter on \"days\" keeps whole numbers, as that column has them, and its column is Int64",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_somebody_is_leaves_kept_or_as_a_pseudonym_and_not_treated_in_part() {
    let given = Given::new();
    let table = vec![Coarser { code: "A000001".to_owned(), to: "one".to_owned() }];
    let found = words(&given, asked(vec![item("upn", Treatment::Recode { other: Some("x".to_owned()), table })])).await;
    assert_eq!(
        found,
        [
            "Census: the item \"upn\" identifies people; it can be kept, dropped or replaced by a pseudonym, and was approved \"made coarser by a \
         table of 1 codes\""
        ]
    );
    given.extract(&given.instruction(asked(vec![item("upn", Treatment::Keep {})]))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn years_cohorts_regions_and_lists_need_what_they_are_read_from() {
    let mut given = Given::new();
    let toml = crate::given::SOURCES
        .replace("year = \"year\"\n", "")
        .replace("born = \"born\"\n", "")
        .replace("region-table = \"regions.csv\"", "");
    given.sources = extract::Sources::parse(&toml, &given.records()).unwrap();
    let mut specification =
        asked(vec![item("days", Treatment::Keep {}), item("postcode", Treatment::Postcode { to: PostcodeTo::Region })]);
    specification.cohorts = vec!["2000-2001".parse().unwrap()];
    specification.people = People::Listed { up_to: 5 };
    assert_eq!(
        words(&given, specification).await,
        [
            "the people are those of a list; give it with --people",
            "Census: items are asked for by year, and the sources name neither a year column nor the year of all rows",
            "Census: cohorts are asked for, and the sources name no column with the date of birth",
            "Census: the item \"postcode\" is to leave as region, and the sources name no region-table",
        ]
    );
    given.people = Some(given.folder.path().join("list"));
    let found = words(&given, asked(vec![item("postcode", Treatment::Drop {})])).await;
    assert_eq!(
        found[..2],
        ["a list of people was given, and the instruction does not ask for one", "every item is left out"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instruction_of_somebody_else_or_out_of_date_is_refused() {
    let given = Given::new();
    let instruction = given.instruction(asked(vec![item("days", Treatment::Keep {})]));
    let stranger = tlog::SigningKey::new("desk.example/instructions", &[8; 32]).unwrap();
    let signed = package::document::Signed::sign(instruction.clone(), &stranger).unwrap().to_string();
    let said = given.extract_bytes(signed.as_bytes(), Default::default()).await.unwrap_err().to_string();
    assert_eq!(said, "the instruction is not signed with the key desk.example/instructions");
    let altered = String::from_utf8(given.signed(&instruction)).unwrap().replacen("DS-1", "DS-2", 1);
    assert!(given.extract_bytes(altered.as_bytes(), Default::default()).await.is_err());
    let mut old = instruction;
    old.valid_until = "2026-11-22".parse().unwrap();
    let said = given.extract(&old).await.unwrap_err().to_string();
    assert_eq!(said, "the instruction was valid until 22 November 2026, and today is 23 November 2026");
    old.valid_until = "2026-11-23".parse().unwrap();
    given.extract(&old).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_carried_out_once() {
    let given = Given::new();
    let instruction = given.instruction(asked(vec![item("days", Treatment::Keep {})]));
    let done = given.extract(&instruction).await.unwrap();
    for file in &done.files {
        std::fs::remove_file(file).unwrap();
    }
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert_eq!(
        said,
        "release 1 of DS-1 was carried out at 2026-11-23T09:30:00Z; a further release needs an instruction with its own number"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_another_release_of_the_share_has_is_refused_before_anything_is_read() {
    let given = Given::new();
    let mut instruction = given.instruction(asked(vec![item("days", Treatment::Keep {})]));
    given.extract(&instruction).await.unwrap();
    // Records that cannot be read would be the error if anything were read.
    std::fs::write(given.records().join("census of schools/2011 [all].parquet"), "no Parquet").unwrap();
    instruction.sequence = 2;
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert_eq!(
        said,
        "DS-1 has a release R1 already: it was number 1 and was sealed at 2026-11-23T09:30:00Z; a further release needs \
         an instruction with a reference of its own"
    );
    // Another share may use it, and gets as far as the records.
    instruction.share = "DS-10".to_owned();
    let said = given.extract(&instruction).await.unwrap_err();
    assert!(matches!(said, ExtractError::Source(_)), "{said}");
}

#[test]
fn a_folder_that_is_not_there_is_named_once_with_what_is_expected() {
    let given = Given::new();
    let instruction = given.instruction(asked(vec![item("days", Treatment::Keep {})]));
    let (path, out) = (given.folder.path().join("instruction"), given.folder.path().join("outbox"));
    std::fs::write(&path, given.signed(&instruction)).unwrap();
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_rollcall-extract"));
    program.arg("extract").arg(&path).arg("--zone").arg(given.zone.folder()).arg("--out").arg(&out).arg("--quiet");
    let done = program.arg("--sources").arg(given.records().join("sources.toml")).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    let place = out.display();
    assert_eq!(
        said,
        format!(
            "error: {place}: there is no such folder; expected the folder in which package, manifest and key come to \
             stand\n"
        )
    );
    assert_eq!((done.status.code(), given.left()), (Some(1), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_people_than_were_approved_are_named_and_nothing_is_sealed() {
    let given = Given::with(&(1..=12).map(|number| pupil(number, 2010)).collect::<Vec<_>>());
    let mut instruction = given.instruction(asked(vec![item("days", Treatment::Keep {})]));
    // Both are 10 when they are rounded.
    instruction.people_at_most = Some(11);
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert_eq!(
        said,
        "what was written is more than what was approved, and was not sealed:\n- It holds 12 people, and at most 11 were approved"
    );
    assert_eq!(given.left(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_a_treatment_cannot_read_is_named_by_its_place_and_not_by_its_value() {
    let mut rows: Vec<_> = (1..=20_000).map(|number| pupil(number, 2011)).collect();
    rows[17_000].ethnicity = Some("XENO".to_owned());
    rows[17_001].ethnicity = Some("XENO".to_owned());
    rows.extend((1..=10).map(|number| pupil(number, 2010)));
    let given = Given::with(&rows);
    let row = |code: &str| Coarser { code: code.to_owned(), to: "A".to_owned() };
    let recode = Treatment::Recode { other: None, table: vec![row("ABAN"), row("BAFR"), row("WBRI")] };
    let said = given.extract(&given.instruction(asked(vec![item("ethnicity", recode)]))).await.unwrap_err().to_string();
    let file = given.records().canonicalize().unwrap().join("census of schools/2011 [all].parquet");
    assert_eq!(
        said,
        format!(
            "Census, column \"Ethnicity\", {}, row 17001: expected one of the 3 codes in the table of the specification (2 such cells among the \
             rows that were read together)",
            file.display()
        )
    );
    assert_eq!(given.left(), Vec::<std::path::PathBuf>::new());
}
