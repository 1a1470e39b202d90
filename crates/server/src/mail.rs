//! Mail: the letters that casework owes to people, and the worker that sends what is in the outbox over SMTP.
//!
//! Nothing personal stands in a subject line, and neither an address nor a word of a letter in a log line. What a mail
//! server answers is kept as a code only, because servers repeat addresses.

pub mod letters;
mod post;
mod settings;
mod subject;
mod worker;

pub use post::{Post, PostError};
pub use settings::{MailSettings, Security};
pub use subject::{Reference, Topic, subject};
pub use worker::Worker;
