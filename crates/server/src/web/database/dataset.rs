//! Datasets: which there are, what a dictionary lists of one, and who has had it. A dataset is known by its address, so
//! that names which sources spell differently come together.

use std::collections::{BTreeMap, BTreeSet};

use register::{Class, PartialDate};
use rusqlite::Row;

use super::{DatabaseError, FoundShare, Reader, json, parsed};

/// Shares that a dataset's page lists; the list of shares has them all.
const SHARES: u64 = 200;

/// One dataset of the list.
#[derive(Debug, Default)]
pub struct DatasetRow {
    /// The address of its page.
    pub slug: String,
    /// Its name, as its dictionary gives it, or else a share.
    pub name: String,
    /// Its dictionary, if there is one.
    pub dictionary: Option<DictionaryView>,
    /// Shares that name it.
    pub shares: u64,
    /// Shares under which data of it was released.
    pub released: u64,
    /// Recipients of these releases.
    pub recipients: u64,
}

/// A dictionary that was published.
#[derive(Debug, Clone)]
pub struct DictionaryView {
    /// The statement that published it.
    pub statement: u64,
    /// The dataset's name in it.
    pub dataset: String,
    /// The edition, in its publisher's words.
    pub edition: String,
    /// When it was published.
    pub at: PartialDate,
    /// How many items it lists.
    pub items: u64,
    /// The schemes by which they are classified.
    pub schemes: Vec<String>,
    /// SHA-256 of the file.
    pub digest: String,
    /// The file's path.
    pub file: String,
    /// What the dataset is, in plain words.
    pub meaning: Option<String>,
    /// A note of its publisher.
    pub note: Option<String>,
    /// The years that its items span.
    pub years: Option<Span>,
    /// Items by how revealing they are, for each scheme that has values for it.
    pub revealing: Revealing,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The year in which the first begins.
    pub first: u16,
    /// The year in which the last begins; none while something is still collected.
    pub last: Option<u16>,
}

/// How many items of a dictionary are of the two most revealing classes of a scheme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revealing {
    /// NPD tier 1 or 2.
    pub tier: u64,
    /// Identification risk 1 or 2.
    pub risk: u64,
    /// Sensitivity A or B.
    pub sensitivity: u64,
}

/// One dataset.
#[derive(Debug)]
pub struct DatasetView {
    /// The address of its page.
    pub slug: String,
    /// Every name under which it stands, the dictionary's first.
    pub names: Vec<String>,
    /// Its dictionaries, newest first.
    pub dictionaries: Vec<DictionaryView>,
    /// Classes of the newest dictionary's items, with how many items have them.
    pub classes: Vec<(Class, u64)>,
    /// How many items have each pair of identification risk and sensitivity; nothing where one is not given.
    pub pairs: Vec<(Option<String>, Option<String>, u64)>,
    /// Shares that name it, newest change first, each with whether data of it was released under it.
    pub shares: Vec<(FoundShare, bool)>,
    /// How many shares name it.
    pub share_count: u64,
    /// Shares under which data of it was released.
    pub released: u64,
    /// Recipients of these releases.
    pub recipients: u64,
    /// The first and the last school-year cohort of these releases.
    pub cohorts: Option<(String, String)>,
}

const DICTIONARY: &str = "SELECT dictionary.*, \
     (SELECT min(first_year) FROM item WHERE item.dictionary = dictionary.id) AS first_year, \
     (SELECT max(coalesce(last_year, 9999)) FROM item \
      WHERE item.dictionary = dictionary.id AND first_year IS NOT NULL) AS last_year, \
     (SELECT count(*) FROM item WHERE item.dictionary = dictionary.id AND tier IN ('1', '2')) AS high_tier, \
     (SELECT count(*) FROM item WHERE item.dictionary = dictionary.id AND identification_risk IN ('1', '2')) \
      AS high_risk, \
     (SELECT count(*) FROM item WHERE item.dictionary = dictionary.id AND sensitivity IN ('A', 'B')) \
      AS high_sensitivity, \
     (SELECT value FROM text WHERE statement = dictionary.id AND name = 'meaning' AND state = 'public' \
      AND replaced_by IS NULL) AS meaning, \
     (SELECT value FROM text WHERE statement = dictionary.id AND name = 'note' AND state = 'public' \
      AND replaced_by IS NULL) AS note FROM dictionary";

impl Reader<'_> {
    /// Every dataset that a dictionary describes or a share names, by name.
    pub fn datasets(&self) -> Result<Vec<DatasetRow>, DatabaseError> {
        let mut rows: BTreeMap<String, DatasetRow> = BTreeMap::new();
        let named = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u64>(2)?));
        let used = "SELECT slug, min(dataset), count(DISTINCT share_id) FROM dataset_use GROUP BY slug";
        for used in self.connection.prepare_cached(used)?.query_map([], named)? {
            let (slug, name, shares) = used?;
            rows.insert(slug.clone(), DatasetRow { slug, name, shares, ..DatasetRow::default() });
        }
        let released = "SELECT slug, count(DISTINCT share.id), count(DISTINCT share.recipient_id) FROM dataset_use \
             JOIN share ON share.id = dataset_use.share_id WHERE dataset_use.releases > 0 GROUP BY slug";
        let counts = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?));
        for released in self.connection.prepare_cached(released)?.query_map([], counts)? {
            let (slug, shares, recipients) = released?;
            let row = rows.entry(slug).or_default();
            (row.released, row.recipients) = (shares, recipients);
        }
        let current = format!("{DICTIONARY} WHERE current = 1");
        for described in self.connection.prepare_cached(&current)?.query_map([], described)? {
            let (slug, dictionary) = described?;
            let row = rows.entry(slug.clone()).or_default();
            (row.slug, row.name) = (slug, dictionary.dataset.clone());
            row.dictionary = Some(dictionary);
        }
        let mut rows: Vec<DatasetRow> = rows.into_values().filter(|row| !row.slug.is_empty()).collect();
        rows.sort_by_cached_key(|row| row.name.to_lowercase());
        Ok(rows)
    }

    /// The dataset of this address.
    pub fn dataset(&self, slug: &str) -> Result<Option<DatasetView>, DatabaseError> {
        let dictionaries = self.dictionaries(slug)?;
        let mut names: Vec<String> = dictionaries.first().map(|one| one.dataset.clone()).into_iter().collect();
        let mut used: BTreeSet<String> = dictionaries.iter().map(|one| one.dataset.clone()).collect();
        let spelled = "SELECT DISTINCT dataset FROM dataset_use WHERE slug = ?";
        used.extend(self.rows(spelled, [slug], |row| row.get(0))?);
        names.extend(used.into_iter().filter(|name| dictionaries.first().is_none_or(|one| one.dataset != *name)));
        if names.is_empty() {
            return Ok(None);
        }
        let newest = dictionaries.first().map_or(u64::MAX >> 1, |one| one.statement);
        let (shares, share_count) = self.shares_naming(slug)?;
        let (released, recipients) = self.connection.query_row(
            "SELECT count(DISTINCT share.id), count(DISTINCT share.recipient_id) FROM dataset_use \
             JOIN share ON share.id = dataset_use.share_id WHERE slug = ? AND dataset_use.releases > 0",
            [slug],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(Some(DatasetView {
            slug: slug.to_owned(),
            names,
            classes: self.classes_of(newest)?,
            pairs: self.rows(
                "SELECT identification_risk, sensitivity, count(*) FROM item WHERE dictionary = ? GROUP BY 1, 2",
                [newest],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?,
            dictionaries,
            shares,
            share_count,
            released,
            recipients,
            cohorts: self.cohorts_of(slug)?,
        }))
    }

    /// The dictionaries of a dataset, the newest first.
    pub fn dictionaries(&self, slug: &str) -> Result<Vec<DictionaryView>, DatabaseError> {
        self.rows(&format!("{DICTIONARY} WHERE slug = ? ORDER BY id DESC"), [slug], |row| Ok(described(row)?.1))
    }

    fn classes_of(&self, dictionary: u64) -> Result<Vec<(Class, u64)>, DatabaseError> {
        self.rows(
            "SELECT json_extract(class.value, '$.scheme'), json_extract(class.value, '$.value'), count(*) \
             FROM item, json_each(item.classes) AS class WHERE item.dictionary = ? GROUP BY 1, 2 ORDER BY 1, 2",
            [dictionary],
            |row| Ok((Class { scheme: row.get(0)?, value: row.get(1)? }, row.get(2)?)),
        )
    }

    fn shares_naming(&self, slug: &str) -> Result<(Vec<(FoundShare, bool)>, u64), DatabaseError> {
        let count = "SELECT count(DISTINCT share_id) FROM dataset_use WHERE slug = ?";
        let count = self.connection.query_row(count, [slug], |row| row.get(0))?;
        let holding = "SELECT share_id FROM dataset_use WHERE slug = ? AND releases > 0";
        let holding: BTreeSet<u64> = self.rows(holding, [slug], |row| row.get(0))?.into_iter().collect();
        let shares = self.shares_of_dataset(slug, SHARES)?;
        let with_release = |share: FoundShare| {
            let released = holding.contains(&share.id);
            (share, released)
        };
        Ok((shares.into_iter().map(with_release).collect(), count))
    }

    fn cohorts_of(&self, slug: &str) -> Result<Option<(String, String)>, DatabaseError> {
        // A release may hold other datasets of the share only.
        let sql = "SELECT min(json_extract(cohort.value, '$.cohort')), max(json_extract(cohort.value, '$.cohort')) \
             FROM release, json_each(release.cohorts) AS cohort WHERE release.cohorts <> '[]' \
             AND json_extract(cohort.value, '$.cover') <> 'none' \
             AND EXISTS (SELECT 1 FROM dataset_use, json_each(release.datasets) AS held \
                         WHERE dataset_use.share_id = release.share_id AND slug = ?1 AND dataset = held.value)";
        let found: (Option<String>, Option<String>) =
            self.connection.query_row(sql, [slug], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.0.zip(found.1))
    }
}

fn described(row: &Row<'_>) -> rusqlite::Result<(String, DictionaryView)> {
    let view = DictionaryView {
        statement: row.get("id")?,
        dataset: row.get("dataset")?,
        edition: row.get("edition")?,
        at: parsed(row, "at")?,
        items: row.get("items")?,
        schemes: json(row, "schemes")?,
        digest: row.get("digest")?,
        file: row.get("file")?,
        meaning: row.get("meaning")?,
        note: row.get("note")?,
        years: span(row)?,
        revealing: Revealing {
            tier: row.get("high_tier")?,
            risk: row.get("high_risk")?,
            sensitivity: row.get("high_sensitivity")?,
        },
    };
    Ok((row.get("slug")?, view))
}

pub(super) fn span(row: &Row<'_>) -> rusqlite::Result<Option<Span>> {
    let last: Option<u16> = row.get("last_year")?;
    let first: Option<u16> = row.get("first_year")?;
    Ok(first.map(|first| Span { first, last: last.filter(|last| *last != 9999) }))
}
