//! One release, from its instruction to its receipt, in a log of two entries.

use package::instruction::Format;
use package::manifest::{MeasuredColumn, MeasuredFile};
use package::specification::Treatment;
use package::{Instruction, Manifest, Signed, document};
use register::statement::Cohort;
use register::vocabulary::Cover;
use register::{Count, Digest, Moment};
use tlog::SigningKey;

use super::samples::{cohort, full};

/// The custodian's release key and the recipient's: not secret to anybody, and nothing but tests uses them.
pub const RELEASE: &str = "age1h8ln8lrc00jvyt9mvw5mwvz5fchuan6h0zxrurvgp4e7d85gsgzsvwvxnd";
pub const RECIPIENT: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

pub fn instruction_key() -> SigningKey {
    SigningKey::new("custodian.example/instruction", &[1; 32]).unwrap()
}

pub fn engine_key() -> SigningKey {
    SigningKey::new("custodian.example/engine", &[2; 32]).unwrap()
}

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

pub fn instruction() -> Instruction {
    Instruction {
        format: Format::Parquet,
        issued: moment("2024-03-01T09:00:00Z"),
        key: RELEASE.to_owned(),
        people_at_most: Some(1_204),
        recipient: RECIPIENT.to_owned(),
        release: "R1".to_owned(),
        sequence: 1,
        share: "DS/0042".to_owned(),
        specification: full(),
        v: 1,
        valid_until: "2024-09".parse().unwrap(),
    }
}

/// What the files of the sample hold.
pub const FILES: [(&str, &[u8]); 3] = [("a.parquet", b"PAR1 and more"), ("b.parquet", b""), ("c.parquet", &[7; 1500])];

fn file(name: &str, content: &[u8]) -> MeasuredFile {
    let columns = full().datasets[0].items.clone().into_iter().filter(|item| item.treatment != Treatment::Drop {});
    let cohorts = vec![cohort("1999-2000"), cohort("2000-2001")];
    let column = |item: package::specification::SpecifiedItem| MeasuredColumn {
        classes: item.classes,
        cohorts: cohorts.clone(),
        distinct: Count::Under(10),
        item: item.item,
        name: item.name,
        nulls: Count::Exactly(0),
        treatment: item.treatment,
        years: vec![2010, 2015],
    };
    MeasuredFile {
        bytes: content.len() as u64,
        cohorts: cohorts.clone(),
        columns: columns.map(column).collect(),
        dataset: "Key Stage 4".to_owned(),
        name: name.to_owned(),
        people: Count::Exactly(1_200),
        rows: Count::Exactly(2_410),
        sha256: Digest::of(content),
        years: vec![2010, 2015],
    }
}

/// What left by the sample's instruction, and nothing beyond it.
pub fn manifest() -> Manifest {
    let instruction = instruction();
    let cover = |text: &str, cover| Cohort { cohort: text.to_owned(), cover };
    Manifest {
        cohorts: vec![cover("1999-2000", Cover::Some), cover("2000-2001", Cover::All)],
        engine: "rollcall-extract 0.1.0".to_owned(),
        files: FILES.iter().map(|(name, content)| file(name, content)).collect(),
        instruction: Digest::of(document::to_json(&instruction).unwrap().as_bytes()),
        made: moment("2024-03-02T10:30:00Z"),
        people: Count::Exactly(1_200),
        release: "R1".to_owned(),
        sequence: 1,
        share: "DS/0042".to_owned(),
        specification: full().digest().unwrap(),
        v: 1,
    }
}

pub fn signed_manifest() -> Signed<Manifest> {
    Signed::sign(manifest(), &engine_key()).unwrap()
}

#[cfg(feature = "sealed")]
pub mod opened {
    use package::sealed::{PackageKey, Sealer, identity, recipient};
    use package::{Manifest, Receipt, Signed};
    use register::statement::ReleaseRegistered;
    use register::{Digest, Statement};
    use tlog::{Checkpoint, Note, Policy, Proof, SigningKey, leaf_hash, root};

    use super::{FILES, moment};

    /// The recipient's identity.
    pub const IDENTITY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

    pub fn log_key() -> SigningKey {
        SigningKey::new("register.example/log", &[3; 32]).unwrap()
    }

    pub fn policy() -> Policy {
        Policy::parse(format!("log {}\nquorum none\n", log_key().verifier()).as_bytes()).unwrap()
    }

    pub fn statement(share: &str, release: &str, manifest: Digest) -> Statement {
        let body = ReleaseRegistered {
            bases: Vec::new(),
            classes: Vec::new(),
            cohorts: Vec::new(),
            datasets: vec!["Key Stage 4".to_owned()],
            facts: std::collections::BTreeMap::new(),
            frequency: None,
            items: Vec::new(),
            manifest: Some(manifest),
            release: release.to_owned(),
            released: Some("2024-03-03".parse().unwrap()),
            source: None,
            volume: None,
        };
        let day = "2024-03-03".parse().unwrap();
        Statement::new("release-1", day, moment("2024-03-03T12:00:00Z"), body.into()).about(share)
    }

    /// That a leaf is the second entry of a log of two.
    pub fn proof(leaf: &[u8]) -> Proof {
        let leaves = [leaf_hash(b"the first entry"), leaf_hash(leaf)];
        let origin = log_key().name().to_owned();
        let checkpoint = Checkpoint { origin, size: 2, root: root(&leaves), extensions: Vec::new() };
        let checkpoint = Note::parse(checkpoint.sign(&log_key()).unwrap().as_bytes()).unwrap();
        Proof { extra: None, index: 1, hashes: vec![leaves[0]], checkpoint }
    }

    /// The receipt for a manifest under a statement.
    pub fn receipt(manifest: &Signed<Manifest>, statement: &Statement, key: &PackageKey) -> Receipt {
        let leaf = statement.to_leaf().unwrap();
        let to = recipient(&identity(IDENTITY).unwrap().to_public().to_string()).unwrap();
        Receipt {
            key: key.sealed_to(&to).unwrap(),
            manifest: manifest.to_string(),
            proof: proof(&leaf).to_string(),
            statement: String::from_utf8(leaf).unwrap(),
            v: 1,
        }
    }

    pub fn package(manifest: &Signed<Manifest>, key: &PackageKey) -> Vec<u8> {
        let mut sealer = Sealer::begin(Vec::new(), key, manifest).unwrap();
        for (name, content) in FILES {
            sealer.add(name, content.len() as u64, content).unwrap();
        }
        sealer.finish().unwrap()
    }
}
