//! What a review page and the panel's pack say of an assessment: its findings in sentences, and the headline figures as a table.

use casework::Case;
use casework::paper::{Block, heading, list, notice, paragraph};
use casework::permission::{Sight, sees_of};
use package::assessment::Assessment;

use super::kept;
use super::told::{in_short, intruder};
use super::words::count;
use crate::desk::Desk;
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

/// What is said where what is asked for has changed since it was counted.
pub const OUTDATED: &str =
    "What is asked for has changed since this was counted. A release analyst must have it assessed again.";

/// What is said where nobody has added an assessment.
pub const NONE: &str = "Nobody has counted yet how easily people could be found in what is asked for.";

/// The findings of the assessment that holds; nothing for those who do not see it.
///
/// # Errors
/// A fault, where its file cannot be read.
pub async fn findings(desk: &Desk, by: &SignedIn, case: &Case) -> Result<Option<Vec<String>>, Problem> {
    if !sees_of(&by.actor, Sight::Assessment, case) {
        return Ok(None);
    }
    let Some(assessment) = kept::of(desk, case).await? else { return Ok(Some(vec![NONE.to_owned()])) };
    let short = in_short(&assessment, case.application.specification.as_ref());
    let outdated = case.assessment_is_outdated().then(|| OUTDATED.to_owned());
    Ok(Some(outdated.into_iter().chain(short).collect()))
}

/// The same as a part of the pack, with the headline figures; nothing for those who do not see it.
///
/// # Errors
/// A fault, where its file cannot be read.
pub async fn blocks(desk: &Desk, by: &SignedIn, case: &Case) -> Result<Vec<Block>, Problem> {
    if !sees_of(&by.actor, Sight::Assessment, case) {
        return Ok(Vec::new());
    }
    let mut blocks = vec![heading(1, "How easily people could be found")];
    let Some(assessment) = kept::of(desk, case).await? else {
        blocks.push(paragraph(NONE));
        return Ok(blocks);
    };
    if case.assessment_is_outdated() {
        blocks.push(notice(OUTDATED));
    }
    let short = in_short(&assessment, case.application.specification.as_ref());
    if short.is_empty() {
        blocks.push(paragraph("Nobody is taken to know anything that is asked for."));
    } else {
        blocks.push(list(short));
        blocks.extend(table(&assessment));
    }
    blocks.push(paragraph(
        "Everybody in what is asked for was counted. Numbers of people are rounded to 10. Somebody is alone, and could be \
         picked out, where nobody else looks the same to whoever searches. Right guesses are what somebody could expect who \
         searched for everybody. The whole assessment, with its figures, is on the page of the case.",
    ));
    Ok(blocks)
}

fn table(assessment: &Assessment) -> Option<Block> {
    let mut rows = Vec::new();
    for dataset in &assessment.datasets {
        for counts in &dataset.scenarios {
            let risk = &counts.risk;
            rows.push(vec![
                dataset.name.clone(),
                intruder(assessment, counts).map(|intruder| intruder.name.clone()).unwrap_or_default(),
                count(risk.people),
                count(risk.unique),
                count(risk.under_10),
                count(risk.expected_matches),
            ]);
        }
    }
    let head = ["Dataset", "Who searches", "People", "Alone", "In groups under 10", "Right guesses"];
    (!rows.is_empty()).then(|| Block::Table {
        caption: "How many people could be found".to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows,
    })
}
