//! A fault, a full disk, an interruption or a crash leaves no package, no part of one, and no doubt.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use extract::extract::ExtractError;
use extract::interrupt::Interrupt;
use extract::record::Records;
use package::specification::Treatment;

use crate::given::{Given, batch, item, part, pupil, specification, write_parquet};

const NOTHING: Vec<PathBuf> = Vec::new();

fn asked() -> package::Specification {
    let items = vec![item("upn", Treatment::Pseudonymise {}), item("days", Treatment::Keep {})];
    specification(vec![part("Census", items, vec![])])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interruption_leaves_nothing() {
    let given = Given::new();
    let interrupt = Interrupt::default();
    interrupt.now();
    let instruction = given.instruction(asked());
    let stopped = given.extract_bytes(&given.signed(&instruction), interrupt).await;
    assert!(matches!(stopped, Err(ExtractError::Interrupted(_))), "{stopped:?}");
    assert_eq!(given.left(), NOTHING);
    given.extract(&instruction).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_written_leaves_nothing() {
    let given = Given::new();
    let instruction = given.instruction(asked());
    // A folder where the sealed file should be written: whoever runs this, it cannot be replaced.
    let taken = given.out.join(".DS-1-1.rollcall.partial");
    fs::create_dir_all(taken.join("something")).unwrap();
    assert!(given.extract(&instruction).await.is_err());
    fs::remove_dir_all(&taken).unwrap();
    assert_eq!(given.left(), NOTHING);
    fs::write(given.out.join("DS-1-1.manifest"), "somebody's").unwrap();
    let said = given.extract(&instruction).await.unwrap_err().to_string();
    assert!(said.ends_with("DS-1-1.manifest: a file is here already, and nothing is overwritten"), "{said}");
    assert_eq!(fs::read_to_string(given.out.join("DS-1-1.manifest")).unwrap(), "somebody's");
}

/// A file system of so many bytes, where this process may mount one.
struct Small(PathBuf);

impl Small {
    fn at(folder: PathBuf, bytes: u32) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let options = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_nothing_whether_it_is_the_place_of_the_package_or_the_zones() {
    let rows: Vec<_> = (1..=60_000).map(|number| pupil(number, 2010)).collect();
    for full in ["out", "zone/partial"] {
        let given = Given::with(&rows);
        let Some(_small) = Small::at(given.folder.path().join(full), 256 << 10) else {
            eprintln!("this process may not mount a file system, so nothing was tried");
            return;
        };
        let instruction = given.instruction(asked());
        let said = given.extract(&instruction).await.unwrap_err().to_string();
        assert!(said.contains("No space left on device"), "{full}: {said}");
        assert_eq!(given.left(), NOTHING);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_has_left_is_removed_by_the_next() {
    let given = Given::new();
    let mut other = given.instruction(asked());
    other.share = "DS/2".to_owned();
    let partial = given.zone.folder().join("partial");
    let killed = partial.join("44532f32-7");
    fs::create_dir_all(killed.join("files")).unwrap();
    fs::write(killed.join("files/census.parquet"), "half").unwrap();
    fs::write(killed.join("place"), given.out.canonicalize().unwrap().to_str().unwrap()).unwrap();
    fs::create_dir_all(partial.join("no release")).unwrap();
    fs::write(given.out.join(".44532f32-7.rollcall.partial"), "half").unwrap();
    fs::write(given.out.join(".other.rollcall.partial"), "not ours").unwrap();
    let done = given.extract(&other).await.unwrap();
    assert_eq!(done.files[0], given.out.join("44532f32-1.rollcall"));
    assert!(fs::read_dir(&partial).unwrap().next().is_none());
    assert!(!given.out.join(".44532f32-7.rollcall.partial").exists());
    assert!(given.out.join(".other.rollcall.partial").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_record_and_package_is_finished_with_the_same_content_or_said() {
    let given = Given::new();
    let instruction = given.instruction(asked());
    let done = given.extract(&instruction).await.unwrap();
    let sealed = done.files.clone().map(|path| fs::read(path).unwrap());
    // As it was before the last renames: one of three has been made.
    let back = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        given.out.join(format!(".{name}.partial"))
    };
    let records = Records::open(&given.zone).unwrap();
    let unplaced = || {
        let mut record = done.record.clone();
        record.placed = false;
        records.write(&record).unwrap();
    };
    unplaced();
    for path in &done.files[1..] {
        fs::rename(path, back(path)).unwrap();
    }
    let again = given.extract(&instruction).await.unwrap();
    assert!(again.before);
    assert_eq!(done.files.clone().map(|path| fs::read(path).unwrap()), sealed);
    assert!(matches!(given.extract(&instruction).await, Err(ExtractError::CarriedOut { .. })));

    unplaced();
    let mut altered = instruction.clone();
    altered.release = "R2".to_owned();
    assert!(matches!(given.extract(&altered).await, Err(ExtractError::OtherInstruction { .. })));
    fs::write(&done.files[0], "altered").unwrap();
    assert!(matches!(given.extract(&instruction).await, Err(ExtractError::Lost { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_in_which_one_bit_is_another_is_refused_and_decides_nothing() {
    let given = Given::new();
    given.extract(&given.instruction(asked())).await.unwrap();
    let folder = given.zone.folder().join("releases");
    let path = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let records = Records::open(&given.zone).unwrap();
    let whole = fs::read(&path).unwrap();
    let expected = records.of("DS-1", 1).unwrap();
    assert!(expected.is_some());
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1 << (place % 7);
        fs::write(&path, &changed).unwrap();
        // Only the space between members may be another.
        match records.of("DS-1", 1) {
            Ok(read) => assert!(read == expected && whole[place].is_ascii_whitespace(), "byte {place}"),
            Err(error) => {
                assert!(error.to_string().ends_with("expected the record of a release, as the extract wrote it"))
            }
        }
    }
}

#[test]
fn ctrl_c_stops_the_program_and_leaves_nothing_and_then_it_can_be_done() {
    let mut given = Given::new();
    let rows: Vec<_> = (1..=200_000).map(|number| pupil(number, 2010)).collect();
    let path = given.records().join("census of schools/2010 [all].parquet");
    write_parquet(&path, &batch(&rows));
    given.out = given.folder.path().join("out");
    let mut instruction = given.instruction(asked());
    // The program asks the real clock.
    instruction.valid_until = "9999".parse().unwrap();
    let file = given.folder.path().join("instruction");
    fs::write(&file, given.signed(&instruction)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall-extract"));
    command
        .arg("extract")
        .arg(&file)
        .arg("--zone")
        .arg(given.zone.folder())
        .arg("--sources")
        .arg(given.records().join("sources.toml"))
        .arg("--out")
        .arg(&given.out)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    // It is at work as soon as there is something that it would leave behind.
    let partial = given.zone.folder().join("partial");
    let at_work = || fs::read_dir(&partial).is_ok_and(|mut entries| entries.next().is_some());
    while !at_work() && program.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
    let done = program.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(!done.status.success(), "{said}");
    assert!(said.contains("interrupted; nothing was left behind"), "{said}");
    assert_eq!(given.left(), NOTHING);
    // Nothing stands in the way of doing it again, to the end.
    let done = command.output().unwrap();
    let wanted = ["rollcall", "manifest", "key"].map(|end| given.out.join(format!("DS-1-1.{end}")));
    assert_eq!(String::from_utf8(done.stdout).unwrap().lines().map(PathBuf::from).collect::<Vec<_>>(), wanted);
    assert!(done.status.success() && wanted.iter().all(|path| path.is_file()));
    let mode = fs::metadata(given.zone.folder().join("releases")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
