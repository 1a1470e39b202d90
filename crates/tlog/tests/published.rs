//! The examples that the C2SP specifications publish, read by our parsers.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

use tlog::{Checkpoint, Hash, Note, NoteError, Policy, Proof, Signature, SigningKey, Tile, VerifierKey, tiles_of};

const NOTE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
";
const POEM: &str = "Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
";
const CHECKPOINT: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

#[test]
fn the_example_note_verifies_with_its_key() {
    let key: VerifierKey = NOTE_KEY.parse().unwrap();
    assert_eq!(key.to_string(), NOTE_KEY);
    let note = Note::parse(NOTE.as_bytes()).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.to_string(), NOTE);
    let keys = [key.clone()];
    let verified = note.verify(&keys).unwrap();
    assert_eq!((verified.len(), verified[0].key, verified[0].time), (1, &key, None));
}

#[test]
fn every_changed_byte_of_the_example_note_is_noticed() {
    let keys = [NOTE_KEY.parse::<VerifierKey>().unwrap()];
    for at in 0..NOTE.len() {
        let mut bytes = NOTE.as_bytes().to_vec();
        bytes[at] ^= 1 << (at % 8);
        let accepted = Note::parse(&bytes).is_ok_and(|note| note.verify(&keys).is_ok());
        assert!(!accepted, "byte {at}");
    }
}

#[test]
fn a_note_whose_text_has_an_empty_line_is_split_at_the_last_one() {
    let note = Note::parse(POEM.as_bytes()).unwrap();
    assert!(note.text().ends_with("sole:\n\ned è subito sera.\n"));
    assert_eq!(note.signatures()[0].name, "quasimodo.example/salvatore");
    assert_eq!(note.signatures()[0].key_id, 0x367b_a04b);
    assert_eq!(note.to_string(), POEM);
}

#[test]
fn the_example_checkpoint_with_its_cosignature_is_read_and_written_back() {
    let note = Note::parse(CHECKPOINT.as_bytes()).unwrap();
    let checkpoint: Checkpoint = note.text().parse().unwrap();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size, 20_852_163);
    assert_eq!(checkpoint.root.to_string(), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    assert_eq!(checkpoint.to_string(), note.text());
    let [log, witness] = note.signatures() else { panic!("two signatures") };
    assert_eq!((log.bytes.len(), witness.bytes.len()), (64, 72));
    // The time of the specification's example of a signed message.
    assert_eq!(u64::from_be_bytes(witness.bytes[..8].try_into().unwrap()), 1_679_315_147);
}

#[test]
fn the_example_proof_is_read_once_its_elided_signatures_are_filled_in() {
    let signature = Signature { name: "example.com/fancylog".into(), key_id: 1, bytes: vec![7; 64] };
    let text = format!(
        "c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

{signature}
"
    );
    let proof = Proof::parse(text.as_bytes()).unwrap();
    assert_eq!((proof.index, proof.hashes.len()), (73_894, 5));
    assert!(proof.extra.as_ref().unwrap().starts_with(b"age-v1.2.1-darwin-arm64.tar.gz"));
    assert_eq!(proof.to_string(), text);
}

#[test]
fn the_example_policy_wants_two_x_and_one_y() {
    let log = key("example.com/log", 1);
    let mut file = format!("log {}\n\n", log.verifier());
    let mut witnesses = Vec::new();
    for (name, seed) in [("X1", 11), ("X2", 12), ("X3", 13), ("Y1", 21), ("Y2", 22), ("Y3", 23)] {
        let witness = SigningKey::cosigner(&format!("{name}.example"), &[seed; 32]).unwrap();
        file += &format!("witness {name} {}\n", witness.verifier());
        witnesses.push(witness);
        if name == "X3" {
            file += "group X-witnesses 2 X1 X2 X3\n\n";
        }
    }
    file += "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
    let policy = Policy::parse(file.as_bytes()).unwrap();
    let checkpoint = Checkpoint { origin: "example.com/log".into(), size: 1, root: Hash([9; 32]), extensions: vec![] };
    // Every subset of the six.
    for subset in 0u32..64 {
        let mut note = Note::parse(checkpoint.sign(&log).unwrap().as_bytes()).unwrap();
        for (index, witness) in witnesses.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1) {
            note.add(tlog::cosignature::sign(witness, note.text(), 1000 + index as u64).unwrap());
        }
        let enough = (subset & 0b111).count_ones() >= 2 && subset & 0b111_000 != 0;
        let satisfied = policy.check(note.to_string().as_bytes());
        assert_eq!(satisfied.is_ok(), enough, "{subset:06b}");
        if let Ok(satisfied) = satisfied {
            assert_eq!(satisfied.cosigned.len(), subset.count_ones() as usize);
            assert_eq!(satisfied.checkpoint, checkpoint);
        }
    }
}

#[test]
fn the_example_paths_of_tiles_are_ours() {
    assert_eq!(tlog::tile::index_path(1_234_067), "x001/x234/067");
    assert_eq!(Tile { level: 0, index: 1_234_067, width: 256 }.path(), "tile/0/x001/x234/067");
    assert_eq!(Tile { level: 2, index: 0, width: 1 }.path(), "tile/2/000.p/1");
    assert_eq!(Tile { level: 0, index: 273, width: 112 }.entries_path(), "tile/entries/273.p/112");
}

#[test]
fn a_tree_of_70000_has_the_tiles_that_the_specification_counts() {
    let tiles: Vec<Tile> = tiles_of(70_000).collect();
    let count = |level, partial| tiles.iter().filter(|t| t.level == level && t.is_partial() == partial).count();
    assert_eq!((count(0, false), count(1, false), count(2, false)), (273, 1, 0));
    let partial: Vec<_> = tiles.iter().filter(|t| t.is_partial()).map(|t| (t.level, t.index, t.width)).collect();
    assert_eq!(partial, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
    let tiles: Vec<_> = tiles_of(256).map(|t| t.path()).collect();
    assert_eq!(tiles, ["tile/0/000", "tile/1/000.p/1"]);
}

#[test]
fn a_note_by_an_unknown_key_is_not_signed() {
    let keys = [key("example.com/foo", 1).verifier().clone()];
    let error = Note::parse(NOTE.as_bytes()).unwrap().verify(&keys).unwrap_err();
    assert!(matches!(error, tlog::Error::Note(NoteError::NotSigned)));
}

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::new(name, &[seed; 32]).unwrap()
}
