//! A day in three fields of a form, as it was typed.

use register::PartialDate;

use crate::desk::input::{Errors, Fields};

/// A day as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The field's name; its parts are called `…-day`, `…-month` and `…-year`.
    pub name: String,
    /// The day of the month.
    pub day: String,
    /// The month.
    pub month: String,
    /// The year.
    pub year: String,
}

impl Day {
    /// Of a form.
    pub fn of(fields: &Fields, name: impl Into<String>) -> Self {
        let name = name.into();
        let part = |part: &str| fields.text(&format!("{name}-{part}"));
        Self { day: part("day"), month: part("month"), year: part("year"), name }
    }

    /// The fields that show this day.
    pub fn fields(name: &str, date: PartialDate) -> Vec<(String, String)> {
        let day = date.last_day();
        let part = |part: &str, value: i16| (format!("{name}-{part}"), value.to_string());
        vec![part("day", day.day().into()), part("month", day.month().into()), part("year", day.year())]
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.day.is_empty() && self.month.is_empty() && self.year.is_empty()
    }

    /// The day; nothing where nothing was typed, or, with an error, where it is no day.
    pub fn read(&self, errors: &mut Errors) -> Option<PartialDate> {
        if self.is_empty() {
            return None;
        }
        let number = |text: &str| text.parse::<u16>().ok();
        let date = match (number(&self.year), number(&self.month), number(&self.day)) {
            (Some(year), Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}").parse().ok(),
            _ => None,
        };
        if date.is_none() {
            errors.add(self.name.clone(), "Enter a day that there is, such as 27 3 2027");
        }
        date
    }
}
