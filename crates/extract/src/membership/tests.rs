//! Membership against plain sets, and what is left when a run is interrupted.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;

use proptest::prelude::*;
use tlog::SigningKey;

use super::*;

fn zone() -> (tempfile::TempDir, Zone) {
    let place = tempfile::tempdir().unwrap();
    let custodian = SigningKey::new("desk.example/instructions", &[7; 32]).unwrap();
    let zone = Zone::create(&place.path().join("zone"), "zone.example/extract", custodian.verifier()).unwrap();
    (place, zone)
}

fn release(share: &str, sequence: u32) -> ReleaseRecord {
    let dataset = |name: &str, items: &[&str]| DatasetRecord {
        name: name.to_owned(),
        items: items.iter().map(|&item| item.to_owned()).collect(),
    };
    ReleaseRecord {
        share: share.to_owned(),
        sequence,
        release: format!("R-{sequence}"),
        date: "2026-03-01".parse().unwrap(),
        datasets: vec![dataset("School Census", &["upn", "gender"]), dataset("Absence", &["upn", "sessions"])],
    }
}

fn all<'a>(people: &'a [(usize, &'a str)]) -> impl Iterator<Item = Result<(usize, String), Infallible>> + 'a {
    people.iter().map(|&(dataset, person)| Ok((dataset, person.to_owned())))
}

fn names(zone: &Zone, person: &str) -> Vec<String> {
    let releases = releases_of(zone, person).unwrap();
    let datasets = |release: &ReleaseRecord| {
        release.datasets.iter().map(|dataset| dataset.name.clone()).collect::<Vec<_>>().join("+")
    };
    releases.iter().map(|release| format!("{} {} {}", release.share, release.sequence, datasets(release))).collect()
}

#[test]
fn a_person_is_told_of_the_datasets_that_held_them_and_of_no_other() {
    let (_place, zone) = zone();
    assert!(names(&zone, "A1").is_empty());
    let long = "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66";
    let first = record(&zone, &release("DS-1", 1), all(&[(0, "A1"), (0, "A2"), (1, "A1"), (0, "A1"), (1, long)]));
    assert_eq!(first.unwrap(), Recorded { people: 3, new: 3, before: false });
    let second = record(&zone, &release("DS-2", 1), all(&[(1, "A2"), (1, "A3")])).unwrap();
    assert_eq!(second, Recorded { people: 2, new: 1, before: false });
    record(&zone, &release("DS-3", 1), all(&[])).unwrap();
    assert_eq!(names(&zone, "A1"), ["DS-1 1 School Census+Absence"]);
    assert_eq!(names(&zone, "A2"), ["DS-1 1 School Census", "DS-2 1 Absence"]);
    assert_eq!(names(&zone, long), ["DS-1 1 Absence"]);
    assert!(names(&zone, "a1").is_empty() && names(&zone, "A4").is_empty());
    assert!(matches!(releases_of(&zone, ""), Err(MembershipError::Identifier(PseudonymError::Empty))));
}

#[test]
fn the_same_release_again_is_fine_on_another_day_and_refused_when_anybody_differs() {
    let (_place, zone) = zone();
    let people = [(0, "A1"), (1, "A2")];
    record(&zone, &release("DS-1", 1), all(&people)).unwrap();
    let mut later = release("DS-1", 1);
    later.date = "2026-03-02".parse().unwrap();
    let again = record(&zone, &later, all(&people)).unwrap();
    assert_eq!(again, Recorded { people: 2, new: 0, before: true });
    assert_eq!(releases_of(&zone, "A1").unwrap()[0].date, release("DS-1", 1).date);
    for others in [&[(0, "A1")][..], &[(0, "A1"), (1, "A2"), (1, "A9")], &[(1, "A1"), (0, "A2")]] {
        let said = record(&zone, &release("DS-1", 1), all(others)).unwrap_err();
        assert_eq!(said.to_string(), "release 1 (R-1) of the share DS-1 is recorded already, and differs");
    }
    later.sequence = 2;
    assert!(matches!(record(&zone, &later, all(&people)), Err(MembershipError::Differs { .. })), "one reference twice");
    assert_eq!(names(&zone, "A1").len(), 1);
    assert!(names(&zone, "A9").is_empty());
}

#[test]
fn people_who_cannot_be_read_to_the_end_leave_no_release() {
    let (_place, zone) = zone();
    let people = [Ok((0, "A1".to_owned())), Err("line 7 is cut")];
    let said = record(&zone, &release("DS-1", 1), people).unwrap_err().to_string();
    assert_eq!(said, "the people of the release: line 7 is cut");
    assert!(matches!(record(&zone, &release("DS-1", 1), all(&[(2, "A1")])), Err(MembershipError::Dataset(2, 2))));
    assert!(record(&zone, &release("DS-1", 1), all(&[(0, "A1"), (0, "")])).is_err());
    assert!(names(&zone, "A1").is_empty());
}

#[test]
fn a_run_that_stops_before_the_state_is_replaced_has_recorded_nothing_and_is_repeated() {
    let (_place, zone) = zone();
    let folder = state::folder(&zone);
    record(&zone, &release("DS-1", 1), all(&[(0, "A1"), (0, "A2")])).unwrap();
    let (state, files) = (fs::read(folder.join("state.json")).unwrap(), contents(&folder));
    record(&zone, &release("DS-2", 1), all(&[(0, "A2"), (0, "A3"), (0, "A4")])).unwrap();
    // As if the machine had stopped before the rename: the new files are there, none is removed, the state is the old one.
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
    fs::write(folder.join("state.tmp"), &state[..7]).unwrap();
    assert_eq!(names(&zone, "A2"), ["DS-1 1 School Census"]);
    assert!(names(&zone, "A3").is_empty());
    let again = record(&zone, &release("DS-2", 1), all(&[(0, "A2"), (0, "A3")])).unwrap();
    assert_eq!(again, Recorded { people: 2, new: 1, before: false });
    assert_eq!(names(&zone, "A2"), ["DS-1 1 School Census", "DS-2 1 School Census"]);
    assert!(names(&zone, "A4").is_empty());
    assert_eq!(contents(&folder).len(), 4, "a state, a segment, two releases");
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn no_file_holds_an_identifier() {
    let (_place, zone) = zone();
    record(&zone, &release("DS-1", 1), all(&[(0, "A123456789012"), (1, "somebody@example.org")])).unwrap();
    for (name, content) in contents(&state::folder(&zone)) {
        for identifier in ["A123456789012", "somebody@example.org"] {
            let packed = packing_of(identifier);
            let holds = |bytes: &[u8]| content.windows(bytes.len()).any(|window| window == bytes);
            assert!(!holds(identifier.as_bytes()) && !holds(&packed), "{name}");
        }
    }
}

fn packing_of(identifier: &str) -> Vec<u8> {
    crate::pseudonym::packing::pack(identifier).map_or(identifier.as_bytes().to_vec(), Vec::from)
}

#[test]
fn files_that_are_cut_are_named() {
    let (_place, zone) = zone();
    record(&zone, &release("DS-1", 1), all(&[(0, "A1")])).unwrap();
    let folder = state::folder(&zone);
    for (name, content) in contents(&folder) {
        fs::write(folder.join(&name), &content[..content.len() - 1]).unwrap();
        let said = releases_of(&zone, "A1").unwrap_err().to_string();
        assert!(said.contains(&name) && said.contains("expected"), "{said}");
        fs::write(folder.join(&name), content).unwrap();
    }
}

#[test]
fn no_bit_of_what_names_files_and_releases_can_be_changed() {
    let (_place, zone) = zone();
    record(&zone, &release("DS-1", 1), all(&[(0, "A1")])).unwrap();
    let folder = state::folder(&zone);
    for (name, content) in contents(&folder).into_iter().filter(|(name, _)| !name.starts_with("people-")) {
        // Of a release's file, all but the one chunk of its first set and where that begins; nobody is in the second.
        let sets = content.windows(8).position(|bytes| bytes == b"{\"share\"").filter(|_| name.starts_with("release-"));
        let begins = sets.map_or(0, |_| 24 + 16 * release("DS-1", 1).datasets.len() + 32);
        let places = (0..content.len()).filter(|place| sets.is_none_or(|end| *place < begins || end <= *place));
        for place in places {
            let mut changed = content.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(folder.join(&name), changed).unwrap();
            let said = releases_of(&zone, "A1").map(|_| String::new()).unwrap_or_else(|error| error.to_string());
            assert!(said.contains("expected"), "{name}, byte {place}: {said}");
        }
        fs::write(folder.join(&name), content).unwrap();
    }
    assert_eq!(releases_of(&zone, "A1").unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn releases_agree_with_plain_sets(
        releases in prop::collection::vec(prop::collection::vec((0..2_usize, 0..60_u8), 0..80), 1..12), most in 1..40_usize,
    ) {
        let (_place, zone) = zone();
        let mut known = BTreeSet::new();
        for (people, sequence) in releases.iter().zip(1..) {
            let mut recorder = Recorder::within(&zone, &release("DS-1", sequence), most).unwrap();
            for (dataset, person) in people {
                recorder.add(*dataset, &format!("P{person}")).unwrap();
            }
            let distinct: BTreeSet<u8> = people.iter().map(|person| person.1).collect();
            let new = distinct.difference(&known).count() as u64;
            let recorded = Recorded { people: distinct.len() as u64, new, before: false };
            prop_assert_eq!(recorder.finish().unwrap(), recorded);
            known.extend(distinct);
        }
        for person in 0..60 {
            let mut expected = Vec::new();
            for (people, sequence) in releases.iter().zip(1..) {
                let datasets: Vec<&str> = [(0, "School Census"), (1, "Absence")].into_iter()
                    .filter(|dataset| people.contains(&(dataset.0, person))).map(|dataset| dataset.1).collect();
                if !datasets.is_empty() {
                    expected.push(format!("DS-1 {sequence} {}", datasets.join("+")));
                }
            }
            prop_assert_eq!(names(&zone, &format!("P{person}")), expected);
        }
    }
}

/// A number that looks drawn, the same every time.
fn mixed(seed: u64) -> u64 {
    let mixed = (seed ^ seed >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
}

#[test]
fn fifty_releases_of_two_hundred_thousand_people_are_exact_and_small() {
    const PEOPLE: u64 = 200_000;
    let (_place, zone) = zone();
    let identifier = |person: u64| format!("{}{:012}", char::from(b'A' + (person % 26) as u8), person * 7_919);
    // A whole population, cohorts of neighbours, and draws from one in two to one in fifty.
    let holds = |sequence: u64, person: u64| match sequence % 5 {
        0 => mixed(person * 64 + sequence) % 100 < 98,
        1 => person / 10_000 % 10 == sequence / 5,
        2 => mixed(person * 64 + sequence).is_multiple_of(2),
        3 => mixed(person * 64 + sequence).is_multiple_of(10),
        _ => mixed(person * 64 + sequence).is_multiple_of(50),
    };
    let mut person_releases = 0;
    for sequence in 1..=50 {
        let mut one = release("DS-1", sequence as u32);
        one.datasets.truncate(1);
        let held = (0..PEOPLE).filter(|&person| holds(sequence, person));
        let people = held.clone().map(|person| Ok::<_, Infallible>((0, identifier(person))));
        let recorded = record(&zone, &one, people).unwrap();
        assert_eq!(recorded.people, held.count() as u64);
        person_releases += recorded.people;
    }
    for person in (0..PEOPLE).step_by(97) {
        let found: Vec<u64> = releases_of(&zone, &identifier(person))
            .unwrap()
            .iter()
            .map(|release| u64::from(release.sequence))
            .collect();
        let expected: Vec<u64> = (1..=50).filter(|&sequence| holds(sequence, person)).collect();
        assert_eq!(found, expected);
    }
    assert!(releases_of(&zone, "Z999999999999").unwrap().is_empty());
    let files = contents(&state::folder(&zone));
    let bytes =
        |kind: &str| -> usize { files.iter().filter(|file| file.0.starts_with(kind)).map(|file| file.1.len()).sum() };
    let (table, sets) = (bytes("people-"), bytes("release-"));
    println!(
        "{person_releases} person-releases: {:.3} bytes each in the sets, {:.3} with the table of people ({} segments)",
        sets as f64 / person_releases as f64,
        (table + sets) as f64 / person_releases as f64,
        files.keys().filter(|name| name.starts_with("people-")).count(),
    );
    assert!(sets as u64 + table as u64 <= 2 * person_releases && sets as u64 <= person_releases / 2);
}

#[test]
fn a_generated_index_answers_as_a_recorded_one_does() {
    let (_place, zone) = zone();
    let generated = generate(&zone, 70_000, 20, "2026-03-01".parse().unwrap(), |person| format!("P{person}")).unwrap();
    let mut held = 0;
    for person in (0..70_000).step_by(101) {
        let releases = releases_of(&zone, &format!("P{person}")).unwrap();
        assert_eq!(releases[0].sequence, 1, "all are in the first");
        held += 101 * releases.len() as u64;
    }
    assert!(held.abs_diff(generated.person_releases) < generated.person_releases / 20, "{held} {generated:?}");
    assert!(generated.set_bytes < generated.person_releases && names(&zone, "P70000").is_empty());
    record(&zone, &release("DS-2", 1), all(&[(1, "P7"), (1, "new")])).unwrap();
    assert_eq!(names(&zone, "new"), ["DS-2 1 Absence"]);
}
