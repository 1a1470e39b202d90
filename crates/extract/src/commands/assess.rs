//! `rollcall-extract assess`: how easily people could be found in what a specification asks for.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use package::assessment::AssessedDataset;
use package::document::to_json;
use package::{Assessment, Specification};

use crate::assess::{Scenarios, assess};
use crate::sources::Sources;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The specification, as the desk gives it
    #[arg(value_name = "SPECIFICATION")]
    specification: PathBuf,
    /// The file that says which datasets lie where
    #[arg(long, value_name = "FILE")]
    sources: PathBuf,
    /// Who might look for somebody; those that come with the program where it is left out
    #[arg(long, value_name = "FILE")]
    scenarios: Option<PathBuf>,
    /// The file to write. It holds exact counts and stays in the custodian's hands
    #[arg(long, value_name = "FILE.json")]
    out: PathBuf,
    /// How many threads count
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: u8,
}

/// Counts, writes the file, and prints the counts that a panel asks for first.
///
/// # Errors
/// If a file cannot be read or written, or something cannot be counted. Nothing is written then.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let path = &arguments.specification;
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let specification = Specification::parse(&bytes).with_context(|| path.display().to_string())?;
    let sources = Sources::read(&arguments.sources)?;
    let scenarios = Scenarios::read(arguments.scenarios.as_deref())?;
    let found = assess(&specification, &sources, &scenarios, arguments.threads.into())?;
    write(&arguments.out, to_json(&found)?.as_bytes()).with_context(|| arguments.out.display().to_string())?;
    print!("{}", summary(&found));
    for intruder in &found.intruders {
        let knows = |dataset: &AssessedDataset| dataset.scenarios.iter().any(|one| one.intruder == intruder.code);
        if !found.datasets.iter().any(knows) {
            eprintln!("The scenario {:?} knows no column of this specification.", intruder.code);
        }
    }
    eprintln!("The file holds exact counts. Keep it; do not publish it.");
    Ok(())
}

/// Writes a file whole, or not at all.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn summary(found: &Assessment) -> String {
    let mut lines = String::new();
    for dataset in &found.datasets {
        lines += &format!("{}: {} people in {} rows\n", dataset.name, dataset.people, dataset.rows);
        for scenario in &dataset.scenarios {
            let risk = &scenario.risk;
            lines += &format!(
                "  {}: {} alone, {} in classes under 5, {} under 10; {} correct matches to expect\n",
                scenario.intruder, risk.unique, risk.under_5, risk.under_10, risk.expected_matches
            );
        }
        if let Some(path) = &dataset.minimisation {
            lines += &format!("  towards less: {} alone as it is asked for\n", path.at_first.unique);
            for step in &path.steps {
                lines += &format!(
                    "    {} {}: {} alone, at a cost of {}\n",
                    step.item, step.treatment, step.risk.unique, step.cost_so_far
                );
            }
        }
    }
    lines
}
