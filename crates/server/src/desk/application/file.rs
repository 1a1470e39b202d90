//! Files that answer a question: handed in on its page, and given out for saving to whoever may see them.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use casework::answer::{Answer, AttachedFile};
use casework::form::{Kind, Question};
use casework::permission::{self, Sight};
use casework::{Case, Command};
use register::Digest;
use store::casework::documents::Document;

use super::Opened;
use super::question::{self, again};
use crate::desk::Desk;
use crate::desk::files::{self, Upload};
use crate::desk::giving::Given;
use crate::desk::input::Errors;
use crate::desk::page::see;
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

/// The digest as the store writes it.
fn hex(digest: Digest) -> String {
    digest.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Digest> {
    let mut bytes = [0_u8; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    (text.len() == 64).then_some(Digest(bytes))
}

/// Files of an answer so far.
fn held(case: &Case, id: &str) -> Vec<AttachedFile> {
    match case.application.answers.get(id) {
        Some(Answer::Files(files)) => files.clone(),
        _ => Vec::new(),
    }
}

/// `POST /desk/application/<reference>/question/<id>/file`
pub async fn hand_in(
    State(desk): State<Desk>,
    Path((reference, id)): Path<(String, String)>,
    upload: Upload,
) -> Result<Response, Problem> {
    let opened = Opened::to_write(&desk, &upload.by, &reference).await?;
    let question: &'static Question = opened.form.question(&id).ok_or(Problem::NotFound)?;
    let Kind::Files { at_most } = question.kind else { return Err(Problem::NotFound) };
    let seen: Option<u64> = upload.fields.text(question::SEEN).parse().ok();
    let refused = match upload.file {
        files::Given::Nothing => question.missing(),
        files::Given::Refused(refusal) => refusal.to_string(),
        files::Given::Received(_) if held(&opened.case, &id).len() >= at_most => {
            format!("{} must be {at_most} files or fewer; remove one first", question.title())
        }
        files::Given::Received(received) => {
            let digest = from_hex(&received.digest).ok_or(Problem::Fault)?;
            let file = AttachedFile { bytes: received.size, digest, name: received.name.clone() };
            let mut files = held(&opened.case, &id);
            if files.iter().all(|held| held.digest != digest) {
                files.push(file);
            }
            let command = Command::SaveAnswers { answers: BTreeMap::from([(id.clone(), Some(Answer::Files(files)))]) };
            let (at, by) = (desk.clone(), upload.by.clone());
            let given = desk
                .write(move |transaction| {
                    at.documents().put(transaction, received, &reference, at.now())?;
                    match at.give_as(transaction, &by.actor, Some(&reference), seen, command)? {
                        Given::Taken(case) => Ok(case),
                        // The file's row must not outlive the answer that was not taken.
                        Given::Wanting(_) => Err(Problem::Bad("This file cannot be taken here.".to_owned())),
                    }
                })
                .await;
            given?;
            desk.bell().ring();
            return Ok(see(&opened.question_address(&id)));
        }
    };
    again(&desk, &upload.by, opened, &id, Errors::one("file", refused)).await
}

/// `/desk/application/<reference>/file/<digest>`
pub async fn save(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = Opened::of(&desk, &by, &reference).await?;
    let seen = permission::sees_of(&by.actor, Sight::Files, &opened.case);
    let digest: Digest = digest.parse().ok().filter(|_| seen).ok_or(Problem::NotFound)?;
    let (at, wanted) = (desk.clone(), hex(digest));
    let documents: Vec<Document> =
        desk.read(move |transaction| Ok(at.documents().of(transaction, &reference)?)).await?;
    let document = documents.into_iter().find(|document| document.digest == wanted).ok_or(Problem::NotFound)?;
    files::attachment(&desk, document).await
}
