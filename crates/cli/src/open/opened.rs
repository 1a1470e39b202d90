//! What was opened, in words.

use std::fmt;
use std::path::{Path, PathBuf};

use package::Manifest;
use package::receipt::Checked;
use register::Count;

/// What was opened, and why it was allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    manifest: Manifest,
    output: PathBuf,
    log: String,
    index: u64,
    size: u64,
    witnesses: Vec<String>,
}

impl Opened {
    pub(super) fn new(checked: &Checked, output: &Path) -> Self {
        let satisfied = &checked.satisfied;
        Self {
            manifest: checked.manifest.unverified().clone(),
            output: output.to_owned(),
            log: satisfied.log.name().to_owned(),
            index: checked.index,
            size: satisfied.checkpoint.size,
            witnesses: satisfied.cosigned.iter().map(|by| by.witness.name().to_owned()).collect(),
        }
    }
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manifest { files, people, release, share, .. } = &self.manifest;
        writeln!(f, "share         {share}")?;
        writeln!(f, "release       {release}")?;
        writeln!(f, "people        {}", Told(*people))?;
        writeln!(f, "rows          {}", total(files.iter().map(|file| file.rows)))?;
        writeln!(f, "files         {} and the manifest, in {}", files.len(), self.output.display())?;
        for file in files {
            let (rows, people) = (Told(file.rows), Told(file.people));
            writeln!(f, "  {}: {}, {rows} rows, {people} people, {} bytes", file.name, file.dataset, file.bytes)?;
        }
        writeln!(f, "log           {}, statement {} of {}", self.log, self.index, self.size)?;
        match &self.witnesses[..] {
            [] => writeln!(f, "witnesses     none; the policy asks for none")?,
            names => writeln!(f, "witnesses     {} vouch for it: {}", names.len(), names.join(", "))?,
        }
        writeln!(f, "OPENED        counts are rounded to 10")
    }
}

struct Told(Count);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Count::Under(limit) => write!(f, "under {limit}"),
            Count::Exactly(number) => write!(f, "{number}"),
        }
    }
}

/// The sum of counts, and how many there are that say no number.
fn total(counts: impl Iterator<Item = Count>) -> String {
    let (mut sum, mut small) = (0_u64, 0);
    for count in counts {
        match count {
            Count::Exactly(number) => sum = sum.saturating_add(number),
            Count::Under(_) => small += 1,
        }
    }
    if small == 0 { sum.to_string() } else { format!("{sum}, and under 10 in each of {small} more") }
}
