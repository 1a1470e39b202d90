//! The real register of February 2021, which is never part of the project: the folder that holds it is named by
//! `ROLLCALL_REAL_DATA`, and without it these tests say that they were left out.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use register::statement::RegisterOpened;
use register::vocabulary::Route;
use register::{Moment, Organisation, Register, Salt, Statement};
use server::import::{ImportError, Mapping, plan, read_file};

use super::round_trip::{come_back, exported};

fn real_data() -> Option<PathBuf> {
    let named = std::env::var_os("ROLLCALL_REAL_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("left out: there is no folder of real data, set ROLLCALL_REAL_DATA to its path");
    None
}

fn moment() -> Moment {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn opened() -> Register {
    let mut register = Register::new();
    let body = RegisterOpened {
        custodian: Organisation::named("Example custodian"),
        demonstration: true,
        name: "Example".to_owned(),
        population: "patients".to_owned(),
    };
    let statement = Statement::new("open", "2021-02".parse().unwrap(), moment(), body.into());
    register.apply(&statement, &[]).unwrap();
    register
}

fn salts() -> impl FnMut() -> Salt {
    let mut number = 0_u64;
    move || {
        number += 1;
        let mut salt = [0; 32];
        salt[..8].copy_from_slice(&number.to_le_bytes());
        Salt(salt)
    }
}

#[test]
fn every_release_share_recipient_and_purpose_of_the_real_register_is_imported() {
    let Some(folder) = real_data() else { return };
    let mapping = Mapping::named("nhs-digital").unwrap();
    let started = Instant::now();
    let file = folder.join("registers/nhs-digital-release-register-2021-02.xlsx");
    let edition = read_file(&file, &mapping, None).unwrap();
    let read = started.elapsed();
    assert_eq!((edition.shares.len(), edition.releases(), edition.recipients()), (585, 5_079, 340));
    assert_eq!(edition.edition.to_string(), "2021-02");
    let with_purpose = edition.shares.iter().filter(|share| share.texts.iter().any(|text| text.name == "purpose"));
    assert_eq!(with_purpose.count(), 585);
    let bases: HashSet<&String> = edition.shares.iter().flat_map(|share| &share.body.access.bases).collect();
    assert_eq!(bases.len(), 13);
    let looked_up = edition.shares.iter().filter(|share| share.body.access.route == Some(Route::SystemAccess));
    assert_eq!(looked_up.count(), 105);
    let sectors: HashSet<_> = edition.shares.iter().map(|share| &share.body.access.recipient.sector).collect();
    assert_eq!(sectors.len(), 19);

    let mut register = opened();
    let started = Instant::now();
    let made = plan(&edition, &register, &|_| None, moment(), &mut salts()).unwrap();
    let planned = started.elapsed();
    assert_eq!((made.drafts.len(), made.added, made.altered, made.unlisted), (5_665, 5_664, 0, 0));
    // As one JSON object with reference, recipient and texts in clear, which is what a leaf would have to hold.
    let in_clear = |draft: &register::Draft| {
        let texts: BTreeMap<&str, &str> = draft.public.iter().map(|text| (text.name(), text.value())).collect();
        let recipient = draft.statement.body.recipient();
        serde_json::json!({ "share": draft.statement.share, "recipient": recipient, "texts": texts }).to_string().len()
    };
    let larger_than_a_leaf = made.drafts.iter().filter(|draft| in_clear(draft) > register::statement::MAX_LEAF);
    assert_eq!(larger_than_a_leaf.count(), 5);
    for draft in &made.drafts {
        draft.statement.to_leaf().unwrap();
        register.apply(&draft.statement, &draft.public).unwrap();
    }
    let totals = register.totals();
    assert_eq!((totals.recipients, totals.releases, totals.shares), (340, 5_079, 585));
    assert!(plan(&edition, &register, &|_| None, moment(), &mut salts()).unwrap().drafts.is_empty());
    println!("read in {read:?}, drafts in {planned:?}; peak memory {}", peak_memory());
}

#[test]
fn the_full_cells_and_the_similar_names_of_the_real_register_are_reported() {
    let Some(folder) = real_data() else { return };
    let mapping = Mapping::named("nhs-digital").unwrap();
    let file = folder.join("registers/nhs-digital-release-register-2021-02.xlsx");
    let edition = read_file(&file, &mapping, None).unwrap();
    let warnings: Vec<String> = edition.warnings.iter().map(ToString::to_string).collect();
    let full = |row| {
        format!(
            "sheet \"PurposeStatements\", row {row}, column C \"Objective for Processing\": the cell holds 32767 \
             characters, as many as a cell can, and was probably cut off"
        )
    };
    let similar = [
        "the file: \"MONITOR\" and \"Monitor\" may be the same organisation",
        "the file: \"NHS ENGLAND (QUARRY HOUSE)\" and \"NHS England (Quarry House)\" may be the same organisation",
        "the file: \"PUBLIC HEALTH ENGLAND (PHE)\" and \"Public Health England (PHE)\" may be the same organisation",
    ];
    for row in [70, 106, 171, 218] {
        assert!(warnings.contains(&full(row)), "{warnings:#?}");
    }
    assert_eq!(warnings.iter().filter(|text| text.starts_with("sheet")).count(), 4, "{warnings:#?}");
    assert_eq!(warnings.len(), 4 + similar.len(), "{warnings:#?}");
}

#[test]
fn the_windows_1252_byte_in_the_real_list_of_fields_is_named_with_its_line() {
    let Some(folder) = real_data() else { return };
    let mapping = Mapping::named("hdr-uk").unwrap();
    let file = folder.join("registers/hdruk-data-use-register-fields-v2.csv");
    let error = read_file(&file, &mapping, Some("2021".parse().unwrap())).unwrap_err();
    assert!(matches!(error, ImportError::File(_)));
    println!("{error}");
}

#[test]
fn the_real_register_comes_back_from_every_form_of_the_hdr_uk_columns() {
    let Some(folder) = real_data() else { return };
    let file = folder.join("registers/nhs-digital-release-register-2021-02.xlsx");
    let edition = read_file(&file, &Mapping::named("nhs-digital").unwrap(), None).unwrap();
    let mut register = opened();
    for draft in &plan(&edition, &register, &|_| None, moment(), &mut salts()).unwrap().drafts {
        register.apply(&draft.statement, &draft.public).unwrap();
    }
    let rows = exported(&register);
    assert_eq!(rows.len(), 5_079);
    come_back(&rows);
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("not known");
    line.trim_start_matches("VmHWM:").trim().to_owned()
}
