//! What no crash explains halts the log, and what a batch may not hold is refused without harm.

use tlog::{
    Batch, Beside, BundleError, Error, Sequencer, SequencerError, SigningKey,
    sequencer::storage::{Storage, Zone},
};

use crate::{
    Reader,
    disk::{Disk, Failure, Mounted},
    entries, key, only_entries, put,
};

fn log_of(batches: &[usize]) -> (Disk, Sequencer<Mounted>) {
    let disk = Disk::default();
    let mut log = Sequencer::open(disk.mount(), key()).unwrap();
    for (number, count) in (0..).zip(batches) {
        log.append(only_entries(entries(number, *count))).unwrap();
    }
    (disk, log)
}

fn halt(disk: &Disk) -> SequencerError {
    match Sequencer::open(disk.mount(), key()) {
        Err(Error::Sequencer(error)) => error,
        Err(other) => panic!("halted, but by {other}"),
        Ok(log) => panic!("opened at {}", log.size()),
    }
}

#[test]
fn a_second_writer_is_refused_and_told_the_lock_file() {
    let (disk, log) = log_of(&[1]);
    let error = halt(&disk);
    assert!(matches!(error, SequencerError::Locked { .. }));
    assert!(error.to_string().contains("Private/lock"), "{error}");
    drop(log);
    Sequencer::open(disk.mount(), key()).unwrap();
}

#[test]
fn a_private_folder_from_a_backup_halts() {
    let (disk, mut log) = log_of(&[2]);
    let old = disk.read(Zone::Private, "committed");
    log.append(only_entries(entries(1, 3))).unwrap();
    drop(log);
    disk.restore(Zone::Private, "committed", old);
    assert!(matches!(halt(&disk), SequencerError::PublishedAhead { published: 5, committed: 2 }));
}

#[test]
fn a_public_folder_from_a_backup_halts() {
    let (disk, mut log) = log_of(&[2]);
    let old = disk.read(Zone::Public, "checkpoint");
    log.append(only_entries(entries(1, 3))).unwrap();
    drop(log);
    disk.restore(Zone::Public, "checkpoint", old);
    assert!(matches!(halt(&disk), SequencerError::CannotReplay { published: 2, committed: 5, .. }));
}

#[test]
fn a_commit_whose_staged_file_does_not_fit_halts() {
    // A log of 2 entries that has committed 3 more and not published them; and another in the same state.
    let interrupted = |second: u64| {
        let (disk, mut log) = log_of(&[2]);
        let start = disk.copy();
        disk.fail_at(usize::MAX, Failure::Before);
        log.append(only_entries(entries(second, 3))).unwrap();
        let committed = "rename Private committed.tmp committed";
        let step = disk.journal().iter().position(|step| step == committed).unwrap();
        let mut log = Sequencer::open(start.mount(), key()).unwrap();
        start.fail_at(step + 2, Failure::Dead);
        log.append(only_entries(entries(second, 3))).unwrap_err();
        drop(log);
        start.copy()
    };
    let (one, other) = (interrupted(1), interrupted(9));
    assert_eq!(Sequencer::open(one.copy().mount(), key()).unwrap().size(), 5);
    let staged = one.read(Zone::Private, "staged/5").unwrap();
    let mut damaged = staged.clone();
    damaged[200] ^= 1;
    for (why, bytes) in [
        ("it is missing", None),
        ("it is too short", Some(vec![1])),
        ("its checksum is wrong", Some(damaged)),
        ("its checksum is wrong", Some(staged[..staged.len() - 1].to_vec())),
        ("it leads to another checkpoint", other.read(Zone::Private, "staged/5")),
    ] {
        let disk = one.copy();
        disk.restore(Zone::Private, "staged/5", bytes);
        let error = halt(&disk);
        assert!(matches!(error, SequencerError::CannotReplay { published: 2, committed: 5, .. }));
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(Reader::default().audit(&disk).unwrap().0.size, 2);
    }
    // What is published is another tree of the size that the staged batch follows.
    let (foreign, log) = log_of(&[1, 1]);
    drop(log);
    one.restore(Zone::Public, "checkpoint", foreign.read(Zone::Public, "checkpoint"));
    assert!(halt(&one).to_string().contains("does not follow what is published"));
}

#[test]
fn two_logs_of_one_key_and_size_halt() {
    let (one, log) = log_of(&[2]);
    drop(log);
    let (other, log) = log_of(&[1, 1]);
    drop(log);
    one.restore(Zone::Private, "committed", other.read(Zone::Private, "committed"));
    assert!(matches!(halt(&one), SequencerError::Forked { size: 2, .. }));
}

#[test]
fn a_lost_checkpoint_on_either_side_halts() {
    for (zone, path) in [(Zone::Private, "committed"), (Zone::Public, "checkpoint")] {
        let (disk, log) = log_of(&[2]);
        drop(log);
        disk.restore(zone, path, None);
        assert!(matches!(halt(&disk), SequencerError::SideMissing { .. }), "{path}");
    }
}

#[test]
fn tiles_without_any_checkpoint_are_no_new_log() {
    let (disk, log) = log_of(&[2]);
    drop(log);
    disk.restore(Zone::Private, "committed", None);
    disk.restore(Zone::Public, "checkpoint", None);
    assert!(matches!(halt(&disk), SequencerError::SideMissing { .. }));
}

#[test]
fn a_log_does_not_open_with_another_key() {
    let (disk, log) = log_of(&[2]);
    drop(log);
    for other in
        [SigningKey::new(crate::ORIGIN, &[8; 32]).unwrap(), SigningKey::new("other.example", &[7; 32]).unwrap()]
    {
        let error = Sequencer::open(disk.mount(), other).unwrap_err();
        assert!(matches!(error, Error::Sequencer(SequencerError::BadCheckpoint { .. })), "{error}");
    }
}

#[test]
fn a_damaged_right_edge_does_not_open() {
    for path in ["tile/0/000.p/2", "tile/entries/000.p/2"] {
        let (disk, log) = log_of(&[2]);
        drop(log);
        let good = disk.read(Zone::Public, path).unwrap();
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 0x10;
            disk.restore(Zone::Public, path, Some(bytes));
            halt_of_any_kind(&disk);
        }
        disk.restore(Zone::Public, path, None);
        halt_of_any_kind(&disk);
        disk.restore(Zone::Public, path, Some(good));
        Sequencer::open(disk.mount(), key()).unwrap();
    }
}

fn halt_of_any_kind(disk: &Disk) {
    assert!(Sequencer::open(disk.mount(), key()).is_err());
}

#[test]
fn a_commit_is_refused_if_another_writer_has_committed() {
    let (disk, mut log) = log_of(&[2]);
    let (other, second) = log_of(&[2, 1]);
    drop(second);
    disk.restore(Zone::Private, "committed", other.read(Zone::Private, "committed"));
    let error = log.append(only_entries(entries(1, 1))).unwrap_err();
    let Error::Sequencer(SequencerError::AppendFailed { source }) = error else { panic!("{error}") };
    assert!(
        matches!(*source, Error::Sequencer(SequencerError::CommitRaced { size: 2, found_size: 3, .. })),
        "{source}"
    );
    assert_eq!(Reader::default().audit(&disk).unwrap().0.size, 2);
}

#[test]
fn a_refused_batch_changes_nothing_and_does_not_poison() {
    let (disk, mut log) = log_of(&[2]);
    let before = (disk.paths(Zone::Public), disk.paths(Zone::Private), log.checkpoint().to_owned());
    assert!(matches!(log.append(Batch::default()), Err(Error::Sequencer(SequencerError::EmptyBatch))));
    let long = log.append(only_entries(vec![vec![0; 65_535], vec![0; 65_536]]));
    assert!(matches!(long, Err(Error::Bundle(BundleError::EntryTooLong { index: 1, bytes: 65_536 }))));
    for path in [
        "",
        "/etc/passwd",
        "a//b",
        "../a",
        "a/..",
        "a/.",
        "checkpoint",
        "tile/0/000",
        "tile",
        "a.tmp",
        "a.tmp/b",
        "a\\b",
        "a\nb",
        "checkpoint/a",
    ] {
        let batch = Batch { entries: entries(1, 1), beside: vec![put(path, "x")] };
        assert!(matches!(log.append(batch), Err(Error::Sequencer(SequencerError::BadPath { .. }))), "{path:?}");
    }
    let twice = vec![put("a", "x"), Beside::Remove { path: "a".into() }];
    assert!(log.append(Batch { entries: entries(1, 1), beside: twice }).is_err());
    assert_eq!(before, (disk.paths(Zone::Public), disk.paths(Zone::Private), log.checkpoint().to_owned()));
    log.append(only_entries(entries(1, 1))).unwrap();
}

#[test]
fn a_path_that_cannot_be_written_is_refused_before_the_commit() {
    for impossible in [vec![put("a/b/c", "x")], vec![put("f", "x")], vec![put("n", "x"), put("n/m", "x")]] {
        let (disk, mut log) = log_of(&[1]);
        // `a` is a file and `f` a folder.
        log.append(Batch { entries: entries(1, 1), beside: vec![put("a", "x"), put("f/g", "x")] }).unwrap();
        log.append(Batch { entries: entries(2, 1), beside: impossible }).unwrap_err();
        drop(log);
        let log = Sequencer::open(disk.mount(), key()).unwrap();
        assert_eq!(log.size(), 2);
    }
}

#[test]
fn proofs_and_entries_are_given_for_what_is_published_only() {
    let (_, log) = log_of(&[200, 100]);
    let expected = [entries(0, 200), entries(1, 100)].concat();
    for (index, entry) in (0..).zip(&expected).step_by(17) {
        let proof = log.prove(index).unwrap();
        assert_eq!(proof.verify(&tlog::leaf_hash(entry), log.verifier()).unwrap().checkpoint.size, 300);
    }
    for (start, end) in [(0, 300), (0, 0), (255, 257), (256, 300), (299, 300), (300, 300)] {
        assert_eq!(log.read_entries(start..end).unwrap(), expected[start as usize..end as usize], "{start}..{end}");
    }
    assert!(log.prove(300).is_err());
    assert!(log.read_entries(299..301).is_err());
}

#[test]
fn a_lock_that_is_held_already_may_be_taken_again() {
    let (_, log) = log_of(&[1]);
    let mut storage = log.into_storage();
    assert!(storage.lock().unwrap());
    assert_eq!(Sequencer::open(storage, key()).unwrap().size(), 1);
}
