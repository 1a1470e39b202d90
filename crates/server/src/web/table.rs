//! Lists as tables for a spreadsheet (RFC 4180). No cell can run as a formula.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::response::{IntoResponse, Response};
use register::download::safe_cell;

use super::problem::Problem;

/// A table to take, under this file name; where it is one of several, with the address of the next in the header `Link`
/// (RFC 8288).
///
/// # Errors
/// Only if there is no room for it.
pub fn csv<const N: usize>(
    file: &'static str,
    head: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    next: Option<String>,
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
    let mut response = (headers, bytes).into_response();
    if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}
