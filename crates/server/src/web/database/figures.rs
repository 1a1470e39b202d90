//! What the figures of the whole register show, asked in a few queries. Rows are put together here and not in SQL where a
//! sum could be larger than SQLite's numbers, or a list of JSON would be taken apart once a row.

use std::collections::{BTreeMap, HashMap};

use register::statement::{Cohort, ItemCount};
use register::vocabulary::Cover;
use register::{Class, Moment, PartialDate};
use rusqlite::{OptionalExtension, Row};

use super::{DatabaseError, Reader, json, parsed, perhaps};
use crate::web::figure::spread::Spread;

/// Releases whose cohorts stand one by one.
const NEWEST: u64 = 16;

/// What the figures of the whole register show. It is small whatever the size of the register: nothing in it is as long
/// as the list of releases.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Releases by year; those without a date under no year.
    pub years: Vec<OfYear>,
    /// Items of all releases, summed by their classes.
    pub items: Vec<ItemCount>,
    /// How many releases give items.
    pub with_items: u64,
    /// Recipients by sector, most first.
    pub sectors: Vec<OfSector>,
    /// Releases by school-year cohort, oldest cohort first.
    pub cohorts: Vec<OfCohort>,
    /// How many releases give cohorts.
    pub with_cohorts: u64,
    /// The newest of these.
    pub newest: Vec<ReleaseCohorts>,
    /// Days until publication: of decisions, of releases, of imported releases.
    pub lags: Vec<Lag>,
}

/// The releases of one year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfYear {
    /// The year; nothing for releases without a date.
    pub year: Option<i16>,
    /// How many releases.
    pub releases: u64,
    /// How many of them give an exact number of people.
    pub counted: u64,
    /// How many of them give a band.
    pub banded: u64,
    /// The sum of measured numbers.
    pub measured: u128,
    /// The sum of declared numbers.
    pub declared: u128,
}

impl OfYear {
    fn add(&mut self, other: &Self) {
        self.releases += other.releases;
        self.counted += other.counted;
        self.banded += other.banded;
        self.measured = self.measured.saturating_add(other.measured);
        self.declared = self.declared.saturating_add(other.declared);
    }
}

/// Releases that count alike: of one date, by its number, from one kind of source, logged on one day.
#[derive(PartialEq, Eq, Hash)]
struct Group {
    date: Option<usize>,
    imported: bool,
    logged: PartialDate,
}

/// The recipients of one sector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfSector {
    /// Its name, in the words of whoever gave it.
    pub sector: Option<String>,
    /// How many recipients.
    pub recipients: u64,
    /// How many shares they have.
    pub shares: u64,
    /// How many releases they got.
    pub releases: u64,
}

/// The releases that name one school-year cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfCohort {
    /// The school year of birth.
    pub cohort: String,
    /// Releases with all of it.
    pub all: u64,
    /// Releases with some of it.
    pub some: u64,
    /// Releases that say that they have none of it.
    pub none: u64,
}

/// The cohorts of one release.
#[derive(Debug, Clone)]
pub struct ReleaseCohorts {
    /// The share's reference.
    pub share: String,
    /// The release's reference.
    pub reference: String,
    /// When it was released.
    pub released: Option<PartialDate>,
    /// Its cohorts.
    pub cohorts: Vec<Cohort>,
}

/// What the days of a lag are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LagOf {
    /// The date of a decision.
    Decision,
    /// The date of a release that was registered here.
    Release,
    /// The date of a release that another register lists.
    Import,
}

/// Days from something until its statement was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// From what.
    pub of: LagOf,
    /// Counts by days.
    pub spread: Spread,
    /// How many of these are dated to a month or year only, and counted from its last day.
    pub coarse: u64,
    /// How many have no date.
    pub undated: u64,
    /// How many are dated after they were logged.
    pub ahead: u64,
}

impl Lag {
    fn new(of: LagOf) -> Self {
        Self { of, spread: Spread::default(), coarse: 0, undated: 0, ahead: 0 }
    }

    /// How many there are, counted or not.
    pub fn seen(&self) -> u64 {
        self.spread.count() + self.undated + self.ahead
    }

    fn add(&mut self, date: Option<PartialDate>, logged: PartialDate, count: u64) {
        let Some(date) = date else {
            self.undated += count;
            return;
        };
        if date.first_day() > logged.last_day() {
            self.ahead += count;
            return;
        }
        if date.first_day() != date.last_day() {
            self.coarse += count;
        }
        // Logged within the month or year that the date names: no whole day has passed for certain.
        self.spread.add(u32::try_from(date.days_until(logged)).unwrap_or(0), count);
    }
}

impl Reader<'_> {
    /// What the figures of the whole register show. The answer depends on the register and on no clock, so that it can
    /// be kept as long as the register stands.
    pub fn figures(&self) -> Result<Figures, DatabaseError> {
        let mut figures = Figures { sectors: self.sectors()?, ..Figures::default() };
        self.releases(&mut figures)?;
        let mut decisions = Lag::new(LagOf::Decision);
        self.each("SELECT at, logged FROM statement WHERE kind = 'share-decided'", |row| {
            decisions.add(perhaps(row, "at")?, parsed::<Moment>(row, "logged")?.date(), 1);
            Ok(())
        })?;
        figures.lags.insert(0, decisions);
        self.items_by_class(&mut figures)?;
        self.cohorts(&mut figures)?;
        figures.newest = self.rows(
            "SELECT share.reference AS share, release.reference, release.released, release.cohorts FROM release \
             JOIN share ON share.id = release.share_id WHERE release.cohorts <> '[]' \
             ORDER BY release.released DESC, release.id DESC LIMIT ?",
            [NEWEST],
            |row| {
                Ok(ReleaseCohorts {
                    share: row.get("share")?,
                    reference: row.get("reference")?,
                    released: perhaps(row, "released")?,
                    cohorts: json(row, "cohorts")?,
                })
            },
        )?;
        Ok(figures)
    }

    fn each(&self, sql: &str, mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<()>) -> Result<(), DatabaseError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            read(row)?;
        }
        Ok(())
    }

    fn sectors(&self) -> Result<Vec<OfSector>, DatabaseError> {
        let mut sectors = Vec::new();
        self.each(
            "SELECT sector, count(*), sum(shares), sum(releases) FROM recipient GROUP BY sector \
             ORDER BY count(*) DESC, sector",
            |row| {
                sectors.push(OfSector {
                    sector: row.get(0)?,
                    recipients: row.get(1)?,
                    shares: row.get(2)?,
                    releases: row.get(3)?,
                });
                Ok(())
            },
        )?;
        Ok(sectors)
    }

    /// Years, people and lags of releases, in one pass. A register has many releases on few dates, so dates are read
    /// and subtracted once for each and not for each release.
    fn releases(&self, figures: &mut Figures) -> Result<(), DatabaseError> {
        let mut dates: HashMap<String, usize> = HashMap::new();
        let mut sums: HashMap<Group, OfYear> = HashMap::new();
        let mut days = Days::default();
        // `listed` is set for releases of another register, and for no other.
        self.each("SELECT id, released, listed, basis, people, people_under FROM release ORDER BY id", |row| {
            let date = row.get_ref(1)?.as_str_or_null()?.map(|text| number_of(&mut dates, text));
            let imported = row.get_ref(2)?.as_i64_or_null()?.is_some();
            let logged = days.of(self, row.get(0)?)?;
            let of = sums.entry(Group { date, imported, logged }).or_default();
            of.releases += 1;
            of.banded += u64::from(row.get_ref(5)?.as_i64_or_null()?.is_some());
            if let Some(people) = row.get::<_, Option<u64>>(4)? {
                of.counted += 1;
                let measured = row.get_ref(3)?.as_str_or_null()? == Some("measured");
                let sum = if measured { &mut of.measured } else { &mut of.declared };
                *sum += u128::from(people);
            }
            Ok(())
        })?;
        let dates: HashMap<usize, Option<PartialDate>> =
            dates.into_iter().map(|(text, number)| (number, text.parse().ok())).collect();
        let mut years: BTreeMap<Option<i16>, OfYear> = BTreeMap::new();
        let (mut here, mut imported) = (Lag::new(LagOf::Release), Lag::new(LagOf::Import));
        for (group, sum) in sums {
            let date = group.date.and_then(|number| dates.get(&number).copied().flatten());
            let lag = if group.imported { &mut imported } else { &mut here };
            lag.add(date, group.logged, sum.releases);
            let year = date.map(PartialDate::year_number);
            years.entry(year).or_insert_with(|| OfYear { year, ..OfYear::default() }).add(&sum);
        }
        figures.years = years.into_values().collect();
        figures.lags.extend([here, imported]);
        Ok(())
    }

    fn items_by_class(&self, figures: &mut Figures) -> Result<(), DatabaseError> {
        let mut lists: HashMap<String, u64> = HashMap::new();
        self.each("SELECT items FROM release WHERE items <> '[]'", |row| count(&mut lists, row))?;
        let mut sums: BTreeMap<Vec<Class>, u64> = BTreeMap::new();
        for (list, releases) in lists {
            for item in serde_json::from_str::<Vec<ItemCount>>(&list).unwrap_or_default() {
                let sum = sums.entry(item.classes).or_default();
                *sum = sum.saturating_add(item.count.saturating_mul(releases));
            }
            figures.with_items += releases;
        }
        figures.items = sums.into_iter().map(|(classes, count)| ItemCount { classes, count }).collect();
        Ok(())
    }

    fn cohorts(&self, figures: &mut Figures) -> Result<(), DatabaseError> {
        let mut lists: HashMap<String, u64> = HashMap::new();
        self.each("SELECT cohorts FROM release WHERE cohorts <> '[]'", |row| count(&mut lists, row))?;
        let mut sums: BTreeMap<String, OfCohort> = BTreeMap::new();
        for (list, releases) in lists {
            let covers: BTreeMap<String, Cover> = serde_json::from_str::<Vec<Cohort>>(&list)
                .unwrap_or_default()
                .into_iter()
                .map(|cohort| (cohort.cohort, cohort.cover))
                .collect();
            for (cohort, cover) in covers {
                let of = sums.entry(cohort.clone()).or_insert(OfCohort { cohort, all: 0, some: 0, none: 0 });
                match cover {
                    Cover::All => of.all += releases,
                    Cover::Some => of.some += releases,
                    Cover::None => of.none += releases,
                }
            }
            figures.with_cohorts += releases;
        }
        figures.cohorts = sums.into_values().collect();
        Ok(())
    }
}

/// The number of a text among those seen so far.
fn number_of(seen: &mut HashMap<String, usize>, text: &str) -> usize {
    let next = seen.len();
    match seen.get(text) {
        Some(number) => *number,
        None => *seen.entry(text.to_owned()).or_insert(next),
    }
}

/// Most releases of a register have the same list as many others.
fn count(lists: &mut HashMap<String, u64>, row: &Row<'_>) -> rusqlite::Result<()> {
    let list = row.get_ref(0)?.as_str()?;
    match lists.get_mut(list) {
        Some(count) => *count += 1,
        None => _ = lists.insert(list.to_owned(), 1),
    }
    Ok(())
}

/// The days on which statements were logged. No statement is logged before the one in front of it (rule
/// `logged-in-order`), so a day is a range of statements, and a register has few days beside its statements.
#[derive(Default)]
struct Days {
    /// The day of the statements asked for last, and the first statement that is known to be of a later one.
    current: Option<(PartialDate, u64)>,
}

impl Days {
    /// The day on which a statement was logged; statements are asked for in order.
    fn of(&mut self, reader: &Reader, index: u64) -> rusqlite::Result<PartialDate> {
        if let Some((day, end)) = self.current
            && index < end
        {
            return Ok(day);
        }
        let day = logged(reader, index)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        // Strides double while the day lasts; what lies between two statements of a day is of that day.
        let (mut last, mut stride) = (index, 1);
        while logged(reader, last + stride)? == Some(day) {
            last += stride;
            stride *= 2;
        }
        self.current = Some((day, last + 1));
        Ok(day)
    }
}

/// The day on which a statement was logged; nothing beyond the end of the log.
fn logged(reader: &Reader, index: u64) -> rusqlite::Result<Option<PartialDate>> {
    let mut found = reader.connection.prepare_cached("SELECT logged FROM statement WHERE idx = ?")?;
    found.query_row([index], |row| parsed::<Moment>(row, "logged").map(Moment::date)).optional()
}
