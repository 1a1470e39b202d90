//! The forms that come with the program, every version that an application may have been made on.

use super::Form;

/// Each by its code and version. A version that has been used is never changed.
const SHIPPED: &[(&str, u32, &str)] = &[("pupil-database", 1, include_str!("../../forms/pupil-database.toml"))];

impl Form {
    /// The newest version of a form that comes with the program.
    pub fn shipped(code: &str) -> Option<Self> {
        let newest = SHIPPED.iter().filter(|(known, ..)| *known == code).max_by_key(|(_, version, _)| *version)?;
        Some(parsed(newest))
    }

    /// The form that an application names ([`Form::reference`]), among those that come with the program.
    pub fn named(reference: &str) -> Option<Self> {
        SHIPPED.iter().find(|(code, version, _)| reference == format!("{code}-{version}")).map(parsed)
    }
}

fn parsed((code, _, text): &(&str, u32, &str)) -> Form {
    let file = format!("{code}.toml");
    Form::parse(&file, text).unwrap_or_else(|error| unreachable!("a form that comes with the program: {error}"))
}
