//! What a share's page said at each moment at which it changed: one version for all that was logged at one moment.

use register::{Kind, Moment};

use super::database::{ShareView, StatementView};
use super::{story, words};

/// The page after one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// When it was published.
    pub logged: Moment,
    /// The first statement that it has and the version before has not.
    pub first: u64,
    /// The last of these.
    pub last: u64,
    /// How many these are.
    pub statements: u64,
    /// What they changed, in one line.
    pub changed: String,
    /// Whether one of them corrects or erases what the page said.
    pub correction: bool,
    /// The page as it stood then.
    pub address: String,
}

/// Every version, newest first.
pub fn versions(share: &ShareView) -> Vec<Version> {
    let moments = share.statements.chunk_by(|one, other| one.logged == other.logged);
    let mut versions: Vec<Version> = moments.filter_map(|moment| version(share, moment)).collect();
    versions.reverse();
    versions
}

fn version(share: &ShareView, moment: &[StatementView]) -> Option<Version> {
    let (first, last) = (moment.first()?, moment.last()?);
    let altering =
        |view: &StatementView| matches!(Kind::from_code(&view.kind), Some(Kind::Correction | Kind::Redaction));
    let page = words::share_address(&share.reference);
    Some(Version {
        logged: last.logged,
        first: first.index,
        last: last.index,
        statements: moment.len() as u64,
        changed: changed(moment),
        correction: moment.iter().any(altering),
        // A checkpoint is named by its size: the one after statement 7 holds eight.
        address: format!("/as-of/checkpoint-{}{page}", last.index + 1),
    })
}

/// One statement in its own words; several by how many there are of each kind.
fn changed(moment: &[StatementView]) -> String {
    if let [view] = moment {
        let (title, detail) = (story::title(view), story::detail(view));
        return if detail.is_empty() { title } else { format!("{title}: {detail}") };
    }
    let mut kinds: Vec<(String, u64)> = Vec::new();
    for view in moment {
        let title = story::title(view);
        match kinds.iter_mut().find(|(known, _)| *known == title) {
            Some((_, count)) => *count += 1,
            None => kinds.push((title, 1)),
        }
    }
    let said = kinds.into_iter().map(|(title, count)| match count {
        1 => title,
        count => format!("{title} ({} times)", words::number(count)),
    });
    said.collect::<Vec<_>>().join(", ")
}
