//! Laying a decision ready, looking at the statement that it will be, and confirming it by a second person or taking it back.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::case::Proposal;
use casework::permission::may;
use casework::{Case, Command, CommandKind};
use register::vocabulary::{Ground, Party, Reason, Route};
use store::casework::evidence as kept;

use super::told::Told;
use super::typed::Typed;
use super::{prepared, proof, seen};
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::name_of;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

/// The form.
#[derive(askama::Template)]
#[template(path = "desk/decision/form.html")]
pub struct FormPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    typed: Typed,
    case: Case,
}

/// What the decision will say, before it says it.
#[derive(askama::Template)]
#[template(path = "desk/decision/preview.html")]
pub struct PreviewPage {
    frame: Frame,
    head: Head,
    proposer: String,
    proposal: u64,
    /// The statement as the log will hold it.
    leaf: String,
    /// The same with line breaks.
    pretty: String,
    /// As the public will read it.
    public: Told,
    /// As those read it who see what is withheld.
    whole: Told,
    evidence: Vec<(String, String)>,
    may_confirm: bool,
    is_own: bool,
    may_take_back: bool,
}

/// `POST /desk/case/…/decision`
pub async fn propose(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = prepared(&desk, &by, &reference).await?;
    if fields.has("add-condition") {
        return Ok(html(&FormPage::of(&desk, &by, &case, fields, Errors::default()).await));
    }
    let seen = seen(&fields)?;
    let mut decision = match Typed::new(fields.clone()).decision(&case, store::publisher::salts()?) {
        Ok(decision) => decision,
        Err(errors) => return Ok(with_errors(&FormPage::of(&desk, &by, &case, fields, errors).await)),
    };
    let evidence = proof::gather(&desk, &case).await?;
    decision.evidence = proof::committed(&evidence);
    let given = {
        let (writer, by, reference, now) = (desk.clone(), by.clone(), reference.clone(), desk.now());
        let propose = Command::ProposeDecision { decision };
        desk.write(move |transaction| {
            let given = writer.give_as(transaction, &by.actor, Some(&reference), seen, propose)?;
            if matches!(given, Given::Taken(_)) {
                kept::keep(transaction, &reference, &evidence, now)?;
            }
            Ok(given)
        })
        .await?
    };
    match given {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("decision"))),
        Given::Wanting(errors) => Ok(with_errors(&FormPage::of(&desk, &by, &case, fields, errors).await)),
    }
}

/// `POST /desk/case/…/decision/confirm`
pub async fn confirm(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    prepared(&desk, &input.by, &reference).await?;
    let proposal = input.fields.raw("proposal").parse().map_err(|_| Problem::Form)?;
    let command = Command::ConfirmDecision { proposal };
    give(&desk, &reference, &input, command).await
}

/// `POST /desk/case/…/decision/take-back`
pub async fn take_back(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    prepared(&desk, &input.by, &reference).await?;
    give(&desk, &reference, &input, Command::WithdrawProposal).await
}

async fn give(desk: &Desk, reference: &str, input: &Input, command: Command) -> Result<Response, Problem> {
    match desk.give(&input.by, Some(reference), seen(&input.fields)?, command).await? {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("decision"))),
        // These commands bring nothing that a form could mend.
        Given::Wanting(_) => Err(Problem::Form),
    }
}

impl FormPage {
    pub async fn of(desk: &Desk, by: &SignedIn, case: &Case, fields: Fields, errors: Errors) -> Self {
        let mut head = Head::of(case);
        // A form that is shown again still speaks of the case as it was looked at.
        head.seen = fields.raw("seen").parse().unwrap_or(head.seen);
        let frame = Frame::of(desk, by, Section::None).await;
        Self { frame, head, errors: renamed(errors), typed: Typed::new(fields), case: case.clone() }
    }

    fn routes(&self) -> Vec<(&'static str, &'static str)> {
        let all = Route::ALL.iter().map(|route| (route.code(), route.label()));
        [("", "Choose")].into_iter().chain(all).collect()
    }

    fn grounds(&self) -> Vec<(&'static str, String)> {
        let all = Ground::ALL.iter().map(|ground| (ground.code(), format!("Withheld: {}", ground.label())));
        [("", "Everybody: it is public".to_owned())].into_iter().chain(all).collect()
    }

    fn owners(&self) -> Vec<(&'static str, &'static str)> {
        let all = Party::ALL.iter().map(|party| (party.code(), party.label()));
        [("", "Choose")].into_iter().chain(all).collect()
    }

    fn dataset_outcomes(&self) -> Vec<(&'static str, &'static str)> {
        [("", "As the whole")].into_iter().chain(Typed::outcomes()).collect()
    }

    fn reasons(&self) -> [(&'static str, Vec<Reason>); 2] {
        [("Reasons for", Typed::reasons(true)), ("Reasons against", Typed::reasons(false))]
    }
}

/// Casework speaks of the conditions as a whole; the form has its first control for them.
fn renamed(errors: Errors) -> Errors {
    let mut renamed = Errors::default();
    for error in errors.list() {
        let field = if error.field == "conditions" { "condition-1-title" } else { error.field.as_str() };
        renamed.add(field, error.message.clone());
    }
    renamed
}

impl PreviewPage {
    pub async fn of(desk: &Desk, by: &SignedIn, case: &Case, proposal: &Proposal) -> Result<Self, Problem> {
        let decision = &proposal.decision;
        let now = desk.now();
        let draft = casework::owed::preview(case, decision, now);
        let leaf =
            draft.statement.to_leaf().map_err(|error| Problem::Bad(format!("This cannot be published: {error}.")))?;
        let value: serde_json::Value = serde_json::from_slice(&leaf).map_err(|_| Problem::Fault)?;
        let pretty = serde_json::to_string_pretty(&value).map_err(|_| Problem::Fault)?;
        let person = proposal.by;
        let proposer = desk.read(move |transaction| name_of(transaction, person)).await?;
        let may = |command| may(&by.actor, command, case.organisation);
        let is_own = proposal.by == by.person();
        let day = words::date(now.date());
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(case),
            proposer,
            proposal: proposal.seq,
            leaf: String::from_utf8(leaf).map_err(|_| Problem::Fault)?,
            pretty,
            public: Told::of(decision, &day, false),
            whole: Told::of(decision, &day, true),
            evidence: decision.evidence.iter().map(|one| (proof::label(&one.kind), one.digest.to_string())).collect(),
            may_confirm: !is_own && may(CommandKind::ConfirmDecision),
            is_own,
            may_take_back: may(CommandKind::WithdrawProposal),
        })
    }
}
