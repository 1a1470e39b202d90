//! The register in the columns of the HDR UK Data Use Register standard (domain.md section 5): one definition for the
//! published files, for the site's search results and for the mapping that imports such files.
//!
//! It works on table rows, so that the fold and `register.sqlite` give the same cells. Only public texts are in it; one
//! that is withheld or erased leaves its cell empty. The standard lists approvals: a share that is not decided, refused or
//! withdrawn is not in it. `docs/reference/hdr-uk.md` says what its columns cannot hold.

mod list;
mod share;

use crate::fold::{Register, Share};
use crate::tables::{Cell, Table, recipient_row, share_rows};
use crate::vocabulary::{Route, Status};

pub use list::{entries, joined};

/// The paths of the spreadsheets in the public folder, besides `downloads/hdr-uk.csv`. The verifier knows their digests
/// from the signed list, and does not make them.
pub const SPREADSHEETS: &[&str] = &["downloads/hdr-uk.ods", "downloads/hdr-uk.xlsx"];

/// What stands in `Release/Access date` for a release of which no date is known. An empty cell says that there is no
/// release.
pub const NOT_KNOWN: &str = "Not known";

/// What stands in `Legal basis for provision of data under Article 6` where none applies, and says no more than an empty
/// cell.
pub const NOT_APPLICABLE: &str = "Not applicable";

/// What separates datasets, as the standard asks.
pub const BETWEEN_DATASETS: char = ',';

/// What separates legal bases, for which the standard asks nothing; they are full of commas.
pub const BETWEEN_BASES: char = ';';

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the standard.
    pub name: &'static str,
    /// What its cells hold.
    pub holds: Holds,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A few words.
    Words,
    /// Sentences.
    Sentences,
    /// A date: a whole day, or less where less is known.
    Date,
}

const fn words(name: &'static str) -> Column {
    Column { name, holds: Holds::Words }
}

const fn sentences(name: &'static str) -> Column {
    Column { name, holds: Holds::Sentences }
}

const fn date(name: &'static str) -> Column {
    Column { name, holds: Holds::Date }
}

/// The columns, in the standard's order.
pub const COLUMNS: &[Column] = &[
    words("Organisation name"),
    words("Organisation ID"),
    words("Organisation sector"),
    words("Applicant name(s)"),
    words("Applicant ID"),
    words("Funders/ Sponsors"),
    words("DEA accredited researcher?"),
    words("Sub-licence arrangements (if any)?"),
    words("Project ID"),
    sentences("Project title"),
    sentences("Lay summary"),
    sentences("Public benefit statement"),
    words("Request category type"),
    sentences("Technical summary"),
    words("Other approval committees"),
    date("Project start date"),
    date("Project end date"),
    date("Latest approval date"),
    sentences("Dataset(s) name"),
    words("Data sensitivity level"),
    sentences("Legal basis for provision of data under Article 6"),
    words("Lawful conditions for provision of data under Article 9"),
    words("Common Law Duty of Confidentiality"),
    words("National data opt-out applied?"),
    words("Request frequency"),
    sentences("For linked datasets, specify how the linkage will take place"),
    sentences("Description of the confidential data being used"),
    date("Release/Access date"),
    words("Access type"),
    sentences("How has data been processed to enhance privacy?"),
    sentences("Link to research outputs"),
];

/// What stands in `Access type`: the standard's two words, and the register's own where neither is true.
pub fn access_type(route: Route) -> &'static str {
    match route {
        Route::SecureEnvironment => "TRE",
        Route::DirectSupply => "Release",
        Route::DataService | Route::Matching | Route::SystemAccess | Route::Aggregate => route.label(),
    }
}

/// Whether a share is in the list, by its row of table `share`.
pub fn lists(share: &[Cell]) -> bool {
    match share::text_of(share, Table::Share, "status").parse() {
        Ok(Status::Applied | Status::Refused | Status::Withdrawn) | Err(_) => false,
        Ok(Status::Approved | Status::Live | Status::Suspended | Status::Ended | Status::Destroyed) => true,
    }
}

/// The rows of one share: one for each release, in the log's order, or one where nothing was released; none where the list
/// does not have the share.
///
/// `recipient` and `share` are its rows of these tables, `releases` and `texts` those of tables `release` and `text` that
/// belong to it, in any order. A list is read from [`Cell::List`] and from the JSON array in which the database holds it.
pub fn rows(
    recipient: &[Cell],
    share: &[Cell],
    releases: &[Vec<Cell>],
    texts: &[Vec<Cell>],
) -> impl Iterator<Item = Vec<Cell>> + use<> {
    share::rows(recipient, share, releases, texts)
}

/// The rows of one share, from the fold.
pub fn rows_of(register: &Register, share: &Share) -> impl Iterator<Item = Vec<Cell>> + use<> {
    let (_, recipient) = recipient_row(register, share.recipient);
    let (mut own, mut releases, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for (table, cells) in share_rows(register, share) {
        match table {
            Table::Share => own = cells,
            Table::Release => releases.push(cells),
            Table::Text => texts.push(cells),
            _ => {}
        }
    }
    rows(&recipient, &own, &releases, &texts)
}
