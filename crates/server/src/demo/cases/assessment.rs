//! The assessment of a demonstration case: counted over a population that was drawn by lot, as everything here is invented.

use casework::{Case, Command};
use package::assessment::Assessment;
use package::document::{parse_json, to_json};
use register::Moment;
use rusqlite::Transaction;
use store::casework::assessments;

use super::Player;
use crate::demo::DemoError;
use crate::demo::files::ASSESSMENT;

impl Player<'_> {
    pub(super) fn assess(
        &self,
        transaction: &Transaction<'_>,
        case: &Case,
        at: Moment,
        wrong: &dyn Fn(&str) -> DemoError,
    ) -> Result<Command, DemoError> {
        let invented: Assessment =
            parse_json(ASSESSMENT.trim_end().as_bytes()).map_err(|error| wrong(&error.to_string()))?;
        let specification = case.asked_for().ok_or_else(|| wrong("a specification"))?;
        let assessment = Assessment { specification, ..invented };
        let json = to_json(&assessment).map_err(|error| wrong(&error.to_string()))?;
        let received = assessments::receive(self.documents, json.as_bytes())?;
        assessments::put(self.documents, transaction, received, &case.reference, at)?;
        Ok(Command::AddAssessment { assessment: Box::new(assessment) })
    }
}
