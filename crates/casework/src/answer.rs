//! Answers to the application form, as they are stored.

/// One answer.
pub type Answer = serde_json::Value;

/// The answer as a line of text, where it is one.
pub fn as_text(answer: &Answer) -> Option<String> {
    answer.as_str().map(str::to_owned)
}
