//! What was found, in plain words.
//!
//! A sentence is fixed text with places for numbers, `{0}` and so on, which the page's script fills in: a browser writes
//! numbers as its visitor is used to, and without a formatter the module is a tenth smaller.

use alloc::{string::String, vec::Vec};

use crate::check::{Since, Wrong};

impl Wrong {
    /// One word for it, which stays the same when its sentence is improved.
    pub fn code(self) -> &'static str {
        match self {
            Wrong::Request(_) => "request-unreadable",
            Wrong::Key => "key-unreadable",
            Wrong::Proof => "proof-unreadable",
            Wrong::Checkpoint => "checkpoint-unreadable",
            Wrong::KeyChanged => "key-changed",
            Wrong::Remembered => "memory-changed",
            Wrong::Signature => "signature-wrong",
            Wrong::OtherStatement { .. } => "other-statement",
            Wrong::NotInLog => "not-in-log",
            Wrong::Shrank { .. } => "shrank",
            Wrong::Forked { .. } => "forked",
            Wrong::Files { .. } => "files-wrong",
        }
    }

    /// Whether something does not hold; else nothing could be checked.
    pub fn is_alarm(self) -> bool {
        !matches!(self, Wrong::Request(_) | Wrong::Key | Wrong::Proof | Wrong::Checkpoint)
    }

    /// The sentence for it.
    pub fn words(self) -> &'static str {
        match self {
            Wrong::Request(_) => {
                "Nothing could be checked, by a fault of this site’s script at byte {0} of its question."
            }
            Wrong::Key => "The key that this site gives cannot be read, so nothing can be checked with it.",
            Wrong::Proof => "The proof that this site gives cannot be read, so nothing can be checked with it.",
            Wrong::Checkpoint => {
                "The checkpoint that this site gives cannot be read, so nothing can be checked with it."
            }
            Wrong::KeyChanged => {
                "This site gives another key than the one that this browser remembers. Whoever holds the new key could \
                 have written another log. Ask the register’s keeper why, by another way than this site."
            }
            Wrong::Remembered => {
                "What this browser remembers of the log does not bear the signature of the log’s key. Something has \
                 changed it since it was checked. Compare it with somebody else’s before you forget it and begin anew."
            }
            Wrong::Signature => {
                "The checkpoint is not signed by the log’s key. Do not rely on this site until that is explained."
            }
            Wrong::OtherStatement { .. } => "The proof is that of statement {1}, and not of statement {0}.",
            Wrong::NotInLog => {
                "The statement as this site gives it is not in the log that was signed: its hash does not lead to the \
                 root hash. It has been changed, or was never there."
            }
            Wrong::Shrank { .. } => {
                "The log has become shorter: it held {0} statements when this browser last looked, and now {1}. A log \
                 may only grow. This site may be showing an old copy; if the log is still shorter in an hour, \
                 statements have been taken out."
            }
            Wrong::Forked { .. } => {
                "The log has been rewritten: its first {0} statements are not the ones that it held when this browser \
                 last looked. Its key has signed two histories. Keep both checkpoints: together they prove it to anybody."
            }
            Wrong::Files { .. } => {
                "This site’s files of the log are not those of the checkpoint that it shows, so it cannot be said that \
                 the log still holds the {0} statements that it held when this browser last looked."
            }
        }
    }

    /// The numbers in that sentence.
    pub fn numbers(self) -> Vec<u64> {
        match self {
            Wrong::Request(fault) => Vec::from([fault.offset as u64]),
            Wrong::OtherStatement { expected, found } => Vec::from([expected, found]),
            Wrong::Shrank { remembered, now } => Vec::from([remembered, now]),
            Wrong::Forked { remembered } | Wrong::Files { remembered } => Vec::from([remembered]),
            _ => Vec::new(),
        }
    }
}

impl Since {
    /// The sentence for it.
    pub fn words(self) -> &'static str {
        match self {
            Since::FirstVisit => {
                "This browser remembers nothing of the log from an earlier visit, so it cannot be said yet whether the \
                 log has only grown."
            }
            Since::Same => "It is the very log that this browser remembers.",
            Since::Grown(_) => {
                "The log still holds, unchanged and in the same order, the {2} statements that it held when this \
                 browser last looked."
            }
        }
    }

    /// How many statements were remembered, where that is another number than now.
    pub fn remembered(self) -> Option<u64> {
        match self {
            Since::Grown(remembered) => Some(remembered),
            Since::FirstVisit | Since::Same => None,
        }
    }
}

/// The sentence about what is signed.
pub fn signed(statement: Option<u64>) -> &'static str {
    match statement {
        Some(_) => "Statement {1} is in the log, unchanged, and the log’s key has signed the log up to {0} statements.",
        None => "The log’s key has signed the log up to {0} statements.",
    }
}

/// The sentence with its numbers in place.
pub fn sentence(words: &str, numbers: &[u64]) -> String {
    let mut sentence = String::from(words);
    for (place, number) in numbers.iter().enumerate() {
        sentence = sentence.replace(&alloc::format!("{{{place}}}"), &decimal(*number));
    }
    sentence
}

/// A number in decimal.
pub fn decimal(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
