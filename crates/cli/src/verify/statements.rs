//! Every statement and every disclosure, and the register that they make.

use std::collections::BTreeSet;

use register::disclosure::{BUNDLE_WIDTH, encode_bundle, parse_bundle};
use register::fold::TextState;
use register::{Disclosure, Register, Statement};
use tlog::bundle;
use tlog::tile::sized_path;

use super::log::Log;
use super::{Report, Stop, Verdict, in_parallel};
use crate::source::Source;

/// The register, computed anew, with the statements that it was computed from.
pub(super) struct Folded {
    pub(super) register: Register,
    pub(super) statements: Vec<Statement>,
}

type Bundle = (Vec<Result<Statement, String>>, Result<Vec<Vec<Disclosure>>, String>);

/// The path of the disclosures that stand beside an entry bundle.
pub(super) fn disclosures_path(index: u64, size: u64) -> String {
    let width = (size - index * BUNDLE_WIDTH).min(BUNDLE_WIDTH);
    // At most 256.
    format!("disclosures/{}", sized_path(index, width as u16))
}

/// Reads and folds everything. On the way, after the first `pause` statements, `then` looks at the register of that
/// moment.
pub(super) fn fold(
    source: &Source,
    log: &Log,
    report: &mut Report,
    pause: Option<u64>,
    then: impl FnOnce(&Folded, &mut Report) -> Result<(), Stop>,
) -> Result<Folded, Stop> {
    let read = in_parallel(log.bundles.len() as u64, |index| -> Result<(Bundle, u64), Stop> {
        let entries = bundle::parse(&log.bundles[index as usize]).unwrap_or_default();
        let statements = entries.iter().map(|leaf| Statement::from_leaf(leaf).map_err(|error| error.to_string()));
        let bytes = source.read(&disclosures_path(index, log.size))?;
        let length = bytes.as_ref().map_or(0, Vec::len) as u64;
        Ok(((statements.collect(), disclosures(bytes.as_deref(), entries.len())), length))
    })?;

    let statements = Vec::with_capacity(usize::try_from(log.size).unwrap_or_default());
    let mut folded = Folded { register: Register::new(), statements };
    let mut then = Some(then);
    let mut paused =
        |folded: &Folded, report: &mut Report| match then.take_if(|_| pause == Some(folded.register.size())) {
            Some(then) => then(folded, report),
            None => Ok(()),
        };
    paused(&folded, report)?;
    for (bundle, ((leaves, texts), length)) in (0..).zip(read) {
        report.checked.bytes += length;
        let path = || disclosures_path(bundle, log.size);
        let mut texts = match texts {
            Ok(texts) => texts.into_iter(),
            Err(problem) => {
                report.broken(path(), problem);
                return Err(Stop::Broken);
            }
        };
        for leaf in leaves {
            let index = folded.register.size();
            let public = texts.next().unwrap_or_default();
            let statement = match leaf {
                Ok(statement) => statement,
                Err(problem) => return broken(report, index, problem),
            };
            if let Some(stray) = stray(&statement, &public) {
                report.broken(path(), format!("statement {index}: {stray}"));
                return Err(Stop::Broken);
            }
            if let Err(refusal) = folded.register.apply(&statement, &public) {
                return broken(report, index, refusal);
            }
            report.checked.disclosures += public.len() as u64;
            folded.statements.push(statement);
            paused(&folded, report)?;
        }
    }
    for (index, digest) in folded.register.unaccounted() {
        let problem =
            format!("statement {index}: the text of digest {digest} is neither here, nor withheld, nor erased");
        report.broken(disclosures_path(index / BUNDLE_WIDTH, log.size), problem);
    }
    count(&folded.register, report);
    if report.verdict() == Verdict::DoesNotVerify { Err(Stop::Broken) } else { Ok(folded) }
}

fn disclosures(bytes: Option<&[u8]>, expected: usize) -> Result<Vec<Vec<Disclosure>>, String> {
    let bytes = bytes.ok_or("it is missing")?;
    let lines = parse_bundle(bytes).map_err(|error| error.to_string())?;
    if lines.len() != expected {
        return Err(format!("it has {} lines, expected {expected}, one a statement", lines.len()));
    }
    if encode_bundle(lines.iter().map(Vec::as_slice)).as_bytes() != bytes {
        return Err("its texts do not stand in the order of their digests".to_owned());
    }
    Ok(lines)
}

/// A disclosure that the statement does not carry, or carries twice, or says is withheld.
fn stray(statement: &Statement, public: &[Disclosure]) -> Option<String> {
    let mut seen = BTreeSet::new();
    public.iter().find_map(|disclosure| {
        let digest = disclosure.digest();
        if statement.sealed.binary_search(&digest).is_err() {
            Some(format!("a text does not match any digest of the statement (it hashes to {digest})"))
        } else if statement.withheld.iter().any(|withheld| withheld.digest == digest) {
            Some(format!("the text of digest {digest} is here, and the statement says that it is withheld"))
        } else if !seen.insert(digest) {
            Some(format!("the text of digest {digest} stands twice"))
        } else {
            None
        }
    })
}

fn count(register: &Register, report: &mut Report) {
    let totals = register.totals();
    let checked = &mut report.checked;
    checked.statements = register.size();
    checked.shares = totals.shares;
    checked.releases = totals.releases;
    checked.recipients = totals.recipients;
    for index in 0..register.size() {
        for text in register.fact(index).map_or(&[][..], |fact| &fact.texts) {
            match text.state {
                TextState::Withheld { .. } => checked.withheld += 1,
                TextState::Erased { .. } => checked.erased += 1,
                TextState::Public { .. } | TextState::Missing => {}
            }
        }
    }
}

fn broken<T>(report: &mut Report, index: u64, problem: impl std::fmt::Display) -> Result<T, Stop> {
    report.broken(format!("statement {index}"), problem);
    Err(Stop::Broken)
}
