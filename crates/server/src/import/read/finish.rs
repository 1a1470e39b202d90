//! Makes the edition of what the rows said, once all of them are known.

use std::collections::BTreeMap;

use register::statement::{Access, ShareImported, Statement, StatementError};
use register::vocabulary::Channel;
use register::{Body, Digest, Disclosure, Moment, PartialDate, Salt};

use super::gather::{Gathered, ShareRow};
use super::notes::{Notes, Spot};
use super::{Edition, ImportError, ImportedShare, ImportedText};
use crate::import::mapping::{Gives, Mapping};
use crate::import::problem::{Place, Problem, shortened};

/// The largest leaf that an import makes. A later correction of everything in it, with the names of what it clears, must
/// fit as well.
const MAX_IMPORTED: usize = 60_000;

/// Checks what only the whole file shows, and makes the edition.
///
/// # Errors
/// Every problem, those of the rows included.
pub(super) fn finish(
    gathered: Gathered<'_>,
    mapping: &Mapping,
    edition: PartialDate,
    digest: Digest,
) -> Result<Edition, ImportError> {
    let Gathered { shares: rows, mut notes, .. } = gathered;
    let mut shares = Vec::with_capacity(rows.len());
    let mut stand_ins = StandIns::default();
    for row in rows {
        let spot = row.spot;
        if let Some(share) = share_of(row, mapping, edition, &mut notes) {
            check_share(&share, edition, spot, &mut stand_ins, &mut notes);
            shares.push(share);
        }
    }
    if shares.is_empty() && notes.problems.count == 0 {
        notes.problems.add(Problem::new(Place::default(), "a row below the headers; there is none"));
    }
    if notes.problems.count > 0 {
        return Err(notes.problems.into());
    }
    warn_of_similar_names(&shares, &mut notes);
    Ok(Edition { source: mapping.source.clone(), edition, digest, shares, warnings: notes.warnings })
}

fn share_of(row: ShareRow, mapping: &Mapping, edition: PartialDate, notes: &mut Notes) -> Option<ImportedShare> {
    for (number, table) in mapping.tables.iter().enumerate() {
        if table.gives == Gives::Details && table.needed && !row.details.contains(&number) {
            let sheet = table.sheet.as_deref().unwrap_or_default();
            let expected = format!("a row of sheet \"{sheet}\" with this reference; there is none");
            notes.problem(row.spot, expected, Some(&row.reference));
        }
    }
    let Some((mut recipient, _)) = row.recipient else {
        let expected = "a row of this reference that names the recipient; there is none";
        notes.problem(row.spot, expected, Some(&row.reference));
        return None;
    };
    recipient.sector = row.sector.map(|(sector, _)| sector);
    recipient.ids = row.ids.into_iter().map(|(scheme, (id, _))| (scheme, id)).collect();
    let constants = &mapping.constants;
    let mut bases = row.bases.into_list();
    bases.extend(constants.bases.iter().map(|basis| crate::import::value::folded(basis)));
    bases.sort();
    bases.dedup();
    let access = Access {
        bases,
        channel: row.channel.value().or(constants.channel).unwrap_or(Channel::Imported),
        datasets: row.datasets.into_list().into_iter().map(Into::into).collect(),
        facts: row.facts.into_iter().map(|(name, (value, _))| (name, value)).collect(),
        recipient,
        route: row.route.value().or(constants.route),
    };
    let date = |date: Option<(PartialDate, Spot)>| date.map(|(date, _)| date);
    let body = ShareImported {
        access,
        applied: date(row.applied),
        decided: date(row.decided),
        end: date(row.end),
        outcome: row.outcome.value().or(constants.outcome),
        source: mapping.source.clone(),
        start: date(row.start),
    };
    let mut releases = row.releases;
    for release in &mut releases {
        release.at = release.body.released.unwrap_or(edition);
        release.body.source = Some(mapping.source.clone());
    }
    let mut texts: Vec<ImportedText> = row.texts.into_iter().map(|(_, (text, _))| text).collect();
    texts.sort_by(|a, b| a.name.cmp(&b.name));
    Some(ImportedShare { reference: row.reference, body, texts, releases })
}

/// What the register would refuse, found before anything is published.
fn check_share(share: &ImportedShare, edition: PartialDate, spot: Spot, stand_ins: &mut StandIns, notes: &mut Notes) {
    if let Some(outcome) = share.body.outcome
        && !outcome.allows_release()
        && !share.releases.is_empty()
    {
        let expected = format!("no release of a share that is {}; it has {}", outcome.code(), share.releases.len());
        notes.problem(spot, expected, Some(&share.reference));
    }
    if let (Some(start), Some(end)) = (share.body.start, share.body.end)
        && end.last_day() < start.last_day()
    {
        let place = notes.place(spot);
        notes.warn(place, format!("share {} ends ({end}) before it starts ({start})", share.reference));
    }
    let mut check = |body: Body, texts: &[ImportedText], what: &str| {
        let expected = match stand_ins.leaf_size(share, body, texts, edition) {
            Ok(size) if size <= MAX_IMPORTED => return,
            Ok(size) => {
                format!("at most {MAX_IMPORTED} bytes of datasets, bases and facts in {what}; there are {size}")
            }
            Err(error) => format!("what a statement can hold in {what}: {error}"),
        };
        notes.problem(spot, expected, Some(&share.reference));
    };
    check(share.body.clone().into(), &share.texts, "one share");
    for release in &share.releases {
        check(release.body.clone().into(), &release.texts, "one release");
    }
}

/// Empty disclosures, one for each name: a digest is as long for an empty text as for a long one, so that the size of a
/// leaf is known without sealing what it will disclose.
#[derive(Default)]
struct StandIns {
    made: Vec<Disclosure>,
}

impl StandIns {
    fn of(&mut self, name: &str) -> Disclosure {
        if let Some(known) = self.made.iter().find(|known| known.name() == name) {
            return known.clone();
        }
        let made = Disclosure::seal(Salt([0; 32]), name, "");
        self.made.push(made.clone());
        made
    }

    /// The size of the leaf that a statement will make.
    fn leaf_size(
        &mut self,
        share: &ImportedShare,
        body: Body,
        texts: &[ImportedText],
        edition: PartialDate,
    ) -> Result<usize, StatementError> {
        let Ok(logged) = Moment::from_seconds(0) else { return Ok(0) };
        let mut statement = Statement::new("i".repeat(50), edition, logged, body).about(&share.reference);
        for text in texts {
            let stand_in = self.of(&text.name);
            statement = match text.withheld {
                Some((ground, opens)) => statement.withholding(&stand_in, ground, opens),
                None => statement.sealing([&stand_in]),
            };
        }
        statement.to_leaf().map(|leaf| leaf.len())
    }
}

/// Names that differ in case or punctuation only stay apart, as their publisher wrote them, and are pointed out.
fn warn_of_similar_names(shares: &[ImportedShare], notes: &mut Notes) {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for share in shares {
        let name = share.body.access.recipient.name.as_str();
        let key: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let names = groups.entry(key).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for names in groups.values().filter(|names| names.len() > 1) {
        let listed: Vec<String> = names.iter().map(|name| format!("\"{}\"", shortened(name))).collect();
        notes.warn(Place::default(), format!("{} may be the same organisation", listed.join(" and ")));
    }
}
