//! The short forms in which the data files write what would else fill pages: counts of items by class, ranges of
//! school-year cohorts.

use register::Class;
use register::statement::{Cohort, ItemCount};

use super::DemoError;

/// Reads counts of items: `T2 3B 12` is twelve items of NPD tier 2, identification risk 3 and sensitivity B. Either the
/// tier or the pair may be left out; neither is ever worked out from the other.
pub(super) fn items(lines: &[String]) -> Result<Vec<ItemCount>, DemoError> {
    lines.iter().map(|line| item_count(line).ok_or_else(|| DemoError::Shorthand(line.clone()))).collect()
}

fn item_count(line: &str) -> Option<ItemCount> {
    let (words, count) = line.rsplit_once(' ')?;
    let mut classes = Vec::new();
    for word in words.split(' ') {
        let (first, second) = word.split_at_checked(1)?;
        if first == "T" {
            classes.push(class("npd-tier", second));
        } else {
            classes.extend([class("dfe-identification-risk", first), class("dfe-sensitivity", second)]);
        }
    }
    Some(ItemCount { classes, count: count.parse().ok()? })
}

pub(super) fn class(scheme: &str, value: &str) -> Class {
    Class { scheme: scheme.to_owned(), value: value.to_owned() }
}

/// Reads cohorts: `2001-2004 all` is the school-year cohorts 2001-2002, 2002-2003 and 2003-2004, all of each.
pub(super) fn cohorts(lines: &[String]) -> Result<Vec<Cohort>, DemoError> {
    let mut list = Vec::new();
    for line in lines {
        list.extend(range(line).ok_or_else(|| DemoError::Shorthand(line.clone()))?);
    }
    Ok(list)
}

fn range(line: &str) -> Option<Vec<Cohort>> {
    let (years, cover) = line.split_once(' ')?;
    let (first, last) = years.split_once('-')?;
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    let cover = cover.parse().ok()?;
    Some((first..last).map(|year| Cohort { cohort: format!("{year}-{}", year + 1), cover }).collect())
}
