//! The data zone measured beside DuckDB, Polars and suda, on the same files in one run.
//!
//! Every work is done by every program in turn, each time in a process of its own; times are medians, from the start of a
//! process to its end. Peers have two threads as we have. Where two answer the same question their answers must be equal.

pub mod ours;
pub mod process;
pub mod release;
pub mod table;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use self::process::{Done, median};
use self::table::{Runs, Table};
use crate::Zone;

/// What peers do.
const PEERS: &str = include_str!("bench/peers.py");

/// Six quasi-identifiers of nearly as many classes as rows, six of few classes, and the seven of the minimal uniques.
const HIGH: &str = "birth_date,gender,ethnicity,first_language,urn,postcode";
const LOW: &str = "gender,year_group,ethnicity,fsm,sen,region";
const SEVEN: &str = "gender,birth_year,birth_month,ethnicity,first_language,sen,region";

/// Rows of the minimal uniques.
const SAMPLE: u64 = 1_000_000;

/// The index of people and releases that is asked.
const PEOPLE: u64 = 25_000_000;
const RELEASES: u32 = 2_000;

/// Scenarios of the greedy path: nobody looks for anybody, and it goes on until nobody is alone or nothing helps.
const TOWARDS_NOBODY: &str = include_str!("bench/path.toml");

/// What is measured.
pub struct Bench {
    /// The folder that `synth` wrote.
    pub data: PathBuf,
    /// A Python that has the peers.
    pub python: PathBuf,
    /// How often each work is done.
    pub turns: usize,
}

impl Bench {
    /// Measures everything; `work` is an empty folder on a disk.
    ///
    /// # Errors
    /// If a program fails, or two give different answers.
    pub fn run(&self, work: &Path) -> anyhow::Result<Table> {
        let peers = work.join("peers.py");
        std::fs::write(&peers, PEERS).with_context(|| peers.display().to_string())?;
        let running = Running { bench: self, work, peers, ours: std::env::current_exe()? };
        let mut table = Table::default();
        running.extract(&mut table)?;
        running.classes(&mut table)?;
        running.uniques(&mut table)?;
        running.path(&mut table)?;
        running.subject(&mut table)?;
        Ok(table)
    }
}

struct Running<'a> {
    bench: &'a Bench,
    work: &'a Path,
    peers: PathBuf,
    ours: PathBuf,
}

impl Running<'_> {
    fn ours(&self, job: &str, arguments: &[&Path]) -> anyhow::Result<Done> {
        let words = ["bench-job".into(), job.into()].into_iter();
        let words: Vec<OsString> = words.chain(arguments.iter().map(|argument| argument.into())).collect();
        Done::run(&self.ours, &words)
    }

    fn peer(&self, engine: &str, job: &str, arguments: &[&Path]) -> anyhow::Result<Done> {
        let words = [self.peers.as_os_str().to_owned(), engine.into(), job.into()].into_iter();
        let words: Vec<OsString> = words.chain(arguments.iter().map(|argument| argument.into())).collect();
        Done::run(&self.bench.python, &words)
    }

    fn data(&self) -> &Path {
        &self.bench.data
    }

    /// A quarter of the rows, eight columns, a keyed pseudonym, to Parquet: by itself, and then measured and sealed.
    fn extract(&self, table: &mut Table) -> anyhow::Result<()> {
        let mut runs =
            ["ours", "DuckDB", "Polars", "ours, measured and sealed"].map(|who| Runs { who, done: Vec::new() });
        let zone = self.work.join("zone");
        let first = self.ours("released", &[self.data(), &zone, Path::new("first")])?;
        for turn in 0..self.bench.turns {
            let out = self.work.join("out.parquet");
            let share = |work: &str| PathBuf::from(format!("{work}-{turn}"));
            runs[0].done.push(self.ours("written", &[self.data(), &zone, &share("written")])?);
            runs[1].done.push(self.peer("duckdb", "extract", &[self.data(), &out])?);
            runs[2].done.push(self.peer("polars", "extract", &[self.data(), &out])?);
            runs[3].done.push(self.ours("released", &[self.data(), &zone, &share("released")])?);
        }
        same_answers(&runs)?;
        let work = "a quarter, 8 columns, pseudonym";
        runs.iter().for_each(|runs| table.runs(work, runs));
        let first = Runs { who: "ours, the first of a zone", done: vec![first] };
        table.runs(work, &first);
        let [written, duckdb, polars, released] = &runs;
        table.times(work, "DuckDB", duckdb.wall() / written.wall(), 2.5);
        table.times(work, "Polars", polars.wall() / written.wall(), 1.0);
        table.at_most(work, "memory", written.peak(), 200.0, "MB");
        table.times("the same, measured and sealed", "DuckDB", duckdb.wall() / released.wall(), 1.5);
        Ok(())
    }

    fn classes(&self, table: &mut Table) -> anyhow::Result<()> {
        for (work, columns) in [("class sizes, high cardinality", HIGH), ("class sizes, low cardinality", LOW)] {
            let mut runs = ["ours", "DuckDB", "Polars"].map(|who| Runs { who, done: Vec::new() });
            let columns = Path::new(columns);
            for _ in 0..self.bench.turns {
                runs[0].done.push(self.ours("classes", &[self.data(), columns])?);
                runs[1].done.push(self.peer("duckdb", "classes", &[self.data(), columns])?);
                runs[2].done.push(self.peer("polars", "classes", &[self.data(), columns])?);
            }
            same_answers(&runs)?;
            runs.iter().for_each(|runs| table.runs(work, runs));
            let [ours, duckdb, polars] = &runs;
            if columns == Path::new(HIGH) {
                table.times(work, "DuckDB", duckdb.wall() / ours.wall(), 2.0);
            } else {
                let faster = if duckdb.wall() < polars.wall() { duckdb } else { polars };
                table.times(work, faster.who, faster.wall() / ours.wall(), 1.0);
            }
        }
        Ok(())
    }

    /// Both say how long they counted, without reading; `suda` is asked once, since it takes long.
    fn uniques(&self, table: &mut Table) -> anyhow::Result<()> {
        let (sample, columns) = (self.work.join("sample.parquet"), Path::new(SEVEN));
        self.peer("duckdb", "sample", &[self.data(), &sample, Path::new(&SAMPLE.to_string())])?;
        let suda = self.peer("suda", "uniques", &[&sample, columns])?;
        let ours = (0..self.bench.turns).map(|_| self.ours("uniques", &[&sample, columns]));
        let ours = ours.collect::<anyhow::Result<Vec<_>>>()?;
        let said = |done: &Done| -> anyhow::Result<(f64, u64)> {
            let (seconds, people) = done.said.trim().split_once(' ').context("expected seconds and people")?;
            Ok((seconds.parse()?, people.parse()?))
        };
        let (theirs, people) = said(&suda)?;
        let own = ours.iter().map(said).collect::<anyhow::Result<Vec<_>>>()?;
        if let Some((_, other)) = own.iter().find(|(_, found)| *found != people) {
            bail!("suda finds {people} people with a minimal unique, and we find {other}");
        }
        let work = "minimal uniques, up to 3 of 7";
        let seconds = median(own.iter().map(|(seconds, _)| *seconds));
        table.runs(work, &Runs { who: "ours, with reading", done: ours });
        table.runs(work, &Runs { who: "suda, with reading", done: vec![suda] });
        table.figure(work, "ours and suda, counting", &format!("{seconds:.3} s and {theirs:.3} s"));
        table.times(work, "suda", theirs / seconds, 100.0);
        Ok(())
    }

    /// The whole assessment, from reading on; the path is most of it.
    fn path(&self, table: &mut Table) -> anyhow::Result<()> {
        let scenarios = self.work.join("path.toml");
        std::fs::write(&scenarios, TOWARDS_NOBODY).with_context(|| scenarios.display().to_string())?;
        let runs = (0..self.bench.turns).map(|_| self.ours("path", &[self.data(), &scenarios]));
        let runs = Runs { who: "ours", done: runs.collect::<anyhow::Result<_>>()? };
        let steps: usize = runs.done[0].said.trim().parse().context("expected a number of steps")?;
        let work = format!("greedy path of {steps} steps");
        table.runs(&work, &runs);
        if steps < 17 {
            bail!("the path has {steps} steps, and at least 17 are to be measured");
        }
        table.at_most(&work, "time, with reading", runs.wall(), 20.0, "s");
        Ok(())
    }

    fn subject(&self, table: &mut Table) -> anyhow::Result<()> {
        let zone = self.work.join("index");
        let desk = tlog::SigningKey::new("desk.example/instructions", &[7; 32])?;
        Zone::create(&zone, "zone.example/extract", desk.verifier())?;
        let numbers = [PEOPLE, RELEASES.into()].map(|number| PathBuf::from(number.to_string()));
        let made = self.ours("index", &[&zone, &numbers[0], &numbers[1]])?;
        let sizes: Vec<f64> = made.said.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let &[person_releases, set_bytes, people_bytes] = sizes.as_slice() else { bail!("expected three numbers") };
        let work = "subject report, 25 million people, 2,000 releases";
        let mut runs = Runs { who: "ours", done: Vec::new() };
        for turn in 0..5 * self.bench.turns as u64 {
            let person = ours::identifier(turn * 7_919 * 104_729 % PEOPLE);
            let words = ["subject".into(), person.into(), "--zone".into(), zone.clone().into(), "--json".into()];
            let done = Done::run(&self.ours, &words)?;
            if !done.said.contains("\"G-1\"") {
                bail!("the report leaves out a release that held everybody");
            }
            runs.done.push(done);
        }
        table.runs(work, &runs);
        table.at_most(work, "time", runs.wall() * 1e3, 50.0, "ms");
        table.at_most(work, "index", (set_bytes + people_bytes) / person_releases, 1.0, "bytes a person-release");
        Ok(())
    }
}

fn same_answers(runs: &[Runs]) -> anyhow::Result<()> {
    let all = || runs.iter().flat_map(|runs| runs.done.iter().map(move |done| (runs.who, done.said.trim())));
    let Some((who, said)) = all().next() else { return Ok(()) };
    match all().find(|(_, other)| *other != said) {
        Some((other, answer)) => bail!("{who} answers {said:?}, and {other} {answer:?}"),
        None => Ok(()),
    }
}
