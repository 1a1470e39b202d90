//! How long the fold takes for 100,000 statements, reading each leaf and its disclosures: spread over many shares, and
//! all about one. Run with `cargo run --release -p register --example fold`.

use register::disclosure::Disclosure;
use register::statement::{
    Access, Body, Correction, IncidentRecorded, Redaction, RegisterOpened, ReleaseRegistered, ShareImported, Statement,
};
use register::tables::share_rows;
use register::vocabulary::{Channel, CorrectionReason, ErasureGround, IncidentEffect, Outcome, Route, VolumeBasis};
use register::{Class, Count, Digest, Draft, Moment, Organisation, PartialDate, Register, Salt, Volume};

const STATEMENTS: u64 = 100_000;

type Failure = Box<dyn std::error::Error>;
type Story = fn(u64) -> Result<Draft, Failure>;

fn main() -> Result<(), Failure> {
    // The peak of the process only grows, so each story has a process of its own.
    let stories: [(&str, Story); 6] = [
        ("many-shares", many_shares),
        ("releases-of-one-share", releases),
        ("corrections-of-one-release", corrections),
        ("erasures-in-one-share", erasures),
        ("incidents-and-releases-of-one-share", incidents),
        ("names-without-a-slug", names),
    ];
    match std::env::args().nth(1) {
        Some(wanted) => {
            let story = stories.iter().find(|(name, _)| *name == wanted).ok_or("no such story")?;
            measure(story.0, story.1)
        }
        None => {
            println!(
                "{:<38} {:>8} {:>10} {:>8} {:>8} {:>8} {:>9}",
                "100,000 statements", "read s", "bundles s", "fold s", "sum s", "rows s", "peak MiB"
            );
            for (name, _) in stories {
                std::process::Command::new(std::env::current_exe()?).arg(name).status()?;
            }
            Ok(())
        }
    }
}

fn measure(name: &str, story: Story) -> Result<(), Failure> {
    let mut leaves = Vec::new();
    let mut public = Vec::new();
    for index in 0..STATEMENTS {
        let draft = if index == 0 { opened()? } else { story(index)? };
        leaves.push(draft.statement.to_leaf()?);
        public.push(draft.public);
    }
    let bundle = register::disclosure::encode_bundle(public.iter().map(Vec::as_slice));
    drop(public);

    let start = cpu_seconds();
    let statements: Vec<Statement> = leaves.iter().map(|leaf| Statement::from_leaf(leaf)).collect::<Result<_, _>>()?;
    let read = cpu_seconds() - start;
    let start = cpu_seconds();
    let public: Vec<Vec<Disclosure>> = register::disclosure::parse_bundle(bundle.as_bytes())?;
    let bundles = cpu_seconds() - start;
    let start = cpu_seconds();
    let mut register = Register::new();
    for (statement, public) in statements.iter().zip(&public) {
        register.apply(statement, public)?;
    }
    let fold = cpu_seconds() - start;
    let start = cpu_seconds();
    let rows: usize = register.shares().iter().map(|share| share_rows(&register, share).len()).sum();
    let made = cpu_seconds() - start;
    assert!(rows as u64 + 1 >= register.shares().len() as u64);
    let sum = read + bundles + fold;
    println!("{name:<38} {read:>8.3} {bundles:>10.3} {fold:>8.3} {sum:>8.3} {made:>8.3} {:>9}", peak());
    Ok(())
}

/// The seconds that this thread has had of a processor: other programs' work does not count, as a clock's would.
fn cpu_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = spent.split(' ').next().and_then(|text| text.parse::<u64>().ok());
    nanoseconds.map_or(f64::NAN, |nanoseconds| nanoseconds as f64 / 1e9)
}

/// The process's peak of resident memory in MiB, where the system says it; it holds leaves and statements as well.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map_or("?".to_owned(), |kib| (kib / 1024).to_string())
}

fn statement(index: u64, body: impl Into<Body>) -> Result<Statement, Failure> {
    let logged = Moment::from_seconds(1_700_000_000 + index as i64)?;
    Ok(Statement::new(format!("example-{index}"), PartialDate::month(2024, 3)?, logged, body.into()))
}

fn salt(index: u64, number: u8) -> Salt {
    Salt(Digest::of(format!("{index} {number}").as_bytes()).0)
}

fn opened() -> Result<Draft, Failure> {
    let opened = RegisterOpened {
        custodian: Organisation::named("Custodian"),
        demonstration: true,
        name: "Shares".to_owned(),
        population: "people".to_owned(),
    };
    Ok(Draft::new(statement(0, opened)?))
}

fn imported(index: u64, reference: &str, recipient: &str) -> Result<Draft, Failure> {
    let access = Access {
        bases: vec!["Health and Social Care Act 2012 s.261(2)(b)(ii)".to_owned()],
        channel: Channel::Panel,
        datasets: Vec::new(),
        facts: [("common-law-duty".to_owned(), "Section 251 support".to_owned())].into(),
        recipient: Organisation::named(recipient),
        route: Some(Route::DirectSupply),
    };
    let outcome = Some(Outcome::Approved);
    let source = "example".to_owned();
    let share = ShareImported { access, applied: None, decided: None, end: None, outcome, source, start: None };
    let draft = Draft::new(statement(index, share)?.about(reference));
    let draft = draft.saying("title", &format!("Share {index}"), salt(index, 0));
    Ok(draft.saying("purpose", &"What the data is for. ".repeat(40), salt(index, 1)))
}

fn released(index: u64, reference: &str) -> Result<Draft, Failure> {
    let volume = Volume {
        basis: VolumeBasis::Declared,
        people: Some(Count::Exactly(index)),
        requests: None,
        rows: None,
        supplied: None,
    };
    let release = ReleaseRegistered {
        bases: vec!["Health and Social Care Act 2012 s.261(2)(b)(ii)".to_owned()],
        classes: vec![Class { scheme: "nhs-sensitivity".to_owned(), value: "Sensitive".to_owned() }],
        cohorts: Vec::new(),
        datasets: vec!["Hospital Episode Statistics Admitted Patient Care".to_owned()],
        facts: [("opt-outs".to_owned(), "Y".to_owned())].into(),
        frequency: Some("Ongoing".to_owned()),
        items: Vec::new(),
        manifest: None,
        release: format!("R{index}"),
        released: Some(PartialDate::month(2021, 2)?),
        source: Some("example".to_owned()),
        volume: Some(volume),
    };
    Ok(Draft::new(statement(index, release)?.about(reference)))
}

/// As the real register that was read in: one share to about nine releases.
fn many_shares(index: u64) -> Result<Draft, Failure> {
    let share = index / 10;
    let reference = format!("DARS-NIC-{share}-G9W6M");
    if index.is_multiple_of(10) || index == 1 {
        imported(index, &reference, &format!("Organisation {}", share % 500))
    } else {
        released(index, &reference)
    }
}

fn releases(index: u64) -> Result<Draft, Failure> {
    if index == 1 { imported(index, "S1", "Acme") } else { released(index, "S1") }
}

fn corrections(index: u64) -> Result<Draft, Failure> {
    if index < 3 {
        return releases(index);
    }
    let patch = serde_json::json!({ "volume": { "people": index } });
    let patch = patch.as_object().cloned().unwrap_or_default();
    let correction = Correction { cleared: Vec::new(), patch, reason: CorrectionReason::PublisherCorrected };
    let mut statement = statement(index, correction)?.about("S1");
    statement.corrects = Some(2);
    Ok(Draft::new(statement))
}

/// A release, a correction that gives it a text, and the erasure of that text, in turn.
fn erasures(index: u64) -> Result<Draft, Failure> {
    if index < 3 || index.is_multiple_of(3) {
        return releases(index);
    }
    if index % 3 == 1 {
        let (cleared, patch) = (Vec::new(), serde_json::Map::new());
        let correction = Correction { cleared, patch, reason: CorrectionReason::PublisherCorrected };
        let mut statement = statement(index, correction)?.about("S1");
        statement.corrects = Some(index - 1);
        return Ok(Draft::new(statement).saying("note", "A note", salt(index, 0)));
    }
    let of = index - 1;
    let digest = Disclosure::seal(salt(of, 0), "note", "A note").digest();
    let redaction = Redaction { digests: vec![digest], ground: ErasureGround::PublishedInError, of };
    Ok(Draft::new(statement(index, redaction)?.about("S1")))
}

fn incidents(index: u64) -> Result<Draft, Failure> {
    if index < 3 || index.is_multiple_of(2) {
        return releases(index);
    }
    let incident = IncidentRecorded {
        closed: true,
        effect: IncidentEffect::NearMiss,
        incident: format!("I{index}"),
        people: None,
        reported: None,
    };
    Ok(Draft::new(statement(index, incident)?.about("S1")))
}

fn names(index: u64) -> Result<Draft, Failure> {
    let letters: String =
        index.to_string().bytes().map(|digit| char::from_u32(0x03B1 + u32::from(digit)).unwrap_or('α')).collect();
    imported(index, &format!("S{index}"), &letters)
}
