//! The question as the page's script puts it: parts, each a letter, a length as a big-endian uint32, and that many bytes.
//!
//! | letter | part | how often |
//! |---|---|---|
//! | `K` | the key that this site gives (vkey) | once |
//! | `M` | the key that this browser remembers | at most once |
//! | `R` | the checkpoint that it remembers, a signed note | at most once |
//! | `C` | the checkpoint now, a signed note | once, unless there is a statement |
//! | `I` | which statement: its index in decimal | with `L` and `P` |
//! | `L` | the statement, its exact bytes | with `I` and `P` |
//! | `P` | its tlog-proof, which holds the checkpoint now | with `I` and `L` |
//! | `T` | a tile: its path, a newline, its bytes | any number |

use alloc::vec::Vec;

/// What is to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The key that the site gives.
    pub key: &'a str,
    /// The key that the browser remembers from an earlier visit.
    pub remembered_key: Option<&'a str>,
    /// The checkpoint that it remembers.
    pub remembered: Option<&'a [u8]>,
    /// A statement with its proof, or only the checkpoint.
    pub now: Now<'a>,
    /// Files of the log, by the paths under which they were asked for.
    pub tiles: Vec<(&'a str, &'a [u8])>,
}

/// What the site says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Now<'a> {
    /// A checkpoint.
    Checkpoint(&'a [u8]),
    /// A statement, whose proof holds a checkpoint.
    Statement(Statement<'a>),
}

/// A statement as the site gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its index in the log, from 0.
    pub index: u64,
    /// Its exact bytes.
    pub leaf: &'a [u8],
    /// Its tlog-proof.
    pub proof: &'a [u8],
}

/// Why bytes are no request. Only a fault of the page's script leads here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the part {part} at byte {offset} is not as expected")]
pub struct NotARequest {
    /// The part's letter; a blank where there is none.
    pub part: char,
    /// Where it begins.
    pub offset: usize,
}

impl<'a> Request<'a> {
    /// Reads the parts.
    ///
    /// # Errors
    /// A part that is unknown, cut short, there twice, or missing.
    pub fn parse(bytes: &'a [u8]) -> Result<Request<'a>, NotARequest> {
        let mut single: [Option<&[u8]>; LETTERS.len()] = [None; LETTERS.len()];
        let mut tiles = Vec::new();
        let mut rest = bytes;
        while let Some((&letter, after)) = rest.split_first() {
            let bad = NotARequest { part: char::from(letter), offset: bytes.len() - rest.len() };
            let (length, after) = after.split_first_chunk::<4>().ok_or(bad)?;
            let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| bad)?;
            let (content, after) = after.split_at_checked(length).ok_or(bad)?;
            rest = after;
            if letter == b'T' {
                tiles.push(tile(content).ok_or(bad)?);
                continue;
            }
            let place = LETTERS.iter().position(|known| *known == letter).ok_or(bad)?;
            if single[place].replace(content).is_some() {
                return Err(bad);
            }
        }
        let missing = |part| NotARequest { part, offset: bytes.len() };
        let text = |content: &'a [u8], part| str::from_utf8(content).map_err(|_| missing(part));
        let [key, remembered_key, remembered, checkpoint, index, leaf, proof] = single;
        let now = match (checkpoint, index, leaf, proof) {
            (Some(checkpoint), None, None, None) => Now::Checkpoint(checkpoint),
            (None, Some(index), Some(leaf), Some(proof)) => {
                let index = text(index, 'I')?.parse().map_err(|_| missing('I'))?;
                Now::Statement(Statement { index, leaf, proof })
            }
            _ => return Err(missing('C')),
        };
        Ok(Request {
            key: text(key.ok_or(missing('K'))?, 'K')?,
            remembered_key: remembered_key.map(|key| text(key, 'M')).transpose()?,
            remembered,
            now,
            tiles,
        })
    }
}

const LETTERS: [u8; 7] = *b"KMRCILP";

fn tile(content: &[u8]) -> Option<(&str, &[u8])> {
    let end = content.iter().position(|byte| *byte == b'\n')?;
    Some((str::from_utf8(&content[..end]).ok()?, &content[end + 1..]))
}
