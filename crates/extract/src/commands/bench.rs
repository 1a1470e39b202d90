//! `rollcall-extract bench`: measured beside its peers.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::Sources;
use crate::bench::{Bench, ours};

/// What a Python of the peers must have, and in which versions we have measured them.
const PACKAGES: &str = "duckdb==2.0.1 polars==2.1.0 polars-hash==0.9.3 suda==0.2.2 pandas==2.3.3";

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder that `synth` wrote. The targets are for 20 million census rows: --people 1580000 --years 6
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// A Python that has DuckDB, Polars and suda
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
    /// How often each work is done; times are medians
    #[arg(long, value_name = "NUMBER", default_value = "3")]
    turns: NonZero<u8>,
}

/// One job of it.
#[derive(Debug, clap::Args)]
pub struct Job {
    /// The job, and what it takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

/// Measures, and prints a table whose last line says which targets are reached.
///
/// # Errors
/// If the data or a peer is not there, a program fails, or two give different answers. A target that is not reached is none.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = arguments.data.canonicalize().with_context(|| arguments.data.display().to_string())?;
    Sources::read(&data.join("sources.toml")).context(
        "expected a folder that was written by `rollcall-extract synth --people 1580000 --years 6 --seed 1`",
    )?;
    let has = Command::new(&arguments.python).args(["-c", "import duckdb, polars, polars_hash, suda, pandas"]).output();
    let has = has.with_context(|| arguments.python.display().to_string())?;
    if !has.status.success() {
        bail!("{}: expected a Python with the peers: pip install {PACKAGES}", arguments.python.display());
    }
    let beside = data.parent().with_context(|| format!("{}: expected a folder within another", data.display()))?;
    // On the disk of the data, since a folder for temporary files may be in memory.
    let work =
        tempfile::Builder::new().prefix(".bench-").tempdir_in(beside).with_context(|| beside.display().to_string())?;
    let bench = Bench { data, python: arguments.python.clone(), turns: arguments.turns.get().into() };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let table = bench.run(work.path())?;
    println!("load before: {}", load.split(' ').next().unwrap_or_default());
    print!("{}", table.text());
    Ok(())
}

/// Does one job in this process.
///
/// # Errors
/// If the job fails.
pub fn job(arguments: &Job) -> anyhow::Result<()> {
    ours::run(&arguments.words)
}
