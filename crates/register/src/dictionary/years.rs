//! Reads the years for which an item was collected, as publishers write them: `2001/02 -`, `2013/14 only`,
//! `2003/04 - 2004/05, 2008/09 - 2012/13`. What cannot be read stays unread; nothing is guessed.

/// From which year to which, each by the calendar year in which it begins: a school year 2001/02 begins in 2001.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// The first.
    pub first: u16,
    /// The last; none while the item is still collected.
    pub last: Option<u16>,
}

/// The span of a list of years or ranges of years, if every part of it can be read.
pub fn read_years(text: &str) -> Option<Years> {
    let parts = text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let mut span: Option<Years> = None;
    for part in parts {
        let years = range(part)?;
        span = Some(span.map_or(years, |so_far| Years {
            first: so_far.first.min(years.first),
            last: so_far.last.zip(years.last).map(|(a, b)| a.max(b)),
        }));
    }
    span
}

/// One year, or a range that may be open at its end.
fn range(part: &str) -> Option<Years> {
    let (first, rest) = year(part)?;
    let rest = rest.trim().to_lowercase();
    if rest.is_empty() || rest == "only" {
        return Some(Years { first, last: Some(first) });
    }
    let rest = match rest.as_str() {
        "onwards" => "",
        rest => rest.strip_prefix(['-', '–', '—']).or_else(|| rest.strip_prefix("to "))?.trim(),
    };
    if rest.is_empty() {
        return Some(Years { first, last: None });
    }
    let (last, after) = year(rest)?;
    (after.trim().is_empty() && first <= last).then_some(Years { first, last: Some(last) })
}

/// A calendar year or a school year at the beginning of a text, with what follows it. A note in brackets behind it,
/// such as `(A)`, says something about the year and is passed over.
fn year(text: &str) -> Option<(u16, &str)> {
    let (first, rest) = digits(text, 4)?;
    (1900..=2100).contains(&first).then_some(())?;
    let rest = match rest.strip_prefix(['/', '-']).filter(|after| after.starts_with(|next: char| next.is_ascii_digit()))
    {
        None => rest,
        Some(after) => match digits(after, 4) {
            Some((second, rest)) => (second == first + 1).then_some(rest)?,
            None => {
                let (second, rest) = digits(after, 2)?;
                (second == (first + 1) % 100).then_some(rest)?
            }
        },
    };
    let noted = rest.trim_start().strip_prefix('(').and_then(|note| note.split_once(')'));
    Some((first, noted.map_or(rest, |(_, after)| after)))
}

/// A number of exactly this many digits.
fn digits(text: &str, count: usize) -> Option<(u16, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    let whole =
        number.bytes().all(|byte| byte.is_ascii_digit()) && !rest.starts_with(|next: char| next.is_ascii_digit());
    Some((number.parse().ok().filter(|_| whole)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_as_publishers_write_them() {
        for (text, first, last) in [
            ("2001/02 -", 2001, None),
            ("2013/14 only", 2013, Some(2013)),
            ("2010/11- 2012/13", 2010, Some(2012)),
            ("2009/10 (A) - 2012/13", 2009, Some(2012)),
            ("2010/2011", 2010, Some(2010)),
            ("2007/2008 - 2015/2016", 2007, Some(2015)),
            ("1999/00 - ", 1999, None),
            ("1995-96", 1995, Some(1995)),
            ("2016", 2016, Some(2016)),
            ("2016 onwards", 2016, None),
            ("2003/04 - 2004/05,\n2008/09 - 2012/13", 2003, Some(2012)),
            ("2001/02\n2005/06 -  ", 2001, None),
            ("2008/2009, 2012/2013 -", 2008, None),
        ] {
            assert_eq!(read_years(text), Some(Years { first, last }), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_year_or_runs_backwards_stays_unread() {
        for text in
            ["", ",", "n/a", "2001/03", "2001/2003", "02", "20012", "2012/13 - 2001/02", "2001/02 - see note", "é201"]
        {
            assert_eq!(read_years(text), None, "{text:?}");
        }
    }
}
