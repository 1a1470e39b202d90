//! Plays the custodian and the public log for tests of the data zone: signs an instruction for any specification, and makes the
//! receipt for what the zone made of it. Its keys are secret to nobody.
//!
//! ```text
//! custodian key                                                     the key that instructions are signed with
//! custodian policy                                                  the policy under which receipts hold
//! custodian instruct SPECIFICATION RECIPIENT FORMAT SHARE SEQUENCE  a signed instruction
//! custodian receipt MANIFEST KEY RECIPIENT                          the receipt
//! ```

use std::error::Error;
use std::fs;

use package::instruction::{Format, Instruction};
use package::sealed::{PackageKey, identity, recipient};
use package::{Manifest, Receipt, Signed, Specification, document};
use register::Statement;
use register::statement::ReleaseRegistered;
use tlog::{Checkpoint, Note, Proof, SigningKey, leaf_hash, root};

/// What opens the custodian's release key.
const IDENTITY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

const USAGE: &str = "expected key, policy, instruct SPECIFICATION RECIPIENT FORMAT SHARE SEQUENCE, or receipt MANIFEST \
                     KEY RECIPIENT";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["key"] => println!("{}", instructions()?.verifier()),
        ["policy"] => print!("log {}\nquorum none\n", log()?.verifier()),
        ["instruct", specification, recipient, format, share, sequence] => {
            print!("{}", instruct(specification, recipient, format, share, sequence.parse()?)?);
        }
        ["receipt", manifest, key, recipient] => print!("{}", receipt(manifest, key, recipient)?),
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn instructions() -> Result<SigningKey, Box<dyn Error>> {
    Ok(SigningKey::new("desk.example/instructions", &[7; 32])?)
}

fn log() -> Result<SigningKey, Box<dyn Error>> {
    Ok(SigningKey::new("register.example/log", &[3; 32])?)
}

fn instruct(
    specification: &str,
    recipient: &str,
    format: &str,
    share: &str,
    sequence: u32,
) -> Result<String, Box<dyn Error>> {
    let instruction = Instruction {
        format: if format == "csv" { Format::Csv } else { Format::Parquet },
        issued: "2026-11-20T09:00:00Z".parse()?,
        key: identity(IDENTITY)?.to_public().to_string(),
        people_at_most: None,
        recipient: recipient.to_owned(),
        release: format!("R{sequence}"),
        sequence,
        share: share.to_owned(),
        specification: Specification::parse(&fs::read(specification)?)?,
        v: 1,
        valid_until: "9999".parse()?,
    };
    Ok(Signed::sign(instruction, &instructions()?)?.to_string())
}

/// In a log of two entries, of which the release's is the second.
fn receipt(manifest: &str, key: &str, to: &str) -> Result<String, Box<dyn Error>> {
    let manifest = Signed::<Manifest>::parse(&fs::read(manifest)?)?;
    let key = PackageKey::unsealed(&fs::read_to_string(key)?, &identity(IDENTITY)?)?;
    let says = manifest.unverified();
    let body = ReleaseRegistered {
        bases: Vec::new(),
        classes: Vec::new(),
        cohorts: Vec::new(),
        datasets: says.datasets(),
        facts: Default::default(),
        frequency: None,
        items: Vec::new(),
        manifest: Some(manifest.digest()),
        release: says.release.clone(),
        released: Some(says.made.date()),
        source: None,
        volume: None,
    };
    let statement = Statement::new("release-1", says.made.date(), says.made, body.into()).about(&says.share);
    let leaf = statement.to_leaf()?;
    let leaves = [leaf_hash(b"the first entry"), leaf_hash(&leaf)];
    let (log, size) = (log()?, leaves.len() as u64);
    let checkpoint = Checkpoint { origin: log.name().to_owned(), size, root: root(&leaves), extensions: Vec::new() };
    let checkpoint = Note::parse(checkpoint.sign(&log)?.as_bytes())?;
    let proof = Proof { extra: None, index: 1, hashes: vec![leaves[0]], checkpoint };
    let receipt = Receipt {
        key: key.sealed_to(&recipient(to)?)?,
        manifest: manifest.to_string(),
        proof: proof.to_string(),
        statement: String::from_utf8(leaf)?,
        v: Receipt::VERSION,
    };
    Ok(document::to_json(&receipt)?)
}
