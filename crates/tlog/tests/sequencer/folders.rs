//! The sequencer on real folders.

use std::{fs, path::PathBuf, process};

use tlog::{Batch, Error, Folder, Sequencer, SequencerError, Tile, bundle};

use crate::{entries, key, only_entries, put};

/// A folder of this test, empty, removed when it passes.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("tlog-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        Scratch(path)
    }

    fn folder(&self) -> Folder {
        Folder::new(self.0.join("private/deep"), self.0.join("public/deep")).unwrap()
    }

    fn public(&self, path: &str) -> PathBuf {
        self.0.join("public/deep").join(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

#[test]
fn a_log_on_folders_grows_and_is_opened_again() {
    let scratch = Scratch::new("grows");
    let mut total = 0;
    for round in 0..3 {
        let mut log = Sequencer::open(scratch.folder(), key()).unwrap();
        assert_eq!(log.size(), total);
        let published = log.append(only_entries(entries(round, 200))).unwrap();
        assert_eq!((published.first_index, published.size), (total, total + 200));
        assert_eq!(fs::read_to_string(scratch.public("checkpoint")).unwrap(), published.checkpoint);
        total += 200;
        assert_eq!(log.read_entries(total - 200..total).unwrap(), entries(round, 200));
        log.prove(total - 1).unwrap();
    }
    let full = Tile { level: 0, index: 0, width: 256 };
    let bytes = fs::read(scratch.public(&full.entries_path())).unwrap();
    assert_eq!(bundle::parse(&bytes).unwrap().len(), 256);
    assert_eq!(fs::read(scratch.public(&full.path())).unwrap().len(), 8192);
    // The partial forms went when the full tile came; those of the last tile stay.
    assert!(!scratch.public("tile/0/000.p").exists());
    assert!(!scratch.public("tile/entries/001.p").exists());
    assert!(scratch.public("tile/entries/002.p/88").exists());
    assert!(scratch.public("tile/1/000.p/1").exists());
}

#[test]
fn a_second_writer_is_refused_at_once() {
    let scratch = Scratch::new("second");
    let first = Sequencer::open(scratch.folder(), key()).unwrap();
    let error = Sequencer::open(scratch.folder(), key()).unwrap_err();
    let lock = scratch.0.join("private/deep/log/lock");
    assert!(
        matches!(&error, Error::Sequencer(SequencerError::Locked { lock_file }) if *lock_file == lock.display().to_string())
    );
    drop(first);
    Sequencer::open(scratch.folder(), key()).unwrap();
}

#[test]
fn a_batch_of_many_entries_and_large_files_goes_in() {
    let scratch = Scratch::new("large");
    let mut log = Sequencer::open(scratch.folder(), key()).unwrap();
    let beside = (0..40).map(|n| put(&format!("disclosures/{n:03}"), &"x".repeat(100_000 + n))).collect();
    let published = log.append(Batch { entries: entries(0, 66_000), beside }).unwrap();
    assert_eq!(published.size, 66_000);
    assert_eq!(fs::metadata(scratch.public("disclosures/039")).unwrap().len(), 100_039);
    assert!(scratch.public("tile/1/000").exists() && scratch.public("tile/2/000.p/1").exists());
    drop(log);
    let log = Sequencer::open(scratch.folder(), key()).unwrap();
    assert_eq!(log.root(), published.root);
    log.prove(65_999).unwrap();
}
