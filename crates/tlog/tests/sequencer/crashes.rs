//! Every step of an append and of a recovery fails, and every loss of power leaves the log before or after the batch.

use tlog::{Batch, Sequencer, sequencer::storage::Zone};

use crate::{
    Reader,
    disk::{Disk, Failure, Random},
    entries, key, put, remove,
};

/// A log of `size` entries, with files beside it.
fn prepared(size: usize) -> Disk {
    let disk = Disk::default();
    let mut log = Sequencer::open(disk.mount(), key()).unwrap();
    if size > 0 {
        let beside = vec![put("beside/000.p/1", "old"), put("beside/erased", "private"), put("beside/kept", "first")];
        log.append(Batch { entries: entries(0, size), beside }).unwrap();
    }
    drop(log);
    disk.copy()
}

/// The batch under test: new files beside, one replaced, one removed.
fn batch(number: u64, count: usize) -> Batch {
    let removals = [remove("beside/000.p/1"), remove("beside/erased")];
    let beside = [put("beside/x001/000", "new"), put("beside/kept", "second")].into_iter().chain(removals).collect();
    Batch { entries: entries(number, count), beside }
}

/// What must hold whatever happened: open succeeds, the log is before or after the batch as a whole, what lies beside
/// fits, nothing temporary or staged is left, a further loss of power takes nothing back, and the next batch goes in.
fn check_reopened(disk: &Disk, reader: &mut Reader, random: &mut Random, before: usize, count: usize) {
    reader.audit(disk);
    let mut log = Sequencer::open(disk.mount(), key()).unwrap_or_else(|error| panic!("{error}\n{:#?}", disk.journal()));
    let size = log.size() as usize;
    assert!(size == before || size == before + count, "{size} is neither before nor after");
    let (checkpoint, found) = reader.audit(disk).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (log.size(), log.root()));
    assert_eq!(disk.read(Zone::Public, "checkpoint").unwrap(), log.checkpoint().as_bytes());
    assert_eq!(disk.read(Zone::Private, "committed").unwrap(), log.checkpoint().as_bytes());
    let lost = disk.lose_power(random);
    let mut expected = entries(0, before);
    for disk in [disk, &lost] {
        if size > before {
            assert_eq!(disk.read(Zone::Public, "beside/x001/000").unwrap(), b"new");
            assert_eq!(disk.read(Zone::Public, "beside/kept").unwrap(), b"second");
            assert_eq!(disk.read(Zone::Public, "beside/000.p/1"), None);
            assert_eq!(disk.read(Zone::Public, "beside/erased"), None, "what was removed does not come back");
        } else if before > 0 {
            assert_eq!(disk.read(Zone::Public, "beside/kept").unwrap(), b"first");
            assert_eq!(disk.read(Zone::Public, "beside/000.p/1").unwrap(), b"old");
            assert_eq!(disk.read(Zone::Public, "beside/erased").unwrap(), b"private");
        }
    }
    if size > before {
        expected.extend(entries(1, count));
    }
    assert_eq!(found, expected);
    assert_eq!(reader.audit(&lost).unwrap(), (checkpoint, found));
    let left = |zone| disk.paths(zone).into_iter().filter(|path| path.ends_with(".tmp")).collect::<Vec<_>>();
    assert_eq!((left(Zone::Public), left(Zone::Private)), (vec![], vec![]));
    assert_eq!(disk.paths(Zone::Private), ["committed"]);

    // Another batch of the same size as the one that may have failed: if that was seen by anyone, this would fork.
    let published = log.append(Batch { entries: entries(2, count), beside: vec![] }).unwrap();
    assert_eq!(published.first_index as usize, size);
    let (checkpoint, found) = reader.audit(disk).unwrap();
    assert_eq!(checkpoint.root, published.root);
    assert_eq!(found[size..], entries(2, count));
    let proof = log.prove(published.first_index).unwrap();
    proof.verify(&tlog::leaf_hash(&found[size]), log.verifier()).unwrap();
}

/// Fails every step of one append in every way; after each, the process starts again on what is visible, and on what
/// is left after a loss of power.
fn fail_everywhere(before: usize, count: usize, losses: u64) {
    let start = prepared(before);
    let mut random = Random(before as u64 * 1000 + count as u64);
    // The steps of an append that goes well.
    let disk = start.copy();
    let mut log = Sequencer::open(disk.mount(), key()).unwrap();
    disk.fail_at(usize::MAX, Failure::Before);
    log.append(batch(1, count)).unwrap();
    let steps = disk.journal();
    assert!(steps.len() > 30, "{steps:#?}");

    for failure in [Failure::Before, Failure::After, Failure::Half] {
        for (step, what) in steps.iter().enumerate().filter(|(_, what)| failure.matters_for(what)) {
            let disk = start.copy();
            let mut reader = Reader::default();
            let mut log = Sequencer::open(disk.mount(), key()).unwrap();
            disk.fail_at(step, failure);
            let error = log.append(batch(1, count)).unwrap_err().to_string();
            assert!(disk.recover(), "{what}");
            assert!(error.contains("until the log is opened again"), "{error}");
            assert_eq!(disk.journal().len(), step + 1, "after an error nothing more is done: {what}");
            let again = log.append(batch(1, count)).unwrap_err().to_string();
            assert!(again.contains("open the log again"), "{again}");
            reader.audit(&disk).expect("a checkpoint was published before");
            drop(log);
            // What readers saw before the power went binds all that comes after; but each loss is a world of its own.
            for _ in 0..losses {
                let lost = disk.lose_power(&mut random);
                check_reopened(&lost, &mut reader.clone(), &mut random, before, count);
            }
            check_reopened(&disk, &mut reader, &mut random, before, count);
        }
    }
}

#[test]
fn an_append_to_an_empty_log_survives_a_failure_at_every_step() {
    fail_everywhere(0, 3, 2);
}

#[test]
fn an_append_within_a_tile_survives_a_failure_at_every_step() {
    fail_everywhere(3, 2, 2);
}

#[test]
fn an_append_that_fills_a_tile_survives_a_failure_at_every_step() {
    fail_everywhere(254, 4, 1);
}

#[test]
fn a_tile_or_bundle_that_was_written_wrongly_is_not_published() {
    let (before, count) = (254, 4);
    let start = prepared(before);
    let disk = start.copy();
    let mut log = Sequencer::open(disk.mount(), key()).unwrap();
    disk.fail_at(usize::MAX, Failure::Before);
    log.append(batch(1, count)).unwrap();
    let steps = disk.journal();
    let writes = steps.iter().enumerate().filter(|(_, what)| what.starts_with("write Public tile/"));
    let mut tried = 0;
    for (step, what) in writes {
        tried += 1;
        let disk = start.copy();
        let mut log = Sequencer::open(disk.mount(), key()).unwrap();
        disk.fail_at(step, Failure::Silent);
        log.append(batch(1, count)).expect_err(what);
        disk.recover();
        drop(log);
        let mut reader = Reader::default();
        assert_eq!(reader.audit(&disk).unwrap().0.size as usize, before, "{what}");
        // The staged batch is whole, so the next opening writes it rightly.
        check_reopened(&disk, &mut reader, &mut Random(step as u64), before, count);
    }
    // Full and partial tile and bundle, and the tile of level 1.
    assert_eq!(tried, 5);
}

#[test]
fn power_lost_after_a_published_batch_loses_nothing() {
    let mut random = Random(1);
    for (before, count) in [(0, 1), (255, 1), (3, 2), (250, 7)] {
        for _ in 0..6 {
            let disk = prepared(before);
            let mut log = Sequencer::open(disk.mount(), key()).unwrap();
            let published = log.append(batch(1, count)).unwrap();
            drop(log);
            let after = disk.lose_power(&mut random);
            let mut reader = Reader::default();
            let (checkpoint, _) = reader.audit(&after).unwrap();
            assert_eq!((checkpoint.size, checkpoint.root), (published.size, published.root));
            assert_eq!(after.read(Zone::Public, "beside/000.p/1"), None, "what was removed does not come back");
            assert_eq!(after.read(Zone::Public, "beside/erased"), None, "what was removed does not come back");
            check_reopened(&after, &mut reader, &mut random, before, count);
        }
    }
}

#[test]
fn a_recovery_survives_a_failure_at_every_step() {
    let (before, count) = (254, 4);
    let start = prepared(before);
    let mut random = Random(99);
    // The append dies at every third step; then the recovery fails at every step; then all is well.
    for step in (0..).step_by(3) {
        let disk = start.copy();
        let mut log = Sequencer::open(disk.mount(), key()).unwrap();
        disk.fail_at(step, Failure::Dead);
        let result = log.append(batch(1, count));
        drop(log);
        if !disk.recover() {
            result.unwrap();
            break;
        }
        let died = disk.lose_power(&mut random);
        // Not every pair of steps, which would be thousands: every fifth, beginning at another each time.
        for second in (step % 5..).step_by(5) {
            let disk = died.copy();
            disk.fail_at(second, Failure::Before);
            let result = Sequencer::open(disk.mount(), key());
            if !disk.recover() {
                result.unwrap();
                break;
            }
            assert!(result.is_err());
            let mut reader = Reader::default();
            let lost = disk.lose_power(&mut random);
            check_reopened(&lost, &mut reader.clone(), &mut random, before, count);
            check_reopened(&disk, &mut reader, &mut random, before, count);
        }
    }
}

#[test]
fn the_making_of_a_log_survives_a_failure_at_every_step() {
    let mut random = Random(5);
    for failure in [Failure::Before, Failure::After, Failure::Half, Failure::Dead] {
        for step in 0.. {
            let disk = Disk::default();
            disk.fail_at(step, failure);
            let result = Sequencer::open(disk.mount(), key());
            if !disk.recover() {
                result.unwrap();
                break;
            }
            assert!(result.is_err());
            for disk in [disk.lose_power(&mut random), disk] {
                let mut reader = Reader::default();
                reader.audit(&disk);
                check_reopened(&disk, &mut reader, &mut random, 0, 3);
            }
        }
    }
}
