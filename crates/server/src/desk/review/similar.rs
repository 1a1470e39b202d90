//! Earlier decisions that are like the one at hand, out of the public register: whoever decides should know what was decided
//! before, and why.

use casework::Case;
use casework::answer::Answer;
use register::vocabulary::Outcome;

use crate::desk::Desk;
use crate::web::view::View;
use crate::web::{Like, SimilarDecision, TextState, words};

/// How many are shown.
const SHOWN: usize = 8;

/// An earlier decision.
#[derive(Debug, Clone)]
pub struct Similar {
    /// Its share's reference.
    pub reference: String,
    /// The public page of the share.
    pub address: String,
    /// The share's title, or its reference.
    pub title: String,
    /// Who asked.
    pub recipient: String,
    /// What was decided.
    pub outcome: Outcome,
    /// When, in words.
    pub decided: String,
    /// Why, in the words of the codes.
    pub reasons: Vec<&'static str>,
    /// Why, in words, where that is public.
    pub text: Option<String>,
    /// What it has in common with the case.
    pub shared: String,
}

/// Earlier decisions like this case; nothing where the register cannot be read.
pub async fn similar(desk: &Desk, case: &Case) -> Option<Vec<Similar>> {
    let asked = case.application.submitted.as_ref();
    let datasets: Vec<String> = match (&case.accepted, &case.application.specification) {
        (Some(access), _) => access.datasets.iter().map(|one| one.name.clone()).collect(),
        (None, Some(specification)) => specification.datasets.iter().map(|part| part.name.clone()).collect(),
        (None, None) => Vec::new(),
    };
    let title = match case.application.answers.get("title") {
        Some(Answer::Text(title)) => title.clone(),
        _ => String::new(),
    };
    let recipient = asked.map(|submission| submission.recipient.name.clone()).unwrap_or_default();
    let like = Like { reference: case.reference.clone(), datasets, recipient, words: title };
    let found = View::now(desk.site().clone()).read(move |reader| reader.similar_decisions(&like, SHOWN)).await;
    Some(found.ok()?.0.into_iter().map(told).collect())
}

fn told(found: SimilarDecision) -> Similar {
    let SimilarDecision { view, same_recipient, datasets, same_words } = found;
    let mut shared = Vec::new();
    if same_recipient {
        shared.push("the same recipient".to_owned());
    }
    if datasets > 0 {
        shared.push(words::count(datasets, "dataset", "datasets"));
    }
    if same_words {
        shared.push("words of its title".to_owned());
    }
    let reasons = view.texts.iter().find(|text| text.name.as_deref() == Some("reasons"));
    let text = reasons.and_then(|text| match &text.state {
        TextState::Public(text) => Some(text.clone()),
        _ => None,
    });
    Similar {
        address: words::share_address(&view.reference),
        title: view.title.clone().unwrap_or_else(|| view.reference.clone()),
        reference: view.reference,
        recipient: view.recipient,
        outcome: view.decision.outcome,
        decided: words::date_or(&view.decision.decided, "date not known"),
        reasons: view.decision.reasons.iter().map(|reason| reason.label()).collect(),
        text,
        shared: shared.join(", "),
    }
}
