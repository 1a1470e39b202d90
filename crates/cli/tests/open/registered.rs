//! Releases that stand in a real log, with their packages, receipts and policies as files, and what the program says of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use package::manifest::{MeasuredColumn, MeasuredFile};
use package::sealed::{PackageKey, Sealer, identity};
use package::specification::Treatment;
use package::{Manifest, Receipt, Signed, document};
use register::statement::{Body, ReleaseRegistered};
use register::{Count, Digest, Draft, Statement};
use store::{DataFolder, Publisher};
use tlog::{Proof, SigningKey};

use super::sample;

/// The recipient's identity, and somebody else's.
pub const IDENTITY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

/// A folder with a log of five statements, two releases among them, and all that it takes to open the first.
pub struct Registered {
    pub place: tempfile::TempDir,
    publisher: Publisher,
    pub first: Release,
    pub second: Release,
}

/// One release.
pub struct Release {
    pub manifest: Signed<Manifest>,
    key: PackageKey,
    pub statement: Statement,
    index: u64,
    pub files: Vec<(String, Vec<u8>)>,
    pub package: Vec<u8>,
}

/// Bytes that neither compress nor repeat.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn measured(name: &str, content: &[u8]) -> MeasuredFile {
    let column = MeasuredColumn {
        classes: Vec::new(),
        cohorts: Vec::new(),
        distinct: Count::Exactly(1_200),
        item: "census-upn".to_owned(),
        name: "UPN".to_owned(),
        nulls: Count::Exactly(0),
        treatment: Treatment::Pseudonymise {},
        years: vec![2020, 2021],
    };
    MeasuredFile {
        bytes: content.len() as u64,
        cohorts: Vec::new(),
        columns: vec![column],
        dataset: "Census".to_owned(),
        name: name.to_owned(),
        people: Count::Exactly(1_200),
        rows: Count::Exactly(2_410),
        sha256: Digest::of(content),
        years: vec![2020, 2021],
    }
}

/// A release of this share, as it will stand at this index.
fn release(share: u64, index: u64, files: Vec<(String, Vec<u8>)>) -> Release {
    let says = Manifest {
        cohorts: Vec::new(),
        engine: "rollcall-extract 0.1.0".to_owned(),
        files: files.iter().map(|(name, content)| measured(name, content)).collect(),
        instruction: Digest::of(b"the instruction"),
        made: sample::moment(3),
        people: Count::Exactly(1_200),
        release: "M1".to_owned(),
        sequence: 1,
        share: format!("S/{share}"),
        specification: Digest::of(b"the specification"),
        v: 1,
    };
    let engine = SigningKey::new("custodian.example/engine", &[2; 32]).unwrap();
    let manifest = Signed::sign(says, &engine).unwrap();
    let Body::ReleaseRegistered(listed) = sample::release(share, 1).statement.body else { unreachable!() };
    let body = ReleaseRegistered { manifest: Some(manifest.digest()), release: "M1".into(), source: None, ..listed };
    let day = "2023-11-14".parse().unwrap();
    let statement = Statement::new(format!("measured-{share}"), day, sample::moment(4), body.into());
    let key = PackageKey::generate();
    let mut sealer = Sealer::begin(Vec::new(), &key, &manifest).unwrap();
    for (name, content) in &files {
        sealer.add(name, content.len() as u64, &content[..]).unwrap();
    }
    let package = sealer.finish().unwrap();
    Release { manifest, key, statement: statement.about(format!("S/{share}")), index, files, package }
}

pub fn registered() -> Registered {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(place.path().join("register"));
    folder.create(Some("register.example/log")).unwrap();
    let mut publisher = Publisher::open(folder).unwrap();
    publisher.publish(&[sample::opened(), sample::share(1), sample::share(2)]).unwrap();
    let files = vec![
        ("absence.csv.zst".to_owned(), noise(1, 900)),
        ("census.parquet".to_owned(), noise(2, 300_000)),
        ("empty.parquet".to_owned(), Vec::new()),
    ];
    let first = release(1, 3, files);
    let second = release(2, 4, vec![("other.parquet".to_owned(), noise(3, 500))]);
    let drafts = [&first, &second].map(|release| Draft::new(release.statement.clone()));
    publisher.publish(&drafts).unwrap();
    let registered = Registered { place, publisher, first, second };
    registered.write("package", &registered.first.package);
    registered.write("receipt", registered.receipt_file(&registered.first).as_bytes());
    registered.write("policy", registered.policy("", "none").as_bytes());
    registered.write("identity", IDENTITY.as_bytes());
    registered
}

impl Registered {
    pub fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Writes a file that only its owner can read.
    pub fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.at(name);
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        path
    }

    pub fn policy(&self, more: &str, quorum: &str) -> String {
        format!("log {}\n{more}quorum {quorum}\n", self.publisher.verifier())
    }

    pub fn proof(&self, release: &Release) -> Proof {
        self.publisher.prove(release.index).unwrap()
    }

    /// The receipt of a release for the recipient.
    pub fn receipt(&self, release: &Release) -> Receipt {
        Receipt {
            key: release.key.sealed_to(&identity(IDENTITY).unwrap().to_public()).unwrap(),
            manifest: release.manifest.to_string(),
            proof: self.proof(release).to_string(),
            statement: String::from_utf8(release.statement.to_leaf().unwrap()).unwrap(),
            v: 1,
        }
    }

    pub fn receipt_file(&self, release: &Release) -> String {
        document::to_json(&self.receipt(release)).unwrap()
    }

    /// The command that opens the first release, with a file or an option exchanged.
    pub fn command(&self, package: &str, receipt: Option<&str>, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        command.current_dir(self.place.path()).arg("open").arg(package).args(receipt);
        for (option, value) in [("--identity", "identity"), ("--policy", "policy"), ("--output", "out")] {
            if !more.contains(&option) {
                command.args([option, value]);
            }
        }
        command.args(more);
        command
    }

    /// What the program says and its exit code; unless that is 0, it left nothing at all.
    pub fn open(&self, package: &str, receipt: Option<&str>, more: &[&str]) -> (i32, String) {
        let before = self.names();
        let (code, text) = told(&self.command(package, receipt, more).output().unwrap());
        if code != 0 {
            assert_eq!(self.names(), before, "something was left: {text}");
        }
        (code, text)
    }

    /// What is in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.place.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub fn told(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

/// That a folder holds the files of a release and its manifest, and nothing else.
pub fn holds(folder: &Path, release: &Release) {
    let mut expected = release.files.clone();
    expected.push(("manifest".to_owned(), release.manifest.to_string().into_bytes()));
    expected.sort();
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        })
        .collect();
    found.sort();
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    assert!(found == expected, "the contents differ");
}
