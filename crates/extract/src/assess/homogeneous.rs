//! Classes whose people all have the same value of a sensitive column: whoever finds the class learns the value without
//! finding the person (Machanavajjhala and others 2007).

use super::classes::Classes;
use super::coded::Coded;

/// How many classes say the value of all their people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Homogeneous {
    /// Classes of two people and more, all with the same value.
    pub classes: u64,
    /// The people in them.
    pub people: u64,
}

/// Whether each class of two people and more has one value of a column only. Classes of one are never said to be: that
/// somebody is alone is counted already.
pub fn homogeneous_classes(classes: &Classes, sensitive: &Coded) -> Vec<bool> {
    const UNSEEN: u32 = u32::MAX;
    let mut first = vec![UNSEEN; classes.sizes.len()];
    let mut same: Vec<bool> = classes.sizes.iter().map(|size| *size >= 2).collect();
    for (class, code) in classes.of_record.iter().zip(&sensitive.codes) {
        let class = *class as usize;
        if first[class] == UNSEEN {
            first[class] = *code;
        } else if first[class] != *code {
            same[class] = false;
        }
    }
    same
}

impl Homogeneous {
    /// Counts of such classes.
    pub fn of(classes: &Classes, same: &[bool]) -> Self {
        let mut counts = Self::default();
        for (size, _) in classes.sizes.iter().zip(same).filter(|(_, same)| **same) {
            counts.classes += 1;
            counts.people += u64::from(*size);
        }
        counts
    }
}
