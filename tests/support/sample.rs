//! A small register for tests of several crates: every shape of file, and more statements than one bundle holds.

#![allow(dead_code, clippy::unwrap_used)] // each test uses a part of it, and a failure here fails it

use std::collections::BTreeMap;

use register::dictionary::{Dictionary, Item};
use register::statement::{
    Access, Correction, DatasetUse, Redaction, RegisterOpened, ReleaseRegistered, ShareImported,
};
use register::vocabulary::{Channel, CorrectionReason, ErasureGround, Ground};
use register::{Class, Draft, Moment, Organisation, PartialDate, Salt, Statement};

/// A text that is withheld, and must be found nowhere in public.
pub const WITHHELD: &str = "canary-withheld-7f3a";
/// A text that is published first and erased later.
pub const ERASED: &str = "canary-erased-91bc";

/// The moment at which a statement of the sample is logged.
pub fn moment(number: u64) -> Moment {
    Moment::from_seconds(1_700_000_000 + number as i64).unwrap()
}

fn day() -> PartialDate {
    "2023-11-14".parse().unwrap()
}

/// A salt for each number; good enough for a sample, and no secret.
pub fn salt(number: u64) -> Salt {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Salt(bytes)
}

/// The first statement.
pub fn opened() -> Draft {
    let body = RegisterOpened {
        custodian: Organisation::named("Department of Examples"),
        demonstration: true,
        name: "Sample register".into(),
        population: "pupils".into(),
    };
    Draft::new(Statement::new("opened", day(), moment(0), body.into()))
}

/// An imported share with texts, one of them withheld.
pub fn share(number: u64) -> Draft {
    let class = Class { scheme: "dfe-sensitivity".into(), value: "C".into() };
    let body = ShareImported {
        access: Access {
            bases: vec!["Education Act 1996 s.537A".into()],
            channel: Channel::Imported,
            datasets: vec![DatasetUse {
                classes: vec![class],
                frequency: None,
                name: format!("Dataset {}", number % 7),
            }],
            facts: BTreeMap::from([("opt-outs".to_owned(), "=not applied".to_owned())]),
            recipient: Organisation::named(&format!("Example University {}", number % 9)),
            route: None,
        },
        applied: None,
        decided: None,
        end: Some("2025-06".parse().unwrap()),
        outcome: None,
        source: "sample".into(),
        start: None,
    };
    let statement = Statement::new(format!("share-{number}"), day(), moment(1), body.into());
    let draft = Draft::new(statement.about(format!("S/{number}")))
        .saying("title", &format!("Study {number}"), salt(10 * number))
        .saying("purpose", &format!("-To learn\nabout subject {number}, \"closely\""), salt(10 * number + 1));
    if number.is_multiple_of(5) {
        draft.withholding("applicants", WITHHELD, salt(10 * number + 2), Ground::PersonalData, None)
    } else {
        draft
    }
}

/// A release of that share.
pub fn release(share: u64, number: u64) -> Draft {
    let body = ReleaseRegistered {
        bases: Vec::new(),
        classes: Vec::new(),
        cohorts: Vec::new(),
        datasets: vec![format!("Dataset {}", number % 7)],
        facts: BTreeMap::new(),
        frequency: Some("One-Off".into()),
        items: Vec::new(),
        manifest: None,
        release: format!("R{number}"),
        released: Some("2023-10".parse().unwrap()),
        source: Some("sample".into()),
        volume: None,
    };
    let statement = Statement::new(format!("release-{share}-{number}"), day(), moment(1), body.into());
    Draft::new(statement.about(format!("S/{share}")))
}

/// A correction of the release at this index: it was released in September.
pub fn correction(of: u64, share: u64) -> Draft {
    let patch = serde_json::json!({ "released": "2023-09" });
    let body = Correction {
        cleared: Vec::new(),
        patch: patch.as_object().unwrap().clone(),
        reason: CorrectionReason::EnteredWrongly,
    };
    let mut statement = Statement::new(format!("correction-{of}"), day(), moment(1), body.into());
    statement.corrects = Some(of);
    Draft::new(statement.about(format!("S/{share}")))
}

/// The erasure of every text of the draft that was logged at this index.
pub fn redaction(of: u64, draft: &Draft) -> Draft {
    let mut digests: Vec<_> = draft.public.iter().map(|text| text.digest()).collect();
    digests.sort();
    let body = Redaction { digests, ground: ErasureGround::RightToErasure, of };
    let statement = Statement::new(format!("redaction-{of}"), day(), moment(1), body.into());
    let share = draft.statement.share.clone().unwrap();
    Draft::new(statement.about(share))
}

/// Shares and releases that together fill more than one bundle.
pub fn batch(shares: u64) -> Vec<Draft> {
    let mut drafts = vec![opened()];
    drafts.extend((0..shares).map(share));
    drafts.extend((0..shares).map(|number| release(number, number)));
    drafts
}

/// The items of a dataset of the sample: one of each sensitivity, and a name that stands twice.
pub fn dictionary(items: u16) -> Dictionary {
    let class = |scheme: &str, value: String| Class { scheme: scheme.into(), value };
    let item = |number: u16| Item {
        alias: if number == 0 { "UPN_1".into() } else { format!("UPN_{number}") },
        classes: vec![
            class("dfe-identification-risk", (number % 5 + 1).to_string()),
            class("dfe-sensitivity", char::from(b'A' + (number % 5) as u8).into()),
        ],
        description: Some(format!("Unique number {number},\n\"of a pupil\"")),
        first_year: Some(2000 + number % 20),
        ..Item::default()
    };
    Dictionary { items: (0..items).map(item).collect() }
}

/// The statement that publishes these items of a dataset, with their file.
pub fn dictionary_published(dataset: &str, edition: u64, dictionary: &Dictionary) -> Draft {
    Draft::of_dictionary(dataset, &format!("Edition {edition}"), dictionary, day(), moment(edition)).unwrap()
}
