//! The items of dictionaries: lists that answer a question, and one item with every dictionary that lists it. Only the
//! items of current dictionaries can be searched by words.

use std::collections::BTreeMap;

use register::Class;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params_from_iter};

use super::dataset::{DictionaryView, Span, span};
use super::{DatabaseError, Reader, json};
use crate::web::search;

/// What the items of a dataset are filtered by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemQuestion {
    /// Words of the name or the description.
    pub q: String,
    /// Classes that an item must have, all of them.
    pub classes: Vec<Class>,
}

/// One item.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// The statement that published it.
    pub dictionary: u64,
    /// Its line in the dictionary's file.
    pub line: u64,
    /// What its publisher calls it.
    pub alias: String,
    /// The last part of its page's address.
    pub slug: String,
    /// The part of the dataset that it stands in.
    pub section: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// Which values it takes.
    pub values: Option<String>,
    /// The years, as given.
    pub years: Option<String>,
    /// The same, where they could be read.
    pub span: Option<Span>,
    /// What it was called before.
    pub former_names: Vec<String>,
    /// The field of the source system.
    pub field: Option<String>,
    /// How it is classified.
    pub classes: Vec<Class>,
    /// Coded facts.
    pub facts: BTreeMap<String, String>,
}

/// One item, and where it is listed.
#[derive(Debug)]
pub struct FoundItem {
    /// The item, as the newest dictionary that lists it has it.
    pub item: ItemView,
    /// Whether that is the newest dictionary of its dataset.
    pub current: bool,
    /// Dictionaries that list the name, newest first, with the rows in which it stands.
    pub listed: Vec<(DictionaryView, Vec<ItemView>)>,
}

impl FoundItem {
    /// Other rows of the same name in the same dictionary.
    pub fn others(&self) -> Vec<&ItemView> {
        let here = self.listed.iter().filter(|(dictionary, _)| dictionary.statement == self.item.dictionary);
        here.flat_map(|(_, rows)| rows).filter(|row| row.line != self.item.line).collect()
    }
}

impl Reader<'_> {
    /// The statement that published the current dictionary of a dataset, where it has one.
    pub fn current_dictionary(&self, dataset: &str) -> Result<Option<u64>, DatabaseError> {
        let mut found = self.connection.prepare_cached("SELECT id FROM dictionary WHERE slug = ? AND current = 1")?;
        Ok(found.query_row([dataset], |row| row.get(0)).optional()?)
    }

    /// The items of a current dictionary that answer a question, in its order, and how many there are.
    pub fn items(
        &self,
        dictionary: u64,
        asked: &ItemQuestion,
        skip: u64,
        limit: u64,
    ) -> Result<(Vec<ItemView>, u64), DatabaseError> {
        let (condition, mut values) = matching(dictionary, asked);
        let count = format!("SELECT count(*) FROM item WHERE {condition}");
        let count = self.connection.query_row(&count, params_from_iter(&values), |row| row.get(0))?;
        values.extend([number(limit), number(skip)]);
        let page = format!("SELECT * FROM item WHERE {condition} ORDER BY id LIMIT ? OFFSET ?");
        Ok((self.rows(&page, params_from_iter(values), item)?, count))
    }

    /// The same behind one of them, in the order of their addresses, which an item keeps when a newer dictionary lists it
    /// as well.
    pub fn items_after(
        &self,
        dictionary: u64,
        asked: &ItemQuestion,
        after: &str,
        limit: u64,
    ) -> Result<Vec<ItemView>, DatabaseError> {
        let (condition, mut values) = matching(dictionary, asked);
        values.extend([Value::Text(after.to_owned()), number(limit)]);
        let sql = format!("SELECT * FROM item WHERE {condition} AND slug > ? ORDER BY slug LIMIT ?");
        self.rows(&sql, params_from_iter(values), item)
    }

    /// The item of this address: of the newest dictionary of the dataset that lists it.
    pub fn item(&self, dataset: &str, slug: &str) -> Result<Option<FoundItem>, DatabaseError> {
        let sql = "SELECT item.* FROM item JOIN dictionary ON dictionary.id = item.dictionary \
             WHERE dictionary.slug = ? AND item.slug = ? ORDER BY item.dictionary DESC LIMIT 1";
        let found = self.connection.prepare_cached(sql)?.query_row([dataset, slug], item).optional()?;
        let Some(found) = found else { return Ok(None) };
        let dictionaries = self.dictionaries(dataset)?;
        let current = dictionaries.first().is_some_and(|newest| newest.statement == found.dictionary);
        let same = "SELECT * FROM item WHERE dictionary = ? AND alias = ? ORDER BY id";
        let mut listed = Vec::new();
        for dictionary in dictionaries {
            let rows = self.rows(same, (dictionary.statement, &found.alias), item)?;
            if !rows.is_empty() {
                listed.push((dictionary, rows));
            }
        }
        Ok(Some(FoundItem { item: found, current, listed }))
    }
}

/// The condition under which an item of a current dictionary answers a question, with the values that it binds.
fn matching(dictionary: u64, asked: &ItemQuestion) -> (String, Vec<Value>) {
    let mut condition = "item.dictionary = ?".to_owned();
    let mut values = vec![number(dictionary)];
    if !asked.q.is_empty() {
        match search::expression(&search::wanted(&asked.q)) {
            Some(expression) => {
                condition.push_str(" AND item.id IN (SELECT rowid FROM item_search WHERE item_search MATCH ?)");
                values.push(Value::Text(expression));
            }
            None => condition.push_str(" AND 0"),
        }
    }
    for class in &asked.classes {
        condition.push_str(
            " AND EXISTS (SELECT 1 FROM json_each(item.classes) AS class WHERE \
             json_extract(class.value, '$.scheme') = ? AND json_extract(class.value, '$.value') = ?)",
        );
        values.extend([Value::Text(class.scheme.clone()), Value::Text(class.value.clone())]);
    }
    (condition, values)
}

fn number(count: u64) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn item(row: &Row<'_>) -> rusqlite::Result<ItemView> {
    Ok(ItemView {
        dictionary: row.get("dictionary")?,
        line: row.get("line")?,
        alias: row.get("alias")?,
        slug: row.get("slug")?,
        section: row.get("section")?,
        description: row.get("description")?,
        values: row.get("values")?,
        years: row.get("years")?,
        span: span(row)?,
        former_names: json(row, "former_names")?,
        field: row.get("field")?,
        classes: json(row, "classes")?,
        facts: json(row, "facts")?,
    })
}
