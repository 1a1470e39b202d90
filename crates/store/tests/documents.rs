//! Files that people give, on a real folder and database.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use register::Moment;
use store::casework::documents::{Document, DocumentId, Documents, Kind, LARGEST, Refusal};
use store::{Casework, StoreError};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

struct Place {
    folder: TempDir,
    casework: Casework,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let casework = Casework::open(&folder.path().join("casework.sqlite")).unwrap();
        Self { folder, casework }
    }

    fn documents(&self) -> Documents {
        Documents::open(self.folder.path(), &self.casework).unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        let listed = fs::read_dir(self.folder.path().join("documents")).unwrap().map(|entry| entry.unwrap().path());
        listed.filter(|path| path.file_name().unwrap() != "lock").collect()
    }

    fn put(&self, documents: &Documents, holder: &str, name: &str, content: &[u8]) -> DocumentId {
        let mut incoming = documents.receive(LARGEST).unwrap();
        incoming.write(content).unwrap();
        let received = incoming.finish(name).unwrap();
        self.casework.write(|transaction| documents.put(transaction, received, holder, now())).unwrap()
    }

    fn get(&self, documents: &Documents, id: DocumentId) -> Document {
        self.casework.read(|transaction| documents.get(transaction, id)).unwrap().unwrap()
    }

    fn read(&self, documents: &Documents, id: DocumentId) -> Result<Vec<u8>, String> {
        let mut content = Vec::new();
        let mut opened = documents.content(&self.get(documents, id)).map_err(|error| error.to_string())?;
        opened.read_to_end(&mut content).map_err(|error| error.to_string())?;
        Ok(content)
    }
}

fn now() -> Moment {
    Moment::from_seconds(1_790_000_000).unwrap()
}

/// A PDF by its signature, of this many bytes.
fn pdf(size: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((content.len()..size).map(|place| (place * 7 % 251) as u8));
    content
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";

fn refusal(documents: &Documents, name: &str, content: &[u8]) -> Option<Refusal> {
    let mut incoming = documents.receive(LARGEST).unwrap();
    incoming.write(content).unwrap();
    match incoming.finish(name) {
        Ok(_) => None,
        Err(StoreError::Document(refusal)) => Some(refusal),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_was_put_is_got_and_nothing_of_it_shows_on_the_disk() {
    let place = Place::new();
    let documents = place.documents();
    let id = place.put(&documents, "DR1", "A Person's plan.pdf", &pdf(200_000));
    let kept = place.get(&documents, id);
    assert_eq!((kept.name.as_str(), kept.kind, kept.size), ("A Person's plan.pdf", Kind::Pdf, 200_000));
    assert_eq!(kept.digest, register::Digest::of(&pdf(200_000)).0.map(|byte| format!("{byte:02x}")).concat());
    assert_eq!(place.read(&documents, id).unwrap(), pdf(200_000));
    let files = place.files();
    assert_eq!(files.len(), 1);
    assert!(!files[0].to_string_lossy().contains(&kept.digest));
    let sealed = fs::read(&files[0]).unwrap();
    assert!(!sealed.windows(8).any(|window| window == b"%PDF-1.7"));
    assert!(!format!("{kept:?}").contains("Person"));
    for path in [&files[0], &place.folder.path().join("documents.key")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn any_part_of_any_size_can_be_read() {
    let place = Place::new();
    let documents = place.documents();
    for size in [9, 65_535, 65_536, 65_537, 131_072, 131_073] {
        let id = place.put(&documents, "DR1", "a.pdf", &pdf(size));
        assert_eq!(place.read(&documents, id).unwrap(), pdf(size), "{size}");
        let mut opened = documents.content(&place.get(&documents, id)).unwrap();
        opened.seek(SeekFrom::End(-3)).unwrap();
        let mut end = Vec::new();
        opened.read_to_end(&mut end).unwrap();
        assert_eq!(end, pdf(size)[size - 3..]);
    }
}

#[test]
fn equal_files_of_two_cases_do_not_show_and_one_case_keeps_one() {
    let place = Place::new();
    let documents = place.documents();
    let one = place.put(&documents, "DR1", "a.pdf", &pdf(100));
    let other = place.put(&documents, "DR2", "a.pdf", &pdf(100));
    assert_eq!(place.put(&documents, "DR1", "b.pdf", &pdf(100)), one);
    assert_ne!(one, other);
    let files = place.files();
    assert_eq!(files.len(), 2, "the third left nothing behind");
    assert_ne!(fs::read(&files[0]).unwrap(), fs::read(&files[1]).unwrap());
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let place = Place::new();
    let documents = place.documents();
    let id = place.put(&documents, "DR1", "a.pdf", &pdf(70_000));
    let path = &place.files()[0];
    let sealed = fs::read(path).unwrap();
    for place_of_bit in [0, 40_000, 65_536, 65_551, 65_552, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[place_of_bit] ^= 1;
        fs::write(path, &changed).unwrap();
        assert!(place.read(&documents, id).is_err(), "{place_of_bit}");
    }
    fs::write(path, &sealed).unwrap();
    assert!(place.read(&documents, id).is_ok());
}

#[test]
fn a_file_that_is_truncated_lengthened_reordered_or_gone_is_refused() {
    let place = Place::new();
    let documents = place.documents();
    let id = place.put(&documents, "DR1", "a.pdf", &pdf(3 * 65_536));
    let path = &place.files()[0];
    let sealed = fs::read(path).unwrap();
    let piece = 65_536 + 16;
    let swapped = [&sealed[piece..2 * piece], &sealed[..piece], &sealed[2 * piece..]].concat();
    let longer = [&sealed[..], &[0]].concat();
    for changed in [&sealed[..sealed.len() - 1], &sealed[..2 * piece], &[], &swapped, &longer] {
        fs::write(path, changed).unwrap();
        assert!(place.read(&documents, id).is_err());
    }
    fs::remove_file(path).unwrap();
    let gone = place.read(&documents, id).unwrap_err();
    assert!(gone.starts_with("document 1: its file cannot be opened"), "{gone}");
}

#[test]
fn two_files_or_two_rows_that_were_exchanged_are_refused() {
    let place = Place::new();
    let documents = place.documents();
    let one = place.put(&documents, "DR1", "a.pdf", &pdf(100));
    let other = place.put(&documents, "DR2", "b.pdf", &pdf(101));
    let files = place.files();
    let spare = place.folder.path().join("spare");
    for (from, to) in [(&files[0], &spare), (&files[1], &files[0]), (&spare, &files[1])] {
        fs::rename(from, to).unwrap();
    }
    assert!(place.read(&documents, one).is_err() && place.read(&documents, other).is_err());
    for (from, to) in [(&files[0], &spare), (&files[1], &files[0]), (&spare, &files[1])] {
        fs::rename(from, to).unwrap();
    }
    assert!(place.read(&documents, one).is_ok() && place.read(&documents, other).is_ok());
    for change in [
        "holder = 'DR2' WHERE id = 1",
        "digest = 'x' WHERE id = 1",
        "wrapped = (SELECT wrapped FROM document WHERE id = 2) WHERE id = 1",
    ] {
        let (held, wrapped): (String, Vec<u8>) = place
            .casework
            .write(|transaction| {
                let held = transaction
                    .query_row("SELECT holder || '/' || digest, wrapped FROM document WHERE id = 1", [], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .unwrap();
                transaction.execute(&format!("UPDATE document SET {change}"), []).unwrap();
                Ok::<_, StoreError>(held)
            })
            .unwrap();
        assert!(place.read(&documents, one).is_err(), "{change}");
        let (holder, digest) = held.split_once('/').unwrap();
        let back = |transaction: &rusqlite::Transaction<'_>| {
            let values = (holder, digest, &wrapped);
            transaction
                .execute("UPDATE document SET holder = ?1, digest = ?2, wrapped = ?3 WHERE id = 1", values)
                .unwrap();
            Ok::<_, StoreError>(())
        };
        place.casework.write(back).unwrap();
        assert!(place.read(&documents, one).is_ok());
    }
}

#[test]
fn another_key_opens_nothing_and_a_new_one_takes_over() {
    let place = Place::new();
    let key = place.folder.path().join("documents.key");
    let first = place.documents();
    let id = place.put(&first, "DR1", "a.pdf", &pdf(100));
    let held = fs::read_to_string(&key).unwrap();
    assert!(!format!("{first:?}").contains(held.trim()));
    drop(first);

    fs::remove_file(&key).unwrap();
    let said = place.read(&place.documents(), id).unwrap_err();
    assert!(said.contains("with the keys held"), "{said}");
    for wrong in ["", "abc\n", &format!("{held}more\n")] {
        fs::write(&key, wrong).unwrap();
        let error = Documents::open(place.folder.path(), &place.casework).unwrap_err();
        assert!(matches!(error, StoreError::DocumentsKey(_)) && !error.to_string().contains(held.trim()));
    }

    fs::write(&key, &held).unwrap();
    Documents::rotate(place.folder.path()).unwrap();
    let rotated = place.documents();
    assert_eq!(place.read(&rotated, id).unwrap(), pdf(100));
    assert_eq!(place.casework.write(|transaction| rotated.rewrap(transaction)).unwrap(), 1);
    assert_eq!(place.casework.write(|transaction| rotated.rewrap(transaction)).unwrap(), 0);
    drop(rotated);
    let newest = fs::read_to_string(&key).unwrap().lines().next().unwrap().to_owned();
    fs::write(&key, newest).unwrap();
    assert_eq!(place.read(&place.documents(), id).unwrap(), pdf(100), "the old key is not needed any more");
}

#[test]
fn what_a_crash_left_without_a_row_goes_when_the_folder_is_opened_again() {
    let place = Place::new();
    let documents = place.documents();
    let kept = place.put(&documents, "DR1", "a.pdf", &pdf(100));

    let mut dropped = documents.receive(LARGEST).unwrap();
    dropped.write(&pdf(70_000)).unwrap();
    drop(dropped);
    let mut dropped = documents.receive(LARGEST).unwrap();
    dropped.write(&pdf(70_000)).unwrap();
    drop(dropped.finish("b.pdf").unwrap());
    assert_eq!(place.files().len(), 1, "without a crash nothing is left");

    // A crash while a file is received, and one after it was durable and before its row was.
    let mut receiving = documents.receive(LARGEST).unwrap();
    receiving.write(&pdf(70_000)).unwrap();
    std::mem::forget(receiving);
    let mut durable = documents.receive(LARGEST).unwrap();
    durable.write(&pdf(80)).unwrap();
    let received = durable.finish("c.pdf").unwrap();
    let undone: Result<DocumentId, StoreError> = place.casework.write(|transaction| {
        documents.put(transaction, received, "DR1", now())?;
        Err(StoreError::NoRegister(PathBuf::new()))
    });
    assert!(undone.is_err());
    // And one after a row was erased and before its file was.
    let other = place.put(&documents, "DR1", "d.pdf", &pdf(90));
    let erased = place.casework.write(|transaction| documents.erase(transaction, other)).unwrap();
    assert!(erased.is_some());
    assert_eq!(place.files().len(), 4);

    let beside = place.documents();
    assert_eq!(place.files().len(), 4, "while another process uses the folder its files are left alone");
    drop((documents, beside));
    let again = place.documents();
    assert_eq!(place.files().len(), 1);
    assert_eq!(place.read(&again, kept).unwrap(), pdf(100));
}

#[test]
fn erasing_removes_row_key_and_file() {
    let place = Place::new();
    let documents = place.documents();
    let id = place.put(&documents, "DR1", "a.pdf", &pdf(100));
    let erased = place.casework.write(|transaction| documents.erase(transaction, id)).unwrap().unwrap();
    documents.remove(erased).unwrap();
    assert!(place.files().is_empty());
    assert!(place.casework.read(|transaction| documents.get(transaction, id)).unwrap().is_none());
    assert!(place.casework.read(|transaction| documents.of(transaction, "DR1")).unwrap().is_empty());
    assert!(place.casework.write(|transaction| documents.erase(transaction, id)).unwrap().is_none());
}

#[test]
fn too_much_is_refused_while_it_arrives() {
    let place = Place::new();
    let documents = place.documents();
    let mut incoming = documents.receive(100_000).unwrap();
    incoming.write(&pdf(100_000)).unwrap();
    let error = incoming.write(b"x").unwrap_err();
    assert_eq!(error.to_string(), "The file must be smaller than 1 MB");
    drop(incoming);
    assert!(place.files().is_empty());
}

#[test]
fn a_file_is_what_its_content_says_and_its_name_must_agree() {
    let place = Place::new();
    let documents = place.documents();
    let docx = archive(&[("[Content_Types].xml", WORD.as_bytes()), ("word/document.xml", b"<w/>")]);
    let xlsx = archive(&[("[Content_Types].xml", EXCEL.as_bytes()), ("xl/workbook.xml", b"<x/>")]);
    let odt = archive(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<o/>")]);
    let ods = archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<o/>")]);
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0".as_slice();
    let (csv, text) = ("a,b\r\n1,é\r\n".as_bytes(), b"in Windows: caf\xe9\n".as_slice());
    let kinds: [(&str, &[u8]); 9] = [
        ("a.pdf", &pdf(50)),
        ("a.DOCX", &docx),
        ("a.xlsx", &xlsx),
        ("a.odt", &odt),
        ("a.ods", &ods),
        ("a.png", png),
        ("a.jpeg", jpeg),
        ("a.csv", csv),
        ("a.txt", text),
    ];
    for (name, content) in kinds {
        assert_eq!(refusal(&documents, name, content), None, "{name}");
        for (other, _) in kinds.iter().filter(|(other, _)| *other != name) {
            // Whether text is a table, no signature says.
            if (name, *other) == ("a.csv", "a.txt") || (name, *other) == ("a.txt", "a.csv") {
                continue;
            }
            let refused = refusal(&documents, other, content);
            assert!(matches!(refused, Some(Refusal::Mismatch { .. })), "{name} as {other}: {refused:?}");
        }
    }
    let said = refusal(&documents, "a.png", &docx).unwrap().to_string();
    assert_eq!(
        said,
        "The file’s name says that it is a PNG picture, but it is a Word file. Save it again in the form that its name says"
    );
    assert!(place.files().is_empty(), "what was not kept is gone");
}

#[test]
fn programs_old_forms_and_the_unknown_are_refused_in_plain_words() {
    let place = Place::new();
    let documents = place.documents();
    let types = |text: &str| archive(&[("[Content_Types].xml", text.as_bytes())]);
    let with = |name: &str| archive(&[("[Content_Types].xml", WORD.as_bytes()), (name, b"")]);
    let odt = b"application/vnd.oasis.opendocument.text".as_slice();
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest".as_slice();
    for (name, content, expected) in [
        ("a.docx", with("word/vbaProject.bin"), Refusal::Macros),
        ("a.docx", types("application/vnd.ms-word.document.macroEnabled.main+xml"), Refusal::Macros),
        ("a.docm", types(WORD), Refusal::Macros),
        ("a.odt", archive(&[("mimetype", odt), ("Basic/Standard/Module1.xml", b"")]), Refusal::Macros),
        ("a.docx", ole.to_vec(), Refusal::Password),
        ("a.doc", ole.to_vec(), Refusal::OldOffice),
        ("a.pdf", ole.to_vec(), Refusal::OldOffice),
        ("a.docx", archive(&[("readme.txt", b"x")]), Refusal::UnknownKind),
        ("a.docx", b"PK\x03\x04 and no more".to_vec(), Refusal::Damaged { claimed: "a Word file" }),
        ("a.csv", b"a,b\0c".to_vec(), Refusal::UnknownKind),
        ("a.txt", b"\x7fELF\x02\x01\x01".to_vec(), Refusal::UnknownKind),
        ("a.pdf", Vec::new(), Refusal::Empty),
        ("page.html", b"<script>alert(1)</script>".to_vec(), Refusal::NoEnding),
        ("picture.svg", b"<svg/>".to_vec(), Refusal::NoEnding),
        ("noending", pdf(50), Refusal::NoEnding),
    ] {
        assert_eq!(refusal(&documents, name, &content), Some(expected), "{name}");
    }
}

#[test]
fn looking_into_an_archive_is_bounded() {
    let place = Place::new();
    let documents = place.documents();
    let damaged = Some(Refusal::Damaged { claimed: "a Word file" });
    // One member that unpacks to 200 MB, and is the one that is looked at.
    let bomb = archive(&[("[Content_Types].xml", &vec![b' '; 200_000_000])]);
    assert!(bomb.len() < 1_000_000);
    assert_eq!(refusal(&documents, "a.docx", &bomb), damaged);
    // Elsewhere it is not unpacked at all.
    let elsewhere = archive(&[("[Content_Types].xml", WORD.as_bytes()), ("word/document.xml", &vec![0; 50_000_000])]);
    assert_eq!(refusal(&documents, "a.docx", &elsewhere), None);
    // Very many members.
    let names: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(refusal(&documents, "a.docx", &archive(&members)), damaged);
    // A directory of another archive after the end of the first, which one program reads and another does not.
    let two = [types_and(WORD), types_and(EXCEL)].concat();
    assert_eq!(refusal(&documents, "a.docx", &two), damaged);
}

fn types_and(types: &str) -> Vec<u8> {
    archive(&[("[Content_Types].xml", types.as_bytes())])
}

#[test]
fn a_hostile_name_is_data_only() {
    let place = Place::new();
    let documents = place.documents();
    let id = place.put(&documents, "../DR1", "../../../etc/cron.d/job\r\nX: y.pdf", &pdf(100));
    assert_eq!(place.get(&documents, id).name, "job X y.pdf");
    assert_eq!(place.files().len(), 1);
    assert!(!Path::new("/etc/cron.d/job").exists());
}
