//! The HDR UK columns as ODS and XLSX. `register::download` writes their CSV, which anybody can compute again; of these the
//! list gives the digest, and a test holds their cells against the CSV's.

use std::io;
use std::path::Path;

use register::Register;
use register::hdr_uk::{self, COLUMNS};
use register::listing::ListedFile;

use super::digest_of;
use crate::durable::Replacement;
use crate::error::Result;
use crate::spreadsheet::{self, Form, Sheet};

/// The name of the sheet.
const NAME: &str = "Data uses";

pub(super) fn write(public: &Path, register: &Register) -> Result<Vec<(ListedFile, Replacement)>> {
    let forms = Form::ALL.iter().filter_map(|form| {
        let ending = form.ending();
        Some((*form, hdr_uk::SPREADSHEETS.iter().find(|path| path.ends_with(ending))?))
    });
    forms.map(|(form, path)| write_one(form, path, public, register)).collect()
}

fn write_one(form: Form, path: &str, public: &Path, register: &Register) -> Result<(ListedFile, Replacement)> {
    let sheet = Sheet { name: NAME, columns: COLUMNS, as_at: register.last_logged() };
    let replacement = Replacement::of(&public.join(path))?;
    replacement.write(|out| {
        let rows = register.shares().iter().flat_map(|share| hdr_uk::rows_of(register, share));
        spreadsheet::write(form, &sheet, rows.map(io::Result::Ok), out)
    })?;
    Ok((digest_of(replacement.path(), path)?, replacement))
}
