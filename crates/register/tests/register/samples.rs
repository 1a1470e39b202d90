//! Statements for the tests to tell stories with.

use register::statement::*;
use register::vocabulary::*;
use register::{Count, Digest, Draft, Organisation, Volume};

use crate::given::{Texts, about, date, fact};

pub fn organisation(name: &str) -> Organisation {
    Organisation::named(name)
}

pub fn access(recipient: &str) -> Access {
    Access {
        bases: vec!["Education Act 1996 s.537A".to_owned()],
        channel: Channel::Panel,
        datasets: Vec::new(),
        facts: [("opt-outs".to_owned(), "N".to_owned())].into(),
        recipient: organisation(recipient),
        route: Some(Route::DirectSupply),
    }
}

pub fn opened() -> Draft {
    fact(RegisterOpened {
        custodian: organisation("Department"),
        demonstration: true,
        name: "Data shares".to_owned(),
        population: "pupils".to_owned(),
    })
}

pub fn applied(share: &str) -> Draft {
    about(share, ShareApplied { access: access("Acme") })
}

pub fn imported(share: &str) -> Draft {
    let access = access("Acme");
    let source = "nhs-digital".to_owned();
    about(share, ShareImported { access, applied: None, decided: None, end: None, outcome: None, source, start: None })
}

pub fn decided(share: &str, outcome: Outcome) -> Draft {
    let decided_by = "Panel".to_owned();
    about(
        share,
        ShareDecided {
            conditions: Vec::new(),
            datasets: Vec::new(),
            decided_by,
            outcome,
            reasons: vec![Reason::BenefitClear],
        },
    )
}

/// A decision with its reasons, of which the text differs from those of other outcomes.
pub fn reasoned(share: &str, outcome: Outcome) -> Draft {
    decided(share, outcome).says("reasons", &format!("{share}: {outcome}"))
}

pub fn agreed(share: &str, start: &str, end: &str) -> Draft {
    let (start, end) = (date(start), date(end));
    about(share, ShareAgreed { agreement: None, end, processors: Vec::new(), start, territory: None })
}

pub fn extended(share: &str, end: &str) -> Draft {
    about(share, ShareExtended { by: "S9".to_owned(), end: date(end) })
}

pub fn suspended(share: &str, lifted: bool) -> Draft {
    about(share, ShareSuspended { ground: SuspensionGround::Incident, lifted })
}

pub fn ended(share: &str) -> Draft {
    about(share, ShareEnded { destruction_due: Some(date("2030-01")), ground: EndGround::Completed })
}

pub fn release(reference: &str) -> ReleaseRegistered {
    ReleaseRegistered {
        bases: Vec::new(),
        classes: Vec::new(),
        cohorts: Vec::new(),
        datasets: vec!["Census".to_owned()],
        facts: Default::default(),
        frequency: None,
        items: Vec::new(),
        manifest: None,
        release: reference.to_owned(),
        released: Some(date("2024-02")),
        source: None,
        volume: Some(Volume {
            basis: VolumeBasis::Measured,
            people: Some(Count::Exactly(1_000)),
            requests: None,
            rows: Some(1_234),
            supplied: None,
        }),
    }
}

pub fn released(share: &str, reference: &str) -> Draft {
    about(share, release(reference))
}

pub fn release_opened(share: &str, release: &str) -> Draft {
    about(share, ReleaseOpened { release: release.to_owned() })
}

pub fn listing(share: &str, release: Option<&str>, listed: bool) -> Draft {
    let release = release.map(str::to_owned);
    about(share, ListingChanged { listed, release, source: "nhs-digital".to_owned() })
}

pub fn claimed(share: &str, copy: &str, by: &str) -> Draft {
    let (by, copy) = (organisation(by), copy.to_owned());
    about(share, DestructionClaimed { by, copy, method: Method::Purge, place: CopyPlace::Primary })
}

pub fn evidenced(share: &str, copy: &str) -> Draft {
    let mut draft = about(share, DestructionEvidenced { by: organisation("Acme"), copy: copy.to_owned() });
    let digest = Digest::of(b"certificate");
    draft.statement.evidence.push(Evidence { digest, kind: "certificate".to_owned() });
    draft
}

pub fn confirmed(share: &str, copy: &str, by: &str) -> Draft {
    about(share, DestructionConfirmed { by: organisation(by), copy: copy.to_owned() })
}

pub fn disputed(share: &str, copy: &str, by: &str) -> Draft {
    about(share, DestructionDisputed { by: organisation(by), copy: copy.to_owned() })
}

pub fn concern(reference: &str) -> Draft {
    fact(ConcernRaised { concern: reference.to_owned(), topic: ConcernTopic::Register })
}

pub fn answer(reference: &str) -> Draft {
    fact(ConcernAnswered { concern: reference.to_owned(), outcome: ConcernOutcome::Upheld })
}

pub fn recommendation(reference: &str) -> Draft {
    fact(RecommendationMade { by: organisation("Regulator"), recommendation: reference.to_owned() })
}

pub fn progress(reference: &str) -> Draft {
    fact(RecommendationProgressed { progress: Progress::Started, recommendation: reference.to_owned() })
}

pub fn safeguard(recipient: &str) -> Draft {
    fact(SafeguardRecorded { expires: None, recipient: organisation(recipient), safeguard: Safeguard::Iso27001 })
}

pub fn heartbeat(recipients: u64, releases: u64, shares: u64) -> Draft {
    fact(Heartbeat { as_of: date("2024-03-01"), totals: Totals { recipients, releases, shares } })
}

/// A correction of a statement of this share by a merge patch.
pub fn correction(share: &str, of: u64, patch: serde_json::Value) -> Draft {
    let mut draft = correction_of(of, patch);
    draft.statement.share = Some(share.to_owned());
    draft
}

/// A correction of a statement about no share.
pub fn correction_of(of: u64, patch: serde_json::Value) -> Draft {
    let patch = patch.as_object().unwrap().clone();
    fact(Correction { cleared: Vec::new(), patch, reason: CorrectionReason::EnteredWrongly }).corrects(of)
}

/// The same correction, clearing these texts.
pub fn clearing(mut draft: Draft, names: &[&str]) -> Draft {
    if let Body::Correction(correction) = &mut draft.statement.body {
        correction.cleared = names.iter().map(|name| (*name).to_owned()).collect();
    }
    draft
}

pub fn redaction(share: &str, of: u64, digests: &[Digest]) -> Draft {
    let mut digests = digests.to_vec();
    digests.sort();
    about(share, Redaction { digests, ground: ErasureGround::RightToErasure, of })
}

/// A register with one share, S1 of Acme, that is approved: statements 0 to 2.
pub fn approved() -> Vec<Draft> {
    vec![opened(), applied("S1"), reasoned("S1", Outcome::Approved)]
}

/// The same with release R1 as statement 3.
pub fn released_once() -> Vec<Draft> {
    approved().into_iter().chain([released("S1", "R1")]).collect()
}
