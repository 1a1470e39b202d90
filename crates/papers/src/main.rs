//! `rollcall-papers`: a paper as JSON on standard input, PDF on standard output. It takes no argument, reads no file and
//! opens no connection, and bounds its own time and memory, so that whoever runs it has little to fear from a paper.

use std::io::{Read, Write};
use std::process::ExitCode;

use casework::paper::Paper;
use rustix::process::{Resource, Rlimit, setrlimit};

/// The most bytes that are read.
const LARGEST: u64 = 16 << 20;

/// Bytes of memory, and seconds of a processor's time. The largest paper takes a third of either.
const MEMORY: u64 = 3 << 30;
const SECONDS: u64 = 120;

fn main() -> ExitCode {
    match run() {
        Ok(pdf) => match std::io::stdout().write_all(&pdf) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(problem) => {
            eprintln!("rollcall-papers: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Vec<u8>, String> {
    for (resource, most) in [(Resource::As, MEMORY), (Resource::Cpu, SECONDS)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|error| format!("its limits cannot be set: {error}"))?;
    }
    let mut json = Vec::new();
    std::io::stdin()
        .take(LARGEST + 1)
        .read_to_end(&mut json)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    if json.len() as u64 > LARGEST {
        return Err(format!("expected a paper of at most {LARGEST} bytes"));
    }
    // Where it is, and not what stands there: a paper's texts are not for logs.
    let paper: Paper = serde_json::from_slice(&json)
        .map_err(|error| format!("expected a paper as JSON; line {}, column {}", error.line(), error.column()))?;
    papers::pdf(paper).map_err(|fault| fault.to_string())
}
