//! Writes a population as folders of Parquet files, all of it or nothing.
//!
//! Children are cut into blocks of a size that follows from their number; a thread takes the next block, follows each child
//! through all its terms, and writes the block's part of every year. No file depends on two blocks, so the bytes do not depend
//! on how many threads there are, and memory holds one row group of each year for each thread. Everything stands in a folder
//! beside the wanted one, which gets its name at the end.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use arrow::array::{ArrayRef, Int32Array, StringArray};

use super::codes::{PHASES, REGIONS};
use super::dice::Purpose;
use super::enrolment::Surroundings;
use super::rows::{InNeed, Missed, Pupil, authority};
use super::sheet::{Sheet, append, close};
use super::{FIRST_YEAR, Population, SynthError, TABLES, describe};

/// What has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows of each of [`TABLES`].
    pub rows: [u64; TABLES.len()],
    /// Schools.
    pub schools: u64,
}

/// Writes the population to a folder that is empty or not there yet. `block_done` is called with the number of children that
/// another block had.
///
/// # Errors
/// If the folder is in use, or anything cannot be written; then nothing stands under its name.
pub fn write(
    population: &Population,
    out: &Path,
    threads: usize,
    block_done: &(dyn Fn(u64) + Sync),
) -> Result<Written, SynthError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| SynthError::File { path, source }
    };
    let empty = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => false,
        Err(source) => return Err(at(out)(source)),
    };
    if !empty {
        return Err(SynthError::NotEmpty(out.to_owned()));
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(at(parent))?;
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let partial = tempfile::Builder::new().prefix(&format!(".{name}.")).suffix(".partial").tempdir_in(parent);
    let partial = partial.map_err(at(parent))?;
    let folder = partial.path();
    for table in TABLES {
        let place = folder.join(table.folder);
        fs::create_dir(&place).map_err(at(&place))?;
    }
    let (rows, most) = write_blocks(population, folder, threads, block_done)?;
    write_schools(population, folder, &most)?;
    let texts = [
        ("README.txt", describe::readme(population)),
        ("regions.csv", describe::regions()),
        ("sources.toml", describe::sources()),
    ];
    for (name, text) in texts {
        let path = folder.join(name);
        fs::write(&path, text).map_err(at(&path))?;
    }
    fs::rename(folder, out).map_err(at(out))?;
    // It is no temporary folder any more.
    let _ = partial.keep();
    Ok(Written { rows, schools: population.places.schools.len() as u64 })
}

impl Population {
    fn calendar_years(&self) -> impl Iterator<Item = i32> + use<> {
        FIRST_YEAR..FIRST_YEAR + i32::from(self.years)
    }

    /// Children of one block: at most what makes a row group of some 130,000 rows.
    fn block(&self) -> u64 {
        (self.people / 16).next_multiple_of(1_024).min(65_536)
    }
}

/// Writes all blocks; gives the rows of each table, and for each school the most children that it had in a term.
fn write_blocks(
    population: &Population,
    folder: &Path,
    threads: usize,
    block_done: &(dyn Fn(u64) + Sync),
) -> Result<([u64; TABLES.len()], Vec<u32>), SynthError> {
    let (block, next, stopped) = (population.block(), AtomicU64::new(0), AtomicBool::new(false));
    let terms = population.terms() as usize;
    let counts: Vec<AtomicU32> = (0..population.places.schools.len() * terms).map(|_| AtomicU32::new(0)).collect();
    let work = || -> Result<[u64; TABLES.len()], SynthError> {
        let mut rows = [0; TABLES.len()];
        while !stopped.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let first = number * block;
            if first >= population.people {
                break;
            }
            let end = (first + block).min(population.people);
            let done = Block::write(population, folder, number, first..end, &counts);
            let written = done.inspect_err(|_| stopped.store(true, Ordering::Relaxed))?;
            rows.iter_mut().zip(written).for_each(|(sum, more)| *sum += more);
            block_done(end - first);
        }
        Ok(rows)
    };
    let all: Vec<Result<[u64; TABLES.len()], SynthError>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Err(SynthError::Thread))).collect()
    });
    let mut rows = [0; TABLES.len()];
    for written in all {
        rows.iter_mut().zip(written?).for_each(|(sum, more)| *sum += more);
    }
    let most = counts.chunks(terms).map(|terms| terms.iter().map(|count| count.load(Ordering::Relaxed)).max());
    Ok((rows, most.map(Option::unwrap_or_default).collect()))
}

/// One year's files of one block.
struct YearFiles {
    census: Sheet<Pupil>,
    ks2: Sheet<(Pupil, super::results::Ks2)>,
    ks4: Sheet<(Pupil, super::results::Ks4)>,
    absence: Sheet<Missed>,
    cin: Sheet<InNeed>,
}

struct Block<'a> {
    population: &'a Population,
    years: Vec<YearFiles>,
    counts: &'a [AtomicU32],
}

impl<'a> Block<'a> {
    fn write(
        population: &'a Population,
        folder: &Path,
        number: u64,
        children: std::ops::Range<u64>,
        counts: &'a [AtomicU32],
    ) -> Result<[u64; TABLES.len()], SynthError> {
        let years = population.calendar_years().map(|year| YearFiles {
            census: Sheet::new(folder, year, number),
            ks2: Sheet::new(folder, year, number),
            ks4: Sheet::new(folder, year, number),
            absence: Sheet::new(folder, year, number),
            cin: Sheet::new(folder, year, number),
        });
        let mut block = Self { population, years: years.collect(), counts };
        let (mut around, mut enrolments) = (Surroundings::default(), Vec::new());
        let mut family = population.family(population.household(children.start).0);
        population.surroundings(&family, &mut around);
        for number in children {
            let household = population.household(number).0;
            if household != family.number {
                family = population.family(household);
                population.surroundings(&family, &mut around);
            }
            let child = population.child(number, &family, &around.addresses, &around.poverty);
            population.enrolments(&child, &family, &around, &mut enrolments);
            let mut year_seen = None;
            for at in &enrolments {
                block.add(&Pupil { child, at: *at })?;
                if year_seen.replace(at.year) != Some(at.year) {
                    let poor = around.poverty[(at.year - FIRST_YEAR) as usize];
                    let place = &population.places.neighbourhoods[at.address.neighbourhood as usize];
                    if let Some(episode) = population.episode(&child, &family, place.deprivation, poor, at.year) {
                        let row = InNeed { upn: child.upn, authority: place.authority, episode };
                        block.years[(at.year - FIRST_YEAR) as usize].cin.push(population, row)?;
                    }
                }
            }
        }
        let mut rows = [0; TABLES.len()];
        for files in block.years {
            let written = [
                files.census.finish(population)?,
                files.ks2.finish(population)?,
                files.ks4.finish(population)?,
                files.absence.finish(population)?,
                files.cin.finish(population)?,
            ];
            rows.iter_mut().zip(written).for_each(|(sum, more)| *sum += more);
        }
        Ok(rows)
    }

    fn add(&mut self, pupil: &Pupil) -> Result<(), SynthError> {
        let population = self.population;
        let Pupil { child, at } = pupil;
        let year = (at.year - FIRST_YEAR) as usize;
        let place = at.school as usize * population.terms() as usize + year * 3 + usize::from(at.term);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        let files = &mut self.years[year];
        files.census.push(population, *pupil)?;
        files.absence.push(population, Missed { upn: child.upn, at: *at, absence: population.absence(child, at) })?;
        match (at.term, at.grade) {
            (2, 6) => files.ks2.push(population, (*pupil, population.ks2(child))),
            (2, 11) => files.ks4.push(population, (*pupil, population.ks4(child))),
            _ => Ok(()),
        }
    }
}

/// Writes the schools. Each has room for the most children that it ever had, and a little more; one in twelve has too little.
fn write_schools(population: &Population, folder: &Path, most: &[u32]) -> Result<(), SynthError> {
    let schools = &population.places.schools;
    let places = schools.iter().zip(most).zip(0..).map(|((_, most), school)| {
        let roll = population.dice.roll(Purpose::School, school, 0);
        let room = if roll.chance(1.0 / 12.0) { 0.96 } else { 1.0 + 0.25 * roll.unit() };
        ((f64::from(*most) * room / 5.0) as i32 + i32::from(room >= 1.0)) * 5
    });
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(schools.iter().map(|school| school.urn))),
        Arc::new(StringArray::from_iter_values(schools.iter().map(|school| PHASES[school.phase as usize]))),
        authority(schools.iter().map(|school| school.authority)),
        Arc::new(StringArray::from_iter_values(schools.iter().map(|school| {
            let region = population.places.authorities[usize::from(school.authority)].region;
            REGIONS[usize::from(region)].name
        }))),
        Arc::new(Int32Array::from_iter_values(places)),
    ];
    let names = ["urn", "school_phase", "la", "region", "places"].map(|name| (name, false));
    let (path, mut writer) = (folder.join("schools.parquet"), None);
    append(&path, &mut writer, names.into_iter(), columns)?;
    close(&path, writer)
}
