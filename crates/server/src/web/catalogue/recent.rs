//! The words that were looked for last, with the shares that hold them. Whoever narrows, sorts, pages or downloads a list
//! asks for the same words again; the index is then not asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Matches;
use crate::web::search::Wanted;

/// Shares that are kept of all questions together. Each takes 16 bytes, so that this is 8 MB.
const SHARES: usize = 500_000;

/// Questions that are kept; a question without a match takes room as well.
const QUESTIONS: usize = 256;

/// What was typed, understood.
#[derive(Debug)]
pub struct Heard {
    /// The things to look for, with names like those that occur nowhere.
    pub wanted: Vec<Wanted>,
    /// The shares that hold them all.
    pub matches: Matches,
}

/// What was heard at one state of the register, newest first.
#[derive(Debug, Default)]
pub struct Recent(Mutex<VecDeque<(String, Arc<Heard>)>>);

impl Recent {
    /// What was typed, as it was heard before.
    pub fn find(&self, typed: &str) -> Option<Arc<Heard>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(before, _)| before == typed)?;
        let again = kept.remove(place)?;
        let heard = Arc::clone(&again.1);
        kept.push_front(again);
        Some(heard)
    }

    /// Keeps this, and lets go of what was not asked for the longest.
    pub fn keep(&self, typed: &str, heard: &Arc<Heard>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(before, _)| before != typed);
        kept.push_front((typed.to_owned(), Arc::clone(heard)));
        let mut shares = 0;
        let fits = kept.iter().take(QUESTIONS).take_while(|(_, heard)| {
            shares += heard.matches.len();
            shares <= SHARES
        });
        let fitting = fits.count();
        kept.truncate(fitting);
    }

    /// Forgets all of it: the register has changed.
    pub fn clear(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(shares: u64) -> Arc<Heard> {
        Arc::new(Heard { wanted: Vec::new(), matches: Matches::new((0..shares).collect(), &[]) })
    }

    #[test]
    fn what_was_asked_for_last_stays_the_longest() {
        let recent = Recent::default();
        let third = SHARES as u64 / 3;
        for typed in ["one", "two", "three"] {
            recent.keep(typed, &heard(third));
        }
        assert!(recent.find("one").is_some());
        recent.keep("four", &heard(third));
        assert!(recent.find("two").is_none(), "nobody asked for it since");
        assert!(recent.find("one").is_some());
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_questions_are_counted() {
        let recent = Recent::default();
        recent.keep("everything", &heard(SHARES as u64 + 1));
        assert!(recent.find("everything").is_none());
        for number in 0..=QUESTIONS {
            recent.keep(&number.to_string(), &heard(0));
        }
        assert!(recent.find("0").is_none());
        assert!(recent.find("1").is_some());
    }
}
