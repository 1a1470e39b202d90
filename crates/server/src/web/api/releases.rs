//! `/api/v1/releases`: the releases of the shares that match a question.
//!
//! The question chooses shares, exactly as it does on the page; the answer is every release of each, share by share in
//! the order asked for, within a share the newest first. So its total is the number of releases that the page gives.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use register::PartialDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Checkpoint, json, next_link};
use super::cursor;
use super::parameter::{Asked, CURSOR};
use super::question::{self, LISTED};
use super::share::Release;
use super::short::{RecipientShort, ShareName};
use crate::web::View;
use crate::web::catalogue::{Position, Window};
use crate::web::database::{DatabaseError, Reader, ReleaseView};
use crate::web::filters::Filters;
use crate::web::problem::Problem;

const PATH: &str = "/api/v1/releases";

/// Shares that are looked through at once.
const SHARES: usize = 1_000;

/// Releases of shares that match a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct Releases {
    checkpoint: Checkpoint,
    /// How many shares match.
    shares: u64,
    /// How many releases these have, in this part and in all others.
    releases: u64,
    items: Vec<ReleaseOfShare>,
    /// The address of the next part; nothing where this is the last.
    next: Option<String>,
}

/// A release with its share and recipient in short.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseOfShare {
    share: ShareName,
    recipient: RecipientShort,
    #[serde(flatten)]
    release: Release,
}

/// Where a walk goes on: with the rest of one share's releases, then with the shares behind it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    shares: Shares,
    /// The share's number, and the last release that was given: its date and number.
    within: Option<(u64, Option<PartialDate>, u64)>,
}

/// The shares that a walk still has before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shares {
    #[default]
    All,
    After(Position),
    None,
}

impl Shares {
    fn after(position: Option<Position>) -> Self {
        position.map_or(Self::None, Self::After)
    }

    fn window(&self, limit: usize) -> Option<Window> {
        match self {
            Self::All => Some(Window::First(limit)),
            Self::After(position) => Some(Window::After(position.clone(), limit)),
            Self::None => None,
        }
    }
}

/// Releases of the shares that match a question
///
/// The question chooses shares, as it does for `/api/v1/shares`. The answer is every release of these: share by share in
/// the order asked for, within a share the newest first.
#[utoipa::path(
    get, path = "/api/v1/releases", tag = "Shares", operation_id = "releases",
    responses((status = 200, description = "Releases", body = Releases))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, LISTED)?;
    let filters = question::filters(&asked)?;
    let fits = |place: &Place| match &place.shares {
        Shares::After(position) => position.fits(filters.sort),
        _ => true,
    };
    let place = cursor::open::<Place>(PATH, &asked)?.filter(fits).unwrap_or_default();
    let limit = usize::try_from(asked.limit()).unwrap_or(usize::MAX);
    let today = view.today();
    let read = view.read(move |reader| {
        let counts = reader.part(&filters, today, &Window::First(0))?;
        let mut walk = Walk { reader, filters: &filters, today, limit, items: Vec::new() };
        let next = walk.from(place)?;
        Ok((counts, walk.items, next))
    });
    let ((counts, items, next), info) = read.await?;
    let next = next.map(|place| asked.next(PATH, CURSOR.name, &cursor::seal(PATH, &asked, &place)));
    let link = next_link(next.as_deref());
    let answer = Releases {
        checkpoint: Checkpoint::of(&view, &info),
        shares: counts.shares,
        releases: counts.releases,
        items,
        next,
    };
    Ok((link, json(&answer)?).into_response())
}

struct Walk<'a> {
    reader: &'a Reader<'a>,
    filters: &'a Filters,
    today: PartialDate,
    limit: usize,
    items: Vec<ReleaseOfShare>,
}

impl Walk<'_> {
    /// Gathers releases from this place on, and says where to go on; nothing at the end.
    fn from(&mut self, place: Place) -> Result<Option<Place>, DatabaseError> {
        let Place { mut shares, within } = place;
        if let Some((share, released, release)) = within
            && let Some(last) = self.gather(share, Some((released, release)))?
        {
            return Ok(Some(Place { shares, within: Some(last) }));
        }
        while let Some(window) = shares.window(SHARES) {
            let part = self.reader.part(self.filters, self.today, &window)?;
            for (count, share) in part.ids.iter().enumerate() {
                if self.items.len() == self.limit {
                    // Whatever is before this share has been given.
                    let before = self.position(&shares, count)?;
                    return Ok(Some(Place { shares: before, within: None }));
                }
                if let Some(last) = self.gather(*share, None)? {
                    let behind = match count + 1 == part.ids.len() {
                        true => Shares::after(part.next),
                        false => self.position(&shares, count + 1)?,
                    };
                    return Ok(Some(Place { shares: behind, within: Some(last) }));
                }
            }
            shares = Shares::after(part.next);
        }
        Ok(None)
    }

    /// The position behind so many shares, of which there are more.
    fn position(&self, from: &Shares, count: usize) -> Result<Shares, DatabaseError> {
        match from.window(count) {
            Some(window) if count > 0 => Ok(Shares::after(self.reader.part(self.filters, self.today, &window)?.next)),
            _ => Ok(from.clone()),
        }
    }

    /// Gathers releases of one share behind this one. Where there is no room for all of them, the last that was given.
    fn gather(
        &mut self,
        share: u64,
        behind: Option<(Option<PartialDate>, u64)>,
    ) -> Result<Option<(u64, Option<PartialDate>, u64)>, DatabaseError> {
        let mut releases = self.reader.releases_of(share)?;
        if let Some(last) = behind {
            // Newest first, unknown dates last: the order of a date that may be missing, turned round.
            releases.retain(|release| (release.released, release.id) < last);
        }
        if releases.is_empty() {
            return Ok(None);
        }
        let shares = self.reader.shares_of_ids(&[share])?;
        let Some(found) = shares.first() else { return Ok(None) };
        let room = self.limit - self.items.len();
        let last = |release: &ReleaseView| (share, release.released, release.id);
        // There is room for one at least: a share is begun only where there is.
        let cut = if releases.len() <= room { None } else { releases.get(room.saturating_sub(1)).map(last) };
        self.items.extend(releases.into_iter().take(room).map(|release| ReleaseOfShare {
            share: ShareName::new(&found.reference, found.title.as_deref()),
            recipient: RecipientShort::new(&found.recipient_slug, &found.recipient, found.sector.as_deref()),
            release: release.into(),
        }));
        Ok(cut)
    }
}
