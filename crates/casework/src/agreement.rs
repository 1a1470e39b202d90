//! The agreement: words from a versioned template, with the terms that are data filled in, as a paper that both sides sign.
//!
//! A template is a TOML file in `agreements/`. A version that has been signed is never changed. Terms are filled in as text:
//! nothing in one is taken for a place to fill, and a place that nothing fills is an error of the file.

mod text;

use std::collections::BTreeMap;

use register::{Moment, Organisation, PartialDate};
use serde::Deserialize;

use crate::answer::Answer;
use crate::case::Case;
use crate::event::{DataRole, Terms};
use crate::evidence::{answers, form_of};
use crate::paper::{Paper, definition, heading, list, paragraph};

pub use text::plain;

/// Templates that come with the program, every version that somebody may have signed.
const SHIPPED: &[(&str, &str)] = &[("data-sharing-1", include_str!("../agreements/data-sharing-1.toml"))];

/// A version of the words of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    code: String,
    version: u32,
    title: String,
    clause: Vec<Clause>,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clause {
    title: String,
    text: String,
    when: Option<String>,
    list: Option<String>,
    none: Option<String>,
}

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not TOML, or not of these members.
    #[error("not a template of an agreement: {0}")]
    Form(#[from] toml::de::Error),
    /// A place that nothing fills.
    #[error("clause {clause}: there is no term {term:?}")]
    UnknownTerm {
        /// The clause, from 1.
        clause: usize,
        /// What stands there.
        term: String,
    },
}

/// Terms as an applicant asked for them, to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Organisations that process the data for the recipient.
    pub processors: Vec<Organisation>,
    /// Where the data may lie.
    pub territory: String,
    /// Legal bases.
    pub bases: Vec<String>,
    /// Safeguards, each with what its evidence is.
    pub safeguards: Vec<String>,
    /// When access begins.
    pub start: Option<PartialDate>,
    /// When it ends: the end of the project, and the months for which the data is kept after it.
    pub end: Option<PartialDate>,
    /// Whether the recipient names joint controllers.
    pub recipient_role: DataRole,
}

impl Template {
    /// The version that is offered now.
    pub fn newest() -> Self {
        Self::shipped(SHIPPED[SHIPPED.len() - 1].0)
            .unwrap_or_else(|| unreachable!("the newest template comes with the program"))
    }

    /// A template that comes with the program, such as `data-sharing-1`.
    pub fn shipped(name: &str) -> Option<Self> {
        let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        match Self::parse(text) {
            Ok(template) => Some(template),
            Err(error) => unreachable!("a template that comes with the program: {error}"),
        }
    }

    /// Reads a template.
    ///
    /// # Errors
    /// If it is no TOML of this form.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(toml::from_str(text)?)
    }

    /// Its name, such as `data-sharing-1`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.code, self.version)
    }

    /// The agreement of a case on these terms, as a paper. The digest of the terms, which stands for the paper, is not in it.
    ///
    /// # Errors
    /// A place of the template that no term fills.
    pub fn paper(&self, case: &Case, terms: &Terms, custodian: &str, now: Moment) -> Result<Paper, TemplateError> {
        let terms = Filling::of(case, terms, custodian);
        let kept = self.clause.iter().filter(|clause| clause.when.as_ref().is_none_or(|when| terms.holds(when)));
        let mut blocks = Vec::new();
        for (number, clause) in (1..).zip(kept) {
            blocks.push(heading(1, format!("{number}. {}", clause.title)));
            let unknown = |term: String| TemplateError::UnknownTerm { clause: number, term };
            let items = match &clause.list {
                None => None,
                Some(name) => Some(terms.lists.get(name.as_str()).ok_or_else(|| unknown(name.clone()))?),
            };
            match items {
                None => blocks.push(paragraph(terms.fill(&clause.text).map_err(unknown)?)),
                Some(items) if items.is_empty() => {
                    let none = clause.none.as_deref().unwrap_or(&clause.text);
                    blocks.push(paragraph(terms.fill(none).map_err(unknown)?));
                }
                Some(items) => {
                    blocks.push(paragraph(terms.fill(&clause.text).map_err(unknown)?));
                    blocks.push(list(items.iter().cloned()));
                }
            }
        }
        let front = vec![
            definition("Custodian", custodian),
            definition("Recipient", terms.words["recipient"].clone()),
            definition("Access", format!("{} to {}", terms.words["start"], terms.words["end"])),
            definition("Words", self.name()),
        ];
        let paper = Paper {
            title: self.title.clone(),
            reference: case.reference.clone(),
            issuer: custodian.to_owned(),
            made: now,
            front,
            blocks,
        };
        Ok(paper.cleaned())
    }
}

/// What fills a template.
struct Filling {
    words: BTreeMap<&'static str, String>,
    lists: BTreeMap<&'static str, Vec<String>>,
    role: DataRole,
    audit: bool,
}

impl Filling {
    fn of(case: &Case, terms: &Terms, custodian: &str) -> Self {
        let recipient = case.application.submitted.as_ref().map(|submission| &submission.recipient);
        let specification = case.application.specification.as_ref();
        let digest = specification.and_then(|specification| specification.digest().ok());
        let title = match case.application.answers.get("title") {
            Some(Answer::Text(title)) => title.clone(),
            _ => case.reference.clone(),
        };
        let outcome = case.decision().map_or(String::new(), |decision| decision.outcome.label().to_owned());
        let words = [
            ("custodian", custodian.to_owned()),
            ("recipient", recipient.map_or_else(String::new, named)),
            ("reference", case.reference.clone()),
            ("title", title),
            ("specification", digest.map_or_else(|| "of no file".to_owned(), |digest| digest.to_string())),
            ("outcome", outcome.to_lowercase()),
            ("territory", terms.territory.clone()),
            ("start", terms.start.in_words()),
            ("end", terms.end.in_words()),
            ("destruction-days", terms.destruction_days.to_string()),
        ];
        let lists = [
            ("processors", terms.processors.iter().map(named).collect()),
            ("datasets", datasets(case)),
            ("conditions", conditions(case)),
            ("bases", terms.bases.clone()),
            ("safeguards", terms.safeguards.clone()),
        ];
        Self { words: words.into(), lists: lists.into(), role: terms.recipient_role, audit: terms.audit_right }
    }

    fn holds(&self, when: &str) -> bool {
        match when {
            "audit-right" => self.audit,
            other => other.strip_prefix("recipient-is-").is_some_and(|role| role == self.role.code()),
        }
    }

    /// Fills each place once, from left to right; what is filled in is not looked at again.
    fn fill(&self, text: &str) -> Result<String, String> {
        let (mut filled, mut rest) = (String::new(), text.trim());
        while let Some((before, after)) = rest.split_once('{') {
            let (term, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
            filled.push_str(before);
            filled.push_str(self.words.get(term).ok_or_else(|| term.to_owned())?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// An organisation with its identifiers.
fn named(organisation: &Organisation) -> String {
    let ids: Vec<String> = organisation
        .ids
        .iter()
        .map(|(scheme, value)| format!("{} {value}", crate::answer::identifier_label(scheme)))
        .collect();
    if ids.is_empty() { organisation.name.clone() } else { format!("{} ({})", organisation.name, ids.join(", ")) }
}

/// The datasets that were approved.
fn datasets(case: &Case) -> Vec<String> {
    let asked = case.accepted.as_ref().map_or(&[][..], |access| &access.datasets);
    let refused = |name: &str| {
        case.decision().is_some_and(|decision| {
            decision.datasets.iter().any(|one| one.dataset == name && !one.outcome.allows_release())
        })
    };
    asked.iter().filter(|asked| !refused(&asked.name)).map(|asked| asked.name.clone()).collect()
}

/// The conditions of the decision in words.
fn conditions(case: &Case) -> Vec<String> {
    let Some(decision) = case.decision() else { return Vec::new() };
    match decision.text("conditions") {
        Some(text) => text.sealed.value().lines().map(str::to_owned).collect(),
        None => decision.conditions.iter().map(|condition| condition.code.clone()).collect(),
    }
}

impl Asked {
    /// What the application asks for.
    pub fn of(case: &Case) -> Self {
        let given = answers(case);
        let public = form_of(case).map(|form| form.public(&given)).unwrap_or_default();
        let safeguards = match given.get("safeguards") {
            Some(Answer::Safeguards(rows)) => rows
                .iter()
                .map(|row| match row.expires {
                    Some(day) => format!("{}: {} (until {})", row.safeguard.label(), row.evidence, day.in_words()),
                    None => format!("{}: {}", row.safeguard.label(), row.evidence),
                })
                .collect(),
            _ => Vec::new(),
        };
        let months = match given.get("retention") {
            Some(Answer::Number(months)) => *months,
            _ => 0,
        };
        let end = public.end.map(|end| {
            let kept = end.last_day().saturating_add(jiff::Span::new().months(months.clamp(0, 1_200)));
            PartialDate::from(kept)
        });
        let joint = matches!(given.get("joint"), Some(Answer::YesNo(true)));
        let bases = case.accepted.as_ref().map_or(public.bases, |access| access.bases.clone());
        Self {
            processors: public.processors,
            territory: public.territory.unwrap_or_default(),
            bases,
            safeguards,
            start: public.start,
            end,
            recipient_role: if joint { DataRole::JointController } else { DataRole::Controller },
        }
    }
}
