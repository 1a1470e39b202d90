//! The agreement: laid ready by the case officer, signed by a named official on each side.

use jiff::civil::Date;
use register::vocabulary::EndGround;
use register::{Digest, PartialDate};

use super::{field, rule, text};
use crate::case::{Case, Offer, Progress};
use crate::event::{Event, Side, Terms};
use crate::person::Actor;
use crate::refusal::{Refusal, Rule};

pub(super) fn offer(case: &Case, terms: Terms, today: Date) -> Result<Event, Refusal> {
    rule(case.is_approved(), Rule::Approved)?;
    rule(lying_ready(case).is_none_or(|offer| offer.signed.is_empty()), Rule::OfferSigned)?;
    field(terms.start.first_day() <= terms.end.last_day(), "end", "give an end after the start")?;
    field(terms.end.last_day() > today, "end", "give an end after today")?;
    field(!terms.territory.trim().is_empty(), "territory", "say where the data may lie")?;
    field(!terms.bases.is_empty(), "bases", "give one legal basis at least")?;
    Ok(Event::AgreementOffered { terms })
}

pub(super) fn sign(case: &Case, actor: &Actor, side: Side, signed: String, digest: Digest) -> Result<Event, Refusal> {
    let Some(offer) = lying_ready(case) else { return Err(Refusal::Rule(Rule::OfferMissing)) };
    rule(offer.terms.digest == digest, Rule::OfferChanged)?;
    rule(!offer.signed.contains_key(&side), Rule::SignedOnce)?;
    rule(offer.signed.values().all(|(who, ..)| *who != actor.person), Rule::TwoSignatories)?;
    Ok(Event::AgreementSigned { side, signed: text("signed", signed)?, digest })
}

/// Where data has left, its copies must be destroyed within the days that were agreed; where none has, it is over.
pub(super) fn end(case: &Case, ground: EndGround, today: Date) -> Result<Event, Refusal> {
    let Progress::Agreed(agreement) = &case.progress else { return Err(Refusal::Rule(Rule::ApprovedRelease)) };
    rule(agreement.ended.is_none(), Rule::EndedOnce)?;
    let due = today.saturating_add(jiff::Span::new().days(i64::from(agreement.terms.destruction_days)));
    let destruction_due = case.has_released().then(|| PartialDate::from(due));
    Ok(Event::ShareEnded { ground, destruction_due })
}

fn lying_ready(case: &Case) -> Option<&Offer> {
    match &case.progress {
        Progress::Decided { offer } => offer.as_ref(),
        _ => None,
    }
}
