//! Publishing, with the real log, the real databases and real files.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

#[path = "../../../tests/support/sample.rs"]
mod sample;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use register::Draft;
use rusqlite::Connection;
use store::{DataFolder, Publisher, StoreError};

fn new_register() -> (tempfile::TempDir, DataFolder) {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(place.path().join("data"));
    folder.create(Some("register.example")).unwrap();
    (place, folder)
}

/// Every row of every table, sorted, and every search hit of a few words.
fn dump(public: &Path) -> BTreeMap<String, Vec<String>> {
    dump_of(&public.join("register.sqlite"))
}

fn dump_of(database: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = Connection::open(database).unwrap();
    let mut tables = BTreeMap::new();
    for table in register::tables::Table::ALL {
        let mut query = connection.prepare(&format!("SELECT * FROM \"{}\"", table.name())).unwrap();
        let columns = query.column_count();
        let rows = query.query_map([], |row| {
            let cells: Vec<String> = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
            Ok(cells.join("|"))
        });
        let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
        rows.sort();
        tables.insert(table.name().to_owned(), rows);
    }
    for word in ["study", "learn", "dataset", "univers*", "canary*"] {
        let mut query = connection.prepare("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid").unwrap();
        let hits = query.query_map([word], |row| Ok(row.get::<_, i64>(0)?.to_string()));
        tables.insert(format!("search {word}"), hits.unwrap().map(Result::unwrap).collect());
    }
    connection.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)").unwrap();
    tables
}

fn files(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths.extend(files(&path));
        } else {
            paths.push(path.display().to_string());
        }
    }
    paths
}

#[test]
fn statements_published_one_by_one_give_the_same_files_as_all_at_once() {
    let (_first, at_once) = new_register();
    let (_second, one_by_one) = new_register();
    fs::copy(at_once.private().join("log.key"), one_by_one.private().join("log.key")).unwrap();
    let mut drafts = sample::batch(150);
    drafts.push(sample::correction(151, 0));
    let mut publisher = Publisher::open(at_once.clone()).unwrap();
    publisher.publish(&drafts).unwrap();
    publisher.write_files().unwrap();
    drop(publisher);
    let mut publisher = Publisher::open(one_by_one.clone()).unwrap();
    let (some, others) = drafts.split_at(250);
    publisher.publish(some).unwrap();
    publisher.write_files().unwrap();
    for draft in others {
        publisher.publish(std::slice::from_ref(draft)).unwrap();
        publisher.write_files().unwrap();
    }
    assert_eq!(dump(&at_once.public()), dump(&one_by_one.public()));
    assert_eq!(dump_of(&one_by_one.site_database()), dump(&one_by_one.public()));
    for file in ["checkpoint", "vkey", "downloads/shares.csv", "downloads/releases.csv", "downloads/statements.jsonl"] {
        let read = |folder: &DataFolder| fs::read(folder.public().join(file)).unwrap();
        assert_eq!(read(&at_once), read(&one_by_one), "{file}");
    }
}

#[test]
fn a_register_that_is_opened_again_is_the_same() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    publisher.publish(&sample::batch(20)).unwrap();
    publisher.write_files().unwrap();
    let before = publisher.register().clone();
    drop(publisher);
    assert_eq!(*Publisher::open(folder).unwrap().register(), before);
}

#[test]
fn the_sites_database_follows_each_statement_and_the_published_files_wait() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    publisher.publish(&sample::batch(20)).unwrap();
    publisher.write_files().unwrap();
    let before = dump(&folder.public());
    publisher.publish(&[sample::share(700)]).unwrap();
    assert_eq!(dump(&folder.public()), before);
    let shares = |database: &Path| dump_of(database)["share"].len();
    assert_eq!(shares(&folder.site_database()), before["share"].len() + 1);
    publisher.write_files().unwrap();
    assert_eq!(dump(&folder.public()), dump_of(&folder.site_database()));
}

#[test]
fn a_sites_database_that_is_behind_damaged_or_of_another_log_is_brought_to_the_checkpoint() {
    let (_place, folder) = new_register();
    let (_other_place, other) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    publisher.publish(&sample::batch(20)).unwrap();
    drop(publisher);
    let behind = fs::read(folder.site_database()).unwrap();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    let told = sample::share(701);
    publisher.publish(&[sample::share(700), told.clone(), sample::correction(21, 0)]).unwrap();
    drop(publisher);
    let expected = dump_of(&folder.site_database());
    let mut stranger = Publisher::open(other.clone()).unwrap();
    stranger.publish(&sample::batch(21)).unwrap();
    drop(stranger);
    let foreign = fs::read(other.site_database()).unwrap();
    for bytes in [Some(behind), Some(foreign), Some(b"no database at all".to_vec()), None] {
        match bytes {
            Some(bytes) => fs::write(folder.site_database(), bytes).unwrap(),
            None => fs::remove_file(folder.site_database()).unwrap(),
        }
        drop(Publisher::open(folder.clone()).unwrap());
        assert_eq!(dump_of(&folder.site_database()), expected);
    }
}

#[test]
fn a_batch_with_one_bad_statement_publishes_nothing() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    publisher.publish(&sample::batch(3)).unwrap();
    publisher.write_files().unwrap();
    let before = (publisher.register().clone(), fs::read(folder.public().join("checkpoint")).unwrap());
    let bad = [sample::share(50), sample::correction(9_999, 0)];
    let error = publisher.publish(&bad).unwrap_err();
    assert!(error.to_string().contains("correction-needs-target"), "{error}");
    assert!(matches!(error, StoreError::Refused { index: 8, .. }));
    let after = (publisher.register().clone(), fs::read(folder.public().join("checkpoint")).unwrap());
    assert_eq!(before, after);
    publisher.publish(&[sample::share(50)]).unwrap();
    publisher.write_files().unwrap();
}

#[test]
fn a_second_publisher_is_refused_while_the_first_is_open() {
    let (_place, folder) = new_register();
    let first = Publisher::open(folder.clone()).unwrap();
    let error = Publisher::open(folder.clone()).unwrap_err();
    assert!(error.to_string().contains("another writer"), "{error}");
    drop(first);
    Publisher::open(folder).unwrap();
}

#[test]
fn withheld_texts_are_in_no_public_file_and_erased_ones_in_no_file_at_all() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    let mut drafts = sample::batch(30);
    let told: Draft = sample::share(40);
    let told = told.saying("note", sample::ERASED, sample::salt(99_999));
    let at = drafts.len() as u64;
    drafts.push(told.clone());
    publisher.publish(&drafts).unwrap();
    publisher.write_files().unwrap();
    let withheld = told.withheld[0].clone();
    assert_eq!(publisher.withheld(withheld.digest()).unwrap(), Some(withheld));
    publisher.publish(&[sample::redaction(at, &told)]).unwrap();
    publisher.write_files().unwrap();
    drop(publisher);
    let holds = |folder: &Path, canary: &str| {
        let encoded: Vec<String> = drafts
            .iter()
            .flat_map(|draft| draft.public.iter().chain(&draft.withheld))
            .filter(|text| text.value() == canary)
            .map(|text| text.encoded().to_owned())
            .collect();
        assert!(!encoded.is_empty());
        files(folder)
            .into_iter()
            .filter(|path| {
                let bytes = fs::read(path).unwrap();
                let has = |needle: &str| bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
                has(canary) || encoded.iter().any(|disclosure| has(disclosure))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(holds(&folder.public(), sample::WITHHELD), Vec::<String>::new());
    assert_eq!(holds(folder.root(), sample::ERASED), Vec::<String>::new());
    Publisher::open(folder).unwrap();
}

#[test]
fn an_erasure_that_a_crash_cut_short_is_finished_when_the_register_is_opened() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    let drafts = sample::batch(3);
    publisher.publish(&drafts).unwrap();
    publisher.write_files().unwrap();
    publisher.publish(&[sample::redaction(2, &drafts[2])]).unwrap();
    publisher.write_files().unwrap();
    drop(publisher);
    // As if the machine had stopped between the log and the private database.
    let erased = &drafts[2].public[0];
    let path = folder.private().join("casework.sqlite");
    store::withheld::Withheld::open(&path).unwrap().keep([erased]).unwrap();
    let publisher = Publisher::open(folder).unwrap();
    assert_eq!(publisher.withheld(erased.digest()).unwrap(), None);
}

#[test]
fn computed_files_that_are_lost_or_behind_are_written_again_when_the_register_is_opened() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    publisher.publish(&sample::batch(10)).unwrap();
    publisher.write_files().unwrap();
    drop(publisher);
    let before = dump(&folder.public());
    for file in ["register.sqlite", "files", "downloads/shares.csv"] {
        fs::remove_file(folder.public().join(file)).unwrap();
        Publisher::open(folder.clone()).unwrap();
        assert_eq!(dump(&folder.public()), before, "{file}");
    }
}

#[test]
fn the_key_is_for_its_owner_only_and_no_error_shows_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_place, folder) = new_register();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let key = folder.private().join("log.key");
    assert_eq!((mode(&folder.private()), mode(&key)), (0o700, 0o600));
    let text = fs::read_to_string(&key).unwrap();
    let seed = text.lines().nth(1).unwrap();
    fs::write(&key, format!("register.example\n{}x\n", &seed[1..])).unwrap();
    let error = Publisher::open(folder).unwrap_err().to_string();
    assert!(error.contains("log.key") && !error.contains(&seed[1..20]), "{error}");
}

#[test]
fn a_dictionary_and_its_statement_are_published_as_one_or_not_at_all() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    publisher.publish(&sample::batch(3)).unwrap();
    let good = sample::dictionary_published("Census", 2, &sample::dictionary(9));
    let other = sample::dictionary_published("Census", 2, &sample::dictionary(8));

    let without = Draft { files: Vec::new(), ..good.clone() };
    let swapped = Draft { files: other.files.clone(), ..good.clone() };
    let twice = Draft { files: [good.files.clone(), other.files.clone()].concat(), ..good.clone() };
    let mut changed = good.clone();
    changed.files[0].bytes[20] ^= 1;
    let mut counted = good.clone();
    let mut classified = good.clone();
    if let register::Body::ItemDictionaryPublished(says) = &mut counted.statement.body {
        says.items += 1;
    }
    if let register::Body::ItemDictionaryPublished(says) = &mut classified.statement.body {
        says.schemes = vec!["npd-tier".into()];
    }
    let stranger = Draft { files: good.files.clone(), ..sample::share(70) };
    for (draft, said) in [
        (without, "it brings 0 files; expected one"),
        (swapped, "expected dictionaries/"),
        (twice, "it brings 2 files"),
        (changed, "it does not have the digest"),
        (counted, "it lists 9 items, its statement says 10"),
        (classified, "its statement says [npd-tier]"),
        (stranger, "a statement of kind share-imported brings no file"),
    ] {
        let error = publisher.publish(&[sample::share(71), draft]).unwrap_err();
        assert!(matches!(error, StoreError::Files { index: 8, .. }), "{error}");
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(publisher.register().size(), 7);
        assert!(!folder.public().join("dictionaries").exists());
    }
    publisher.publish(&[good]).unwrap();
    assert_eq!(files(&folder.public().join("dictionaries")).len(), 1);
}

#[test]
fn a_newer_dictionary_replaces_the_older_and_tables_and_search_are_those_of_a_fresh_build() {
    let (_first, step_by_step) = new_register();
    let (_second, at_once) = new_register();
    fs::copy(step_by_step.private().join("log.key"), at_once.private().join("log.key")).unwrap();
    let patch = serde_json::json!({ "dataset": "School Census" });
    let body = register::statement::Correction {
        cleared: Vec::new(),
        patch: patch.as_object().unwrap().clone(),
        reason: register::vocabulary::CorrectionReason::EnteredWrongly,
    };
    let mut renamed =
        register::Statement::new("renamed", "2023-11-14".parse().unwrap(), sample::moment(6), body.into());
    renamed.corrects = Some(7);
    let mut between = sample::share(50);
    between.statement.logged = sample::moment(5);
    let steps = [
        sample::batch(3),
        vec![sample::dictionary_published("Census", 2, &sample::dictionary(9))],
        vec![
            sample::dictionary_published("Attainment", 3, &sample::dictionary(6)),
            sample::dictionary_published("census", 4, &sample::dictionary(11)),
        ],
        vec![between],
        vec![Draft::new(renamed)],
    ];
    let mut publisher = Publisher::open(step_by_step.clone()).unwrap();
    for step in &steps {
        publisher.publish(step).unwrap();
    }
    publisher.write_files().unwrap();
    let mut other = Publisher::open(at_once.clone()).unwrap();
    other.publish(&steps.concat()).unwrap();
    other.write_files().unwrap();
    drop(other);
    let dumped = dump(&step_by_step.public());
    assert_eq!(dumped, dump(&at_once.public()));
    assert_eq!(dumped["item"].len(), 9 + 6 + 11);
    for folder in [&step_by_step, &at_once] {
        let connection = Connection::open(folder.public().join("register.sqlite")).unwrap();
        connection.execute_batch("INSERT INTO item_search (item_search, rank) VALUES ('integrity-check', 0)").unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        // "Census" was renamed, so both it and "census" are the newest of their datasets.
        assert_eq!(count("SELECT count(*) FROM dictionary WHERE current = 1"), 3);
        assert_eq!(count("SELECT count(*) FROM item_search WHERE item_search MATCH 'unique'"), 26);
        assert_eq!(count("SELECT count(*) FROM item_search WHERE item_search MATCH 'alias:upn'"), 26);
    }
    publisher.publish(&[sample::dictionary_published("Attainment", 9, &sample::dictionary(2))]).unwrap();
    publisher.write_files().unwrap();
    let connection = Connection::open(step_by_step.public().join("register.sqlite")).unwrap();
    let found = "SELECT count(*) FROM item_search WHERE item_search MATCH 'unique'";
    assert_eq!(connection.query_row(found, [], |row| row.get::<_, i64>(0)).unwrap(), 22);
}

#[test]
fn what_a_dictionary_s_file_fixes_is_not_corrected_away_from_it() {
    let (_place, folder) = new_register();
    let mut publisher = Publisher::open(folder).unwrap();
    publisher.publish(&[sample::opened(), sample::dictionary_published("Census", 2, &sample::dictionary(3))]).unwrap();
    let patch = serde_json::json!({ "items": 4 });
    let body = register::statement::Correction {
        cleared: Vec::new(),
        patch: patch.as_object().unwrap().clone(),
        reason: register::vocabulary::CorrectionReason::EnteredWrongly,
    };
    let mut statement = register::Statement::new("c", "2023-11-14".parse().unwrap(), sample::moment(3), body.into());
    statement.corrects = Some(1);
    let error = publisher.publish(&[Draft::new(statement)]).unwrap_err().to_string();
    assert!(error.contains("it corrects the items of a dictionary, which its file fixes"), "{error}");
}
