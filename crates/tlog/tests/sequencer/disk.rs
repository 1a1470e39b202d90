//! A disk in memory that tells apart what is visible from what is durable, fails on command, and can lose power.
//!
//! On power loss each file whose content was not synced gets, at random, its last durable content, its new one, a first
//! part of it, or nothing; each name in a folder that was not synced is, at random and each for itself, what it last
//! durably was, what it is now, or anything in between. That is worse than what a journalling file system does.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{Error, Result},
    rc::Rc,
};

use tlog::sequencer::storage::{Storage, Zone};

/// What happens at the step at which the disk is told to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// An error, and nothing is done.
    Before,
    /// It is done, and there is an error nevertheless.
    After,
    /// A write is done by half, and there is an error.
    Half,
    /// A write goes wrong, and there is no error.
    Silent,
    /// This step and all later ones fail, as when the process is killed.
    Dead,
}

impl Failure {
    /// Whether failing in this way differs from [`Failure::Before`] for a step of the journal.
    pub fn matters_for(self, step: &str) -> bool {
        let reads = ["read ", "list ", "is_folder "].iter().any(|read| step.starts_with(read));
        let in_parts = ["write ", "sync ", "sync_folder "].iter().any(|whole| step.starts_with(whole));
        match self {
            Failure::Before | Failure::Dead => true,
            Failure::After => !reads,
            Failure::Half => in_parts,
            Failure::Silent => step.starts_with("write "),
        }
    }
}

/// Shared between the sequencer and the test.
#[derive(Debug, Clone, Default)]
pub struct Disk(Rc<RefCell<State>>);

/// The storage that a sequencer opens; its lock goes when it is dropped.
#[derive(Debug)]
pub struct Mounted {
    disk: Disk,
    locked: bool,
}

#[derive(Debug, Clone, Default)]
struct State {
    files: Vec<File>,
    folders: BTreeMap<(Zone, String), Folder>,
    locked: bool,
    steps: usize,
    fail: Option<(usize, Failure)>,
    failed: bool,
    journal: Vec<String>,
}

#[derive(Debug, Clone, Default)]
struct File {
    durable: Vec<u8>,
    now: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
struct Folder {
    /// Of each name: what it is now, and before that everything it was since the folder was last synced, oldest first.
    names: BTreeMap<String, Vec<Option<Node>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder,
}

impl Disk {
    /// A storage for one sequencer.
    pub fn mount(&self) -> Mounted {
        Mounted { disk: self.clone(), locked: false }
    }

    /// A disk of its own with the same visible and durable state, no lock and no failure.
    pub fn copy(&self) -> Disk {
        let mut state = self.0.borrow().clone();
        (state.locked, state.steps, state.fail, state.failed) = (false, 0, None, false);
        state.journal.clear();
        Disk(Rc::new(RefCell::new(state)))
    }

    /// Makes the step with this number fail, counted from now on from 0.
    pub fn fail_at(&self, step: usize, failure: Failure) {
        let mut state = self.0.borrow_mut();
        (state.steps, state.fail, state.failed) = (0, Some((step, failure)), false);
        state.journal.clear();
    }

    /// No failure any more; returns whether there was one.
    pub fn recover(&self) -> bool {
        let mut state = self.0.borrow_mut();
        state.fail = None;
        std::mem::take(&mut state.failed)
    }

    /// What was done, one line for each step.
    pub fn journal(&self) -> Vec<String> {
        self.0.borrow().journal.clone()
    }

    /// The disk after a loss of power.
    pub fn lose_power(&self, random: &mut Random) -> Disk {
        let disk = self.copy();
        let mut state = disk.0.borrow_mut();
        for file in &mut state.files {
            if file.durable != file.now {
                file.durable = match random.below(4) {
                    0 => std::mem::take(&mut file.durable),
                    1 => file.now.clone(),
                    2 => file.now[..random.below(file.now.len() as u64 + 1) as usize].to_vec(),
                    _ => Vec::new(),
                };
                file.now = file.durable.clone();
            }
        }
        for folder in state.folders.values_mut() {
            folder.names.retain(|_, was| {
                let kept = was[random.below(was.len() as u64) as usize];
                *was = vec![kept];
                kept.is_some()
            });
        }
        // Folders whose own name is lost take their content with them.
        let mut paths: Vec<(Zone, String)> = state.folders.keys().cloned().collect();
        paths.sort_by_key(|(_, path)| path.matches('/').count());
        for (zone, path) in paths {
            let there = state.is(zone, parent(&path), Node::Folder) && state.is(zone, &path, Node::Folder);
            if !(path.is_empty() || there) {
                state.folders.remove(&(zone, path.clone()));
                let (folder, name) = (parent(&path), name(&path));
                if let Some(folder) = state.folders.get_mut(&(zone, folder.to_owned())) {
                    folder.names.remove(name);
                }
            }
        }
        drop(state);
        disk
    }

    /// A file as a reader sees it.
    pub fn read(&self, zone: Zone, path: &str) -> Option<Vec<u8>> {
        let state = self.0.borrow();
        match state.node(zone, path)? {
            Node::File(file) => Some(state.files[file].now.clone()),
            Node::Folder => None,
        }
    }

    /// Puts a file there, durably, as an operator with a backup would.
    pub fn restore(&self, zone: Zone, path: &str, bytes: Option<Vec<u8>>) {
        let mut state = self.0.borrow_mut();
        let node = bytes.map(|bytes| {
            state.files.push(File { durable: bytes.clone(), now: bytes });
            Node::File(state.files.len() - 1)
        });
        let folder = state.folders.get_mut(&(zone, parent(path).to_owned())).unwrap();
        folder.names.insert(name(path).to_owned(), vec![node]);
    }

    /// Every file of a zone.
    pub fn paths(&self, zone: Zone) -> Vec<String> {
        let state = self.0.borrow();
        let mut paths = Vec::new();
        for ((of, folder), content) in &state.folders {
            for (name, was) in &content.names {
                if *of == zone && matches!(was.last(), Some(Some(Node::File(_)))) {
                    paths.push(if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") });
                }
            }
        }
        paths
    }
}

impl State {
    fn node(&self, zone: Zone, path: &str) -> Option<Node> {
        if path.is_empty() {
            return Some(Node::Folder);
        }
        *self.folders.get(&(zone, parent(path).to_owned()))?.names.get(name(path))?.last()?
    }

    fn is(&self, zone: Zone, path: &str, node: Node) -> bool {
        self.node(zone, path) == Some(node)
    }

    fn set(&mut self, zone: Zone, path: &str, node: Option<Node>) -> Result<()> {
        if parent(path).is_empty() {
            self.folders.entry((zone, String::new())).or_default();
        }
        let folder = self
            .folders
            .get_mut(&(zone, parent(path).to_owned()))
            .ok_or_else(|| Error::other(format!("no folder for {path}")))?;
        folder.names.entry(name(path).to_owned()).or_insert_with(|| vec![None]).push(node);
        Ok(())
    }
}

impl Mounted {
    /// One step that can fail. `work` is told whether to do half of it.
    fn step<T>(&self, what: String, work: impl FnOnce(&mut State, bool) -> Result<T>) -> Result<T> {
        let mut state = self.disk.0.borrow_mut();
        let step = state.steps;
        state.steps += 1;
        state.journal.push(what);
        let failure = match state.fail {
            Some((at, failure)) if at == step => Some(failure),
            Some((at, Failure::Dead)) if at < step => Some(Failure::Dead),
            _ => None,
        };
        state.failed |= failure.is_some();
        match failure {
            None => work(&mut state, false),
            Some(Failure::Before | Failure::Dead) => Err(Error::other("failed on command, before")),
            Some(Failure::After) => work(&mut state, false).and(Err(Error::other("failed on command, after"))),
            Some(Failure::Silent) => work(&mut state, true),
            Some(Failure::Half) => work(&mut state, true).and(Err(Error::other("failed on command, half done"))),
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if self.locked {
            self.disk.0.borrow_mut().locked = false;
        }
    }
}

impl Storage for Mounted {
    type File = usize;

    fn lock(&mut self) -> Result<bool> {
        let was = self.locked;
        let mut taken = was;
        let result = self.step("lock".into(), |state, _| {
            taken = was || !std::mem::replace(&mut state.locked, true);
            Ok(taken)
        });
        // Taken is taken, even if there was an error: it goes when this is dropped.
        self.locked = taken;
        result
    }

    fn read(&self, zone: Zone, path: &str) -> Result<Option<Vec<u8>>> {
        self.step(format!("read {zone:?} {path}"), |_, _| Ok(()))?;
        Ok(self.disk.read(zone, path))
    }

    fn list(&self, zone: Zone, folder: &str) -> Result<Vec<String>> {
        self.step(format!("list {zone:?} {folder}"), |state, _| {
            let content = state.folders.get(&(zone, folder.to_owned())).cloned().unwrap_or_default();
            Ok(content.names.into_iter().filter(|(_, was)| was.last() != Some(&None)).map(|(name, _)| name).collect())
        })
    }

    fn is_folder(&self, zone: Zone, path: &str) -> Result<bool> {
        self.step(format!("is_folder {zone:?} {path}"), |state, _| Ok(state.is(zone, path, Node::Folder)))
    }

    fn make_folder(&mut self, zone: Zone, path: &str) -> Result<bool> {
        self.step(format!("make_folder {zone:?} {path}"), |state, half| {
            match state.node(zone, path) {
                Some(Node::Folder) => return Ok(false),
                Some(Node::File(_)) => return Err(Error::other("a file is in the way")),
                None if half => return Ok(false),
                None => {}
            }
            state.set(zone, path, Some(Node::Folder))?;
            state.folders.entry((zone, path.to_owned())).or_default();
            Ok(true)
        })
    }

    fn write(&mut self, zone: Zone, path: &str, parts: &[&[u8]]) -> Result<usize> {
        let mut bytes = parts.concat();
        self.step(format!("write {zone:?} {path}"), |state, half| {
            if half {
                bytes.truncate(bytes.len() / 2);
            }
            let file = match state.node(zone, path) {
                Some(Node::Folder) => return Err(Error::other("a folder is in the way")),
                Some(Node::File(file)) => file,
                None => {
                    state.files.push(File::default());
                    let file = state.files.len() - 1;
                    state.set(zone, path, Some(Node::File(file)))?;
                    file
                }
            };
            state.files[file].now = bytes;
            Ok(file)
        })
    }

    fn sync(&mut self, file: usize) -> Result<()> {
        self.step(format!("sync {file}"), |state, half| {
            let File { durable, now } = &mut state.files[file];
            *durable = now[..if half { now.len() / 2 } else { now.len() }].to_vec();
            Ok(())
        })
    }

    fn sync_folder(&mut self, zone: Zone, folder: &str) -> Result<()> {
        self.step(format!("sync_folder {zone:?} {folder}"), |state, half| {
            let content = state.folders.get_mut(&(zone, folder.to_owned()));
            let content = content.ok_or_else(|| Error::other("no such folder"))?;
            let count = if half { content.names.len() / 2 } else { content.names.len() };
            for was in content.names.values_mut().take(count) {
                *was = was.split_off(was.len() - 1);
            }
            Ok(())
        })
    }

    fn rename(&mut self, zone: Zone, from: &str, to: &str) -> Result<()> {
        self.step(format!("rename {zone:?} {from} {to}"), |state, half| {
            let node = state.node(zone, from);
            let Some(node @ Node::File(_)) = node else { return Err(Error::other("no such file")) };
            if state.is(zone, to, Node::Folder) {
                return Err(Error::other("a folder is in the way"));
            }
            if !half {
                state.set(zone, to, Some(node))?;
                state.set(zone, from, None)?;
            }
            Ok(())
        })
    }

    fn remove_file(&mut self, zone: Zone, path: &str) -> Result<()> {
        self.step(format!("remove_file {zone:?} {path}"), |state, half| match state.node(zone, path) {
            Some(Node::File(_)) if !half => state.set(zone, path, None),
            Some(Node::Folder) => Err(Error::other("a folder")),
            _ => Ok(()),
        })
    }

    fn remove_folder(&mut self, zone: Zone, path: &str) -> Result<()> {
        self.step(format!("remove_folder {zone:?} {path}"), |state, half| {
            let Some(content) = state.folders.get(&(zone, path.to_owned())) else { return Ok(()) };
            if content.names.values().any(|was| was.last() != Some(&None)) {
                return Err(Error::other("not empty"));
            }
            if !half {
                // What it held stays known: if its removal is lost, so may be theirs.
                state.set(zone, path, None)?;
            }
            Ok(())
        })
    }

    fn describe(&self, zone: Zone, path: &str) -> String {
        format!("{zone:?}/{path}")
    }
}

/// A small generator (splitmix64), so that a failing run can be repeated.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
