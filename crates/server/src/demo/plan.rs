//! The steps that the data files describe, each of which becomes a statement.

use std::collections::BTreeMap;

use register::draft::File;
use register::statement::{Access, DatasetUse, ReleaseOpened, ReleaseRegistered, ShareApplied};
use register::vocabulary::{ErasureGround, VolumeBasis};
use register::{Body, Count, Digest, Kind, Organisation, PartialDate, Volume};
use toml::{Table, Value};

use super::DemoError;
use super::dictionaries::dictionary;
use super::files::{
    Entry, Field, Heartbeats, REGISTER, RegisterFile, ReleaseEntry, SHARES, ShareEntry, SharesFile, read,
};
use super::shorthand::{class, cohorts, items};

/// The day from which another panel decides.
const NEW_PANEL: &str = "2018-05";

/// What becomes one statement.
pub(super) struct Step {
    /// When it happened.
    pub on: PartialDate,
    /// The day on which it was logged.
    pub logged: PartialDate,
    pub share: Option<String>,
    pub id: Option<String>,
    pub said: Said,
    pub texts: BTreeMap<String, String>,
    pub withheld: Vec<Field>,
    pub evidence: Vec<String>,
    /// Files that the statement commits to.
    pub files: Vec<File>,
    /// Where the files say it, for errors.
    pub place: String,
}

/// What a step says; some of it is known only once the steps before it are written.
pub(super) enum Said {
    Body(Body),
    Heartbeat,
    Correction { of: String, body: Body },
    Redaction { of: String, erase: Vec<String>, ground: ErasureGround },
}

impl Step {
    pub(super) fn unknown(&self, wrong: &str) -> DemoError {
        unknown(wrong, &self.place)
    }
}

/// Every step of every file, in the files' order.
pub(super) fn steps() -> Result<Vec<Step>, DemoError> {
    let file: RegisterFile = read(REGISTER)?;
    let names = Names { organisations: &file.organisations, bases: &file.bases };
    let mut steps = Vec::new();
    let (opening, later) = file.steps.split_at(file.steps.len().min(1));
    for entry in opening {
        steps.push(names.step(entry, None)?);
    }
    for source in SHARES {
        for share in read::<SharesFile>(*source)?.share {
            names.share(&share, &mut steps)?;
        }
    }
    for entry in later {
        steps.push(names.step(entry, None)?);
    }
    steps.extend(file.heartbeats.steps());
    Ok(steps)
}

impl Heartbeats {
    /// The last day of each quarter, without those that were missed.
    fn steps(&self) -> impl Iterator<Item = Step> {
        let quarters =
            (self.first..=self.last).flat_map(|year| [(3, 31), (6, 30), (9, 30), (12, 31)].map(|(m, d)| (year, m, d)));
        quarters.filter_map(|(year, month, day)| {
            let on = PartialDate::day(year, month, day).ok()?;
            let due = on <= self.until && !self.missed.contains(&on) && (year, month) > (self.first, 3);
            due.then(|| step_of(on, None, Said::Heartbeat, "heartbeat"))
        })
    }
}

fn step_of(on: PartialDate, share: Option<&ShareEntry>, said: Said, place: &str) -> Step {
    let reference = share.map(|share| share.reference.clone());
    let place = format!("{} {place} of {on}", reference.as_deref().unwrap_or("register"));
    Step {
        on,
        logged: on,
        share: reference,
        id: None,
        said,
        texts: BTreeMap::new(),
        withheld: Vec::new(),
        evidence: Vec::new(),
        files: Vec::new(),
        place,
    }
}

/// What the files call by a key.
struct Names<'a> {
    organisations: &'a BTreeMap<String, Organisation>,
    bases: &'a BTreeMap<String, String>,
}

impl Names<'_> {
    fn organisation(&self, key: &str, place: &str) -> Result<&Organisation, DemoError> {
        self.organisations.get(key).ok_or_else(|| unknown(key, place))
    }

    fn bases(&self, share: &ShareEntry) -> Result<Vec<String>, DemoError> {
        let known = |key: &String| self.bases.get(key).cloned().ok_or_else(|| unknown(key, &share.reference));
        share.bases.iter().map(known).collect()
    }

    fn share(&self, share: &ShareEntry, steps: &mut Vec<Step>) -> Result<(), DemoError> {
        steps.push(self.beginning(share)?);
        for entry in &share.decision {
            steps.push(self.step(entry, Some((share, "share-decided")))?);
        }
        // Releases before the rest: what happens on a release's own day happens to the release.
        for release in &share.release {
            steps.push(self.release(share, release)?);
            if let Some(on) = release.opened {
                let body = ReleaseOpened { release: release.release.clone() };
                steps.push(step_of(on, Some(share), Said::Body(body.into()), "opening"));
            }
        }
        for entry in &share.steps {
            steps.push(self.step(entry, Some((share, "")))?);
        }
        Ok(())
    }

    fn beginning(&self, share: &ShareEntry) -> Result<Step, DemoError> {
        let dataset =
            |name: &String| DatasetUse { classes: Vec::new(), frequency: share.frequency.clone(), name: name.clone() };
        let access = Access {
            bases: self.bases(share)?,
            channel: share.channel,
            datasets: share.datasets.iter().map(dataset).collect(),
            facts: share.facts.clone(),
            recipient: self.organisation(&share.recipient, &share.reference)?.clone(),
            route: share.route,
        };
        let mut step = match (&share.imported, share.applied) {
            (Some(entry), _) => {
                let mut step = step_of(entry.on, Some(share), Said::Heartbeat, "import");
                let mut body = entry.body.clone();
                let access = Value::try_from(access).map_err(|_| step.unknown("access"))?;
                body.insert("access".to_owned(), access);
                step.said = Said::Body(parse(Kind::ShareImported, body, &step.place)?);
                step.id.clone_from(&entry.id);
                step
            }
            (None, Some(on)) => step_of(on, Some(share), Said::Body(ShareApplied { access }.into()), "application"),
            (None, None) => return Err(unknown("applied", &share.reference)),
        };
        if share.imported.is_none() {
            step.id = Some(format!("application-{}", share.reference));
        }
        step.texts.clone_from(&share.say);
        step.withheld.clone_from(&share.withhold);
        step.evidence.clone_from(&share.evidence);
        Ok(step)
    }

    fn release(&self, share: &ShareEntry, entry: &ReleaseEntry) -> Result<Step, DemoError> {
        let measured = entry.declared.is_none();
        let volume = match &entry.declared {
            Some(declared) => Volume {
                basis: VolumeBasis::Declared,
                people: declared.people.map(Count::Exactly),
                requests: declared.requests,
                rows: declared.rows,
                supplied: declared.supplied,
            },
            None => Volume {
                basis: VolumeBasis::Measured,
                people: entry.people.map(Count::banded),
                requests: None,
                rows: entry.rows,
                supplied: None,
            },
        };
        let manifest = format!("manifest of release {} of share {}", entry.release, share.reference);
        let years = entry.years.iter().map(|years| ("dataset-years".to_owned(), years.clone()));
        let body = ReleaseRegistered {
            bases: self.bases(share)?,
            classes: entry.hdr.iter().map(|value| class("hdr-uk", value)).collect(),
            cohorts: cohorts(&entry.cohorts)?,
            datasets: entry.datasets.clone().unwrap_or_else(|| share.datasets.clone()),
            facts: years.collect(),
            frequency: share.frequency.clone(),
            items: items(&entry.items)?,
            manifest: measured.then(|| Digest::of(manifest.as_bytes())),
            release: entry.release.clone(),
            released: Some(entry.on),
            source: entry.source.clone(),
            volume: Some(volume),
        };
        let mut step = step_of(entry.on, Some(share), Said::Body(body.into()), "release");
        step.logged = entry.logged.unwrap_or(entry.on);
        step.id.clone_from(&entry.id);
        step.texts.clone_from(&entry.say);
        Ok(step)
    }

    /// The step of an entry, for a share with the kind that it has unless it says another.
    fn step(&self, entry: &Entry, of_share: Option<(&ShareEntry, &str)>) -> Result<Step, DemoError> {
        let share = of_share.map(|(share, _)| share);
        let code = entry.kind.as_deref().or(of_share.map(|(_, kind)| kind)).unwrap_or_default();
        let mut step = step_of(entry.on, share, Said::Heartbeat, code);
        let kind = Kind::from_code(code).ok_or_else(|| step.unknown(code))?;
        let mut body = entry.body.clone();
        if kind == Kind::ItemDictionaryPublished {
            step.files = vec![list_items(&mut body, &step.place)?];
        }
        self.complete(kind, entry.on, share, &mut body, &step.place)?;
        step.said = match (kind, &entry.of) {
            (Kind::Redaction, Some(of)) => {
                let ground = body.get("ground").and_then(Value::as_str).and_then(|code| code.parse().ok());
                let ground = ground.ok_or_else(|| step.unknown("ground"))?;
                Said::Redaction { of: of.clone(), erase: entry.erase.clone(), ground }
            }
            (Kind::Correction, Some(of)) => Said::Correction { of: of.clone(), body: parse(kind, body, &step.place)? },
            _ => Said::Body(parse(kind, body, &step.place)?),
        };
        step.share = step.share.or_else(|| entry.share.clone());
        step.logged = entry.logged.unwrap_or(entry.on);
        step.id.clone_from(&entry.id);
        step.texts.clone_from(&entry.say);
        step.withheld.clone_from(&entry.withhold);
        step.evidence.clone_from(&entry.evidence);
        Ok(step)
    }

    /// Fills in what the files leave out because it follows from the share or the kind.
    fn complete(
        &self,
        kind: Kind,
        on: PartialDate,
        share: Option<&ShareEntry>,
        body: &mut Table,
        place: &str,
    ) -> Result<(), DemoError> {
        let recipient = share.map_or("", |share| share.recipient.as_str());
        let default: &[(&str, &str)] = match kind {
            Kind::SafeguardRecorded | Kind::AuditCompleted | Kind::SanctionImposed => &[("recipient", recipient)],
            Kind::DestructionClaimed | Kind::DestructionEvidenced => &[("by", recipient)],
            Kind::DestructionConfirmed | Kind::DestructionDisputed => &[("by", "assurance")],
            Kind::RecommendationMade => &[("by", "oversight")],
            Kind::RegisterOpened => &[("custodian", "department")],
            Kind::ShareDecided if on.to_string().as_str() < NEW_PANEL => {
                put(body, "decided_by", "Data Management Advisory Panel");
                &[]
            }
            Kind::ShareDecided => {
                put(body, "decided_by", "Data Sharing Approval Panel");
                &[]
            }
            _ => &[],
        };
        for (member, key) in default {
            let key = body.get(*member).and_then(Value::as_str).unwrap_or(key);
            let known = Value::try_from(self.organisation(key, place)?);
            body.insert((*member).to_owned(), known.map_err(|_| unknown(key, place))?);
        }
        if let Some(Value::Array(processors)) = body.get_mut("processors") {
            for processor in processors {
                let key = processor.as_str().unwrap_or_default().to_owned();
                let known = Value::try_from(self.organisation(&key, place)?);
                *processor = known.map_err(|_| unknown(&key, place))?;
            }
        }
        let document = match kind {
            Kind::ShareAgreed => "agreement",
            Kind::EditionImported => "digest",
            _ => return Ok(()),
        };
        put(body, document, &Digest::of(format!("the document of {place}").as_bytes()).to_string());
        Ok(())
    }
}

/// Puts what a dictionary's table says in the place of the table's name, and gives the file.
fn list_items(body: &mut Table, place: &str) -> Result<File, DemoError> {
    let table = body.remove("table").and_then(|table| table.as_str().map(str::to_owned)).unwrap_or_default();
    let schemes = body.get("schemes").and_then(Value::as_array).into_iter().flatten();
    let schemes: Vec<String> = schemes.filter_map(Value::as_str).map(str::to_owned).collect();
    let dictionary = dictionary(&table, &schemes, place)?;
    let form = |error: register::dictionary::DictionaryError| DemoError::Dictionary {
        place: place.to_owned(),
        error: error.to_string(),
    };
    let bytes = dictionary.to_bytes().map_err(form)?;
    let digest = Digest::of(&bytes);
    put(body, "digest", &digest.to_string());
    body.insert("items".to_owned(), Value::Integer(dictionary.items.len() as i64));
    Ok(File { path: register::dictionary::path(digest), bytes })
}

fn unknown(wrong: &str, place: &str) -> DemoError {
    DemoError::Unknown { place: place.to_owned(), wrong: wrong.to_owned() }
}

/// Sets a member unless it is set.
fn put(body: &mut Table, member: &str, text: &str) {
    body.entry(member).or_insert_with(|| Value::String(text.to_owned()));
}

macro_rules! parse_as {
    ($kind:expr, $body:expr; $($name:ident)+) => {
        match $kind {
            $(Kind::$name => $body.try_into::<register::statement::$name>().map(Body::from),)+
        }
    };
}

/// The body of this kind that a table describes.
fn parse(kind: Kind, mut table: Table, place: &str) -> Result<Body, DemoError> {
    // TOML's integers are signed, and a count of people is either a number without sign or a band.
    let people = if kind == Kind::IncidentRecorded { table.remove("people") } else { None };
    let parsed = parse_as!(kind, Value::Table(table);
        RegisterOpened ItemDictionaryPublished EditionImported ListingChanged ShareImported ShareApplied ShareDecided
        ShareAgreed ShareAmended ShareExtended ShareSuspended ShareEnded ReleaseRegistered ReleaseOpened
        SafeguardRecorded AuditCompleted IncidentRecorded SanctionImposed DestructionClaimed DestructionEvidenced
        DestructionConfirmed DestructionDisputed Correction Redaction ConcernRaised ConcernAnswered RecommendationMade
        RecommendationProgressed Heartbeat);
    let mut body = parsed.map_err(|error| DemoError::Body { place: place.to_owned(), error })?;
    if let (Body::IncidentRecorded(incident), Some(people)) = (&mut body, people) {
        incident.people = people.as_integer().and_then(|people| u64::try_from(people).ok()).map(Count::banded);
    }
    Ok(body)
}
