//! Checks that a mapping makes sense before any file is read under it.

use std::collections::HashSet;

use register::classification::SCHEMES;
use register::statement::{MAX_CLEAR, check_code};
use register::vocabulary::{Channel, Outcome, Route, TEXTS};

use super::{Column, Gives, Mapping, Table, Target};
use crate::import::value::folded;

/// Where a mapping makes no sense, and why.
type Nonsense = (String, String);

impl Target {
    /// Whether it says something about a release.
    pub(in crate::import) fn is_of_release(self) -> bool {
        matches!(
            self,
            Self::Release
                | Self::Released
                | Self::ReleaseFact
                | Self::ReleaseText
                | Self::People
                | Self::Rows
                | Self::Requests
                | Self::Supplied
        )
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::ReleaseText)
    }

    fn is_date(self) -> bool {
        matches!(self, Self::Applied | Self::Decided | Self::Start | Self::End | Self::Released)
    }

    fn is_list(self) -> bool {
        matches!(self, Self::Basis | Self::Dataset)
    }

    fn is_count(self) -> bool {
        matches!(self, Self::People | Self::Rows | Self::Requests | Self::Supplied)
    }

    /// Whether a share has one value of it, so that its rows must agree.
    fn is_single(self) -> bool {
        matches!(
            self,
            Self::Recipient
                | Self::Sector
                | Self::RecipientId
                | Self::Channel
                | Self::Route
                | Self::Outcome
                | Self::Applied
                | Self::Decided
                | Self::Start
                | Self::End
                | Self::Fact
                | Self::Text
        )
    }

    fn code(self) -> String {
        let debug = format!("{self:?}");
        let mut code = String::new();
        for letter in debug.chars() {
            if letter.is_uppercase() && !code.is_empty() {
                code.push('-');
            }
            code.push(letter.to_ascii_lowercase());
        }
        code
    }
}

impl Mapping {
    pub(super) fn check(&self) -> Result<(), Nonsense> {
        let top = |detail: String| ("at the top".to_owned(), detail);
        check_code(&self.source).map_err(|error| top(format!("source {:?}: {error}", self.source)))?;
        ensure(!self.title.trim().is_empty(), || top("title: expected what the register is called".to_owned()))?;
        let delimiter = self.csv.delimiter;
        ensure(delimiter.is_ascii() && !matches!(delimiter, '"' | '\n' | '\r' | '\0'), || {
            (
                "csv".to_owned(),
                format!("delimiter {delimiter:?}: expected one ASCII character such as \",\" or \"\\t\""),
            )
        })?;
        for basis in &self.constants.bases {
            ensure(!basis.trim().is_empty() && basis.len() <= MAX_CLEAR, || {
                ("constants".to_owned(), format!("bases: expected texts of 1 to {MAX_CLEAR} bytes"))
            })?;
        }
        ensure(self.tables.iter().any(|table| table.gives == Gives::Shares), || {
            top("expected a table that gives shares".to_owned())
        })?;
        let recipients = |table: &Table| {
            table.gives != Gives::Releases && table.columns.iter().any(|column| column.to == Target::Recipient)
        };
        ensure(self.tables.iter().any(recipients), || {
            top("expected a column to = \"recipient\" in a table that gives shares or details".to_owned())
        })?;
        let unnamed = self.tables.iter().filter(|table| table.sheet.is_none()).count();
        ensure(unnamed == 0 || self.tables.len() == 1, || {
            top("expected the name of its sheet in each table, because there are several".to_owned())
        })?;
        for (number, table) in self.tables.iter().enumerate() {
            table.check().map_err(|(place, detail)| {
                let named = match &table.sheet {
                    Some(sheet) => format!("table {} (sheet {sheet:?})", number + 1),
                    None => format!("table {}", number + 1),
                };
                (if place.is_empty() { named } else { format!("{named}, {place}") }, detail)
            })?;
        }
        Ok(())
    }
}

impl Table {
    fn check(&self) -> Result<(), Nonsense> {
        let here = |detail: &str| (String::new(), detail.to_owned());
        ensure((1..=1_000).contains(&self.header_row), || here("header-row: expected 1 to 1000"))?;
        let count = |target| self.columns.iter().filter(|column| column.to == target).count();
        ensure(count(Target::Share) == 1, || here("expected one column to = \"share\", the share's reference"))?;
        ensure(count(Target::Release) <= 1, || here("expected at most one column to = \"release\""))?;
        let releases = count(Target::Release) == 1;
        ensure(releases || self.gives != Gives::Releases, || {
            here("it gives releases: expected a column to = \"release\", the release's reference")
        })?;
        ensure(!releases || self.gives != Gives::Details, || {
            here("it gives details: expected no column to = \"release\"; a table of releases gives releases")
        })?;
        ensure(self.needed || self.gives == Gives::Details, || here("needed: expected only where it gives details"))?;
        let mut seen = HashSet::new();
        for column in &self.columns {
            let place = || format!("column {:?}", column.header.shown());
            column.check(releases, self.gives).map_err(|detail| (place(), detail))?;
            let key = (column.to, column.name.as_deref(), column.scheme.as_deref());
            ensure(seen.insert(key), || {
                (place(), format!("another column of the table gives the same {}", column.to.code()))
            })?;
        }
        Ok(())
    }
}

impl Column {
    fn check(&self, releases: bool, gives: Gives) -> Result<(), String> {
        let to = self.to;
        let headers = self.header.all();
        ensure(!headers.is_empty() && headers.iter().all(|header| !folded(header).is_empty()), || {
            "header: expected a text that is not empty".to_owned()
        })?;
        ensure(releases || !to.is_of_release(), || {
            format!("to = \"{}\": expected a column to = \"release\" in the same table", to.code())
        })?;
        ensure(gives != Gives::Releases || !to.is_single(), || {
            format!("to = \"{}\" is about the share: expected in a table that gives shares or details", to.code())
        })?;
        self.check_name()?;
        ensure(self.separator.is_none() || to.is_list(), || {
            "separator: expected only with to = \"basis\" or \"dataset\"".to_owned()
        })?;
        ensure(self.separator.as_ref().is_none_or(|separator| !separator.is_empty()), || {
            "separator: expected a text that is not empty".to_owned()
        })?;
        ensure(!self.quoted || self.separator.is_some(), || {
            "quoted: expected only together with separator".to_owned()
        })?;
        ensure(!self.number_repeats || to == Target::Release, || {
            "number-repeats: expected only with to = \"release\"".to_owned()
        })?;
        ensure((self.dates.is_empty() && !self.month_only) || to.is_date(), || {
            "dates and month-only: expected only with a date".to_owned()
        })?;
        ensure(self.withhold.is_none() || to.is_text(), || {
            "withhold: expected only with to = \"text\" or \"release-text\"; everything else is always public"
                .to_owned()
        })?;
        ensure(self.opens.is_none() || self.withhold.is_some(), || {
            "opens: expected only together with withhold".to_owned()
        })?;
        ensure(!self.where_all_agree || matches!(to, Target::Channel | Target::Route | Target::Outcome), || {
            "where-all-agree: expected only with to = \"channel\", \"route\" or \"outcome\"".to_owned()
        })?;
        self.check_values()
    }

    fn check_name(&self) -> Result<(), String> {
        let (needs_name, needs_scheme) = match self.to {
            Target::Text | Target::ReleaseText | Target::Fact | Target::ReleaseFact | Target::RowFact => (true, false),
            Target::Class | Target::RecipientId => (false, true),
            _ => (false, false),
        };
        let code = self.to.code();
        ensure(self.name.is_some() == needs_name, || match needs_name {
            true => format!("to = \"{code}\": expected a name"),
            false => format!("name: expected only with texts and facts, and this is to = \"{code}\""),
        })?;
        ensure(self.scheme.is_some() == needs_scheme, || match needs_scheme {
            true => format!("to = \"{code}\": expected a scheme"),
            false => format!("scheme: expected only with classes and identifiers, and this is to = \"{code}\""),
        })?;
        for given in [&self.name, &self.scheme].into_iter().flatten() {
            check_code(given).map_err(|error| format!("{given:?}: {error}"))?;
        }
        if let (true, Some(name)) = (self.to.is_text(), &self.name) {
            ensure(TEXTS.iter().any(|(known, _)| known == name), || {
                format!("text {name:?}: expected one of {}", listed(TEXTS.iter().map(|(known, _)| *known)))
            })?;
        }
        if let (Target::Class, Some(scheme)) = (self.to, &self.scheme) {
            ensure(SCHEMES.iter().any(|known| known.code == scheme), || {
                format!("scheme {scheme:?}: expected one of {}", listed(SCHEMES.iter().map(|known| known.code)))
            })?;
        }
        Ok(())
    }

    fn check_values(&self) -> Result<(), String> {
        ensure(self.other_values.is_none() || !self.values.is_empty(), || {
            "other-values: expected only together with values".to_owned()
        })?;
        ensure(self.values.is_empty() || !(self.to.is_text() || self.to.is_date() || self.to.is_count()), || {
            "values: expected only with codes, names and facts".to_owned()
        })?;
        let mut seen = HashSet::new();
        for (from, to) in &self.values {
            ensure(seen.insert(folded(from).to_lowercase()), || {
                format!("values: {from:?} stands there twice, but for white space and case")
            })?;
            let unknown = match self.to {
                Target::Channel => to.parse::<Channel>().err(),
                Target::Route => to.parse::<Route>().err(),
                Target::Outcome => to.parse::<Outcome>().err(),
                _ => None,
            };
            if let Some(unknown) = unknown {
                return Err(format!("values: {from:?} = {to:?}: {unknown}"));
            }
        }
        Ok(())
    }
}

fn ensure<E>(holds: bool, error: impl FnOnce() -> E) -> Result<(), E> {
    if holds { Ok(()) } else { Err(error()) }
}

fn listed<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(", ")
}
