//! Bars, in one piece or stacked: across, a line for each row; or up, a column for each. A drawing for a phone is always
//! across, since years side by side leave no room for their numbers.

use super::measure::{fit, short, width};
use super::scale::{length, marks};
use super::svg::{Anchor, CATEGORIES, Paint, Size, Svg, Tone};

/// What bars show.
#[derive(Debug, Clone, Default)]
pub struct Bars<'a> {
    /// What each part of a bar is called; one name where bars are in one piece.
    pub categories: &'a [&'a str],
    /// The bars.
    pub rows: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// What it is about.
    pub label: String,
    /// A few words on it, such as `so far`.
    pub remark: Option<&'static str>,
    /// How much of each category.
    pub values: [u64; CATEGORIES],
    /// What stands at its end instead of its sum, such as `fewer than 10`.
    pub said: Option<String>,
}

impl Bar {
    /// All of its categories together.
    pub fn sum(&self) -> u128 {
        self.values.iter().map(|value| u128::from(*value)).sum()
    }

    fn said(&self) -> String {
        self.said.clone().unwrap_or_else(|| short(self.sum()))
    }

    fn whole_label(&self) -> String {
        match self.remark {
            Some(remark) => format!("{} ({remark})", self.label),
            None => self.label.clone(),
        }
    }

    /// Where each part begins and how long it is. Parts are cut from the whole bar, so that roundings do not add up.
    fn parts(&self, largest: u128, room: u32) -> Vec<(usize, u32, u32)> {
        let mut parts = Vec::new();
        let (mut before, mut begin) = (0_u128, 0);
        for (category, value) in self.values.iter().enumerate().filter(|(_, value)| **value > 0) {
            before += u128::from(*value);
            let end = length(before, largest, room).max((begin + 1).min(room));
            parts.push((category, begin, end - begin));
            begin = end;
        }
        parts
    }
}

impl Bars<'_> {
    fn has(&self, category: usize) -> bool {
        self.rows.iter().any(|row| row.values[category] > 0)
    }

    fn largest(&self) -> u128 {
        self.rows.iter().map(Bar::sum).max().unwrap_or(0)
    }

    /// A line for each row: its label, its bar and its sum.
    pub fn across(&self, id: &str, size: Size) -> Svg {
        let mut svg = Svg::new(id, size);
        let whole = svg.width();
        let widest = |text: fn(&Bar) -> String| self.rows.iter().map(|row| width(&text(row))).max().unwrap_or(0);
        let (labels, numbers) = (widest(Bar::whole_label), widest(Bar::said).min(whole / 3));
        // Where labels would take the bars' room, each has a line of its own.
        let above = labels > whole * 2 / 5;
        let begin = if above { 1 } else { labels + 10 };
        let room = whole.saturating_sub(begin + 8 + numbers + 2).max(1);
        let top = svg.legend(0, self.categories, |category| self.has(category));
        let mut y = top;
        let largest = self.largest();
        for row in &self.rows {
            if above {
                svg.text(1, y + 14, Anchor::Start, Tone::Ink, &row.whole_label());
                y += 20;
            } else {
                svg.text(labels, y + 15, Anchor::End, Tone::Ink, &row.whole_label());
            }
            let mut end = 0;
            for (category, from, long) in row.parts(largest, room) {
                svg.area(begin + from, y + 1, long, 18, Paint::Category(category));
                end = from + long;
            }
            svg.text(begin + end + 8, y + 15, Anchor::Start, Tone::Ink, &fit(&row.said(), numbers));
            y += if above { 30 } else { 26 };
        }
        if !above && !self.rows.is_empty() {
            svg.line((begin, top), (begin, y), Tone::Soft, false);
        }
        svg
    }

    /// A column for each row, over marks of round numbers.
    pub fn up(&self, id: &str) -> Svg {
        let mut svg = Svg::new(id, Size::Wide);
        let count = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let top = svg.legend(0, self.categories, |category| self.has(category)) + 22;
        let high = 210;
        let marks = marks(self.largest(), 4);
        let highest = marks.last().copied().unwrap_or(1);
        let left = marks.iter().map(|mark| width(&short(*mark))).max().unwrap_or(0) + 10;
        let room = svg.width().saturating_sub(left + 2).max(1);
        for mark in &marks {
            let y = top + high - length(*mark, highest, high);
            svg.text(left - 10, y + 5, Anchor::End, Tone::Soft, &short(*mark));
            svg.line((left, y), (left + room, y), Tone::Soft, *mark > 0);
        }
        if count == 0 || count > room {
            return svg;
        }
        let slot = room / count;
        let thick = (slot * 7 / 10).clamp(1, 64);
        let numbers = self.rows.iter().all(|row| width(&row.said()) + 4 <= slot);
        let widest = self.rows.iter().map(|row| width(&row.label)).max().unwrap_or(0) + 10;
        let every = widest.div_ceil(slot).max(1);
        for (place, row) in (0..count).zip(&self.rows) {
            let middle = left + place * slot + slot / 2;
            let mut end = 0;
            for (category, from, long) in row.parts(highest, high) {
                let y = top + high - from - long;
                svg.area(middle - thick / 2, y, thick, long, Paint::Category(category));
                end = from + long;
            }
            if numbers {
                svg.text(middle, top + high - end - 7, Anchor::Middle, Tone::Ink, &row.said());
            }
            // Counted from the last, which matters most.
            if (count - 1 - place) % every == 0 {
                svg.text_around(middle, top + high + 20, Tone::Ink, &fit(&row.label, slot * every));
                if let Some(remark) = row.remark.filter(|remark| width(remark) <= slot * every) {
                    svg.text_around(middle, top + high + 38, Tone::Soft, remark);
                }
            }
        }
        svg
    }
}
