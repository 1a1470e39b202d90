//! What the catalogue holds of each share, read from the database.

use register::vocabulary::{Channel, Destruction, Route, Status};
use rusqlite::{Connection, Row};

use super::{DatabaseError, parsed, perhaps};
use crate::web::catalogue::Entry;
use crate::web::filters::{Facet, RISK};

/// Between the values of a list: the unit separator, which no text of a register needs.
const BETWEEN: char = '\u{1f}';

/// A share changes with its statements, and with those about its recipient alone, which may tell another sector.
const ENTRIES: &str = "
SELECT share.id, coalesce(share.title, share.reference) AS title, share.channel, share.route, share.status,
       share.destruction, share.destruction_due, share.releases, share.changed,
       recipient.name AS recipient, recipient.slug, recipient.sector,
       (SELECT max(released) FROM release WHERE share_id = share.id) AS released,
       (SELECT group_concat(dataset, char(31)) FROM dataset_use WHERE share_id = share.id) AS datasets,
       (SELECT group_concat(value, char(31)) FROM class_use WHERE share_id = share.id AND scheme = ?2) AS risks,
       (SELECT group_concat(DISTINCT substr(released, 1, 4)) FROM release WHERE share_id = share.id) AS years,
       (SELECT group_concat(DISTINCT json_extract(held.value, '$.cohort')) FROM release, json_each(release.cohorts) AS held
        WHERE release.share_id = share.id AND json_extract(held.value, '$.cover') <> 'none') AS cohorts
FROM share JOIN recipient ON recipient.id = share.recipient_id";

const CHANGED: &str = "
WHERE share.changed >= ?1 OR share.recipient_id IN
      (SELECT recipient_id FROM statement WHERE idx >= ?1 AND share_id IS NULL AND recipient_id IS NOT NULL)
ORDER BY share.id";

/// Gives every share that the statements from this number on have changed, in the order of their numbers.
pub(super) fn each_changed_since(
    connection: &Connection,
    from: u64,
    mut each: impl FnMut(Entry),
) -> Result<(), DatabaseError> {
    let sql =
        if from == 0 { format!("{ENTRIES} WHERE ?1 = 0 ORDER BY share.id") } else { format!("{ENTRIES}{CHANGED}") };
    let mut entries = connection.prepare_cached(&sql)?;
    let mut rows = entries.query(rusqlite::params![from, RISK])?;
    while let Some(row) = rows.next()? {
        each(entry(row)?);
    }
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let status: Status = parsed(row, "status")?;
    let channel: Channel = parsed(row, "channel")?;
    let route: Option<Route> = perhaps(row, "route")?;
    let destruction: Destruction = parsed(row, "destruction")?;
    let recipient: String = row.get("recipient")?;
    let mut values = vec![
        (Facet::Status, status.code().to_owned(), status.label().to_owned()),
        (Facet::Channel, channel.code().to_owned(), channel.label().to_owned()),
        (Facet::Recipient, row.get("slug")?, recipient.clone()),
    ];
    values.extend(route.map(|route| (Facet::Route, route.code().to_owned(), route.label().to_owned())));
    let mut list = |facet: Facet, column: &str, between: char| -> rusqlite::Result<()> {
        let joined: Option<String> = row.get(column)?;
        for value in joined.iter().flat_map(|joined| joined.split(between)).filter(|value| !value.is_empty()) {
            values.push((facet, value.to_owned(), facet.value_label(value)));
        }
        Ok(())
    };
    list(Facet::Sector, "sector", BETWEEN)?;
    list(Facet::Dataset, "datasets", BETWEEN)?;
    list(Facet::Risk, "risks", BETWEEN)?;
    list(Facet::Year, "years", ',')?;
    list(Facet::Cohort, "cohorts", ',')?;
    Ok(Entry {
        id: row.get("id")?,
        title: row.get("title")?,
        recipient,
        changed: row.get("changed")?,
        released: perhaps(row, "released")?,
        releases: row.get("releases")?,
        due: perhaps(row, "destruction_due")?.filter(|_| destruction != Destruction::Confirmed),
        values,
    })
}
