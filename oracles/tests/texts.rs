//! Keys, notes, checkpoints and cosignatures, compared with signed_note, tlog_tiles and metamorphic-log.

use base64ct::{Base64, Encoding};
use metamorphic_log::{checkpoint as metamorphic_checkpoint, note as metamorphic};
use oracles::{Log, ORIGIN, Random, SEED};
use signed_note::{Note as TheirNote, Signer, StandardSigner, StandardVerifier, VerifierList};
use tlog::{Checkpoint, Hash, Note, Signature, SignedCheckpoint, SigningKey, VerifierKey, cosignature};

const WITNESS: &str = "witness.example/w1";

fn log_key() -> SigningKey {
    SigningKey::new(ORIGIN, &SEED).unwrap()
}

fn witness_key() -> SigningKey {
    SigningKey::cosigner(WITNESS, &SEED).unwrap()
}

/// The key of the log in signed_note's own format.
fn their_signer() -> StandardSigner {
    let key = Base64::encode_string(&[&[1][..], &SEED].concat());
    StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{:08x}+{key}", log_key().verifier().id())).unwrap()
}

fn their_verifiers() -> VerifierList {
    VerifierList::new(vec![Box::new(StandardVerifier::new(&log_key().verifier().to_string()).unwrap())])
}

/// Whether each of the three takes these bytes as a note signed by the log.
fn verdicts(bytes: &[u8]) -> [bool; 3] {
    let keys = [log_key().verifier().clone()];
    let ours = Note::parse(bytes).is_ok_and(|note| note.verify(&keys).is_ok());
    let theirs = TheirNote::from_bytes(bytes).is_ok_and(|note| note.verify(&their_verifiers()).is_ok());
    let key = metamorphic::VerifierKey::parse(&keys[0].to_string()).unwrap();
    let metamorphic = std::str::from_utf8(bytes).is_ok_and(|text| {
        metamorphic::SignedNote::parse(text).is_ok_and(|note| note.verify(std::slice::from_ref(&key)).is_ok())
    });
    [ours, theirs, metamorphic]
}

#[test]
fn keys_are_spelt_the_same() {
    let ours = log_key().verifier().clone();
    assert_eq!(ours.id(), their_signer().key_id());
    let metamorphic = metamorphic::VerifierKey::new_ed25519(ORIGIN, ours.public()).unwrap();
    assert_eq!(metamorphic.encode(), ours.to_string());
    assert_eq!(metamorphic.encode().parse::<VerifierKey>().unwrap(), ours);
    let witness = witness_key().verifier().clone();
    let metamorphic = metamorphic::VerifierKey::new_cosignature_ed25519(WITNESS, witness.public()).unwrap();
    assert_eq!(metamorphic.encode(), witness.to_string());
    assert_eq!(metamorphic.encode().parse::<VerifierKey>().unwrap(), witness);
}

#[test]
fn notes_are_signed_the_same_to_the_byte() {
    for text in ["text\n", "a\n\nb\n", "Ognuno sta solo\n\ned è subito sera.\n", "\n"] {
        let mut ours = Note::new(text).unwrap();
        ours.sign(&log_key()).unwrap();
        let mut theirs = TheirNote::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&their_signer()]).unwrap();
        assert_eq!(ours.to_string().as_bytes(), theirs.to_bytes());
        let signature = metamorphic::sign_ed25519(text, ORIGIN, &SEED).unwrap();
        let metamorphic = metamorphic::SignedNote::new(text.to_owned(), vec![signature]).unwrap();
        assert_eq!(ours.to_string(), metamorphic.marshal());
        assert_eq!(verdicts(ours.to_string().as_bytes()), [true; 3]);
    }
}

#[test]
fn all_accept_what_others_have_signed_as_well_and_refuse_what_is_forged() {
    let mut note = Note::new("text\n").unwrap();
    note.sign(&SigningKey::new("unknown.example", &[1; 32]).unwrap()).unwrap();
    assert_eq!(verdicts(note.to_string().as_bytes()), [false; 3], "nobody known");
    note.sign(&log_key()).unwrap();
    assert_eq!(verdicts(note.to_string().as_bytes()), [true; 3], "one known, one not");
    let good = note.signatures()[1].clone();
    note.add(Signature { name: "other.example".into(), ..good.clone() });
    note.add(Signature { key_id: good.key_id ^ 1, ..good.clone() });
    assert_eq!(verdicts(note.to_string().as_bytes()), [true; 3], "name or id alone make no known key");
    let mut forged = Note::new("other text\n").unwrap();
    forged.add(good);
    assert_eq!(verdicts(forged.to_string().as_bytes()), [false; 3]);
}

#[test]
fn no_note_with_a_changed_bit_is_accepted_by_any() {
    let mut note = Note::new("text\n").unwrap();
    note.sign(&log_key()).unwrap();
    let good = note.to_string().into_bytes();
    for at in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        assert_eq!(verdicts(&bytes), [false; 3], "bit {at}");
    }
}

#[test]
fn checkpoints_are_written_and_read_the_same() {
    let mut random = Random(3);
    for round in 0..50u64 {
        let size = random.below(1 << (1 + round));
        let root = Hash(std::array::from_fn(|_| random.below(256) as u8));
        let extensions: Vec<String> = (0..round % 3).map(|n| format!("extension {n}")).collect();
        let ours = Checkpoint { origin: ORIGIN.into(), size, root, extensions: extensions.clone() };
        let text = ours.to_string();

        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (ORIGIN, size, root.0));
        assert_eq!(theirs.to_bytes(), text.as_bytes());
        let metamorphic = metamorphic_checkpoint::Checkpoint::parse(&text).unwrap();
        assert_eq!((metamorphic.size(), *metamorphic.root_hash()), (size, root.0));
        assert_eq!(metamorphic.extensions(), extensions);
        assert_eq!(metamorphic.marshal().parse::<Checkpoint>().unwrap(), ours);

        let signed = ours.sign(&log_key()).unwrap();
        let key = metamorphic::VerifierKey::parse(&log_key().verifier().to_string()).unwrap();
        let opened = metamorphic_checkpoint::Checkpoint::from_signed_note(&signed, &[key]).unwrap();
        assert_eq!(opened, metamorphic);
    }
}

#[test]
fn what_the_sequencer_publishes_is_opened_by_the_others() {
    let mut log = Log::new("published");
    log.grow(300);
    let published = log.sequencer.checkpoint();
    assert_eq!(verdicts(published.as_bytes()), [true; 3]);
    let key = metamorphic::VerifierKey::parse(&log_key().verifier().to_string()).unwrap();
    let opened = metamorphic_checkpoint::Checkpoint::from_signed_note(published, &[key]).unwrap();
    let proof = log.sequencer.prove(123).unwrap();
    let hashes: Vec<Vec<u8>> = proof.hashes.iter().map(|hash| hash.0.to_vec()).collect();
    opened.verify_inclusion(123, &log.leaves[123].0, &hashes).unwrap();
}

#[test]
fn cosignatures_are_made_the_same_and_verified_by_the_other() {
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 5, root: Hash([5; 32]), extensions: vec!["x".into()] };
    let text = checkpoint.to_string();
    for time in [0, 1, 1_679_315_147, i64::MAX as u64] {
        let ours = cosignature::sign(&witness_key(), &text, time).unwrap();
        let theirs = metamorphic::sign_cosignature_ed25519(&text, WITNESS, &SEED, time).unwrap();
        assert_eq!(ours.to_string(), theirs.marshal_line().trim_end());

        let mut note = Note::parse(checkpoint.sign(&log_key()).unwrap().as_bytes()).unwrap();
        note.add(ours);
        let keys = [log_key().verifier().clone(), witness_key().verifier().clone()];
        let verified = note.verify(&keys).unwrap();
        assert_eq!(verified.iter().map(|by| by.time).collect::<Vec<_>>(), [None, Some(time)]);
        let read = metamorphic::SignedNote::parse(&note.to_string()).unwrap();
        let their_keys = keys.each_ref().map(|key| metamorphic::VerifierKey::parse(&key.to_string()).unwrap());
        assert_eq!(read.verify(&their_keys).unwrap().len(), 2);
        SignedCheckpoint::open(note.to_string().as_bytes(), &keys[0]).unwrap();

        let mut forged = note.signatures()[1].clone();
        forged.bytes[7] ^= 1;
        note.add(forged);
        assert!(note.verify(&keys).is_err());
        assert!(metamorphic::SignedNote::parse(&note.to_string()).unwrap().verify(&their_keys).is_err());
    }
}
