//! Whatever stands in a file: an import refuses it or publishes it, and never panics.

use proptest::prelude::*;
use server::import::Mapping;

use super::support::{Published, csv, edition, ods, xlsx};

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        3 => "[A-C][0-9]",
        1 => "20(19|20|21)-0[1-9](-[0-2][0-9])?",
        1 => "<?[0-9]{1,6}",
        1 => prop::sample::select(vec!["approved", "refused", "withdrawn", "panel", "police", "matching", "court"]).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => prop::collection::vec(any::<char>(), 0..20).prop_map(|letters| letters.into_iter().collect()),
        1 => "[=+@\\-;,\"'\\\\\n\t ]{1,8}",
    ]
}

/// Tables that are often right: references and recipients from a few, so that shares meet again in the next edition.
fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let likely =
        ("[A-C][1-3]", "Org [1-2]", prop::collection::vec(cell(), 0..12)).prop_map(|(share, recipient, rest)| {
            let mut row = vec![share, recipient];
            row.extend(rest);
            row
        });
    let tame = ("[A-C][1-3]", "(R[1-4])?", "[a-z;]{0,5}");
    // What a share has once is a matter of the edition, so that its rows agree and editions differ.
    let agreeing = (0..3, prop::collection::vec(tame, 1..9)).prop_map(|(version, rows)| {
        let row = |(share, release, sets): (String, String, String)| {
            let mut row = vec![String::new(); 18];
            row[1] = format!("Org {share}");
            row[5] = format!("{share}, version {version}");
            row[7] = if version == 2 { String::new() } else { format!("Applicant {version}") };
            (row[0], row[9], row[11]) = (share, sets, release);
            row
        };
        rows.into_iter().map(row).collect()
    });
    prop_oneof![
        agreeing,
        prop::collection::vec(likely, 0..6),
        prop::collection::vec(prop::collection::vec(cell(), 0..16), 0..6),
    ]
}

const HEADERS: &str = "share,recipient,outcome,channel,route,title,purpose,applicants,legal bases,datasets,frequency,\
                       release,released,people,rows,start,end,summary";

fn with_headers(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.insert(0, HEADERS.split(',').map(str::to_owned).collect());
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_tables_is_refused_or_published_and_then_changes_nothing(
        tables in prop::collection::vec(table(), 1..4),
    ) {
        let mapping = Mapping::named("plain-csv").unwrap();
        let mut published = Published::new();
        for (number, rows) in tables.into_iter().enumerate() {
            let file = csv(&with_headers(rows));
            let Ok(read) = edition(&file, &mapping, &format!("2021-0{}", number + 1)) else { continue };
            let register = published.register.clone();
            let kept = published.withheld.clone();
            let made = server::import::plan(
                &read,
                &register,
                &|digest| kept.get(&digest).cloned(),
                super::support::moment(),
                &mut || register::Salt([number as u8; 32]),
            );
            if made.is_err() {
                continue;
            }
            published.import(&read);
            prop_assert!(published.plan(&read).drafts.is_empty());
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0_usize..5) {
        let starts: [&[u8]; 5] = [b"", b"PK\x03\x04", b"share,recipient\n", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"<?xml"];
        let file = [starts[start], &bytes].concat();
        _ = edition(&file, &Mapping::named("plain-csv").unwrap(), "2021");
    }

    #[test]
    fn any_damage_to_a_spreadsheet_is_refused_or_read(
        at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        open in any::<bool>(),
    ) {
        let rows = super::support::rows("share | recipient | purpose\nA1 | Org | Why\nA2 | Org | Why not");
        let mut file = if open { ods(&[("Any", rows)]) } else { xlsx(&[("Any", rows)]) };
        for (index, byte) in at {
            let place = index.index(file.len());
            file[place] = byte;
        }
        _ = edition(&file, &Mapping::named("plain-csv").unwrap(), "2021");
    }
}
