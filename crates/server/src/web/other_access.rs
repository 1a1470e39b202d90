//! `/other-access`: access that no panel decides on, by channel, and every text that is withheld, with its ground and
//! the date on which it opens.

use axum::extract::RawQuery;
use axum::response::Response;
use register::PartialDate;
use register::vocabulary::{Channel, VolumeBasis, text_label};

use super::corrections::Corrected;
use super::database::{ChannelView, ChannelVolume, WithheldView};
use super::filters::bad;
use super::late::{self, Late};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::steps::Steps;
use super::{View, corrections, words};

/// The channels of this page, in its order. Regular shares and those of a panel have the list of shares.
const CHANNELS: &[Channel] =
    &[Channel::Police, Channel::HomeOffice, Channel::Court, Channel::Standing, Channel::Internal];

/// Shares of a channel that the page lists; the list of shares has all.
const SHARES: u64 = 50;

/// Corrections that the page shows; their own page has all.
const CORRECTIONS: u64 = 20;

/// Withheld texts on one page.
const PAGE: u64 = 100;

#[derive(askama::Template)]
#[template(path = "other-access.html")]
struct OtherAccess {
    frame: Frame,
    finding: String,
    channels: Vec<ChannelView>,
    corrections: Vec<Corrected>,
    withheld: Vec<(WithheldView, Option<Late>)>,
    withheld_count: u64,
    steps: Steps,
}

impl OtherAccess {
    /// What a channel's part is called in an address.
    fn anchor(&self, view: &ChannelView) -> &'static str {
        view.channel.code()
    }

    fn releases(&self, view: &ChannelView) -> u64 {
        view.volumes.iter().map(|volume| volume.releases).sum()
    }

    fn text_label(&self, name: &str) -> String {
        text_label(name)
    }

    /// How a volume is known.
    fn basis(&self, volume: &ChannelVolume) -> &'static str {
        volume.basis.map_or("No volume known", VolumeBasis::label)
    }

    /// People, with what cannot be added up.
    fn people(&self, volume: &ChannelVolume) -> String {
        let banded = (volume.banded > 0)
            .then(|| format!("{} of fewer than 10", words::count(volume.banded, "release", "releases")));
        match (volume.people, banded) {
            (Some(people), None) => words::number(people),
            (Some(people), Some(banded)) => format!("{}, and {banded}", words::number(people)),
            (None, Some(banded)) => banded,
            (None, None) => "Not known".to_owned(),
        }
    }

    /// When a withheld text opens, in words.
    fn opening(&self, opens: &Option<PartialDate>) -> String {
        words::date_or(opens, "No date set")
    }

    fn count_or(&self, count: &Option<u64>) -> String {
        count.map_or_else(|| "Not given".to_owned(), words::number)
    }
}

/// `/other-access`
pub async fn other_access(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let page = page(query.as_deref().unwrap_or_default())?;
    let today = view.today();
    let ((channels, found, withheld, withheld_count), info) = view
        .read(move |reader| {
            let channels = CHANNELS.iter().map(|channel| reader.channel(*channel, SHARES));
            let channels: Vec<ChannelView> = channels.collect::<Result<_, _>>()?;
            let corrections = reader.corrections_by_channel(CHANNELS, CORRECTIONS)?;
            let withheld = reader.withheld(PAGE, page.saturating_sub(1).saturating_mul(PAGE))?;
            Ok((channels, corrections, withheld, reader.withheld_count()?))
        })
        .await?;
    let with_lateness = |one: WithheldView| {
        let late = late::opening(one.opens, today);
        (one, late)
    };
    Ok(html(&OtherAccess {
        frame: Frame::new(&view, Some(info), Section::OtherAccess),
        finding: finding(&channels),
        corrections: found.into_iter().map(corrections::corrected).collect(),
        withheld: withheld.into_iter().map(with_lateness).collect(),
        withheld_count,
        steps: Steps::new(page, withheld_count.div_ceil(PAGE), |page| format!("/other-access?page={page}#withheld")),
        channels,
    }))
}

fn page(query: &str) -> Result<u64, Problem> {
    match form_urlencoded::parse(query.as_bytes()).find(|(name, value)| name == "page" && !value.trim().is_empty()) {
        None => Ok(1),
        Some((_, value)) => {
            let page = value.trim().parse().ok().filter(|page| (1..=1_000_000).contains(page));
            page.ok_or_else(|| bad("page", "It must be a whole number from 1.".to_owned()))
        }
    }
}

fn finding(channels: &[ChannelView]) -> String {
    let shares: u64 = channels.iter().map(|view| view.shares).sum();
    if shares == 0 {
        return "This register lists no access for the police, the Home Office, courts, standing users or the organisation \
                itself."
            .to_owned();
    }
    let refused: u64 = channels.iter().map(|view| view.refused).sum();
    format!(
        "{} came by a way other than a panel. {} of them {} refused.",
        words::count(shares, "share", "shares"),
        if refused == 0 { "None".to_owned() } else { words::number(refused) },
        if refused == 1 { "was" } else { "were" },
    )
}
