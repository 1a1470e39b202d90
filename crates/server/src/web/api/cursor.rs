//! Where a walk through a list goes on: the sort key and the identity of the last row that was given, so that rows which
//! come in between neither repeat one that was given nor push one out.
//!
//! A cursor is opaque to whoever holds it: base64url of a version, a piece of a digest, and the position as JSON. The
//! digest covers the question, so that a cursor which was damaged, or is used with another question, is noticed. It
//! protects nothing: there is nothing in a cursor that a question could not say as well.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::parameter::{Asked, CURSOR};
use crate::web::problem::Problem;

/// Another meaning of the position is another version.
const VERSION: u8 = 1;

const DIGEST: usize = 8;

/// The cursor of a position in the answers to a question.
pub fn seal(list: &str, asked: &Asked, position: &impl Serialize) -> String {
    let position = serde_json::to_vec(position).unwrap_or_default();
    let mut bytes = vec![VERSION];
    bytes.extend(digest(list, asked, &position));
    bytes.extend(position);
    Base64UrlUnpadded::encode_string(&bytes)
}

/// The position that the question's cursor gives, where it has one.
///
/// # Errors
/// Where the cursor was damaged, belongs to another question, or was made by another version of this program.
pub fn open<T: DeserializeOwned>(list: &str, asked: &Asked) -> Result<Option<T>, Problem> {
    let Some(cursor) = asked.one(CURSOR.name) else { return Ok(None) };
    let bad = |message: &str| Problem::BadParameter {
        parameter: CURSOR.name,
        message: format!("{message} Begin again without it, or take the whole address that “next” gave."),
    };
    let damaged = || bad("It is damaged, or belongs to another question.");
    let bytes = Base64UrlUnpadded::decode_vec(cursor).map_err(|_| damaged())?;
    let (version, rest) = bytes.split_first().ok_or_else(damaged)?;
    if *version != VERSION {
        return Err(bad("It was made by another version of this site."));
    }
    let (seen, position) = rest.split_at_checked(DIGEST).ok_or_else(damaged)?;
    if seen != digest(list, asked, position) {
        return Err(damaged());
    }
    serde_json::from_slice(position).map(Some).map_err(|_| damaged())
}

/// Ends a part of a list of which one row too many was read: that one says that there is more, and goes. Gives the address
/// of the next part, behind the position of the last row, where there is one.
pub fn end<T, P: Serialize>(
    list: &str,
    asked: &Asked,
    rows: &mut Vec<T>,
    position: impl FnOnce(&T) -> P,
) -> Option<String> {
    let limit = usize::try_from(asked.limit()).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more)?;
    Some(asked.next(list, CURSOR.name, &seal(list, asked, &position(last))))
}

fn digest(list: &str, asked: &Asked, position: &[u8]) -> [u8; DIGEST] {
    let question = asked.question();
    let mut digest = Sha256::new();
    for part in [b"rollcall cursor", list.as_bytes(), question.as_bytes(), position] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut first = [0; DIGEST];
    first.copy_from_slice(&digest.finalize()[..DIGEST]);
    first
}

#[cfg(test)]
mod tests {
    use axum::extract::RawQuery;

    use super::super::parameter::{LIMIT, Parameter, Takes};
    use super::*;

    const Q: Parameter = Parameter { name: "q", means: "", takes: Takes::Text(10), many: false };

    fn asked(query: &str) -> Asked {
        Asked::read(&RawQuery(Some(query.to_owned())), &[&[Q, LIMIT, CURSOR]]).unwrap()
    }

    #[test]
    fn a_cursor_survives_a_round_trip_and_another_length_of_page() {
        let cursor = seal("list", &asked("q=a"), &("2024", 7));
        let opened = open::<(String, u64)>("list", &asked(&format!("limit=3&q=a&cursor={cursor}"))).unwrap();
        assert_eq!(opened, Some(("2024".to_owned(), 7)));
        assert_eq!(open::<u64>("list", &asked("q=a")).unwrap(), None);
    }

    #[test]
    fn every_damaged_cursor_is_refused_with_a_reason() {
        let cursor = seal("list", &asked("q=a"), &7);
        for place in 0..cursor.len() {
            let mut letters: Vec<char> = cursor.chars().collect();
            letters[place] = if letters[place] == 'A' { 'B' } else { 'A' };
            let damaged: String = letters.into_iter().collect();
            assert!(open::<u64>("list", &asked(&format!("q=a&cursor={damaged}"))).is_err(), "{place}");
        }
        for other in ["q=b&cursor=", "cursor="] {
            assert!(open::<u64>("list", &asked(&format!("{other}{cursor}"))).is_err());
        }
        assert!(open::<u64>("other", &asked(&format!("q=a&cursor={cursor}"))).is_err());
        assert!(open::<u64>("list", &asked("q=a&cursor=AQ")).is_err());
    }
}
