//! Lists as tables for a spreadsheet (RFC 4180). No cell can run as a formula.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use register::download::safe_cell;

use super::problem::Problem;

/// A table to take, under this file name.
///
/// # Errors
/// Only if there is no room for it.
pub fn csv<const N: usize>(
    file: &'static str,
    head: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Response, Problem> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let written = table.write_record(head).and_then(|()| {
        rows.into_iter().try_for_each(|row| table.write_record(row.iter().map(|cell| safe_cell(cell).into_owned())))
    });
    written.map_err(|_| Problem::Fault)?;
    let bytes = table.into_inner().map_err(|_| Problem::Fault)?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
    ];
    Ok((headers, bytes).into_response())
}
