//! Hostile inputs by name, for each parser, and single changed bytes of each format.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

use tlog::{
    Checkpoint, Error, Hash, Note, NoteError, Policy, PolicyError, Proof, SignedCheckpoint, SigningKey, Tile,
    VerifierKey, bundle, cosignature, leaf_hash, node_hash, tile,
};

const ORIGIN: &str = "log.example/a";

fn log_key() -> SigningKey {
    SigningKey::new(ORIGIN, &[1; 32]).unwrap()
}

fn witness(seed: u8) -> SigningKey {
    SigningKey::cosigner("witness.example", &[seed; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    let root = node_hash(&leaf_hash(b"zero"), &leaf_hash(b"one"));
    Checkpoint { origin: ORIGIN.into(), size: 2, root, extensions: vec![] }
}

/// A proof of the entry `one`, with a cosignature.
fn proof() -> Proof {
    let mut note = Note::parse(checkpoint().sign(&log_key()).unwrap().as_bytes()).unwrap();
    note.add(cosignature::sign(&witness(9), note.text(), 1_700_000_000).unwrap());
    Proof { extra: None, index: 1, hashes: vec![leaf_hash(b"zero")], checkpoint: note }
}

fn policy() -> Policy {
    let (log, witness) = (log_key(), witness(9));
    Policy::parse(format!("log {}\nwitness w {}\nquorum w\n", log.verifier(), witness.verifier()).as_bytes()).unwrap()
}

#[test]
fn every_changed_byte_of_a_proof_is_noticed() {
    let (text, policy, leaf) = (proof().to_string(), policy(), leaf_hash(b"one"));
    Proof::parse(text.as_bytes()).unwrap().verify(&leaf, &policy).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1 << (at % 7);
        let holds = Proof::parse(&bytes).is_ok_and(|proof| proof.verify(&leaf, &policy).is_ok());
        assert!(!holds, "byte {at} of {text}");
    }
    for end in 0..text.len() {
        let holds = Proof::parse(&text.as_bytes()[..end]).is_ok_and(|proof| proof.verify(&leaf, &policy).is_ok());
        assert!(!holds, "cut at {end}");
    }
}

#[test]
fn every_changed_byte_of_a_checkpoint_is_noticed() {
    let (key, text) = (log_key(), checkpoint().sign(&log_key()).unwrap());
    SignedCheckpoint::open(text.as_bytes(), key.verifier()).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1 << (at % 7);
        assert!(SignedCheckpoint::open(&bytes, key.verifier()).is_err(), "byte {at} of {text}");
    }
}

#[test]
fn every_changed_byte_of_a_bundle_changes_its_entries_or_is_refused() {
    let entries: [&[u8]; 3] = [b"first", b"", b"third entry"];
    let good = bundle::encode(entries).unwrap();
    assert_eq!(bundle::parse(&good).unwrap(), entries);
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(bundle::parse(&bytes).map_or(true, |found| found != entries), "byte {at}");
    }
}

#[test]
fn a_proof_convinces_no_other_key_leaf_or_policy() {
    let (proof, leaf) = (proof(), leaf_hash(b"one"));
    proof.verify(&leaf, log_key().verifier()).unwrap();
    assert!(proof.verify(&leaf_hash(b"two"), log_key().verifier()).is_err());
    assert!(proof.verify(&leaf, SigningKey::new(ORIGIN, &[2; 32]).unwrap().verifier()).is_err());
    assert!(proof.verify(&leaf, SigningKey::new("other.example", &[1; 32]).unwrap().verifier()).is_err());
    assert!(proof.verify(&leaf, witness(9).verifier()).is_err());
    let two = format!(
        "log {}\nwitness a {}\nwitness b {}\ngroup both all a b\nquorum both\n",
        log_key().verifier(),
        witness(9).verifier(),
        witness(8).verifier()
    );
    let error = proof.verify(&leaf, &Policy::parse(two.as_bytes()).unwrap()).unwrap_err();
    assert!(matches!(error, Error::Policy(PolicyError::QuorumNotMet { cosigned: 1, known: 2 })), "{error}");
}

#[test]
fn notes_that_are_not_notes_are_refused() {
    let line = format!("— {ORIGIN} AAAAAQECAw==\n");
    let good = format!("text\n\n{line}");
    Note::parse(good.as_bytes()).unwrap();
    for (why, bad) in [
        ("nothing", String::new()),
        ("no empty line", format!("text\n{line}")),
        ("no text", format!("\n{line}")),
        ("no signature", "text\n\n".into()),
        ("no newline at the end", good.trim_end().into()),
        ("a carriage return", good.replace('\n', "\r\n")),
        ("a tab in the text", good.replace("text", "te\txt")),
        ("a null in the text", good.replace("text", "te\0xt")),
        ("a hyphen for the dash", good.replace('—', "-")),
        ("an en dash", good.replace('—', "–")),
        ("two spaces", good.replace("— ", "—  ")),
        ("a plus in the name", good.replace(ORIGIN, "a+b")),
        ("a no-break space in the name", good.replace(ORIGIN, "a\u{a0}b")),
        ("an ideographic space in the name", good.replace(ORIGIN, "a\u{3000}b")),
        ("no name", good.replace(ORIGIN, "")),
        ("no padding", good.replace("Aw==", "Aw")),
        ("a bit beyond the end in base64", good.replace("Aw==", "Ax==")),
        ("URL-safe base64", good.replace("AAAAAQ", "__AAAQ")),
        ("only a key id", good.replace("AAAAAQECAw==", "AAAAAQ==")),
        ("less than a key id", good.replace("AAAAAQECAw==", "AAAA")),
        ("text after the signature", good.replace("==", "== x")),
        ("a space at the end", good.replace("==\n", "== \n")),
    ] {
        assert!(Note::parse(bad.as_bytes()).is_err(), "{why}: {bad:?}");
    }
    assert!(matches!(Note::parse(b"te\xffxt\n\n"), Err(NoteError::NotUtf8 { offset: 2 })));
    let large = "x".repeat(1_000_000) + &good;
    assert!(matches!(Note::parse(large.as_bytes()), Err(NoteError::TooLarge { .. })));
    // The error names the line: text, empty line, signature, and then the bad one.
    let bad = Note::parse(format!("{good}— x\n").as_bytes()).unwrap_err();
    assert!(matches!(bad, NoteError::BadSignatureLine { line: 4, .. }), "{bad}");
}

#[test]
fn a_note_may_have_a_hundred_signatures_and_no_more() {
    let line = format!("— {ORIGIN} AAAAAQECAw==\n");
    for (count, fine) in [(1, true), (16, true), (100, true), (101, false)] {
        let note = format!("text\n\n{}", line.repeat(count));
        assert_eq!(Note::parse(note.as_bytes()).is_ok(), fine, "{count}");
    }
}

#[test]
fn one_failing_signature_of_a_known_key_refuses_a_note_that_another_signed() {
    let (good, bad) = (SigningKey::new("good", &[1; 32]).unwrap(), SigningKey::new("bad", &[2; 32]).unwrap());
    let keys = [good.verifier().clone(), bad.verifier().clone()];
    let mut note = Note::new("text\n").unwrap();
    note.sign(&good).unwrap();
    assert_eq!(note.verify(&keys).unwrap().len(), 1);
    let mut forged = note.signatures()[0].clone();
    // Only the name, only the id: an unknown key, ignored.
    forged.name = "bad".into();
    note.add(forged.clone());
    (forged.name, forged.key_id) = ("good".into(), bad.verifier().id());
    note.add(forged.clone());
    assert_eq!(note.verify(&keys).unwrap().len(), 1);
    // Both: a known key that fails.
    forged.name = "bad".into();
    note.add(forged);
    assert!(matches!(note.verify(&keys), Err(Error::Note(NoteError::SignatureFails { .. }))));
    assert_eq!(note.verify(&keys[..1]).unwrap().len(), 1, "who does not know the second key is not concerned");
    assert!(matches!(note.verify(&[]), Err(Error::Note(NoteError::NotSigned))));
}

#[test]
fn verifier_keys_that_are_not_are_refused() {
    let good = log_key().verifier().to_string();
    good.parse::<VerifierKey>().unwrap();
    let (name, rest) = good.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    // The identity point, which verifies anything, with the key id that fits it.
    let weak = "log.example/a+9e2a1990+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (why, bad) in [
        ("empty", String::new()),
        ("one part", name.into()),
        ("two parts", format!("{name}+{id}")),
        ("no name", format!("+{id}+{key}")),
        ("a space in the name", format!("log example+{id}+{key}")),
        ("another name", format!("log.example/b+{id}+{key}")),
        ("another id", format!("{name}+00000000+{key}")),
        ("an id in upper case", format!("{name}+{}+{key}", id.to_uppercase())),
        ("a short id", format!("{name}+{}+{key}", &id[1..])),
        ("a signed id", format!("{name}++{}+{key}", &id[1..])),
        ("a character short", good[..good.len() - 1].into()),
        ("a key too short", format!("{name}+{id}+AQID")),
        ("a newline", format!("{good}\n")),
        ("a key of small order", weak.into()),
    ] {
        assert!(good != bad && bad.parse::<VerifierKey>().is_err(), "{why}: {bad:?}");
    }
    assert!(matches!(
        weak.parse::<VerifierKey>(),
        Err(NoteError::BadKey { expected: "a valid Ed25519 public key", .. })
    ));
    let other_type = format!("{name}+{id}+Bg{}", &key[2..]);
    assert!(matches!(other_type.parse::<VerifierKey>(), Err(NoteError::UnknownType { found: 6, .. })));
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b", "a\u{1}b"] {
        assert!(matches!(SigningKey::new(name, &[0; 32]), Err(NoteError::BadName { .. })), "{name:?}");
    }
}

#[test]
fn a_seed_is_never_shown() {
    let key = SigningKey::new(ORIGIN, &[0xab; 32]).unwrap();
    let shown = format!("{key:?}");
    assert!(shown.contains("secret not shown") && !shown.contains("171") && !shown.to_lowercase().contains("abab"));
}

#[test]
fn checkpoints_that_are_not_are_refused() {
    let root = Hash([0; 32]).to_string();
    let good = format!("origin\n10\n{root}\n");
    good.parse::<Checkpoint>().unwrap();
    for (why, bad) in [
        ("nothing", String::new()),
        ("two lines", "origin\n10\n".into()),
        ("no origin", format!("\n10\n{root}\n")),
        ("no newline at the end", good.trim_end().into()),
        ("a leading zero", good.replace("10", "010")),
        ("a sign", good.replace("10", "+10")),
        ("a negative size", good.replace("10", "-10")),
        ("no size", good.replace("10", "")),
        ("a size in hexadecimal", good.replace("10", "0x10")),
        ("a size above 2^64", good.replace("10", "18446744073709551616")),
        ("a size above 2^63 - 1", good.replace("10", "9223372036854775808")),
        ("digits that are not ASCII", good.replace("10", "١٠")),
        ("a space after the size", good.replace("10", "10 ")),
        ("a short root", good.replace("AAAA", "")),
        ("a root of 33 bytes", good.replace("AAA=", "AAAA")),
        ("an empty extension line", format!("{good}\n")),
        ("an empty line among extensions", format!("{good}a\n\nb\n")),
        ("a carriage return", good.replace("origin\n", "origin\r\n")),
    ] {
        assert!(good != bad && bad.parse::<Checkpoint>().is_err(), "{why}: {bad:?}");
    }
    let extended: Checkpoint = format!("{good}extension\n").parse().unwrap();
    assert_eq!(extended.extensions, ["extension"]);
    assert_eq!(extended.to_string(), format!("{good}extension\n"));
}

#[test]
fn a_checkpoint_is_signed_by_the_log_of_its_origin_only() {
    assert!(checkpoint().sign(&SigningKey::new("other.example", &[1; 32]).unwrap()).is_err());
    assert!(checkpoint().sign(&SigningKey::cosigner(ORIGIN, &[1; 32]).unwrap()).is_err());
    let smuggled = Checkpoint { extensions: vec!["a\nb".into()], ..checkpoint() };
    assert!(smuggled.sign(&log_key()).is_err());
    let signed = checkpoint().sign(&log_key()).unwrap();
    let mut note = Note::new(signed.split("\n\n").next().unwrap().to_owned() + "\n").unwrap();
    let other = SigningKey::new("other.example", &[1; 32]).unwrap();
    note.sign(&other).unwrap();
    assert!(SignedCheckpoint::open(note.to_string().as_bytes(), other.verifier()).is_err(), "the origin is another's");
}

#[test]
fn cosignatures_are_bound_to_time_text_and_key() {
    let text = checkpoint().to_string();
    let (key, time) = (witness(9), 1_700_000_000);
    let good = cosignature::sign(&key, &text, time).unwrap();
    assert_eq!(cosignature::verify(key.verifier(), &text, &good).unwrap(), time);
    for at in 0..good.bytes.len() {
        let mut bad = good.clone();
        bad.bytes[at] ^= 1;
        assert!(cosignature::verify(key.verifier(), &text, &bad).is_err(), "byte {at}");
    }
    assert!(cosignature::verify(key.verifier(), &text.replace("\n2\n", "\n3\n"), &good).is_err());
    assert!(cosignature::verify(witness(8).verifier(), &text, &good).is_err());
    assert!(cosignature::sign(&log_key(), &text, time).is_err(), "a log's key makes no cosignature");
    assert!(cosignature::sign(&key, "not a checkpoint\n", time).is_err());
    assert!(cosignature::sign(&key, &text, 1 << 63).is_err());
    let (mut short, mut long) = (good.clone(), good);
    short.bytes.pop();
    long.bytes.push(0);
    assert!(cosignature::verify(key.verifier(), &text, &short).is_err());
    assert!(cosignature::verify(key.verifier(), &text, &long).is_err());
}

#[test]
fn proofs_that_are_not_are_refused() {
    let good = Proof { extra: Some(b"extra".to_vec()), ..proof() }.to_string();
    assert_eq!(Proof::parse(good.as_bytes()).unwrap().to_string(), good);
    let hash = leaf_hash(b"zero").to_string();
    for (why, bad) in [
        ("nothing", String::new()),
        ("another version", good.replace("@v1", "@v2")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("no index", good.replace("index 1\n", "")),
        ("a leading zero", good.replace("index 1", "index 01")),
        ("two spaces", good.replace("index 1", "index  1")),
        ("index before extra", good.replace("extra ZXh0cmE=\nindex 1", "index 1\nextra ZXh0cmE=")),
        ("extra twice", good.replace("extra ZXh0cmE=\n", "extra ZXh0cmE=\nextra ZXh0cmE=\n")),
        ("empty extra", good.replace("ZXh0cmE=", "")),
        ("loose base64 in extra", good.replace("ZXh0cmE=", "ZXh0cmF=")),
        ("a short hash", good.replace(&hash, &hash[4..])),
        ("64 hashes", good.replace(&hash, &vec![hash.clone(); 64].join("\n"))),
        ("no empty line", good.replace("\n\nlog.example", "\nlog.example")),
        ("two empty lines", good.replace("\n\nlog.example", "\n\n\nlog.example")),
        ("a note that is no checkpoint", good.replace("\n2\n", "\n")),
        ("carriage returns", good.replace('\n', "\r\n")),
    ] {
        assert!(good != bad && Proof::parse(bad.as_bytes()).is_err(), "{why}: {bad:?}");
    }
    let none = Proof { hashes: vec![], ..proof() };
    assert_eq!(Proof::parse(none.to_string().as_bytes()).unwrap(), none, "a tree of one entry has no hashes");
}

#[test]
fn policies_that_are_not_are_refused() {
    let (log, w, v) =
        (log_key().verifier().to_string(), witness(1).verifier().to_string(), witness(2).verifier().to_string());
    let same_key = SigningKey::cosigner("another.name", &[1; 32]).unwrap().verifier().to_string();
    let head = format!("log {log}\nwitness w {w}\nwitness v {v}\n");
    for (why, tail) in [
        ("no quorum", String::new()),
        ("two quorums", "quorum w\nquorum v\n".into()),
        ("quorum none twice", "quorum none\nquorum none\n".into()),
        ("an unknown quorum", "quorum x\n".into()),
        ("a quorum before its group", "quorum g\ngroup g any w\n".into()),
        ("a quorum of two", "quorum w v\n".into()),
        ("a group of nobody", "group g any\nquorum w\n".into()),
        ("a group of itself", "group g any g\nquorum w\n".into()),
        ("a group with a later one", "group g any h\ngroup h any w\nquorum g\n".into()),
        ("a member twice in one group", "group g any w w\nquorum g\n".into()),
        ("a member of two groups", "group g any w\ngroup h any w v\nquorum h\n".into()),
        ("none as a member", "group g any none\nquorum g\n".into()),
        ("a group called none", "group none any w\nquorum w\n".into()),
        ("a witness called none", format!("witness none {same_key}\nquorum w\n")),
        ("a threshold of 0", "group g 0 w v\nquorum g\n".into()),
        ("a threshold of 3 of 2", "group g 3 w v\nquorum g\n".into()),
        ("a threshold with a leading zero", "group g 01 w v\nquorum g\n".into()),
        ("a threshold with a sign", "group g +1 w v\nquorum g\n".into()),
        ("a threshold beyond any number", "group g 99999999999999999999 w v\nquorum g\n".into()),
        ("a threshold in words", "group g most w v\nquorum g\n".into()),
        ("a name taken by a witness", "group w any v\nquorum v\n".into()),
        ("a name taken by a group", "group g any w\ngroup g any v\nquorum g\n".into()),
        ("a log twice", format!("log {log}\nquorum w\n")),
        ("a witness key twice under another name", format!("witness x {same_key}\nquorum w\n")),
        ("a witness name twice", format!("witness w {}\nquorum w\n", witness(3).verifier())),
        ("a witness key for a log", format!("log {v}\nquorum w\n")),
        ("a log key for a witness", format!("witness x {log}\nquorum w\n")),
        ("a damaged key", "log abc\nquorum w\n".into()),
        ("an unknown word", "threshold 2\nquorum w\n".into()),
        ("a word in capitals", "Quorum w\n".into()),
        ("too many items", format!("log {log} url more\nquorum w\n")),
        ("no newline at the end", "quorum w".into()),
        ("a carriage return", "quorum w\r\n".into()),
        ("a null", "quorum w\n#\0\n".into()),
        ("a delete", "quorum w\n#\u{7f}\n".into()),
        ("a no-break space between items", "quorum\u{a0}w\n".into()),
        ("a comment after an item", "quorum w # why\n".into()),
    ] {
        let file = format!("{head}{tail}");
        assert!(Policy::parse(file.as_bytes()).is_err(), "{why}:\n{file}");
    }
    let error = Policy::parse(format!("{head}group g any w w\nquorum g\n").as_bytes()).unwrap_err();
    assert!(matches!(error, PolicyError::AlreadyMember { line: 4, .. }), "{error}");
    assert!(Policy::parse(&vec![b'\n'; 1_000_001]).is_err());
}

#[test]
fn policies_may_hold_tabs_comments_urls_and_opaque_octets() {
    let (log, w) = (log_key().verifier().to_string(), witness(9).verifier().to_string());
    let mut file = format!("# first\n \t\n\t log \t{log}  https://log.example/ \n").into_bytes();
    file.extend(b"witness \xe2\x84\xaa\xff ");
    file.extend(format!("{w} http://w\n   # last \u{e9}\n").bytes());
    file.extend(b"quorum \xe2\x84\xaa\xff\n");
    let policy = Policy::parse(&file).unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some(&b"https://log.example/"[..]));
    assert_eq!(policy.witnesses()[0].name, b"\xe2\x84\xaa\xff");
    proof().verify(&leaf_hash(b"one"), &policy).unwrap();
    // K is not the Kelvin sign.
    let other = file.to_vec();
    let at = other.windows(7).rposition(|w| w == b"quorum ").unwrap();
    let other = [&other[..at], b"quorum K\n"].concat();
    assert!(matches!(Policy::parse(&other), Err(PolicyError::UnknownName { .. })));
}

#[test]
fn policies_hold_at_least_32_of_each() {
    let mut file = String::new();
    for n in 0..32u8 {
        file += &format!("log {}\n", SigningKey::new(&format!("log{n}"), &[n; 32]).unwrap().verifier());
        file += &format!("witness w{n} {}\n", witness(100 + n).verifier());
        file += &match n {
            0 => "group g0 any w0\n".to_owned(),
            n => format!("group g{n} all w{n} g{}\n", n - 1),
        };
    }
    let policy = Policy::parse((file + "quorum g31\n").as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (32, 32));
}

#[test]
fn a_policy_counts_a_witness_once_and_wants_a_listed_log() {
    let (log, w) = (log_key(), witness(9));
    let mut note = proof().checkpoint;
    note.add(cosignature::sign(&w, note.text(), 1_700_000_001).unwrap());
    let satisfied = policy().check_note(&note).unwrap();
    assert_eq!((satisfied.cosigned.len(), satisfied.cosigned[0].time), (1, 1_700_000_000));
    assert_eq!(satisfied.log, *log.verifier());

    let no_log = format!("witness w {}\nquorum w\n", w.verifier());
    let error = Policy::parse(no_log.as_bytes()).unwrap().check_note(&note).unwrap_err();
    assert!(matches!(error, Error::Policy(PolicyError::UnknownLog { .. })), "{error}");
    let none = format!("log {}\nquorum none\n", log.verifier());
    assert!(Policy::parse(none.as_bytes()).unwrap().check_note(&note).unwrap().cosigned.is_empty());
    // A listed log that signs another's checkpoint does not make it valid.
    let other = SigningKey::new("other.example", &[5; 32]).unwrap();
    let both = format!("log {}\nlog {}\nquorum none\n", log.verifier(), other.verifier());
    let mut foreign = Note::new(note.text()).unwrap();
    foreign.sign(&other).unwrap();
    assert!(Policy::parse(both.as_bytes()).unwrap().check_note(&foreign).is_err());
    // A cosignature of a known witness that fails refuses the checkpoint, whatever the quorum.
    let mut bad = note.signatures()[1].clone();
    bad.bytes[20] ^= 1;
    note.add(bad);
    assert!(matches!(policy().check_note(&note), Err(Error::Note(NoteError::SignatureFails { .. }))));
}

#[test]
fn bundles_that_are_not_are_refused() {
    let full = vec![b"x".to_vec(); 256];
    assert_eq!(bundle::parse(&bundle::encode(&full).unwrap()).unwrap().len(), 256);
    assert!(bundle::encode(vec![b"x"; 257]).is_err());
    assert!(bundle::encode(Vec::<Vec<u8>>::new()).is_err());
    assert!(bundle::encode([vec![0; 65_536]]).is_err());
    let largest = bundle::encode([vec![7; 65_535]]).unwrap();
    assert_eq!(bundle::parse(&largest).unwrap()[0].len(), 65_535);
    for bad in [&b""[..], b"\0", b"\0\x02a", b"\0\x01a\0", b"\xff\xff", &largest[..65_536]] {
        assert!(bundle::parse(bad).is_err());
    }
    assert!(bundle::parse(&[0, 0].repeat(257)).is_err());
}

#[test]
fn paths_that_are_not_are_refused() {
    for bad in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x000/001",
        "tile/0/000/001",
        "tile/0/x001",
        "tile/0/X001/002",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0//000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1/2",
        "tile/0/000.p/1.p/1",
        "tile/0/000.P/1",
        "tile/0/000.tmp",
        "tile/0/../000",
        "tile/0/٠٠١",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/entries/000",
        "tile/0/000?x",
        "tile/0/000 ",
    ] {
        assert!(Tile::parse_path(bad).is_err(), "{bad}");
    }
    assert!(Tile::parse_entries_path("tile/0/000").is_err());
    assert!(Tile::parse_entries_path("tile/entries/000.p/0").is_err());
    for index in [0, 1, 999, 1000, 999_999, 1_000_000, 1_234_067, u64::MAX] {
        for width in [1, 9, 10, 255, 256] {
            let tile = Tile { level: 63, index, width };
            assert_eq!(Tile::parse_path(&tile.path()).unwrap(), tile);
            let bundle = Tile { level: 0, ..tile };
            assert_eq!(Tile::parse_entries_path(&bundle.entries_path()).unwrap(), bundle);
            assert_eq!(tile::parse_sized_path(&tile::sized_path(index, width)).unwrap(), (index, width));
        }
    }
}

#[test]
fn hashes_that_are_not_are_refused() {
    let good = Hash([0xfb; 32]).to_string();
    assert_eq!(good.parse::<Hash>().unwrap(), Hash([0xfb; 32]));
    for bad in [
        "",
        &good[1..],
        &good[..43],
        &format!("{good}="),
        &format!(" {good}"),
        &good.replace('+', "-"),
        &good.replace("s=", "t="),
    ] {
        assert!(bad.parse::<Hash>().is_err(), "{bad:?}");
    }
    assert!(Hash::from_slice(&[0; 31]).is_err());
}
