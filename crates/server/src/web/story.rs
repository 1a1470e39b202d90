//! What a statement says, in one line; and what a correction changed, before and after.

use std::collections::{BTreeMap, HashMap};

use register::statement::{Body, Kind, Redaction};
use register::vocabulary::{ErasureGround, fact_label, text_label};
use serde_json::Value;

use super::database::{FieldText, StatementView, TextState};
use super::words;

/// What a page calls a statement of this kind; one that this program does not know is called by its code.
pub fn title(statement: &StatementView) -> String {
    Kind::from_code(&statement.kind).map_or_else(|| words::plain(&statement.kind), |kind| kind.label().to_owned())
}

/// Whether a reader who only skims should notice it.
pub fn weighty(statement: &StatementView) -> bool {
    let kind = Kind::from_code(&statement.kind);
    matches!(
        kind,
        Some(
            Kind::ShareDecided
                | Kind::ShareSuspended
                | Kind::ShareEnded
                | Kind::IncidentRecorded
                | Kind::SanctionImposed
                | Kind::DestructionConfirmed
                | Kind::DestructionDisputed
                | Kind::Correction
                | Kind::Redaction
        )
    )
}

/// What it says, in one line; empty where its title says it all.
pub fn detail(statement: &StatementView) -> String {
    let Some(read) = &statement.statement else { return String::new() };
    match &read.body {
        Body::RegisterOpened(body) => format!("{}, kept by {}", body.name, body.custodian.name),
        Body::ItemDictionaryPublished(body) => {
            format!("{}, {}, {}", body.dataset, body.edition, words::count(body.items, "item", "items"))
        }
        Body::EditionImported(body) => format!(
            "{} of {}: {} added, {} altered, {} no longer listed",
            words::plain(&body.source),
            words::date(body.edition),
            words::number(body.added),
            words::number(body.altered),
            words::number(body.unlisted)
        ),
        Body::ListingChanged(body) => {
            let what = body.release.as_ref().map_or("This share".to_owned(), |release| format!("Release {release}"));
            let how = if body.listed { "is listed again" } else { "is no longer listed" };
            format!("{what} {how} by its publisher")
        }
        Body::ShareImported(body) => format!("For {}", body.access.recipient.name),
        Body::ShareApplied(body) => format!("By {}", body.access.recipient.name),
        Body::ShareDecided(body) => format!("{} by {}", body.outcome.label(), body.decided_by),
        Body::ShareAgreed(body) => format!("From {} to {}", words::date(body.start), words::date(body.end)),
        Body::ShareAmended(body) => format!("By {}", body.by),
        Body::ShareExtended(body) => format!("By {}, to {}", body.by, words::date(body.end)),
        Body::ShareSuspended(body) if body.lifted => "The suspension is lifted".to_owned(),
        Body::ShareSuspended(body) => body.ground.label().to_owned(),
        Body::ShareEnded(body) => match &body.destruction_due {
            Some(due) => format!("{}. Every copy must be destroyed by {}", body.ground.label(), words::date(due)),
            None => body.ground.label().to_owned(),
        },
        Body::ReleaseRegistered(body) => format!("Release {}: {}", body.release, body.datasets.join(", ")),
        Body::ReleaseOpened(body) => format!("Release {}", body.release),
        Body::SafeguardRecorded(body) => match &body.expires {
            Some(expires) => format!("{}, until {}", body.safeguard.label(), words::date(expires)),
            None => body.safeguard.label().to_owned(),
        },
        Body::AuditCompleted(body) => {
            let findings: Vec<String> = body.findings.iter().map(|(class, count)| format!("{count} {class}")).collect();
            let findings = if findings.is_empty() { "no findings".to_owned() } else { findings.join(", ") };
            format!("{}: {findings}; actions open: {}", body.audit, body.actions_open)
        }
        Body::IncidentRecorded(body) => {
            format!("{}; {}", body.effect.label(), if body.closed { "closed" } else { "not closed" })
        }
        Body::SanctionImposed(body) => format!("{}: {}", body.sanction.label(), body.ground.label()),
        Body::DestructionClaimed(body) => {
            format!("{} ({}), by {}: {}", body.copy, body.place.label(), body.by.name, body.method.label())
        }
        Body::DestructionEvidenced(body) => format!("{}, by {}", body.copy, body.by.name),
        Body::DestructionConfirmed(body) => format!("{}, by {}", body.copy, body.by.name),
        Body::DestructionDisputed(body) => format!("{}, by {}", body.copy, body.by.name),
        Body::Correction(body) => body.reason.label().to_owned(),
        Body::Redaction(body) => {
            let texts = words::count(body.digests.len() as u64, "text", "texts");
            format!("{texts} erased. {}", body.ground.label())
        }
        Body::ConcernRaised(body) => format!("{}: {}", body.concern, body.topic.label()),
        Body::ConcernAnswered(body) => format!("{}: {}", body.concern, body.outcome.label()),
        Body::RecommendationMade(body) => format!("{}, by {}", body.recommendation, body.by.name),
        Body::RecommendationProgressed(body) => format!("{}: {}", body.recommendation, body.progress.label()),
        Body::Heartbeat(body) => format!("Totals as of {}", words::date(body.as_of)),
    }
}

/// One thing that a correction changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is called.
    pub field: String,
    /// What it said.
    pub before: String,
    /// What it says.
    pub after: String,
    /// Whether it is a long text, which a page folds.
    pub long: bool,
}

/// A correction with everything that it changed.
#[derive(Debug)]
pub struct Correction {
    /// Its index.
    pub index: u64,
    /// The statement that it corrects.
    pub target: u64,
    /// What kind of statement that is.
    pub target_title: String,
    /// When it was made, in words.
    pub at: String,
    /// Why.
    pub reason: &'static str,
    /// What it changed.
    pub differences: Vec<Difference>,
}

/// The corrections among statements that stand in the log's order, each against what stood before it.
pub fn corrections(statements: &[StatementView], texts: &[FieldText]) -> Vec<Correction> {
    let mut bodies: HashMap<u64, Body> = HashMap::new();
    let mut titles: HashMap<u64, String> = HashMap::new();
    let mut list = Vec::new();
    for view in statements {
        let Some(read) = &view.statement else { continue };
        titles.insert(view.index, title(view));
        let (Body::Correction(body), Some(target)) = (&read.body, read.corrects) else {
            bodies.insert(view.index, read.body.clone());
            continue;
        };
        let mut differences = Vec::new();
        if let Some(before) = bodies.get(&target)
            && let Ok(after) = before.patched(&body.patch)
        {
            let read = |body: &Body| serde_json::to_value(body).unwrap_or_default();
            compare(&mut differences, "", &read(before), &read(&after));
            bodies.insert(target, after);
        }
        let sealed: Vec<String> = read.sealed.iter().map(ToString::to_string).collect();
        differences.extend(text_differences(view.index, &sealed, texts));
        list.push(Correction {
            index: view.index,
            target,
            target_title: titles.get(&target).cloned().unwrap_or_else(|| "Statement".to_owned()),
            at: words::date(view.at),
            reason: body.reason.label(),
            differences,
        });
    }
    list
}

fn text_differences(correction: u64, sealed: &[String], texts: &[FieldText]) -> Vec<Difference> {
    let mut pairs: BTreeMap<String, (String, String)> = BTreeMap::new();
    for text in texts {
        let name = text.name.clone().unwrap_or_else(|| "erased text".to_owned());
        if text.replaced_by == Some(correction) {
            pairs.entry(name.clone()).or_default().0 = said(&text.state);
        }
        if sealed.contains(&text.digest) {
            pairs.entry(name).or_default().1 = said(&text.state);
        }
    }
    let long = |text: &str| text.len() > 400;
    let difference = |(name, (before, after)): (String, (String, String))| Difference {
        field: text_label(&name),
        long: long(&before) || long(&after),
        before: or_nothing(before),
        after: or_nothing(after),
    };
    pairs.into_iter().map(difference).collect()
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "(nothing)".to_owned() } else { text }
}

/// A text, or why it cannot be shown.
fn said(state: &TextState) -> String {
    match state {
        TextState::Public(value) => value.clone(),
        TextState::Withheld(..) => "(withheld)".to_owned(),
        TextState::Erased => "(erased)".to_owned(),
        TextState::Missing => "(missing)".to_owned(),
    }
}

fn compare(differences: &mut Vec<Difference>, path: &str, before: &Value, after: &Value) {
    if before == after {
        return;
    }
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let inner = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            let of = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
            compare(differences, &inner, &of(old), &of(new));
        }
        return;
    }
    differences.push(Difference { field: field_label(path), before: plain(before), after: plain(after), long: false });
}

/// What a page calls a member of a body: the words of the visible fields, without the structure around them.
fn field_label(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "recipient", "name"] => "Recipient".to_owned(),
        [.., "facts", code] => fact_label(code),
        ["access", rest @ ..] => rest.iter().map(|part| words::plain(part)).collect::<Vec<_>>().join(", "),
        [one] => words::plain(one),
        many => many.iter().map(|part| words::plain(part)).collect::<Vec<_>>().join(", "),
    }
}

/// A value as a page writes it.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "(nothing)".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), words::number),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "(nothing)".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{} {}", words::plain(name), plain(value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// The redactions among statements: by digest, the statement that erased it and why.
pub fn erasures(statements: &[StatementView]) -> HashMap<String, (u64, ErasureGround)> {
    let mut erased = HashMap::new();
    for view in statements {
        if let Some(Body::Redaction(Redaction { digests, ground, .. })) = view.statement.as_ref().map(|read| &read.body)
        {
            erased.extend(digests.iter().map(|digest| (digest.to_string(), (view.index, *ground))));
        }
    }
    erased
}
