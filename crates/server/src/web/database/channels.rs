//! Access by other ways than a panel: what came by each channel, and what is withheld until when.

use register::PartialDate;
use register::vocabulary::{Channel, Ground, Status, VolumeBasis};
use rusqlite::Row;

use super::{DatabaseError, Reader, parsed, perhaps};

/// What came by one channel.
#[derive(Debug)]
pub struct ChannelView {
    /// The channel.
    pub channel: Channel,
    /// How many shares.
    pub shares: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// How many of them were withdrawn.
    pub withdrawn: u64,
    /// What was released, measured and declared apart.
    pub volumes: Vec<ChannelVolume>,
    /// Legal bases, each with how many shares name it; the most frequent first.
    pub bases: Vec<(String, u64)>,
    /// Its shares, newest change first; no more than were asked for.
    pub list: Vec<ChannelShare>,
}

/// What was released by one channel, as far as one basis goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelVolume {
    /// Whether it was measured or declared; nothing where no volume is known.
    pub basis: Option<VolumeBasis>,
    /// How many releases.
    pub releases: u64,
    /// Requests that they sum up, where that is known.
    pub requests: Option<u64>,
    /// Requests of these for which data was supplied, where that is known.
    pub supplied: Option<u64>,
    /// Rows or records in them, where that is known.
    pub rows: Option<u64>,
    /// People in them, where that is known: somebody in two releases counts twice.
    pub people: Option<u64>,
    /// Releases of so few people that only a band is given.
    pub banded: u64,
}

/// One share of a channel.
#[derive(Debug)]
pub struct ChannelShare {
    /// Its reference.
    pub reference: String,
    /// Its title, where that is public.
    pub title: Option<String>,
    /// Who gets access.
    pub recipient: String,
    /// The address of that page.
    pub recipient_slug: String,
    /// Where it stands.
    pub status: Status,
    /// When it was decided.
    pub decided: Option<PartialDate>,
    /// How many releases it has.
    pub releases: u64,
}

/// One text that is withheld.
#[derive(Debug)]
pub struct WithheldView {
    /// The statement that carries it.
    pub statement: u64,
    /// The field's name.
    pub name: String,
    /// Why it is withheld.
    pub ground: Option<Ground>,
    /// When it opens.
    pub opens: Option<PartialDate>,
    /// The share that it belongs to.
    pub reference: Option<String>,
    /// That share's title, where that is public.
    pub title: Option<String>,
    /// How that share came.
    pub channel: Option<Channel>,
}

impl Reader<'_> {
    /// What came by one channel, with some of its shares.
    pub fn channel(&self, channel: Channel, limit: u64) -> Result<ChannelView, DatabaseError> {
        let code = channel.code();
        let mut counts = self.connection.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE outcome = 'refused'), \
             count(*) FILTER (WHERE outcome = 'withdrawn') FROM share WHERE channel = ?",
        )?;
        let (shares, refused, withdrawn) =
            counts.query_row([code], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let bases = self.rows(
            "SELECT base.value, count(*) FROM share, json_each(share.bases) AS base WHERE share.channel = ? \
             GROUP BY base.value ORDER BY count(*) DESC, base.value",
            [code],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let list = self.rows(
            "SELECT share.reference, share.title, share.status, share.decided, share.releases, \
             recipient.name, recipient.slug FROM share JOIN recipient ON recipient.id = share.recipient_id \
             WHERE share.channel = ? ORDER BY share.changed DESC LIMIT ?",
            (code, limit),
            channel_share,
        )?;
        Ok(ChannelView { channel, shares, refused, withdrawn, volumes: self.volumes(channel)?, bases, list })
    }

    fn volumes(&self, channel: Channel) -> Result<Vec<ChannelVolume>, DatabaseError> {
        self.rows(
            "SELECT release.basis, count(*) AS releases, sum(requests) AS requests, sum(supplied) AS supplied, \
             sum(rows) AS rows, sum(people) AS people, count(people_under) AS banded \
             FROM share JOIN release ON release.share_id = share.id WHERE share.channel = ? \
             GROUP BY release.basis ORDER BY release.basis DESC",
            [channel.code()],
            |row| {
                Ok(ChannelVolume {
                    basis: perhaps(row, "basis")?,
                    releases: row.get("releases")?,
                    requests: row.get("requests")?,
                    supplied: row.get("supplied")?,
                    rows: row.get("rows")?,
                    people: row.get("people")?,
                    banded: row.get("banded")?,
                })
            },
        )
    }

    /// How many texts are withheld in the whole register.
    pub fn withheld_count(&self) -> Result<u64, DatabaseError> {
        let count = "SELECT count(*) FROM text WHERE state = 'withheld' AND replaced_by IS NULL";
        Ok(self.connection.prepare_cached(count)?.query_row([], |row| row.get(0))?)
    }

    /// Texts that are withheld, those that open first in front, those without a date last.
    pub fn withheld(&self, limit: u64, skip: u64) -> Result<Vec<WithheldView>, DatabaseError> {
        self.rows(
            "SELECT text.statement, text.name, text.ground, text.opens, share.reference, share.title, share.channel \
             FROM text LEFT JOIN share ON share.id = text.share_id \
             WHERE text.state = 'withheld' AND text.replaced_by IS NULL \
             ORDER BY text.opens IS NULL, text.opens, text.statement, text.name, text.digest LIMIT ? OFFSET ?",
            (limit, skip),
            |row| {
                Ok(WithheldView {
                    statement: row.get("statement")?,
                    name: row.get::<_, Option<String>>("name")?.unwrap_or_default(),
                    ground: perhaps(row, "ground")?,
                    opens: perhaps(row, "opens")?,
                    reference: row.get("reference")?,
                    title: row.get("title")?,
                    channel: perhaps(row, "channel")?,
                })
            },
        )
    }
}

fn channel_share(row: &Row<'_>) -> rusqlite::Result<ChannelShare> {
    Ok(ChannelShare {
        reference: row.get("reference")?,
        title: row.get("title")?,
        recipient: row.get("name")?,
        recipient_slug: row.get("slug")?,
        status: parsed(row, "status")?,
        decided: perhaps(row, "decided")?,
        releases: row.get("releases")?,
    })
}
