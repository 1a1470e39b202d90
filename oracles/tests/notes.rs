//! Notes, checkpoints and cosignatures against two other implementations, in both directions.

use metamorphic_log::{checkpoint as other_checkpoint, note as other};
use signed_note::{Note as GoNote, StandardVerifier, VerifierList};
use tlog::{Checkpoint, Note, SignedCheckpoint, SigningKey, VerifierKey, cosignature};

const NAME: &str = "register.example/log";
const SEED: [u8; 32] = [42; 32];

fn key() -> SigningKey {
    SigningKey::new(NAME, &SEED).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: NAME.to_owned(), size: 20_852_163, root: tlog::leaf_hash(b"any"), extensions: Vec::new() }
}

#[test]
fn they_open_what_we_sign() {
    let signed = checkpoint().sign(&key()).unwrap();
    let vkey = key().verifier().to_string();
    let go = GoNote::from_bytes(signed.as_bytes()).unwrap();
    let verifier = StandardVerifier::new(&vkey).unwrap();
    let (verified, unverified) = go.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));

    let theirs = other::VerifierKey::parse(&vkey).unwrap();
    assert_eq!(theirs.encode(), vkey);
    let opened = other_checkpoint::Checkpoint::from_signed_note(&signed, &[theirs]).unwrap();
    assert_eq!((opened.origin(), opened.size()), (NAME, 20_852_163));
    assert_eq!(*opened.root_hash(), checkpoint().root.0);
}

#[test]
fn we_open_what_they_sign() {
    let text = checkpoint().to_string();
    let signature = other::sign_ed25519(&text, NAME, &SEED).unwrap();
    let theirs = other::SignedNote::new(text.clone(), vec![signature]).unwrap().marshal();
    // Ed25519 is deterministic, so the two notes are the same to the byte.
    assert_eq!(theirs, checkpoint().sign(&key()).unwrap());
    let opened = SignedCheckpoint::open(theirs.as_bytes(), key().verifier()).unwrap();
    assert_eq!(*opened.checkpoint(), checkpoint());

    let go = other_checkpoint::Checkpoint::new(NAME, 20_852_163, checkpoint().root.0).unwrap();
    assert_eq!(go.marshal(), text);
}

#[test]
fn cosignatures_are_the_same_to_the_byte() {
    let witness = SigningKey::cosigner("witness.example/w1", &[7; 32]).unwrap();
    let text = checkpoint().to_string();
    let time = 1_679_315_147;
    let ours = cosignature::sign(&witness, &text, time).unwrap();
    let mut note = Note::parse(checkpoint().sign(&key()).unwrap().as_bytes()).unwrap();
    note.add(ours.clone());
    let theirs = other::SignedNote::parse(&note.to_string()).unwrap();
    let vkey = other::VerifierKey::parse(&witness.verifier().to_string()).unwrap();
    assert_eq!(theirs.verify(&[vkey]).unwrap().len(), 1);
    assert_eq!(cosignature::verify(witness.verifier(), &text, &ours).unwrap(), time);
}

#[test]
fn what_one_of_them_refuses_as_a_note_we_refuse() {
    let signed = checkpoint().sign(&key()).unwrap();
    let vkey: VerifierKey = key().verifier().clone();
    let verifiers = || VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey.to_string()).unwrap())]);
    for at in 0..signed.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut bytes = signed.clone().into_bytes();
            bytes[at] ^= bit;
            let theirs = GoNote::from_bytes(&bytes).is_ok_and(|note| note.verify(&verifiers()).is_ok());
            let ours = Note::parse(&bytes).is_ok_and(|note| note.verify(std::slice::from_ref(&vkey)).is_ok());
            assert!(theirs || !ours, "byte {at} with {bit:#x}: we accept, they refuse");
            assert!(!ours, "byte {at} with {bit:#x} changed, and the note verifies");
        }
    }
}
