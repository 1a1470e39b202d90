//! The stages of a case, in the order of its life.

use std::fmt;

pub use register::vocabulary::Party;
use serde::{Deserialize, Serialize};

macro_rules! stages {
    ($($variant:ident = $code:literal, $label:literal, $meaning:literal;)+) => {
        /// Where a case stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Stage { $(#[doc = $meaning] #[serde(rename = $code)] $variant,)+ }

        impl Stage {
            /// Every stage.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code in addresses and queues.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What a page calls it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// What it means, as a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

stages! {
    Draft = "draft", "Draft", "The application is being written.";
    Submitted = "submitted", "Submitted", "A signing official has submitted it; no case officer has taken it yet.";
    Screening = "screening", "Screening", "A case officer checks that it is complete.";
    Returned = "returned", "Returned for changes", "The applicant is asked for changes.";
    Review = "review", "In review", "Reviewers look at it, and a decision is prepared.";
    Decided = "decided", "Decided", "It has been decided; an approval waits for its agreement.";
    Agreed = "agreed", "Agreed", "Both sides have signed; the public register does not show it yet.";
    Registered = "registered", "Registered", "The agreement stands in the public register; access has not begun.";
    Active = "active", "Active", "Access has begun.";
    Ending = "ending", "Ending soon", "The agreed end is at most 90 days ahead.";
    DestructionDue = "destruction-due", "Destruction due", "Access has ended, and every copy must be destroyed.";
    Closed = "closed", "Closed", "It ended before any data was released, or every copy is confirmed destroyed.";
    Withdrawn = "withdrawn", "Withdrawn", "The applicant withdrew before a decision.";
    Suspended = "suspended", "Suspended", "Access is suspended.";
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
