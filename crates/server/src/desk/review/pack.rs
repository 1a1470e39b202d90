//! `/desk/case/…/pack`: all that a panel reads before it decides, as one paper: the application, its items and their classes,
//! how easily people could be found in them, the clocks, the reviews once all are in, and earlier decisions like it.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::paper::{Block, Paper, definition, heading, list, notice, paragraph};
use casework::permission::{Sight, sees_of};
use casework::{Case, clock};

use super::similar::{Similar, similar};
use super::told::{Head, items, tasks};
use super::{judged, shown};
use crate::desk::Desk;
use crate::desk::assessment::summary;
use crate::desk::files::saved;
use crate::desk::page::{Frame, Section};
use crate::desk::papers::{self, NoPdf};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

/// `GET /desk/case/…/pack`
pub async fn page(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = judged(&desk, &by, &reference).await?;
    let address = Head::of(&case).at("pack/pdf");
    let paper = paper(&desk, &by, case).await?;
    let address = desk.papers().are_installed().then_some(address.as_str());
    Ok(papers::page(Frame::of(&desk, &by, Section::None).await, &paper, address))
}

/// `GET /desk/case/…/pack/pdf`: the same as PDF.
pub async fn pdf(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = judged(&desk, &by, &reference).await?;
    let paper = paper(&desk, &by, case).await?;
    match desk.papers().pdf(&paper).await {
        Ok(pdf) => Ok(saved(&format!("pack-{reference}.pdf"), "application/pdf", pdf)),
        Err(NoPdf::NotInstalled) => Err(Problem::NotFound),
        Err(error) => {
            tracing::error!(%error, "a panel pack could not be made into a PDF");
            Err(Problem::Paper(
                "The pack could not be made into a PDF. Its page has the same words and can be printed.",
            ))
        }
    }
}

/// The pack, as much of it as this person sees.
pub async fn paper(desk: &Desk, by: &SignedIn, case: Case) -> Result<Paper, Problem> {
    desk.know_custodian().await;
    let (head, earlier, now) = (Head::of(&case), similar(desk, &case).await, desk.now());
    let (of, actor) = (case.clone(), by.actor.clone());
    let reviews = desk
        .read(move |transaction| {
            Ok(if sees_of(&actor, Sight::Reviews, &of) { Some(shown(transaction, &of)?) } else { None })
        })
        .await?;
    let assessment = summary::blocks(desk, by, &case).await?;
    let mut blocks = application(&case);
    blocks.extend(basket(&case));
    blocks.extend(assessment);
    blocks.push(heading(1, "Time taken"));
    let spent = clock::spent(&case, now, desk.calendar());
    let spent = spent
        .into_iter()
        .map(|(party, days)| definition(party.label(), words::count(u64::from(days), "working day", "working days")));
    let spent: Vec<_> = spent.collect();
    blocks.push(if spent.is_empty() {
        paragraph("No working day has been counted yet.")
    } else {
        Block::Definitions { items: spent }
    });
    if let Some(late) = clock::overdue(&case, now, desk.calendar()) {
        blocks.push(notice(format!("{} is late. {}", late.party.label(), late.sum())));
    }
    blocks.push(heading(1, "Reviews"));
    match reviews {
        Some(reviews) if !reviews.is_empty() => {
            for (name, review) in reviews {
                blocks.push(heading(2, format!("{name}: {}", review.advice.label().to_lowercase())));
                let rows = review.findings.into_iter().map(|(safe, finding)| {
                    let met = if finding.met { "Met" } else { "Not met" }.to_owned();
                    vec![safe.label().to_owned(), met, finding.text, finding.evidence]
                });
                let head = ["Safe", "Finding", "In words", "It rests on"].map(str::to_owned).to_vec();
                blocks.push(Block::Table { caption: format!("What {name} found"), head, rows: rows.collect() });
            }
        }
        _ => blocks.push(paragraph("The reviews are shown when every reviewer who was asked is done.")),
    }
    blocks.extend(earlier_decisions(earlier));
    let submitted = case.first_submitted();
    let paper = Paper {
        title: format!("Panel pack: {}", head.title),
        reference: head.reference,
        issuer: desk.custodian().to_owned(),
        made: now,
        front: vec![
            definition("Reference", case.reference.clone()),
            definition("Recipient", head.recipient),
            definition("Handed in", submitted.map_or_else(|| "not yet".to_owned(), words::moment)),
            definition("Made", words::moment(now)),
        ],
        blocks,
    }
    .cleaned();
    paper.check().map_err(|error| {
        tracing::error!(%error, "a panel pack cannot be set");
        Problem::Fault
    })?;
    Ok(paper)
}

fn application(case: &Case) -> Vec<Block> {
    let mut blocks = vec![heading(1, "The application")];
    for task in tasks(case) {
        blocks.push(heading(2, format!("{} ({})", task.title, task.safe.to_lowercase())));
        let items = task.answers.into_iter().map(|told| definition(told.question, told.lines.join("\n")));
        blocks.push(Block::Definitions { items: items.collect() });
    }
    if blocks.len() == 1 {
        blocks.push(paragraph("The application was made on a form that this program does not know."));
    }
    blocks
}

fn basket(case: &Case) -> Vec<Block> {
    let items = items(case);
    let mut blocks = vec![heading(1, "The data that is asked for")];
    if items.is_empty() {
        blocks.push(paragraph("No item has been chosen."));
        return blocks;
    }
    let rows = items
        .into_iter()
        .map(|item| vec![item.dataset, item.name, item.years, item.classes, item.treatment, item.justification]);
    let head = ["Dataset", "Item", "Years", "Classes", "What is done to it", "Why it is needed"];
    blocks.push(Block::Table {
        caption: "Items".to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    });
    blocks
}

fn earlier_decisions(earlier: Option<Vec<Similar>>) -> Vec<Block> {
    let mut blocks = vec![heading(1, "Earlier decisions like this one")];
    match earlier {
        None => blocks.push(paragraph("The register could not be read.")),
        Some(all) if all.is_empty() => blocks.push(paragraph("The register has none.")),
        Some(all) => blocks.push(list(all.into_iter().map(|one| {
            let reasons =
                if one.reasons.is_empty() { "no reasons published".to_owned() } else { one.reasons.join("; ") };
            format!(
                "{}, {}: {} ({}). {reasons}. In common: {}.",
                one.reference,
                one.recipient,
                one.outcome.label().to_lowercase(),
                one.decided,
                one.shared
            )
        }))),
    }
    blocks
}
