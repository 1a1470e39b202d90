//! One step of a case, as the commands that its page would give, with what the page keeps beside them: the agreement that is
//! signed, and the documents that a decision rests on.

use casework::agreement::{Template, plain};
use casework::calendar::{date_in_england, day_in_england};
use casework::event::{DataRole, Finding, Review, Safe, Terms};
use casework::publication::{Condition, Decision, Text};
use casework::{Case, Command, Form, Specification, evidence};
use register::disclosure::Disclosure;
use register::statement::Evidence;
use register::vocabulary::Outcome;
use register::{Body, Digest, Moment, Organisation, PartialDate};
use rusqlite::Transaction;
use store::casework::agreements::{self, Agreement};
use store::casework::evidence::{self as kept, Content, Kept};
use store::casework::{cases, organisations};

use super::{CaseEntry, ConditionEntry, Does, Player, StepEntry, days_from};
use crate::demo::DemoError;
use crate::desk::agreement::terms::PLAIN;
use crate::desk::case::screening::public_part;

impl Player<'_> {
    pub(super) fn commands(
        &mut self,
        transaction: &Transaction<'_>,
        entry: &CaseEntry,
        step: &StepEntry,
        case: Option<&Case>,
        at: Moment,
        wrong: &dyn Fn(&str) -> DemoError,
    ) -> Result<Vec<Command>, DemoError> {
        let begun = || case.ok_or_else(|| wrong("a case that is begun"));
        Ok(vec![match &step.does {
            Does::Open => return self.open(transaction, entry, at, wrong),
            Does::Submit => {
                let case = begun()?;
                let (form, signed) = (self.form(wrong)?, self.signatory(entry, wrong)?);
                let recipient = recipient(transaction, case, wrong)?;
                Command::Submit { signed, recipient, problems: problems(form, case, at) }
            }
            Does::Take => Command::TakeCase,
            Does::Wait { what } => Command::AwaitThirdParty { what: what.clone() },
            Does::Return { within, changes } => {
                Command::RequestChanges { requests: changes.clone(), by: self.date(at, *within)? }
            }
            Does::Accept => {
                let (access, public) = public_part(begun()?).map_err(|_| wrong("an application that is submitted"))?;
                let texts = public.texts.into_iter().map(|text| Text {
                    withheld: text.withheld.map(|ground| casework::publication::Withholding { ground, opens: None }),
                    ..self.text(&text.name, &text.value)
                });
                Command::AcceptApplication { access, texts: texts.collect() }
            }
            Does::Assess => self.assess(transaction, begun()?, at, wrong)?,
            Does::Assign { reviewer } => {
                let person = self.known.person(reviewer).ok_or_else(|| wrong(reviewer))?;
                Command::AssignReviewer { reviewer: store::casework::people::actor(transaction, person)? }
            }
            Does::Conflict { nature } => Command::DeclareConflict { nature: nature.clone() },
            Does::Review { advice, found, unmet } => {
                let finding = |safe: &Safe| {
                    let usual = self.file.findings.get(safe).ok_or_else(|| wrong(safe.code()))?;
                    let text = found.get(safe).unwrap_or(&usual.text).clone();
                    Ok((*safe, Finding { met: !unmet.contains(safe), text, evidence: usual.evidence.clone() }))
                };
                let findings = Safe::ALL.iter().map(finding).collect::<Result<_, DemoError>>()?;
                Command::SubmitReview { review: Review { findings, advice: *advice } }
            }
            Does::Propose { outcome, reasons, say, conditions } => {
                let case = begun()?;
                let mut texts: Vec<Text> = say.iter().map(|(name, value)| self.text(name, value)).collect();
                if !conditions.is_empty() {
                    let words: Vec<&str> = conditions.iter().map(|condition| condition.what.as_str()).collect();
                    texts.push(self.text("conditions", &words.join("\n")));
                }
                let application = self.application(transaction, case, at)?;
                let conditions = conditions.iter().map(|condition| self.condition(condition, at));
                let decision = Decision {
                    outcome: *outcome,
                    reasons: reasons.clone(),
                    datasets: Vec::new(),
                    conditions: conditions.collect::<Result<_, _>>()?,
                    decided_by: "Demonstration data panel (example)".to_owned(),
                    route: case
                        .accepted
                        .as_ref()
                        .and_then(|access| access.route)
                        .filter(|_| *outcome != Outcome::Refused),
                    texts,
                    evidence: vec![application],
                };
                Command::ProposeDecision { decision }
            }
            // A proposal is confirmed as it was looked at, which is at its place in the history.
            Does::Confirm => match &begun()?.progress {
                casework::case::Progress::Review { proposal: Some(proposal) } => {
                    Command::ConfirmDecision { proposal: proposal.seq }
                }
                _ => return Err(wrong("a proposal")),
            },
            Does::Appeal { grounds } => Command::Appeal { grounds: grounds.clone() },
            Does::Offer { starts, ends } => {
                let (case, mut terms) = (begun()?, self.terms(begun()?, *starts, *ends)?);
                terms.digest = self.agreement(transaction, case, &terms, at, wrong)?;
                Command::OfferAgreement { terms }
            }
            Does::Sign => {
                Command::SignAgreement { signed: self.signatory(entry, wrong)?, digest: lying_ready(begun()?, wrong)? }
            }
            Does::Countersign => {
                let signatory = self.known.holder(casework::Role::CustodianSignatory, None);
                let signed = signatory.ok_or_else(|| wrong("a signatory"))?.name.clone();
                Command::CountersignAgreement { signed, digest: lying_ready(begun()?, wrong)? }
            }
            Does::GiveKey => Self::give_key(),
            Does::Instruct => self.instruct(transaction, begun()?, at, wrong)?,
            Does::HandIn { people, rows } => self.hand_in(transaction, begun()?, (*people, *rows), at, wrong)?,
            Does::ConfirmRelease => Self::confirm_release(begun()?, wrong)?,
            Does::Suspend { ground } => Command::SuspendShare { ground: *ground },
            Does::Withdraw { reasons } => Command::Withdraw { reasons: self.text("reasons", reasons) },
        }])
    }

    fn open(
        &mut self,
        transaction: &Transaction<'_>,
        entry: &CaseEntry,
        at: Moment,
        wrong: &dyn Fn(&str) -> DemoError,
    ) -> Result<Vec<Command>, DemoError> {
        let organisation = self.known.organisation(&entry.organisation).ok_or_else(|| wrong(&entry.organisation))?;
        let reference = cases::next_reference(transaction, day_in_england(at).year())?;
        let form = self.form(wrong)?;
        let answers = self.answers(entry, form, wrong)?;
        let form = form.reference();
        let answers = answers.into_iter().map(|(question, answer)| (question, Some(answer))).collect();
        let mut commands = vec![
            Command::OpenApplication { reference, organisation, form, relation: None },
            Command::SaveAnswers { answers },
        ];
        if let Some(name) = &entry.basket {
            let basket = self.file.basket.get(name).ok_or_else(|| wrong(name))?;
            let specification = Box::new(self.specification(basket, wrong)?);
            commands.push(Command::SetSpecification { specification });
        }
        Ok(commands)
    }

    fn text(&mut self, name: &str, value: &str) -> Text {
        Text { sealed: Disclosure::seal((self.salt)(), name, value), withheld: None }
    }

    fn condition(&self, entry: &ConditionEntry, at: Moment) -> Result<Condition, DemoError> {
        let due = Some(self.date(at, entry.within)?);
        Ok(Condition { code: entry.code.clone(), owner: entry.owner, due })
    }

    fn signatory(&self, entry: &CaseEntry, wrong: &dyn Fn(&str) -> DemoError) -> Result<String, DemoError> {
        let official = self.known.holder(casework::Role::SigningOfficial, Some(&entry.organisation));
        Ok(official.ok_or_else(|| wrong("a signing official"))?.name.clone())
    }

    fn terms(&self, case: &Case, starts: i64, ends: i64) -> Result<Terms, DemoError> {
        let bases = case.accepted.as_ref().map_or_else(Vec::new, |access| access.bases.clone());
        Ok(Terms {
            template: Template::newest().name(),
            recipient_role: DataRole::Controller,
            processors: Vec::new(),
            territory: "United Kingdom".to_owned(),
            bases,
            safeguards: vec!["Work in the secure environment only".to_owned()],
            start: self.date(self.now, starts)?,
            end: self.date(self.now, ends)?,
            destruction_days: 30,
            audit_right: true,
            // It stands for the agreement's file, which is set from the other terms.
            digest: Digest::of(b""),
        })
    }

    /// Sets the agreement and keeps it; gives what is signed.
    fn agreement(
        &self,
        transaction: &Transaction<'_>,
        case: &Case,
        terms: &Terms,
        at: Moment,
        wrong: &dyn Fn(&str) -> DemoError,
    ) -> Result<Digest, DemoError> {
        let opened = self.drafts.first().map(|draft| &draft.statement.body);
        let Some(Body::RegisterOpened(opened)) = opened else { return Err(wrong("a register")) };
        let paper = Template::newest().paper(case, terms, &opened.custodian.name, at);
        let paper = paper.map_err(|error| wrong(&error.to_string()))?;
        let agreement = Agreement {
            media_type: PLAIN.to_owned(),
            bytes: plain(&paper).into_bytes(),
            paper: serde_json::to_string(&paper).map_err(|error| wrong(&error.to_string()))?,
        };
        agreements::keep(transaction, &case.reference, &agreement, at)?;
        Ok(agreement.digest())
    }

    /// Keeps the application as it is before whoever decides, and commits to it.
    fn application(&mut self, transaction: &Transaction<'_>, case: &Case, at: Moment) -> Result<Evidence, DemoError> {
        let (salt, document) = ((self.salt)(), evidence::application(case));
        let (digest, kind) = (evidence::salted(salt, &document), evidence::APPLICATION.to_owned());
        let name = format!("application-{}.json", case.reference);
        let document = Kept { digest, kind: kind.clone(), name, salt, content: Content::Bytes(document) };
        kept::keep(transaction, &case.reference, &[document], at)?;
        Ok(Evidence { digest, kind })
    }

    /// So many days after a moment.
    fn date(&self, from: Moment, days: i64) -> Result<PartialDate, DemoError> {
        let day = days_from(day_in_england(from), days).to_string();
        day.parse().map_err(|_| DemoError::Unknown { place: "cases".to_owned(), wrong: day })
    }
}

/// What the form still asks for, on the day on which it is handed in.
fn problems(form: &Form, case: &Case, at: Moment) -> Vec<String> {
    let none = Specification::default();
    let specification = case.application.specification.as_ref().unwrap_or(&none);
    let problems = form.problems(&case.application.answers, specification, date_in_england(at));
    problems.into_iter().map(|problem| problem.message).collect()
}

fn recipient(
    transaction: &Transaction<'_>,
    case: &Case,
    wrong: &dyn Fn(&str) -> DemoError,
) -> Result<Organisation, DemoError> {
    let found = organisations::organisation(transaction, case.organisation)?.ok_or_else(|| wrong("an organisation"))?;
    let ids = found.identifiers.iter().map(|(scheme, value)| (scheme.code().to_owned(), value.clone()));
    Ok(Organisation { ids: ids.collect(), ..Organisation::named(&found.name) })
}

fn lying_ready(case: &Case, wrong: &dyn Fn(&str) -> DemoError) -> Result<Digest, DemoError> {
    match &case.progress {
        casework::case::Progress::Decided { offer: Some(offer) } => Ok(offer.terms.digest),
        _ => Err(wrong("an agreement that lies ready")),
    }
}
