//! Pass one: a whole file under a mapping becomes an edition, or every problem in it.

mod columns;
mod gather;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use register::statement::{Access, ReleaseRegistered, ShareImported, Statement};
use register::vocabulary::{Channel, Ground, Outcome};
use register::{Body, Digest, Disclosure, Moment, PartialDate, Salt};

use self::columns::Columns;
use self::gather::{Gathered, ShareRow};
use super::mapping::{EditionFrom, Gives, Mapping, MappingError};
use super::problem::{Place, Problem, Problems, Warning, shortened};
use super::workbook::{self, FileError, Limits};

/// A register as it was published on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The source's code.
    pub source: String,
    /// The edition's date.
    pub edition: PartialDate,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Its shares, in the file's order.
    pub shares: Vec<ImportedShare>,
    /// What its publisher should look at.
    pub warnings: Vec<Warning>,
}

impl Edition {
    /// How many releases its shares have.
    pub fn releases(&self) -> usize {
        self.shares.iter().map(|share| share.releases.len()).sum()
    }

    /// How many organisations its shares name.
    pub fn recipients(&self) -> usize {
        let names = self.shares.iter().map(|share| share.body.access.recipient.name.as_str());
        names.collect::<std::collections::HashSet<_>>().len()
    }
}

/// One share of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedShare {
    /// Its reference.
    pub reference: String,
    /// What stands in the leaf in clear.
    pub body: ShareImported,
    /// Its texts, by name.
    pub texts: Vec<ImportedText>,
    /// Its releases, in the file's order.
    pub releases: Vec<ImportedRelease>,
}

/// One text.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedText {
    /// The field's name.
    pub name: String,
    /// The text.
    pub value: String,
    /// Whether it is withheld: on which ground, and until when.
    pub withheld: Option<(Ground, Option<PartialDate>)>,
}

impl std::fmt::Debug for ImportedText {
    /// Leaves the text out: a withheld one must not reach a log line by way of an error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportedText").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One release of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRelease {
    /// What stands in the leaf in clear.
    pub body: ReleaseRegistered,
    /// When it happened, as exactly as the file says; else the edition's date.
    pub at: PartialDate,
    /// Its texts, by name.
    pub texts: Vec<ImportedText>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping cannot be used.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The file cannot be read at all.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing says which edition the file is.
    #[error("{file}: the edition's date is not known; expected {expected}")]
    NoEdition {
        /// The file.
        file: String,
        /// Where a date can be given.
        expected: &'static str,
    },
    /// The file can be read and cells in it are wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
}

/// Reads a file from the disk, whatever its size, without taking more of it into memory than is ever read.
///
/// # Errors
/// An [`ImportError`] that says everything that is wrong.
pub fn read_file(path: &Path, mapping: &Mapping, edition: Option<PartialDate>) -> Result<Edition, ImportError> {
    use std::io::Read;
    let file = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let limits = Limits::STANDARD;
    let unreadable = |error| FileError::Unreadable { file: path.display().to_string(), error };
    let opened = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    opened.take(limits.file + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    read(&file, &bytes, mapping, edition)
}

/// Reads a file of this name and these bytes. `edition` is the date that the command gives; it goes before the
/// mapping's.
///
/// # Errors
/// An [`ImportError`] that says everything that is wrong.
pub fn read(file: &str, bytes: &[u8], mapping: &Mapping, edition: Option<PartialDate>) -> Result<Edition, ImportError> {
    let edition = edition_date(file, mapping, edition)?;
    let workbook = workbook::open(file, bytes, mapping, &Limits::STANDARD)?;
    if workbook.sheets.len() == 1 && workbook.sheets[0].rows.is_empty() {
        return Err(FileError::Empty { file: file.to_owned() }.into());
    }
    let digest = Digest::of(bytes);
    let mut gathered = Gathered::new(file, mapping);
    // Shares come first, whatever the order of the tables, so that details and releases find theirs.
    for gives in [Gives::Shares, Gives::Details, Gives::Releases] {
        for table in mapping.tables.iter().filter(|table| table.gives == gives) {
            if let Some((sheet, columns)) = Columns::find(table, &workbook, &mut gathered.notes) {
                gathered.take(table, sheet, &columns);
            }
        }
    }
    drop(workbook);
    finish(gathered, mapping, edition, digest)
}

fn edition_date(file: &str, mapping: &Mapping, given: Option<PartialDate>) -> Result<PartialDate, ImportError> {
    let (date, expected) = match (given, mapping.edition) {
        (Some(date), _) | (None, EditionFrom::Date(date)) => (Some(date), ""),
        (None, EditionFrom::FileName) => {
            (date_in(file), "a date in the file's name such as register-2021-02.xlsx, or --edition 2021-02")
        }
        (None, EditionFrom::Command) => (None, "--edition 2021-02, or edition = \"2021-02\" in the mapping"),
    };
    date.ok_or_else(|| ImportError::NoEdition { file: file.to_owned(), expected })
}

/// The first day or month in a text that is not part of a longer number.
fn date_in(text: &str) -> Option<PartialDate> {
    let digits = |from: usize| text.as_bytes().get(from).is_some_and(u8::is_ascii_digit);
    for start in 0..text.len() {
        if start > 0 && digits(start - 1) {
            continue;
        }
        for length in [10, 7] {
            let found = text.get(start..start + length).and_then(|part| part.parse().ok());
            if found.is_some() && !digits(start + length) {
                return found;
            }
        }
    }
    None
}

/// Problems and warnings, as they come up.
struct Notes {
    problems: Problems,
    warnings: Vec<Warning>,
}

impl Notes {
    fn warn(&mut self, place: Place, message: impl Into<String>) {
        self.warnings.push(Warning { place, message: message.into() });
    }
}

/// The largest leaf that an import makes. A later correction of everything in it, with the names of what it clears, must
/// fit as well.
const MAX_IMPORTED: usize = 60_000;

/// Checks what only the whole file shows, and makes the edition.
fn finish(
    gathered: Gathered<'_>,
    mapping: &Mapping,
    edition: PartialDate,
    digest: Digest,
) -> Result<Edition, ImportError> {
    let Gathered { shares: rows, mut notes, .. } = gathered;
    let mut shares = Vec::with_capacity(rows.len());
    for row in rows {
        let place = row.place.clone();
        if let Some(share) = share_of(row, mapping, edition, &mut notes) {
            check_share(&share, edition, place, &mut notes);
            shares.push(share);
        }
    }
    if shares.is_empty() && notes.problems.count == 0 {
        notes.problems.add(Problem::new(Place::default(), "a row below the headers; there is none"));
    }
    if notes.problems.count > 0 {
        return Err(notes.problems.into());
    }
    warn_of_similar_names(&shares, &mut notes);
    Ok(Edition { source: mapping.source.clone(), edition, digest, shares, warnings: notes.warnings })
}

fn share_of(row: ShareRow, mapping: &Mapping, edition: PartialDate, notes: &mut Notes) -> Option<ImportedShare> {
    for (number, table) in mapping.tables.iter().enumerate() {
        if table.gives == Gives::Details && table.needed && !row.details.contains(&number) {
            let sheet = table.sheet.as_deref().unwrap_or_default();
            let expected = format!("a row of sheet \"{sheet}\" with this reference; there is none");
            notes.problems.add(Problem::new(row.place.clone(), expected).finding(&row.reference));
        }
    }
    let Some(mut recipient) = row.recipient.map(|(recipient, _)| recipient) else {
        let expected = "a row of this reference that names the recipient; there is none";
        notes.problems.add(Problem::new(row.place, expected).finding(&row.reference));
        return None;
    };
    recipient.sector = row.sector.map(|(sector, _)| sector);
    recipient.ids = row.ids.into_iter().map(|(scheme, (id, _))| (scheme, id)).collect();
    let constants = &mapping.constants;
    let mut bases = row.bases;
    bases.extend(constants.bases.iter().map(|basis| super::value::folded(basis)));
    let access = Access {
        bases: bases.into_iter().collect(),
        channel: row.channel.value().or(constants.channel).unwrap_or(Channel::Imported),
        datasets: row.datasets.into_iter().map(Into::into).collect(),
        facts: row.facts.into_iter().map(|(name, (value, _))| (name, value)).collect(),
        recipient,
        route: row.route.value().or(constants.route),
    };
    let date = |date: Option<(PartialDate, Place)>| date.map(|(date, _)| date);
    let body = ShareImported {
        access,
        applied: date(row.applied),
        decided: date(row.decided),
        end: date(row.end),
        outcome: row.outcome.value().or(constants.outcome),
        source: mapping.source.clone(),
        start: date(row.start),
    };
    let mut releases = row.releases;
    for release in &mut releases {
        release.at = release.body.released.unwrap_or(edition);
        release.body.source = Some(mapping.source.clone());
    }
    let texts = row.texts.into_values().map(|(text, _)| text).collect();
    Some(ImportedShare { reference: row.reference, body, texts, releases })
}

/// What the register would refuse, found before anything is published.
fn check_share(share: &ImportedShare, edition: PartialDate, place: Place, notes: &mut Notes) {
    if let Some(outcome) = share.body.outcome
        && !outcome.allows_release()
        && !share.releases.is_empty()
    {
        let expected = format!("no release of a share that is {}; it has {}", outcome.code(), share.releases.len());
        notes.problems.add(Problem::new(place.clone(), expected).finding(&share.reference));
    }
    if let (Some(start), Some(end)) = (share.body.start, share.body.end)
        && end.last_day() < start.last_day()
    {
        notes.warn(place.clone(), format!("share {} ends ({end}) before it starts ({start})", share.reference));
    }
    let mut too_large = |body: Body, texts: &[ImportedText], what: &str| {
        let problem = match leaf_size(share, body, texts, edition) {
            Ok(size) if size <= MAX_IMPORTED => return,
            Ok(size) => {
                format!("at most {MAX_IMPORTED} bytes of datasets, bases and facts in {what}; there are {size}")
            }
            Err(error) => format!("what a statement can hold in {what}: {error}"),
        };
        notes.problems.add(Problem::new(place.clone(), problem).finding(&share.reference));
    };
    too_large(share.body.clone().into(), &share.texts, "one share");
    for release in &share.releases {
        too_large(release.body.clone().into(), &release.texts, "one release");
    }
}

/// The size of the leaf that the statement will make: digests are as long for an empty text as for a long one.
fn leaf_size(
    share: &ImportedShare,
    body: Body,
    texts: &[ImportedText],
    edition: PartialDate,
) -> Result<usize, register::statement::StatementError> {
    let Ok(logged) = Moment::from_seconds(0) else { return Ok(0) };
    let mut statement = Statement::new("i".repeat(50), edition, logged, body).about(&share.reference);
    for text in texts {
        let stand_in = Disclosure::seal(Salt([0; 32]), &text.name, "");
        statement = match text.withheld {
            Some((ground, opens)) => statement.withholding(&stand_in, ground, opens),
            None => statement.sealing([&stand_in]),
        };
    }
    statement.to_leaf().map(|leaf| leaf.len())
}

/// Names that differ in case or punctuation only stay apart, as their publisher wrote them, and are pointed out.
fn warn_of_similar_names(shares: &[ImportedShare], notes: &mut Notes) {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for share in shares {
        let name = share.body.access.recipient.name.as_str();
        let key: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let names = groups.entry(key).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for names in groups.values().filter(|names| names.len() > 1) {
        let listed: Vec<String> = names.iter().map(|name| format!("\"{}\"", shortened(name))).collect();
        notes.warn(Place::default(), format!("{} may be the same organisation", listed.join(" and ")));
    }
}

/// A value that rows of one share give, with what happens where they differ.
#[derive(Default)]
enum Agreed<T> {
    /// No row gives one.
    #[default]
    Nothing,
    /// All rows so far give this one.
    All(T, Place),
    /// Rows differ, and the mapping says that no value counts then.
    Differ,
}

impl<T> Agreed<T> {
    fn value(self) -> Option<T> {
        match self {
            Self::All(value, _) => Some(value),
            Self::Nothing | Self::Differ => None,
        }
    }
}

type References = HashMap<String, usize>;
type Decided = Agreed<Outcome>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_date_is_found_in_a_file_name() {
        let found = |name| date_in(name).map(|date| date.to_string());
        assert_eq!(found("nhs-digital-release-register-2021-02.xlsx").as_deref(), Some("2021-02"));
        assert_eq!(found("2023-09-07 shares.ods").as_deref(), Some("2023-09-07"));
        assert_eq!(found("überblick_2020-13_2020-12.csv").as_deref(), Some("2020-12"));
        for name in ["register.xlsx", "12021-02.csv", "2021-021.csv", "2021.csv", "é"] {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
