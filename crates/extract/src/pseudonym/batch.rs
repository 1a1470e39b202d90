//! Pseudonyms of a whole column. Identifiers are packed, enciphered and written in groups, so that the processor works on
//! several blocks at once and nothing is allocated for a row.

use aes::Block;
use arrow::array::{Array, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};

use super::{BLOCK_LETTERS, PseudonymError, Pseudonymiser, base32, packing, sealed};

/// Rows at a time: 2 KiB of blocks stay in the nearest cache.
const GROUP: usize = 128;

/// What a row of a group takes.
#[derive(Clone, Copy)]
enum Slot<'a> {
    Null,
    Block,
    Long(&'a str),
}

impl Pseudonymiser {
    /// The pseudonyms of a column; null stays null.
    ///
    /// # Errors
    /// If an identifier is empty, or the pseudonyms are longer than 2 GiB together.
    pub fn pseudonymise_array(&self, identifiers: &StringArray) -> Result<StringArray, PseudonymError> {
        let nulls = identifiers.nulls();
        let rows = identifiers.len();
        let mut letters = Vec::with_capacity(rows * BLOCK_LETTERS);
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0_i32);
        let mut siv = self.siv();
        let mut blocks = [Block::default(); GROUP];
        let mut slots = [Slot::Null; GROUP];
        for first in (0..rows).step_by(GROUP) {
            let group = GROUP.min(rows - first);
            let mut packed = 0;
            for (place, slot) in slots[..group].iter_mut().enumerate() {
                if nulls.is_some_and(|nulls| nulls.is_null(first + place)) {
                    *slot = Slot::Null;
                    continue;
                }
                let identifier = identifiers.value(first + place);
                if let Some(block) = packing::pack(identifier) {
                    blocks[packed] = block.into();
                    packed += 1;
                    *slot = Slot::Block;
                } else if identifier.is_empty() {
                    return Err(PseudonymError::EmptyRow(first + place));
                } else {
                    *slot = Slot::Long(identifier);
                }
            }
            self.encipher(&mut blocks[..packed]);
            let mut enciphered = blocks[..packed].iter();
            for slot in &slots[..group] {
                match slot {
                    Slot::Null => {}
                    Slot::Block => {
                        if let Some(&block) = enciphered.next() {
                            letters.extend_from_slice(&base32::block(block.into()));
                        }
                    }
                    Slot::Long(identifier) => {
                        letters.push(b'x');
                        letters.extend_from_slice(base32::encode(&sealed(&mut siv, identifier)?).as_bytes());
                    }
                }
                offsets.push(i32::try_from(letters.len()).map_err(|_| PseudonymError::Batch(rows))?);
            }
        }
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        StringArray::try_new(offsets, Buffer::from_vec(letters), nulls.cloned())
            .map_err(|_| PseudonymError::Batch(rows))
    }
}
