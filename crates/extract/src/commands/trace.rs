//! `rollcall-extract trace`: which share a leaked file came from.

use std::fmt::Write;
use std::path::PathBuf;

use crate::trace::{Finding, Found, trace};
use crate::zone::Zone;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file: text of any kind, CSV, either also compressed with zstd, or Parquet
    file: PathBuf,
    /// The zone's folder
    #[arg(long, value_name = "FOLDER")]
    zone: PathBuf,
    /// Look in this column only; without it, wherever something looks like a pseudonym
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the shares whose keys made values of the file, and never a value.
///
/// # Errors
/// If the file or the zone cannot be read. That no share is found is no error.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let zone = Zone::open(&arguments.zone)?;
    let finding = trace(&zone, &arguments.file, arguments.column.as_deref())?;
    let text = if arguments.json { serde_json::to_string_pretty(&finding)? + "\n" } else { in_words(&finding) };
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes())?;
    Ok(())
}

fn in_words(finding: &Finding) -> String {
    let Finding { shares, values, of_no_share, not_tried, keys, accident_below_one_in } = finding;
    let count = |count: u64| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
    let mut text = String::new();
    for Found { share, values } in shares {
        let _ = writeln!(text, "Share {share}: {} came from it.", count(*values));
    }
    let _ = match (shares.len(), values) {
        (0, 0) => writeln!(text, "Nothing in the file looks like a pseudonym."),
        (0, _) => writeln!(text, "No share of this zone: none of its {keys} keys made a value of the file."),
        _ => writeln!(text, "The chance that one of them is an accident is below 1 in {accident_below_one_in}."),
    };
    if *of_no_share > 0 && !shares.is_empty() {
        let _ =
            writeln!(text, "{} more looked like pseudonyms, and came from none of {keys} shares.", count(*of_no_share));
    }
    if *not_tried > 0 {
        let others = "were not tried under every key, since too many before them came from no share";
        let _ = writeln!(text, "{} {others}; name a column to try those in it.", count(*not_tried));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_names_shares_and_no_value() {
        let nothing = Finding {
            shares: Vec::new(),
            values: 0,
            of_no_share: 0,
            not_tried: 0,
            keys: 10_000,
            accident_below_one_in: 1 << 45,
        };
        assert_eq!(in_words(&nothing), "Nothing in the file looks like a pseudonym.\n");
        let none = Finding { values: 3, of_no_share: 3, ..nothing.clone() };
        assert_eq!(in_words(&none), "No share of this zone: none of its 10000 keys made a value of the file.\n");
        let found = |share: &str, values| Found { share: share.to_owned(), values };
        let two = Finding {
            shares: vec![found("DS-1", 20), found("DS-2", 1)],
            values: 22,
            of_no_share: 1,
            accident_below_one_in: 1_000,
            ..nothing
        };
        let said = "Share DS-1: 20 values came from it.\nShare DS-2: 1 value came from it.\nThe chance that one of them is an \
                    accident is below 1 in 1000.\n1 value more looked like pseudonyms, and came from none of 10000 shares.\n";
        assert_eq!(in_words(&two), said);
    }
}
