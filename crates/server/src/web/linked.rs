//! Descriptions for programs that read pages and catalogues: DCAT 3 at `/catalogue.jsonld`, schema.org within pages.
//!
//! Both say what the register says and no more. It publishes no licence of its own, so none is claimed here. The context
//! stands in the document, so that nobody has to fetch one to read it.

mod dcat;
mod schema_org;

pub use dcat::catalogue;
pub use schema_org::{dataset, description, script, whole_register};

/// What a download holds and how, by its name: a media type, and the specification that it keeps to.
fn form(path: &str) -> (&'static str, Option<&'static str>) {
    match path.rsplit('.').next() {
        Some("csv") => ("text/csv", Some("https://www.rfc-editor.org/rfc/rfc4180")),
        Some("jsonl") => ("application/x-ndjson", Some("https://www.rfc-editor.org/rfc/rfc8259")),
        Some("sqlite") => ("application/vnd.sqlite3", Some("https://www.sqlite.org/fileformat2.html")),
        Some("ods") => ("application/vnd.oasis.opendocument.spreadsheet", None),
        Some("xlsx") => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", None),
        _ => ("application/octet-stream", None),
    }
}
