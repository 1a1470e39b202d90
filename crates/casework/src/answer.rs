//! Answers to the application form, as they are stored.

/// One answer.
pub type Answer = serde_json::Value;
