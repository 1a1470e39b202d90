//! `rollcall-extract subject`: every release that held a person, for the answer to their request.

use std::fmt::Write;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::membership::{ReleaseRecord, releases_of};
use crate::zone::Zone;

/// The longest input from which an identifier is read.
const MOST_INPUT: u64 = 65_536;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The person's identifier, exactly as it stands in the records; better `-` or nothing, and the identifier on standard
    /// input: a command line can be read by everybody on this machine, and stays in the shell's history
    #[arg(value_name = "ID", default_value = "-")]
    identifier: String,
    /// The zone's folder
    #[arg(long, value_name = "FOLDER")]
    zone: PathBuf,
    /// Print JSON: a list of releases, empty for somebody who was in none
    #[arg(long)]
    json: bool,
}

/// Prints every release that held the person.
///
/// # Errors
/// If no identifier is given, or the zone cannot be read. To have been in no release is no error.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let zone = Zone::open(&arguments.zone)?;
    let identifier = if arguments.identifier == "-" {
        read(std::io::stdin().lock())?
    } else {
        eprintln!(
            "note: others on this machine can read a command line; give the identifier on standard input instead"
        );
        arguments.identifier.clone()
    };
    let releases = releases_of(&zone, &identifier)?;
    let text = if arguments.json { serde_json::to_string_pretty(&releases)? + "\n" } else { in_words(&releases) };
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes())?;
    Ok(())
}

/// The one line of an input.
fn read(input: impl Read) -> anyhow::Result<String> {
    let mut text = String::new();
    input.take(MOST_INPUT).read_to_string(&mut text).context("standard input: expected an identifier in UTF-8")?;
    let line = text.trim_end_matches(['\r', '\n']);
    if line.is_empty() || line.contains('\n') || text.len() as u64 == MOST_INPUT {
        bail!("standard input: expected one line with the identifier");
    }
    Ok(line.to_owned())
}

/// The answer, in words for the person.
fn in_words(releases: &[ReleaseRecord]) -> String {
    let mut text = match releases.len() {
        0 => return "This person was in no release.\n".to_owned(),
        1 => "This person was in 1 release.\n".to_owned(),
        count => format!("This person was in {count} releases.\n"),
    };
    for release in releases {
        let ReleaseRecord { share, sequence, release, date, datasets } = release;
        let _ = writeln!(text, "\nShare {share}, release {sequence} ({release}), made on {date}");
        for dataset in datasets {
            let _ = writeln!(text, "  {}: {}", dataset.name, dataset.items.join(", "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::DatasetRecord;

    #[test]
    fn an_identifier_is_one_line_and_keeps_its_spaces() {
        assert_eq!(read(&b"A1\r\n"[..]).unwrap(), "A1");
        assert_eq!(read(&b" A 1 "[..]).unwrap(), " A 1 ");
        for wrong in [&b""[..], b"\n", b"A1\nA2\n", b"\xff"] {
            assert!(read(wrong).is_err());
        }
    }

    #[test]
    fn the_answer_names_share_day_dataset_and_items() {
        assert_eq!(in_words(&[]), "This person was in no release.\n");
        let items = vec!["upn".to_owned(), "gender".to_owned()];
        let one = ReleaseRecord {
            share: "DS00123".to_owned(),
            sequence: 2,
            release: "R-2".to_owned(),
            date: "2026-03-01".parse().unwrap(),
            datasets: vec![DatasetRecord { name: "School Census".to_owned(), items }],
        };
        let said = "This person was in 1 release.\n\nShare DS00123, release 2 (R-2), made on 2026-03-01\n  \
                    School Census: upn, gender\n";
        assert_eq!(in_words(&[one]), said);
    }
}
