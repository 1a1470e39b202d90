//! The documents behind a share's statements, by their digests: whoever comes to hold one, by request or by publication,
//! can tell whether it is the one that was before whoever decided. The documents themselves are not here.

use register::Digest;
use register::statement::{Body, Evidence};

use super::database::StatementView;
use super::{story, words};

/// One document of which a statement carries the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What kind of document, in plain words.
    pub kind: String,
    /// The digest as a statement writes it.
    pub digest: Digest,
    /// Whether a salt was hashed before the document, so that nobody can guess at its content.
    pub salted: bool,
    /// The statement that carries it.
    pub statement: u64,
    /// What that statement is.
    pub title: String,
    /// When that happened, in words.
    pub at: String,
}

impl Document {
    /// The digest as command lines print it.
    pub fn hex(&self) -> String {
        self.digest.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The documents of these statements, in the order of the log.
pub fn documents(statements: &[StatementView]) -> Vec<Document> {
    statements.iter().flat_map(of_statement).collect()
}

/// Whether one of them can be told only with its salt.
pub fn any_salted(documents: &[Document]) -> bool {
    documents.iter().any(|document| document.salted)
}

fn of_statement(view: &StatementView) -> Vec<Document> {
    let Some(read) = &view.statement else { return Vec::new() };
    let document = |kind: String, digest, salted| Document {
        kind,
        digest,
        salted,
        statement: view.index,
        title: story::title(view),
        at: words::date(view.at),
    };
    let evidence = |evidence: &Evidence| document(kind(&evidence.kind), evidence.digest, true);
    let mut documents: Vec<Document> = read.evidence.iter().map(evidence).collect();
    match &read.body {
        Body::ShareAgreed(body) => {
            documents.extend(body.agreement.map(|digest| document("Agreement".to_owned(), digest, false)));
        }
        Body::ReleaseRegistered(body) => {
            let kind = format!("Manifest of release {}", body.release);
            documents.extend(body.manifest.map(|digest| document(kind, digest, false)));
        }
        _ => {}
    }
    documents
}

/// A kind in plain words: its code says most of them.
fn kind(code: &str) -> String {
    match code {
        "dpia" => "Data protection impact assessment".to_owned(),
        code => words::plain(code),
    }
}
