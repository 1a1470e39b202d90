//! What is written, where, and when it is not.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use extract::Sources;
use extract::synth::{Population, SynthError, TABLES, columns_page, write};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::table::{PEOPLE, SEED, Table, WRITTEN, YEARS, files};

/// Names under the folder with what each holds.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
    files(folder).into_iter().map(|path| (name(&path), fs::read(path).unwrap())).collect()
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads_and_do_on_the_seed() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, seed, threads| {
        let out = place.path().join(name);
        write(&Population::new(PEOPLE, 2, seed).unwrap(), &out, threads, &|_| {}).unwrap();
        content(&out)
    };
    let one = write("one", SEED, 1);
    // Three blocks of two years, at least.
    assert!(one.iter().filter(|(name, _)| name.starts_with("census/")).count() == 6);
    assert!(one == write("three", SEED, 3), "three threads write other bytes than one");
    assert!(one != write("other", SEED + 1, 1));
}

#[test]
fn a_folder_in_use_is_refused_and_an_empty_one_is_taken() {
    let place = tempfile::tempdir().unwrap();
    let population = Population::new(1_000, 1, 1).unwrap();
    fs::write(place.path().join("letter.txt"), "keep me").unwrap();
    for used in [place.path().to_owned(), place.path().join("letter.txt")] {
        assert!(matches!(write(&population, &used, 1, &|_| {}), Err(SynthError::NotEmpty(_))), "{}", used.display());
    }
    assert_eq!(content(place.path()), [("letter.txt".to_owned(), b"keep me".to_vec())]);
    let empty = place.path().join("empty");
    fs::create_dir(&empty).unwrap();
    write(&population, &empty, 1, &|_| {}).unwrap();
    assert!(fs::read_to_string(empty.join("README.txt")).unwrap().starts_with("ALL OF THIS IS INVENTED"));
}

#[test]
fn a_fault_on_the_way_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let population = Population::new(PEOPLE, 1, 1).unwrap();
    // Takes the unfinished folder away while it is written.
    let fault = |_| {
        for entry in fs::read_dir(place.path()).unwrap() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
    };
    let failed = write(&population, &place.path().join("out"), 1, &fault).unwrap_err();
    assert!(matches!(failed, SynthError::File { .. }), "{failed}");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn arguments_out_of_range_are_named() {
    let said = |people, years| Population::new(people, years, 1).unwrap_err().to_string();
    assert_eq!(said(999, 1), "--people is 999: expected 1000 to 500000000");
    assert_eq!(said(1_000, 0), "--years is 0: expected 1 to 40");
}

#[test]
fn the_sources_file_names_every_column_that_is_there_and_no_other() {
    let sources = Sources::read(&WRITTEN.1.join("sources.toml")).unwrap();
    assert_eq!(sources.datasets.len(), TABLES.len());
    for dataset in &sources.datasets {
        let described: BTreeSet<&str> = dataset.columns.iter().map(|column| column.name.as_str()).collect();
        let written = files(&dataset.path);
        assert!(!written.is_empty(), "{}", dataset.name);
        let year = |path: &PathBuf| path.file_name().unwrap().to_string_lossy()[..5].to_owned();
        let years: BTreeSet<String> = written.iter().map(year).collect();
        assert_eq!(years.first().unwrap(), "2015-");
        assert_eq!(years.len(), usize::from(YEARS), "{}", dataset.name);
        for path in written {
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
            let there: BTreeSet<&str> = reader.schema().fields().iter().map(|field| field.name().as_str()).collect();
            assert_eq!(there, described, "{}", path.display());
        }
        for name in [Some(&dataset.person), dataset.year.as_ref(), dataset.born.as_ref()].into_iter().flatten() {
            assert!(dataset.column(name).is_some(), "{name}");
        }
        assert!(dataset.columns.iter().all(|column| column.classes.len() == 3));
    }
    assert_eq!(sources.dataset("Absence").unwrap().born, None);
}

#[test]
fn every_postcode_lies_in_the_region_that_the_table_says() {
    let table = fs::read_to_string(WRITTEN.1.join("regions.csv")).unwrap();
    let regions: HashMap<&str, &str> = table.lines().skip(1).map(|line| line.split_once(',').unwrap()).collect();
    let census = Table::of("census");
    let (postcodes, schools) = (census.column("postcode"), census.column("region"));
    let of = |row: usize| regions[postcodes[row].split_once(' ').unwrap().0];
    assert!((0..census.rows()).all(|row| of(row) == schools[row]));
}

#[test]
fn the_reference_page_lists_the_columns_as_they_are() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/synthetic-population.md");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains(&columns_page()), "expected in docs/reference/synthetic-population.md:\n{}", columns_page());
}
