//! What goes wrong while a package is being opened: a full disk, Ctrl-C, another program at the same place.

#![cfg(unix)]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Command, Stdio};

use super::registered::{Registered, holds, registered, told};

/// A pipe with a name, which a program reads as it would a file, at the speed at which it is written.
fn pipe(registered: &Registered, name: &str) {
    assert!(Command::new("mkfifo").arg(registered.at(name)).status().unwrap().success());
}

/// A program that has read half of a package and waits for the rest: more than a pipe holds has gone through.
struct Halfway {
    child: std::process::Child,
    input: fs::File,
    rest: Vec<u8>,
}

fn halfway(registered: &Registered, name: &str) -> Halfway {
    pipe(registered, name);
    let mut command = registered.command(name, Some("receipt"), &[]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = OpenOptions::new().write(true).open(registered.at(name)).unwrap();
    let (half, rest) = registered.first.package.split_at(registered.first.package.len() * 3 / 4);
    input.write_all(half).unwrap();
    Halfway { child, input, rest: rest.to_vec() }
}

impl Halfway {
    fn finish(mut self) -> (i32, String) {
        // A program that has stopped meanwhile does not read it.
        let _ = self.input.write_all(&self.rest);
        drop(self.input);
        told(&self.child.wait_with_output().unwrap())
    }
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    for signal in ["INT", "TERM", "HUP"] {
        let registered = registered();
        let halfway = halfway(&registered, "slow");
        assert!(registered.names().iter().any(|name| name.starts_with("out.partial-")), "it has begun");
        let id = halfway.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let (code, text) = halfway.finish();
        assert_eq!((code, &*text), (130, "error: stopped; nothing was kept\n"));
        assert_eq!(registered.names(), ["identity", "package", "policy", "receipt", "register", "slow"]);
    }
}

#[test]
fn a_package_that_breaks_off_leaves_nothing_behind() {
    let registered = registered();
    let mut halfway = halfway(&registered, "slow");
    assert!(registered.names().iter().any(|name| name.starts_with("out.partial-")), "it has begun");
    halfway.rest.clear();
    let (code, text) = halfway.finish();
    assert!(code == 20 && text.contains("the package was altered or is not whole"), "{code} {text}");
    assert_eq!(registered.names(), ["identity", "package", "policy", "receipt", "register", "slow"]);
}

#[test]
fn of_two_that_open_to_one_place_the_first_to_end_has_it_and_the_other_leaves_nothing() {
    let registered = registered();
    let slow = halfway(&registered, "slow");
    let (code, text) = told(&registered.command("package", Some("receipt"), &[]).output().unwrap());
    assert_eq!(code, 0, "{text}");
    let (code, text) = slow.finish();
    assert!(code == 3 && text.contains("out exists already"), "{code} {text}");
    holds(&registered.at("out"), &registered.first);
    assert_eq!(registered.names(), ["identity", "out", "package", "policy", "receipt", "register", "slow"]);
}

#[test]
fn of_two_that_run_side_by_side_one_opens() {
    let registered = registered();
    let start = || {
        let mut command = registered.command("package", Some("receipt"), &[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut codes = [start(), start(), start()].map(|child| told(&child.wait_with_output().unwrap()).0);
    codes.sort_unstable();
    assert_eq!(codes, [0, 3, 3]);
    holds(&registered.at("out"), &registered.first);
    assert_eq!(registered.names(), ["identity", "out", "package", "policy", "receipt", "register"]);
}

/// A limit on the size of files stands in for a full disk wherever nothing can be mounted.
#[test]
fn a_file_that_cannot_be_written_whole_leaves_nothing_behind() {
    let registered = registered();
    let opens = registered.command("package", Some("receipt"), &[]);
    let mut limited = Command::new("sh");
    // The shell ignores the signal that would end the program, and the program inherits that; 100 blocks of 512 bytes.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"]).arg(opens.get_program());
    limited.args(opens.get_args()).current_dir(registered.place.path());
    let before = registered.names();
    let (code, text) = told(&limited.output().unwrap());
    assert!(code == 22 && text.contains("what the package holds cannot be written: File too large"), "{code} {text}");
    assert_eq!(registered.names(), before);
}

#[test]
fn a_full_disk_leaves_nothing_behind() {
    let registered = registered();
    let disk = registered.at("disk");
    fs::create_dir(&disk).unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"]).arg(&disk).output();
    if !mount.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let opened = registered.open("package", Some("receipt"), &["--output", "disk/out"]);
    let left = fs::read_dir(&disk).unwrap().count();
    let unmounted = Command::new("umount").arg(&disk).status().unwrap();
    assert!(unmounted.success());
    let (code, text) = opened;
    assert!(code == 22 && text.contains("No space left on device"), "{code} {text}");
    assert_eq!(left, 0, "a partial folder was left");
}
