//! The datasets and their columns: names, what each tells about a person, and how it is classified.
//!
//! Files, `sources.toml` and the reference page are made from this list and cannot disagree. The classes are invented; they
//! follow what the publisher of real tables says of columns like these.

/// A dataset.
#[derive(Debug)]
pub struct Table {
    /// As specifications name it.
    pub name: &'static str,
    /// Its folder.
    pub folder: &'static str,
    /// What a row is.
    pub row: &'static str,
    /// Its columns in order.
    pub columns: &'static [Column],
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// In the files.
    pub name: &'static str,
    /// Whether a row may have no value.
    pub optional: bool,
    /// What it holds.
    pub meaning: &'static str,
    /// NPD tier, identification risk and sensitivity.
    pub classes: [&'static str; 3],
    /// Whether somebody could know it of a child.
    pub quasi_identifier: bool,
    /// Whether learning it would harm.
    pub sensitive: bool,
}

/// The schemes of [`Column::classes`].
pub const SCHEMES: [&str; 3] = ["npd-tier", "dfe-identification-risk", "dfe-sensitivity"];

impl Column {
    const fn new(name: &'static str, classes: [&'static str; 3], meaning: &'static str) -> Self {
        Self { name, optional: false, meaning, classes, quasi_identifier: false, sensitive: false }
    }

    const fn quasi(self) -> Self {
        Self { quasi_identifier: true, ..self }
    }

    const fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Its address in an item dictionary.
    pub fn item(&self) -> String {
        self.name.replace('_', "-")
    }
}

const PLAIN: [&str; 3] = ["4", "5", "E"];

const UPN: Column =
    Column::new("upn", ["1", "2", "E"], "pupil number: a check letter and twelve digits, all from 100 on");
const YEAR: Column = Column::new("year", PLAIN, "the calendar year in which the school year begins");
const TERM: Column = Column::new("term", PLAIN, "`AUT`, `SPR` or `SUM`");
const URN: Column = Column::new("urn", PLAIN, "the school, from 9000001 on").quasi();
const AUTHORITY: Column = Column::new("la", PLAIN, "the local authority, from `L001` on").quasi();
const GENDER: Column = Column::new("gender", ["4", "5", "D"], "`F` or `M`").quasi();
const BORN: Column = Column::new("birth_date", ["1", "4", "E"], "date of birth").quasi();

/// The school census.
pub const CENSUS: Table = Table {
    name: "School Census",
    folder: "census",
    row: "one child on the census day of one term",
    columns: &[
        UPN,
        YEAR,
        TERM,
        Column::new("census_date", PLAIN, "the day of the count"),
        URN,
        Column::new("school_phase", PLAIN, "`PRI`, `SEC`, or `SPE` for a special school of all ages").quasi(),
        AUTHORITY,
        Column::new("region", PLAIN, "one of nine regions").quasi(),
        Column::new("year_group", PLAIN, "0 for reception to 11").quasi(),
        GENDER,
        BORN,
        Column::new("birth_year", ["2", "5", "E"], "calendar year of birth").quasi(),
        Column::new("birth_month", ["2", "5", "E"], "month of birth, 1 to 12").quasi(),
        Column::new("age", PLAIN, "in full years on the census day").quasi(),
        Column::new("ethnicity", ["1", "5", "D"], "one of 14 groups").quasi().sensitive(),
        Column::new("first_language", ["2", "5", "D"], "one of 18 languages").quasi().sensitive(),
        Column::new("fsm", ["2", "5", "C"], "1 with free school meals, else 0").quasi().sensitive(),
        Column::new("fsm_ever6", ["2", "5", "C"], "1 with them now or in the five years before, else 0").sensitive(),
        Column::new("sen", ["2", "5", "D"], "special needs: `N`, `K` for support, `E` for a plan").quasi().sensitive(),
        Column::new("sen_need", ["1", "5", "D"], "the kind of need; none without one").optional().sensitive(),
        Column::new("postcode", ["1", "4", "E"], "of the home").quasi(),
        Column::new("deprivation_decile", ["2", "5", "C"], "of the neighbourhood: 1 is the poorest tenth").quasi(),
        Column::new("entry_date", ["2", "5", "E"], "the day on which the child came to this school").quasi(),
    ],
};

/// Results at 11.
pub const KS2: Table = Table {
    name: "Key Stage 2",
    folder: "ks2",
    row: "one child at the end of year 6, if it was enrolled in the summer term",
    columns: &[
        UPN,
        YEAR,
        URN,
        AUTHORITY,
        GENDER,
        BORN,
        Column::new("reading_score", ["2", "5", "C"], "80 to 120; none without a test").optional().sensitive(),
        Column::new("maths_score", ["2", "5", "C"], "80 to 120; none without a test").optional().sensitive(),
        Column::new("grammar_score", ["2", "5", "C"], "80 to 120; none without a test").optional().sensitive(),
        Column::new("writing", ["2", "5", "C"], "`BLW`, `WTS`, `EXS` or `GDS`, from below the standard to beyond")
            .sensitive(),
        Column::new("expected", ["2", "5", "C"], "1 if reading, writing and mathematics are as expected, else 0")
            .sensitive(),
    ],
};

/// Results at 16.
pub const KS4: Table = Table {
    name: "Key Stage 4",
    folder: "ks4",
    row: "one child at the end of year 11, if it was enrolled in the summer term",
    columns: &[
        UPN,
        YEAR,
        URN,
        AUTHORITY,
        GENDER,
        BORN,
        Column::new("attainment8", ["2", "5", "C"], "0 to 90 in steps of 0.5").sensitive(),
        Column::new("progress8", ["2", "5", "C"], "against others with the same results at 11; none without those")
            .optional()
            .sensitive(),
        Column::new("english_grade", ["2", "5", "C"], "0 to 9").sensitive(),
        Column::new("maths_grade", ["2", "5", "C"], "0 to 9").sensitive(),
        Column::new("five_subjects", ["2", "5", "C"], "1 if five subjects of a named set were taken, else 0")
            .sensitive(),
    ],
};

/// Absence.
pub const ABSENCE: Table = Table {
    name: "Absence",
    folder: "absence",
    row: "one child in one term, for each row of the census",
    columns: &[
        UPN,
        YEAR,
        TERM,
        URN,
        Column::new("sessions_possible", PLAIN, "half-days on which the school was open"),
        Column::new("authorised", ["2", "5", "C"], "half-days missed with leave").sensitive(),
        Column::new("unauthorised", ["2", "5", "C"], "half-days missed without").sensitive(),
        Column::new("persistent", ["2", "5", "C"], "1 if a tenth or more was missed, else 0").sensitive(),
    ],
};

/// Children in need.
pub const CIN: Table = Table {
    name: "Children in Need",
    folder: "cin",
    row: "one episode of one child, in the school year of its referral",
    columns: &[
        UPN,
        YEAR,
        AUTHORITY,
        Column::new("referral_date", ["1", "4", "B"], "the day of the referral").sensitive(),
        Column::new("closure_date", ["1", "4", "B"], "the last day; none while it lasts").optional().sensitive(),
        Column::new("need", ["1", "5", "B"], "why, by one of nine codes").sensitive(),
        Column::new("protection_plan", ["1", "5", "B"], "1 if there was one, else 0").sensitive(),
        Column::new("harm", ["1", "5", "B"], "from what the plan protects; none without one").optional().sensitive(),
        Column::new("looked_after", ["1", "5", "A"], "1 if the authority looked after the child, else 0").sensitive(),
    ],
};

/// All of them.
pub const TABLES: [&Table; 5] = [&CENSUS, &KS2, &KS4, &ABSENCE, &CIN];
