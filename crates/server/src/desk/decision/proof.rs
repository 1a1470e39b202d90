//! The evidence of a decision: the application as it was handed in and each of its files, committed to by salted digests
//! that stand in the public statement, and kept with their salts so that they can be shown to be what was decided upon.

use std::io::Read as _;

use axum::extract::{Path, State};
use axum::response::Response;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use casework::permission::Sight;
use casework::{Case, evidence};
use register::statement::Evidence;
use register::{Digest, Salt};
use store::StoreError;
use store::casework::documents::Document;
use store::casework::evidence::{self as kept, Content, Kept};

use crate::desk::Desk;
use crate::desk::files;
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

/// A document of a case, as a page lists it.
pub struct Shown {
    /// What kind of document.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// The digest that stands in the statement.
    pub digest: String,
    /// The salt that opens it.
    pub salt: String,
    /// Where it is downloaded.
    pub address: String,
}

/// What is before whoever decides now, each under a salt of its own.
///
/// # Errors
/// [`Problem::Bad`] where a file of the application is not there.
pub async fn gather(desk: &Desk, case: &Case) -> Result<Vec<Kept>, Problem> {
    let (of, case) = (desk.clone(), case.clone());
    desk.read(move |transaction| {
        let mut salts = store::publisher::salts()?;
        let application = evidence::application(&case);
        let salt = salts();
        let mut all = vec![Kept {
            digest: evidence::salted(salt, &application),
            kind: evidence::APPLICATION.to_owned(),
            name: format!("application-{}.json", case.reference),
            salt,
            content: Content::Bytes(application),
        }];
        let documents = of.documents().of(transaction, &case.reference)?;
        for (kind, file) in evidence::files(&case) {
            let Some(document) = documents.iter().find(|document| is_file(document, file.digest)) else {
                let missing =
                    format!("The file “{}” of the application is not here, so nothing can be decided.", file.name);
                return Err(Problem::Bad(missing));
            };
            let salt = salts();
            let digest = evidence::salted(salt, &whole(&of, document)?);
            all.push(Kept { digest, kind, name: file.name, salt, content: Content::File(file.digest) });
        }
        Ok(all)
    })
    .await
}

/// How the statement commits to them.
pub fn committed(all: &[Kept]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> =
        all.iter().map(|one| Evidence { digest: one.digest, kind: one.kind.clone() }).collect();
    evidence.sort_by(|a, b| (&a.kind, a.digest).cmp(&(&b.kind, b.digest)));
    evidence
}

/// The evidence of a case, for whoever sees the audit trail.
pub async fn of(desk: &Desk, case: &Case) -> Result<Vec<Shown>, Problem> {
    let reference = case.reference.clone();
    let all = desk.read(move |transaction| Ok(kept::of(transaction, &reference)?)).await?;
    // A proposal that was taken back left evidence that no decision commits to.
    let stands = |one: &Kept| {
        case.decisions.iter().any(|(_, decision)| decision.evidence.iter().any(|it| it.digest == one.digest))
    };
    let shown = all.into_iter().filter(stands).map(|one| Shown {
        kind: label(&one.kind),
        address: format!("/desk/case/{}/decision/evidence/{}", words::encode(&case.reference), one.digest),
        digest: one.digest.to_string(),
        salt: encoded(one.salt),
        name: one.name,
    });
    Ok(shown.collect())
}

/// `GET /desk/case/…/decision/evidence/…`: one document, for saving.
pub async fn download(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::AuditTrail).await?;
    let digest: Digest = digest.parse().map_err(|_| Problem::NotFound)?;
    let of = desk.clone();
    let (one, document) = desk
        .read(move |transaction| {
            let all = kept::of(transaction, &case.reference)?;
            let one = all.into_iter().find(|one| one.digest == digest).ok_or(Problem::NotFound)?;
            let document = match &one.content {
                Content::Bytes(_) => None,
                Content::File(file) => {
                    let documents = of.documents().of(transaction, &case.reference)?;
                    Some(documents.into_iter().find(|document| is_file(document, *file)).ok_or(Problem::NotFound)?)
                }
            };
            Ok((one, document))
        })
        .await?;
    match (document, one.content) {
        (Some(document), _) => files::attachment(&desk, document).await,
        (None, Content::Bytes(bytes)) => Ok(files::saved(&one.name, "application/json", bytes)),
        (None, Content::File(_)) => Err(Problem::NotFound),
    }
}

/// What a page calls a kind of document.
pub fn label(kind: &str) -> String {
    match kind {
        evidence::APPLICATION => "The application as it was handed in".to_owned(),
        "dpia" => "Data protection impact assessment".to_owned(),
        other => words::plain(other),
    }
}

fn encoded(salt: Salt) -> String {
    Base64UrlUnpadded::encode_string(&salt.0)
}

/// Whether a document is the file of this digest.
fn is_file(document: &Document, digest: Digest) -> bool {
    let hex: String = digest.0.iter().map(|byte| format!("{byte:02x}")).collect();
    document.digest == hex
}

fn whole(desk: &Desk, document: &Document) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    let read = desk.documents().content(document)?.read_to_end(&mut content);
    read.map_err(|source| StoreError::Sealed { id: document.id.0, source: Some(source) })?;
    Ok(content)
}
