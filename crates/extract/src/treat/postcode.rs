//! Postcodes as sector (`AB1 2`), district (`AB1`) or region, by a table of districts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringBuilder};
use package::specification::PostcodeTo;

use super::{Fault, Faults};

/// Which region each postcode district lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regions(HashMap<String, String>);

/// Why a table of regions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegionsError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A line of it is not in form.
    #[error("{path}, line {line}: expected {expected}")]
    Form {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
}

impl Regions {
    /// Reads a CSV file of two columns, `district,region`.
    ///
    /// # Errors
    /// If it cannot be read, or the first line that is not in form.
    pub fn read(path: &Path) -> Result<Self, RegionsError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| RegionsError::File { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|(line, expected)| RegionsError::Form { path: path.to_owned(), line, expected })
    }

    fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
        if lines.next().is_none_or(|(_, header)| header != "district,region") {
            return Err((1, "the header district,region"));
        }
        let mut regions = HashMap::new();
        for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let form = "a postcode district, a comma and a region, without quotation marks";
            let (district, region) = line.split_once(',').ok_or((number, form))?;
            let fine = is_district(district) && !region.is_empty() && !region.contains([',', '"']);
            if !fine {
                return Err((number, form));
            }
            if regions.insert(district.to_owned(), region.to_owned()).is_some() {
                return Err((number, "each district once"));
            }
        }
        Ok(Self(regions))
    }
}

pub(super) fn treat(array: &ArrayRef, to: PostcodeTo) -> Result<ArrayRef, Fault> {
    mapped(array, "expected a postcode such as AB1 2CD", |text| {
        let (district, sector) = parts(text)?;
        Some(if to == PostcodeTo::Sector { format!("{district} {sector}") } else { district })
    })
}

pub(super) fn to_region(array: &ArrayRef, regions: &Regions) -> Result<ArrayRef, Fault> {
    mapped(array, "expected a postcode such as AB1 2CD, of a district in the table of regions", |text| {
        regions.0.get(&parts(text)?.0).cloned()
    })
}

fn mapped(array: &ArrayRef, expected: &str, to: impl Fn(&str) -> Option<String>) -> Result<ArrayRef, Fault> {
    let mut faults = Faults::default();
    let mut coarse = StringBuilder::with_capacity(array.len(), array.len() * 6);
    for (row, text) in array.as_string::<i32>().iter().enumerate() {
        let value = text.and_then(&to);
        if text.is_some() && value.is_none() {
            faults.at(row);
        }
        coarse.append_option(value);
    }
    faults.or(Arc::new(coarse.finish()), || expected.to_owned())
}

/// The district and the sector's digit of a postcode, however it is spaced and in whichever case.
fn parts(text: &str) -> Option<(String, char)> {
    let plain: String = text.chars().filter(|letter| *letter != ' ').collect::<String>().to_ascii_uppercase();
    if !plain.is_ascii() || plain.len() < 5 {
        return None;
    }
    let (district, rest) = plain.split_at(plain.len() - 3);
    let [digit, first, second] = rest.as_bytes() else { return None };
    let fine = digit.is_ascii_digit() && first.is_ascii_uppercase() && second.is_ascii_uppercase();
    (fine && is_district(district)).then(|| (district.to_owned(), char::from(*digit)))
}

/// One or two letters, a digit, and perhaps another digit or letter.
fn is_district(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &text.as_bytes()[letters..];
    (1..=2).contains(&letters)
        && match rest {
            [digit] => digit.is_ascii_digit(),
            [digit, last] => digit.is_ascii_digit() && (last.is_ascii_digit() || last.is_ascii_uppercase()),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_postcode_keeps_its_sector_or_its_district_and_never_its_unit(
            district in "[A-Z]{1,2}[0-9][0-9A-Z]?", digit in "[0-9]", unit in "[A-Z]{2}", space in " ?", small in any::<bool>(),
        ) {
            let text = format!("{district}{space}{digit}{unit}");
            let text = if small { text.to_lowercase() } else { text };
            let array: ArrayRef = Arc::new(StringArray::from(vec![Some(text), None]));
            let sector = treat(&array, PostcodeTo::Sector).unwrap();
            prop_assert_eq!(sector.as_string::<i32>().value(0), format!("{district} {digit}"));
            let coarse = treat(&array, PostcodeTo::District).unwrap();
            prop_assert_eq!(coarse.as_string::<i32>().value(0), district);
        }

        #[test]
        fn any_other_text_is_a_fault(text in "\\PC{0,12}") {
            let array: ArrayRef = Arc::new(StringArray::from(vec![text.clone()]));
            if let Ok(sector) = treat(&array, PostcodeTo::Sector) {
                let sector = sector.as_string::<i32>().value(0).replace(' ', "");
                prop_assert!(text.replace(' ', "").to_ascii_uppercase().starts_with(&sector));
                prop_assert!(sector.len() + 2 == text.replace(' ', "").len());
            }
        }
    }

    #[test]
    fn regions_come_from_a_table_and_a_district_outside_of_it_is_a_fault() {
        let regions = Regions::parse("district,region\nAB1,North\nEC1A,London\n").unwrap();
        let array: ArrayRef = Arc::new(StringArray::from(vec!["ec1a 1bb", "AB1 2CD"]));
        let found = to_region(&array, &regions).unwrap();
        assert_eq!(found.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["London", "North"]);
        let array: ArrayRef = Arc::new(StringArray::from(vec!["AB1 2CD", "ZZ9 9ZZ"]));
        assert_eq!(to_region(&array, &regions).unwrap_err().row, 1);
        assert_eq!(Regions::parse("district,region\nAB1,North\nAB1,South"), Err((3, "each district once")));
        assert_eq!(Regions::parse("AB1,North").unwrap_err().0, 1);
    }
}
