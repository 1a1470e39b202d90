//! A decision as it is read: by the public, by the applicant, and by those who see what is withheld.

use casework::Case;
use casework::publication::{Decision, Text};
use register::vocabulary::{Outcome, text_label};

use crate::web::words;

/// A decision in words.
pub struct Told {
    /// The outcome.
    pub outcome: Outcome,
    /// Who decided, and when.
    pub decided: String,
    /// Why, in the words of the codes.
    pub reasons: Vec<&'static str>,
    /// Datasets that are decided otherwise: name, outcome, reasons.
    pub datasets: Vec<(String, &'static str, String)>,
    /// Conditions: title, owner, by when.
    pub conditions: Vec<(String, &'static str, String)>,
    /// The texts.
    pub texts: Vec<ToldText>,
}

/// A text of a decision.
pub struct ToldText {
    /// What it is called.
    pub label: String,
    /// What it says; nothing where whoever reads may not see it.
    pub value: Option<String>,
    /// Why it is withheld from the public, where it is, and until when.
    pub withheld: Option<(&'static str, String)>,
}

impl Told {
    /// For whoever sees all of it, or the public part only.
    pub fn of(decision: &Decision, when: &str, sees_withheld: bool) -> Self {
        let datasets = decision.datasets.iter().map(|one| {
            let reasons: Vec<&str> = one.reasons.iter().map(|reason| reason.label()).collect();
            (one.dataset.clone(), one.outcome.label(), reasons.join("; "))
        });
        let conditions = decision.conditions.iter().map(|one| {
            let due = one.due.map_or_else(|| "no date set".to_owned(), words::date);
            (words::plain(&one.code), one.owner.label(), due)
        });
        Self {
            outcome: decision.outcome,
            decided: format!("{when} · {}", decision.decided_by),
            reasons: decision.reasons.iter().map(|reason| reason.label()).collect(),
            datasets: datasets.collect(),
            conditions: conditions.collect(),
            texts: decision.texts.iter().map(|text| ToldText::of(text, sees_withheld)).collect(),
        }
    }

    /// Every decision of a case, the newest first.
    pub fn all(case: &Case, sees_withheld: bool) -> Vec<Self> {
        let newest_first = case.decisions.iter().rev();
        newest_first.map(|(at, decision)| Self::of(decision, &words::date(at.date()), sees_withheld)).collect()
    }
}

impl ToldText {
    fn of(text: &Text, sees_withheld: bool) -> Self {
        let withheld = text.withheld.map(|why| {
            let opens = why.opens.map_or_else(
                || "No date is set on which it opens.".to_owned(),
                |day| format!("It opens {}.", words::on(day)),
            );
            (why.ground.label(), opens)
        });
        let open = withheld.is_none() || sees_withheld;
        Self { label: text_label(text.sealed.name()), value: open.then(|| text.sealed.value().to_owned()), withheld }
    }
}
