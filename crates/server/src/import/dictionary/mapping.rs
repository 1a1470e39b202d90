//! A mapping of items: which column of somebody's table of variables means what, as a TOML file.
//! `docs/how-to/import-item-dictionaries.md` explains every key.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use register::statement::check_code;
use serde::Deserialize;

use crate::import::mapping::{CsvOptions, Headers, MAX_MAPPING, MappingError};
use crate::import::value::header_key;

/// Mappings that come with the program, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("npd-variables", include_str!("../../../mappings/npd-variables.toml")),
    ("npd-all-datasets", include_str!("../../../mappings/npd-all-datasets.toml")),
    ("plain-items", include_str!("../../../mappings/plain-items.toml")),
];

/// How one publisher's tables of variables are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ItemMapping {
    /// What the tables are called.
    pub title: String,
    /// Where a dataset's name comes from, unless the command gives it.
    #[serde(default)]
    pub dataset: DatasetFrom,
    /// Names of datasets by the names of their sheets; they go before `dataset`.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// The edition, unless the command gives it.
    pub edition: Option<String>,
    /// What becomes of sheets without the headers.
    #[serde(default)]
    pub other_sheets: OtherSheets,
    /// What becomes of cells that hold a formula.
    #[serde(default)]
    pub formulas: Formulas,
    /// How a CSV file is written.
    #[serde(default)]
    pub csv: CsvOptions,
    /// Headers that are left out on purpose; any other header that no column names is reported.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// The columns that are read.
    #[serde(rename = "column")]
    pub columns: Vec<ItemColumn>,
}

/// Where a dataset's name comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatasetFrom {
    /// From the command.
    #[default]
    Command,
    /// From the first text of the sheet, above its headers.
    Title,
    /// From the sheet's name.
    Sheet,
}

/// What becomes of sheets that have no row with the headers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherSheets {
    /// They are a problem.
    #[default]
    Refuse,
    /// They are reported by name and left out.
    LeaveOut,
}

/// What becomes of a cell that holds a formula.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Formulas {
    /// It is a problem.
    #[default]
    Refuse,
    /// What it showed when the file was saved is taken, with a warning.
    TakeShown,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ItemColumn {
    /// The header, or several that sheets use; white space and case do not matter.
    pub header: Headers,
    /// What it gives.
    pub to: ItemTarget,
    /// For facts: which one, by its code.
    pub name: Option<String>,
    /// For classes: the scheme's code.
    pub scheme: Option<String>,
    /// Whether a table may lack the column.
    #[serde(default)]
    pub may_be_missing: bool,
    /// Values that mean the same as an empty cell.
    #[serde(default)]
    pub empty: Vec<String>,
}

/// What a column gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemTarget {
    /// The item's name.
    Alias,
    /// The field of the source system.
    Field,
    /// A name that it had before.
    FormerName,
    /// The years for which it was collected.
    Years,
    /// What it means.
    Description,
    /// Which values it takes.
    Values,
    /// How it is classified.
    Class,
    /// A coded fact.
    Fact,
}

impl ItemMapping {
    /// The mapping of this name that comes with the program, or the one in the file of this path.
    ///
    /// # Errors
    /// A [`MappingError`] that names the key and what was expected.
    pub fn named(name: &str) -> Result<Self, MappingError> {
        if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return Self::parse(name, text);
        }
        let unreadable = |error| MappingError::Unreadable { path: name.to_owned(), error };
        match std::fs::metadata(Path::new(name)) {
            Ok(file) if file.len() > MAX_MAPPING => Err(MappingError::TooLarge { path: name.to_owned() }),
            Ok(_) => Self::parse(name, &std::fs::read_to_string(name).map_err(unreadable)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let shipped: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
                Err(MappingError::UnknownItems(name.to_owned(), shipped.join(", ")))
            }
            Err(error) => Err(unreadable(error)),
        }
    }

    /// Reads a mapping from the text of its file.
    ///
    /// # Errors
    /// A [`MappingError`] that names the key and what was expected.
    pub fn parse(name: &str, text: &str) -> Result<Self, MappingError> {
        let toml = |error| MappingError::Toml { name: name.to_owned(), error: Box::new(error) };
        let mapping: Self = toml::from_str(text).map_err(toml)?;
        match mapping.check() {
            Ok(()) => Ok(mapping),
            Err((place, detail)) => Err(MappingError::Nonsense { name: name.to_owned(), place, detail }),
        }
    }

    /// The columns of a target.
    pub(super) fn alias(&self) -> &ItemColumn {
        // Checked: there is exactly one.
        self.columns.iter().find(|column| column.to == ItemTarget::Alias).unwrap_or(&self.columns[0])
    }

    fn check(&self) -> Result<(), (String, String)> {
        let mut headers = HashSet::new();
        let mut once = HashSet::new();
        for column in &self.columns {
            let place = || format!("column \"{}\"", column.header.shown());
            let wrong = |detail: &str| Err((place(), detail.to_owned()));
            if column.header.all().is_empty() {
                return wrong("expected a header");
            }
            for header in column.header.all() {
                if !headers.insert(header_key(header)) {
                    return wrong("two columns have this header; expected each header once");
                }
            }
            match (column.to, &column.scheme, &column.name) {
                (ItemTarget::Class, Some(scheme), None) => {
                    check_code(scheme).map_err(|error| (place(), format!("scheme: {error}")))?;
                }
                (ItemTarget::Class, ..) => return wrong("to = \"class\" needs a scheme, and no name"),
                (ItemTarget::Fact, None, Some(name)) => {
                    check_code(name).map_err(|error| (place(), format!("name: {error}")))?;
                }
                (ItemTarget::Fact, ..) => return wrong("to = \"fact\" needs a name, and no scheme"),
                (_, None, None) => {}
                _ => return wrong("only classes have a scheme and only facts a name"),
            }
            let many = column.to == ItemTarget::FormerName;
            if !many && !once.insert((column.to, &column.scheme, &column.name)) {
                return wrong("another column gives the same; only former names may stand in several");
            }
            if column.to == ItemTarget::Alias && column.may_be_missing {
                return wrong("the column of names may not be missing");
            }
        }
        if !once.contains(&(ItemTarget::Alias, &None, &None)) {
            return Err(("column".to_owned(), "expected one column to = \"alias\"".to_owned()));
        }
        Ok(())
    }
}
