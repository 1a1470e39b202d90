//! The release of a demonstration case: signed with the keys of the folder and of an engine that is made for it. No data is
//! behind it and no package is kept; the numbers are invented, as everything here is.

use casework::release::Asked;
use casework::{Case, Command};
use package::document::Signed;
use package::instruction::{Format, Instruction};
use package::manifest::{Manifest, MeasuredColumn, MeasuredFile};
use package::sealed::{Identity, PackageKey};
use register::{Count, Digest, Moment};
use rusqlite::Transaction;
use store::casework::releases::{self, KeptManifest};

use super::Player;
use crate::demo::DemoError;

impl Player<'_> {
    /// A public key; whoever demonstrates opens nothing, so its other half is not kept.
    pub(super) fn give_key() -> Command {
        Command::GiveRecipientKey { key: Identity::generate().to_public().to_string() }
    }

    pub(super) fn instruct(
        &self,
        transaction: &Transaction<'_>,
        case: &Case,
        at: Moment,
        wrong: &dyn Fn(&str) -> DemoError,
    ) -> Result<Command, DemoError> {
        let casework::case::Progress::Agreed(agreement) = &case.progress else { return Err(wrong("an agreement")) };
        let asked = Asked { format: Format::Parquet, people_at_most: None, valid_until: agreement.end };
        let instruction = case
            .instruction(asked, &self.keys.recipient().to_string(), at)
            .map_err(|refusal| wrong(&refusal.to_string()))?;
        let signed =
            Signed::sign(instruction.clone(), self.keys.instruction()).map_err(|error| wrong(&error.to_string()))?;
        let file = signed.to_string();
        releases::keep_instruction(transaction, &case.reference, signed.digest(), file.as_bytes(), at)?;
        Ok(Command::InstructRelease { instruction: Box::new(instruction) })
    }

    pub(super) fn hand_in(
        &self,
        transaction: &Transaction<'_>,
        case: &Case,
        (people, rows): (u64, u64),
        at: Moment,
        wrong: &dyn Fn(&str) -> DemoError,
    ) -> Result<Command, DemoError> {
        let open = case.open_release().ok_or_else(|| wrong("an instruction"))?;
        let kept = releases::instruction(transaction, &case.reference, open.instruction)?;
        let signed =
            Signed::<Instruction>::parse(&kept.unwrap_or_default()).map_err(|error| wrong(&error.to_string()))?;
        let instruction = signed.unverified().clone();
        let manifest = manifest(&instruction, open.instruction, (people, rows), at);
        let measured = Signed::sign(manifest.clone(), &self.engine).map_err(|error| wrong(&error.to_string()))?;
        let sealed = PackageKey::generate().sealed_to(&self.keys.recipient());
        let kept = KeptManifest {
            digest: measured.digest(),
            file: measured.to_string().into_bytes(),
            sealed_key: sealed.map_err(|error| wrong(&error.to_string()))?,
        };
        // Kept under the event that this command brings, which is the next.
        releases::keep_manifest(transaction, &case.reference, case.seq + 1, &kept, at)?;
        Ok(Command::HandInManifest { instruction: Box::new(instruction), manifest: Box::new(manifest) })
    }

    pub(super) fn confirm_release(case: &Case, wrong: &dyn Fn(&str) -> DemoError) -> Result<Command, DemoError> {
        let handed_in = case.open_release().and_then(casework::release::Release::handed_in);
        let manifest = handed_in.ok_or_else(|| wrong("a manifest"))?.measured.manifest;
        Ok(Command::ConfirmRelease { manifest })
    }
}

/// As if every item had left for every year that was approved.
fn manifest(instruction: &Instruction, digest: Digest, (people, rows): (u64, u64), at: Moment) -> Manifest {
    let mut files: Vec<MeasuredFile> = Vec::new();
    for (number, part) in instruction.specification.datasets.iter().enumerate() {
        let delivered = || part.items.iter().filter(|item| item.treatment.code() != "drop");
        let first = delivered().map(|item| item.first_year).min().unwrap_or_default();
        let last = delivered().map(|item| item.last_year).max().unwrap_or_default();
        let covered = |year: &u16| delivered().any(|item| item.first_year <= *year && *year <= item.last_year);
        let cohorts = &instruction.specification.cohorts;
        let columns = delivered().map(|item| MeasuredColumn {
            classes: item.classes.clone(),
            cohorts: if item.cohorts.is_empty() { cohorts.clone() } else { item.cohorts.clone() },
            distinct: Count::banded(people / 100),
            item: item.item.clone(),
            name: item.name.clone(),
            nulls: Count::banded(0),
            treatment: item.treatment.clone(),
            years: (item.first_year..=item.last_year).collect(),
        });
        files.push(MeasuredFile {
            bytes: rows * 12,
            columns: columns.collect(),
            dataset: part.name.clone(),
            cohorts: cohorts.clone(),
            name: format!("{}-{}.parquet", number + 1, register::dictionary::dataset_address(&part.name)),
            people: Count::banded(people),
            rows: Count::banded(rows),
            sha256: Digest::of(part.name.as_bytes()),
            years: (first..=last).filter(covered).collect(),
        });
    }
    Manifest {
        cohorts: Vec::new(),
        engine: "demonstration".to_owned(),
        files,
        instruction: digest,
        made: at,
        people: Count::banded(people),
        release: instruction.release.clone(),
        sequence: instruction.sequence,
        share: instruction.share.clone(),
        specification: instruction.specification_digest(),
        v: Manifest::VERSION,
    }
}
