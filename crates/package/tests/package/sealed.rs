//! The sealed package: what goes in comes out, and nothing else ever counts as whole.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use package::sealed::{MAGIC, MANIFEST, NotAKey, PackageKey, Sealer, identity, new_identity, recipient, unpack};
use package::{Manifest, Signed, Unopened};
use proptest::prelude::*;
use register::Digest;

use super::released::opened::{IDENTITY, package};
use super::released::{FILES, RECIPIENT, engine_key, manifest, signed_manifest};

/// Names and contents.
type Files = Vec<(String, Vec<u8>)>;

/// Where a test's files are put.
#[derive(Default, Clone)]
struct Place(Rc<RefCell<Files>>);

struct Slot(Place, usize);

impl Write for Slot {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.0.borrow_mut()[self.1].1.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The files of a package, where all of it holds.
fn opened(bytes: &[u8], key: &PackageKey, manifest: &Signed<Manifest>) -> Result<Files, Unopened> {
    let place = Place::default();
    unpack(bytes, key, manifest, |file| {
        let mut files = place.0.borrow_mut();
        files.push((file.name.clone(), Vec::new()));
        Ok(Slot(place.clone(), files.len() - 1))
    })?;
    Ok(place.0.take())
}

/// A manifest that leaves out most columns, for what is tried thousands of times.
fn short() -> Signed<Manifest> {
    let mut says = manifest();
    says.files.iter_mut().for_each(|file| file.columns.truncate(1));
    Signed::sign(says, &engine_key()).unwrap()
}

fn whole() -> Files {
    FILES.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

#[test]
fn what_is_sealed_comes_out_again() {
    let (key, manifest) = (PackageKey::generate(), signed_manifest());
    let sealed = package(&manifest, &key);
    assert!(sealed.starts_with(MAGIC));
    assert_eq!(opened(&sealed, &key, &manifest).unwrap(), whole());
    // Nothing of it can be read without the key.
    assert!(!sealed.windows(4).any(|bytes| bytes == b"PAR1"));
    assert!(!sealed.windows(7).any(|bytes| bytes == b"parquet"));
}

#[test]
fn no_bit_of_a_package_can_be_changed() {
    let (key, manifest) = (PackageKey::generate(), short());
    let sealed = package(&manifest, &key);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1 << (at % 8);
        let error = opened(&changed, &key, &manifest).expect_err(&format!("byte {at}"));
        let told = match error {
            Unopened::NotAPackage => at < MAGIC.len(),
            Unopened::OtherPackage | Unopened::Altered(_) => at >= MAGIC.len(),
            _ => false,
        };
        assert!(told, "byte {at}: {error}");
    }
}

#[test]
fn a_package_that_ends_early_or_goes_on_is_refused() {
    let (key, manifest) = (PackageKey::generate(), short());
    let sealed = package(&manifest, &key);
    for length in 0..sealed.len() {
        let error = opened(&sealed[..length], &key, &manifest).expect_err(&format!("{length} bytes"));
        assert!(matches!(error, Unopened::NotAPackage | Unopened::Altered(_)), "{length} bytes: {error}");
    }
    for more in [&b"\0"[..], b"\n", &[0; 512], &[1; 70_000], &sealed] {
        let longer = [&sealed[..], more].concat();
        let error = opened(&longer, &key, &manifest).expect_err(&format!("{} bytes more", more.len()));
        assert!(matches!(error, Unopened::Altered(_)), "{error}");
    }
}

/// A package of more than one chunk of the age format, whose last is full or nearly so.
#[test]
fn a_package_that_ends_at_a_chunk_cannot_lose_or_gain_one() {
    const CHUNK: usize = (64 << 10) + 16;
    for size in [130_000_usize, 200_000] {
        let content = vec![0x5a; size];
        let mut one = manifest();
        one.files.truncate(1);
        (one.files[0].bytes, one.files[0].sha256) = (size as u64, Digest::of(&content));
        let one = Signed::sign(one, &engine_key()).unwrap();
        let key = PackageKey::generate();
        let mut sealer = Sealer::begin(Vec::new(), &key, &one).unwrap();
        sealer.add("a.parquet", size as u64, &content[..]).unwrap();
        let sealed = sealer.finish().unwrap();
        assert_eq!(opened(&sealed, &key, &one).unwrap()[0].1, content);
        // The header is as long as what is left when whole chunks and the last are taken away.
        for chunks in 1..sealed.len() / CHUNK {
            let last = opened(&sealed[..sealed.len() - chunks * CHUNK], &key, &one);
            assert!(matches!(last, Err(Unopened::Altered(_))), "{chunks} chunks from the end");
        }
        let header = sealed.len() % 512;
        for cut in [CHUNK - 1, CHUNK, CHUNK + 1] {
            let mut without = sealed.clone();
            without.drain(header.max(600)..header.max(600) + cut);
            assert!(opened(&without, &key, &one).is_err(), "{cut}");
        }
    }
}

#[test]
fn another_key_opens_nothing_and_another_manifest_fits_nothing() {
    let (key, manifest) = (PackageKey::generate(), signed_manifest());
    let sealed = package(&manifest, &key);
    let error = opened(&sealed, &PackageKey::generate(), &manifest).unwrap_err();
    assert!(matches!(error, Unopened::OtherPackage), "{error}");
    // The same words, signed by somebody else, are as long as the true ones.
    let stranger = tlog::SigningKey::new(engine_key().name(), &[9; 32]).unwrap();
    let other = Signed::sign(super::released::manifest(), &stranger).unwrap();
    assert_eq!(other.digest(), manifest.digest());
    let error = opened(&sealed, &key, &other).unwrap_err();
    assert!(matches!(error, Unopened::OtherManifest), "{error}");
}

/// A package with any entries, sealed to the right key.
fn hostile(key: &PackageKey, manifest: &Signed<Manifest>, entries: &[(tar::Header, &[u8])], end: &[u8]) -> Vec<u8> {
    // Only the key's owner can be sealed to, so its public part is taken from a package of its own.
    let text = manifest.to_string();
    let mut plain = Vec::new();
    for (header, content) in entries {
        let content = if *content == MANIFEST.as_bytes() { text.as_bytes() } else { content };
        let mut header = header.clone();
        header.set_cksum();
        plain.extend_from_slice(header.as_bytes());
        plain.extend_from_slice(content);
        plain.resize(plain.len().next_multiple_of(512), 0);
    }
    plain.extend_from_slice(end);
    [MAGIC, &age::encrypt(&key.recipient(), &plain).unwrap()].concat()
}

fn header(name: &str, size: usize, kind: tar::EntryType) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size as u64);
    header.set_mode(0o600);
    header.set_entry_type(kind);
    header
}

const END: [u8; 1024] = [0; 1024];

#[test]
fn an_archive_that_is_not_the_manifests_is_refused_even_under_the_right_key() {
    use tar::EntryType::{Directory, GNULongName, GNUSparse, Link, Regular, Symlink, XHeader};
    let (key, manifest) = (PackageKey::generate(), signed_manifest());
    let length = manifest.to_string().len();
    type Entry<'a> = (tar::Header, &'a [u8]);
    let first: Entry<'_> = (header(MANIFEST, length, Regular), MANIFEST.as_bytes());
    let file = |at: usize| -> Entry<'_> { (header(FILES[at].0, FILES[at].1.len(), Regular), FILES[at].1) };
    let named = |name: &str, kind| -> Entry<'_> { (header(name, FILES[0].1.len(), kind), FILES[0].1) };
    let good = vec![first.clone(), file(0), file(1), file(2)];
    assert_eq!(opened(&hostile(&key, &manifest, &good, &END), &key, &manifest).unwrap(), whole(), "the test's own");

    let with = |at: usize, entry: Entry<'static>| {
        let mut entries = good.clone();
        entries[at] = entry;
        entries
    };
    let mut cases: Vec<(&str, Vec<Entry<'_>>)> = vec![
        ("a name that leads out", with(1, named("../a.parquet", Regular))),
        ("an absolute name", with(1, named("/tmp/a.parquet", Regular))),
        ("a name in a folder", with(1, named("./a.parquet", Regular))),
        ("a symbolic link", with(1, named("a.parquet", Symlink))),
        ("a hard link", with(1, named("a.parquet", Link))),
        ("a folder", with(1, named("a.parquet", Directory))),
        ("a sparse file", with(1, named("a.parquet", GNUSparse))),
        ("another content", with(1, (header("a.parquet", 13, Regular), b"PAR1 and less"))),
        ("another length", with(1, (header("a.parquet", 12, Regular), b"PAR1 and mor"))),
        ("no manifest", good[1..].to_vec()),
        ("no files", good[..1].to_vec()),
        ("a file missing", good[..3].to_vec()),
        ("wrong order", vec![first.clone(), file(1), file(0), file(2)]),
        ("manifest last", vec![file(0), file(1), file(2), first.clone()]),
        ("a file twice", vec![first.clone(), file(0), file(0), file(1), file(2)]),
        ("a file more", [&good[..], &[named("d.parquet", Regular)]].concat()),
        ("an empty file more", [&good[..], &[(header("d.parquet", 0, Regular), &b""[..])]].concat()),
        ("nothing", vec![]),
    ];
    // Extensions that would give the entry after them another name or length.
    for (told, kind, content) in [
        ("a long name", GNULongName, &b"a.parquet\0"[..]),
        ("a pax path", XHeader, b"18 path=a.parquet\n"),
        ("a pax size", XHeader, b"11 size=13\n"),
    ] {
        let mut entries = good.clone();
        entries.insert(1, (header("x", content.len(), kind), content));
        cases.push((told, entries));
    }
    for (told, entries) in cases {
        let result = opened(&hostile(&key, &manifest, &entries, &END), &key, &manifest);
        assert!(matches!(result, Err(Unopened::Altered(_))), "{told}: {result:?}");
    }

    for (told, end) in [
        ("no end", &[][..]),
        ("half an end", &END[..512]),
        ("more after the end", &[&END[..], b"hidden"].concat()),
        ("another archive after the end", &[0; 2048]),
        ("an end that says something", &[&END[..512], &[1; 512]].concat()),
    ] {
        let result = opened(&hostile(&key, &manifest, &good, end), &key, &manifest);
        assert!(matches!(result, Err(Unopened::Altered(_))), "{told}: {result:?}");
    }
    let broken = hostile(&key, &manifest, &[], &[0xff; 1024]);
    assert!(matches!(opened(&broken, &key, &manifest), Err(Unopened::Altered(_))));
}

#[test]
fn what_cannot_be_written_is_told_apart_from_what_was_altered() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(28))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (key, manifest) = (PackageKey::generate(), signed_manifest());
    let sealed = package(&manifest, &key);
    let error = unpack(&sealed[..], &key, &manifest, |_| Ok(Full)).unwrap_err();
    assert!(matches!(error, Unopened::Write(_)), "{error}");
    let error = unpack(&sealed[..], &key, &manifest, |_| Err::<Full, _>(io::Error::other("no"))).unwrap_err();
    assert!(matches!(error, Unopened::Write(_)), "{error}");
    struct Bad;
    impl io::Read for Bad {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(5))
        }
    }
    for length in [0, 5, MAGIC.len(), 100, 500, sealed.len() / 2, sealed.len() - 1] {
        let reader = io::Read::chain(&sealed[..length], Bad);
        let error = unpack(reader, &key, &manifest, |_| Ok(io::sink())).unwrap_err();
        assert!(matches!(error, Unopened::Read(_)), "{length}: {error}");
    }
}

#[test]
fn a_file_that_changed_between_measuring_and_sealing_is_not_sealed() {
    let (key, manifest) = (PackageKey::generate(), signed_manifest());
    for content in [&b"PAR1 and mor"[..], b"PAR1 and more!", b""] {
        let mut sealer = Sealer::begin(Vec::new(), &key, &manifest).unwrap();
        let error = sealer.add("a.parquet", 13, content).unwrap_err();
        assert_eq!(error.to_string(), "a.parquet does not have the 13 bytes that were measured");
    }
}

#[test]
fn a_key_is_sealed_to_one_and_opened_by_that_one_only() {
    let (key, to) = (PackageKey::generate(), identity(IDENTITY).unwrap());
    assert_eq!(to.to_public().to_string(), RECIPIENT);
    let sealed = key.sealed_to(&recipient(RECIPIENT).unwrap()).unwrap();
    let manifest = signed_manifest();
    let again = PackageKey::unsealed(&sealed, &to).unwrap();
    assert_eq!(opened(&package(&manifest, &key), &again, &manifest).unwrap(), whole());
    let mut file = Vec::new();
    new_identity(&mut file).unwrap();
    let other = identity(std::str::from_utf8(&file).unwrap()).unwrap();
    assert_eq!(PackageKey::unsealed(&sealed, &other).err(), Some(NotAKey::Sealed));
    for not_one in ["", "hello", &"A".repeat(20_000), &sealed[..sealed.len() / 2]] {
        assert_eq!(PackageKey::unsealed(not_one, &to).err(), Some(NotAKey::Altered), "{not_one}");
    }
    // A sealed text that is no key.
    let text = age::encrypt_and_armor(&to.to_public(), b"not a key").unwrap();
    assert_eq!(PackageKey::unsealed(&text, &to).err(), Some(NotAKey::Altered));
}

#[test]
fn an_identity_file_is_one_line_beside_comments_and_its_error_repeats_no_secret() {
    let mut file = Vec::new();
    let public = new_identity(&mut file).unwrap();
    let text = String::from_utf8(file).unwrap();
    assert_eq!(text.lines().next().unwrap(), format!("# public key: {public}"));
    assert_eq!(text.lines().count(), 2);
    assert_eq!(identity(&text).unwrap().to_public().to_string(), public.to_string());
    assert!(identity(&format!("\n# mine\r\n\r\n{IDENTITY}\r\n")).is_ok());
    for wrong in ["", "# only a comment", RECIPIENT, &IDENTITY[..70], &format!("{IDENTITY}\n{IDENTITY}")] {
        let error = identity(wrong).err().unwrap();
        assert_eq!(error, NotAKey::Identity);
        assert!(!error.to_string().contains(&IDENTITY[16..24]));
    }
    for wrong in ["", "age1", IDENTITY, &RECIPIENT[..61], &RECIPIENT.to_uppercase()[..60]] {
        assert!(recipient(wrong).is_err(), "{wrong}");
    }
}

/// Another implementation of the age format, where it is installed, opens what is sealed here.
#[test]
fn the_age_program_opens_what_is_sealed_here() {
    use std::process::Command;
    let Some(age) = ["age", "rage"].into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
    else {
        eprintln!("skipped: neither age nor rage is installed");
        return;
    };
    let (key, manifest) = (PackageKey::generate(), signed_manifest());
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("identity"), IDENTITY).unwrap();
    std::fs::write(at("key.age"), key.sealed_to(&recipient(RECIPIENT).unwrap()).unwrap()).unwrap();
    std::fs::write(at("package.age"), &package(&manifest, &key)[MAGIC.len()..]).unwrap();
    let run = |identity: &str, input: &str, output: &str| {
        let mut command = Command::new(age);
        let done = command.args(["--decrypt", "-i"]).arg(at(identity)).arg("-o").arg(at(output)).arg(at(input));
        let done = done.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    run("identity", "key.age", "key");
    run("key", "package.age", "archive.tar");
    let archive = std::fs::read(at("archive.tar")).unwrap();
    let mut archive = tar::Archive::new(&archive[..]);
    let names: Vec<_> = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().into_owned()).collect();
    assert_eq!(names, ["manifest", "a.parquet", "b.parquet", "c.parquet"].map(std::path::PathBuf::from));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_files_come_out_as_they_went_in(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3_000), 0..5)) {
        let mut says = manifest();
        let template = says.files[0].clone();
        says.files = contents.iter().enumerate().map(|(number, content)| {
            let mut file = template.clone();
            file.name = format!("f{number}.csv.zst");
            (file.bytes, file.sha256) = (content.len() as u64, Digest::of(content));
            file
        }).collect();
        let says = Signed::sign(says, &engine_key()).unwrap();
        let key = PackageKey::generate();
        let mut sealer = Sealer::begin(Vec::new(), &key, &says).unwrap();
        for (file, content) in says.unverified().files.iter().zip(&contents) {
            sealer.add(&file.name, file.bytes, &content[..]).unwrap();
        }
        let out = opened(&sealer.finish().unwrap(), &key, &says).unwrap();
        prop_assert_eq!(out.into_iter().map(|(_, content)| content).collect::<Vec<_>>(), contents);
    }

    #[test]
    fn bytes_that_are_no_package_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), magic: bool) {
        let bytes = if magic { [MAGIC, &bytes].concat() } else { bytes };
        prop_assert!(opened(&bytes, &PackageKey::generate(), &signed_manifest()).is_err());
    }
}
