//! Which part of a list is asked for, and the position after which the next part begins.

use std::cmp::Ordering;

use register::PartialDate;
use serde::{Deserialize, Serialize};

use crate::web::filters::Sort;

/// Shares on one page.
pub const PAGE: u64 = 25;

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// All of it.
    All,
    /// A page, from 1, of [`PAGE`] shares.
    Page(u64),
    /// The first so many.
    First(usize),
    /// So many after a position. Shares that came meanwhile move nothing: a position is a place in the order, not a
    /// count.
    After(Position, usize),
}

/// A place in the order of a list: that of its last share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// By what the list is ordered.
    pub(super) key: Key,
    /// The share's number.
    pub(super) id: u64,
}

impl Position {
    /// Whether it is a place in a list of this order.
    pub fn fits(&self, sort: Sort) -> bool {
        match self.key {
            Key::Rank(..) => sort == Sort::Relevance,
            Key::Number(_) => matches!(sort, Sort::Changed | Sort::Releases),
            Key::Text(_) => matches!(sort, Sort::Title | Sort::Recipient),
            Key::Date(_) => sort == Sort::Released,
        }
    }
}

/// By what a share stands where it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Key {
    /// Where words were found, and how new it is.
    Rank(u8, u64),
    /// A count, or a statement's number.
    Number(u64),
    /// A name.
    Text(String),
    /// A date; an unknown one stands last whichever way the list goes.
    Date(Option<PartialDate>),
}

/// A key that is borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyRef<'a> {
    Rank(u8, u64),
    Number(u64),
    Text(&'a str),
    Date(Option<PartialDate>),
}

impl KeyRef<'_> {
    /// Which of two stands first in a list of this direction. Keys of different lists do not compare
    /// ([`Position::fits`]).
    pub(super) fn cmp_in(&self, other: &KeyRef<'_>, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (KeyRef::Rank(..), KeyRef::Rank(..)) => turned(self.rank().cmp(&other.rank())),
            (KeyRef::Number(one), KeyRef::Number(two)) => turned(one.cmp(two)),
            (KeyRef::Text(one), KeyRef::Text(two)) => turned(one.cmp(two)),
            (KeyRef::Date(one), KeyRef::Date(two)) => match (one, two) {
                (Some(one), Some(two)) => turned(one.cmp(two)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            },
            _ => Ordering::Greater,
        }
    }

    fn rank(&self) -> (u8, u64) {
        if let KeyRef::Rank(place, age) = self { (*place, *age) } else { (0, 0) }
    }

    pub(super) fn to_owned(self) -> Key {
        match self {
            KeyRef::Rank(place, age) => Key::Rank(place, age),
            KeyRef::Number(number) => Key::Number(number),
            KeyRef::Text(text) => Key::Text(text.to_owned()),
            KeyRef::Date(date) => Key::Date(date),
        }
    }
}

impl Key {
    pub(super) fn as_ref(&self) -> KeyRef<'_> {
        match self {
            Key::Rank(place, age) => KeyRef::Rank(*place, *age),
            Key::Number(number) => KeyRef::Number(*number),
            Key::Text(text) => KeyRef::Text(text),
            Key::Date(date) => KeyRef::Date(*date),
        }
    }
}
