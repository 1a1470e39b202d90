//! Organisations that people act for: what each is called now and was called before, and the numbers under which others
//! know it.

use casework::{OrganisationId, PersonId};
use register::Moment;
use rusqlite::{OptionalExtension, Transaction, params};

use super::account_events::{AccountEvent, Kind, record};
use super::failed;
use super::people::moment;
use crate::error::Result;

/// A list in which organisations have numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// The register of companies.
    CompanyNumber,
    /// The Information Commissioner's register of fee payers.
    IcoRegistration,
    /// The unique reference number of a school or college.
    Urn,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: &'static [Self] = &[Self::CompanyNumber, Self::IcoRegistration, Self::Urn];

    /// The code that is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::CompanyNumber => "company-number",
            Self::IcoRegistration => "ico-registration",
            Self::Urn => "urn",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::CompanyNumber => "Company number",
            Self::IcoRegistration => "ICO registration number",
            Self::Urn => "URN of a school or college",
        }
    }

    /// What a number of this scheme looks like.
    pub fn expected(self) -> &'static str {
        match self {
            Self::CompanyNumber => "8 digits, or 2 letters and 6 digits, such as 01234567 or SC123456",
            Self::IcoRegistration => {
                "the letter Z and 7 digits, or Z, another letter and 6 digits, such as Z1234567 or ZA123456"
            }
            Self::Urn => "6 digits, such as 100000",
        }
    }

    /// The same as a sentence.
    pub fn hint(self) -> String {
        let expected = self.expected();
        let first = expected.chars().next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(expected.chars().skip(1)).collect()
    }

    /// The number as it is stored; nothing where it does not have the scheme's form. Spaces and case do not matter, and
    /// company numbers are filled up with zeros, as the register of companies writes them.
    pub fn read(self, text: &str) -> Option<String> {
        let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        let upper = compact.to_ascii_uppercase();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !upper.is_ascii() {
            return None;
        }
        match self {
            Self::CompanyNumber if digits(&upper) && upper.len() <= 8 => Some(format!("{upper:0>8}")),
            Self::CompanyNumber => {
                let (letters, number) = upper.split_at_checked(2)?;
                let whole = letters.bytes().all(|byte| byte.is_ascii_uppercase()) && digits(number);
                (whole && number.len() <= 6).then(|| format!("{letters}{number:0>6}"))
            }
            Self::IcoRegistration => {
                let rest = upper.strip_prefix('Z')?;
                let kept = rest.len() == 7 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
                (kept && digits(&rest[1..])).then_some(upper)
            }
            Self::Urn => (digits(&upper) && upper.len() == 6).then_some(upper),
        }
    }
}

/// A name that an organisation had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Since when, as far as is known here.
    pub since: Moment,
    /// Until when.
    pub until: Moment,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Which.
    pub id: OrganisationId,
    /// What it is called.
    pub name: String,
    /// Since when, as far as is known here.
    pub named: Moment,
    /// What it was called before, the newest first.
    pub former: Vec<FormerName>,
    /// Its numbers.
    pub identifiers: Vec<(Scheme, String)>,
}

/// Adds an organisation.
///
/// # Errors
/// A fault of the database.
pub fn add(transaction: &Transaction<'_>, name: &str, by: Option<PersonId>, now: Moment) -> Result<OrganisationId> {
    let add = "INSERT INTO organisation (name, named_at, made_at) VALUES (?1, ?2, ?2) RETURNING id";
    let id = transaction
        .query_row(add, params![name, now.seconds()], |row| row.get(0).map(OrganisationId))
        .map_err(failed(transaction))?;
    record(transaction, &AccountEvent::about(Kind::OrganisationAdded, id, by, now))?;
    Ok(id)
}

/// Gives an organisation another name, and keeps the one that it had; false where it has this name.
///
/// # Errors
/// A fault of the database.
pub fn rename(
    transaction: &Transaction<'_>,
    id: OrganisationId,
    name: &str,
    by: Option<PersonId>,
    now: Moment,
) -> Result<bool> {
    let failed = failed(transaction);
    let keep = "INSERT INTO organisation_former_name (organisation, name, since, until)
                SELECT id, name, named_at, ?3 FROM organisation WHERE id = ?1 AND name <> ?2 ON CONFLICT DO NOTHING";
    transaction.execute(keep, params![id.0, name, now.seconds()]).map_err(&failed)?;
    let rename = "UPDATE organisation SET name = ?2, named_at = ?3 WHERE id = ?1 AND name <> ?2";
    let renamed = transaction.execute(rename, params![id.0, name, now.seconds()]).map_err(&failed)? > 0;
    if renamed {
        record(transaction, &AccountEvent::about(Kind::OrganisationRenamed, id, by, now))?;
    }
    Ok(renamed)
}

/// Sets or removes the number of an organisation in a scheme, as [`Scheme::read`] gave it. Where another organisation has
/// it, nothing changes and that one is given back.
///
/// # Errors
/// A fault of the database.
pub fn set_identifier(
    transaction: &Transaction<'_>,
    id: OrganisationId,
    scheme: Scheme,
    value: Option<&str>,
    by: Option<PersonId>,
    now: Moment,
) -> Result<Option<OrganisationId>> {
    let failed = failed(transaction);
    let held: Option<String> = transaction
        .query_row(
            "SELECT value FROM organisation_identifier WHERE organisation = ?1 AND scheme = ?2",
            params![id.0, scheme.code()],
            |row| row.get(0),
        )
        .optional()
        .map_err(&failed)?;
    if held.as_deref() == value {
        return Ok(None);
    }
    if let Some(value) = value
        && let Some(other) = with_identifier(transaction, scheme, value)?
    {
        return Ok(Some(other));
    }
    let remove = "DELETE FROM organisation_identifier WHERE organisation = ?1 AND scheme = ?2";
    transaction.execute(remove, params![id.0, scheme.code()]).map_err(&failed)?;
    if let Some(value) = value {
        let set = "INSERT INTO organisation_identifier (scheme, value, organisation) VALUES (?1, ?2, ?3)";
        transaction.execute(set, params![scheme.code(), value, id.0]).map_err(&failed)?;
    }
    let event = AccountEvent::about(Kind::IdentifierSet, id, by, now);
    record(transaction, &event.with(serde_json::json!({ "scheme": scheme.code(), "set": value.is_some() })))?;
    Ok(None)
}

/// The organisation that has this number.
///
/// # Errors
/// A fault of the database.
pub fn with_identifier(transaction: &Transaction<'_>, scheme: Scheme, value: &str) -> Result<Option<OrganisationId>> {
    let ask = "SELECT organisation FROM organisation_identifier WHERE scheme = ?1 AND value = ?2";
    transaction
        .query_row(ask, params![scheme.code(), value], |row| row.get(0).map(OrganisationId))
        .optional()
        .map_err(failed(transaction))
}

/// An organisation by number.
///
/// # Errors
/// A fault of the database.
pub fn organisation(transaction: &Transaction<'_>, id: OrganisationId) -> Result<Option<Organisation>> {
    let failed = failed(transaction);
    let ask = "SELECT name, named_at FROM organisation WHERE id = ?1";
    let found: Option<(String, Moment)> = transaction
        .query_row(ask, [id.0], |row| Ok((row.get(0)?, moment(row.get(1)?, 1)?)))
        .optional()
        .map_err(&failed)?;
    let Some((name, named)) = found else { return Ok(None) };
    let ask = "SELECT name, since, until FROM organisation_former_name WHERE organisation = ?1 ORDER BY until DESC";
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    let rows = statement
        .query_map([id.0], |row| {
            Ok(FormerName { name: row.get(0)?, since: moment(row.get(1)?, 1)?, until: moment(row.get(2)?, 2)? })
        })
        .map_err(&failed)?;
    let former = rows.collect::<rusqlite::Result<_>>().map_err(&failed)?;
    let mut identifiers = Vec::new();
    let ask = "SELECT value FROM organisation_identifier WHERE organisation = ?1 AND scheme = ?2";
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    for scheme in Scheme::ALL {
        let value = statement.query_row(params![id.0, scheme.code()], |row| row.get(0)).optional().map_err(&failed)?;
        identifiers.extend(value.map(|value| (*scheme, value)));
    }
    Ok(Some(Organisation { id, name, named, former, identifiers }))
}

/// Number and name of every organisation, by name.
///
/// # Errors
/// A fault of the database.
pub fn all(transaction: &Transaction<'_>) -> Result<Vec<(OrganisationId, String)>> {
    let failed = failed(transaction);
    let ask = "SELECT id, name FROM organisation ORDER BY name COLLATE NOCASE, id";
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    let rows = statement.query_map([], |row| Ok((OrganisationId(row.get(0)?), row.get(1)?))).map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_in_one_form_and_others_refused() {
        let read = |scheme: Scheme, text| scheme.read(text);
        assert_eq!(read(Scheme::CompanyNumber, "1234567").as_deref(), Some("01234567"));
        assert_eq!(read(Scheme::CompanyNumber, "sc 123456").as_deref(), Some("SC123456"));
        assert_eq!(read(Scheme::IcoRegistration, "za123456").as_deref(), Some("ZA123456"));
        assert_eq!(read(Scheme::IcoRegistration, "Z1234567").as_deref(), Some("Z1234567"));
        assert_eq!(read(Scheme::Urn, "100 000").as_deref(), Some("100000"));
        for (scheme, wrong) in [
            (Scheme::CompanyNumber, ""),
            (Scheme::CompanyNumber, "123456789"),
            (Scheme::CompanyNumber, "S1234567"),
            (Scheme::CompanyNumber, "ÄÖ123456"),
            (Scheme::IcoRegistration, "A1234567"),
            (Scheme::IcoRegistration, "Z12345"),
            (Scheme::IcoRegistration, "Z12345AB"),
            (Scheme::Urn, "1000001"),
            (Scheme::Urn, "10000a"),
        ] {
            assert_eq!(scheme.read(wrong), None, "{wrong}");
        }
    }
}
