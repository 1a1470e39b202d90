//! The demonstration register keeps every rule, shows every word of the vocabularies, and says nothing real.

// Clippy's leave to unwrap in tests does not reach the functions that tests share.
use std::collections::BTreeSet;

use register::statement::{ReleaseRegistered, ShareApplied};
use register::vocabulary::{Channel, CorrectionReason, Destruction, Outcome, Route, Status};
use register::{Body, Count, Draft, Kind, PartialDate, Register, Salt, Statement};
use server::demo::drafts;

/// Salts that count, so that a run is like the next.
fn counting() -> impl FnMut() -> Salt {
    let mut number = 0_u64;
    move || {
        number += 1;
        let mut salt = [0; 32];
        salt[..8].copy_from_slice(&number.to_be_bytes());
        Salt(salt)
    }
}

fn all() -> Vec<Draft> {
    drafts(&mut counting())
}

fn folded(drafts: &[Draft]) -> Register {
    let mut register = Register::new();
    for (index, draft) in drafts.iter().enumerate() {
        register
            .apply(&draft.statement, &draft.public)
            .unwrap_or_else(|refusal| panic!("statement {index}: {refusal}"));
    }
    register
}

fn today() -> PartialDate {
    "2026-11-23".parse().unwrap()
}

fn release<'a>(register: &'a Register, share: &str) -> &'a ReleaseRegistered {
    register.share(share).unwrap().releases().next().unwrap().1
}

#[test]
fn the_register_takes_every_draft_in_order() {
    let drafts = all();
    let register = folded(&drafts);
    assert_eq!(register.size(), drafts.len() as u64);
    assert!(register.unaccounted().is_empty());
    let opened = register.opened().unwrap();
    assert!(opened.demonstration && opened.name.to_lowercase().contains("demonstration"), "{opened:?}");
    assert!((55..=70).contains(&register.shares().len()), "{} shares", register.shares().len());
}

#[test]
fn every_leaf_reads_back_as_it_was_written() {
    for draft in all() {
        let leaf = draft.statement.to_leaf().unwrap();
        assert_eq!(Statement::from_leaf(&leaf).unwrap(), draft.statement);
    }
}

#[test]
fn the_same_salts_make_the_same_register_and_each_salt_is_drawn_once() {
    assert_eq!(all(), all());
    let drafts = all();
    let texts = drafts.iter().flat_map(|draft| draft.public.iter().chain(&draft.withheld));
    let digests: Vec<_> = texts.map(|text| text.digest()).collect();
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), digests.len());
}

#[test]
fn nothing_is_logged_before_it_happened_or_after_today() {
    for draft in all() {
        let logged = draft.statement.logged.date();
        assert!(draft.statement.at <= logged && logged <= today(), "{}", draft.statement.id);
    }
}

#[test]
fn every_channel_status_and_kind_occurs() {
    let drafts = all();
    let register = folded(&drafts);
    let kinds: BTreeSet<Kind> = drafts.iter().map(|draft| draft.statement.kind()).collect();
    let statuses: BTreeSet<Status> = register.shares().iter().map(|share| share.status()).collect();
    let channels: BTreeSet<Channel> = register.shares().iter().map(|share| share.access().channel).collect();
    assert!(Kind::ALL.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    assert!(Status::ALL.iter().all(|status| statuses.contains(status)), "{statuses:?}");
    assert!(Channel::ALL.iter().all(|channel| channels.contains(channel)), "{channels:?}");
    for (name, count) in counts(&drafts, &register) {
        println!("{name} {count}");
    }
}

/// How many of each, for those who read the test's output.
fn counts(drafts: &[Draft], register: &Register) -> Vec<(&'static str, usize)> {
    let kinds = Kind::ALL
        .iter()
        .map(|kind| (kind.code(), drafts.iter().filter(|draft| draft.statement.kind() == *kind).count()));
    let channels = Channel::ALL.iter().map(|channel| {
        (channel.code(), register.shares().iter().filter(|share| share.access().channel == *channel).count())
    });
    let statuses = Status::ALL
        .iter()
        .map(|status| (status.code(), register.shares().iter().filter(|share| share.status() == *status).count()));
    kinds.chain(channels).chain(statuses).collect()
}

#[test]
fn some_ends_and_destructions_are_overdue_and_one_is_disputed() {
    let register = folded(&all());
    let running = |status| matches!(status, Status::Live | Status::Suspended | Status::Approved);
    let shares = || register.shares().iter();
    let late = |date: Option<PartialDate>| date.is_some_and(|date| date.days_until(today()) > 0);
    assert!(shares().filter(|share| running(share.status()) && late(share.term().1)).count() >= 3);
    let unconfirmed = shares().filter(|share| share.ended().is_some() && share.destruction() != Destruction::Confirmed);
    assert!(unconfirmed.filter(|share| late(share.destruction_due())).count() >= 5);
    assert!(shares().any(|share| share.destruction() == Destruction::Disputed));
}

#[test]
fn the_corrections_of_2017_read_as_they_were_published() {
    let drafts = all();
    let register = folded(&drafts);
    let numbers = |release: &ReleaseRegistered| {
        let volume = release.volume.clone().unwrap();
        (volume.requests, volume.supplied, volume.people, volume.rows)
    };
    let first = |share: &str| {
        let draft = drafts.iter().find(|draft| {
            draft.statement.share.as_deref() == Some(share) && draft.statement.kind() == Kind::ReleaseRegistered
        });
        match &draft.unwrap().statement.body {
            Body::ReleaseRegistered(release) => numbers(release),
            other => panic!("{other:?}"),
        }
    };
    let people = |number| Some(Count::Exactly(number));
    let (police, home_office) = ("Police requests 2012 to 2016", "Home Office requests 2015 to 2016");
    assert_eq!(first(police), (Some(31), Some(21), people(21), None));
    assert_eq!(numbers(release(&register, police)), (Some(33), Some(16), people(62), None));
    assert_eq!(first(home_office), (None, None, people(2462), Some(520)));
    assert_eq!(numbers(release(&register, home_office)), (None, None, people(2461), Some(531)));
    let reasons = drafts.iter().filter_map(|draft| match &draft.statement.body {
        Body::Correction(correction) => Some((draft.statement.share.as_deref()?, correction.reason)),
        _ => None,
    });
    let by_publisher: Vec<_> = reasons.filter(|(_, reason)| *reason == CorrectionReason::PublisherCorrected).collect();
    assert_eq!(by_publisher.len(), 2);
}

#[test]
fn a_direct_supply_that_was_granted_says_why_it_is_direct() {
    for share in folded(&all()).shares() {
        let granted = share.outcome().is_some_and(Outcome::allows_release);
        if granted && share.access().route == Some(Route::DirectSupply) {
            assert!(share.text("why-direct").is_some(), "{}", share.reference);
        }
    }
}

#[test]
fn every_application_has_a_title_a_summary_and_a_benefit_and_its_purpose_or_the_ground_for_withholding_it() {
    for draft in all() {
        let Body::ShareApplied(ShareApplied { .. }) = &draft.statement.body else { continue };
        let said: Vec<&str> = draft.public.iter().map(|text| text.name()).collect();
        let share = draft.statement.share.as_deref();
        assert!(["title", "summary", "public-benefit"].iter().all(|name| said.contains(name)), "{share:?}");
        let withheld = draft.statement.withheld.iter().any(|field| field.name == "purpose");
        assert!(withheld || said.contains(&"purpose"), "{share:?}");
    }
}

#[test]
fn one_share_withholds_fields_until_a_date() {
    let all = all();
    let share = all.iter().find(|draft| {
        draft.statement.share.as_deref() == Some("POL/2024/0117") && draft.statement.kind() == Kind::ShareApplied
    });
    let draft = share.unwrap();
    assert!(draft.statement.withheld.iter().any(|field| field.opens == "2029-06-01".parse().ok()));
    assert_eq!(draft.withheld.len(), draft.statement.withheld.len());
}

#[test]
fn summaries_are_written_in_short_sentences() {
    let (mut sentences, mut words) = (0, 0);
    for draft in all() {
        for text in draft.public.iter().filter(|text| text.name() == "summary") {
            let parts: Vec<&str> = text.value().split(['.', '?', '!']).filter(|part| !part.trim().is_empty()).collect();
            let count = text.value().split_whitespace().count();
            assert!(count < 20 * parts.len(), "{}", text.value());
            sentences += parts.len();
            words += count;
        }
    }
    assert!(sentences > 150 && words < 12 * sentences, "{words} words in {sentences} sentences");
}

/// Real bodies that such a register would name; `Home Office` and the Department stand for the published tables.
const REAL: &[&str] = &[
    "Ofsted",
    "Ofqual",
    "Office for National Statistics",
    "Information Commissioner",
    "Office for Statistics Regulation",
    "University College London",
    "University of Oxford",
    "University of Cambridge",
    "University of Bristol",
    "University of Durham",
    "University of York",
    "London School of Economics",
    "Institute for Fiscal Studies",
    "National Foundation for Educational Research",
    "NFER",
    "Education Endowment Foundation",
    "Education Policy Institute",
    "Fischer Family Trust",
    "FFT Education",
    "UCAS",
    "Student Loans Company",
    "Sutton Trust",
    "Barnardo",
    "NSPCC",
    "Save the Children",
    "Teach First",
    "Pearson",
    "Capita",
    "Trustopia",
    "GB Group",
    "Daily Telegraph",
    "The Times",
    "BBC",
    "Guardian",
    "Metropolitan Police",
    "Kent County Council",
    "Essex County Council",
    "NHS",
    "RM Education",
];

#[test]
fn no_organisation_bears_a_real_name() {
    for draft in all() {
        let leaf = String::from_utf8(draft.statement.to_leaf().unwrap()).unwrap();
        let names = leaf.split("\"name\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        let texts = draft.public.iter().chain(&draft.withheld).map(|text| text.value().to_owned());
        for text in names.chain(texts) {
            let words = format!(" {} ", text.replace(|letter: char| !letter.is_alphanumeric(), " "));
            let real = REAL.iter().find(|name| words.contains(&format!(" {name} ")));
            assert_eq!(real, None, "{text}");
        }
    }
}
