//! Rows as they are gathered, and the columns that are made of them.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayRef, Date32Array, DictionaryArray, Float64Array, Int32Array, PrimitiveArray, StringArray, StringBuilder,
};
use arrow::datatypes::UInt8Type;

use super::Population;
use super::calendar::{TERMS, census_day, day};
use super::child::{Child, Upn};
use super::codes::{CHILD_NEEDS, ETHNICITIES, GENDERS, HARMS, LANGUAGES, PHASES, REGIONS, SEN, SEN_NEEDS, WRITING};
use super::enrolment::Enrolment;
use super::episode::Episode;
use super::places::School;
use super::results::{Absence, Ks2, Ks4};
use super::tables::{self, Table};

/// What a table is made of.
pub trait Row: Sized + Send {
    /// Its dataset.
    const TABLE: &'static Table;

    /// The columns of these rows, in the dataset's order.
    fn columns(population: &Population, rows: &[Self]) -> Vec<ArrayRef>;
}

/// A child and where it is.
#[derive(Debug, Clone, Copy)]
pub struct Pupil {
    pub child: Child,
    pub at: Enrolment,
}

impl Row for Pupil {
    const TABLE: &'static Table = &tables::CENSUS;

    fn columns(population: &Population, rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            upns(rows.iter().map(|row| row.child.upn)),
            whole(rows.iter().map(|row| row.at.year)),
            code(&TERM_CODES, rows.iter().map(|row| Some(row.at.term))),
            date(rows.iter().map(|row| Some(census_day(row.at.year, usize::from(row.at.term))))),
            whole(rows.iter().map(|row| school(population, &row.at).urn)),
            code(&PHASE_CODES, rows.iter().map(|row| Some(school(population, &row.at).phase as u8))),
            authority(rows.iter().map(|row| school(population, &row.at).authority)),
            code(&REGION_CODES, rows.iter().map(|row| Some(region(population, &row.at)))),
            whole(rows.iter().map(|row| i32::from(row.at.grade))),
            code(&GENDER_CODES, rows.iter().map(|row| Some(row.child.gender))),
            date(rows.iter().map(|row| Some(row.child.birth))),
            whole(rows.iter().map(|row| row.child.birth_year)),
            whole(rows.iter().map(|row| row.child.birth_month)),
            whole(rows.iter().map(|row| age(&row.child, &row.at))),
            code(&ETHNICITY_CODES, rows.iter().map(|row| Some(row.child.ethnicity))),
            code(&LANGUAGE_CODES, rows.iter().map(|row| Some(row.child.language))),
            yes(rows.iter().map(|row| row.at.meals)),
            yes(rows.iter().map(|row| row.at.meals_before)),
            code(&SEN_CODES, rows.iter().map(|row| Some(row.at.sen))),
            code(
                &SEN_NEED_CODES,
                rows.iter().map(|row| row.child.need.filter(|_| row.at.sen > 0).map(|need| need.kind)),
            ),
            postcodes(population, rows.iter().map(|row| &row.at)),
            whole(
                rows.iter().map(|row| population.places.neighbourhoods[row.at.address.neighbourhood as usize].decile()),
            ),
            date(rows.iter().map(|row| Some(row.at.entry))),
        ]
    }
}

/// What each table of results begins with.
fn result_head<'a>(population: &Population, rows: impl Iterator<Item = &'a Pupil> + Clone) -> Vec<ArrayRef> {
    vec![
        upns(rows.clone().map(|row| row.child.upn)),
        whole(rows.clone().map(|row| row.at.year)),
        whole(rows.clone().map(|row| school(population, &row.at).urn)),
        authority(rows.clone().map(|row| school(population, &row.at).authority)),
        code(&GENDER_CODES, rows.clone().map(|row| Some(row.child.gender))),
        date(rows.map(|row| Some(row.child.birth))),
    ]
}

impl Row for (Pupil, Ks2) {
    const TABLE: &'static Table = &tables::KS2;

    fn columns(population: &Population, rows: &[Self]) -> Vec<ArrayRef> {
        let mut columns = result_head(population, rows.iter().map(|(pupil, _)| pupil));
        columns.extend([
            maybe_whole(rows.iter().map(|(_, result)| result.reading)),
            maybe_whole(rows.iter().map(|(_, result)| result.maths)),
            maybe_whole(rows.iter().map(|(_, result)| result.grammar)),
            code(&WRITING_CODES, rows.iter().map(|(_, result)| Some(result.writing))),
            yes(rows.iter().map(|(_, result)| result.expected)),
        ]);
        columns
    }
}

impl Row for (Pupil, Ks4) {
    const TABLE: &'static Table = &tables::KS4;

    fn columns(population: &Population, rows: &[Self]) -> Vec<ArrayRef> {
        let mut columns = result_head(population, rows.iter().map(|(pupil, _)| pupil));
        columns.extend([
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|(_, result)| result.attainment))) as ArrayRef,
            Arc::new(rows.iter().map(|(_, result)| result.progress).collect::<Float64Array>()),
            whole(rows.iter().map(|(_, result)| result.english)),
            whole(rows.iter().map(|(_, result)| result.maths)),
            yes(rows.iter().map(|(_, result)| result.five_subjects)),
        ]);
        columns
    }
}

/// A child's absence in a term.
#[derive(Debug, Clone, Copy)]
pub struct Missed {
    pub upn: Upn,
    pub at: Enrolment,
    pub absence: Absence,
}

impl Row for Missed {
    const TABLE: &'static Table = &tables::ABSENCE;

    fn columns(population: &Population, rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            upns(rows.iter().map(|row| row.upn)),
            whole(rows.iter().map(|row| row.at.year)),
            code(&TERM_CODES, rows.iter().map(|row| Some(row.at.term))),
            whole(rows.iter().map(|row| school(population, &row.at).urn)),
            whole(rows.iter().map(|row| row.absence.possible)),
            whole(rows.iter().map(|row| row.absence.authorised)),
            whole(rows.iter().map(|row| row.absence.unauthorised)),
            yes(rows.iter().map(|row| row.absence.is_persistent())),
        ]
    }
}

/// An episode of need.
#[derive(Debug, Clone, Copy)]
pub struct InNeed {
    pub upn: Upn,
    pub authority: u16,
    pub episode: Episode,
}

impl Row for InNeed {
    const TABLE: &'static Table = &tables::CIN;

    fn columns(_: &Population, rows: &[Self]) -> Vec<ArrayRef> {
        vec![
            upns(rows.iter().map(|row| row.upn)),
            whole(rows.iter().map(|row| row.episode.year)),
            authority(rows.iter().map(|row| row.authority)),
            date(rows.iter().map(|row| Some(row.episode.referred))),
            date(rows.iter().map(|row| row.episode.closed)),
            code(&CHILD_NEED_CODES, rows.iter().map(|row| Some(row.episode.need))),
            yes(rows.iter().map(|row| row.episode.harm.is_some())),
            code(&HARM_CODES, rows.iter().map(|row| row.episode.harm)),
            yes(rows.iter().map(|row| row.episode.looked_after)),
        ]
    }
}

fn school<'a>(population: &'a Population, at: &Enrolment) -> &'a School {
    &population.places.schools[at.school as usize]
}

fn region(population: &Population, at: &Enrolment) -> u8 {
    population.places.authorities[usize::from(school(population, at).authority)].region
}

/// In full years on the census day. A day of birth that the year does not have counts from the day after.
fn age(child: &Child, at: &Enrolment) -> i32 {
    let census = census_day(at.year, usize::from(at.term));
    let this_year = if at.term == 0 { at.year } else { at.year + 1 };
    let of_month = child.birth - day(child.birth_year, child.birth_month as u32, 1);
    let birthday = day(this_year, child.birth_month as u32, 1) + of_month;
    this_year - child.birth_year - i32::from(birthday > census)
}

macro_rules! code_lists {
    ($($name:ident = $list:expr;)*) => {
        $(static $name: LazyLock<ArrayRef> = LazyLock::new(|| Arc::new(StringArray::from_iter_values($list)));)*
    };
}

code_lists! {
    TERM_CODES = TERMS;
    PHASE_CODES = PHASES;
    REGION_CODES = REGIONS.iter().map(|region| region.name);
    GENDER_CODES = GENDERS;
    ETHNICITY_CODES = ETHNICITIES;
    LANGUAGE_CODES = LANGUAGES;
    SEN_CODES = SEN;
    SEN_NEED_CODES = SEN_NEEDS;
    WRITING_CODES = WRITING;
    CHILD_NEED_CODES = CHILD_NEEDS;
    HARM_CODES = HARMS;
    // There are at most 150.
    AUTHORITY_CODES = (1..=256).map(|number| format!("L{number:03}"));
}

fn code(list: &ArrayRef, places: impl Iterator<Item = Option<u8>>) -> ArrayRef {
    let keys: PrimitiveArray<UInt8Type> = places.collect();
    Arc::new(DictionaryArray::new(keys, Arc::clone(list)))
}

/// Authorities by number, as [`code`]: there are fewer than 256.
pub(super) fn authority(numbers: impl Iterator<Item = u16>) -> ArrayRef {
    code(&AUTHORITY_CODES, numbers.map(|number| Some(number as u8)))
}

fn whole(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

fn maybe_whole(values: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    Arc::new(values.collect::<Int32Array>())
}

fn yes(values: impl Iterator<Item = bool>) -> ArrayRef {
    whole(values.map(i32::from))
}

fn date(values: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    let days: Date32Array = values.collect();
    Arc::new(days)
}

fn upns(values: impl Iterator<Item = Upn>) -> ArrayRef {
    let rows = values.size_hint().0;
    let mut texts = StringBuilder::with_capacity(rows, rows * 13);
    values.for_each(|upn| texts.append_value(upn.as_str()));
    Arc::new(texts.finish())
}

fn postcodes<'a>(population: &Population, values: impl Iterator<Item = &'a Enrolment>) -> ArrayRef {
    let rows = values.size_hint().0;
    let mut texts = StringBuilder::with_capacity(rows, rows * 7);
    let mut text = String::with_capacity(7);
    for at in values {
        text.clear();
        population.places.postcode(at.address.neighbourhood, at.address.unit, &mut text);
        texts.append_value(&text);
    }
    Arc::new(texts.finish())
}
