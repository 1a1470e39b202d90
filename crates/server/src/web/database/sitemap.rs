//! What a sitemap lists: every share, recipient, dataset and item with the date of its newest statement, in the order in
//! which they came, so that the parts of a growing register stay as they are but for the last.

use super::{DatabaseError, Reader};
use crate::web::sitemap::Listed;

/// The rows of one list: what stands in the address, and when the newest statement about it was logged.
fn rows(listed: Listed) -> &'static str {
    match listed {
        Listed::Shares => "SELECT id, reference AS name, changed_at AS changed FROM share",
        Listed::Recipients => {
            "SELECT recipient.id, slug AS name, logged AS changed FROM recipient \
             JOIN statement ON statement.idx = recipient.changed"
        }
        Listed::Datasets => {
            "SELECT min(id) AS id, name, max(changed) AS changed FROM (\
             SELECT share.id, slug AS name, changed_at AS changed FROM dataset_use \
             JOIN share ON share.id = dataset_use.share_id UNION ALL \
             SELECT id, slug, logged FROM dictionary JOIN statement ON statement.idx = dictionary.id) GROUP BY name"
        }
        Listed::Items => {
            "SELECT min(item.id) AS id, dictionary.slug || '/' || item.slug AS name, max(logged) AS changed FROM item \
             JOIN dictionary ON dictionary.id = item.dictionary JOIN statement ON statement.idx = dictionary.id \
             GROUP BY dictionary.slug, item.slug"
        }
    }
}

impl Reader<'_> {
    /// The parts of a list, each with its number from 1 and the newest date in it.
    pub fn sitemap_parts(&self, listed: Listed, part: u64) -> Result<Vec<(u64, Option<String>)>, DatabaseError> {
        let sql = format!(
            "SELECT 1 + (row_number() OVER (ORDER BY id, name) - 1) / ?1 AS part, changed FROM ({})",
            rows(listed)
        );
        self.rows(&format!("SELECT part, max(changed) FROM ({sql}) GROUP BY part ORDER BY part"), [part], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// The rows of one part.
    pub fn sitemap(&self, listed: Listed, limit: u64, skip: u64) -> Result<Vec<(String, String)>, DatabaseError> {
        let sql = format!("SELECT name, changed FROM ({}) ORDER BY id, name LIMIT ? OFFSET ?", rows(listed));
        let skip = i64::try_from(skip).unwrap_or(i64::MAX);
        self.rows(&sql, (limit, skip), |row| Ok((row.get(0)?, row.get(1)?)))
    }
}
