//! What was checked, in numbers, and what was found.

use std::fmt;

use serde::Serialize;

use crate::source::Unreadable;

/// How many findings a report lists; the rest are counted.
const LISTED: usize = 50;

/// The result of a verification.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What was checked.
    pub checked: Checked,
    /// What was found wrong, most of it naming a file; at most 50.
    pub findings: Vec<Finding>,
    /// How many more findings there are.
    pub more_findings: usize,
    #[serde(skip)]
    verdict: Verdict,
}

/// What was checked, in numbers.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    /// The log's origin.
    pub origin: String,
    /// Statements under the checkpoint.
    pub size: u64,
    /// The root hash, in base64.
    pub root: String,
    /// Witnesses that cosigned the checkpoint, by the policy.
    pub cosignatures: u64,
    /// Entries hashed.
    pub entries: u64,
    /// Tiles compared.
    pub tiles: u64,
    /// Size of the earlier checkpoint, where one was given.
    pub consistent_since: Option<u64>,
    /// Statements read and held against the rules.
    pub statements: u64,
    /// Public texts held against their digests.
    pub disclosures: u64,
    /// Texts that the statements say are withheld.
    pub withheld: u64,
    /// Texts that the statements say were erased.
    pub erased: u64,
    /// Shares counted anew.
    pub shares: u64,
    /// Releases counted anew.
    pub releases: u64,
    /// Recipients counted anew.
    pub recipients: u64,
    /// Item dictionaries read and held against their statements.
    pub dictionaries: u64,
    /// Items that they list.
    pub items: u64,
    /// Statements at whose checkpoint the published files stand.
    pub files_at: Option<u64>,
    /// Published files computed anew and compared.
    pub files: u64,
    /// Published files of which only size and digest were held against the signed list.
    pub signed_files: u64,
    /// Rows of the register database compared.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, or whatever else it is about.
    pub place: String,
    /// What is wrong with it.
    pub problem: String,
}

/// The verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything verifies.
    #[default]
    Verified,
    /// The log verifies, but the published files are not what it says.
    FilesDiffer,
    /// The log does not verify.
    DoesNotVerify,
    /// Something could not be read.
    CannotRead,
}

impl Verdict {
    /// The exit code, as `--help` gives it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::CannotRead => 3,
            Self::DoesNotVerify => 4,
            Self::FilesDiffer => 5,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::CannotRead => "cannot-read",
            Self::DoesNotVerify => "does-not-verify",
            Self::FilesDiffer => "files-differ",
        }
    }
}

impl Report {
    /// The worst that was found.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(super) fn unreadable(&mut self, unreadable: Unreadable) {
        self.find(Verdict::CannotRead, unreadable.place, unreadable.reason);
    }

    pub(super) fn broken(&mut self, place: impl Into<String>, problem: impl fmt::Display) {
        self.find(Verdict::DoesNotVerify, place.into(), problem.to_string());
    }

    pub(super) fn differs(&mut self, place: impl Into<String>, problem: impl fmt::Display) {
        self.find(Verdict::FilesDiffer, place.into(), problem.to_string());
    }

    fn find(&mut self, verdict: Verdict, place: String, problem: String) {
        self.verdict = self.verdict.max(verdict);
        if self.findings.len() < LISTED {
            self.findings.push(Finding { place, problem });
        } else {
            self.more_findings += 1;
        }
    }

    /// The report as one JSON object and a line feed.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Whole<'a> {
            verdict: &'static str,
            #[serde(flatten)]
            report: &'a Report,
        }
        let whole = Whole { verdict: self.verdict.word(), report: self };
        format!("{}\n", serde_json::to_string_pretty(&whole).unwrap_or_default())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checked = &self.checked;
        if !checked.root.is_empty() {
            writeln!(f, "log           {}", checked.origin)?;
            writeln!(f, "checkpoint    {} statements, root {}", checked.size, checked.root)?;
        }
        let counted = |number: u64, what: &str| format!("{number} {what}");
        let lines = [
            ("cosigned by", checked.cosignatures, counted(checked.cosignatures, "witnesses")),
            (
                "tree",
                checked.entries,
                format!("{} entries and {} tiles hash to that root", checked.entries, checked.tiles),
            ),
            (
                "statements",
                checked.statements,
                format!(
                    "{} keep the rules; {} public texts match their digests, {} are withheld, {} erased",
                    checked.statements, checked.disclosures, checked.withheld, checked.erased
                ),
            ),
            (
                "register",
                checked.shares + checked.recipients,
                format!(
                    "{} shares, {} releases, {} recipients, counted from the log",
                    checked.shares, checked.releases, checked.recipients
                ),
            ),
            (
                "dictionaries",
                checked.dictionaries,
                format!("{} match their digests and list {} items", checked.dictionaries, checked.items),
            ),
            (
                "files",
                checked.files,
                format!(
                    "{} computed again and compared, {} rows of the database among them",
                    checked.files, checked.rows
                ),
            ),
            (
                "spreadsheets",
                checked.signed_files,
                format!(
                    "{} have the size and digest of the signed list; their cells are not computed again, so what they say \
                     rests on the signature alone",
                    checked.signed_files
                ),
            ),
        ];
        for (name, number, line) in lines {
            if number > 0 {
                writeln!(f, "{name:<13} {line}")?;
            }
        }
        if let Some(behind) = checked.files_at.and_then(|at| checked.size.checked_sub(at)).filter(|behind| *behind > 0)
        {
            writeln!(f, "              files stand {behind} statements before the checkpoint; the log holds the rest")?;
        }
        if let Some(size) = checked.consistent_since {
            writeln!(f, "since         the log still contains the checkpoint of {size} statements")?;
        }
        for finding in &self.findings {
            writeln!(f, "PROBLEM       {}: {}", finding.place, finding.problem)?;
        }
        if self.more_findings > 0 {
            writeln!(f, "              and {} more", self.more_findings)?;
        }
        let verdict = match self.verdict {
            Verdict::Verified => "VERIFIED: the register is what its log says, and every published file agrees.",
            Verdict::CannotRead => "NOT CHECKED: something could not be read.",
            Verdict::DoesNotVerify => "DOES NOT VERIFY: the log is not what its checkpoint and rules say.",
            Verdict::FilesDiffer => "FILES DIFFER: the log verifies, but a published file is not what the log says.",
        };
        writeln!(f, "{verdict}")
    }
}
