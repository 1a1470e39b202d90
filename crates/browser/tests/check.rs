//! What the module answers, natively: on logs that grew, that were rewritten, and on any bytes at all.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

use browser::{Now, Request, answer};
use proptest::prelude::*;
use tlog::{Checkpoint, Hash, Note, Proof, SigningKey, Tile, inclusion_proof, leaf_hash, root, tiles_of, tree};

const ORIGIN: &str = "log.example/a";

fn key(seed: u8) -> SigningKey {
    SigningKey::new(ORIGIN, &[seed; 32]).unwrap()
}

/// A log whose entries are numbers, except that from `turn` on they are others.
struct Log {
    leaves: Vec<Hash>,
}

fn entry(index: u64, turned: bool) -> Vec<u8> {
    format!("{{\"statement\":{index},\"turned\":{turned}}}").into_bytes()
}

impl Log {
    fn new(size: u64, turn: u64) -> Log {
        Log { leaves: (0..size).map(|index| leaf_hash(&entry(index, index >= turn))).collect() }
    }

    fn tile(&self, tile: Tile) -> Vec<u8> {
        let span = 1_usize << (8 * tile.level);
        let first = tile.index as usize * 256;
        let hashes = (first..first + usize::from(tile.width)).map(|at| root(&self.leaves[at * span..(at + 1) * span]));
        hashes.flat_map(|hash| hash.0).collect()
    }

    fn checkpoint(&self, size: u64, key: &SigningKey) -> String {
        let root = root(&self.leaves[..size as usize]);
        Checkpoint { origin: ORIGIN.into(), size, root, extensions: vec![] }.sign(key).unwrap()
    }

    fn proof(&self, index: u64, size: u64) -> String {
        let hashes = inclusion_proof(index, size, |tile: Tile| Ok(self.tile(tile))).unwrap();
        let checkpoint = Note::parse(self.checkpoint(size, &key(1)).as_bytes()).unwrap();
        Proof { extra: None, index, hashes, checkpoint }.to_string()
    }
}

fn parts(parts: &[(char, &[u8])]) -> Vec<u8> {
    let part = |(letter, content): &(char, &[u8])| {
        [&[*letter as u8][..], &u32::try_from(content.len()).unwrap().to_be_bytes(), content].concat()
    };
    parts.iter().flat_map(part).collect()
}

/// Asks as the script does: again, with the files, when some are needed.
fn ask(asked: &[(char, &[u8])], log: &Log) -> Vec<String> {
    let lines = |request: &[u8]| answer(request).lines().map(str::to_owned).collect::<Vec<_>>();
    let first = lines(&parts(asked));
    if first[0] != "need" {
        return first;
    }
    let files: Vec<Vec<u8>> = first[1..]
        .iter()
        .map(|path| [path.as_bytes(), b"\n", &log.tile(Tile::parse_path(path).unwrap())].concat())
        .collect();
    let with_files: Vec<(char, &[u8])> =
        asked.iter().copied().chain(files.iter().map(|file| ('T', file.as_slice()))).collect();
    lines(&parts(&with_files))
}

/// The browser remembers the first `old` statements of `then`, and is shown `now`, a log of `new` statements.
fn visit(then: &Log, old: u64, now: &Log, new: u64) -> Vec<String> {
    let (vkey, remembered, checkpoint) =
        (key(1).verifier().to_string(), then.checkpoint(old, &key(1)), now.checkpoint(new, &key(1)));
    let asked: [(char, &[u8]); 4] =
        [('K', vkey.as_bytes()), ('M', vkey.as_bytes()), ('R', remembered.as_bytes()), ('C', checkpoint.as_bytes())];
    ask(&asked, now)
}

#[test]
fn every_statement_of_a_log_is_found_in_it() {
    let log = Log::new(600, u64::MAX);
    let vkey = key(1).verifier().to_string();
    for index in [0, 1, 255, 256, 511, 512, 599] {
        let (leaf, proof, name) = (entry(index, false), log.proof(index, 600), index.to_string());
        let asked: [(char, &[u8]); 4] =
            [('K', vkey.as_bytes()), ('I', name.as_bytes()), ('L', &leaf), ('P', proof.as_bytes())];
        let said = ask(&asked, &log);
        assert_eq!((said[0].as_str(), said[3].as_str(), said[4].as_str()), ("holds", "600", name.as_str()));
        assert!(said[2].contains("remembers nothing"), "{said:?}");
    }
}

#[test]
fn a_log_that_has_only_grown_holds_what_it_held() {
    let log = Log::new(1_000, u64::MAX);
    for (old, new) in [(0, 5), (1, 2), (3, 1_000), (255, 256), (256, 257), (256, 1_000), (512, 700), (999, 1_000)] {
        let said = visit(&log, old, &log, new);
        assert_eq!((said[0].as_str(), said[5].clone()), ("holds", old.to_string()), "{old} to {new}: {said:?}");
    }
    let said = visit(&log, 700, &log, 700);
    assert!(said[0] == "holds" && said[2].contains("very log"), "{said:?}");
}

#[test]
fn a_log_that_was_rewritten_or_cut_raises_the_alarm() {
    let (then, now) = (Log::new(1_000, u64::MAX), Log::new(1_000, 298));
    for (old, new) in [(299, 299), (299, 300), (300, 1_000), (512, 513), (999, 1_000)] {
        let said = visit(&then, old, &now, new);
        assert_eq!(&said[..2], ["alarm", "forked"], "{old} to {new}");
        assert_eq!(said[3], old.to_string());
    }
    // Up to where they part, they are one.
    assert_eq!(visit(&then, 298, &now, 1_000)[0], "holds");
    let said = visit(&then, 300, &then, 299);
    assert_eq!(&said[1..2], ["shrank"]);
    assert_eq!(&said[3..], ["300", "299"]);
}

#[test]
fn files_that_are_not_those_of_the_checkpoint_prove_nothing() {
    let (honest, other) = (Log::new(1_000, u64::MAX), Log::new(1_000, 10));
    let vkey = key(1).verifier().to_string();
    let (remembered, checkpoint) = (honest.checkpoint(300, &key(1)), honest.checkpoint(1_000, &key(1)));
    let asked: [(char, &[u8]); 4] =
        [('K', vkey.as_bytes()), ('M', vkey.as_bytes()), ('R', remembered.as_bytes()), ('C', checkpoint.as_bytes())];
    assert_eq!(&ask(&asked, &other)[..2], ["alarm", "files-wrong"]);
    assert_eq!(ask(&asked, &honest)[0], "holds");
}

#[test]
fn keys_signatures_and_memory_are_told_apart() {
    let log = Log::new(20, u64::MAX);
    let (first, second) = (key(1).verifier().to_string(), key(2).verifier().to_string());
    let (by_first, by_second) = (log.checkpoint(20, &key(1)), log.checkpoint(20, &key(2)));
    let said = |asked: &[(char, &[u8])]| ask(asked, &log)[..2].join(" ");
    let (k1, k2, c1, c2) = (first.as_bytes(), second.as_bytes(), by_first.as_bytes(), by_second.as_bytes());
    assert_eq!(said(&[('K', k2), ('M', k1), ('C', c2)]), "alarm key-changed");
    assert_eq!(said(&[('K', k1), ('M', k1), ('C', c2)]), "alarm signature-wrong");
    assert_eq!(said(&[('K', k1), ('M', k1), ('R', c2), ('C', c1)]), "alarm memory-changed");
    assert_eq!(said(&[('K', k1), ('M', b"nonsense"), ('C', c1)]), "alarm memory-changed");
    assert_eq!(said(&[('K', b"nonsense"), ('C', c1)]), "unclear key-unreadable");
    assert_eq!(said(&[('K', k1), ('C', b"nonsense")]), "unclear checkpoint-unreadable");
    assert_eq!(said(&[('K', k1), ('I', b"0"), ('L', b"{}"), ('P', b"x")]), "unclear proof-unreadable");
    assert_eq!(said(&[('K', k1)]), "unclear request-unreadable");
}

#[test]
fn every_changed_byte_of_a_statement_or_its_proof_is_noticed() {
    let log = Log::new(300, u64::MAX);
    let vkey = key(1).verifier().to_string();
    let (leaf, proof) = (entry(257, false), log.proof(257, 300));
    let holds = |leaf: &[u8], proof: &[u8]| {
        answer(&parts(&[('K', vkey.as_bytes()), ('I', b"257"), ('L', leaf), ('P', proof)])).starts_with("holds")
    };
    assert!(holds(&leaf, proof.as_bytes()));
    for at in 0..leaf.len() {
        let mut changed = leaf.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(!holds(&changed, proof.as_bytes()), "byte {at} of the statement");
    }
    for at in 0..proof.len() {
        let mut changed = proof.clone().into_bytes();
        changed[at] ^= 1 << (at % 8);
        assert!(!holds(&leaf, &changed), "byte {at} of the proof");
    }
}

#[test]
fn checkpoints_of_impossible_sizes_get_an_answer() {
    let vkey = key(1).verifier().to_string();
    let note = |size: u64| {
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size, root: leaf_hash(b"x"), extensions: vec![] };
        checkpoint.sign(&key(1)).unwrap()
    };
    for (old, new) in [(tree::MAX_SIZE - 1, tree::MAX_SIZE), (1, tree::MAX_SIZE), (1 << 62, (1 << 62) + 1), (0, 1)] {
        let (old, new) = (note(old), note(new));
        let asked: [(char, &[u8]); 4] =
            [('K', vkey.as_bytes()), ('M', vkey.as_bytes()), ('R', old.as_bytes()), ('C', new.as_bytes())];
        let said = answer(&parts(&asked));
        assert!(said.starts_with("need\n") || said.starts_with("alarm\n"), "{said}");
        let zeros: Vec<Vec<u8>> =
            said.lines().skip(1).map(|path| [path.as_bytes(), b"\n", &[0; 8_192]].concat()).collect();
        let full: Vec<(char, &[u8])> =
            asked.iter().copied().chain(zeros.iter().map(|file| ('T', file.as_slice()))).collect();
        assert!(answer(&parts(&full)).starts_with("alarm\n"));
    }
}

/// A question that is right up to some changed bytes.
fn nearly_right() -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6);
    (1_u64..40, 1_u64..40, changes, any::<bool>()).prop_map(|(one, two, changes, statement)| {
        let log = Log::new(40, u64::MAX);
        let vkey = key(1).verifier().to_string();
        let (old, new) = (one.min(two), one.max(two));
        let (remembered, checkpoint) = (log.checkpoint(old, &key(1)), log.checkpoint(new, &key(1)));
        let (index, leaf, proof) = ((new - 1).to_string(), entry(new - 1, false), log.proof(new - 1, new));
        let tile = tiles_of(new).next().unwrap();
        let file = [tile.path().as_bytes(), b"\n", &log.tile(tile)].concat();
        let mut asked: Vec<(char, &[u8])> = vec![('K', vkey.as_bytes()), ('M', vkey.as_bytes()), ('T', &file)];
        asked.push(('R', remembered.as_bytes()));
        if statement {
            asked.extend([('I', index.as_bytes()), ('L', &leaf), ('P', proof.as_bytes())]);
        } else {
            asked.push(('C', checkpoint.as_bytes()));
        }
        let mut bytes = parts(&asked);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let said = answer(&bytes);
        prop_assert!(said.starts_with("unclear\n"), "{}", said);
    }

    #[test]
    fn a_question_with_changed_bytes_gets_an_answer_of_a_known_kind(bytes in nearly_right()) {
        let said = answer(&bytes);
        let first = said.lines().next().unwrap_or_default();
        prop_assert!(["holds", "need", "alarm", "unclear"].contains(&first), "{}", said);
        // Numbers stand where sentences have places for them.
        if let Ok(Request { now: Now::Statement(_), .. }) = Request::parse(&bytes) && first == "holds" {
            prop_assert!(said.lines().count() == 6 && said.contains("{1}"), "{}", said);
        }
    }
}

#[test]
fn an_error_says_its_numbers_in_words() {
    let shrank = browser::Wrong::Shrank { remembered: 300, now: 299 };
    assert!(shrank.to_string().contains("it held 300 statements when this browser last looked, and now 299"));
}
