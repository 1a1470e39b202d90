//! The assessment of a case as it was kept, read again and checked again.

use casework::Case;
use package::assessment::Assessment;
use package::document::parse_json;
use store::casework::assessments;

use crate::desk::Desk;
use crate::desk::problem::Problem;

/// The assessment that holds; nothing where none was added. Whoever calls has asked whether it may be seen.
///
/// # Errors
/// A fault, where its file is gone or was changed.
pub async fn of(desk: &Desk, case: &Case) -> Result<Option<Assessment>, Problem> {
    let Some(digest) = case.assessment().map(|of| of.digest) else { return Ok(None) };
    let (at, reference) = (desk.clone(), case.reference.clone());
    let found =
        desk.read(move |transaction| Ok(assessments::find(at.documents(), transaction, &reference, digest)?)).await?;
    let document = found.ok_or_else(|| {
        tracing::error!(reference = %case.reference, "the file of an assessment is not kept");
        Problem::Fault
    })?;
    let at = desk.clone();
    let read = tokio::task::spawn_blocking(move || {
        let json = assessments::read(at.documents(), &document)?;
        parse_json::<Assessment>(&json).map_err(|error| {
            tracing::error!(%error, "an assessment that was kept cannot be read");
            Problem::Fault
        })
    });
    read.await.map_err(|_| Problem::Fault)?.map(Some)
}
