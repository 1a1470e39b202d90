//! One filter's values, share by share.

use std::collections::HashMap;

use super::Choice;

/// The values of one filter: of each share, which it has.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// Every value that ever occurred, with what a page shows.
    known: Vec<(String, String)>,
    number: HashMap<String, u32>,
    /// By the shares' places.
    of: Vec<Values>,
}

/// The values of one share. Most shares have one, which is kept in place: a pass over all shares reads them in a row.
#[derive(Debug, Default)]
enum Values {
    #[default]
    None,
    One(u32),
    Several(Box<[u32]>),
}

impl Values {
    fn all(&self) -> &[u32] {
        match self {
            Self::None => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

impl Column {
    /// Makes room for a share at this place.
    pub(super) fn make_room(&mut self, place: usize) {
        self.of.insert(place, Values::None);
    }

    /// Sets the values of the share at this place; a value that is given twice counts once.
    pub(super) fn set<'a>(&mut self, place: usize, values: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut numbers: Vec<u32> = values.map(|(value, label)| self.number(value, label)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        self.of[place] = match numbers.as_slice() {
            [] => Values::None,
            [one] => Values::One(*one),
            _ => Values::Several(numbers.into()),
        };
    }

    fn number(&mut self, value: &str, label: &str) -> u32 {
        if let Some(number) = self.number.get(value) {
            return *number;
        }
        let number = self.known.len() as u32;
        self.known.push((value.to_owned(), label.to_owned()));
        self.number.insert(value.to_owned(), number);
        number
    }

    /// The values of the share at this place.
    pub(super) fn values(&self, place: usize) -> &[u32] {
        self.of[place].all()
    }

    /// The numbers of these values; nothing where no value is asked for. One that never occurs has no number.
    pub(super) fn wanted(&self, values: &[String]) -> Option<Vec<u32>> {
        if values.is_empty() {
            return None;
        }
        Some(values.iter().filter_map(|value| self.number.get(value).copied()).collect())
    }

    /// Whether the share at this place has any of these values.
    pub(super) fn has_any(&self, place: usize, wanted: &[u32]) -> bool {
        self.of[place].all().iter().any(|value| wanted.contains(value))
    }

    /// A count of nothing for each value.
    pub(super) fn zeroes(&self) -> Vec<u64> {
        vec![0; self.known.len()]
    }

    /// The values that occur, those of the most shares where there are more than `limit`, by what a page shows.
    pub(super) fn choices(&self, counts: &[u64], limit: usize) -> Vec<Choice> {
        let mut occurring: Vec<usize> = (0..counts.len()).filter(|value| counts[*value] > 0).collect();
        if occurring.len() > limit {
            occurring.sort_unstable_by_key(|value| (std::cmp::Reverse(counts[*value]), &self.known[*value].0));
            occurring.truncate(limit);
        }
        let mut choices: Vec<Choice> = occurring
            .into_iter()
            .map(|value| {
                let (code, label) = &self.known[value];
                Choice { value: code.clone(), label: label.clone(), count: counts[value] }
            })
            .collect();
        choices.sort_by_cached_key(|choice| (choice.label.to_lowercase(), choice.value.clone()));
        choices
    }
}
