//! Office files in zip archives, opened just enough to tell them apart and to see macros. Bounded: the directory is
//! measured before it is read, and of the members only two small ones are inflated, up to a limit.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::kind::Kind;
use super::refusal::Refusal;

/// The most members of an archive, and bytes of its directory: office files have some hundreds, of a hundred bytes each.
const MEMBERS: u16 = 4_096;
const DIRECTORY: u32 = 1 << 20;

/// The most bytes of a member that are inflated.
const INFLATED: u64 = 1 << 20;

/// Bytes of the end record, and of the longest comment after it.
const END: u64 = 22;
const COMMENT: u64 = u16::MAX as u64;

/// What an archive is, which was claimed to be of this kind.
pub(super) fn kind(content: &mut (impl Read + Seek), claimed: Kind) -> io::Result<Result<Kind, Refusal>> {
    let damaged = Refusal::Damaged { claimed: claimed.label() };
    let Some(members) = measured(content)? else { return Ok(Err(damaged)) };
    let mut zip = match ZipArchive::new(content) {
        Ok(zip) => zip,
        Err(ZipError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        Err(_) => return Ok(Err(damaged)),
    };
    // Of two members of one name a program could read the other.
    if zip.len() != usize::from(members) {
        return Ok(Err(damaged));
    }
    let names: Vec<String> = zip.file_names().flatten().map(|name| name.to_ascii_lowercase()).collect();
    if names.len() != zip.len() {
        return Ok(Err(damaged));
    }
    if names.iter().any(|name| is_program(name)) {
        return Ok(Err(Refusal::Macros));
    }
    let holds = |wanted: &str| names.iter().any(|name| name == wanted);
    let member = match (holds("[content_types].xml"), holds("mimetype")) {
        (true, false) => "[Content_Types].xml",
        (false, true) => "mimetype",
        _ => return Ok(Err(Refusal::UnknownKind)),
    };
    let text = match zip.by_name(member) {
        Ok(inflating) => {
            let mut text = Vec::new();
            match inflating.take(INFLATED + 1).read_to_end(&mut text) {
                Ok(length) if length as u64 <= INFLATED => String::from_utf8_lossy(&text).to_ascii_lowercase(),
                _ => return Ok(Err(damaged)),
            }
        }
        Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => return Ok(Err(Refusal::Password)),
        Err(_) => return Ok(Err(damaged)),
    };
    Ok(if member == "mimetype" { open_document(text.trim()) } else { open_xml(&text) })
}

/// How many members the archive says that it has, where that is within the limits.
fn measured(content: &mut (impl Read + Seek)) -> io::Result<Option<u16>> {
    let size = content.seek(SeekFrom::End(0))?;
    let start = size.saturating_sub(END + COMMENT);
    content.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    content.read_to_end(&mut tail)?;
    content.seek(SeekFrom::Start(0))?;
    // A signature earlier in the tail could be part of the comment of the last, and be read by other programs.
    let signatures: Vec<usize> =
        tail.windows(4).enumerate().filter(|(_, window)| window == b"PK\x05\x06").map(|(place, _)| place).collect();
    let [place] = signatures[..] else { return Ok(None) };
    let short = |at: usize| tail.get(place + at..place + at + 2)?.try_into().ok().map(u16::from_le_bytes);
    let long = |at: usize| tail.get(place + at..place + at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let (Some(members), Some(directory)) = (short(10), long(12)) else { return Ok(None) };
    // More than this many, or more than 4 GB, would be said elsewhere (ZIP64), which no office file of our size needs.
    Ok((members <= MEMBERS && directory <= DIRECTORY).then_some(members))
}

/// Whether a member is something that an office program runs.
fn is_program(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.starts_with("vbaproject")
        || last.starts_with("vbadata")
        || name.starts_with("basic/")
        || name.starts_with("scripts/")
}

fn open_xml(types: &str) -> Result<Kind, Refusal> {
    let is = |part: &str| types.contains(&format!("application/vnd.openxmlformats-officedocument.{part}.main+xml"));
    if types.contains("macroenabled") || types.contains("vbaproject") {
        return Err(Refusal::Macros);
    }
    match (is("wordprocessingml.document"), is("spreadsheetml.sheet")) {
        (true, false) => Ok(Kind::Docx),
        (false, true) => Ok(Kind::Xlsx),
        _ => Err(Refusal::UnknownKind),
    }
}

fn open_document(media_type: &str) -> Result<Kind, Refusal> {
    [Kind::Odt, Kind::Ods].into_iter().find(|kind| kind.media_type() == media_type).ok_or(Refusal::UnknownKind)
}
