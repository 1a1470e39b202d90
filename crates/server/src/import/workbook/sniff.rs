//! Tells what a file is by its content, because a name says only what somebody called it.

/// What a file is.
pub(super) enum Found {
    Nothing,
    Zip,
    Text,
    Password,
    Other(&'static str),
}

/// What the first bytes of well-known kinds of file are.
const KINDS: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7FELF", "a program"),
    (b"\xFF\xFE", "UTF-16 text"),
    (b"\xFE\xFF", "UTF-16 text"),
];

/// Tells by the first bytes what a file is.
pub(super) fn sniff(bytes: &[u8]) -> Found {
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Found::Zip;
    }
    if bytes.starts_with(OLE) {
        // A workbook with a password is an OLE container with a stream of this name (MS-OFFCRYPTO section 2.3.4.4).
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let protected = bytes.windows(name.len()).any(|window| window == name);
        return if protected { Found::Password } else { Found::Other("a document of Office 97 to 2003, such as XLS") };
    }
    if let Some((_, kind)) = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Found::Other(kind);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if text.is_empty() {
        Found::Nothing
    } else if begins(b"<!doctype html") || begins(b"<html") {
        Found::Other("a web page")
    } else if begins(b"<?xml") {
        Found::Other("an XML document")
    } else if bytes.iter().take(4_096).any(|byte| *byte == 0) {
        Found::Other("a binary file of a kind that is not known here")
    } else {
        Found::Text
    }
}
