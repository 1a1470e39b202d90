//! Writes the seeds, into the folder given: signed texts by the keys of `lib.rs`, and small files of each other format.

use std::{error::Error, fs, path::Path};

use fuzz::{ENTRIES, ORIGIN, TIME, engine_key, log_key, witness_key};
use package::manifest::{MeasuredColumn, MeasuredFile};
use package::specification::Treatment;
use package::{Manifest, Receipt, Signed, document};
use register::dictionary::{Dictionary, Item};
use register::disclosure::{Disclosure, Salt, encode_bundle};
use register::statement::{ReleaseRegistered, Statement};
use register::{Class, Count, Digest};
use tlog::{Checkpoint, Hash, Note, Proof, bundle, cosignature, leaf_hash, node_hash, tree::root};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: seeds FOLDER")?;
    let write = |name: &str, content: &[u8]| {
        let path = Path::new(&folder).join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, content)
    };
    let (log, witness) = (log_key(), witness_key());
    let leaves = ENTRIES.map(leaf_hash);
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 3, root: root(&leaves), extensions: Vec::new() };
    let mut note = Note::parse(checkpoint.sign(&log)?.as_bytes())?;
    write("checkpoint/signed", note.to_string().as_bytes())?;
    note.add(cosignature::sign(&witness, note.text(), TIME)?);
    write("checkpoint/cosigned", note.to_string().as_bytes())?;
    write("checkpoint/text", checkpoint.to_string().as_bytes())?;
    let extended = Checkpoint { extensions: vec!["an extension".into()], ..checkpoint };
    write("checkpoint/extended", extended.to_string().as_bytes())?;

    write("note/cosigned", note.to_string().as_bytes())?;
    let mut poem = Note::new("a first verse\n\nand, after an empty line, a sécond\n")?;
    poem.sign(&log)?;
    write("note/two-verses", poem.to_string().as_bytes())?;
    write("note/vkey-of-log", log.verifier().to_string().as_bytes())?;
    write("note/vkey-of-witness", witness.verifier().to_string().as_bytes())?;

    let pair: Hash = node_hash(&leaves[0], &leaves[1]);
    let proof = |index, hashes, extra| Proof { extra, index, hashes, checkpoint: note.clone() };
    write("proof/first", proof(0, vec![leaves[1], leaves[2]], None).to_string().as_bytes())?;
    write("proof/third-with-extra", proof(2, vec![pair], Some(b"extra".to_vec())).to_string().as_bytes())?;

    let vkey = log.verifier().to_string();
    let before = Checkpoint { size: 2, root: pair, extensions: Vec::new(), origin: ORIGIN.into() }.sign(&log)?;
    let (now, third) = (note.to_string(), proof(2, vec![pair], None).to_string());
    let tile = [&b"tile/0/000.p/3\n"[..], leaves.map(|leaf| leaf.0).as_flattened()].concat();
    let part = |(letter, content): (char, &[u8])| {
        [&[letter as u8][..], &(content.len() as u32).to_be_bytes(), content].concat()
    };
    let statement = [('K', vkey.as_bytes()), ('I', b"2"), ('L', ENTRIES[2]), ('P', third.as_bytes())];
    write("browser/statement", &statement.map(part).concat())?;
    let k = vkey.as_bytes();
    let grown = [('K', k), ('M', k), ('R', before.as_bytes()), ('C', now.as_bytes()), ('T', &tile)];
    write("browser/grown", &grown.map(part).concat())?;

    let (vlog, vwitness) = (log.verifier(), witness.verifier());
    write("policy/log-alone", format!("log {vlog}\nquorum none\n").as_bytes())?;
    write("policy/one-witness", format!("log {vlog} https://log\nwitness w {vwitness}\nquorum w\n").as_bytes())?;
    let groups =
        format!("# groups\nlog {vlog}\nwitness w\t{vwitness} https://w\n\ngroup g any w\ngroup h 1 g\nquorum h\n");
    write("policy/groups", groups.as_bytes())?;

    write("bundle/three", &bundle::encode(ENTRIES)?)?;
    write("bundle/empty-entries", &bundle::encode([[]; 256] as [[u8; 0]; 256])?)?;
    for (name, path) in [
        ("full", "tile/0/x001/x234/067"),
        ("partial", "tile/1/000.p/17"),
        ("entries", "tile/entries/x001/002.p/255"),
        ("sized", "x018/x446/x744/x073/x709/x551/615"),
    ] {
        write(&format!("tile_path/{name}"), path.as_bytes())?;
    }

    let disclosures = [
        Disclosure::seal(Salt([1; 32]), "title", "A study of reading"),
        Disclosure::seal(Salt([2; 32]), "purpose", "To see – over ten years – who reads what \"well\""),
    ];
    let both = encode_bundle([&disclosures[..], &[], &disclosures[..1]]);
    write("disclosure_bundle/two-and-none-and-one", both.as_bytes())?;
    write("disclosure_bundle/none", b"\n\n")?;

    let class = |scheme: &str, value: &str| Class { scheme: scheme.into(), value: value.into() };
    let minimal = Item { alias: "N/A".into(), ..Item::default() };
    let full = Item {
        alias: "KS4_UPN".into(),
        classes: vec![class("dfe-identification-risk", "2"), class("dfe-sensitivity", "E"), class("npd-tier", "1")],
        description: Some("Unique pupil number.\nÉ \"quoted\"".into()),
        facts: [("request-item".to_owned(), "No".to_owned())].into(),
        field: Some("UPN".into()),
        first_year: Some(2001),
        former_names: vec!["k4_upn".into()],
        last_year: Some(2012),
        section: Some("Pupil table".into()),
        values: Some("M = Male\nF = Female".into()),
        years: Some("2003/04 - 2004/05,\n2008/09 (A) - 2012/13".into()),
    };
    let again =
        Item { years: Some("2013/14 only".into()), first_year: Some(2013), last_year: Some(2013), ..full.clone() };
    write("dictionary/minimal", &Dictionary { items: vec![minimal.clone()] }.to_bytes()?)?;
    write("dictionary/full", &Dictionary { items: vec![full, minimal, again] }.to_bytes()?)?;

    let digest = "0123456789abcdef".repeat(4);
    let head = format!("rollcall files v1\n{ORIGIN}\n3\n{}\n", root(&leaves));
    write("listing/none", head.as_bytes())?;
    let two = format!("{head}{digest} 0 downloads/a.csv\n{digest} 4096 register.sqlite\n");
    write("listing/two", two.as_bytes())?;

    let signed = Signed::sign(manifest()?, &engine_key())?;
    write("manifest/signed", signed.to_string().as_bytes())?;
    let none = Manifest { cohorts: Vec::new(), files: Vec::new(), people: Count::Exactly(0), ..manifest()? };
    write("manifest/no-files", Signed::sign(none, &engine_key())?.to_string().as_bytes())?;
    write("receipt/whole", document::to_json(&receipt(&signed)?)?.as_bytes())?;
    Ok(())
}

fn manifest() -> Result<Manifest, Box<dyn Error>> {
    let column = MeasuredColumn {
        classes: vec![Class { scheme: "dfe-sensitivity".into(), value: "E".into() }],
        cohorts: vec!["1999-2000".parse()?],
        distinct: Count::Exactly(1200),
        item: "ks4-upn".into(),
        name: "KS4_UPN".into(),
        nulls: Count::Under(10),
        treatment: Treatment::Pseudonymise {},
        years: vec![2010],
    };
    let file = MeasuredFile {
        bytes: 13,
        cohorts: vec!["1999-2000".parse()?],
        columns: vec![column],
        dataset: "Key Stage 4".into(),
        name: "key-stage-4.parquet".into(),
        people: Count::Exactly(1200),
        rows: Count::Exactly(2410),
        sha256: Digest([4; 32]),
        years: vec![2010, 2015],
    };
    Ok(Manifest {
        cohorts: Vec::new(),
        engine: "rollcall-extract 0.1.0".into(),
        files: vec![file],
        instruction: Digest([5; 32]),
        made: "2024-03-02T10:30:00Z".parse()?,
        people: Count::Exactly(1200),
        release: "R1".into(),
        sequence: 1,
        share: "DS/1".into(),
        specification: Digest([6; 32]),
        v: 1,
    })
}

/// A receipt in the invented log, with a key in form that opens nothing.
fn receipt(manifest: &Signed<Manifest>) -> Result<Receipt, Box<dyn Error>> {
    let body = ReleaseRegistered {
        bases: Vec::new(),
        classes: Vec::new(),
        cohorts: Vec::new(),
        datasets: manifest.unverified().datasets(),
        facts: Default::default(),
        frequency: None,
        items: Vec::new(),
        manifest: Some(manifest.digest()),
        release: manifest.unverified().release.clone(),
        released: None,
        source: None,
        volume: None,
    };
    let statement = Statement::new("release-1", "2024-03-03".parse()?, "2024-03-03T12:00:00Z".parse()?, body.into());
    let leaf = statement.about("DS/1").to_leaf()?;
    let leaves = [leaf_hash(b"first"), leaf_hash(&leaf)];
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: 2, root: root(&leaves), extensions: Vec::new() };
    let checkpoint = Note::parse(checkpoint.sign(&log_key())?.as_bytes())?;
    Ok(Receipt {
        key: "-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----\n".to_owned(),
        manifest: manifest.to_string(),
        proof: Proof { extra: None, index: 1, hashes: vec![leaves[0]], checkpoint }.to_string(),
        statement: String::from_utf8(leaf)?,
        v: 1,
    })
}
