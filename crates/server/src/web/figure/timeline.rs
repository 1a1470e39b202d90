//! One line of time, drawn as lanes: what happened on a day is a dot, what lasted is a bar, and what is known to a month
//! or a year is a hatched bar of that length.

use super::measure::width;
use super::svg::{Anchor, Paint, Size, Svg, Tone};

/// Days since 1 January 1970.
pub type Day = i64;

/// What a line of time shows.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The lanes.
    pub lanes: Vec<Lane>,
    /// The day on which it is looked at.
    pub today: Day,
    /// Each year's number with its first day, from the first year that it shows to the one after the last.
    pub years: Vec<(i16, Day)>,
}

/// What one lane shows.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    /// What it is about.
    pub label: String,
    /// When.
    pub marks: Vec<Mark>,
}

/// Something in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// On a day.
    Day(Day),
    /// Some time between two days.
    Between(Day, Day),
    /// From one day to another.
    Lasts(Day, Day),
    /// A day that is still to come, or by which something must be done.
    Due(Day),
}

impl Timeline {
    /// The drawing.
    pub fn draw(&self, id: &str, size: Size) -> Svg {
        let mut svg = Svg::new(id, size);
        let labels = self.lanes.iter().map(|lane| width(&lane.label)).max().unwrap_or(0);
        let above = size == Size::Narrow || labels > svg.width() / 3;
        let left = if above { 8 } else { labels + 20 };
        let room = svg.width().saturating_sub(left + 10).max(1);
        let first = self.years.first().map_or(0, |(_, day)| *day);
        let last = self.years.last().map_or(0, |(_, day)| *day).max(first + 1);
        let at = |day: Day| {
            let since = (day.clamp(first, last) - first).unsigned_abs();
            let all = (last - first).unsigned_abs();
            left + u32::try_from(u128::from(since) * u128::from(room) / u128::from(all)).unwrap_or(room)
        };
        let every = self.years.len().div_ceil((room / 52).max(1) as usize).max(1);
        let mut lines = Vec::new();
        for (year, day) in self.years.iter().step_by(every) {
            let x = at(*day);
            lines.push(x);
            let text = year.to_string();
            if x + width(&text) <= svg.width() {
                svg.text(x, 14, Anchor::Start, Tone::Soft, &text);
            }
        }
        let high = if above { 46 } else { 30 };
        let top = 24;
        let bottom = top + high * u32::try_from(self.lanes.len()).unwrap_or(0) + 4;
        for x in lines {
            svg.line((x, top), (x, bottom), Tone::Soft, true);
        }
        for (place, lane) in (0..).zip(&self.lanes) {
            let mut y = top + place * high;
            if above {
                svg.text(1, y + 14, Anchor::Start, Tone::Over, &lane.label);
                y += 16;
            } else {
                svg.text(left - 14, y + 20, Anchor::End, Tone::Ink, &lane.label);
            }
            let y = y + 15;
            for mark in &lane.marks {
                match *mark {
                    Mark::Day(day) => svg.dot(at(day), y, 6, 0),
                    Mark::Due(day) => svg.dot(at(day), y, 6, 3),
                    Mark::Between(from, to) => {
                        svg.area(at(from), y - 5, (at(to) - at(from.min(to))).max(6), 10, Paint::Category(1));
                    }
                    Mark::Lasts(from, to) => {
                        svg.area(at(from), y - 5, (at(to) - at(from.min(to))).max(2), 10, Paint::Category(0));
                    }
                }
            }
        }
        if (first..last).contains(&self.today) {
            let x = at(self.today);
            svg.line((x, top), (x, bottom), Tone::Ink, false);
            let half = width("Today") / 2 + 1;
            svg.text(x.clamp(half, svg.width() - half), bottom + 16, Anchor::Middle, Tone::Ink, "Today");
        }
        svg
    }
}
