//! Ten thousand shares, files of every kind, and noise.

use std::fs::{self, File};
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, StringViewArray};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use tlog::SigningKey;
use zeroize::Zeroizing;

use super::*;

const SHARES: u32 = 10_000;

fn key(share: u32) -> Pseudonymiser {
    let mut secret = Zeroizing::new([0x5a; 32]);
    secret[..4].copy_from_slice(&share.to_be_bytes());
    Pseudonymiser::new(&secret)
}

fn ten_thousand() -> Tracer {
    Tracer::new((0..SHARES).map(|share| (format!("DS{share:05}"), key(share))).collect())
}

fn noise(count: u64) -> impl Iterator<Item = String> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let letters = b"abcdefghijklmnopqrstuvwxyz234567";
    // The last letter has two bits that are zero, or it would not even be tried.
    (0..count).map(move |_| {
        let text: String = (0..25).map(|_| char::from(letters[(next() >> 40) as usize % 32])).collect();
        text + &char::from(letters[(next() >> 40) as usize % 8 * 4]).to_string()
    })
}

fn found(finding: &Finding) -> Vec<(&str, u64)> {
    finding.shares.iter().map(|found| (found.share.as_str(), found.values)).collect()
}

fn look_at(text: &str, tracer: &mut Tracer) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leak");
    fs::write(&path, text).unwrap();
    leak::read(&path, None, &mut |value| tracer.look(value)).unwrap();
}

#[test]
fn one_value_on_a_page_of_noise_names_its_share_among_ten_thousand() {
    let mut tracer = ten_thousand();
    let value = key(7_321).pseudonymise("A123456789012").unwrap();
    let page: Vec<String> = noise(40).collect();
    look_at(&format!("{}\nfor {value}, see above\n{}", page[..20].join(" "), page[20..].join("\n")), &mut tracer);
    let finding = tracer.finding();
    assert_eq!(found(&finding), [("DS07321", 1)]);
    assert_eq!((finding.values, finding.of_no_share, finding.not_tried, finding.keys), (41, 40, 0, 10_000));
    assert!(finding.accident_below_one_in > 80_000_000);
}

#[test]
fn a_longer_identifier_names_its_share_too_and_capitals_do_no_harm() {
    let mut tracer = ten_thousand();
    let value = key(9_999).pseudonymise("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66").unwrap();
    look_at(&value, &mut tracer);
    look_at(&key(3).pseudonymise("4857773456").unwrap().to_ascii_uppercase(), &mut tracer);
    assert_eq!(found(&tracer.finding()), [("DS00003", 1), ("DS09999", 1)]);
}

#[test]
fn a_thousand_values_of_nobody_name_no_share_of_ten_thousand() {
    let mut tracer = ten_thousand();
    noise(1_000).for_each(|value| tracer.look(value.as_bytes()));
    let finding = tracer.finding();
    assert_eq!((finding.shares.len(), finding.values, finding.of_no_share, finding.not_tried), (0, 1_000, 1_000, 0));
}

#[test]
fn a_file_that_was_mixed_from_two_shares_names_both_with_how_much() {
    let mut tracer = ten_thousand();
    let mut text = String::from("id,score\n");
    for person in 0..3_000 {
        let share = if person % 3 == 0 { 9_000 } else { 12 };
        text += &format!("{},{person}\n", key_of(share, person));
    }
    look_at(&text, &mut tracer);
    assert_eq!(found(&tracer.finding()), [("DS00012", 2_000), ("DS09000", 1_000)]);
}

fn key_of(share: u32, person: u32) -> String {
    key(share).pseudonymise(&format!("A{person:012}")).unwrap()
}

#[test]
fn values_after_very_much_noise_are_found_and_what_was_not_tried_is_said() {
    let shares = (0..4).map(|share| (format!("DS{share}"), key(share))).collect();
    let mut tracer = Tracer::new(shares);
    noise(60_000).for_each(|value| tracer.look(value.as_bytes()));
    let so_far = tracer.finding();
    assert!(so_far.not_tried > 30_000 && so_far.of_no_share >= 20_000, "{so_far:?}");
    assert_eq!(so_far.not_tried + so_far.of_no_share, 60_000);
    (0..100).for_each(|person| tracer.look(key_of(2, person).as_bytes()));
    let finding = tracer.finding();
    let counted = finding.shares[0].values;
    assert!(counted >= 90 && counted + finding.not_tried - so_far.not_tried == 100, "{finding:?}");
}

fn zone_with_two_shares() -> (tempfile::TempDir, Zone, Vec<String>) {
    let place = tempfile::tempdir().unwrap();
    let custodian = SigningKey::new("desk.example/instructions", &[7; 32]).unwrap();
    let zone = Zone::create(&place.path().join("zone"), "zone.example/extract", custodian.verifier()).unwrap();
    zone.share_key_or_new("DS-1").unwrap();
    let share = Pseudonymiser::new(&zone.share_key_or_new("DS-2").unwrap());
    let values = (0..5).map(|person| share.pseudonymise(&format!("A{person}")).unwrap()).collect();
    (place, zone, values)
}

#[test]
fn csv_in_any_dress_is_read_as_a_whole_and_by_its_column() {
    let (place, zone, values) = zone_with_two_shares();
    let other = Pseudonymiser::new(&zone.share_key("DS-1").unwrap()).pseudonymise("A1").unwrap();
    for (delimiter, mark) in [(",", ""), (";", "\u{feff}"), ("\t", "")] {
        let rows: String = values.iter().map(|value| format!("\"{value}\"{delimiter}{other}\n")).collect();
        let text = format!("{mark}id{delimiter}school\n{rows}short\n");
        let packed = zstd::encode_all(text.as_bytes(), 1).unwrap();
        // Two frames one after the other are one file.
        let mut twice = packed.clone();
        twice.extend(&packed);
        for (content, times) in [(text.into_bytes(), 1), (packed, 1), (twice, 2)] {
            let path = place.path().join("leak");
            fs::write(&path, content).unwrap();
            let finding = trace(&zone, &path, Some("id")).unwrap();
            assert_eq!(found(&finding), [("DS-2", 5 * times)]);
            let finding = trace(&zone, &path, None).unwrap();
            assert_eq!(found(&finding), [("DS-1", 5 * times), ("DS-2", 5 * times)]);
        }
    }
}

#[test]
fn parquet_is_read_whatever_its_columns_are() {
    let (place, zone, values) = zone_with_two_shares();
    let path = place.path().join("leak.parquet");
    let column = |column: ArrayRef| {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..5));
        let batch = RecordBatch::try_from_iter([("number", numbers), ("id", column)]).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        for column in [None, Some("id")] {
            assert_eq!(found(&trace(&zone, &path, column).unwrap()), [("DS-2", 5)]);
        }
        assert!(trace(&zone, &path, Some("number")).unwrap().shares.is_empty());
    };
    column(Arc::new(StringArray::from(values.clone())));
    column(Arc::new(StringViewArray::from_iter_values(&values)));
    column(Arc::new(values.iter().map(String::as_str).collect::<DictionaryArray<Int32Type>>()));
}

#[test]
fn what_cannot_be_read_is_said_without_a_value() {
    let (place, zone, values) = zone_with_two_shares();
    let path = place.path().join("leak");
    let said = |content: &[u8], column: Option<&str>| {
        fs::write(&path, content).unwrap();
        let said = trace(&zone, &path, column).unwrap_err().to_string();
        assert!(!said.contains(&values[0]), "{said}");
        said
    };
    let headless = format!("{}\n{}\n", values[0], values[1]);
    assert!(said(headless.as_bytes(), Some("id")).ends_with("expected a column \"id\" in its first line"));
    assert!(said(b"PK\x03\x04....", None).contains("save the spreadsheet as CSV"));
    assert!(said(b"PAR1....", None).ends_with("this one is cut or damaged"));
    let packed = zstd::encode_all(headless.as_bytes(), 1).unwrap();
    said(&packed[..packed.len() - 9], None);
    fs::remove_file(&path).unwrap();
    assert!(matches!(trace(&zone, &path, None), Err(TraceError::File { .. })));
}
