//! The catalogue: of every share, what finding needs, in memory. One pass over it gives the shares that match, how many
//! each filter would leave, and the order: the same answer to the same question for a page, a download, a feed and a
//! program.
//!
//! Texts are not in it; which shares hold a word is the database's full-text index to say ([`Matches`]).

mod column;
mod names;
mod recent;
mod window;

use std::cmp::Ordering;

use register::PartialDate;

use super::filters::{Facet, Filters, Sort};
use column::Column;
pub use names::Names;
pub use recent::{Heard, Recent};
pub use window::{PAGE, Position, Window};

/// What finding needs of one share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The number of its first statement, which is its number in the database.
    pub id: u64,
    /// Its public title, or else its reference.
    pub title: String,
    /// The recipient's name.
    pub recipient: String,
    /// The number of its newest statement.
    pub changed: u64,
    /// The date of its newest release.
    pub released: Option<PartialDate>,
    /// How many releases it has.
    pub releases: u64,
    /// By when its copies must be destroyed, unless that is confirmed.
    pub due: Option<PartialDate>,
    /// Its values of each filter but the computed one, each with what a page shows.
    pub values: Vec<(Facet, String, String)>,
}

/// Where a share holds the words that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Somewhere in its texts.
    Text,
    /// In its title, its reference or the recipient's name.
    Name,
}

/// The shares that hold the words, by their numbers, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches(Vec<(u64, Place)>);

impl Matches {
    /// Those that hold the words anywhere, and those of them that hold them in a name; both ascending.
    pub fn new(anywhere: Vec<u64>, in_names: &[u64]) -> Self {
        let place = |id: &u64| if in_names.binary_search(id).is_ok() { Place::Name } else { Place::Text };
        Self(anywhere.into_iter().map(|id| (id, place(&id))).collect())
    }

    /// How many shares these are.
    fn len(&self) -> usize {
        self.0.len()
    }

    fn place(&self, id: u64) -> Option<Place> {
        let found = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.0[found].1)
    }
}

/// One value that a filter could be set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As it stands in an address.
    pub value: String,
    /// What a page shows.
    pub label: String,
    /// How many shares have it, by the other filters.
    pub count: u64,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// How many shares match.
    pub shares: u64,
    /// How many releases these have.
    pub releases: u64,
    /// The numbers of the shares in the window, in order.
    pub ids: Vec<u64>,
    /// What each filter could be set to.
    pub choices: Vec<(Facet, Vec<Choice>)>,
    /// Where the next window begins; nothing at the end.
    pub next: Option<Position>,
}

/// Every share, as finding needs it.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// By their numbers, ascending.
    entries: Vec<Sorted>,
    columns: Vec<(Facet, Column)>,
    names: Names,
}

/// The parts of an entry by which lists are ordered.
#[derive(Debug)]
struct Sorted {
    id: u64,
    title: Box<str>,
    recipient: Box<str>,
    changed: u64,
    released: Option<PartialDate>,
    releases: u64,
    due: Option<PartialDate>,
}

impl Catalogue {
    /// An empty one.
    pub fn new() -> Self {
        let columns = Facet::ALL.iter().filter(|facet| **facet != Facet::Late);
        Self { columns: columns.map(|facet| (*facet, Column::default())).collect(), ..Self::default() }
    }

    /// Adds a share, or puts it in the place of what was known of it.
    pub fn put(&mut self, entry: Entry) {
        self.names.add(&entry.recipient);
        let sorted = Sorted {
            id: entry.id,
            title: entry.title.to_lowercase().into(),
            recipient: entry.recipient.to_lowercase().into(),
            changed: entry.changed,
            released: entry.released,
            releases: entry.releases,
            due: entry.due,
        };
        let place = match self.place(entry.id) {
            Ok(place) => {
                self.entries[place] = sorted;
                place
            }
            Err(place) => {
                self.entries.insert(place, sorted);
                self.columns.iter_mut().for_each(|(_, column)| column.make_room(place));
                place
            }
        };
        for (facet, column) in &mut self.columns {
            let values = entry.values.iter().filter(|(of, ..)| of == facet);
            column.set(place, values.map(|(_, value, label)| (value.as_str(), label.as_str())));
        }
    }

    /// The words of recipients' names.
    pub fn names(&self) -> &Names {
        &self.names
    }

    fn place(&self, id: u64) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&id, |entry| entry.id)
    }

    /// Answers a question. `matches` are the shares that hold the words, where there are any; `choices` is how many
    /// values of a filter are given, those of the most shares.
    pub fn answer(
        &self,
        filters: &Filters,
        today: PartialDate,
        matches: Option<&Matches>,
        window: &Window,
        choices: usize,
    ) -> Answer {
        let asked =
            |(which, (facet, column)): (usize, &(Facet, Column))| Some((which, column.wanted(filters.values(*facet))?));
        let wanted: Vec<(usize, Vec<u32>)> = self.columns.iter().enumerate().filter_map(asked).collect();
        let mut counts: Vec<Vec<u64>> = self.columns.iter().map(|(_, column)| column.zeroes()).collect();
        let (mut late, mut releases) = (0, 0);
        let mut found = Vec::new();
        for place in self.candidates(matches) {
            let entry = &self.entries[place];
            let is_late = entry.due.is_some_and(|due| due.days_until(today) > 0);
            // A filter's own choice does not narrow its counts, so a share that only one filter leaves out counts there.
            let mut refused_by = wanted.iter().filter(|(which, wanted)| !self.columns[*which].1.has_any(place, wanted));
            let refusal = refused_by.next().map(|(which, _)| *which);
            if refused_by.next().is_some() {
                continue;
            }
            let passes_late = is_late || !filters.late();
            if passes_late {
                for (which, (_, column)) in self.columns.iter().enumerate() {
                    if refusal.is_none_or(|refusal| refusal == which) {
                        column.values(place).iter().for_each(|value| counts[which][*value as usize] += 1);
                    }
                }
            }
            if refusal.is_none() {
                late += u64::from(is_late);
                if passes_late {
                    releases += entry.releases;
                    found.push(place);
                }
            }
        }
        let shares = found.len() as u64;
        let (ids, next) = self.cut(found, filters, matches, window);
        let mut all = Vec::with_capacity(Facet::ALL.len());
        for facet in Facet::ALL {
            let list = match self.columns.iter().position(|(of, _)| of == facet) {
                Some(which) => self.columns[which].1.choices(&counts[which], choices),
                None => vec![Choice { value: "yes".to_owned(), label: "yes".to_owned(), count: late }],
            };
            all.push((*facet, list));
        }
        Answer { shares, releases, ids, choices: all, next }
    }

    fn candidates(&self, matches: Option<&Matches>) -> Vec<usize> {
        match matches {
            None => (0..self.entries.len()).collect(),
            Some(matches) => matches.0.iter().filter_map(|(id, _)| self.place(*id).ok()).collect(),
        }
    }

    /// The window of the list, in order, and where the next one begins.
    fn cut(
        &self,
        mut found: Vec<usize>,
        filters: &Filters,
        matches: Option<&Matches>,
        window: &Window,
    ) -> (Vec<u64>, Option<Position>) {
        let key = |place: usize| self.key(place, filters.sort, matches);
        let order = |a: &usize, b: &usize| {
            let (one, other) = (&self.entries[*a], &self.entries[*b]);
            let by_key = key(*a).cmp_in(&key(*b), filters.descending);
            // Newer shares first where the key says nothing.
            by_key.then_with(|| other.id.cmp(&one.id))
        };
        let (skip, limit) = match window {
            Window::All => (0, usize::MAX),
            Window::Page(page) => (usize::try_from(page.saturating_sub(1) * PAGE).unwrap_or(usize::MAX), PAGE as usize),
            Window::After(position, limit) => {
                found.retain(|place| match key(*place).cmp_in(&position.key.as_ref(), filters.descending) {
                    Ordering::Greater => true,
                    Ordering::Equal => self.entries[*place].id < position.id,
                    Ordering::Less => false,
                });
                (0, *limit)
            }
            Window::First(limit) => (0, *limit),
        };
        if skip >= found.len() || limit == 0 {
            return (Vec::new(), None);
        }
        let end = skip.saturating_add(limit).min(found.len());
        let more = end < found.len();
        if more {
            found.select_nth_unstable_by(end, order);
            found.truncate(end);
        }
        if skip > 0 {
            found.select_nth_unstable_by(skip, order);
            found.drain(..skip);
        }
        found.sort_unstable_by(order);
        let last = found.last().filter(|_| more);
        let next = last.map(|place| Position { key: key(*place).to_owned(), id: self.entries[*place].id });
        (found.into_iter().map(|place| self.entries[place].id).collect(), next)
    }

    fn key(&self, place: usize, sort: Sort, matches: Option<&Matches>) -> window::KeyRef<'_> {
        let entry = &self.entries[place];
        let named = || matches.and_then(|matches| matches.place(entry.id)) == Some(Place::Name);
        match sort {
            // Words in a name or a title say more than words in a long text; among those, the newest.
            Sort::Relevance => window::KeyRef::Rank(u8::from(!named()), u64::MAX - entry.changed),
            Sort::Changed => window::KeyRef::Number(entry.changed),
            Sort::Title => window::KeyRef::Text(&entry.title),
            Sort::Recipient => window::KeyRef::Text(&entry.recipient),
            Sort::Released => window::KeyRef::Date(entry.released),
            Sort::Releases => window::KeyRef::Number(entry.releases),
        }
    }
}

#[cfg(test)]
mod tests;
