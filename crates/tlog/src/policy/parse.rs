//! Reading a policy file, line by line (tlog-policy, "Policy file syntax and structure").
//!
//! Names are opaque octets. Refused beyond the letter of the specification: a last line without its newline, a
//! threshold with leading zeroes, and log or witness keys of types that [`crate::note`] does not know.

use alloc::collections::{BTreeMap, BTreeSet};

use super::{Group, Log, MAX_OF_EACH, MAX_POLICY, Member, Policy, PolicyError, Witness};
use crate::prelude::*;
use crate::{
    note::{KeyType, NoteError, VerifierKey},
    tile::decimal,
};

pub(super) fn parse(file: &[u8]) -> Result<Policy, PolicyError> {
    check_octets(file)?;
    let mut reading = Reading::default();
    let body = match file.split_last() {
        None => return Err(PolicyError::NoQuorum),
        Some((b'\n', body)) => body,
        Some(_) => {
            let line = file.iter().filter(|b| **b == b'\n').count() + 1;
            return Err(PolicyError::BadLine { line, expected: "a newline at the end of the line" });
        }
    };
    for (line, text) in (1..).zip(body.split(|b| *b == b'\n')) {
        reading.line(line, text)?;
    }
    let quorum = reading.quorum.ok_or(PolicyError::NoQuorum)?;
    Ok(Policy { logs: reading.logs, witnesses: reading.witnesses, groups: reading.groups, quorum })
}

#[derive(Default)]
struct Reading<'f> {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Option<Member>>,
    /// What a name stands for: witnesses and groups share one namespace.
    names: BTreeMap<&'f [u8], Member>,
    /// Names that are members of a group: each at most once in the whole file.
    members: BTreeSet<&'f [u8]>,
    /// Line of each public key.
    log_keys: BTreeMap<[u8; 32], usize>,
    witness_keys: BTreeMap<[u8; 32], usize>,
}

impl<'f> Reading<'f> {
    fn line(&mut self, line: usize, text: &'f [u8]) -> Result<(), PolicyError> {
        let items: Vec<&[u8]> = text.split(|b| matches!(b, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        let bad = |expected| Err(PolicyError::BadLine { line, expected });
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", vkey] => self.log(line, vkey, None),
            [b"log", vkey, url] => self.log(line, vkey, Some(url)),
            [b"log", ..] => bad("log <vkey> [<url>]"),
            [b"witness", name, vkey] => self.witness(line, name, vkey, None),
            [b"witness", name, vkey, url] => self.witness(line, name, vkey, Some(url)),
            [b"witness", ..] => bad("witness <name> <vkey> [<url>]"),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(line, name, threshold, members)
            }
            [b"group", ..] => bad("group <name> all|any|<k> <name>..."),
            [b"quorum", _] if self.quorum.is_some() => bad("only one quorum line"),
            [b"quorum", b"none"] => {
                self.quorum = Some(None);
                Ok(())
            }
            [b"quorum", name] => {
                self.quorum = Some(Some(self.find(line, name)?));
                Ok(())
            }
            [b"quorum", ..] => bad("quorum <name>"),
            _ => bad("a line that begins with log, witness, group, quorum or #"),
        }
    }

    fn log(&mut self, line: usize, vkey: &[u8], url: Option<&[u8]>) -> Result<(), PolicyError> {
        let key = parse_key(line, vkey, KeyType::Ed25519)?;
        check_count(line, self.logs.len())?;
        claim_key(line, &key, &mut self.log_keys)?;
        self.logs.push(Log { key, url: url.map(<[u8]>::to_vec) });
        Ok(())
    }

    fn witness(&mut self, line: usize, name: &'f [u8], vkey: &[u8], url: Option<&[u8]>) -> Result<(), PolicyError> {
        let key = parse_key(line, vkey, KeyType::Cosignature)?;
        check_count(line, self.witnesses.len())?;
        claim_key(line, &key, &mut self.witness_keys)?;
        self.define(line, name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: name.to_vec(), key, url: url.map(<[u8]>::to_vec) });
        Ok(())
    }

    fn group(&mut self, line: usize, name: &'f [u8], threshold: &[u8], names: &[&'f [u8]]) -> Result<(), PolicyError> {
        check_count(line, self.groups.len())?;
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            members.push(self.find(line, member)?);
            if !self.members.insert(member) {
                return Err(PolicyError::AlreadyMember { line, name: lossy(member) });
            }
        }
        let threshold = match threshold {
            b"all" => members.len(),
            b"any" => 1,
            number => str::from_utf8(number)
                .ok()
                .and_then(decimal)
                .and_then(|k| usize::try_from(k).ok())
                .filter(|k| (1..=members.len()).contains(k))
                .ok_or_else(|| PolicyError::BadThreshold { line, found: lossy(number), members: members.len() })?,
        };
        self.define(line, name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_vec(), threshold, members });
        Ok(())
    }

    fn define(&mut self, line: usize, name: &'f [u8], member: Member) -> Result<(), PolicyError> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyError::NameTaken { line, name: lossy(name) });
        }
        self.names.insert(name, member);
        Ok(())
    }

    fn find(&self, line: usize, name: &[u8]) -> Result<Member, PolicyError> {
        self.names.get(name).copied().ok_or_else(|| PolicyError::UnknownName { line, name: lossy(name) })
    }
}

fn check_octets(file: &[u8]) -> Result<(), PolicyError> {
    if file.len() > MAX_POLICY {
        return Err(PolicyError::TooLarge { bytes: file.len() });
    }
    match file.iter().position(|b| !matches!(b, 0x09 | 0x0a | 0x20..=0x7e | 0x80..)) {
        None => Ok(()),
        Some(offset) => {
            let line = file[..offset].iter().filter(|b| **b == b'\n').count() + 1;
            Err(PolicyError::BadOctet { line, offset, found: file[offset] })
        }
    }
}

fn parse_key(line: usize, vkey: &[u8], kind: KeyType) -> Result<VerifierKey, PolicyError> {
    let bad = |reason| PolicyError::BadKey { line, reason };
    // A key name is UTF-8 (signed-note), although other names in a policy need not be.
    let text = str::from_utf8(vkey).map_err(|e| bad(NoteError::NotUtf8 { offset: e.valid_up_to() }))?;
    let key: VerifierKey = text.parse().map_err(bad)?;
    key.expect(kind).map_err(bad)?;
    Ok(key)
}

/// Two keys are duplicates if their public keys are the same, whatever their names and ids.
fn claim_key(line: usize, key: &VerifierKey, lines: &mut BTreeMap<[u8; 32], usize>) -> Result<(), PolicyError> {
    match lines.insert(*key.public(), line) {
        None => Ok(()),
        Some(first) => Err(PolicyError::DuplicateKey { line, first }),
    }
}

fn check_count(line: usize, count: usize) -> Result<(), PolicyError> {
    if count < MAX_OF_EACH { Ok(()) } else { Err(PolicyError::TooMany { line }) }
}

fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
