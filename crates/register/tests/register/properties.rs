//! What holds for every sequence of statements, sensible or not: the fold never panics, a refusal changes nothing, and
//! the log's files alone make the same register.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use register::disclosure::{encode_bundle, parse_bundle};
use register::fold::Touched;
use register::statement::*;
use register::tables::{Row, general_fact_rows, recipient_row, share_rows, statement_row};
use register::vocabulary::*;
use register::{Count, Disclosure, Draft, Register, Statement, Volume};
use serde_json::{Value, json};

use crate::given::{Story, Texts, assert_rebuilds, date, digest, fact, head_rows, moment, rows};
use crate::samples::*;

/// What to publish next, as numbers that choose from small pools: what they mean depends on what is published already.
#[derive(Debug, Clone)]
struct Choice {
    kind: usize,
    share: usize,
    who: usize,
    which: usize,
    target: usize,
    odd: u8,
    texts: Vec<(usize, bool)>,
    patch: Value,
}

const SHARES: [&str; 3] = ["S1", "S2", "DARS-NIC-1-v2.2"];
const WHO: [&str; 5] = ["Acme", "ACME ", "Beta", "Auditor", "Ωμέγα"];
const COPIES: [&str; 2] = ["C1", "C2"];
const RELEASES: [&str; 3] = ["R1", "R2", "R3"];
const NAMES: [&str; 4] = ["title", "summary", "reasons", "volume"];
const DATES: [&str; 4] = ["2023", "2024-05", "2024-05-31", "2026-01-01"];

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (
        // Steps that others need come more often, or most sequences would be refused from the start.
        prop_oneof![
            2 => 0..Kind::ALL.len(),
            2 => prop::sample::select(&[Kind::ShareApplied, Kind::ShareDecided, Kind::ReleaseRegistered][..]).prop_map(place),
            1 => prop::sample::select(&[Kind::ReleaseOpened, Kind::ConcernRaised, Kind::ConcernAnswered, Kind::RecommendationMade, Kind::RecommendationProgressed][..])
                .prop_map(place),
            1 => prop::sample::select(&[Kind::DestructionClaimed, Kind::DestructionConfirmed][..]).prop_map(place),
            3 => prop::sample::select(&[Kind::Correction, Kind::Redaction][..]).prop_map(place),
        ],
        prop_oneof![3 => Just(0), 1 => 0..SHARES.len()],
        0..WHO.len(),
        0..12_usize,
        any::<prop::sample::Index>().prop_map(|index| index.index(1 << 16)),
        any::<u8>(),
        prop::collection::vec((0..NAMES.len(), prop::bool::weighted(0.3)), 0..3),
        patches(),
    );
    let choice = choice.prop_map(|(kind, share, who, which, target, odd, texts, patch)| Choice {
        kind,
        share,
        who,
        which,
        target,
        odd,
        texts,
        patch,
    });
    prop::collection::vec(choice, 1..70)
}

fn place(kind: Kind) -> usize {
    Kind::ALL.iter().position(|known| *known == kind).unwrap()
}

fn patches() -> impl Strategy<Value = Value> {
    let meant = vec![
        json!({}),
        json!({ "release": "R2" }),
        json!({ "outcome": "refused" }),
        json!({ "outcome": "approved" }),
        json!({ "outcome": null }),
        json!({ "access": { "recipient": { "name": "Beta" } } }),
        json!({ "access": { "recipient": { "ids": { "ico": "Z1" }, "name": "Auditor" }, "route": null } }),
        json!({ "access": { "datasets": [{ "name": "Census" }], "facts": { "opt-outs": null } } }),
        json!({ "access": null }),
        json!({ "by": { "name": "Beta" } }),
        json!({ "by": { "ids": { "ico": "Z1" } } }),
        json!({ "copy": "C2" }),
        json!({ "copy": "C1" }),
        json!({ "lifted": true }),
        json!({ "end": "1999" }),
        json!({ "start": "2030-05" }),
        json!({ "reasons": [] }),
        json!({ "reasons": ["no-answer"] }),
        json!({ "volume": { "people": "<10" } }),
        json!({ "volume": { "people": 7 } }),
        json!({ "volume": null }),
        json!({ "concern": "K2" }),
        json!({ "recommendation": "K2" }),
        json!({ "recipient": { "name": "Beta", "sector": "Charity" } }),
        json!({ "name": "Renamed" }),
        json!({ "people": "<10" }),
    ];
    let nonsense = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..1_u64 << 53).prop_map(Value::from),
        "[a-zA-Z <é\"\\\\]{1,12}".prop_map(Value::from),
    ];
    let member = "(release|access|volume|by|end|[a-z]{1,6})";
    let nonsense = nonsense.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(member, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let nonsense = prop::collection::btree_map(member, nonsense, 0..4);
    prop_oneof![
        3 => prop::sample::select(meant),
        1 => nonsense.prop_map(|map| Value::Object(map.into_iter().collect())),
    ]
}

impl Choice {
    fn draft(&self, story: &Story) -> Draft {
        let kind = Kind::ALL[self.kind];
        let mut draft = fact(self.body(kind, story));
        let general = matches!(
            kind,
            Kind::RegisterOpened
                | Kind::ItemDictionaryPublished
                | Kind::EditionImported
                | Kind::RecommendationMade
                | Kind::RecommendationProgressed
                | Kind::Heartbeat
        );
        let concern = matches!(kind, Kind::ConcernRaised | Kind::ConcernAnswered | Kind::SafeguardRecorded);
        let target = self.target(story);
        draft.statement.share = match kind {
            Kind::Correction | Kind::Redaction if self.odd > 10 => {
                story.statements.get(target as usize).and_then(|statement| statement.share.clone())
            }
            _ if general || (concern && self.which.is_multiple_of(2)) => None,
            _ => Some(SHARES[self.share].to_owned()),
        };
        match self.odd {
            0 => draft.statement.share = None,
            1 => draft.statement.share = Some("S9".to_owned()),
            2 => draft.statement.id = "s1".to_owned(),
            3 => draft.statement.logged = moment(1),
            4 => draft.statement.corrects = Some(target),
            _ => {}
        }
        if kind == Kind::Correction && self.odd != 5 {
            draft.statement.corrects = Some(target);
        }
        if kind == Kind::DestructionEvidenced && self.odd != 6 {
            draft.statement.evidence = evidenced("S1", "C1").statement.evidence;
        }
        let reasons = (kind == Kind::ShareDecided && self.odd > 20).then_some((2, false));
        for (place, (name, hidden)) in self.texts.iter().copied().chain(reasons).enumerate() {
            // Now and then a salt is used again.
            let number = if self.odd == 7 { 0 } else { story.register.size() };
            let value = format!("{}-{number}-{place}", if hidden { "canary" } else { "text" });
            draft = if hidden { draft.hides(NAMES[name], &value) } else { draft.says(NAMES[name], &value) };
        }
        if self.odd == 8 {
            draft = clearing(draft, &["nothing", "title"]);
        } else if self.odd > 230 {
            draft = clearing(draft, &["title"]);
        }
        draft
    }

    fn target(&self, story: &Story) -> u64 {
        self.target as u64 % (story.register.size() + 1)
    }

    fn by(&self) -> register::Organisation {
        let mut by = organisation("x");
        by.name = WHO[self.who].to_owned();
        if self.which == 0 {
            by.ids.insert("ico".to_owned(), "Z1".to_owned());
        }
        by
    }

    fn body(&self, kind: Kind, story: &Story) -> Body {
        let (by, flag) = (self.by(), self.which.is_multiple_of(2));
        let copy = COPIES[self.which % COPIES.len()].to_owned();
        let release_of = RELEASES[self.which % RELEASES.len()].to_owned();
        let key = ["K1", "K2", "K3"][self.which % 3].to_owned();
        let day = date(DATES[self.which % DATES.len()]);
        let later = date(DATES[self.target % DATES.len()]);
        let access = Access { recipient: by.clone(), ..access("x") };
        let outcome = Outcome::ALL[(self.which / 2) % 4];
        match kind {
            Kind::RegisterOpened => opened().statement.body,
            Kind::ItemDictionaryPublished => {
                let (digest, schemes) = (digest("a", "b"), vec!["npd-tier".to_owned()]);
                ItemDictionaryPublished { dataset: "D".into(), digest, edition: "E".into(), items: 4, schemes }.into()
            }
            Kind::EditionImported => {
                let (digest, source) = (digest("a", "b"), "s".to_owned());
                EditionImported { added: 1, altered: 2, digest, edition: day, source, unlisted: 3, warnings: 4 }.into()
            }
            Kind::ListingChanged => {
                let release = (!self.which.is_multiple_of(3)).then_some(release_of);
                ListingChanged { listed: self.odd.is_multiple_of(2), release, source: "s".to_owned() }.into()
            }
            Kind::ShareImported => {
                let outcome = flag.then_some(outcome);
                let (applied, decided, start, end) = (None, Some(day), Some(day), flag.then_some(later));
                ShareImported { access, applied, decided, end, outcome, source: "s".to_owned(), start }.into()
            }
            Kind::ShareApplied => ShareApplied { access }.into(),
            Kind::ShareDecided => decided("S1", if flag { Outcome::Approved } else { outcome }).statement.body,
            Kind::ShareAgreed => {
                let (agreement, territory) = (None, None);
                ShareAgreed { agreement, end: later, processors: vec![by], start: day, territory }.into()
            }
            Kind::ShareAmended => ShareAmended { by: "S2".to_owned() }.into(),
            Kind::ShareExtended => ShareExtended { by: "S2".to_owned(), end: later }.into(),
            Kind::ShareSuspended => suspended("S1", flag).statement.body,
            Kind::ShareEnded => {
                ShareEnded { destruction_due: flag.then_some(later), ground: EndGround::Expired }.into()
            }
            Kind::ReleaseRegistered => {
                let people = [Count::Exactly(7), Count::Exactly(20), Count::Under(10)][self.which % 3];
                let basis = VolumeBasis::ALL[self.target % 2];
                let volume = Volume { basis, people: Some(people), requests: None, rows: Some(3), supplied: None };
                ReleaseRegistered { volume: flag.then_some(volume), ..release(&release_of) }.into()
            }
            Kind::ReleaseOpened => ReleaseOpened { release: release_of }.into(),
            Kind::SafeguardRecorded => {
                SafeguardRecorded { expires: None, recipient: by, safeguard: Safeguard::Training }.into()
            }
            Kind::AuditCompleted => {
                let findings = [("major".to_owned(), 1)].into();
                AuditCompleted { actions_open: 1, audit: "A".to_owned(), findings, recipient: by }.into()
            }
            Kind::IncidentRecorded => {
                let (people, reported) = (Some(Count::Exactly(3)), Some(day));
                let effect = IncidentEffect::Loss;
                IncidentRecorded { closed: flag, effect, incident: "I".to_owned(), people, reported }.into()
            }
            Kind::SanctionImposed => {
                let (ground, sanction) = (SanctionGround::OnwardSharing, SanctionKind::Warning);
                SanctionImposed { ground, recipient: by, sanction, until: None }.into()
            }
            Kind::DestructionClaimed => {
                DestructionClaimed { by, copy, method: Method::Clear, place: CopyPlace::Backup }.into()
            }
            Kind::DestructionEvidenced => DestructionEvidenced { by, copy }.into(),
            Kind::DestructionConfirmed => DestructionConfirmed { by, copy }.into(),
            Kind::DestructionDisputed => DestructionDisputed { by, copy }.into(),
            Kind::Correction => correction_of(0, self.patch.clone()).statement.body,
            Kind::Redaction => {
                let of = self.target(story);
                let sealed = story.statements.get(of as usize).map_or(&[][..], |statement| &statement.sealed);
                let mut digests = sealed.to_vec();
                digests.truncate(1 + self.which % 2);
                if self.odd == 9 {
                    digests = vec![digest("a", "b")];
                }
                Redaction { digests, ground: ErasureGround::RightToErasure, of }.into()
            }
            Kind::ConcernRaised => ConcernRaised { concern: key, topic: ConcernTopic::Rights }.into(),
            Kind::ConcernAnswered => ConcernAnswered { concern: key, outcome: ConcernOutcome::Upheld }.into(),
            Kind::RecommendationMade => RecommendationMade { by, recommendation: key }.into(),
            Kind::RecommendationProgressed => {
                RecommendationProgressed { progress: Progress::Done, recommendation: key }.into()
            }
            Kind::Heartbeat => {
                let mut totals = story.register.totals();
                totals.shares += u64::from(self.odd == 10);
                Heartbeat { as_of: day, totals }.into()
            }
        }
    }
}

/// The rows as the store keeps them: it replaces those of what a statement touched, and adds the statement's own.
#[derive(Default)]
struct Kept {
    shares: BTreeMap<usize, Vec<Row>>,
    recipients: BTreeMap<usize, Row>,
    statements: Vec<Row>,
    general: BTreeMap<u64, Vec<Row>>,
}

impl Kept {
    fn follow(&mut self, story: &Story, touched: &Touched) {
        let register = &story.register;
        if let Some(place) = touched.share {
            self.shares.insert(place, share_rows(register, &register.shares()[place]));
        }
        for place in &touched.recipients {
            self.recipients.insert(*place, recipient_row(register, *place));
        }
        for index in &touched.general {
            let fact = register.fact(*index).filter(|_| register.share_at(*index).is_none());
            self.general.insert(*index, fact.map(general_fact_rows).unwrap_or_default());
        }
        let index = register.size() - 1;
        let (statement, leaf) = (&story.statements[index as usize], &story.leaves[index as usize]);
        self.statements.push(statement_row(register, index, statement, leaf));
    }

    fn rows(self, register: &Register) -> Vec<Row> {
        let mut rows = head_rows(register);
        rows.extend(self.general.into_values().flatten());
        rows.extend(self.shares.into_values().flatten());
        rows.extend(self.recipients.into_values());
        rows.extend(self.statements);
        rows.sort();
        rows
    }
}

/// Rules that no correction may break afterwards, told from the facts alone.
fn assert_rules_hold(register: &Register) {
    let mut releases = 0;
    for share in register.shares() {
        let claimed: BTreeSet<_> = share
            .facts
            .iter()
            .filter_map(|fact| match &fact.body {
                Body::DestructionClaimed(claim) => Some(claim.copy.as_str()),
                _ => None,
            })
            .collect();
        let copies = share.copies();
        assert!(copies.keys().copied().eq(claimed), "every claimed copy has a state");
        for copy in copies.values() {
            if let Some((_, by)) = &copy.confirmed {
                assert!(!by.is_same(&copy.claimed.1) && !by.is_same(&share.access().recipient));
            }
        }
        let names: BTreeSet<_> = share.releases().map(|(_, release, _)| &release.release).collect();
        assert_eq!((names.len(), share.releases().count()), (share.release_count() as usize, names.len()));
        assert!(names.is_empty() || share.outcome().is_none_or(Outcome::allows_release));
        assert!(share.agreed().is_none() || share.outcome().is_some_and(Outcome::allows_release));
        releases += share.release_count();
        let recipient = &register.recipients()[share.recipient];
        assert_eq!(register.recipient(&share.access().recipient.name), Some(share.recipient));
        assert!(recipient.shares.iter().any(|place| register.shares()[*place].reference == share.reference));
    }
    for recipient in register.recipients() {
        let shares = || recipient.shares.iter().map(|place| &register.shares()[*place]);
        assert_eq!(recipient.releases, shares().map(register::fold::Share::release_count).sum::<u64>());
        assert_eq!(recipient.changed, shares().map(|share| share.changed).max().unwrap_or(recipient.id));
    }
    assert_eq!(register.totals().releases, releases);
    assert_counts(register);
}

/// What is counted on the way is what a count at the end gives.
fn assert_counts(register: &Register) {
    let shares = register.shares();
    let count = |wanted: fn(&register::fold::Share) -> bool| shares.iter().filter(|share| wanted(share)).count() as u64;
    let of_access = |share: &register::fold::Share| {
        let released = share.releases().flat_map(|(_, release, _)| release.datasets.clone());
        released.chain(share.access().datasets.iter().map(|dataset| dataset.name.clone())).collect::<Vec<_>>()
    };
    let datasets: BTreeSet<String> = shares.iter().flat_map(of_access).collect();
    let facts = shares.iter().flat_map(|share| &share.facts).chain(register.general());
    let all = (0..register.size()).filter_map(|index| register.fact(index));
    let redactions = all.filter(|fact| matches!(fact.body, Body::Redaction(_))).count() as u64;
    let with_shares = register.recipients().iter().filter(|recipient| !recipient.shares.is_empty()).count() as u64;
    let expected = [
        ("corrections", facts.map(|fact| fact.corrected_by.len() as u64).sum()),
        ("datasets", datasets.len() as u64),
        ("destroyed", count(|share| share.status() == Status::Destroyed)),
        ("disputed", count(|share| share.destruction() == Destruction::Disputed)),
        ("ended", count(|share| share.ended().is_some())),
        ("redactions", redactions),
        ("refused", count(|share| share.outcome() == Some(Outcome::Refused))),
        ("unlisted", count(|share| share.listed() == Some(false))),
        ("withdrawn", count(|share| share.outcome() == Some(Outcome::Withdrawn))),
    ];
    assert_eq!(register.tally().counts(), expected);
    assert_eq!(register.totals().recipients, with_shares);
}

/// Publishes what is accepted, and holds the register to what must be true after each step.
fn publish(choices: &[Choice]) -> (Story, Kept, usize) {
    let (mut story, mut kept, mut refused) = (Story::default(), Kept::default(), 0);
    // Some begin with a release of an approved share: few random sequences come so far by themselves.
    let lead = if choices[0].odd.is_multiple_of(2) { released_once() } else { vec![opened()] };
    for draft in lead {
        let touched = story.publish(draft).unwrap();
        kept.follow(&story, &touched);
    }
    for choice in choices {
        let draft = choice.draft(&story);
        let before = story.register.clone();
        match story.publish(draft) {
            Ok(touched) => kept.follow(&story, &touched),
            Err(_) => {
                refused += 1;
                assert_eq!(story.register, before, "a refusal leaves the register as it was");
            }
        }
    }
    (story, kept, refused)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_makes_a_register_that_its_files_make_again(choices in choices()) {
        let (story, kept, _) = publish(&choices);
        assert_rebuilds(&story);
        assert_rules_hold(&story.register);
        let kept = kept.rows(&story.register);
        let shown = format!("{kept:?} {:?}", story.register);
        prop_assert!(!shown.contains("canary"), "a withheld text is in the register");
        prop_assert_eq!(kept, rows(&story), "what the store keeps is what is computed at the end");
    }

    #[test]
    fn any_bytes_are_a_leaf_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(statement) = Statement::from_leaf(&bytes) {
            prop_assert_eq!(statement.to_leaf().unwrap(), bytes);
        }
    }

    #[test]
    fn any_json_like_text_is_a_leaf_or_an_error(text in "[{}\\[\\]\",:0-9a-e_\\\\. ]{0,60}") {
        prop_assert!(Statement::from_leaf(text.as_bytes()).is_err());
    }

    #[test]
    fn a_changed_leaf_is_refused_or_is_another_leaf(
        leaf in prop::sample::select(leaves()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        let mut bytes = leaf;
        for (place, byte, how) in changes {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => _ = bytes.remove(at),
                _ => bytes[at] = b"\"{}[],:019-\\azA"[usize::from(byte) % 15],
            }
        }
        if let Ok(statement) = Statement::from_leaf(&bytes) {
            prop_assert_eq!(statement.to_leaf().unwrap(), bytes.clone());
            prop_assert_eq!(canonical(&bytes), bytes);
        }
    }

    #[test]
    fn any_bytes_are_a_bundle_or_an_error(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "([A-Za-z0-9_~=-]{0,20}\n){0,8}".prop_map(String::into_bytes),
    ]) {
        if let Ok(lines) = parse_bundle(&bytes) {
            let again = encode_bundle(lines.iter().map(Vec::as_slice));
            prop_assert_eq!(parse_bundle(again.as_bytes()).unwrap().len(), lines.len());
        }
    }

    #[test]
    fn any_texts_survive_a_bundle(texts in prop::collection::vec(prop::collection::vec((any::<[u8; 32]>(), ".{0,8}", any::<String>()), 0..4), 0..6)) {
        let sealed = |(salt, name, value): &([u8; 32], String, String)| Disclosure::seal(register::Salt(*salt), name, value);
        let mut lines: Vec<Vec<Disclosure>> = texts.iter().map(|line| line.iter().map(sealed).collect()).collect();
        let bundle = encode_bundle(lines.iter().map(Vec::as_slice));
        for line in &mut lines {
            line.sort_by_key(Disclosure::digest);
        }
        prop_assert_eq!(parse_bundle(bundle.as_bytes()).unwrap(), lines);
    }

    #[test]
    fn a_patch_made_from_two_bodies_turns_one_into_the_other(choices in choices()) {
        let (story, _, _) = publish(&choices);
        let bodies: Vec<_> = story.statements.iter().map(|statement| &statement.body).collect();
        for pair in bodies.iter().flat_map(|before| bodies.iter().map(move |after| (*before, *after))) {
            // A merge patch cannot say that a member becomes null, which a correction's own patch may hold.
            if pair.0.kind() == pair.1.kind() && pair.0.kind() != Kind::Correction {
                prop_assert_eq!(&pair.0.patched(&pair.0.patch_to(pair.1).unwrap()).unwrap(), pair.1);
            }
        }
    }
}

/// The bytes as another implementation of RFC 8785 writes them.
fn canonical(leaf: &[u8]) -> Vec<u8> {
    let value: Value = serde_json::from_slice(leaf).unwrap();
    serde_json_canonicalizer::to_vec(&value).unwrap()
}

fn leaves() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

/// The generator is worth something only if much of what it makes is accepted, of every kind, and much is refused.
#[test]
fn the_random_sequences_reach_every_kind_and_many_refusals() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut kinds, mut refused, mut accepted, mut erased) = (BTreeSet::new(), 0, 0, 0);
    for _ in 0..150 {
        let (story, _, refusals) = publish(&choices().new_tree(&mut runner).unwrap().current());
        refused += refusals;
        accepted += story.statements.len();
        kinds.extend(story.statements.iter().map(Statement::kind));
        erased += story.statements.iter().filter(|statement| statement.kind() == Kind::Redaction).count();
    }
    assert_eq!(kinds.len(), Kind::ALL.len(), "{kinds:?}");
    println!("{accepted} accepted, {refused} refused, {erased} erasures");
    assert!(accepted > 1_500 && refused > 1_000 && erased > 40, "{accepted} {refused} {erased}");
}
