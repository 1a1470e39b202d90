//! `/desk/case/…/agreement/terms`: the terms that are data, filled in from the application, for the case officer to change
//! and to offer. The agreement is set from them at once, and kept with the event that offers it.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::agreement::{Asked, Template, plain};
use casework::event::{DataRole, Terms};
use casework::paper::Paper;
use casework::permission::{Sight, may};
use casework::{Case, Command, CommandKind};
use register::statement::{ShareAgreed, Statement};
use register::{Digest, Organisation};
use store::casework::agreements::{self, Agreement};

use super::seen;
use crate::desk::Desk;
use crate::desk::decision::Day;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::papers::NoPdf;
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;

/// What an agreement is.
pub const PDF: &str = "application/pdf";

/// What it is where no PDF can be made.
pub const PLAIN: &str = "text/plain; charset=utf-8";

/// Entries of a list of terms.
const ENTRIES: usize = 100;

const YES_OR_NO: &[(&str, &str)] = &[("yes", "Yes"), ("no", "No")];

#[derive(askama::Template)]
#[template(path = "desk/agreement/terms.html")]
struct TermsPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    fields: Fields,
}

/// `GET /desk/case/…/agreement/terms`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = offering(&desk, &by, &reference).await?;
    let fields = match super::ready(&case) {
        Some((terms, _)) => shown(terms),
        None => first(&Asked::of(&case)),
    };
    Ok(html(&TermsPage::of(&desk, &by, &case, fields, Errors::default()).await))
}

/// `POST /desk/case/…/agreement/terms`
pub async fn offer(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = offering(&desk, &by, &reference).await?;
    let seen = seen(&fields)?;
    desk.know_custodian().await;
    let now = desk.now();
    let mut terms = match read(&fields) {
        Ok(terms) => terms,
        Err(errors) => return Ok(with_errors(&TermsPage::of(&desk, &by, &case, fields, errors).await)),
    };
    if let Err(errors) = publishable(&terms, now) {
        return Ok(with_errors(&TermsPage::of(&desk, &by, &case, fields, errors).await));
    }
    let paper = Template::newest().paper(&case, &terms, desk.custodian(), now).map_err(|error| {
        tracing::error!(%error, "an agreement cannot be set");
        Problem::Fault
    })?;
    let (media_type, bytes) = file_of(&desk, &paper).await?;
    let kept = Agreement {
        media_type: media_type.to_owned(),
        bytes,
        paper: serde_json::to_string(&paper).map_err(|_| Problem::Fault)?,
    };
    terms.digest = kept.digest();
    let given = {
        let (writer, by, reference) = (desk.clone(), by.clone(), reference.clone());
        desk.write(move |transaction| {
            let offer = Command::OfferAgreement { terms };
            let given = writer.give_as(transaction, &by.actor, Some(&reference), seen, offer)?;
            if matches!(given, Given::Taken(_)) {
                agreements::keep(transaction, &reference, &kept, now)?;
            }
            Ok(given)
        })
        .await?
    };
    match given {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("agreement"))),
        Given::Wanting(errors) => Ok(with_errors(&TermsPage::of(&desk, &by, &case, fields, errors).await)),
    }
}

/// The file that is signed: a PDF, or, where none can be made here, the same words as plain text.
async fn file_of(desk: &Desk, paper: &Paper) -> Result<(&'static str, Vec<u8>), Problem> {
    match desk.papers().pdf(paper).await {
        Ok(pdf) => Ok((PDF, pdf)),
        Err(NoPdf::NotInstalled) => Ok((PLAIN, plain(paper).into_bytes())),
        Err(error) => {
            tracing::error!(%error, "an agreement could not be made into a PDF");
            Err(Problem::Paper(
                "The agreement could not be made into a PDF, and nothing was offered. Try again in a minute; if it \
                happens again, tell whoever looks after this system.",
            ))
        }
    }
}

async fn offering(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Case, Problem> {
    let case = desk.case(by, reference, Sight::Application).await?;
    if may(&by.actor, CommandKind::OfferAgreement, case.organisation) { Ok(case) } else { Err(Problem::Forbidden) }
}

/// Terms as they were typed; their digest is still missing.
fn read(fields: &Fields) -> Result<Terms, Errors> {
    let mut errors = Errors::default();
    let role = DataRole::ALL.iter().copied().find(|role| role.code() == fields.raw("recipient-role"));
    if role.is_none() {
        errors.add("recipient-role", "Choose the recipient's part in data protection law");
    }
    let territory = fields.text("territory").split_whitespace().collect::<Vec<_>>().join(" ");
    if territory.is_empty() {
        errors.add("territory", "Say where the data may be");
    }
    let bases = lines(fields, "bases", &mut errors);
    if bases.is_empty() {
        errors.add("bases", "Give one legal basis at least");
    }
    let mut day = |name: &str, missing: &str| {
        let typed = Day::of(fields, name);
        if typed.is_empty() {
            errors.add(name, missing);
        }
        typed.read(&mut errors)
    };
    let start = day("start", "Say on which day access begins");
    let end = day("end", "Say on which day access ends");
    let destruction_days = fields.text("destruction-days").parse().ok().filter(|days| (1..=365).contains(days));
    if destruction_days.is_none() {
        errors.add("destruction-days", "Enter a number of days from 1 to 365");
    }
    let audit_right = match fields.raw("audit-right") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    if audit_right.is_none() {
        errors.add("audit-right", "Say whether the custodian may audit");
    }
    let safeguards = lines(fields, "safeguards", &mut errors);
    let processors = lines(fields, "processors", &mut errors).iter().map(|line| organisation(line)).collect();
    match (role, start, end, destruction_days, audit_right) {
        (Some(recipient_role), Some(start), Some(end), Some(destruction_days), Some(audit_right))
            if errors.is_empty() =>
        {
            Ok(Terms {
                template: Template::newest().name(),
                recipient_role,
                processors,
                territory,
                bases,
                safeguards,
                start,
                end,
                destruction_days,
                audit_right,
                digest: Digest::of(b""),
            })
        }
        _ => Err(errors),
    }
}

/// What of the terms goes into the public statement must have its form there, before anybody signs.
fn publishable(terms: &Terms, now: register::Moment) -> Result<(), Errors> {
    let body = ShareAgreed {
        agreement: None,
        end: terms.end,
        processors: terms.processors.clone(),
        start: terms.start,
        territory: Some(terms.territory.clone()),
    };
    let checked = Statement::new("agreed", now.date(), now, body.into()).to_leaf();
    let field = if terms.territory.len() > register::statement::MAX_CLEAR { "territory" } else { "processors" };
    checked
        .map(|_| ())
        .map_err(|error| Errors::one(field, format!("This cannot stand in the public register: {error}")))
}

/// A list, an entry a line.
fn lines(fields: &Fields, name: &str, errors: &mut Errors) -> Vec<String> {
    let text = fields.text(name);
    let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    if lines.len() > ENTRIES {
        errors.add(name, format!("Enter {ENTRIES} lines at most"));
    }
    lines
}

/// An organisation from a line such as `Example Ltd; company-number 01234567`.
fn organisation(line: &str) -> Organisation {
    let mut parts = line.split(';').map(str::trim);
    let mut organisation = Organisation::named(parts.next().unwrap_or_default());
    let ids = parts.filter_map(|part| part.split_once(' '));
    organisation.ids.extend(ids.map(|(scheme, value)| (scheme.to_owned(), value.trim().to_owned())));
    organisation
}

fn line(organisation: &Organisation) -> String {
    let ids = organisation.ids.iter().map(|(scheme, value)| format!("; {scheme} {value}"));
    format!("{}{}", organisation.name, ids.collect::<String>())
}

fn text(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// What the form shows at first: what the application asks for.
fn first(asked: &Asked) -> Fields {
    let mut pairs = vec![
        text("recipient-role", asked.recipient_role.code()),
        text("processors", asked.processors.iter().map(line).collect::<Vec<_>>().join("\n")),
        text("territory", asked.territory.clone()),
        text("bases", asked.bases.join("\n")),
        text("safeguards", asked.safeguards.join("\n")),
        text("destruction-days", "30"),
        text("audit-right", "yes"),
    ];
    pairs.extend(asked.start.map(|day| Day::fields("start", day)).unwrap_or_default());
    pairs.extend(asked.end.map(|day| Day::fields("end", day)).unwrap_or_default());
    Fields::of(pairs)
}

/// The terms that lie ready, to be changed.
fn shown(terms: &Terms) -> Fields {
    let mut pairs = vec![
        text("recipient-role", terms.recipient_role.code()),
        text("processors", terms.processors.iter().map(line).collect::<Vec<_>>().join("\n")),
        text("territory", terms.territory.clone()),
        text("bases", terms.bases.join("\n")),
        text("safeguards", terms.safeguards.join("\n")),
        text("destruction-days", terms.destruction_days.to_string()),
        text("audit-right", if terms.audit_right { "yes" } else { "no" }),
    ];
    pairs.extend(Day::fields("start", terms.start));
    pairs.extend(Day::fields("end", terms.end));
    Fields::of(pairs)
}

impl TermsPage {
    async fn of(desk: &Desk, by: &SignedIn, case: &Case, fields: Fields, errors: Errors) -> Self {
        let mut head = Head::of(case);
        head.seen = fields.raw("seen").parse().unwrap_or(head.seen);
        Self { frame: Frame::of(desk, by, Section::None).await, head, errors, fields }
    }

    fn roles() -> Vec<(&'static str, &'static str)> {
        DataRole::ALL.iter().map(|role| (role.code(), role.label())).collect()
    }

    fn day(&self, name: &str) -> Day {
        Day::of(&self.fields, name)
    }

    fn value(&self, name: &str) -> String {
        self.fields.text(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_is_read_from_the_line_that_shows_it() {
        let mut trust = Organisation::named("Example Ltd");
        trust.ids.insert("company-number".to_owned(), "01234567".to_owned());
        assert_eq!(line(&trust), "Example Ltd; company-number 01234567");
        assert_eq!(organisation(&line(&trust)), trust);
        assert_eq!(organisation("Plain Name"), Organisation::named("Plain Name"));
    }
}
