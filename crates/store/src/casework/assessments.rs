//! The files of assessments: sealed as documents are, and known by their content. They hold exact counts, so they are kept
//! apart from a case's own documents, which its applicant may save. Who may see one is not said here.

use std::io::Read;

use register::{Digest, Moment};
use rusqlite::Transaction;

use super::documents::{Document, DocumentId, Documents, Kind, Received};
use crate::data_folder::hex;
use crate::error::{Result, StoreError};

/// Makes an assessment's file durable. It has no row yet: dropped, it leaves nothing behind.
///
/// # Errors
/// A fault of the disk, or more bytes than a document may have.
pub fn receive(documents: &Documents, json: &[u8]) -> Result<Received> {
    let mut incoming = documents.receive(super::documents::LARGEST)?;
    incoming.write(json)?;
    incoming.finish_as("assessment.json", Kind::Json)
}

/// Keeps it as one of this case's.
///
/// # Errors
/// A fault of the database.
pub fn put(
    documents: &Documents,
    transaction: &Transaction<'_>,
    received: Received,
    reference: &str,
    now: Moment,
) -> Result<DocumentId> {
    documents.put(transaction, received, &holder(reference), now)
}

/// The assessment of this digest; nothing where the case has none.
///
/// # Errors
/// A fault of the database.
pub fn find(
    documents: &Documents,
    transaction: &Transaction<'_>,
    reference: &str,
    digest: Digest,
) -> Result<Option<Document>> {
    let wanted = hex(&digest.0);
    Ok(documents.of(transaction, &holder(reference))?.into_iter().find(|document| document.digest == wanted))
}

/// What it says.
///
/// # Errors
/// If its file is gone or was changed.
pub fn read(documents: &Documents, document: &Document) -> Result<Vec<u8>> {
    let mut json = Vec::with_capacity(usize::try_from(document.size).unwrap_or_default());
    let read = documents.content(document)?.read_to_end(&mut json);
    read.map_err(|source| StoreError::Sealed { id: document.id.0, source: Some(source) })?;
    Ok(json)
}

/// No case has such a reference, since none has a line break in it.
fn holder(reference: &str) -> String {
    format!("{reference}\nassessments")
}
