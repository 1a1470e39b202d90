//! Adding an assessment: of what the case asks for now, and of nothing else.

use package::assessment::Assessment;
use package::document::to_json;
use register::Digest;

use super::rule;
use crate::case::Case;
use crate::event::Event;
use crate::refusal::{Refusal, Rule};

pub(super) fn add(case: &Case, assessment: &Assessment) -> Result<Option<Event>, Refusal> {
    rule(case.asked_for() == Some(assessment.specification), Rule::AssessmentOther)?;
    let json =
        to_json(assessment).map_err(|error| Refusal::Field { field: "assessment", problem: error.to_string() })?;
    let assessed = Digest::of(json.as_bytes());
    let is_new = case.assessment().is_none_or(|of| of.digest != assessed);
    Ok(is_new.then_some(Event::AssessmentAdded { assessment: assessed, specification: assessment.specification }))
}
