//! A file sealed in pieces, each authenticated with its place and whether it is the last: so it can be written and read
//! as a stream, from any place, and a piece that was changed, moved, dropped or added shows. Nothing is given out before
//! it has been authenticated.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) over ChaCha20-Poly1305. The key belongs to
//! this one file, so counting nonces never repeat.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};

use super::key::FileKey;

/// Bytes of content in a piece.
const PIECE: usize = 64 * 1_024;

/// Bytes of a tag.
const TAG: usize = 16;

/// Seals what is written to it.
pub(super) struct Seal<W> {
    out: W,
    cipher: ChaCha20Poly1305,
    held: Vec<u8>,
    pieces: u32,
}

impl<W: Write> Seal<W> {
    pub(super) fn new(out: W, key: &FileKey) -> Self {
        Self { out, cipher: ChaCha20Poly1305::new(key.into()), held: Vec::with_capacity(PIECE), pieces: 0 }
    }

    /// Takes more of the content. A piece goes out only when more follows, since the last is marked as such.
    pub(super) fn write(&mut self, mut content: &[u8]) -> io::Result<()> {
        while !content.is_empty() {
            if self.held.len() == PIECE {
                self.piece(false)?;
            }
            let (now, later) = content.split_at(content.len().min(PIECE - self.held.len()));
            self.held.extend_from_slice(now);
            content = later;
        }
        Ok(())
    }

    /// Seals the last piece, and gives back what it was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.piece(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn piece(&mut self, last: bool) -> io::Result<()> {
        let nonce = nonce(self.pieces, last);
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, &[], self.held.as_mut_slice().into())
            .map_err(|_| io::Error::other("a piece could not be sealed"))?;
        self.out.write_all(&self.held)?;
        self.out.write_all(&tag)?;
        self.held.clear();
        self.pieces += 1;
        Ok(())
    }
}

/// Reads a sealed file.
pub struct Opened {
    file: File,
    cipher: ChaCha20Poly1305,
    size: u64,
    place: u64,
    /// The piece that is held, and which it is.
    piece: Vec<u8>,
    number: Option<u32>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Opened {
    /// A sealed file of this many bytes of content.
    ///
    /// # Errors
    /// If its length is another.
    pub(super) fn new(file: File, key: &FileKey, size: u64) -> io::Result<Self> {
        let pieces = u64::from(last(size)) + 1;
        if file.metadata()?.len() != size + pieces * TAG as u64 {
            return Err(damaged());
        }
        let cipher = ChaCha20Poly1305::new(key.into());
        Ok(Self { file, cipher, size, place: 0, piece: Vec::new(), number: None })
    }

    /// Bytes of content.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes the sealed file durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn load(&mut self, number: u32) -> io::Result<()> {
        self.number = None;
        let start = u64::from(number) * (PIECE + TAG) as u64;
        let length = (self.size - u64::from(number) * PIECE as u64).min(PIECE as u64) as usize;
        self.piece.resize(length + TAG, 0);
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(&mut self.piece)?;
        let tag = Tag::try_from(&self.piece[length..]).map_err(|_| damaged())?;
        self.piece.truncate(length);
        let opened = self.cipher.decrypt_inout_detached(
            &nonce(number, number == last(self.size)),
            &[],
            self.piece.as_mut_slice().into(),
            &tag,
        );
        if opened.is_err() {
            self.piece.clear();
            return Err(damaged());
        }
        self.number = Some(number);
        Ok(())
    }
}

impl Read for Opened {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // An empty file has one empty piece, which is authenticated like any other.
        if self.place >= self.size && (self.size > 0 || self.number.is_some()) {
            return Ok(0);
        }
        let number = u32::try_from(self.place / PIECE as u64).map_err(|_| damaged())?;
        if self.number != Some(number) {
            self.load(number)?;
        }
        let within = (self.place % PIECE as u64) as usize;
        let given = &self.piece[within..];
        let length = given.len().min(out.len());
        out[..length].copy_from_slice(&given[..length]);
        self.place += length as u64;
        Ok(length)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        self.place = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.place)
    }
}

/// The number of the last piece of this many bytes.
fn last(size: u64) -> u32 {
    u32::try_from(size.saturating_sub(1) / PIECE as u64).unwrap_or(u32::MAX)
}

fn nonce(piece: u32, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[7..11].copy_from_slice(&piece.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file was changed since it was sealed")
}
