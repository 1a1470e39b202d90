//! What publishing one more statement costs in registers of three sizes: processor time and bytes written, without the
//! published files, which are editions. Run with `cargo run --release -p store --example publish -- --folder FOLDER`.

#[path = "../../../tests/support/sample.rs"]
mod sample;

use std::path::PathBuf;

use store::{DataFolder, Publisher};

/// Shares to begin with; each has a statement of its own and one for its release.
const SIZES: [u64; 3] = [500, 5_000, 50_000];

/// Statements that are published one by one.
const STATEMENTS: u64 = 50;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--folder"), Some(folder)) => PathBuf::from(folder),
        _ => return Err("expected --folder FOLDER".into()),
    };
    for size in SIZES {
        let data = DataFolder::at(folder.join(size.to_string()));
        data.create(Some("register.example"))?;
        let mut publisher = Publisher::open(data)?;
        publisher.publish(&sample::batch(size))?;
        let (cpu, written) = (cpu_milliseconds(), bytes_written());
        let before = publisher.register().size();
        for number in 0..STATEMENTS {
            publisher.publish(&[sample::share(1_000_000 + number)])?;
        }
        let cpu = (cpu_milliseconds() - cpu) / STATEMENTS as f64;
        let written = (bytes_written() - written) / STATEMENTS / 1_000;
        println!("{before} statements: {cpu:.2} ms CPU, {written} kB written");
    }
    Ok(())
}

/// Processor time of this process so far, user's and system's.
fn cpu_milliseconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = spent.split(' ').next().and_then(|text| text.parse::<u64>().ok());
    nanoseconds.map_or(f64::NAN, |nanoseconds| nanoseconds as f64 / 1e6)
}

/// Bytes that this process has handed to the system so far.
fn bytes_written() -> u64 {
    let counts = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = counts.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
