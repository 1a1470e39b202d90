//! What the zone holds, as a file says it: which datasets lie where, and for each column its item, its classes on every
//! scheme, and what it tells about a person.
//!
//! ```toml
//! region-table = "regions.csv" # district,region: only where postcodes may leave as regions
//!
//! [[dataset]]
//! name = "School Census"      # as specifications name it
//! path = "census"             # a Parquet or CSV file, or a folder of them, from the folder of this file
//! person = "upn"              # the column that identifies a person, the same in every dataset
//! year = "year"               # the column with the calendar year in which a row's school year begins; where all
//!                             # rows are of one year, of-year = 1997 instead
//! born = "birth_date"         # the column with the date of birth, where there is one: it gives the cohort
//!
//! [[dataset.column]]
//! name = "upn"
//! item = "upn"                # its address in the item dictionary
//! quasi-identifier = false
//! sensitive = false
//! classes = { dfe-identification-risk = "1", dfe-sensitivity = "E", npd-tier = "1" }
//! ```
//!
//! A column without a class may stand here, and is never released.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use register::Class;
use serde::Deserialize;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is no such file.
    #[error("{path}: {message}")]
    Form {
        /// Which.
        path: PathBuf,
        /// Where, and what was expected there.
        message: String,
    },
}

/// All datasets of the zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// In the order of the file.
    pub datasets: Vec<Dataset>,
    /// A CSV file that says in which region each postcode district lies.
    pub region_table: Option<PathBuf>,
}

/// One dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The name that specifications use.
    pub name: String,
    /// A file, or a folder of files.
    pub path: PathBuf,
    /// The column that identifies a person.
    pub person: String,
    /// The column with the calendar year in which a row's school year begins.
    pub year: Option<String>,
    /// The year of all rows, where no column says it.
    pub of_year: Option<u16>,
    /// The column with the date of birth.
    pub born: Option<String>,
    /// What is known of its columns.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the data.
    pub name: String,
    /// The item's address in the dictionary.
    pub item: String,
    /// How it is classified, sorted by scheme, each scheme once.
    pub classes: Vec<Class>,
    /// Whether somebody could know its value of a person, and find that person by it.
    pub quasi_identifier: bool,
    /// Whether learning its value would harm.
    pub sensitive: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawFile {
    dataset: Vec<RawDataset>,
    region_table: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawDataset {
    name: toml::Spanned<String>,
    path: PathBuf,
    person: toml::Spanned<String>,
    year: Option<toml::Spanned<String>>,
    of_year: Option<u16>,
    born: Option<toml::Spanned<String>>,
    #[serde(default)]
    column: Vec<RawColumn>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawColumn {
    name: toml::Spanned<String>,
    item: toml::Spanned<String>,
    #[serde(default)]
    classes: BTreeMap<String, String>,
    #[serde(default)]
    quasi_identifier: bool,
    #[serde(default)]
    sensitive: bool,
}

impl Sources {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, or the first line that is not in form.
    pub fn read(path: &Path) -> Result<Self, SourcesError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| SourcesError::File { path: path.to_owned(), source })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder).map_err(|message| SourcesError::Form { path: path.to_owned(), message })
    }

    /// Reads the text of such a file, whose paths begin at `folder`.
    ///
    /// # Errors
    /// The line, and what was expected there.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let raw: RawFile = toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
        let line = |at: &toml::Spanned<String>| text[..at.span().start].lines().count().max(1);
        let once = |seen: &mut BTreeSet<String>, at: &toml::Spanned<String>, what: &str| {
            if at.get_ref().is_empty() {
                return Err(format!("line {}: expected a {what}", line(at)));
            }
            if seen.insert(at.get_ref().clone()) {
                Ok(())
            } else {
                Err(format!("line {}: the {what} {:?} stands twice", line(at), at.get_ref()))
            }
        };
        let mut names = BTreeSet::new();
        let mut datasets = Vec::new();
        for dataset in raw.dataset {
            once(&mut names, &dataset.name, "dataset")?;
            if dataset.year.is_some() && dataset.of_year.is_some() {
                return Err(format!("line {}: expected year or of-year, and not both", line(&dataset.name)));
            }
            let (mut columns, mut items) = (BTreeSet::new(), BTreeSet::new());
            for column in &dataset.column {
                once(&mut columns, &column.name, "column")?;
                once(&mut items, &column.item, "item")?;
            }
            datasets.push(Dataset {
                name: dataset.name.into_inner(),
                path: folder.join(dataset.path),
                person: dataset.person.into_inner(),
                year: dataset.year.map(toml::Spanned::into_inner),
                of_year: dataset.of_year,
                born: dataset.born.map(toml::Spanned::into_inner),
                columns: dataset.column.into_iter().map(column).collect(),
            });
        }
        Ok(Self { datasets, region_table: raw.region_table.map(|path| folder.join(path)) })
    }

    /// The dataset of this name.
    pub fn dataset(&self, name: &str) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.name == name)
    }
}

impl Dataset {
    /// The column that holds an item.
    pub fn column_of(&self, item: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.item == item)
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

fn column(raw: RawColumn) -> Column {
    let classes = raw.classes.into_iter().map(|(scheme, value)| Class { scheme, value });
    Column {
        name: raw.name.into_inner(),
        item: raw.item.into_inner(),
        classes: classes.collect(),
        quasi_identifier: raw.quasi_identifier,
        sensitive: raw.sensitive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
[[dataset]]
name = "School Census"
path = "census"
person = "upn"
year = "year"

[[dataset.column]]
name = "upn"
item = "upn"
classes = { npd-tier = "1", dfe-identification-risk = "1" }

[[dataset.column]]
name = "gender"
item = "gender"
quasi-identifier = true
"#;

    #[test]
    fn a_file_says_what_each_column_is() {
        let sources = Sources::parse(FILE, Path::new("/records")).unwrap();
        let census = sources.dataset("School Census").unwrap();
        assert_eq!(census.path, Path::new("/records/census"));
        let schemes: Vec<&str> = census.columns[0].classes.iter().map(|class| class.scheme.as_str()).collect();
        assert_eq!(schemes, ["dfe-identification-risk", "npd-tier"]);
        assert!(census.column_of("gender").unwrap().quasi_identifier && census.born.is_none());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let twice = FILE.replace("item = \"gender\"", "item = \"upn\"");
        assert_eq!(Sources::parse(&twice, Path::new("")).unwrap_err(), "line 15: the item \"upn\" stands twice");
        let unknown = FILE.replace("quasi-identifier", "quasi");
        assert!(Sources::parse(&unknown, Path::new("")).unwrap_err().contains("unknown field `quasi`"));
    }
}
