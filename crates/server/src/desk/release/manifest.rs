//! Handing in what the data zone measured, with the key of its package. Neither is kept unless both hold: the manifest is
//! signed by the engine and holds nothing beyond the approval, and the key is one that this server can open.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::permission::{Sight, may};
use casework::{Case, Command, CommandKind, Rule};
use package::document::Signed;
use package::sealed::PackageKey;
use package::{Instruction, Manifest};
use store::casework::releases::{self, KeptManifest};

use super::sent::Sent;
use super::{DIFFERENCES, ReleasePage};
use crate::desk::Desk;
use crate::desk::decision::seen;
use crate::desk::files::Held;
use crate::desk::giving::Given;
use crate::desk::input::Errors;
use crate::desk::page::{see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;
use crate::web::words;

/// `POST /desk/case/…/release/manifest`
pub async fn hand_in(State(desk): State<Desk>, Path(reference): Path<String>, sent: Sent) -> Result<Response, Problem> {
    let Sent { by, fields, manifest, key } = sent;
    let case = desk.case(&by, &reference, Sight::Releases).await?;
    if !may(&by.actor, CommandKind::HandInManifest, case.organisation) {
        return Err(Problem::Forbidden);
    }
    let (seen, now) = (seen(&fields)?, desk.now());
    let Some(instruction) = open_instruction(&desk, &case).await? else {
        return Err(Problem::Conflict(Rule::InstructionMissing.to_string()));
    };
    // Both are read where no other request waits for it.
    let reading = desk.clone();
    let read = tokio::task::spawn_blocking(move || read(&reading, manifest, key)).await.map_err(|_| Problem::Fault)?;
    let (signed, sealed_key) = match read {
        Ok(read) => read,
        Err(errors) => return Ok(with_errors(&ReleasePage::of(&desk, &by, &case, errors).await?)),
    };
    let manifest = signed.unverified().clone();
    let differences = manifest.beyond(&instruction);
    let given = {
        let kept = KeptManifest { digest: signed.digest(), file: signed.to_string().into_bytes(), sealed_key };
        let (writer, by, reference) = (desk.clone(), by.clone(), reference.clone());
        let command = Command::HandInManifest { instruction: Box::new(instruction), manifest: Box::new(manifest) };
        desk.write(move |transaction| {
            let given = writer.give_as(transaction, &by.actor, Some(&reference), seen, command)?;
            if let Given::Taken(case) = &given {
                releases::keep_manifest(transaction, &reference, case.seq, &kept, now)?;
            }
            Ok(given)
        })
        .await?
    };
    let errors = match given {
        Given::Taken(case) => return Ok(see(&Head::of(&case).at("release"))),
        Given::Wanting(errors) if differences.is_empty() => errors,
        Given::Wanting(_) => {
            let count = words::count(differences.len() as u64, "thing", "things");
            Errors::one("manifest", format!("The manifest holds {count} that nobody approved. Nothing was handed in"))
        }
    };
    let mut page = ReleasePage::of(&desk, &by, &case, errors).await?;
    page.difference_count = differences.len();
    page.differences = differences.iter().take(DIFFERENCES).map(ToString::to_string).collect();
    Ok(with_errors(&page))
}

/// The instruction that is open, as it was signed.
async fn open_instruction(desk: &Desk, case: &Case) -> Result<Option<Instruction>, Problem> {
    let Some(open) = case.open_release() else { return Ok(None) };
    let (reference, digest) = (case.reference.clone(), open.instruction);
    let kept = desk.read(move |transaction| Ok(releases::instruction(transaction, &reference, digest)?)).await?;
    // An event without its file was written by something else than this desk.
    let Some(file) = kept else { return Ok(None) };
    let signed = Signed::<Instruction>::parse(&file).map_err(|error| {
        tracing::error!(%error, "an instruction that was kept cannot be read");
        Problem::Fault
    })?;
    Ok(Some(signed.unverified().clone()))
}

/// What was sent, as far as it can be believed; the text of a key is in no error.
fn read(desk: &Desk, manifest: Held, key: Held) -> Result<(Signed<Manifest>, String), Errors> {
    let mut errors = Errors::default();
    let too_large = |limit: usize| format!("Choose a file of at most {}", words::size(limit as u64));
    let Some(engine) = desk.engine() else {
        return Err(Errors::one("manifest", "The settings of this server do not name the key of the extract engine"));
    };
    let signed = match manifest {
        Held::Nothing => Err("Choose the file that the data zone calls the manifest".to_owned()),
        Held::TooLarge(limit) => Err(too_large(limit)),
        Held::Whole(bytes) => Signed::<Manifest>::parse(&bytes)
            .and_then(|signed| signed.verified_by(engine).map(|_| ()).map(|()| signed))
            .map_err(|error| words::capitalised(&error.to_string())),
    };
    let sealed = match key {
        Held::Nothing => Err("Choose the file that the data zone calls the key".to_owned()),
        Held::TooLarge(limit) => Err(too_large(limit)),
        Held::Whole(bytes) => match String::from_utf8(bytes) {
            Ok(text) if PackageKey::unsealed(&text, desk.keys().release()).is_ok() => Ok(text),
            _ => {
                Err("Choose the key that was made with this manifest: this file is not a package’s key that is sealed \
                      to this server"
                    .to_owned())
            }
        },
    };
    match (signed, sealed) {
        (Ok(signed), Ok(sealed)) => Ok((signed, sealed)),
        (signed, sealed) => {
            signed.err().into_iter().for_each(|error| errors.add("manifest", error));
            sealed.err().into_iter().for_each(|error| errors.add("key-file", error));
            Err(errors)
        }
    }
}
