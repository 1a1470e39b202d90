//! Atom as XML. Text goes in escaped and without the characters that XML 1.0 cannot hold, so no text of the register can
//! break a feed.

use std::io;

use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use register::Moment;
use sha2::{Digest, Sha256};

use crate::web::problem::Problem;

/// A feed.
pub struct Feed {
    /// What stays the same wherever it lies.
    pub id: String,
    /// What it is of.
    pub title: String,
    /// Who keeps the register.
    pub author: String,
    /// When its newest entry was logged.
    pub updated: Option<Moment>,
    /// Its own address.
    pub own: String,
    /// The address of its first page.
    pub first: String,
    /// The page that it follows.
    pub page: String,
    /// The address of its next page.
    pub next: Option<String>,
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
}

/// A statement.
pub struct Entry {
    /// What stays the same wherever it lies.
    pub id: String,
    /// What happened to what.
    pub title: String,
    /// When it was logged.
    pub updated: Moment,
    /// The page of what it is about.
    pub page: String,
    /// The page of the statement itself.
    pub statement: String,
    /// The kind's code and label.
    pub kind: (String, String),
    /// What it says, in one line.
    pub summary: String,
}

/// A name for something of a log, from the log's origin and a path: a UUID of version 8 (RFC 9562) over their SHA-256.
/// The origin names the log for ever, and the path is never given to anything else.
pub fn identity(origin: &str, path: &str) -> String {
    let digest = Sha256::digest(format!("rollcall feed\n{origin}\n{path}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let parts = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]].map(hex);
    format!("urn:uuid:{}", parts.join("-"))
}

impl Feed {
    /// The feed as an answer.
    ///
    /// # Errors
    /// Never by what is in it.
    pub fn write(&self) -> Result<Response, Problem> {
        let text = self.xml().map_err(|error| {
            tracing::error!(%error, "a feed could not be written");
            Problem::Fault
        })?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"));
        let link = self.next.as_ref().and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
        if let Some(link) = link {
            headers.insert(LINK, link);
        }
        Ok((headers, text).into_response())
    }

    fn xml(&self) -> io::Result<Vec<u8>> {
        let mut xml = Writer::new(Vec::new());
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        let feed = xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
        feed.write_inner_content(|xml| {
            text(xml, "id", &self.id)?;
            text(xml, "title", &self.title)?;
            // A register without a statement has no date; the beginning of time is before any reader's last visit.
            let updated = self.updated.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |updated| updated.to_string());
            text(xml, "updated", &updated)?;
            xml.create_element("author").write_inner_content(|xml| text(xml, "name", &self.author))?;
            text(xml, "generator", "Rollcall")?;
            link(xml, "self", "application/atom+xml", &self.own)?;
            link(xml, "first", "application/atom+xml", &self.first)?;
            if let Some(next) = &self.next {
                link(xml, "next", "application/atom+xml", next)?;
            }
            link(xml, "alternate", "text/html", &self.page)?;
            self.entries.iter().try_for_each(|entry| entry.write(xml))
        })?;
        Ok(xml.into_inner())
    }
}

impl Entry {
    fn write(&self, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
        xml.create_element("entry").write_inner_content(|xml| {
            text(xml, "id", &self.id)?;
            text(xml, "title", &self.title)?;
            text(xml, "updated", &self.updated.to_string())?;
            text(xml, "published", &self.updated.to_string())?;
            link(xml, "alternate", "text/html", &self.page)?;
            link(xml, "related", "text/html", &self.statement)?;
            let (code, label) = &self.kind;
            xml.create_element("category")
                .with_attributes([("term", holdable(code).as_str()), ("label", holdable(label).as_str())])
                .write_empty()?;
            text(xml, "summary", if self.summary.is_empty() { &self.title } else { &self.summary })
        })?;
        Ok(())
    }
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, content: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&holdable(content)))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, relation: &str, kind: &str, address: &str) -> io::Result<()> {
    xml.create_element("link").with_attributes([("rel", relation), ("type", kind), ("href", address)]).write_empty()?;
    Ok(())
}

/// The characters of XML 1.0 (section 2.2); others become the replacement character.
fn holdable(text: &str) -> String {
    let holds = |letter: char| matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().map(|letter| if holds(letter) { letter } else { '\u{FFFD}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_a_uuid_that_stays() {
        let id = identity("example.org/log", "/statement/1");
        assert_eq!(id, identity("example.org/log", "/statement/1"));
        assert_ne!(id, identity("example.org/log", "/statement/2"));
        assert_eq!((&id[..9], id.len(), &id[23..24]), ("urn:uuid:", 45, "8"));
    }

    #[test]
    fn no_text_can_break_a_feed() {
        assert_eq!(holdable("a\u{0}b\u{1F}\u{FFFE}é😀\n"), "a\u{FFFD}b\u{FFFD}\u{FFFD}é😀\n");
    }
}
