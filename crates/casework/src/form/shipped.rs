//! The forms that come with the program, every version that an application may have been made on.

use std::sync::LazyLock;

use super::Form;

/// Each by its code and text, in the order of their versions. A version that has been used is never changed.
const SHIPPED: &[(&str, &str)] = &[("pupil-database", include_str!("../../forms/pupil-database.toml"))];

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| SHIPPED.iter().map(parsed).collect());

impl Form {
    /// The newest version of a form that comes with the program.
    pub fn shipped(code: &str) -> Option<&'static Self> {
        FORMS.iter().filter(|form| form.code == code).max_by_key(|form| form.version)
    }

    /// The form that an application names ([`Form::reference`]), among those that come with the program.
    pub fn named(reference: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.reference() == reference)
    }
}

fn parsed((code, text): &(&str, &str)) -> Form {
    let file = format!("{code}.toml");
    Form::parse(&file, text).unwrap_or_else(|error| unreachable!("a form that comes with the program: {error}"))
}
