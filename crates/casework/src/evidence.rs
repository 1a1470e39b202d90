//! What was before whoever decides: a statement commits to it by a salted digest, so that it can be shown later to be what
//! was decided upon, and nobody can guess it from the digest before.

use register::{Digest, Salt};

use crate::answer::{Answer, Answers, AttachedFile};
use crate::case::Case;
use crate::form::Form;

/// What a statement calls the application as it was handed in.
pub const APPLICATION: &str = "application-form";

/// The digest of salt and document, as a statement carries it: SHA-256 over the 32 bytes of the salt and the document.
pub fn salted(salt: Salt, document: &[u8]) -> Digest {
    let mut both = Vec::with_capacity(32 + document.len());
    both.extend_from_slice(&salt.0);
    both.extend_from_slice(document);
    Digest::of(&both)
}

/// The form of a case, where this program has its version.
pub fn form_of(case: &Case) -> Option<&'static Form> {
    Form::named(&case.application.form)
}

/// The answers that were handed in: those to questions that are asked.
pub fn answers(case: &Case) -> Answers {
    form_of(case).map_or_else(|| case.application.answers.clone(), |form| form.submitted(&case.application.answers))
}

/// The application as it was handed in, as one JSON document: its answers, its form's version and its specification, members
/// sorted, without spaces.
pub fn application(case: &Case) -> Vec<u8> {
    let document = serde_json::json!({
        "answers": answers(case),
        "form": case.application.form,
        "specification": case.application.specification,
    });
    document.to_string().into_bytes()
}

/// The files that were handed in, each with the kind that a statement calls it: the question's code without `-file`.
pub fn files(case: &Case) -> Vec<(String, AttachedFile)> {
    let given = answers(case).into_iter().filter_map(|(question, answer)| match answer {
        Answer::Files(files) => Some((question, files)),
        _ => None,
    });
    let kind = |question: &str| question.strip_suffix("-file").unwrap_or(question).to_owned();
    given.flat_map(|(question, files)| files.into_iter().map(move |file| (kind(&question), file))).collect()
}
