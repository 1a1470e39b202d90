//! Code lists of the invented population. They are its own: shorter than any real list, and equal to none.

/// Ethnic groups. The first is the majority.
pub const ETHNICITIES: [&str; 14] =
    ["WBR", "WOT", "GRT", "IND", "PAK", "BAN", "CHI", "AOT", "AFR", "CAR", "BOT", "MIX", "OTH", "NKN"];
/// Of more than one group.
pub const MIXED: u8 = 11;
/// Not known.
pub const NOT_KNOWN: u8 = 13;
/// How often each group occurs outside the majority.
pub const MINORITIES: [u16; 14] = [0, 23, 1, 11, 15, 6, 2, 7, 13, 4, 3, 9, 6, 0];
/// The groups that can be the largest minority of an authority.
pub const LEADING: [u8; 6] = [1, 3, 4, 5, 8, 9];

/// First languages. The first is the majority's.
pub const LANGUAGES: [&str; 18] = [
    "ENG", "POL", "ROM", "LIT", "POR", "SPA", "PAN", "GUJ", "URD", "BEN", "TAM", "SOM", "YOR", "ARA", "TUR", "CHN",
    "FRE", "OTH",
];

/// For each ethnic group, of 100 households those that speak another language at home, and how often each.
#[rustfmt::skip]
pub const SPOKEN: [(u16, [u16; 18]); 14] = [
    ( 1, [0,  1,  1,  0,  1,  1,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  1,  5]),
    (70, [0, 35, 25, 10, 12,  6,  0,  0,  0,  0,  0,  0,  0,  0,  6,  0,  2,  6]),
    (30, [0,  0, 70,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 30]),
    (60, [0,  0,  0,  0,  0,  0, 35, 35,  5,  0, 12,  0,  0,  0,  0,  0,  0, 13]),
    (75, [0,  0,  0,  0,  0,  0, 20,  0, 70,  0,  0,  0,  0,  0,  0,  0,  0, 10]),
    (80, [0,  0,  0,  0,  0,  0,  0,  0,  3, 92,  0,  0,  0,  0,  0,  0,  0,  5]),
    (70, [0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 95,  0,  5]),
    (60, [0,  0,  0,  0,  0,  0,  0,  0, 15,  0, 25,  0,  0, 10,  0,  5,  0, 45]),
    (60, [0,  0,  0,  0,  8,  0,  0,  0,  0,  0,  0, 35, 15, 10,  0,  0, 15, 17]),
    ( 5, [0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 60, 40]),
    (40, [0,  0,  0,  0, 10,  0,  0,  0,  0,  0,  0, 20, 10, 15,  0,  0, 20, 25]),
    (15, [0,  5,  3,  2,  8, 10,  3,  3,  8,  3,  2,  3,  3, 10,  3,  4, 10, 20]),
    (80, [0,  0,  0,  0, 10, 10,  0,  0,  0,  0,  0,  0,  0, 40, 10,  0,  0, 30]),
    (30, [0,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5,  5, 20]),
];

/// Gender.
pub const GENDERS: [&str; 2] = ["F", "M"];

/// Special educational needs: none, support at school, a plan for education, health and care.
pub const SEN: [&str; 3] = ["N", "K", "E"];
/// The kind of need: learning, severe learning, speech, social and emotional, autism, sight or hearing, physical, other.
pub const SEN_NEEDS: [&str; 8] = ["LRN", "SEV", "SPE", "EMO", "AUT", "SEN", "PHY", "OTH"];

/// Phases of schools.
pub const PHASES: [&str; 3] = ["PRI", "SEC", "SPE"];

/// Why a child is in need: abuse or neglect, disability, a parent's illness, a family in distress, trouble in the family,
/// the child's behaviour, low income, a parent who is not there, other.
pub const CHILD_NEEDS: [&str; 9] = ["ABU", "DIS", "PAR", "DST", "FAM", "BEH", "INC", "ABS", "OTH"];
/// What a child is protected from.
pub const HARMS: [&str; 5] = ["NEG", "EMO", "PHY", "SEX", "MUL"];

/// How well a child of 11 writes: below the test's standard, working towards it, at it, beyond it.
pub const WRITING: [&str; 4] = ["BLW", "WTS", "EXS", "GDS"];

/// A region, its share of all authorities in 100, its postcode areas and how mixed its population is.
pub struct Region {
    pub name: &'static str,
    pub share: u16,
    pub areas: &'static [&'static str],
    pub mixture: f64,
}

/// The regions have real names, and nothing else is real: no postcode area begins with Q, V or X. Each area has the districts
/// 0 to 9.
pub const REGIONS: [Region; 9] = [
    Region { name: "North East", share: 5, areas: &["QA", "QB", "QD"], mixture: 0.10 },
    Region { name: "North West", share: 14, areas: &["QE", "QF", "QG", "QH"], mixture: 0.22 },
    Region { name: "Yorkshire and The Humber", share: 10, areas: &["QJ", "QL", "QN", "QP"], mixture: 0.22 },
    Region { name: "East Midlands", share: 9, areas: &["QQ", "QR", "QS"], mixture: 0.22 },
    Region { name: "West Midlands", share: 11, areas: &["QT", "QU", "QW", "QX"], mixture: 0.33 },
    Region { name: "East of England", share: 11, areas: &["QY", "QZ", "VA", "VB"], mixture: 0.20 },
    Region { name: "London", share: 16, areas: &["VD", "VE", "VF", "VG", "VH"], mixture: 0.62 },
    Region { name: "South East", share: 15, areas: &["VJ", "VL", "VN", "VP", "VQ"], mixture: 0.20 },
    Region { name: "South West", share: 9, areas: &["VR", "VS", "VT", "VU", "VW"], mixture: 0.09 },
];
