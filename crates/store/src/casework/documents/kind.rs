//! What a file is, found in its content; what its name says must agree. The list is closed, and nothing that a browser or
//! an office program would run is on it. Four signatures and one look into an archive need no library.

use std::io::{self, Read, Seek, SeekFrom};

use super::office;
use super::refusal::Refusal;

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PDF file.
    Pdf,
    /// A Word file without macros.
    Docx,
    /// An OpenDocument text.
    Odt,
    /// An Excel file without macros.
    Xlsx,
    /// An OpenDocument spreadsheet.
    Ods,
    /// A table as text.
    Csv,
    /// Plain text.
    Text,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A document of this program's own, whose reader has found it in form. Nobody hands one in by its name.
    Json,
}

impl Kind {
    /// Every kind that is taken by its name.
    pub const ALL: [Self; 9] =
        [Self::Pdf, Self::Docx, Self::Odt, Self::Xlsx, Self::Ods, Self::Csv, Self::Text, Self::Png, Self::Jpeg];

    /// The code that is stored.
    pub fn code(self) -> &'static str {
        self.endings()[0]
    }

    /// The kind of this code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Json]).find(|kind| kind.code() == code)
    }

    /// How the names of such files end, in lower case.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Odt => &["odt"],
            Self::Xlsx => &["xlsx"],
            Self::Ods => &["ods"],
            Self::Csv => &["csv"],
            Self::Text => &["txt"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Json => &["json"],
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pdf => "a PDF file",
            Self::Docx => "a Word file",
            Self::Odt => "an OpenDocument text",
            Self::Xlsx => "an Excel file",
            Self::Ods => "an OpenDocument spreadsheet",
            Self::Csv => "a CSV file",
            Self::Text => "a plain text file",
            Self::Png => "a PNG picture",
            Self::Jpeg => "a JPEG picture",
            Self::Json => "a JSON file",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Csv => "text/csv",
            Self::Text => "text/plain",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Json => "application/json",
        }
    }

    /// What a file's name says that it is.
    pub(super) fn claimed(name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        Self::ALL.into_iter().find(|kind| kind.endings().contains(&ending.as_str()))
    }
}

/// What a file is, which must be what its name says.
pub(super) fn sniff(content: &mut (impl Read + Seek), name: &str) -> io::Result<Result<Kind, Refusal>> {
    let Some(claimed) = Kind::claimed(name) else { return Ok(Err(unlisted(name))) };
    let found = match found(content, claimed)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mismatch = Refusal::Mismatch { claimed: claimed.label(), found: found.label() };
    Ok(if found == claimed { Ok(found) } else { Err(mismatch) })
}

/// Why a name is not one of a kind that is taken.
fn unlisted(name: &str) -> Refusal {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "doc" | "dot" | "xls" | "xlt" => Refusal::OldOffice,
        "docm" | "dotm" | "xlsm" | "xltm" | "xlam" => Refusal::Macros,
        _ => Refusal::NoEnding,
    }
}

fn found(content: &mut (impl Read + Seek), claimed: Kind) -> io::Result<Result<Kind, Refusal>> {
    let mut start = [0; 8];
    let mut length = 0;
    while length < start.len() {
        match content.read(&mut start[length..])? {
            0 => break,
            read => length += read,
        }
    }
    let start = &start[..length];
    content.seek(SeekFrom::Start(0))?;
    Ok(match start {
        [] => Err(Refusal::Empty),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(Kind::Pdf),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Kind::Png),
        [0xff, 0xd8, 0xff, ..] => Ok(Kind::Jpeg),
        [b'P', b'K', 3 | 5, ..] => office::kind(content, claimed)?,
        // Also the form of an office file that needs a password.
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] if matches!(claimed, Kind::Docx | Kind::Xlsx) => {
            Err(Refusal::Password)
        }
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] => Err(Refusal::OldOffice),
        _ if is_text(content)? => Ok(if claimed == Kind::Csv { Kind::Csv } else { Kind::Text }),
        _ => Err(Refusal::UnknownKind),
    })
}

/// Whether there is nothing but text in it, in any encoding that keeps ASCII: no control characters but line breaks and
/// tabs.
fn is_text(content: &mut impl Read) -> io::Result<bool> {
    let mut piece = [0; 16 * 1_024];
    loop {
        let length = content.read(&mut piece)?;
        if length == 0 {
            return Ok(true);
        }
        if piece[..length].iter().any(|byte| *byte == 0x7f || *byte < 0x20 && !b"\t\n\r\x0c".contains(byte)) {
            return Ok(false);
        }
    }
}
