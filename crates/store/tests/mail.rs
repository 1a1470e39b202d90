//! The outbox of mail, on a real database.

#![allow(clippy::unwrap_used)]

use register::Moment;
use store::casework::mail::{self, Fault, Mail};
use store::{Casework, StoreError};
use tempfile::TempDir;

const START: i64 = 1_790_000_000;

fn at(seconds: i64) -> Moment {
    Moment::from_seconds(START + seconds).unwrap()
}

fn outbox() -> (TempDir, Casework) {
    let folder = tempfile::tempdir().unwrap();
    let casework = Casework::open(&folder.path().join("casework.sqlite")).unwrap();
    (folder, casework)
}

fn a_mail(key: &str) -> Mail {
    Mail {
        key: key.to_owned(),
        to: "somebody@example.org".to_owned(),
        subject: "DR1: a decision was made".to_owned(),
        text: "a secret body".to_owned(),
        html: "<p>a secret body</p>".to_owned(),
    }
}

fn enqueue(casework: &Casework, key: &str, now: Moment) -> bool {
    casework.write(|transaction| mail::enqueue(transaction, &a_mail(key), now)).unwrap()
}

fn take(casework: &Casework, now: Moment) -> Vec<mail::Taken> {
    casework.write(|transaction| mail::take(transaction, now, 10)).unwrap()
}

#[test]
fn the_same_key_twice_is_one_mail() {
    let (_folder, casework) = outbox();
    assert!(enqueue(&casework, "decided/DR1/7", at(0)));
    assert!(!enqueue(&casework, "decided/DR1/7", at(5)));
    assert!(enqueue(&casework, "decided/DR1/8", at(5)));
    let keys: Vec<String> = take(&casework, at(5)).into_iter().map(|taken| taken.mail.key).collect();
    assert_eq!(keys, ["decided/DR1/7", "decided/DR1/8"]);
}

#[test]
fn a_mail_is_kept_with_its_event_or_not_at_all() {
    let (_folder, casework) = outbox();
    let refused: Result<(), StoreError> = casework.write(|transaction| {
        mail::enqueue(transaction, &a_mail("a"), at(0))?;
        Err(StoreError::NoRegister("the event was refused".into()))
    });
    assert!(refused.is_err());
    assert!(take(&casework, at(0)).is_empty());
}

#[test]
fn what_was_taken_and_not_heard_of_again_is_due_again_and_what_was_sent_never_is() {
    let (_folder, casework) = outbox();
    enqueue(&casework, "a", at(0));
    let first = take(&casework, at(0));
    assert_eq!((first.len(), first[0].attempt), (1, 1));
    assert!(take(&casework, at(mail::LEASE - 1)).is_empty());
    let again = take(&casework, at(mail::LEASE));
    assert_eq!((again.len(), again[0].attempt, again[0].mail == first[0].mail), (1, 2, true));
    casework.write(|transaction| mail::sent(transaction, again[0].id, at(mail::LEASE + 1))).unwrap();
    assert!(take(&casework, at(10 * mail::PATIENCE)).is_empty());
    assert_eq!(casework.read(mail::next_due).unwrap(), None);
    assert!(casework.read(|transaction| mail::not_gone(transaction, 10)).unwrap().is_empty());
}

#[test]
fn pauses_double_up_to_a_cap_and_after_four_days_it_is_given_up_and_shows() {
    let (_folder, casework) = outbox();
    enqueue(&casework, "a", at(0));
    let mut now = at(0);
    let mut pauses = Vec::new();
    let last = loop {
        let taken = take(&casework, now);
        assert_eq!(taken.len(), 1, "due at {now}");
        let next = casework.write(|transaction| mail::failure(transaction, taken[0].id, Fault::Later, now)).unwrap();
        assert_eq!(casework.read(mail::next_due).unwrap(), next);
        match next {
            Some(next) => pauses.push(next.seconds() - now.seconds()),
            None => break now,
        }
        let shown = casework.read(|transaction| mail::not_gone(transaction, 10)).unwrap();
        assert_eq!((shown[0].next, shown[0].fault), (next, Some(Fault::Later)));
        now = next.unwrap();
    };
    assert_eq!(pauses[..9], [60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 14_400]);
    assert!(pauses[9..].iter().all(|pause| *pause == 14_400));
    assert!(last.seconds() - START <= mail::PATIENCE && last.seconds() + 14_400 - START > mail::PATIENCE);
    let shown = casework.read(|transaction| mail::not_gone(transaction, 10)).unwrap();
    assert_eq!((shown.len(), shown[0].next, shown[0].attempts as usize), (1, None, pauses.len() + 1));
    assert!(!format!("{shown:?}").contains("secret") && !format!("{shown:?}").contains("somebody"));
    assert!(casework.write(|transaction| mail::try_again(transaction, shown[0].id, last)).unwrap());
    assert_eq!(take(&casework, last).len(), 1);
}

#[test]
fn what_will_never_be_taken_is_not_tried_again() {
    for fault in [Fault::Refused, Fault::Form] {
        let (_folder, casework) = outbox();
        enqueue(&casework, "a", at(0));
        let taken = take(&casework, at(0));
        assert_eq!(casework.write(|transaction| mail::failure(transaction, taken[0].id, fault, at(1))).unwrap(), None);
        assert!(take(&casework, at(mail::PATIENCE)).is_empty());
        let shown = casework.read(|transaction| mail::not_gone(transaction, 10)).unwrap();
        assert_eq!((shown[0].fault, shown[0].next), (Some(fault), None));
    }
}

#[test]
fn address_and_content_are_erased_a_week_after_and_leave_the_files_too() {
    let (folder, casework) = outbox();
    enqueue(&casework, "a", at(0));
    enqueue(&casework, "b", at(0));
    let taken = take(&casework, at(0));
    casework
        .write(|transaction| {
            mail::sent(transaction, taken[0].id, at(1))?;
            mail::failure(transaction, taken[1].id, Fault::Refused, at(1)).map(drop)
        })
        .unwrap();
    let erase = |now| {
        let has_to = casework.read(|transaction| mail::has_to_erase(transaction, now)).unwrap();
        let erased = casework.write(|transaction| mail::erase(transaction, now)).unwrap();
        assert_eq!(has_to, erased > 0);
        erased
    };
    assert_eq!(erase(at(mail::KEPT)), 0);
    assert_eq!(erase(at(mail::KEPT + 1)), 2);
    assert_eq!(erase(at(mail::KEPT + 2)), 0);
    casework.forget().unwrap();
    for name in ["casework.sqlite", "casework.sqlite-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        for gone in ["secret body", "somebody@example.org"] {
            assert!(!bytes.windows(gone.len()).any(|window| window == gone.as_bytes()), "{gone} in {name}");
        }
    }
    assert!(!enqueue(&casework, "a", at(mail::KEPT + 3)), "an erased mail is still known by its key");
    assert!(!casework.write(|transaction| mail::try_again(transaction, taken[1].id, at(mail::KEPT + 3))).unwrap());
}
